//! A team's repository of templates, made by the real git.

use std::fs;
use std::path::PathBuf;

use super::Sandbox;

/// A git repository of templates beside the place to work in.
#[derive(Debug)]
pub(crate) struct Team<'a> {
    sandbox: &'a Sandbox,
    name: String,
}

impl<'a> Team<'a> {
    /// Makes an empty repository.
    pub(crate) fn new(sandbox: &'a Sandbox, name: &str) -> Self {
        let team = Self {
            sandbox,
            name: name.to_owned(),
        };
        fs::create_dir_all(team.path("")).unwrap();
        team.git("init --quiet --initial-branch=main");
        team
    }

    /// Makes a repository with the templates `worker` and `api`, committed and tagged `v1`.
    pub(crate) fn with_two(sandbox: &'a Sandbox) -> Self {
        let team = Self::new(sandbox, "acme");
        team.template("worker", "1.0.0", "")
            .template("api", "1.0.0", "")
            .file("worker/files/hello.txt.hbs", "hello {{name}}\n")
            .file("api/files/api.txt", "api\n")
            .commit();
        team.git("tag v1");
        team
    }

    /// Returns where the repository is on disk, or something in it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        let root = self.sandbox.root().join("remotes").join(&self.name);
        if path.is_empty() {
            root
        } else {
            root.join(path)
        }
    }

    /// Returns its address.
    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.path("").display())
    }

    /// Writes a template's manifest with more behind its head.
    pub(crate) fn template(&self, folder: &str, version: &str, more: &str) -> &Self {
        let name = folder.rsplit('/').next().unwrap();
        self.file(
            &format!("{folder}/template.toml"),
            format!(
                "format = 1\n\n[template]\nname = \"{name}\"\nversion = \"{version}\"\ntitle = \"{name}\"\nsummary = \"The {name} of the team\"\n{more}\n"
            ),
        )
    }

    /// Writes a layer's manifest.
    pub(crate) fn layer(&self, folder: &str, version: &str, more: &str) -> &Self {
        let name = folder.rsplit('/').next().unwrap();
        self.file(
            &format!("{folder}/layer.toml"),
            format!(
                "format = 1\n\n[layer]\nname = \"{name}\"\nversion = \"{version}\"\ntitle = \"{name}\"\nsummary = \"A layer\"\n{more}\n"
            ),
        )
    }

    /// Writes a file.
    pub(crate) fn file(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Commits everything and returns the commit id.
    pub(crate) fn commit(&self) -> String {
        self.git("add --all");
        self.git("commit --quiet --allow-empty --message=x");
        self.git("rev-parse HEAD").trim().to_owned()
    }

    /// Runs the real git in the repository and returns its output.
    pub(crate) fn git(&self, words: &str) -> String {
        let mut run = self.sandbox.run_binary("git".as_ref()).words(words);
        run.command().current_dir(self.path(""));
        run.ok().stdout
    }

    /// Writes an object as it is, sound or not, and returns its id.
    pub(crate) fn object(&self, kind: &str, bytes: &[u8]) -> String {
        let file = self.sandbox.root().join("object");
        fs::write(&file, bytes).unwrap();
        let words = format!("hash-object -t {kind} --literally -w {}", file.display());
        self.git(&words).trim().to_owned()
    }

    /// Writes a tree of raw entries - mode, name, id - and returns its id.
    pub(crate) fn tree(&self, entries: &[(&str, &[u8], &str)]) -> String {
        let mut bytes = Vec::new();
        for (mode, name, id) in entries {
            bytes.extend_from_slice(mode.as_bytes());
            bytes.push(b' ');
            bytes.extend_from_slice(name);
            bytes.push(0);
            for pair in id.as_bytes().chunks(2) {
                let digits = std::str::from_utf8(pair).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
            }
        }
        self.object("tree", &bytes)
    }

    /// Makes a tree the content of the branch.
    pub(crate) fn commit_tree(&self, tree: &str) -> String {
        let id = self.git(&format!("commit-tree {tree} -m x"));
        let id = id.trim().to_owned();
        self.git(&format!("update-ref refs/heads/main {id}"));
        id
    }
}
