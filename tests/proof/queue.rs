//! The checks of task queues: real workers on a real broker, one of them killed, the image in its roles, and all of it by compose.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{self, Running};
use crate::compose::Stack;
use crate::engine::Belongings;
use crate::images;
use crate::loopback::free_port;
use crate::project::{Failure, Lock, Subject};
use crate::redis;

/// How long anything may take that workers do, on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(3);

const INVOICE: &str =
    r#"{"number": "2026-1", "customer": "Ada", "lines": [{"text": "Paper", "price": "1.50"}]}"#;

/// The servers of a project, as long as this value lives, and the variables that name them.
struct Servers {
    _redis: redis::Server,
    urls: Vec<(&'static str, String)>,
}

impl Servers {
    /// Starts what the answers ask for. What is named has `prefix` before it.
    fn start(subject: &Subject<'_>, purpose: &str) -> Result<Self, Failure> {
        let redis = redis::Server::start(subject)?;
        let mut urls = Vec::new();
        let host = subject.database_name(purpose);
        urls.push(if subject.project.holds(&[("broker", "rabbitmq")]) {
            (
                "BROKER_URL",
                subject.machine.rabbitmq()?.create_host(&host)?,
            )
        } else {
            ("BROKER_URL", redis.url(0))
        });
        if subject.project.holds(&[("results", "redis")]) {
            urls.push(("RESULT_URL", redis.url(1)));
        }
        if subject.project.holds(&[("results", "postgres")]) {
            let url = subject.machine.postgres()?.create_database(&host)?;
            urls.push(("DATABASE_URL", url));
        }
        Ok(Self {
            _redis: redis,
            urls,
        })
    }

    /// Returns the variables, each after a prefix.
    fn variables(&self, prefix: &str) -> Vec<(String, String)> {
        let urls = self.urls.iter();
        urls.map(|(name, url)| (format!("{prefix}{name}"), url.clone()))
            .collect()
    }
}

/// Runs the tests that need servers, with real workers; without a broker they fail.
pub fn service_tests(subject: &Subject<'_>) -> Result<(), Failure> {
    let mut alone = subject.command("uv");
    alone.args(["run", "just", "test-services"]);
    subject.refuse(&mut alone, "names no broker")?;
    let servers = Servers::start(subject, "tests")?;
    let mut tests = subject.command("uv");
    tests
        .args(["run", "just", "test-services"])
        .envs(servers.variables("TEST_"));
    subject.finish(&mut tests).map(drop)
}

/// A customer who listens, and answers when told to.
struct Customer {
    listener: TcpListener,
    port: u16,
}

impl Customer {
    fn new() -> Result<Self, Failure> {
        let port = free_port()?;
        let listener = TcpListener::bind(("127.0.0.1", port));
        let failure = |error| Failure::new(format!("no customer: {error}"));
        let listener = listener.map_err(failure)?;
        listener.set_nonblocking(true).map_err(failure)?;
        Ok(Self { listener, port })
    }

    /// Waits for a request; whoever sent it waits for the answer.
    fn request(&self, worker: &Running) -> Result<TcpStream, Failure> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(stream) = self.next() {
                return Ok(stream);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(worker.failure("the customer is not told"))
    }

