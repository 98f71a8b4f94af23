//! Released versions of the built-in templates and layers: what a project was made from stays at hand in every later program.
//!
//! Below `templates/released` each version of a package, which is a template or a layer, has a list of its files,
//! `<package>/<version>.toml`. Their contents lie in `blobs`, compressed, each once under the id that git gives it, so that a
//! version costs what it changed. `versions.toml` names every version, and of a template the git tree id of its render with all
//! defaults; a version that it names and that is not there is a fault.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::ZlibDecoder;
use git2::{ObjectType, Oid};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::engine::read_manifest::read_manifest;
use crate::model::manifest::Role;
use crate::model::problem::Problem;
use crate::model::template::Package;

/// The file that names every version.
pub const VERSIONS: &str = "versions.toml";

/// The folder of the contents.
pub const BLOBS: &str = "blobs";

/// Every released version by package, and of a template the git tree id (SHA-1, hexadecimal) of its render with all defaults.
pub type Versions = BTreeMap<String, BTreeMap<Version, String>>;

/// What one version of a package is made of.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The versions of the built-in packages that a template uses or builds upon, by their name in manifests.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub layers: BTreeMap<String, Version>,
    /// The id of each file by its path in the folder of the package.
    pub files: BTreeMap<String, String>,
}

/// Reads a file below `templates/released`; none if it is not there.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Option<Cow<'static, [u8]>>;

/// The released versions.
#[derive(Clone, Copy)]
pub struct Released<'a> {
    read: ReadFile<'a>,
}

impl<'a> Released<'a> {
    /// Returns the versions that a folder holds.
    pub const fn new(read: ReadFile<'a>) -> Self {
        Self { read }
    }

    /// Returns every version that is named.
    ///
    /// # Errors
    /// The file that names them is damaged. Where it is missing nothing has been released.
    pub fn versions(self) -> Result<Versions, Problem> {
        match (self.read)(VERSIONS) {
            Some(bytes) => parse(VERSIONS, &bytes),
            None => Ok(Versions::new()),
        }
    }

    /// Returns what a version of a package is made of; none if it was not released.
    ///
    /// # Errors
    /// The list is damaged.
    pub fn list(self, package: &str, version: &Version) -> Option<Result<List, Problem>> {
        let path = list_path(package, version);
        (self.read)(&path).map(|bytes| parse(&path, &bytes))
    }

    /// Returns a version of a package; none if it was not released.
    ///
    /// # Errors
    /// Something of it is missing or damaged.
    pub fn package(
        self,
        package: &str,
        version: &Version,
        role: Role,
    ) -> Option<Result<Package, Vec<Problem>>> {
        let list = match self.list(package, version)? {
            Ok(list) => list,
            Err(problem) => return Some(Err(vec![problem])),
        };
        Some(self.put_together(package, version, role, &list))
    }

    fn put_together(
        self,
        package: &str,
        version: &Version,
        role: Role,
        list: &List,
    ) -> Result<Package, Vec<Problem>> {
        let mut files = BTreeMap::new();
        for (path, id) in &list.files {
            let bytes = self.blob(id).map_err(|problem| vec![problem])?;
            files.insert(path.clone(), Cow::Owned(bytes));
        }
        let file = format!("{package}/{} {version}", role.file_name());
        let manifest = files.remove(role.file_name()).unwrap_or_default();
        let manifest = read_manifest(role, &file, &String::from_utf8_lossy(&manifest))?;
        let unread = BTreeMap::new();
        Ok(Package {
            manifest,
            files,
            unread,
        })
    }

    /// Returns the content of this id.
    ///
    /// # Errors
    /// It is missing, or is not what its id says.
    pub fn blob(self, id: &str) -> Result<Vec<u8>, Problem> {
        let path = format!("{BLOBS}/{id}");
        let Some(packed) = (self.read)(&path) else {
            return Err(Problem::of(path, "is not there"));
        };
        let mut bytes = Vec::new();
        let unpacked = ZlibDecoder::new(packed.as_ref()).read_to_end(&mut bytes);
        if unpacked.is_ok() && blob_id(&bytes).is_some_and(|found| found == id) {
            Ok(bytes)
        } else {
            Err(Problem::of(path, "is damaged"))
        }
    }
}

impl std::fmt::Debug for Released<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Released").finish_non_exhaustive()
    }
}

/// Returns the path of the list of a version.
pub fn list_path(package: &str, version: &Version) -> String {
    format!("{package}/{version}.toml")
}

/// Returns the id that git gives a content (SHA-1, hexadecimal).
pub fn blob_id(bytes: &[u8]) -> Option<String> {
    let id = Oid::hash_object(ObjectType::Blob, bytes).ok()?;
    Some(id.to_string())
}

fn parse<T: serde::de::DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::of(path, "is not UTF-8"))?;
    toml::from_str(text).map_err(|error| Problem::of(path, error.message().to_owned()))
}
