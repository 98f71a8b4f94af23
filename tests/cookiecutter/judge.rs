//! One template, made by both programs.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use tempfile::TempDir;

/// The version that is compared with, and what it renders and slugs with.
const PACKAGES: [&str; 4] = [
    "cookiecutter==2.7.1",
    "jinja2==3.1.6",
    "python-slugify==9.2.0",
    "binaryornot==0.6.0",
];

/// The time that both take for the present: 2023-11-14 22:13:20 UTC.
const EPOCH: &str = "1700000000";

/// Has Cookiecutter see that time.
const SITE: &str = "import os\n\
    try:\n    import arrow\n\
    except ImportError:\n    arrow = None\n\
    if arrow and os.environ.get('SOURCE_DATE_EPOCH'):\n    \
    moment = int(os.environ['SOURCE_DATE_EPOCH'])\n    \
    arrow.now = lambda zone=None: arrow.get(moment, tzinfo='utc')\n";

/// The program; none where the machine has no uv.
static COOKIECUTTER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let uv = Command::new("uv").arg("--version").output();
    if !uv.is_ok_and(|output| output.status.success()) {
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cookiecutter");
    let _ = fs::remove_dir_all(&folder);
    ok(Command::new("uv").args(["venv", "--quiet"]).arg(&folder));
    let python = folder.join("bin/python");
    ok(Command::new("uv")
        .args(["pip", "install", "--quiet", "--python"])
        .arg(&python)
        .args(PACKAGES));
    let site = ok(Command::new(&python).args([
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
    ]));
    fs::write(Path::new(site.trim()).join("sitecustomize.py"), SITE).unwrap();
    Some(folder.join("bin/cookiecutter"))
});

fn ok(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns the program, or says that a test is skipped; fails where `PROOF_REQUIRE` names uv.
#[expect(
    clippy::print_stderr,
    reason = "a test that is skipped says so where the others report"
)]
fn cookiecutter(test: &str) -> Option<&'static Path> {
    let found = COOKIECUTTER.as_deref();
    if found.is_none() {
        let required = env::var("PROOF_REQUIRE").unwrap_or_default();
        let is_required = required.split(',').any(|name| name == "uv");
        assert!(
            !is_required,
            "{test}: `uv` is required by PROOF_REQUIRE and not there"
        );
        eprintln!("{test}: skipped, `uv` is not there");
    }
    found
}

/// The files of a folder with their contents, and whether they are executable.
pub(crate) type Tree = BTreeMap<String, (Vec<u8>, bool)>;

/// A template in a folder of its own.
pub(crate) struct Case {
    name: String,
    root: TempDir,
}

impl Case {
    /// Begins a template with a `cookiecutter.json`.
    pub(crate) fn new(name: &str, json: &str) -> Self {
        let root = tempfile::Builder::new().prefix("cc-").tempdir().unwrap();
        fs::create_dir_all(root.path().join("tpl")).unwrap();
        fs::create_dir_all(root.path().join("home")).unwrap();
        let case = Self {
            name: name.to_owned(),
            root,
        };
        case.file("cookiecutter.json", json)
    }

