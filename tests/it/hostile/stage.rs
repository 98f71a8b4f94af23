//! What every case of the corpus goes through: a sandbox full of canaries, one run of the program under watch, and one judgement.
//!
//! A case says what it prepares, what it runs and what is expected; everything else that must hold after any run is judged here.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write as _;
use std::ops::Deref;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::super::support::{Sandbox, TemplateFolder, pythons};

/// What a run may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Processor time of the program and all that it started, in milliseconds. It does not depend on what else the machine does.
    pub(crate) cpu: u64,
    /// The most memory that one of them held, in KiB.
    pub(crate) memory: u64,
    /// Seconds until the run is killed.
    pub(crate) patience: u64,
}

/// The limits of the corpus.
const LIMITS: Limits = Limits {
    cpu: 5_000,
    memory: 300 * 1024,
    patience: 20,
};

/// A user that no machine has an entry for.
const NOBODY: u32 = 54_321;

/// The most bytes of a file that are compared; of a larger one the size and the times are.
const COMPARED: u64 = 4 * 1024 * 1024;

/// Runs a command in a process group of its own, as a user, kills it when its time is over, and writes down what it took.
const WATCH: &str = r#"
import os, signal, sys

report, patience, user, *command = sys.argv[1:]
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    if user != "0":
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    os.execvp(command[0], command)


def kill(*_):
    os.kill(-child, signal.SIGKILL)


signal.signal(signal.SIGALRM, kill)
signal.alarm(int(patience))
_, status, used = os.wait4(child, 0)
cpu = int((used.ru_utime + used.ru_stime) * 1000)
with open(report, "w") as file:
    file.write(f"{os.waitstatus_to_exitcode(status)} {cpu} {used.ru_maxrss}")
"#;

/// Runs a command at a terminal without colours and writes everything that comes to it to output.
const TERMINAL: &str = r#"
import os, pty, sys

os.environ["NO_COLOR"] = "1"
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
"#;

/// A case: what it is called, what it prepares and runs, and what is expected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// What it shows.
    pub(crate) name: &'static str,
    expected: Expected,
    /// The same thing in other words; they count as one case.
    spellings: &'static [&'static str],
    make: fn(&mut Stage),
}

/// What is expected of a run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Expected {
    /// It ends with this code and one error, in which these words stand.
    Refused(i32, &'static str),
    /// It ends with this code, without an error.
    Done(i32),
}

/// Returns a case that is refused.
pub(crate) fn refused(
    name: &'static str,
    exit: i32,
    says: &'static str,
    make: fn(&mut Stage),
) -> Case {
    Case {
        name,
        expected: Expected::Refused(exit, says),
        spellings: &[""],
        make,
    }
}

/// Returns a case that has to work.
pub(crate) fn works(name: &'static str, make: fn(&mut Stage)) -> Case {
    ends(name, 0, make)
}

/// Returns a case that ends without an error and with this code.
pub(crate) fn ends(name: &'static str, exit: i32, make: fn(&mut Stage)) -> Case {
    Case {
        name,
        expected: Expected::Done(exit),
        spellings: &[""],
        make,
    }
}

impl Case {
    /// Tries the case with each of these words; the stage says which one it is.
    pub(crate) fn spelled(mut self, spellings: &'static [&'static str]) -> Self {
        self.spellings = spellings;
        self
    }
}

/// What is looked at after a run that ended as expected.
type Check = fn(&Stage, &Seen);

/// A sandbox with canaries and one run of the program in it, to be.
#[derive(Debug)]
pub(crate) struct Stage {
    sandbox: Sandbox,
    /// Which of a case's spellings this is.
    pub(crate) spelling: &'static str,
    program: PathBuf,
    words: Vec<OsString>,
    variables: Vec<(OsString, Option<OsString>)>,
    folder: PathBuf,
    input: Option<Vec<u8>>,
    makes: Vec<String>,
    user: u32,
    is_at_terminal: bool,
    check: Option<Check>,
}

