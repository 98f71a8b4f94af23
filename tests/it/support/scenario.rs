//! Updates as rows of a table: what the template made, what the user did, what it makes now, and what becomes of it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{Sandbox, TemplateFolder};

/// Paths and contents. `ÿ` in a content stands for the byte 255, which no UTF-8 text has.
pub(crate) type Files = &'static [(&'static str, &'static str)];

/// Something that a user does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Do {
    /// Writes a file.
    Write(&'static str, &'static str),
    /// Replaces a text in a file.
    Edit(&'static str, &'static str, &'static str),
    /// Deletes a file.
    Delete(&'static str),
    /// Moves a file or folder.
    Move(&'static str, &'static str),
    /// Makes a link.
    Link(&'static str, &'static str),
    /// Makes a file executable.
    Executable(&'static str),
    /// Writes a file and does not commit it.
    Leave(&'static str, &'static str),
}

/// An update and what is expected of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// What it shows.
    pub(crate) name: &'static str,
    /// What stands in both manifests behind the head; in the second alone behind a line `---`.
    pub(crate) manifest: &'static str,
    /// What the template made.
    pub(crate) before: Files,
    /// What the user did.
    pub(crate) work: &'static [Do],
    /// What it makes now.
    pub(crate) after: Files,
    /// What is decided, such as `merged a; renamed a>b`.
    pub(crate) decided: &'static str,
    /// What files hold afterwards; `-` for one that is not there.
    pub(crate) holds: Files,
}

/// Where a project lives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// Where it was made.
    Plain,
    /// In a fresh clone.
    Clone,
    /// Where it was made, after `git gc --prune=now`.
    Collected,
    /// In a folder of another repository.
    Monorepo,
    /// In a work tree beside the repository.
    Worktree,
    /// Where it was made, from a template in a git repository: of that only what the update changes is read.
    Team,
}

impl Place {
    /// Every place.
    pub(crate) const ALL: [Self; 6] = [
        Self::Plain,
        Self::Clone,
        Self::Collected,
        Self::Monorepo,
        Self::Worktree,
        Self::Team,
    ];
}

fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for character in text.chars() {
        if character == 'ÿ' {
            bytes.push(255);
        } else {
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    bytes
}

/// Writes a version of the template `tpl`.
pub(crate) fn release(sandbox: &Sandbox, version: &str, manifest: &str, files: Files) {
    let folder = sandbox.path("tpl");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let template = TemplateFolder::new(sandbox);
    for (path, text) in files {
        let path = folder.join("files").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes(text)).unwrap();
    }
    let template = template.manifest(manifest);
    let head = fs::read_to_string(template.path().join("template.toml")).unwrap();
    let head = head.replacen(
        "version = \"1.0.0\"",
        &format!("version = \"{version}\""),
        1,
    );
    fs::write(template.path().join("template.toml"), head).unwrap();
}

