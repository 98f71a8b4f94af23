//! What this machine has: uv, Pythons, servers, room for projects.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use tempfile::TempDir;

use crate::engine::Engine;
use crate::postgres;
use crate::project::{self, Failure};
use crate::pythons::{self, Minor};
use crate::rabbitmq;
use crate::redis;
use crate::table::{Check, Number, TEMPLATES};
use crate::tools::Tools;
use crate::upgrade;

/// What `PROOF_REQUIRE` can name that `tests/it` looks for.
const ELSEWHERE: [&str; 6] = ["mount", "openssl", "root", "sshd", "strace", "uv"];

/// Programs that `PROOF_REQUIRE` can name: shells that complete, what formats man pages, a browser.
const PROGRAMS: [&str; 5] = ["bash", "chromium", "fish", "groff", "zsh"];

/// What `PROOF_REQUIRE` calls the tools of the judges.
const JUDGES: &str = "judges";

/// The newest Python that all judges have wheels for.
const SETTLED: Minor = (3, 13);

/// What this machine has.
#[derive(Debug)]
pub struct Machine {
    /// The interpreters, the newest of each minor version.
    pub pythons: BTreeMap<Minor, PathBuf>,
    /// What must be there.
    required: Vec<String>,
    /// The only checks that are wanted, if not all are.
    only: Vec<String>,
    room: Mutex<Option<TempDir>>,
    folder: PathBuf,
    postgres: OnceLock<Result<postgres::Server, Failure>>,
    rabbitmq: OnceLock<Result<rabbitmq::Server, Failure>>,
    engine: OnceLock<Result<Engine, Failure>>,
    tools: OnceLock<Result<Tools, Failure>>,
    next_release: OnceLock<Result<PathBuf, Failure>>,
}

impl Machine {
    /// Finds out what is there.
    pub fn look_around() -> Result<Self, String> {
        let pythons = pythons::find();
        if pythons.is_empty() {
            return Err("no Python 3.11 or newer was found".to_owned());
        }
        let room = room().map_err(|error| format!("cannot make a folder: {error}"))?;
        bring_uv(&room.path().join("bin"), pythons.values().next_back())?;
        Ok(Self {
            pythons,
            required: named("PROOF_REQUIRE"),
            only: named("PROOF_ONLY"),
            folder: room.path().to_owned(),
            room: Mutex::new(Some(room)),
            postgres: OnceLock::new(),
            rabbitmq: OnceLock::new(),
            engine: OnceLock::new(),
            tools: OnceLock::new(),
            next_release: OnceLock::new(),
        })
    }

    /// Returns the variable `PATH` of everything that runs in a project: uv first, then as it is.
    pub fn path(&self) -> OsString {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = [self.folder.join("bin")]
            .into_iter()
            .chain(env::split_paths(&path));
        env::join_paths(folders).unwrap_or(path)
    }

    /// Returns the variable `PATH` with the folders of a program and of all interpreters before the rest, so that each is found
    /// by its version.
    pub fn path_with(&self, program: &Path) -> OsString {
        let own = [self.folder.join("bin")].into_iter();
        let programs = [program].into_iter();
        let programs = programs.chain(self.pythons.values().map(PathBuf::as_path));
        let folders = programs.filter_map(|program| program.parent().map(Path::to_owned));
        let path = self.path();
        let folders = own.chain(folders).chain(env::split_paths(&path));
        env::join_paths(folders).unwrap_or(path)
    }