    /// Adds a file of the template; `P` at the beginning stands for the project's folder.
    #[must_use]
    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = match path.strip_prefix("P/") {
            Some(rest) => format!("{{{{cookiecutter.slug}}}}/{rest}"),
            None => path.to_owned(),
        };
        let path = self.root.path().join("tpl").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Makes a file executable.
    #[must_use]
    pub(crate) fn executable(self, path: &str) -> Self {
        let path = self
            .root
            .path()
            .join("tpl/{{cookiecutter.slug}}")
            .join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root.path().join("home"))
            .env("SOURCE_DATE_EPOCH", EPOCH)
            .env("LANG", "C.UTF-8")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(self.root.path());
        command
    }

    /// Makes the project by pyscaffold.
    pub(crate) fn ours(&self, answers: &[(&str, &str)]) -> Result<Tree, String> {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_pyscaffold")));
        command.args(["new", "./tpl", "ours", "--yes", "--no-git"]);
        for (key, value) in answers {
            command.arg("-D").arg(format!("{key}={value}"));
        }
        outcome(&command.output().unwrap())?;
        let mut tree = read(&self.root.path().join("ours"));
        tree.remove(".pyscaffold.toml");
        Ok(tree)
    }

    /// Makes the project by Cookiecutter.
    fn theirs(&self, program: &Path, answers: &[(&str, &str)]) -> Result<Tree, String> {
        let folder = self.root.path().join("theirs");
        fs::create_dir_all(&folder).unwrap();
        let mut command = self.command(program);
        command.args(["--no-input", "--output-dir", "theirs", "tpl"]);
        for (key, value) in answers {
            command.arg(format!("{key}={value}"));
        }
        outcome(&command.output().unwrap())?;
        let mut made = fs::read_dir(&folder).unwrap();
        Ok(read(&made.next().unwrap().unwrap().path()))
    }

    /// Says where the two differ; nothing if both make the same, or both refuse.
    pub(crate) fn same(self, answers: &[(&str, &str)]) -> Option<String> {
        let program = cookiecutter(&self.name)?;
        match (self.ours(answers), self.theirs(program, answers)) {
            (Ok(ours), Ok(theirs)) => compare(&self.name, &ours, &theirs),
            (Err(ours), Ok(_)) => Some(format!("{}: only pyscaffold refuses: {ours}", self.name)),
            (Ok(_), Err(theirs)) => {
                let said = theirs.lines().last().unwrap_or_default();
                Some(format!("{}: only Cookiecutter refuses: {said}", self.name))
            }
            (Err(ours), Err(_)) => {
                let is_plain = ours.starts_with("error: ");
                (!is_plain).then(|| format!("{}: {ours}", self.name))
            }
        }
    }

    /// Says where the two differ; both must make something.
    pub(crate) fn makes(self, answers: &[(&str, &str)]) -> Option<String> {
        let program = cookiecutter(&self.name)?;
        match (self.ours(answers), self.theirs(program, answers)) {
            (Ok(ours), Ok(theirs)) => compare(&self.name, &ours, &theirs),
            (Err(said), _) | (Ok(_), Err(said)) => Some(format!("{}: {said}", self.name)),
        }
    }

    /// Says what is wrong unless both refuse, pyscaffold with these words.
    pub(crate) fn refused(self, words: &str) -> Option<String> {
        let program = cookiecutter(&self.name)?;
        match (self.ours(&[]), self.theirs(program, &[])) {
            (Err(ours), Err(_)) if ours.contains(words) => None,
            (ours, theirs) => Some(format!(
                "{}: ours {:?}, theirs made it: {}",
                self.name,
                ours.map(drop),
                theirs.is_ok()
            )),
        }
    }
}

/// Fails with everything that differs.
pub(crate) fn none(differences: impl IntoIterator<Item = Option<String>>) {
    let found: Vec<String> = differences.into_iter().flatten().collect();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

fn outcome(output: &Output) -> Result<(), String> {
    let said = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert_ne!(code, Some(70), "a bug: {said}");
    assert_ne!(code, None, "killed: {said}");
    if output.status.success() {
        Ok(())
    } else {
        Err(said.into_owned())
    }
}

fn compare(name: &str, ours: &Tree, theirs: &Tree) -> Option<String> {
    let (mine, other): (Vec<_>, Vec<_>) = (ours.keys().collect(), theirs.keys().collect());
    if mine != other {
        return Some(format!(
            "{name}: {mine:?}, and Cookiecutter makes {other:?}"
        ));
    }
    ours.iter().find_map(|(path, file)| {
        let text = |file: &(Vec<u8>, bool)| String::from_utf8_lossy(&file.0).into_owned();
        let expected = &theirs[path];
        (file != expected).then(|| {
            let (ours, theirs) = (text(file), text(expected));
            format!(
                "{name}: {path}\n  ours   {ours:?}\n  theirs {theirs:?} {} {}",
                file.1, expected.1
            )
        })
    })
}

fn read(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut open = vec![folder.to_owned()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(&below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            tree.insert(name, (fs::read(&path).unwrap(), mode & 0o100 != 0));
        }
    }
    tree
}