impl Deref for Stage {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

impl Stage {
    /// Makes a sandbox with files that nothing has a reason to touch.
    pub(crate) fn new(spelling: &'static str) -> Self {
        let sandbox = Sandbox::new();
        for folder in ["tmp", "outside", "home/.ssh", "home/.config"] {
            fs::create_dir_all(sandbox.root().join(folder)).unwrap();
        }
        for (path, text) in [
            ("outside/secret", "precious\n"),
            ("home/.bashrc", "# mine\n"),
            ("home/.ssh/authorized_keys", "ssh-ed25519 AAAA ada\n"),
            ("home/.gitconfig", "[user]\n"),
            ("work/mine.txt", "mine\n"),
        ] {
            fs::write(sandbox.root().join(path), text).unwrap();
        }
        Self {
            folder: sandbox.path(""),
            sandbox,
            spelling,
            program: PathBuf::from(env!("CARGO_BIN_EXE_pyscaffold")),
            words: Vec::new(),
            variables: Vec::new(),
            input: None,
            makes: Vec::new(),
            user: 0,
            is_at_terminal: false,
            check: None,
        }
    }

    /// Makes the template `tpl` with a question `a` and a plain file.
    pub(crate) fn template(&self) -> TemplateFolder {
        TemplateFolder::new(&self.sandbox)
            .question("a", "text", "default = \"a\"")
            .file("files/fine.txt", "fine\n")
    }

    /// Says what is run, split at spaces.
    pub(crate) fn tries(&mut self, words: &str) -> &mut Self {
        self.words = words.split_whitespace().map(OsString::from).collect();
        self
    }

    /// Adds one word as it is.
    pub(crate) fn word(&mut self, word: impl AsRef<OsStr>) -> &mut Self {
        self.words.push(word.as_ref().to_owned());
        self
    }

    /// Adds the spelling as a word, behind a beginning.
    pub(crate) fn spelled_as(&mut self, beginning: &str) -> &mut Self {
        self.word(format!("{beginning}{}", self.spelling))
    }

    /// Sets a variable.
    pub(crate) fn variable(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        let value = Some(value.as_ref().to_owned());
        self.variables.push((OsString::from(name), value));
        self
    }

    /// Takes a variable away.
    pub(crate) fn without(&mut self, name: &str) -> &mut Self {
        self.variables.push((OsString::from(name), None));
        self
    }

    /// Puts a program before all others of its name.
    pub(crate) fn fakes(&mut self, name: &str, script: &str) -> &mut Self {
        let path = self.sandbox.program(name, script);
        self.variable("PATH", path)
    }

    /// Runs in another folder.
    pub(crate) fn inside(&mut self, folder: impl Into<PathBuf>) -> &mut Self {
        self.folder = self.sandbox.path("").join(folder.into());
        self
    }

    /// Gives the program something to read.
    pub(crate) fn reads(&mut self, input: impl Into<Vec<u8>>) -> &mut Self {
        self.input = Some(input.into());
        self
    }

    /// Lets the run make or change what lies at or below a path of the sandbox.
    pub(crate) fn makes(&mut self, path: &str) -> &mut Self {
        self.makes.push(path.to_owned());
        self
    }

    /// Runs as a user who owns nothing but the place to work in and the home.
    pub(crate) fn as_nobody(&mut self) -> &mut Self {
        if fs::metadata(self.root()).unwrap().uid() != 0 {
            return self;
        }
        let program = self.root().join("pyscaffold");
        // Copied by another process, so that no process of the tests ever holds it open for writing.
        let copied = std::process::Command::new("cp")
            .arg(&self.program)
            .arg(&program)
            .status();
        assert!(copied.unwrap().success());
        self.program = program;
        self.user = NOBODY;
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.root(), open).unwrap();
        for top in ["home", "work", "tmp"] {
            own(&self.root().join(top));
        }
        self
    }

    /// Runs at a terminal, on which all that is printed can be seen.
    pub(crate) fn at_a_terminal(&mut self) -> &mut Self {
        self.is_at_terminal = true;
        self
    }

    /// Looks at what is there after a run that ended as expected.
    pub(crate) fn then(&mut self, check: Check) -> &mut Self {
        self.check = Some(check);
        self
    }

    /// Runs another program in place of ours, to see that the judgement is none too mild.
    pub(crate) fn instead(&mut self, script: &str) -> &mut Self {
        self.program = PathBuf::from("/bin/sh");
        self.words = vec![OsString::from("-c"), OsString::from(script)];
        self
    }

