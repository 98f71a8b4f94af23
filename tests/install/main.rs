//! The wheel, as `PyPI` would have it: built by maturin, looked into, and installed as a user of Python installs a command.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "runs programs, reads what they write, and fails by panicking"
)]
#![expect(
    unreachable_pub,
    reason = "finding interpreters is shared with other suites"
)]

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

#[path = "../support/pythons.rs"]
mod pythons;

/// The program that builds the wheel, in a version that knows PEP 770.
const MATURIN: &str = "maturin==1.16.0";

/// The wheel; none where the machine has no uv.
static WHEEL: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wheel");
    if !has("uv") {
        return None;
    }
    let _ = fs::remove_dir_all(&folder);
    // With the settings of a release, in this build's own folder, so that dependencies are compiled once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut build = Command::new("uv");
    build
        .args([
            "tool",
            "run",
            "--isolated",
            MATURIN,
            "build",
            "--release",
            "--locked",
        ])
        .args([OsStr::new("--target-dir"), target.as_os_str()])
        .args([OsStr::new("--out"), folder.as_os_str()])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    ok(&mut build);
    let wheels: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(wheels.len(), 1, "{wheels:?}");
    wheels.into_iter().next()
});

/// Returns the wheel, or says that a test is skipped; fails where `PROOF_REQUIRE` names uv.
#[expect(
    clippy::print_stderr,
    reason = "a test that is skipped says so where the others report"
)]
fn wheel(test: &str) -> Option<&'static Path> {
    let wheel = WHEEL.as_deref();
    if wheel.is_none() {
        let required = env::var("PROOF_REQUIRE").unwrap_or_default();
        let is_required = required.split(',').any(|name| name == "uv");
        assert!(
            !is_required,
            "{test}: `uv` is required by PROOF_REQUIRE and not there"
        );
        eprintln!("{test}: skipped, `uv` is not there");
    }
    wheel
}

fn has(program: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

/// Runs a command that must succeed, and returns what it wrote.
fn ok(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{stdout}\n{stderr}");
    stdout + &stderr
}

/// Returns the oldest Python of this machine that templates know, or whatever `python3` is.
fn python() -> PathBuf {
    let found = pythons::find().into_values().next();
    found.unwrap_or_else(|| PathBuf::from("python3"))
}

/// A home of its own, with nothing of the user's settings.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Prepares a command here; an installer keeps its cache and its way to the package index.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env("UV_TOOL_DIR", self.path("tools"))
            .env("UV_TOOL_BIN_DIR", self.path("bin"))
            .env("UV_CACHE_DIR", uv_cache())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("VIRTUAL_ENV");
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("XDG_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Makes a project by an installed command, and looks at what is left.
    fn make_project(&self, pyscaffold: &Path, name: &str) {
        let words = [
            "new",
            "click-cli",
            name,
            "--yes",
            "--author",
            "Ada Lovelace",
        ];
        let mut new = self.command(pyscaffold);
        ok(new.args(words).args(["--email", "ada@example.org"]));
        let project = self.path(name);
        assert!(project.join("pyproject.toml").is_file());
        let mut git = self.command("git");
        let log = ok(git.args(["log", "--format=%an"]).current_dir(&project));
        assert_eq!(log, "Ada Lovelace\n");
    }

    /// Makes an environment and returns its folder of commands.
    fn environment(&self, name: &str) -> PathBuf {
        let mut venv = self.command(python());
        ok(venv.args(["-m", "venv", name]));
        self.path(name).join("bin")
    }
}

fn uv_cache() -> String {
    ok(Command::new("uv").args(["cache", "dir"]))
        .trim()
        .to_owned()
}

/// Returns what a Python prints.
fn print(home: &Home, python: &Path, program: &str, wheel: &Path) -> String {
    let mut run = home.command(python);
    ok(run.args(["-I", "-c", program]).arg(wheel))
}

#[test]
fn the_wheel_holds_the_command_and_nothing_to_import() {
    let Some(wheel) = wheel("the_wheel_holds_the_command_and_nothing_to_import") else {
        return;
    };
    let home = Home::new();
    let list = "import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep='\\n')";
    let names = print(&home, &python(), list, wheel);
    let top: BTreeSet<&str> = names
        .lines()
        .filter_map(|name| name.split('/').next())
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    let expected = ["data", "dist-info"].map(|kind| format!("pyscaffold_rs-{version}.{kind}"));
    assert_eq!(top, expected.iter().map(String::as_str).collect());
    for wanted in [
        "data/scripts/pyscaffold",
        "dist-info/licenses/LICENSE-APACHE",
        "dist-info/licenses/LICENSE-MIT",
        "dist-info/sboms/pyscaffold.cyclonedx.json",
    ] {
        assert!(
            names.lines().any(|name| name.ends_with(wanted)),
            "{wanted}: {names}"
        );
    }
    let name = wheel.file_name().unwrap().to_string_lossy();
    assert!(
        name.starts_with(&format!("pyscaffold_rs-{version}-py3-none-")),
        "{name}"
    );
    let read = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); \
                print(z.read([n for n in z.namelist() if n.endswith('/METADATA')][0]).decode())";
    let metadata = print(&home, &python(), read, wheel);
    for line in [
        "Name: pyscaffold-rs".to_owned(),
        format!("Version: {version}"),
        "License-Expression: MIT OR Apache-2.0".to_owned(),
        format!("Summary: {}", env!("CARGO_PKG_DESCRIPTION")),
        "Requires-Python: >=3.8".to_owned(),
    ] {
        assert!(
            metadata.lines().any(|found| found == line),
            "{line}: {metadata}"
        );
    }
    assert!(!metadata.contains("\nRequires-Dist:"), "{metadata}");
    let check = [
        "tool",
        "run",
        "--isolated",
        "twine==6.2.0",
        "check",
        "--strict",
    ];
    ok(home.command("uv").args(check).arg(wheel));
}

