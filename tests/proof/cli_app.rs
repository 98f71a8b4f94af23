//! A command-line tool, used as its users use it: installed, in pipes, interrupted, completed by shells.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::command;
use crate::engine::Belongings;
use crate::github;
use crate::images;
use crate::project::{Failure, Lock, Subject};

/// What a user does on the first day; `$program` is the command.
const STORY: &str = r#"
set -euxo pipefail
mkdir archive
echo "3 lamps" > archive/order-1.txt
echo "1 desk" > archive/order-2.txt
"$program" --version | grep --fixed-strings --line-regexp "$program, version 0.1.0"
"$program" create archive --output manifest
(cd archive && sha256sum --check --strict ../manifest)
"$program" check manifest archive
"$program" create archive | "$program" check - archive
(cd archive && sha256sum --tag order-*.txt) | "$program" check - archive
echo "exclude = ['order-2.txt']" > "$program.toml"
test "$("$program" create archive | wc --lines)" = 1
rm "$program.toml"
echo "4 lamps" > archive/order-1.txt
code=0
"$program" check manifest archive --json > changes.json || code=$?
test "$code" = 1
python3 -c 'import json; assert json.load(open("changes.json")) == {
    "added": [], "changed": ["order-1.txt"], "missing": []}'
code=0
"$program" check no-such-manifest 2> words || code=$?
test "$code" = 2
! grep Traceback words
"#;

/// Far more lines than a pipe holds, and a reader that takes one.
const BROKEN_PIPE: &str = r#"
seq 20000 | sed "s/.*/SHA256 (order-&) = $(printf "%064d" 0)/" > many
: > none
"$program" compare none many 2> words | head --lines=1
codes="${PIPESTATUS[*]}"
test "$codes" = "141 0" && test ! -s words || { echo "$codes"; cat words; exit 1; }
"#;

/// How long a shell or a program may take to do one thing, on a slow machine.
const LIMIT: Duration = Duration::from_mins(1);

/// Installs the wheel by pip and uses it.
pub fn wheel_by_pip(subject: &Subject<'_>) -> Result<(), Failure> {
    let folder = subject.beside.join("installed-by-pip");
    let mut make = subject.command(&subject.python);
    subject.finish(make.args(["-m", "venv"]).arg(&folder))?;
    let (wheel, _) = subject.distribution()?;
    let mut install = subject.command(folder.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet"]).arg(wheel);
    subject.finish(&mut install)?;
    tell(subject, &folder.join("bin"), "pip", STORY)
}

/// Installs the wheel as a tool of uv and uses it.
pub fn wheel_by_uv(subject: &Subject<'_>) -> Result<(), Failure> {
    let folder = subject.beside.join("installed-by-uv");
    let (wheel, _) = subject.distribution()?;
    let mut install = subject.command("uv");
    install
        .args(["tool", "install", "--quiet", "--python"])
        .arg(&subject.python)
        .arg(wheel)
        .env("UV_TOOL_DIR", folder.join("tools"))
        .env("UV_TOOL_BIN_DIR", folder.join("bin"));
    subject.finish(&mut install)?;
    tell(subject, &folder.join("bin"), "uv", STORY)
}

/// The reader of a pipe may go before everything is said.
pub fn broken_pipe(subject: &Subject<'_>) -> Result<(), Failure> {
    let programs = subject.folder.join(".venv/bin");
    tell(subject, &programs, "broken-pipe", BROKEN_PIPE)
}

/// SIGINT ends a command that waits for its input: at once, with 130, without a traceback.
pub fn interrupt(subject: &Subject<'_>) -> Result<(), Failure> {
    // Who starts the proof in the background hands down that SIGINT is ignored.
    const HEED: &str = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])";
    let scripts = subject.folder.join(".venv/bin");
    let mut check = subject.command(scripts.join("python"));
    check
        .args(["-c", HEED])
        .arg(scripts.join(program(subject)))
        .args(["-v", "check", "-"])
        .stdin(Stdio::piped());
    let mut running = command::start(&mut check, subject.output_file())?;
    let started = Instant::now();
    while !running.output().contains("is read from -") {
        if started.elapsed() > LIMIT || !running.is_running() {
            return Err(running.failure("does not wait for its input"));
        }
        thread::sleep(Duration::from_millis(20));
    }
    // Python does not see a signal that comes in the moment before it begins to read: people press again.
    let mut status = Err(running.failure("not interrupted"));
    for _ in 0..LIMIT.as_secs() {
        running.interrupt()?;
        status = running.wait(Duration::from_secs(1));
        if status.is_ok() {
            break;
        }
    }
    let status = status?;
    if status.code() == Some(130) && !running.output().contains("Traceback") {
        Ok(())
    } else {
        Err(running.failure(&format!("{status}, not 130 without a traceback")))
    }
}

/// Completes in bash.
pub fn bash(subject: &Subject<'_>) -> Result<(), Failure> {
    complete(subject, "bash", "tab_completes[bash]")
}

/// Completes in fish.
pub fn fish(subject: &Subject<'_>) -> Result<(), Failure> {
    complete(subject, "fish", "fish_completes")
}

/// Completes in zsh.
pub fn zsh(subject: &Subject<'_>) -> Result<(), Failure> {
    complete(subject, "zsh", "tab_completes[zsh]")
}