/// Does something in the project.
pub(crate) fn act(root: &Path, action: Do) {
    let write = |path: &str, bytes: &[u8]| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    match action {
        Do::Write(path, text) | Do::Leave(path, text) => write(path, &bytes(text)),
        Do::Edit(path, from, to) => {
            let text = fs::read_to_string(root.join(path)).unwrap();
            assert!(text.contains(from), "{path}: {text}");
            write(path, &bytes(&text.replacen(from, to, 1)));
        }
        Do::Delete(path) => fs::remove_file(root.join(path)).unwrap(),
        Do::Move(from, to) => {
            fs::create_dir_all(root.join(to).parent().unwrap()).unwrap();
            fs::rename(root.join(from), root.join(to)).unwrap();
        }
        Do::Link(path, to) => {
            drop(fs::remove_file(root.join(path)));
            symlink(to, root.join(path)).unwrap();
        }
        Do::Executable(path) => {
            fs::set_permissions(root.join(path), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}

/// Makes the project of a row with the user's work in it, and returns its folder.
pub(crate) fn prepare(sandbox: &Sandbox, row: &Row, place: Place) -> &'static str {
    let manifest = row.manifest.split("---").next().unwrap();
    release(sandbox, "1.0.0", manifest, row.before);
    let mut template = "./tpl".to_owned();
    if place == Place::Team {
        sandbox.git("", "init -q --bare team.git");
        // The repository has every byte as it is.
        let attributes = sandbox.path("team.git/info/attributes");
        fs::create_dir_all(attributes.parent().unwrap()).unwrap();
        fs::write(attributes, "* -text -filter -ident\n").unwrap();
        publish(sandbox);
        template = format!("file://{}", sandbox.path("team.git").display());
    }
    let (top, folder) = if place == Place::Monorepo {
        sandbox.git("", "init -q mono");
        sandbox.write("mono/other.txt", "other\n");
        ("mono", "mono/apps/shop")
    } else {
        ("shop", "shop")
    };
    sandbox
        .run(&format!("new {template} {folder} --name shop --yes"))
        .ok();
    if place == Place::Monorepo {
        sandbox.git(top, "add --all");
        sandbox.git(top, "commit -qm first");
        // Dirt elsewhere stops nothing.
        sandbox.write("mono/other.txt", "changed\n");
        sandbox.write("mono/stray.txt", "stray\n");
    }
    let root = sandbox.path(folder);
    let committed = |action: &&Do| !matches!(action, Do::Leave(..));
    for action in row.work.iter().filter(committed) {
        act(&root, *action);
    }
    sandbox.git(folder, "add --all .");
    sandbox.git(folder, "commit -q --allow-empty -m work");
    let folder = match place {
        Place::Plain | Place::Monorepo | Place::Team => folder,
        Place::Collected => {
            sandbox.git(folder, "reflog expire --expire=now --all");
            sandbox.git(folder, "gc -q --prune=now");
            folder
        }
        Place::Clone => {
            sandbox.git("", "clone -q shop copy");
            fs::remove_dir_all(sandbox.path("shop")).unwrap();
            "copy"
        }
        Place::Worktree => {
            sandbox.git("shop", "worktree add -q ../tree");
            "tree"
        }
    };
    for action in row.work.iter().filter(|action| !committed(action)) {
        act(&sandbox.path(folder), *action);
    }
    let manifest = row.manifest.replacen("---", "", 1);
    release(sandbox, "1.1.0", &manifest, row.after);
    if place == Place::Team {
        publish(sandbox);
    }
    folder
}

/// Commits the template `tpl` to the repository `team.git`.
fn publish(sandbox: &Sandbox) {
    let team = "--git-dir=../team.git --work-tree=.";
    sandbox.git("tpl", &format!("{team} add --all --force"));
    sandbox.git("tpl", &format!("{team} commit -q -m version"));
}

/// Returns what an update decided, by the output of `--json`.
pub(crate) fn decided(output: &serde_json::Value) -> String {
    let files = output["files"].as_array().unwrap();
    let words: Vec<String> = files
        .iter()
        .map(|file| {
            let from = file["from"]
                .as_str()
                .map_or(String::new(), |from| format!("{from}>"));
            let (outcome, path) = (
                file["outcome"].as_str().unwrap(),
                file["path"].as_str().unwrap(),
            );
            format!("{outcome} {from}{path}")
        })
        .collect();
    words.join("; ")
}

/// Updates the project of a row in a place, and compares everything with what is expected.
pub(crate) fn check(row: &Row, place: Place) {
    let case = format!("{} ({place:?})", row.name);
    let sandbox = Sandbox::new();
    let folder = prepare(&sandbox, row, place);
    let before = super::entries(&sandbox.path(folder));
    let output = sandbox.run(&format!("update {folder} --json")).output();
    let has_conflict = row.decided.contains("conflict ");
    let code = if has_conflict { 3 } else { 0 };
    assert_eq!(
        output.code,
        Some(code),
        "{case}: {}{}",
        output.stdout,
        output.stderr
    );
    assert_eq!(decided(&output.json()), row.decided, "{case}");
    for (path, text) in row.holds {
        let file = sandbox.path(folder).join(path);
        if *text == "-" {
            assert!(file.symlink_metadata().is_err(), "{case}: {path}");
        } else {
            let found = fs::read(&file).unwrap_or_else(|error| panic!("{case}: {path}: {error}"));
            let (found, text) = (String::from_utf8_lossy(&found), bytes(text));
            assert_eq!(found, String::from_utf8_lossy(&text), "{case}: {path}");
        }
    }
    // What conflicts is in the index, and nothing else.
    let unmerged = sandbox.git(folder, "ls-files --unmerged");
    assert_eq!(!unmerged.is_empty(), has_conflict, "{case}: {unmerged}");
    sandbox.git(folder, "fsck --strict --no-dangling");
    // Again there is nothing to do, and all of it can be taken back.
    let again = sandbox.run(&format!("update {folder} --json")).ok();
    assert_eq!(again.json()["state"], "current", "{case}");
    sandbox.run(&format!("update {folder} --abort")).ok();
    assert_eq!(super::entries(&sandbox.path(folder)), before, "{case}");
    let status = sandbox.git(folder, "diff --name-only HEAD -- .");
    assert_eq!(status, "", "{case}: {status}");
}

/// Checks every row in every place.
pub(crate) fn check_all(rows: &[Row]) {
    for row in rows {
        for place in Place::ALL {
            // What git does not keep is in no clone.
            let is_left = row
                .work
                .iter()
                .any(|action| matches!(action, Do::Leave(..)));
            if !(is_left && place == Place::Clone) {
                check(row, place);
            }
        }
    }
}
