//! Finds the Python interpreters of this machine.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A minor version, such as (3, 13).
pub type Minor = (u32, u32);

/// The oldest version that templates know.
const OLDEST: Minor = (3, 11);

/// Returns the newest interpreter of each minor version from 3.11 on.
///
/// `PROOF_PYTHONS`, paths with `:` between them, names them; without it, interpreters are looked for on `PATH`, among those of
/// pyenv, and among those of uv.
pub fn find() -> BTreeMap<Minor, PathBuf> {
    let candidates = match env::var_os("PROOF_PYTHONS") {
        Some(paths) => env::split_paths(&paths).collect(),
        None => candidates(),
    };
    let mut newest: BTreeMap<Minor, (u32, PathBuf)> = BTreeMap::new();
    for path in candidates {
        let Some((minor, patch, path)) = ask(&path) else {
            continue;
        };
        if newest.get(&minor).is_none_or(|(known, _)| patch > *known) {
            newest.insert(minor, (patch, path));
        }
    }
    newest
        .into_iter()
        .map(|(minor, (_, path))| (minor, path))
        .collect()
}

fn candidates() -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let pyenv = env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    let managed = env::var_os("UV_PYTHON_INSTALL_DIR")
        .map_or_else(|| home.join(".local/share/uv/python"), PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(subfolders(&pyenv.join("versions")));
    folders.extend(subfolders(&managed));
    let named = |folder: PathBuf| {
        let minors = (11..=15).map(|minor| format!("python3.{minor}"));
        let names = minors.chain(["python3".to_owned()]);
        names.map(move |name| folder.join(name))
    };
    folders
        .into_iter()
        .flat_map(named)
        .filter(|path| path.is_file())
        .collect()
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    entries
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect()
}

/// Asks an interpreter for its version and its place; none if it does not run or is too old.
///
/// The place is that of the interpreter itself, where the path is a stand-in of pyenv or belongs to a virtual environment.
fn ask(path: &Path) -> Option<(Minor, u32, PathBuf)> {
    const PROGRAM: &str = "import sys; print(*sys.version_info[:3], sys._base_executable)";
    let output = Command::new(path)
        .args(["-I", "-c", PROGRAM])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.trim().splitn(4, ' ');
    let mut number = || words.next()?.parse::<u32>().ok();
    let (major, minor, patch) = (number()?, number()?, number()?);
    let place = PathBuf::from(words.next()?);
    ((major, minor) >= OLDEST && output.status.success()).then_some(((major, minor), patch, place))
}
