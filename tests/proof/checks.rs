//! The checks that are more than one command.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command;
use crate::compose;
use crate::project::{Failure, Subject};
use crate::selection;
use crate::service::Service;
use crate::table::ServiceRow;
use crate::tools::Tools;

/// Makes the project: one commit, nothing left over, and the record of how it was made.
pub fn new(subject: &Subject<'_>) -> Result<(), Failure> {
    subject.generate()?;
    let commits = subject.run("git rev-list --count HEAD")?;
    if commits.trim() != "1" {
        return Err(Failure::new(format!("{} commits", commits.trim())));
    }
    expect_clean(subject, &[])?;
    let record = subject.folder.join(".pyscaffold.toml");
    if record.is_file() {
        Ok(())
    } else {
        Err(Failure::new("there is no record, .pyscaffold.toml"))
    }
}

/// What the tools leave behind is ignored by git: only the lock file is new.
pub fn clean(subject: &Subject<'_>) -> Result<(), Failure> {
    expect_clean(subject, &["?? uv.lock"])
}

fn expect_clean(subject: &Subject<'_>, expected: &[&str]) -> Result<(), Failure> {
    let status = subject.run("git status --porcelain")?;
    let lines: Vec<&str> = status
        .lines()
        .filter(|line| !expected.contains(line))
        .collect();
    if lines.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "not clean:\n    {}",
            lines.join("\n    ")
        )))
    }
}

/// Builds a source distribution, and a wheel from it that holds the package and its typing marker.
pub fn uv_build(subject: &Subject<'_>) -> Result<(), Failure> {
    let (wheel, _) = subject.distribution()?;
    expect_package(subject, wheel)
}

/// Builds without uv.
pub fn python_build(subject: &Subject<'_>) -> Result<(), Failure> {
    let out = subject.beside.join("dist-plain");
    let mut build = subject.command("python");
    let path = subject.machine.tools()?.path(&subject.machine.path());
    build.env("PATH", path).args(["-m", "build", "--outdir"]);
    subject.finish(build.arg(&out))?;
    let (wheel, _) = built(&out)?;
    expect_package(subject, &wheel)
}

/// Returns the wheel and the source distribution in a folder.
pub fn built(out: &Path) -> Result<(PathBuf, PathBuf), Failure> {
    let names = || {
        fs::read_dir(out)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
    };
    let with_end = |end: &str| names().find(|path| path.to_string_lossy().ends_with(end));
    match (with_end(".whl"), with_end(".tar.gz")) {
        (Some(wheel), Some(sdist)) => Ok((wheel, sdist)),
        _ => Err(Failure::new(format!(
            "not a wheel and a source distribution: {:?}",
            names().collect::<Vec<PathBuf>>()
        ))),
    }
}

fn expect_package(subject: &Subject<'_>, wheel: &Path) -> Result<(), Failure> {
    let mut list = subject.command(&subject.python);
    let files = subject.finish(list.args(["-m", "zipfile", "--list"]).arg(wheel))?;
    for file in ["__init__.py", "py.typed"] {
        let path = format!("{}/{file}", subject.package());
        if !files.lines().any(|line| line.starts_with(&path)) {
            return Err(Failure::new(format!("the wheel has no {path}:\n{files}")));
        }
    }
    Ok(())
}

/// Installs the project without uv and imports it from elsewhere.
pub fn plain_pip(subject: &Subject<'_>) -> Result<(), Failure> {
    let python = plain_environment(subject, "environment-pip")?;
    let mut install = subject.command(&python);
    subject.finish(install.args(["-m", "pip", "install", "--quiet", "--editable", "."]))?;
    let mut import = subject.command(&python);
    import.current_dir(&subject.beside).args([
        "-W",
        "error",
        "-c",
        &format!("import {}", subject.package()),
    ]);
    subject.finish(&mut import).map(drop)
}

/// Makes an environment with Python's own means and returns its interpreter.
fn plain_environment(subject: &Subject<'_>, name: &str) -> Result<PathBuf, Failure> {
    let folder = subject.beside.join(name);
    let mut make = subject.command(&subject.python);
    make.args(["-m", "venv"]).arg(&folder);
    subject.finish(&mut make)?;
    Ok(folder.join("bin/python"))
}