/// Runs the project's own test of a real shell.
fn complete(subject: &Subject<'_>, shell: &str, test: &str) -> Result<(), Failure> {
    need(subject, shell)?;
    let test = format!("tests/test_shells.py::test_{test}");
    subject
        .run(&format!("uv run pytest -m shells {test}"))
        .map(drop)
}

/// Runs the tests with the oldest dependencies.
pub fn lowest(subject: &Subject<'_>) -> Result<(), Failure> {
    subject.run("uv run just test-lowest").map(drop)
}

/// Runs the project's own tests of its package.
pub fn package(subject: &Subject<'_>) -> Result<(), Failure> {
    subject.run("uv run just test-package").map(drop)
}

/// Measures the start.
pub fn start(subject: &Subject<'_>) -> Result<(), Failure> {
    let measured = subject.run("uv run python scripts/startup.py")?;
    for line in measured.lines() {
        subject.note(format!("start: {line}"));
    }
    Ok(())
}

/// Formats the man page without a warning.
pub fn man_page(subject: &Subject<'_>) -> Result<(), Failure> {
    need(subject, "groff")?;
    let page = format!("man/{}.1", subject.package());
    let mut groff = subject.command("groff");
    // Plain text: neither escape sequences nor letters struck twice.
    groff.args(["-man", "-ww", "-Tutf8", "-P-cbou", &page]);
    let shown = subject.finish(&mut groff)?;
    if shown.contains("EXIT STATUS") && !shown.contains("warning:") {
        Ok(())
    } else {
        Err(Failure::new(shown))
    }
}

/// Builds the standalone binary and runs it where nothing is installed.
pub fn binary(subject: &Subject<'_>) -> Result<(), Failure> {
    const SHARED: &str = "import sysconfig; print(sysconfig.get_config_var('Py_ENABLE_SHARED'))";
    let clone = subject.clone_to("binary", Lock::None)?;
    let mut ask = subject.command(&subject.python);
    if subject.finish(ask.args(["-c", SHARED]))?.trim() != "1" {
        let lack = "binary: this Python has no shared library, which PyInstaller needs";
        return Err(Failure::Lacks(lack.to_owned()));
    }
    for recipe in ["binary", "test-binary"] {
        let mut just = subject.command("uv");
        just.args(["run", "--group", "binary", "just", recipe]);
        subject.finish(just.current_dir(&clone))?;
    }
    let programs = clone.join("dist");
    tell(subject, &programs, "binary-story", STORY)
}

/// Runs the workflow, but for the jobs on other systems and the one that installs shells.
pub fn github(subject: &Subject<'_>) -> Result<(), Failure> {
    github::pipeline_without(subject, &["platforms", "shells"])
}

/// Builds the image, looks into it, and runs the command in it, locked up, in pipes and on a folder that it may only read.
pub fn image(subject: &Subject<'_>) -> Result<(), Failure> {
    let belongings = Belongings::new(subject, "image");
    let clone = images::build_and_look(subject, &belongings)?;
    let run = |words: &str| {
        let volume = format!("{}:/work:ro", clone.display());
        let mut docker = belongings.docker(["run", "--rm", "--interactive", "--volume", &volume]);
        docker.args(images::LOCKED_UP).arg(belongings.name());
        docker.args(words.split_whitespace());
        docker
    };
    let made = subject.finish(&mut run("create src"))?;
    if !made.contains("/__init__.py) = ") {
        return Err(Failure::new(format!("not a manifest: {made}")));
    }
    let manifest = clone.join("manifest");
    let written = fs::write(&manifest, &made);
    written.map_err(|error| Failure::new(format!("{}: {error}", manifest.display())))?;
    subject.finish(&mut run("check manifest src"))?;
    let mut overwrite = run("create src --output manifest");
    let refused = subject.refuse(&mut overwrite, "Read-only file system")?;
    if refused.contains("Traceback") {
        return Err(Failure::new(refused));
    }
    Ok(())
}

/// Runs a script in a folder of its own, with the program first on `PATH`.
fn tell(
    subject: &Subject<'_>,
    programs: &Path,
    purpose: &str,
    script: &str,
) -> Result<(), Failure> {
    let folder = subject.beside.join(format!("story-{purpose}"));
    let made = fs::create_dir_all(folder.join("home"));
    made.map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let mut path = programs.as_os_str().to_owned();
    path.push(":");
    path.push(subject.machine.path());
    let mut bash = subject.command("bash");
    bash.args(["-c", script])
        .current_dir(&folder)
        .env("HOME", folder.join("home"))
        .env("PATH", path)
        .env("program", program(subject));
    subject.finish(&mut bash).map(drop)
}

/// Returns what users type.
fn program(subject: &Subject<'_>) -> String {
    let name = subject.project.naming.distribution();
    name.to_lowercase().replace(['.', '_'], "-")
}

/// Lets a check be left out where the machine has no such program.
fn need(subject: &Subject<'_>, name: &str) -> Result<(), Failure> {
    match subject.machine.program(name) {
        Some(_) => Ok(()),
        None => Err(Failure::Lacks(format!("{name}: not on PATH"))),
    }
}
