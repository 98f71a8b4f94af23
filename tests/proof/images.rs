//! The image of a project: built as it stands, looked into, and run as locked up as its compose file runs it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::checks;
use crate::command;
use crate::compose;
use crate::engine::{Belongings, building};
use crate::loopback::free_port;
use crate::project::{Failure, Lock, Subject};
use crate::service::{Service, Stopper};

/// An address where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:9";

/// What must not get into an image, and what must.
const SECRET: &str = "a-secret-that-no-image-may-hold";
const SOURCE: &str = "a-line-of-source-that-the-image-must-hold";

/// No writable path but `/tmp`, no capability, and no way to one.
pub const LOCKED_UP: [&str; 7] = [
    "--read-only",
    "--tmpfs",
    "/tmp",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
];

/// Builds the image twice, looks into it, runs it, asks it, and stops it with a request under way.
pub fn image(subject: &Subject<'_>) -> Result<(), Failure> {
    let belongings = Belongings::new(subject, "image");
    let clone = build_and_look(subject, &belongings)?;
    run(subject, &belongings, &clone)
}

/// Builds the image of a clone twice, the second time with another source, and looks into it. Returns the clone.
pub fn build_and_look(
    subject: &Subject<'_>,
    belongings: &Belongings<'_>,
) -> Result<PathBuf, Failure> {
    let engine = subject.machine.engine()?;
    let clone = subject.clone_to("image", Lock::None)?;
    plant(&clone, ".env", &format!("APP_JWT_SECRET={SECRET}\n"))?;
    plant(&clone, "tests/notes.txt", SECRET)?;
    engine.provide(subject, &bases(&clone)?)?;

    let first = format!("{}:first", belongings.name());
    let cold = build(belongings, &clone, &first, &["--no-cache"])?;
    let module = format!("src/{}/__init__.py", subject.package());
    plant(&clone, &module, &format!("\n# {SOURCE}\n"))?;
    let warm = build(belongings, &clone, belongings.name(), &[])?;

    let image = belongings.inspect("image", belongings.name())?;
    expect_description(subject, &image)?;
    expect_contents(belongings)?;
    subject.note(format!(
        "image: {} MB; built in {:.1} s without layers, in {:.1} s after a change of the source",
        image["Size"].as_u64().unwrap_or_default() / 1_000_000,
        cold.as_secs_f64(),
        warm.as_secs_f64()
    ));
    Ok(clone)
}

