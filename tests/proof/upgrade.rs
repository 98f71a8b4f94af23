//! A project that has moved on, updated by the next release of this program.
//!
//! The next release is built from the sources of this one: every version is kept as for a release, then every template and
//! layer changes a little and raises its version. The default project of each template is worked in, in the same files; the next
//! program updates it. Nothing of either side may be lost, and the project's own tests pass.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::command;
use crate::machine::Machine;
use crate::project::{Failure, Lock, Subject};
use crate::releasing;

/// The folders of the repository that hold no sources.
const NO_SOURCES: [&str; 2] = ["target", ".git"];

/// What the next release adds to the end of files, by the end of their paths in templates and layers.
const CHANGES: [(&str, &str); 4] = [
    (
        "base/files/justfile.hbs",
        "\n# Remove what tools keep between runs.\nforget:\n    rm -rf .mypy_cache .pytest_cache .ruff_cache\n",
    ),
    (
        "base/files/.editorconfig",
        "\n[*.tsv]\nindent_style = tab\n",
    ),
    ("base/files/.gitignore", "*.profile\n"),
    (
        "tests/files/pyproject.toml.hbs",
        "\n[tool.coverage.html]\ndirectory = \"htmlcov\"\n",
    ),
];

/// A dependency that the next release adds to the tests, in the line where the project adds one as well.
const DEPENDENCY: (&str, &str) = (
    "\"pytest-cov>=7.1\"",
    "\"pytest-cov>=7.1\", \"pluggy>=1.6\"",
);

/// What the next release adds to every test of a template.
const COMMENT: &str = "\n# Of the next release.\n";

/// The program of the next release.
pub fn build(machine: &Machine) -> Result<PathBuf, Failure> {
    let failure = |error: io::Error| Failure::new(format!("the next release: {error}"));
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = machine.folder().join("next-release");
    let target = machine.folder().join("next-release-target");
    copy(here, &sources, &|name| !NO_SOURCES.contains(&name)).map_err(failure)?;
    let templates = sources.join("templates");
    let released = templates.join("released");
    releasing::release(&released).map_err(Failure::new)?;
    let wrong = releasing::check(&released);
    if !wrong.is_empty() {
        return Err(Failure::new(wrong.join("\n")));
    }
    change(&templates).map_err(failure)?;
    // What this program depends on is compiled already.
    let compiled = Path::new(env!("CARGO_BIN_EXE_pyscaffold")).parent();
    for part in ["deps", "build", ".fingerprint"] {
        let from = compiled.unwrap_or(here).join(part);
        link(&from, &target.join("debug").join(part)).map_err(failure)?;
    }
    let mut cargo = command::clean(env!("CARGO"), &sources);
    cargo
        .args(["build", "--quiet", "--locked", "--bin", "pyscaffold"])
        .env("CARGO_TARGET_DIR", &target);
    for name in ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        if let Some(value) = std::env::var_os(name) {
            cargo.env(name, value);
        }
    }
    command::run(&mut cargo, machine.folder().join("next-release.txt"))?;
    Ok(target.join("debug/pyscaffold"))
}

/// Works in a clone of the project and lets the next release update it.
pub fn update(subject: &Subject<'_>) -> Result<(), Failure> {
    let program = subject.machine.next_release()?;
    let clone = subject.clone_to("update", Lock::None)?;
    let in_clone = |program: &Path, words: &[&str]| {
        let mut command = subject.command(program);
        subject.finish(command.args(words).current_dir(&clone))
    };
    let (git, uv) = (Path::new("git"), Path::new("uv"));
    let renamed = work(subject, &clone)?;
    in_clone(uv, &["add", "--quiet", "--group", "test", "iniconfig>=2"])?;
    in_clone(git, &["add", "--all"])?;
    subject.commit(&clone, "Work on the project")?;

    let said = in_clone(program, &["update", "--yes"])?;
    for (path, words) in [
        ("justfile", &["forget:", "ours:"] as &[&str]),
        (".editorconfig", &["[*.tsv]", "# Ours."]),
        (".gitignore", &["*.profile", "*.ours"]),
        (
            "pyproject.toml",
            &["iniconfig>=2", "pluggy>=1.6", "htmlcov"],
        ),
        (renamed.as_str(), &["# Of the next release.", "# Ours."]),
        (".pyscaffold.toml", &["version = \"1.1.0\""]),
    ] {
        let text = fs::read_to_string(clone.join(path));
        let text = text.map_err(|error| Failure::new(format!("{path}: {error}\n{said}")))?;
        if let Some(lost) = words.iter().find(|word| !text.contains(**word)) {
            let what = format!("after the update {path} lacks `{lost}`\n{said}\n{text}");
            return Err(Failure::new(what));
        }
    }
    in_clone(git, &["add", "--all"])?;
    subject.commit(&clone, "Update the project")?;
    let again = in_clone(program, &["update", "--yes"])?;
    let status = in_clone(git, &["status", "--porcelain"])?;
    if !status.trim().is_empty() {
        let what = format!("a second update changes something\n{again}\n{status}");
        return Err(Failure::new(what));
    }
    in_clone(uv, &["run", "pytest"]).map(drop)
}

