//! A folder of its own for each test, and the program run in it with nothing of the machine's settings.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The time that every run takes for the present: 2023-11-14 22:13:20 UTC.
pub(crate) const EPOCH: &str = "1700000000";

/// A temporary folder with a home, a configuration and a place to work in.
#[derive(Debug)]
pub(crate) struct Sandbox {
    root: TempDir,
}

impl Sandbox {
    /// Makes a sandbox in which git knows Ada Lovelace.
    pub(crate) fn new() -> Self {
        let sandbox = Self::without_identity();
        sandbox.git_config("[user]\nname = Ada Lovelace\nemail = ada@example.org\n");
        sandbox
    }

    /// Makes a sandbox in which git knows nobody.
    pub(crate) fn without_identity() -> Self {
        let root = tempfile::Builder::new().prefix("it-").tempdir().unwrap();
        for folder in ["home", "tmp", "work"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("gitconfig"), "").unwrap();
        Self { root }
    }

    /// Makes a sandbox with the template `./demo` of this suite in it.
    pub(crate) fn with_demo() -> Self {
        let sandbox = Self::new();
        sandbox.add_demo();
        sandbox
    }

    /// Copies the template `demo` of this suite into the place to work in.
    pub(crate) fn add_demo(&self) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/demo");
        copy(&from, &self.path("demo"));
    }

    /// Replaces the git configuration.
    pub(crate) fn git_config(&self, text: &str) {
        fs::write(self.root.path().join("gitconfig"), text).unwrap();
    }

    /// Returns the root, which holds `home`, `work` and `gitconfig`.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Returns a path in the place to work in.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() {
            return self.root.path().join("work");
        }
        self.root.path().join("work").join(path)
    }

    /// Writes a file in the place to work in.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a file in the place to work in.
    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Returns the names in the place to work in, hidden ones too, without the templates `demo` and `tpl`.
    pub(crate) fn litter(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(""))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "demo" && name != "tpl")
            .collect();
        names.sort();
        names
    }

    /// Begins a run of the program with these words, split at spaces.
    pub(crate) fn run(&self, words: &str) -> Run<'_> {
        self.run_binary(Path::new(env!("CARGO_BIN_EXE_pyscaffold")))
            .words(words)
    }

    /// Begins a run of another program in the same environment.
    pub(crate) fn run_binary(&self, program: &Path) -> Run<'_> {
        let mut command = Command::new(program);
        self.prepare(&mut command);
        Run {
            sandbox: self,
            command,
            input: None,
        }
    }

    /// Gives a command this sandbox's environment and folder, and nothing else.
    pub(crate) fn prepare(&self, command: &mut Command) {
        let home = self.root.path().join("home");
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("GIT_CONFIG_GLOBAL", self.root.path().join("gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("SOURCE_DATE_EPOCH", EPOCH)
            .env("TMPDIR", self.root.path().join("tmp"))
            .env("LANG", "C")
            .current_dir(self.path(""));
    }

    /// Runs the real git in a folder of the place to work in and returns its output.
    pub(crate) fn git(&self, folder: &str, words: &str) -> String {
        let output = self
            .run_binary(Path::new("git"))
            .in_folder(folder)
            .words(words)
            .ok();
        output.stdout
    }

    /// Returns where the configuration is read from by default.
    pub(crate) fn config_file(&self) -> PathBuf {
        self.root.path().join("home/.config/pyscaffold/config.toml")
    }

    /// Writes the configuration.
    pub(crate) fn config(&self, text: &str) {
        let file = self.config_file();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Puts a program into the folder `bin` of the sandbox and returns a `PATH` that begins with it.
    pub(crate) fn program(&self, name: &str, script: &str) -> String {
        let bin = self.root.path().join("bin");
        fs::create_dir_all(&bin).unwrap();
        install_program(format!("#!/bin/sh\n{script}\n").as_bytes(), &bin.join(name));
        let path = std::env::var("PATH").unwrap_or_default();
        format!("{}:{path}", bin.display())
    }

    /// Puts fixed words in the place of what differs from run to run: the temporary folder and commit ids.
    pub(crate) fn steady(&self, text: &str) -> String {
        let root = self.root.path().to_str().unwrap();
        let mut steady = text.replace(root, "[SANDBOX]");
        if let Some((_, rest)) = text.split_once("first commit ")
            && let Some(id) = rest.get(..7)
        {
            steady = steady.replace(id, "[COMMIT]");
        }
        steady
    }
}

/// A run of a program, not yet started.
#[must_use = "a run is started by `ok`, `fails` or `output`"]
#[derive(Debug)]
pub(crate) struct Run<'a> {
    sandbox: &'a Sandbox,
    command: Command,
    input: Option<Vec<u8>>,
}

impl Run<'_> {
    /// Adds words, split at spaces.
    pub(crate) fn words(mut self, words: &str) -> Self {
        self.command.args(words.split_whitespace());
        self
    }

    /// Adds one word as it is.
    pub(crate) fn arg(mut self, word: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(word);
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in a folder of the place to work in.
    pub(crate) fn in_folder(mut self, folder: &str) -> Self {
        self.command.current_dir(self.sandbox.path(folder));
        self
    }

    /// Gives the program something to read; without it input is empty.
    pub(crate) fn input(mut self, text: &str) -> Self {
        self.input = Some(text.as_bytes().to_vec());
        self
    }

    /// Returns the command, for what this builder does not know.
    pub(crate) fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Runs the program and returns what it did.
    pub(crate) fn output(mut self) -> Output {
        let input = self.input.take();
        let stdin = if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        };
        self.command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        if let Some(bytes) = input {
            // A program that does not read its input is fine.
            drop(child.stdin.take().unwrap().write_all(&bytes));
        }
        let output = child.wait_with_output().unwrap();
        Output {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }

    /// Runs the program, which must end with 0.
    #[track_caller]
    pub(crate) fn ok(self) -> Output {
        let shown = format!("{:?}", self.command);
        let output = self.output();
        assert_eq!(
            output.code,
            Some(0),
            "{shown}\n{}{}",
            output.stdout,
            output.stderr
        );
        output
    }

    /// Runs the program, which must end with this code and neither panic nor show a backtrace.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> Output {
        let shown = format!("{:?}", self.command);
        let output = self.output();
        assert_eq!(
            output.code,
            Some(code),
            "{shown}\n{}{}",
            output.stdout,
            output.stderr
        );
        output.assert_calm();
        output
    }
}