    /// Runs and returns what was seen.
    pub(crate) fn run_within(&self, limits: Limits) -> Seen {
        let before = everything(self.root());
        let reports = tempfile::tempdir().unwrap();
        let report = reports.path().join("report");
        let mut run = self.sandbox.run_binary(&PYTHON);
        let command = run.command();
        command
            .args(["-I", "-S", "-c", WATCH])
            .arg(&report)
            .arg(limits.patience.to_string())
            .arg(self.user.to_string())
            .args(if self.is_at_terminal {
                &["python3", "-I", "-S", "-c", TERMINAL][..]
            } else {
                &[]
            })
            .arg(&self.program)
            .args(&self.words)
            .env("TMPDIR", self.root().join("tmp"))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if self.input.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = command.spawn().unwrap();
        if let Some(bytes) = &self.input {
            // A program that does not read its input is fine.
            drop(child.stdin.take().unwrap().write_all(bytes));
        }
        let output = child.wait_with_output().unwrap();
        let report = fs::read_to_string(report).unwrap();
        let mut numbers = report.split(' ').map(|word| word.parse::<i64>().unwrap());
        let mut next = || numbers.next().unwrap();
        Seen {
            exit: i32::try_from(next()).unwrap(),
            cpu: u64::try_from(next()).unwrap(),
            memory: u64::try_from(next()).unwrap(),
            // A terminal makes two characters of every line break.
            stdout: match String::from_utf8_lossy(&output.stdout).into_owned() {
                text if self.is_at_terminal => text.replace("\r\n", "\n"),
                text => text,
            },
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            changed: self.changed(&before, &everything(self.root())),
            left: self.still_running(),
        }
    }

    /// Returns what was made, changed or deleted and may not be.
    fn changed(
        &self,
        before: &BTreeMap<PathBuf, Found>,
        after: &BTreeMap<PathBuf, Found>,
    ) -> Vec<String> {
        let mut changed = Vec::new();
        for path in before.keys().chain(after.keys()) {
            let is_allowed = self.makes.iter().any(|allowed| path.starts_with(allowed))
                || after
                    .get(path)
                    .is_some_and(|found| is_kept_house(path, found));
            let shown = path.display().to_string();
            if before.get(path) != after.get(path) && !is_allowed && !changed.contains(&shown) {
                changed.push(shown);
            }
        }
        changed
    }

    /// Returns the command lines of programs that still run in the sandbox, after some seconds' grace for those that are being ended.
    fn still_running(&self) -> Vec<String> {
        let end = Instant::now() + Duration::from_secs(3);
        loop {
            let left: Vec<String> = fs::read_dir("/proc")
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(|entry| {
                    let place = fs::read_link(entry.path().join("cwd")).ok()?;
                    let command = fs::read(entry.path().join("cmdline")).ok()?;
                    let command = String::from_utf8_lossy(&command).replace('\0', " ");
                    place.starts_with(self.root()).then_some(command)
                })
                .collect();
            if left.is_empty() || Instant::now() > end {
                return left;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A Python itself, not a script that looks for one: some cases take the search path away.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let found = pythons::find().into_values().next();
    found.expect("the tests need Python 3.11 or newer")
});

/// Gives everything below a folder to the user that owns nothing else.
fn own(path: &Path) {
    std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.symlink_metadata().unwrap().is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            own(&entry.unwrap().path());
        }
    }
}

/// Returns whether something is the program's own house-keeping: what was fetched whole, folders, and locks, which are empty files.
fn is_kept_house(path: &Path, found: &Found) -> bool {
    let is_staged = path.to_string_lossy().contains("-stage-");
    let is_fetched = path.starts_with("home/.local/share/pyscaffold/store");
    let is_place = ["home/.local", "home/.config/pyscaffold"]
        .iter()
        .any(|place| path.starts_with(place));
    let is_empty = matches!(found, Found::Folder(_) | Found::File(_, 0, _));
    !is_staged && (is_fetched || (is_place && is_empty))
}

/// What stands at a path.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Found {
    /// A folder with its mode.
    Folder(u32),
    /// A file with its mode, its size, and its content or times in one number.
    File(u32, u64, u64),
    /// A link with its target.
    Link(PathBuf),
    /// Something else, with its mode.
    Other(u32),
}

/// Returns everything below a folder, by its path.
fn everything(root: &Path) -> BTreeMap<PathBuf, Found> {
    let mut all = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let about = path.symlink_metadata().unwrap();
            let mode = about.mode() & 0o7777;
            let found = if about.is_symlink() {
                Found::Link(fs::read_link(&path).unwrap())
            } else if about.is_dir() {
                folders.push(path.clone());
                Found::Folder(mode)
            } else if about.is_file() {
                let mut hasher = DefaultHasher::new();
                if about.len() <= COMPARED {
                    fs::read(&path).unwrap().hash(&mut hasher);
                } else {
                    (about.mtime(), about.mtime_nsec(), about.ino()).hash(&mut hasher);
                }
                Found::File(mode, about.len(), hasher.finish())
            } else {
                Found::Other(mode)
            };
            all.insert(path.strip_prefix(root).unwrap().to_owned(), found);
        }
    }
    all
}