/// Does what a team does in the first weeks. Returns the new path of a test that it renamed.
fn work(subject: &Subject<'_>, clone: &Path) -> Result<String, Failure> {
    let failure = |error: io::Error| Failure::new(format!("{}: {error}", clone.display()));
    let append = |path: &str, text: &str| {
        let path = clone.join(path);
        let old = fs::read_to_string(&path)?;
        fs::write(&path, format!("{old}{text}"))
    };
    let before = |path: &str, line: &str, text: &str| {
        let path = clone.join(path);
        let old = fs::read_to_string(&path)?;
        let next = old.replacen(line, &format!("{text}{line}"), 1);
        fs::write(&path, next)
    };
    let recipe = "# Our own recipe.\nours:\n    @echo ours\n\n";
    before("justfile", "# Everything CI checks", recipe).map_err(failure)?;
    before(".editorconfig", "root = true", "# Ours.\n").map_err(failure)?;
    append(".gitignore", "*.ours\n").map_err(failure)?;
    append("README.md", "\n## Ours\n\nHow we deploy.\n").map_err(failure)?;
    let module = format!("src/{}/ours.py", subject.package());
    let code = "\"\"\"What this team adds.\"\"\"\n\n\ndef answer() -> int:\n    \"\"\"Return the answer.\"\"\"\n    return 42\n";
    fs::write(clone.join(module), code).map_err(failure)?;
    let test = format!(
        "from {}.ours import answer\n\n\ndef test_answer() -> None:\n    assert answer() == 42\n",
        subject.package()
    );
    fs::write(clone.join("tests/test_ours.py"), test).map_err(failure)?;

    let tests = fs::read_dir(clone.join("tests")).map_err(failure)?;
    let names = tests
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names
        .filter(|name| name.starts_with("test_") && name != "test_ours.py")
        .collect();
    names.sort();
    let name = names
        .first()
        .ok_or_else(|| Failure::new("there are no tests"))?;
    let renamed = format!("tests/test_renamed_{}", name.trim_start_matches("test_"));
    fs::rename(clone.join("tests").join(name), clone.join(&renamed)).map_err(failure)?;
    let old = fs::read_to_string(clone.join(&renamed)).map_err(failure)?;
    // After the description of the module, far from where the next release adds something.
    let (head, rest) = old.split_once("\n\n").unwrap_or(("", &old));
    fs::write(clone.join(&renamed), format!("{head}\n\n# Ours.\n{rest}")).map_err(failure)?;
    Ok(renamed)
}

/// Changes every template and layer a little, and raises its version.
fn change(templates: &Path) -> io::Result<()> {
    let mut changed = 0;
    each_file(templates, &mut |path| {
        let Ok(text) = fs::read_to_string(path) else {
            return Ok(());
        };
        let name = path.to_string_lossy().replace('\\', "/");
        if name.contains("/released/") {
            return Ok(());
        }
        let mut next = text.clone();
        if name.ends_with("/template.toml") || name.ends_with("/layer.toml") {
            next = text.replacen("\nversion = \"1.0.0\"", "\nversion = \"1.1.0\"", 1);
        }
        for (end, added) in CHANGES {
            if name.ends_with(end) {
                next.push_str(added);
                changed += 1;
            }
        }
        if name.ends_with("tests/files/pyproject.toml.hbs") {
            next = next.replace(DEPENDENCY.0, DEPENDENCY.1);
        }
        if name.contains("/tests/test_") {
            next.push_str(COMMENT);
        }
        if next == text {
            return Ok(());
        }
        fs::write(path, next)
    })?;
    if changed == CHANGES.len() {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "only {changed} changes were made"
        )))
    }
}

fn each_file(folder: &Path, act: &mut dyn FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            each_file(&path, act)?;
        } else {
            act(&path)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, takes: &dyn Fn(&str) -> bool) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if !takes(&name.to_string_lossy()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(name), &|_| true)?;
        } else {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Links every file of a folder into another, or copies it where that cannot be done.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            link(&entry.path(), &place)?;
        } else if fs::hard_link(entry.path(), &place).is_err() {
            fs::copy(entry.path(), &place)?;
        }
    }
    Ok(())
}