#[test]
fn uv_and_pip_install_a_command_that_makes_a_project() {
    let Some(wheel) = wheel("uv_and_pip_install_a_command_that_makes_a_project") else {
        return;
    };
    let home = Home::new();
    ok(home.command("uv").args(["tool", "install"]).arg(wheel));
    home.make_project(&home.path("bin/pyscaffold"), "by-uv");
    let shown = ok(home.command(home.path("bin/pyscaffold")).arg("--version"));
    assert_eq!(shown, format!("pyscaffold {}\n", env!("CARGO_PKG_VERSION")));

    let bin = home.environment("venv");
    let mut pip = home.command(bin.join("pip"));
    ok(pip.args(["install", "--quiet", "--no-index"]).arg(wheel));
    home.make_project(&bin.join("pyscaffold"), "by-pip");

    ok(home
        .command("uv")
        .args(["tool", "uninstall", "pyscaffold-rs"]));
    assert!(!home.path("bin/pyscaffold").exists());
}

#[test]
fn it_lives_beside_the_python_package_pyscaffold() {
    let Some(wheel) = wheel("it_lives_beside_the_python_package_pyscaffold") else {
        return;
    };
    let home = Home::new();
    let bin = home.environment("venv");
    let mut pip = home.command(bin.join("pip"));
    // What putup itself needs at run time, which a new environment no longer has.
    ok(pip
        .args(["install", "--quiet", "pyscaffold", "setuptools<81"])
        .arg(wheel));
    let files = "import sys; from importlib.metadata import files; \
                 print(len({str(f) for f in files('pyscaffold')} & {str(f) for f in files('pyscaffold-rs')}))";
    assert_eq!(print(&home, &bin.join("python"), files, wheel), "0\n");

    home.make_project(&bin.join("pyscaffold"), "ours");
    ok(home.command(bin.join("putup")).arg("--version"));
    let mut putup = home.command(bin.join("putup"));
    putup
        .env("GIT_AUTHOR_NAME", "Ada Lovelace")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org");
    putup
        .env("GIT_COMMITTER_NAME", "Ada Lovelace")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org");
    fs::write(
        home.path(".gitconfig"),
        "[user]\nname = Ada Lovelace\nemail = ada@example.org\n",
    )
    .unwrap();
    ok(putup.arg("theirs"));
    assert!(home.path("theirs/setup.cfg").is_file());
}