    /// Returns a request, if there is one.
    fn next(&self) -> Option<TcpStream> {
        let (stream, _) = self.listener.accept().ok()?;
        Some(stream)
    }
}

/// Answers a request.
fn answer(mut stream: TcpStream) -> Result<(), Failure> {
    let mut ask = || {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // Whatever it is: who sends it has sent all of it before it waits.
        let _read = stream.read(&mut [0; 4096])?;
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    };
    ask().map_err(|error| Failure::new(format!("cannot answer: {error}")))
}

/// Workers as their image starts them: one is killed in the middle of a task and another does it; one is told to end and ends when
/// its task is done.
pub fn real_workers(subject: &Subject<'_>) -> Result<(), Failure> {
    let servers = Servers::start(subject, "workers")?;
    let customer = Customer::new()?;
    let webhook = format!("http://127.0.0.1:{}/", customer.port);
    let role = |words: &[&str]| {
        let mut role = subject.command(subject.folder.join(".venv/bin/python"));
        role.args(["-m", subject.package()])
            .args(words)
            .current_dir(&subject.beside)
            .envs(servers.variables("APP_"))
            .env("APP_ENVIRONMENT", "production")
            .env("APP_WEBHOOK_URL", &webhook)
            .env("APP_STORAGE", subject.beside.join("documents"));
        // Limits so short that a broker soon takes back what a dead worker had.
        for (name, seconds) in [
            ("SOFT_TIME_LIMIT", 40),
            ("TIME_LIMIT", 45),
            ("LONGEST_DELAY", 10),
            ("SHUTDOWN_TIMEOUT", 100),
        ] {
            role.env(format!("APP_{name}"), seconds.to_string());
        }
        if subject.project.holds(&[("broker", "redis")]) {
            role.env("APP_VISIBILITY_TIMEOUT", "60");
        }
        role
    };
    let start = |words: &[&str]| start_in_group(subject, &mut role(words));
    let _relay = if subject.project.holds(&[("results", "postgres")]) {
        subject.finish(&mut role(&["prepare"]))?;
        Some(start(&["relay"])?)
    } else {
        None
    };
    let invoice = subject.beside.join("invoice.json");
    std::fs::write(&invoice, INVOICE).map_err(|error| Failure::new(error.to_string()))?;
    let _documents = start(&["worker", "documents"])?;
    let first = start(&["worker", "notifications"])?;
    subject.finish(role(&["bill"]).arg(&invoice))?;
    drop(customer.request(&first)?);
    kill_group(&first)?;

    let mut second = start(&["worker", "notifications"])?;
    let request = customer.request(&second)?;
    second.terminate()?;
    thread::sleep(Duration::from_secs(1));
    answer(request)?;
    let status = second.wait(PATIENCE)?;
    if !status.success() {
        return Err(second.failure(&format!("ended with {status} after SIGTERM")));
    }
    if customer.next().is_some() {
        return Err(second.failure("the customer was told twice"));
    }
    let dead = subject.finish(&mut role(&["dead", "list"]))?;
    if dead.contains("notifications.") {
        return Err(Failure::new(format!("given up: {dead}")));
    }
    Ok(())
}

/// Starts a command in a group of its own, so that its children can be killed with it.
fn start_in_group(subject: &Subject<'_>, role: &mut Command) -> Result<Running, Failure> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(role, 0);
    command::start(role, subject.output_file())
}

fn kill_group(running: &Running) -> Result<(), Failure> {
    let group = format!("-{}", running.id());
    let status = Command::new("kill").args(["-KILL", "--", &group]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        other => Err(running.failure(&format!("kill: {other:?}"))),
    }
}

/// Builds the image and looks into it; without a role it says that nothing runs, and it refuses a queue that there is not.
pub fn image(subject: &Subject<'_>) -> Result<(), Failure> {
    let belongings = Belongings::new(subject, "image");
    images::build_and_look(subject, &belongings)?;
    let run = |words: &[&str]| {
        let mut docker = belongings.docker(["run", "--rm"]);
        docker
            .args(images::LOCKED_UP)
            .args(["--env", "APP_WEBHOOK_URL=https://example.org/"])
            .arg(belongings.name())
            .args(words);
        docker
    };
    subject.refuse(&mut run(&["health"]), "nothing runs here")?;
    subject.refuse(&mut run(&["worker", "nonsense"]), "invalid choice")?;
    let help = subject.finish(&mut run(&["--help"]))?;
    if help.contains("worker") {
        Ok(())
    } else {
        Err(Failure::new(format!("no help: {help}")))
    }
}

/// Starts everything by compose, sends an invoice, restarts the servers, sends another one, and ends everything.
pub fn compose(subject: &Subject<'_>) -> Result<(), Failure> {
    let clone = subject.clone_to("compose", Lock::None)?;
    let stack = Stack::new(subject, "compose", &clone)?;
    stack.expect_refusals()?;
    let started = Instant::now();
    let servers = stack.up()?;
    let elapsed = started.elapsed().as_secs_f64();
    subject.note(format!("compose: built and healthy in {elapsed:.1} s"));
    bill(subject, &stack, "2026-1")?;
    for server in &servers {
        stack.run(["restart", server])?;
    }
    stack.run(["up", "--detach", "--wait"])?;
    bill(subject, &stack, "2026-2")?;
    stack.run(["down", "--volumes"])?;
    stack.expect_nothing_left()
}

/// Sends an invoice by the producer in a container, and waits for its document.
fn bill(subject: &Subject<'_>, stack: &Stack<'_>, number: &str) -> Result<(), Failure> {
    let invoice = INVOICE.replace("2026-1", number);
    let send = format!("echo '{invoice}' | python -m {} bill -", subject.package());
    let exec = ["exec", "--no-TTY", "documents"];
    stack.run(exec.into_iter().chain(["sh", "-c", &send]))?;
    let file = format!("/documents/{number}.txt");
    let started = Instant::now();
    while stack.run(exec.into_iter().chain(["cat", &file])).is_err() {
        if started.elapsed() > PATIENCE {
            let log = stack.run(["logs", "--tail=50"])?;
            return Err(Failure::new(format!("there is no {file}\n{log}")));
        }
        thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}