/// What a run did.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The exit code, or less than 0 for the signal that ended it.
    pub(crate) exit: i32,
    /// Processor time in milliseconds.
    pub(crate) cpu: u64,
    /// The most memory in KiB.
    pub(crate) memory: u64,
    /// Output.
    pub(crate) stdout: String,
    /// Error output.
    pub(crate) stderr: String,
    /// What was made, changed or deleted and may not be.
    pub(crate) changed: Vec<String>,
    /// What still runs.
    pub(crate) left: Vec<String>,
}

impl Seen {
    /// Returns the errors that were told, each with its notes and hint.
    fn errors(&self) -> Vec<String> {
        if let Ok(json) = serde_json::from_str::<serde_json::Value>(&self.stdout)
            && let Some(error) = json.get("error")
        {
            let mut texts = vec![error["message"].as_str().unwrap_or_default()];
            let notes = error["notes"].as_array().into_iter().flatten();
            texts.extend(notes.filter_map(serde_json::Value::as_str));
            texts.extend(error["hint"].as_str());
            return vec![texts.join("\n")];
        }
        let mut errors: Vec<String> = Vec::new();
        for line in self.stderr.lines() {
            if let Some(message) = line.strip_prefix("error: ") {
                errors.push(message.to_owned());
            } else if let Some(error) = errors.last_mut() {
                error.push('\n');
                error.push_str(line);
            }
        }
        errors
    }

    /// Returns in what this run is not as it has to be.
    pub(crate) fn breaches(&self, expected: Expected, limits: Limits) -> Vec<String> {
        let mut breaches = Vec::new();
        let mut report = |is_breach: bool, what: String| {
            if is_breach {
                breaches.push(what);
            }
        };
        let (exit, says) = match expected {
            Expected::Refused(exit, says) => (exit, Some(says)),
            Expected::Done(exit) => (exit, None),
        };
        report(self.exit != exit, format!("it ends with {}", self.exit));
        let errors = self.errors();
        match says {
            Some(says) => {
                report(errors.len() != 1, format!("{} errors", errors.len()));
                let is_said = errors.iter().any(|error| error.contains(says));
                report(!is_said, format!("no error says `{says}`"));
            }
            None => report(!errors.is_empty(), "an error".to_owned()),
        }
        for text in [&self.stdout, &self.stderr] {
            for word in ["panicked", "RUST_BACKTRACE", "has overflowed"] {
                report(text.contains(word), format!("it says `{word}`"));
            }
            report(text.contains("precious"), "it shows a canary".to_owned());
            let moves = text.chars().find(|character| moves_the_cursor(*character));
            report(moves.is_some(), format!("it prints {moves:?}"));
        }
        report(
            !self.changed.is_empty(),
            format!(
                "it changes {} paths: {:?}",
                self.changed.len(),
                self.changed.iter().take(4).collect::<Vec<_>>()
            ),
        );
        report(
            !self.left.is_empty(),
            format!("it leaves running {:?}", self.left),
        );
        report(
            self.cpu > limits.cpu,
            format!("it takes {} ms of a processor", self.cpu),
        );
        report(
            self.memory > limits.memory,
            format!("it takes {} KiB", self.memory),
        );
        breaches
    }
}

/// Returns whether a terminal would do something with a character, or show the text around it as other than it is.
fn moves_the_cursor(character: char) -> bool {
    let is_bidi = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    is_bidi || (character.is_control() && character != '\n')
}

