//! What this machine has: uv, Pythons, a PostgreSQL server, room for projects.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use tempfile::TempDir;

use crate::postgres::Server;
use crate::project::Failure;
use crate::pythons::{self, Minor};

/// What `PROOF_REQUIRE` can name that `tests/it` looks for.
const ELSEWHERE: [&str; 3] = ["mount", "root", "strace"];

/// What this machine has.
#[derive(Debug)]
pub struct Machine {
    /// The interpreters, the newest of each minor version.
    pub pythons: BTreeMap<Minor, PathBuf>,
    /// What must be there.
    required: Vec<String>,
    room: Mutex<Option<TempDir>>,
    folder: PathBuf,
    postgres: OnceLock<Result<Server, Failure>>,
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
        let required = env::var("PROOF_REQUIRE").unwrap_or_default();
        let required = required
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        Ok(Self {
            pythons,
            required: required.map(str::to_owned).collect(),
            folder: room.path().to_owned(),
            room: Mutex::new(Some(room)),
            postgres: OnceLock::new(),
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

    /// Returns the folder that projects are made in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns whether projects stay when all is done.
    pub fn keeps_projects() -> bool {
        env::var_os("PROOF_KEEP").is_some_and(|value| value == "1")
    }

    /// Returns what `PROOF_REQUIRE` names and the machine lacks.
    pub fn required_and_missing(&self) -> Vec<String> {
        let missing = self.required.iter().filter(|thing| !self.has(thing));
        missing.cloned().collect()
    }

    fn has(&self, thing: &str) -> bool {
        match thing.strip_prefix("python") {
            Some(version) => minor(version).is_some_and(|minor| self.pythons.contains_key(&minor)),
            None if thing == "postgres" => Server::binaries().is_some(),
            None => ELSEWHERE.contains(&thing),
        }
    }

    /// Returns the PostgreSQL server of this run, which starts when it is first asked for.
    pub fn postgres(&self) -> Result<&Server, Failure> {
        let server = self
            .postgres
            .get_or_init(|| Server::start(&self.folder.join("postgres")));
        server.as_ref().map_err(Clone::clone)
    }

    /// Stops what was started and removes what was made, unless it shall stay.
    pub fn close(&self) {
        if let Some(Ok(server)) = self.postgres.get() {
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
