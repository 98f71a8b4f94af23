//! The container engine: whichever `docker` reaches. What a project makes there carries the project's own name and is removed.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::command;
use crate::project::{Failure, Subject};

/// The names of images that projects under way give: several projects are called the same.
static TAKEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Told when a name is free again.
static FREED: Condvar = Condvar::new();

/// Held while an image is built.
static BUILDING: Mutex<()> = Mutex::new(());

/// Waits until no other check builds an image: engines with `BuildKit` may die when builds with the same steps meet, as it then walks
/// over steps that the other build has just given up.
pub fn building() -> MutexGuard<'static, ()> {
    BUILDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The container engine that this machine reaches.
#[derive(Debug)]
pub struct Engine {
    /// Called with the names of images before they are needed, where no registry is reached.
    provider: Option<OsString>,
    provided: Mutex<BTreeSet<String>>,
}

impl Engine {
    /// Asks for the engine and for the two plugins of its client.
    pub fn look(folder: &Path) -> Result<Self, Failure> {
        for words in [
            ["version", "--format={{.Server.Version}}"],
            ["buildx", "version"],
            ["compose", "version"],
        ] {
            let mut ask = command::clean("docker", folder);
            let answer = ask.args(words).output();
            if !answer.is_ok_and(|output| output.status.success()) {
                let words = words.join(" ");
                let lack = format!("docker: `docker {words}` reaches no container engine");
                return Err(Failure::Lacks(lack));
            }
        }
        Ok(Self {
            provider: env::var_os("PROOF_IMAGES").filter(|program| !program.is_empty()),
            provided: Mutex::default(),
        })
    }

    /// Has the images there, where `PROOF_IMAGES` names a program that brings them; elsewhere the engine pulls them itself.
    pub fn provide(&self, subject: &Subject<'_>, names: &BTreeSet<String>) -> Result<(), Failure> {
        let Some(provider) = &self.provider else {
            return Ok(());
        };
        let mut provided = self.provided.lock().unwrap_or_else(PoisonError::into_inner);
        let missing: Vec<&String> = names.difference(&provided).collect();
        if !missing.is_empty() {
            let pythons = env::join_paths(subject.machine.pythons.values());
            let pythons = pythons.map_err(|error| Failure::new(error.to_string()))?;
            let mut provide = subject.command(provider);
            provide.args(missing).env("PROOF_PYTHONS", pythons);
            let _building = building();
            subject.finish(&mut provide)?;
            provided.extend(names.iter().cloned());
        }
        Ok(())
    }
}

/// What a check makes in the engine; all of it goes when this does.
#[derive(Debug)]
pub struct Belongings<'a> {
    subject: &'a Subject<'a>,
    name: String,
    /// An image that the project itself gives a name.
    image: Option<String>,
    /// A volume that a tool gives a name.
    volume: Option<String>,
}

impl<'a> Belongings<'a> {
    /// Returns what belongs to a project for one purpose, nothing so far.
    pub fn new(subject: &'a Subject<'a>, purpose: &str) -> Self {
        let (template, number) = (subject.project.row.name, subject.project.number);
        let name = format!("{template}-{number}-{}-{purpose}", process::id());
        Self {
            subject,
            name,
            image: None,
            volume: None,
        }
    }

    /// Returns the same, and with it an image that the project itself gives a name, once no other project has that name.
    pub fn with_image(mut self, image: Option<String>) -> Self {
        if let Some(name) = &image {
            let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
            let free = FREED.wait_while(taken, |taken| taken.contains(name));
            free.unwrap_or_else(PoisonError::into_inner)
                .insert(name.clone());
        }
        self.image = image;
        self
    }

    /// Returns the same, and with it a volume that a tool gives a name, unless somebody has one of that name already.
    pub fn with_new_volume(mut self, volume: &str) -> Self {
        let known = self.docker(["volume", "inspect", volume]).output();
        if !known.is_ok_and(|output| output.status.success()) {
            self.volume = Some(volume.to_owned());
        }
        self
    }

    /// Returns the name that everything here starts with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what it belongs to.
    pub fn subject(&self) -> &'a Subject<'a> {
        self.subject
    }

    /// Returns a command of the client.
    pub fn docker<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> process::Command {
        let mut docker = self.subject.command("docker");
        docker.args(words).current_dir(&self.subject.beside);
        docker
    }

    /// Runs a command of the client; it must succeed. Returns its output.
    pub fn run<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Result<String, Failure> {
        self.subject.finish(&mut self.docker(words))
    }

    /// Runs a command of the client in a folder; it must succeed. Returns its output.
    pub fn run_in<'w>(
        &self,
        folder: &Path,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Result<String, Failure> {
        self.subject.finish(self.docker(words).current_dir(folder))
    }

    /// Gives an image another name.
    pub fn tag(&self, image: &str, name: &str) -> Result<(), Failure> {
        if self.run(["image", "inspect", image]).is_err() {
            self.run(["pull", "--quiet", image])?;
        }
        self.run(["tag", image, name]).map(drop)
    }

    /// Returns what `docker inspect` says about an image or a container.
    pub fn inspect(&self, kind: &str, name: &str) -> Result<Value, Failure> {
        let text = self.run(["inspect", "--type", kind, name])?;
        let mut things: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("docker inspect {name}: {error}")))?;
        Ok(things[0].take())
    }

    /// Returns what the client lists with this name in it.
    fn list(&self, kind: &[&str], filter: &str) -> Vec<String> {
        let filter = format!("--filter={filter}={}*", self.name);
        let words = kind.iter().copied().chain([filter.as_str()]);
        let listed = self.docker(words).output();
        let listed = listed.map(|output| output.stdout).unwrap_or_default();
        let listed = String::from_utf8_lossy(&listed).into_owned();
        listed.lines().map(str::to_owned).collect()
    }
}

impl Drop for Belongings<'_> {
    fn drop(&mut self) {
        let rows: [(&[&str], &str, &[&str]); 4] = [
            (
                &["ps", "--all", "--quiet"],
                "name",
                &["rm", "--force", "--volumes"],
            ),
            (&["network", "ls", "--quiet"], "name", &["network", "rm"]),
            (
                &["volume", "ls", "--quiet"],
                "name",
                &["volume", "rm", "--force"],
            ),
            // By their names: another image may be the same to the last byte.
            (
                &["images", "--format={{.Repository}}:{{.Tag}}"],
                "reference",
                &["rmi", "--force"],
            ),
        ];
        for (kind, filter, remove) in rows {
            let mut names = self.list(kind, filter);
            if kind.contains(&"images") {
                names.extend(self.image.clone());
            }
            if kind.contains(&"volume") {
                names.extend(self.volume.take());
            }
            if !names.is_empty() {
                let words = remove
                    .iter()
                    .copied()
                    .chain(names.iter().map(String::as_str));
                // What cannot be removed is not what is proven.
                drop(self.docker(words).output());
            }
        }
        if let Some(name) = &self.image {
            let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
            taken.remove(name);
            FREED.notify_all();
        }
    }
}