/// Runs every case of a group.
pub(crate) fn run(group: &[Case]) {
    let mut failed = Vec::new();
    for case in group {
        for spelling in case.spellings {
            let mut stage = Stage::new(spelling);
            (case.make)(&mut stage);
            let seen = stage.run_within(LIMITS);
            let breaches = seen.breaches(case.expected, LIMITS);
            if !breaches.is_empty() {
                failed.push(format!(
                    "{} {spelling:?}: {}\n{}{}",
                    case.name,
                    breaches.join("; "),
                    seen.stdout,
                    seen.stderr
                ));
            } else if let Some(check) = stage.check {
                check(&stage, &seen);
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} failed:\n\n{}",
        failed.len(),
        failed.join("\n")
    );
}

/// A name that is no text.
pub(crate) fn no_text(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

/// Runs a script in place of the program and returns in what it is not as it has to be.
fn breaches_of(script: &str, expected: Expected, limits: Limits) -> Vec<String> {
    let mut stage = Stage::new("");
    stage.instead(script).makes("work/shop");
    stage.run_within(limits).breaches(expected, limits)
}

#[test]
fn every_kind_of_breach_is_noticed() {
    const WRONG: Expected = Expected::Refused(1, "`x`");
    let error = "echo 'error: `x` is wrong' >&2";
    let fine = format!("{error}; exit 1");
    let none: [String; 0] = [];
    assert_eq!(breaches_of(&fine, WRONG, LIMITS), none);
    assert_eq!(breaches_of("exit 0", Expected::Done(0), LIMITS), none);
    assert_eq!(breaches_of("mkdir shop", Expected::Done(0), LIMITS), none);
    for (script, breach) in [
        (error.to_owned(), "it ends with 0"),
        ("kill -SEGV $$".to_owned(), "it ends with -11"),
        (format!("{error}; {fine}"), "2 errors"),
        ("exit 1".to_owned(), "0 errors"),
        ("echo 'error: bad' >&2; exit 1".to_owned(), "no error says"),
        (
            format!("echo \"thread 'main' panicked\" >&2; {fine}"),
            "it says `panicked`",
        ),
        (
            format!("cat ../outside/secret; {fine}"),
            "it shows a canary",
        ),
        (
            format!("printf '\\033[2J'; {fine}"),
            "it prints Some('\\u{1b}')",
        ),
        (
            format!("printf '\\342\\200\\256' >&2; {fine}"),
            "it prints Some('\\u{202e}')",
        ),
        (
            format!("echo x > ../outside/new; {fine}"),
            "it changes 1 paths: [\"outside/new\"]",
        ),
        (
            format!("echo x > ../outside/secret; {fine}"),
            "[\"outside/secret\"]",
        ),
        (format!("rm ../home/.bashrc; {fine}"), "[\"home/.bashrc\"]"),
        (format!("chmod 600 mine.txt; {fine}"), "[\"work/mine.txt\"]"),
        (format!("ln -sf x mine.txt; {fine}"), "[\"work/mine.txt\"]"),
        (format!("mkdir shoppe; {fine}"), "[\"work/shoppe\"]"),
        (format!("touch $TMPDIR/x; {fine}"), "[\"tmp/x\"]"),
        (
            format!("mkdir -p ../home/.local/share/pyscaffold/store/.pyscaffold-stage-x; {fine}"),
            ".pyscaffold-stage-x",
        ),
        (
            format!("sleep 8 >/dev/null 2>&1 & {fine}"),
            "it leaves running [\"sleep 8 \"]",
        ),
    ] {
        let breaches = breaches_of(&script, WRONG, LIMITS);
        let is_noticed = breaches.iter().any(|one| one.contains(breach));
        assert!(is_noticed, "{script}: {breaches:?}");
    }
    // An error where there may be none, in words and as JSON.
    for script in [error, "echo '{\"error\": {\"message\": \"x\"}}'"] {
        assert_eq!(breaches_of(script, Expected::Done(0), LIMITS), ["an error"]);
    }
    // Limits that a shell breaks in a moment.
    let hang = Limits {
        patience: 1,
        ..LIMITS
    };
    let breaches = breaches_of("sleep 60", WRONG, hang);
    assert!(
        breaches.contains(&"it ends with -9".to_owned()),
        "{breaches:?}"
    );
    let cpu = Limits { cpu: 50, ..LIMITS };
    let busy = format!("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; {fine}");
    let breaches = breaches_of(&busy, WRONG, cpu);
    assert!(
        breaches.iter().any(|one| one.contains("ms of a processor")),
        "{breaches:?}"
    );
    let memory = Limits {
        memory: 30 * 1024,
        ..LIMITS
    };
    let large = format!("python3 -c 'x = bytearray(60_000_000)'; {fine}");
    let breaches = breaches_of(&large, WRONG, memory);
    assert!(
        breaches.iter().any(|one| one.contains("KiB")),
        "{breaches:?}"
    );
}
