//! A store that is damaged: every file and folder of it in turn and in every way. The other sources go on working, the message names the
//! source and the command that repairs it, and that command does.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use super::support::{Sandbox, Team, entries, install_program};

/// Somebody who is not root: root reads what nobody may read.
const NOBODY: u32 = 54_321;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Damage {
    Truncated,
    Emptied,
    Flipped,
    Removed,
    Unreadable,
    OtherKind,
}

const DAMAGES: [Damage; 6] = [
    Damage::Truncated,
    Damage::Emptied,
    Damage::Flipped,
    Damage::Removed,
    Damage::Unreadable,
    Damage::OtherKind,
];

/// Damages a file or folder; false where that damage is none to it.
fn damage(path: &Path, damage: Damage) -> bool {
    let is_folder = path.is_dir();
    let remove = || {
        if is_folder {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    };
    match damage {
        Damage::Removed => remove(),
        Damage::Unreadable => {
            fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
        }
        Damage::OtherKind if is_folder => {
            remove();
            fs::write(path, "rubbish").unwrap();
        }
        Damage::OtherKind => {
            remove();
            fs::create_dir(path).unwrap();
        }
        Damage::Truncated | Damage::Emptied | Damage::Flipped if is_folder => return false,
        Damage::Truncated | Damage::Emptied | Damage::Flipped => {
            let mut bytes = fs::read(path).unwrap();
            if bytes.is_empty() {
                return false;
            }
            match damage {
                Damage::Truncated => bytes.truncate(bytes.len() / 2),
                Damage::Emptied => bytes.clear(),
                _ => {
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 0x55;
                }
            }
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    true
}

/// A machine on which two sources are added, used by somebody who is not root.
struct Machine {
    sandbox: Sandbox,
    is_root: bool,
}

impl Machine {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let is_root = fs::metadata(sandbox.root()).unwrap().uid() == 0;
        let binary = fs::read(env!("CARGO_BIN_EXE_pyscaffold")).unwrap();
        install_program(&binary, &sandbox.root().join("pyscaffold"));
        let acme = Team::with_two(&sandbox);
        let other = Team::new(&sandbox, "other");
        other.template("x", "1.0.0", "").commit();
        let urls = [acme.url(), other.url()];
        let machine = Self { sandbox, is_root };
        machine.own(machine.sandbox.root());
        for url in urls {
            machine.run(&format!("add {url}")).ok();
        }
        machine
    }

    fn run(&self, words: &str) -> super::support::sandbox::Run<'_> {
        let binary = self.sandbox.root().join("pyscaffold");
        let mut run = self.sandbox.run_binary(&binary).words(words);
        if self.is_root {
            run.command().uid(NOBODY).gid(NOBODY);
        }
        run
    }

    /// Gives a folder to whoever uses the machine.
    fn own(&self, path: &Path) {
        if !self.is_root {
            return;
        }
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                self.own(&entry.unwrap().path());
            }
        }
    }

    fn store(&self) -> PathBuf {
        self.sandbox
            .root()
            .join("home/.local/share/pyscaffold/store")
    }

    /// Makes a project and takes it away; returns what was said if that failed, which is never that its author is to blame.
    fn make(&self, template: &str) -> Result<(), String> {
        let output = self.run(&format!("new {template} w --json")).output();
        output.assert_calm();
        if output.code == Some(0) {
            let made = entries(&self.sandbox.path("w"));
            assert!(made.contains_key(".pyscaffold.toml"));
            fs::remove_dir_all(self.sandbox.path("w")).unwrap();
            return Ok(());
        }
        assert_eq!(output.code, Some(1), "{}", output.stdout);
        let code = &output.json()["error"]["code"];
        assert!(
            code == "source.damaged" || code == "source.not-stored",
            "{}",
            output.stdout
        );
        Err(output.stdout)
    }
}

#[test]
fn whatever_is_damaged_in_the_store_is_named_and_repaired() {
    let machine = Machine::new();
    let store = machine.store();
    let folder = fs::read_dir(&store)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_str().unwrap().contains("acme"))
        .unwrap();
    let kept = machine.sandbox.root().join("kept");
    copy(&store, &kept);
    let mut places: Vec<String> = entries(&folder).into_keys().collect();
    places.push(String::new());
    assert!(places.iter().any(|place| place.contains("/objects/pack/")));
    let (mut said, mut tried) = (0, 0);
    for place in &places {
        for kind in DAMAGES {
            let case = format!("`{place}` {kind:?}");
            fs::remove_dir_all(&store).unwrap();
            copy(&kept, &store);
            machine.own(&store);
            let path = match place.as_str() {
                "" => folder.clone(),
                below => folder.join(below),
            };
            if !damage(&path, kind) {
                continue;
            }
            if path.exists() {
                machine.own(&path);
            }
            tried += 1;
            let listed = machine.run("list").ok();
            assert!(listed.stdout.contains("other/x"), "{case}");
            machine.make("other/x").unwrap();
            if let Err(words) = machine.make("acme/worker") {
                said += 1;
                assert!(words.contains("acme"), "{case}: {words}");
                assert!(words.contains("pyscaffold refresh"), "{case}: {words}");
            }
            machine.run("refresh").ok();
            let repaired = machine.make("acme/worker");
            assert!(repaired.is_ok(), "{case}: {repaired:?}");
            let left = entries(&store);
            let litter = left.keys().find(|path| path.contains("-stage-"));
            assert_eq!(litter, None, "{case}");
        }
    }
    assert!(said > 20 && tried > 80, "{said} of {tried}");
}

/// Copies a folder with its modes.
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