/// What a program wrote and how it ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Output {
    /// Output.
    pub(crate) stdout: String,
    /// Error output.
    pub(crate) stderr: String,
    /// The exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
}

impl Output {
    /// Returns output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// Returns what comes after a word at the beginning of a line of error output, such as `Git`.
    #[track_caller]
    pub(crate) fn line(&self, word: &str) -> String {
        self.stderr
            .lines()
            .find_map(|line| line.trim_start().strip_prefix(word))
            .unwrap_or_else(|| panic!("no line `{word}` in\n{}", self.stderr))
            .trim()
            .to_owned()
    }

    /// Asserts that no panic and no backtrace is shown.
    #[track_caller]
    pub(crate) fn assert_calm(&self) {
        for word in ["panicked", "RUST_BACKTRACE", "stack backtrace", "overflow"] {
            assert!(!self.stderr.contains(word), "{}", self.stderr);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Writes a program by another process. A program that some process holds open for writing cannot be started, and a process
/// that another test starts just then holds, for a moment, whatever this one has open.
pub(crate) fn install_program(program: &[u8], place: &Path) {
    let mut install = Command::new("install")
        .args(["-m", "755", "/dev/stdin"])
        .arg(place)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    install.stdin.take().unwrap().write_all(program).unwrap();
    assert!(install.wait().unwrap().success(), "{}", place.display());
}