/// Runs the tests: of the default project as its README says, of the others in an order of their own, so that each suite is run
/// once. `PROOF_ALL=1` does both with every one.
pub fn tests(subject: &Subject<'_>) -> Result<(), Failure> {
    let number = subject.project.number;
    if number == 0 || selection::takes_all() {
        return subject.run("uv run just test").map(drop);
    }
    let randomly = Tools::version("pytest-randomly")?;
    let line = format!(
        "uv run --with pytest-randomly=={randomly} pytest --cov --randomly-seed {}",
        number + 1
    );
    subject.run(&line).map(drop)
}

/// Runs the whole suite of tests on a real server.
pub fn postgres_tests(subject: &Subject<'_>) -> Result<(), Failure> {
    let server = subject.machine.postgres()?;
    let url = server.create_database(&subject.database_name("tests"))?;
    let variables = [("TEST_DATABASE_URL", url.as_str())];
    subject
        .run_with("uv run just test-postgres", &variables)
        .map(drop)
}

/// Migrates up, sees that nothing is missing, and goes all the way down and up again.
pub fn migrations(subject: &Subject<'_>) -> Result<(), Failure> {
    let variables = subject.environment()?;
    for line in [
        "uv run just migrations",
        "uv run just migrate",
        "uv run alembic check",
        "uv run alembic downgrade base",
        "uv run alembic upgrade head",
    ] {
        subject.run_with(line, &variables)?;
    }
    Ok(())
}

/// A service whose database has no tables yet is alive and not ready.
pub fn not_ready(subject: &Subject<'_>) -> Result<(), Failure> {
    let service = Service::start(subject)?;
    service.get("/readyz")?.expect_problem(503)?;
    service.stop()
}

/// A service that lacks its secret in production ends with an error that names it.
pub fn refusal(subject: &Subject<'_>) -> Result<(), Failure> {
    let name = row(subject)?.secret;
    let mut command = subject.command(subject.folder.join(".venv/bin/python"));
    command
        .args(["-m", subject.package()])
        .envs(subject.environment()?)
        .env_remove(name);
    let mut running = command::start(&mut command, subject.output_file())?;
    let status = running.wait(Duration::from_secs(30))?;
    if status.code() == Some(1) && running.output().contains(name) {
        Ok(())
    } else {
        Err(running.failure(&format!("{status}, not 1 with {name} named")))
    }
}

/// Starts the service and asks everything that it answers.
pub fn service_answers(subject: &Subject<'_>) -> Result<(), Failure> {
    let service = Service::start(subject)?;
    ask(&service, subject)?;
    service.stop()
}

/// Starts the service and has the project's own script measure it.
pub fn load_test(subject: &Subject<'_>) -> Result<(), Failure> {
    let service = Service::start(subject)?;
    let url = service.url("");
    let measured = subject.run(&format!("uv run just load-test {url} --seconds 3"))?;
    // The first line is the command, as just shows it.
    let numbers = measured.lines().skip(1);
    let numbers = numbers.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let numbers: Vec<String> = numbers.collect();
    subject.note(format!("load test: {}", numbers.join(", ")));
    service.stop()
}

/// Asks everything that a service answers; a failure shows its log.
pub fn ask(service: &Service, subject: &Subject<'_>) -> Result<(), Failure> {
    (row(subject)?.ask)(service, subject).map_err(|error| match error {
        Failure::Failed(message) => service.failure(&message),
        lacks @ Failure::Lacks(_) => lacks,
    })
}

/// Stops the service while a request is under way: what was answered is there after the next start.
pub fn service_stops(subject: &Subject<'_>) -> Result<(), Failure> {
    let service = Service::start(subject)?;
    let place = (row(subject)?.stop)(service, subject)?;
    let next = Service::start(subject)?;
    expect_kept(&next, subject, &place)?;
    next.stop()
}

/// What was made is there after a restart, unless the answers keep it in memory.
pub fn expect_kept(next: &Service, subject: &Subject<'_>, place: &str) -> Result<(), Failure> {
    compose::wait_until_ready(next)?;
    let kept = !subject.project.holds(&[("database", "none")]);
    next.get(place)?.expect(if kept { 200 } else { 404 })?;
    Ok(())
}

/// Returns how the service of the template is put to the test.
pub fn row(subject: &Subject<'_>) -> Result<&'static ServiceRow, Failure> {
    let service = subject.project.row.service.as_ref();
    service.ok_or_else(|| Failure::new("the template has no service"))
}