/// A committed lock file, base images from elsewhere and another package index are what the image is built from; a stale lock
/// file builds none.
pub fn lock(subject: &Subject<'_>) -> Result<(), Failure> {
    let engine = subject.machine.engine()?;
    let belongings = Belongings::new(subject, "lock");
    let clone = subject.clone_to("image-lock", Lock::Committed)?;
    engine.provide(subject, &bases(&clone)?)?;
    let mut options = Vec::new();
    for (argument, image) in replaceable(&clone)? {
        let mirror = format!("{}-{}", belongings.name(), argument.to_lowercase());
        belongings.tag(&image, &mirror)?;
        options.push(format!("--build-arg={argument}={mirror}"));
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    build(&belongings, &clone, belongings.name(), &options)?;
    let _building = building();
    let index = format!("--build-arg=UV_DEFAULT_INDEX={NOWHERE}/simple");
    let mut docker = belongings.docker(["build", "--progress=plain", &index, "."]);
    subject.refuse(docker.current_dir(&clone), NOWHERE)?;
    subject.make_lock_stale(&clone)?;
    let mut docker = belongings.docker(["build", "--progress=plain", "."]);
    subject.refuse(docker.current_dir(&clone), "needs to be updated")?;
    Ok(())
}

/// Returns the images that the Dockerfile of a folder starts from; none where it has no Dockerfile.
pub fn bases(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    if !folder.join("Dockerfile").is_file() {
        return Ok(BTreeSet::new());
    }
    let text = dockerfile(folder)?;
    let names = text.lines().filter_map(|line| {
        let name = line.strip_prefix("FROM ")?.split_whitespace().next()?;
        (!name.starts_with('$')).then(|| name.to_owned())
    });
    Ok(names.collect())
}

/// Returns the arguments that name another image for a stage, each with the image of that stage.
fn replaceable(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let text = dockerfile(folder)?;
    let arguments = text.lines().filter_map(|line| {
        let (argument, stage) = line.strip_prefix("ARG ")?.split_once('=')?;
        let ending = format!(" AS {stage}");
        let mut images = text.lines().filter_map(|line| line.strip_prefix("FROM "));
        let image = images.find_map(|line| line.strip_suffix(&ending))?;
        Some((argument.to_owned(), image.to_owned()))
    });
    let arguments: Vec<_> = arguments.collect();
    if arguments.is_empty() {
        return Err(Failure::new("no argument of the Dockerfile names an image"));
    }
    Ok(arguments)
}

fn dockerfile(folder: &Path) -> Result<String, Failure> {
    let path = folder.join("Dockerfile");
    fs::read_to_string(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// Adds a text to the end of a file.
fn plant(folder: &Path, path: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(path);
    let old = fs::read_to_string(&path).unwrap_or_default();
    fs::write(&path, old + text)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

fn build(
    belongings: &Belongings<'_>,
    folder: &Path,
    name: &str,
    options: &[&str],
) -> Result<Duration, Failure> {
    let mut words = vec!["build", "--progress=plain", "--tag", name, "."];
    words.splice(1..1, options.iter().copied());
    let _building = building();
    let started = Instant::now();
    belongings.run_in(folder, words)?;
    Ok(started.elapsed())
}

/// A user that is not root, a check of its health, a command without a shell, and labels that say what it is.
fn expect_description(subject: &Subject<'_>, image: &Value) -> Result<(), Failure> {
    let config = &image["Config"];
    let label = |name: &str| {
        let name = format!("org.opencontainers.image.{name}");
        config["Labels"][name].as_str().unwrap_or_default()
    };
    let user = config["User"].as_str().unwrap_or_default();
    let id: Option<u32> = user.split(':').next().and_then(|id| id.parse().ok());
    let command = config["Cmd"][0].as_str().unwrap_or("/bin/sh");
    let wrong = [
        (
            id.is_none_or(|id| id == 0),
            "the user is root or not a number",
        ),
        (config["Healthcheck"]["Test"].is_null(), "no health check"),
        (command == "/bin/sh", "no command, or one in a shell"),
        (
            label("title") != subject.project.naming.distribution(),
            "the label `title` is not the name",
        ),
        (label("licenses").is_empty(), "no label `licenses`"),
    ];
    match wrong.iter().find(|(is_wrong, _)| *is_wrong) {
        None => Ok(()),
        Some((_, what)) => Err(Failure::new(format!("the image: {what}: {config}"))),
    }
}

/// Neither the layers nor the history hold what was only beside the source; the layers do hold the source.
fn expect_contents(belongings: &Belongings<'_>) -> Result<(), Failure> {
    let history = belongings.run(["history", "--no-trunc", belongings.name()])?;
    if history.contains(SECRET) {
        return Err(Failure::new(format!(
            "a secret is in the history:\n{history}"
        )));
    }
    let archive = belongings.subject().beside.join("image.tar");
    let place = archive.display().to_string();
    belongings.run(["save", "--output", &place, belongings.name()])?;
    let holds = |text: &str| {
        let mut search = belongings.subject().command("grep");
        search.args(["--quiet", "--text", "--fixed-strings", text, &place]);
        search.status().is_ok_and(|status| status.success())
    };
    let (source, secret) = (holds(SOURCE), holds(SECRET));
    drop(fs::remove_file(&archive));
    match (source, secret) {
        (true, false) => Ok(()),
        (_, true) => Err(Failure::new("a secret is in the layers of the image")),
        (false, false) => Err(Failure::new(
            "the source is not found in the layers of the image",
        )),
    }
}

/// Runs the image, asks it, looks around in it, stops it while a request is under way, and starts it again.
fn run(subject: &Subject<'_>, belongings: &Belongings<'_>, clone: &Path) -> Result<(), Failure> {
    let app = compose::app(subject, clone)?;
    let name = format!("{}-service", belongings.name());
    if let Some(migrate) = &app.migrate {
        let mut docker = command(belongings, &app, &["--rm"]);
        subject.finish(docker.args(migrate))?;
    }
    let service = start(subject, belongings, &app, &name)?;
    wait_until_healthy(belongings, &name, &service)?;
    expect_locked_up(belongings, &name)?;
    checks::ask(&service, subject)?;
    let place = (checks::row(subject)?.stop)(service, subject)?;

    let name = format!("{}-next", belongings.name());
    let next = start(subject, belongings, &app, &name)?;
    checks::expect_kept(&next, subject, &place)?;
    next.stop()
}

/// Returns a command that runs the image; the words of another command may follow.
fn command(
    belongings: &Belongings<'_>,
    app: &compose::App,
    options: &[&str],
) -> std::process::Command {
    let mut docker = belongings.docker(["run"]);
    docker.args(options).args(LOCKED_UP);
    for (name, value) in &app.environment {
        docker.args(["--env", &format!("{name}={value}")]);
    }
    for (number, target) in app.volumes.iter().enumerate() {
        let volume = format!("{}-{number}:{target}", belongings.name());
        docker.args(["--volume", &volume]);
    }
    docker.arg(belongings.name());
    docker
}

fn start(
    subject: &Subject<'_>,
    belongings: &Belongings<'_>,
    app: &compose::App,
    name: &str,
) -> Result<Service, Failure> {
    let port = free_port()?;
    let publish = format!("127.0.0.1:{port}:{}", app.port);
    let mut docker = command(belongings, app, &["--name", name, "--publish", &publish]);
    let running = command::start(&mut docker, subject.output_file())?;
    let stop = belongings.docker(["stop", "--time", &app.grace, name]);
    let stopper = Stopper::Command(Box::new(stop), subject.output_file());
    Service::wait(running, port, stopper)
}

/// Waits for what the image's own health check says.
fn wait_until_healthy(
    belongings: &Belongings<'_>,
    name: &str,
    service: &Service,
) -> Result<(), Failure> {
    let started = Instant::now();
    loop {
        let container = belongings.inspect("container", name)?;
        let health = &container["State"]["Health"];
        match health["Status"].as_str().unwrap_or_default() {
            "healthy" => return Ok(()),
            "starting" if started.elapsed() < Duration::from_mins(1) => {}
            _ => return Err(service.failure(&format!("not healthy: {health}"))),
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// The service is not root, has no capability, writes to `/tmp` alone, and finds nothing beside itself.
fn expect_locked_up(belongings: &Belongings<'_>, name: &str) -> Result<(), Failure> {
    const RULES: [(&str, &str); 5] = [
        ("it is not root", r#"[ "$(id -u)" -ne 0 ]"#),
        (
            "it has no capability",
            r"grep --quiet --extended-regexp '^CapEff:\s+0+$' /proc/1/status",
        ),
        ("it writes to /tmp", "touch /tmp/probe"),
        (
            "it does not write elsewhere",
            "! touch /app/probe 2>/dev/null",
        ),
        (
            "its folder holds the environment and what migrations need",
            r#"[ -z "$(ls -A /app | grep -vx -e .venv -e pyproject.toml)" ]"#,
        ),
    ];
    for (rule, test) in RULES {
        let mut docker = belongings.docker(["exec", name, "sh", "-c", test]);
        let is_kept = docker.status().is_ok_and(|status| status.success());
        if !is_kept {
            return Err(Failure::new(format!("in the container: {rule}: `{test}`")));
        }
    }
    Ok(())
}