    /// Returns where a program is.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.path();
        let mut places = env::split_paths(&path).map(|folder| folder.join(name));
        places.find(|place| place.is_file())
    }

    /// Returns the folder that projects are made in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns whether projects stay when all is done.
    pub fn keeps_projects() -> bool {
        env::var_os("PROOF_KEEP").is_some_and(|value| value == "1")
    }

    /// Returns whether a check is wanted: all are that need not be asked for, unless `PROOF_ONLY` names some; those that all others
    /// need always are.
    pub fn wants(&self, check: &Check) -> bool {
        let is_named = self.only.iter().any(|name| name == check.name);
        if check.number == Number::OnDemand {
            return is_named;
        }
        self.only.is_empty() || is_named || check.action.is_first()
    }

    /// Returns what `PROOF_ONLY` names and no check is called.
    pub fn unknown_checks(&self) -> Vec<String> {
        let is_known = |name: &&String| {
            let mut checks = TEMPLATES.iter().flat_map(project::checks);
            checks.any(|check| check.name == **name)
        };
        let unknown = self.only.iter().filter(|name| !is_known(name));
        unknown.cloned().collect()
    }

    /// Returns the tools of the judges, which are installed when they are first asked for.
    pub fn tools(&self) -> Result<&Tools, Failure> {
        let tools = self.tools.get_or_init(|| {
            let settled = self.pythons.range(..=SETTLED).next_back();
            let python = settled.or_else(|| self.pythons.iter().next_back());
            let (_, python) = python.ok_or_else(|| Failure::new("no Python"))?;
            Tools::bring(python, &self.path())
        });
        tools.as_ref().map_err(Clone::clone)
    }

    /// Returns what `PROOF_REQUIRE` names and the machine lacks, each with what there is to say about it.
    pub fn required_and_missing(&self) -> Vec<(String, String)> {
        let missing = self.required.iter().filter(|thing| !self.has(thing));
        let why = |thing: &String| {
            if thing != JUDGES {
                return "not found".to_owned();
            }
            match self.tools() {
                Ok(_) => String::new(),
                Err(Failure::Lacks(why) | Failure::Failed(why)) => why,
            }
        };
        missing.map(|thing| (thing.clone(), why(thing))).collect()
    }

    fn has(&self, thing: &str) -> bool {
        match thing.strip_prefix("python") {
            Some(version) => minor(version).is_some_and(|minor| self.pythons.contains_key(&minor)),
            None if thing == "postgres" => postgres::Server::binaries().is_some(),
            None if thing == "rabbitmq" => rabbitmq::Server::is_installed(),
            None if thing == "redis" => self.program(redis::PROGRAM).is_some(),
            None if thing == "docker" => self.engine().is_ok(),
            None if thing == JUDGES => self.tools().is_ok(),
            None if PROGRAMS.contains(&thing) => self.program(thing).is_some(),
            None => ELSEWHERE.contains(&thing),
        }
    }

    /// Returns the PostgreSQL server of this run, which starts when it is first asked for.
    pub fn postgres(&self) -> Result<&postgres::Server, Failure> {
        let start = || postgres::Server::start(&self.folder.join("postgres"));
        let server = self.postgres.get_or_init(start);
        server.as_ref().map_err(Clone::clone)
    }

    /// Returns the `RabbitMQ` server of this run, which starts when it is first asked for.
    pub fn rabbitmq(&self) -> Result<&rabbitmq::Server, Failure> {
        let start = || rabbitmq::Server::start(&self.folder.join("rabbitmq"));
        let server = self.rabbitmq.get_or_init(start);
        server.as_ref().map_err(Clone::clone)
    }

    /// Returns the program of the next release, which is built when it is first asked for.
    pub fn next_release(&self) -> Result<&Path, Failure> {
        let built = self.next_release.get_or_init(|| upgrade::build(self));
        built.as_deref().map_err(Clone::clone)
    }

    /// Returns the container engine.
    pub fn engine(&self) -> Result<&Engine, Failure> {
        let engine = self.engine.get_or_init(|| Engine::look(&self.folder));
        engine.as_ref().map_err(Clone::clone)
    }

    /// Stops what was started and removes what was made, unless it shall stay.
    pub fn close(&self) {
        if let Some(Ok(server)) = self.postgres.get() {
            server.stop();
        }
        if let Some(Ok(server)) = self.rabbitmq.get() {
            server.stop();
        }
        let room = self
            .room
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(room) = room
            && Self::keeps_projects()
        {
            println!("the projects are in {}", room.keep().display());
        }
    }
}

/// Returns the words of a variable, which have commas between them.
fn named(variable: &str) -> Vec<String> {
    let value = env::var(variable).unwrap_or_default();
    let words = value.split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns the minor version that an answer such as `3.13` names.
pub fn minor(version: &str) -> Option<Minor> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Makes a folder with links to uv and uvx.
///
/// What `PATH` offers may be a stand-in that picks a program by the `.python-version` of the folder it is called in, as pyenv's
/// does; in a project it then finds none. So uv itself is asked where it is.
fn bring_uv(folder: &Path, python: Option<&PathBuf>) -> Result<(), String> {
    const PROGRAM: &str = "import os; print(os.environ['UV'])";
    let mut ask = Command::new("uv");
    ask.args([
        "run",
        "--no-project",
        "--offline",
        "--no-config",
        "--python",
    ])
    .args(python)
    .args(["python", "-c", PROGRAM]);
    let answer = ask.output().ok().filter(|output| output.status.success());
    let answer = answer.and_then(|output| String::from_utf8(output.stdout).ok());
    let uv = answer.map(|path| PathBuf::from(path.trim())).ok_or(
        "uv is not on PATH; `tests/run.sh` brings it, or see \
         https://docs.astral.sh/uv/getting-started/installation/",
    )?;
    let linked = fs::create_dir(folder).and_then(|()| {
        for name in ["uv", "uvx"] {
            link(&uv.with_file_name(name), &folder.join(name))?;
        }
        Ok(())
    });
    linked.map_err(|error| format!("cannot make links to uv: {error}"))
}

#[cfg(unix)]
fn link(program: &Path, place: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(program, place)
}

#[cfg(not(unix))]
fn link(program: &Path, place: &Path) -> std::io::Result<()> {
    let ending = std::env::consts::EXE_SUFFIX;
    let program = format!("{}{ending}", program.display());
    fs::copy(program, format!("{}{ending}", place.display())).map(drop)
}

/// Makes a folder that others may look into: a database server does not run as root.
fn room() -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("pyscaffold-proof-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o755));
    }
    builder.tempdir()
}
