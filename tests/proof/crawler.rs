//! A crawler, put to work on the site of its own tests: killed, continued, shared, in its image and beside its services.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::command::{self, Running};
use crate::engine::Belongings;
use crate::images;
use crate::loopback::{free_port, wait_until_open};
use crate::postgres;
use crate::project::{Failure, Lock, Subject};
use crate::redis;

/// How long a crawl may take, on a slow machine.
const LIMIT: Duration = Duration::from_mins(10);

/// The books of the site, as many as make some hundred pages.
const BOOKS: u64 = 300;

/// The books that are none: forbidden, without a price, and one whose page always fails.
const NONE: [u64; 3] = [13, 19, 23];

/// How many of the pages each of two workers has to fetch: on a busy machine one starts late.
const SHARE: u64 = 5;

/// The port of the site in a container.
const PORT: &str = "8765";

/// The project's own site, as a process.
struct Site {
    log: PathBuf,
    url: String,
    _running: Running,
}

/// A request that the site answered.
struct Visit {
    time: f64,
    path: String,
    status: u64,
}

impl Site {
    fn start(subject: &Subject<'_>, books: u64, latency: &str) -> Result<Self, Failure> {
        let port = free_port()?;
        let log = subject.beside.join(format!("site-{port}.jsonl"));
        let mut serve = subject.command(subject.folder.join(".venv/bin/python"));
        serve
            .args(["tests/catalogue.py", &port.to_string()])
            .arg(&log)
            .args([&books.to_string(), "127.0.0.1", latency]);
        let mut running = command::start(&mut serve, subject.output_file())?;
        wait_until_open(port, &mut running, LIMIT)?;
        Ok(Self {
            log,
            url: format!("http://127.0.0.1:{port}"),
            _running: running,
        })
    }

    /// Returns everything that was asked for, but for the rules that each crawl begins with.
    fn visits(&self) -> Result<Vec<Visit>, Failure> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines = text.lines().map(|line| {
            let visit: Value = serde_json::from_str(line)
                .map_err(|error| Failure::new(format!("the site's log: {error}: {line}")))?;
            Ok(Visit {
                time: visit["time"].as_f64().unwrap_or_default(),
                path: visit["path"].as_str().unwrap_or_default().to_owned(),
                status: visit["status"].as_u64().unwrap_or_default(),
            })
        });
        let visits: Result<Vec<Visit>, Failure> = lines.collect();
        let mut visits = visits?;
        visits.retain(|visit| visit.path != "/robots.txt");
        Ok(visits)
    }

    /// Returns how often each page was fetched.
    fn fetched(&self) -> Result<BTreeMap<String, usize>, Failure> {
        let mut fetched = BTreeMap::new();
        for visit in self.visits()?.into_iter().filter(|v| v.status == 200) {
            *fetched.entry(visit.path).or_default() += 1;
        }
        Ok(fetched)
    }

    /// Nothing was asked for that robots.txt forbids.
    fn expect_obeyed(&self) -> Result<(), Failure> {
        let visits = self.visits()?;
        let is_forbidden = |path: &str| path == "/books/13" || path.starts_with("/private");
        match visits.iter().find(|visit| is_forbidden(&visit.path)) {
            None => Ok(()),
            Some(visit) => Err(Failure::new(format!("{} is forbidden", visit.path))),
        }
    }
}

/// Returns a command that crawls a site as fast as it goes; what is kept lies in a folder of this name.
fn crawl(subject: &Subject<'_>, site: &Site, data: &str, spider: &str) -> Command {
    let mut crawl = subject.command(subject.folder.join(".venv/bin/python"));
    crawl
        .args(["-m", subject.package(), "crawl", spider])
        .env("CRAWLER_SITE", &site.url)
        .env("CRAWLER_DATA", subject.beside.join(data))
        .env("CRAWLER_DELAY", "0")
        .env("CRAWLER_CONCURRENCY", "8")
        .env("CRAWLER_MAX_WAIT", "1")
        .env("CRAWLER_MAX_MEMORY_MB", "0")
        .env("CRAWLER_BATCH_SECONDS", "0.2");
    crawl
}

/// Crawls some hundred pages, is killed twice on the way, and ends with every book once; then keeps to a rate.
pub fn crawls(subject: &Subject<'_>) -> Result<(), Failure> {
    let site = Site::start(subject, BOOKS, "0.02")?;
    for pages in [40, 150] {
        let mut crawl = crawl(subject, &site, "data", "listing");
        let mut running = command::start(&mut crawl, subject.output_file())?;
        let started = Instant::now();
        while site.fetched()?.len() < pages {
            if started.elapsed() > LIMIT || !running.is_running() {
                return Err(running.failure("the crawl does not get on"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        // SIGKILL, which nothing can prepare for.
        drop(running);
    }
    let started = Instant::now();
    subject.finish(&mut crawl(subject, &site, "data", "listing"))?;
    site.expect_obeyed()?;
    expect_books(&stored(subject, "data")?, BOOKS)?;
    let again = site.fetched()?.into_values().filter(|times| *times > 1);
    let again = again.count();
    // What was under way or waited to be stored, which is the more the slower the machine is, but far from all.
    if again > 150 {
        let what = format!("{again} pages were fetched again after two kills");
        return Err(Failure::new(what));
    }
    subject.note(format!(
        "crawl: {BOOKS} books, killed twice, {again} pages fetched again, the last run {:.1} s",
        started.elapsed().as_secs_f64()
    ));
    keeps_its_rate(subject)
}

/// No two requests come closer than half the delay.
fn keeps_its_rate(subject: &Subject<'_>) -> Result<(), Failure> {
    let site = Site::start(subject, 80, "0")?;
    let mut crawl = crawl(subject, &site, "data-rate", "api");
    crawl
        .env("CRAWLER_DELAY", "1")
        .env("CRAWLER_CONCURRENCY", "1");
    subject.finish(&mut crawl)?;
    let visits = site.visits()?;
    let gaps = visits.windows(2).filter_map(|pair| match pair {
        [earlier, later] => Some(later.time - earlier.time),
        _ => None,
    });
    let shortest = gaps.fold(f64::INFINITY, f64::min);
    if visits.len() == 8 && shortest >= 0.25 {
        Ok(())
    } else {
        let number = visits.len();
        let what = format!("{number} requests, two of them {shortest:.3} s apart");
        Err(Failure::new(what))
    }
}

/// Two workers share a crawl through a real Redis and store it in a real PostgreSQL, which restarts meanwhile: each page once.
pub fn workers(subject: &Subject<'_>) -> Result<(), Failure> {
    let redis = redis::Server::start(subject)?;
    let server = postgres::Server::start(&subject.beside.join("postgres"))?;
    let database = server.create_database(&subject.database_name("crawl"))?;
    let database = database.replace("postgresql+psycopg", "postgresql");
    let site = Site::start(subject, 200, "0.3")?;
    let start = |name: &str| {
        let mut crawl = crawl(subject, &site, &format!("data-{name}"), "listing");
        crawl
            .env("CRAWLER_REDIS_URL", redis.url(0))
            .env("CRAWLER_DATABASE_URL", &database)
            .env("CRAWLER_CONCURRENCY", "2")
            .env("CRAWLER_MIN_ITEMS", "0")
            .env("CRAWLER_MAX_ERROR_SHARE", "1")
            .env("CRAWLER_MAX_DROP_SHARE", "1")
            .env("CRAWLER_WORKER", name);
        command::start(&mut crawl, subject.output_file())
    };
    let names = ["one", "two"];
    let mut running = [start(names[0])?, start(names[1])?];
    let started = Instant::now();
    while site.fetched()?.len() < 60 {
        if started.elapsed() > LIMIT || !running.iter_mut().any(Running::is_running) {
            return Err(running[0].failure("the workers do not get on"));
        }
        thread::sleep(Duration::from_millis(20));
    }
    server.restart(Duration::from_secs(2))?;
    for worker in &mut running {
        if !worker.wait(LIMIT)?.success() {
            return Err(worker.failure("a worker failed"));
        }
    }
    if let Some((path, times)) = site.fetched()?.into_iter().find(|(_, times)| *times > 1) {
        return Err(Failure::new(format!("{path} was fetched {times} times")));
    }
    site.expect_obeyed()?;
    let mut shares = Vec::new();
    let mut retries = 0;
    for name in names {
        let path = subject
            .beside
            .join(format!("data-{name}/reports/listing.json"));
        let report = fs::read_to_string(&path)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let report: Value = serde_json::from_str(&report)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let pages = &report["stats"]["downloader/response_status_count/200"];
        shares.push(pages.as_u64().unwrap_or_default());
        retries += report["stats"]["storage/retries"]
            .as_u64()
            .unwrap_or_default();
    }
    if retries == 0 {
        return Err(Failure::new("no worker met the server that was away"));
    }
    if shares.iter().any(|share| *share < SHARE) {
        return Err(Failure::new(format!("the workers fetched {shares:?}")));
    }
    subject.note(format!(
        "workers: they fetched {shares:?} pages, and asked {retries} times for the server that was away"
    ));
    let rows = rows(subject, &database)?;
    server.stop();
    expect_books(&rows, 200)
}

/// Runs the project's tests on a real PostgreSQL.
pub fn postgres_tests(subject: &Subject<'_>) -> Result<(), Failure> {
    let server = subject.machine.postgres()?;
    let database = server.create_database(&subject.database_name("tests"))?;
    let database = database.replace("postgresql+psycopg", "postgresql");
    let variables = [("TEST_DATABASE_URL", database.as_str())];
    subject
        .run_with(
            "uv run pytest -m services tests/test_postgres.py",
            &variables,
        )
        .map(drop)
}

/// Runs the project's tests on a real Redis.
pub fn redis_tests(subject: &Subject<'_>) -> Result<(), Failure> {
    let redis = redis::Server::start(subject)?;
    let variables = [("TEST_REDIS_URL", &*redis.url(0))];
    subject
        .run_with("uv run pytest -m services tests/test_redis.py", &variables)
        .map(drop)
}

/// Runs the project's tests in a real browser.
pub fn browser_tests(subject: &Subject<'_>) -> Result<(), Failure> {
    let Some(browser) = subject.machine.program("chromium") else {
        return Err(Failure::Lacks("chromium: not on PATH".to_owned()));
    };
    let browser = browser.display().to_string();
    let variables = [("TEST_BROWSER", browser.as_str())];
    subject
        .run_with(
            "uv run pytest -m services tests/test_browser.py",
            &variables,
        )
        .map(drop)
}

/// Builds the image, looks into it, and crawls with it, locked up.
pub fn image(subject: &Subject<'_>) -> Result<(), Failure> {
    let belongings = Belongings::new(subject, "image");
    let clone = images::build_and_look(subject, &belongings)?;
    let site = site_in_container(subject, &belongings, &clone, belongings.name(), &[])?;
    let network = format!("container:{site}");
    let volume = format!("{}-data:/data", belongings.name());
    let site = format!("CRAWLER_SITE=http://127.0.0.1:{PORT}");
    let mut docker = belongings.docker(["run", "--rm", "--network", &network]);
    docker.args(images::LOCKED_UP).args(["--volume", &volume]);
    let variables = ["CRAWLER_CONTACT=crawler@example.org", "CRAWLER_DELAY=0"];
    for variable in variables.into_iter().chain([site.as_str()]) {
        docker.args(["--env", variable]);
    }
    let spider = if subject.project.holds(&[("browser", "true")]) {
        "rendered"
    } else {
        "api"
    };
    docker.args(["--env", "CRAWLER_MAX_MEMORY_MB=0", belongings.name()]);
    expect_passed(&subject.finish(docker.args(["crawl", spider]))?)
}

/// Starts the services of the compose file, which become healthy, and crawls beside them.
pub fn compose(subject: &Subject<'_>) -> Result<(), Failure> {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    let engine = subject.machine.engine()?;
    let clone = subject.clone_to("compose", Lock::None)?;
    let belongings = Belongings::new(subject, "compose");
    let compose = |words: &[&str]| {
        let mut docker = belongings.docker(["compose"]);
        docker
            .args(words)
            .current_dir(&clone)
            .env("COMPOSE_PROJECT_NAME", belongings.name())
            .env("CRAWLER_CONTACT", "crawler@example.org")
            .env("CRAWLER_DELAY", "0")
            .env("CRAWLER_SITE", format!("http://site:{PORT}"))
            .env("CRAWLER_WORKERS", "1")
            .env("POSTGRES_PASSWORD", SECRET)
            .env("REDIS_PASSWORD", SECRET);
        docker
    };
    let ports = [free_port()?.to_string(), free_port()?.to_string()];
    let on_ports = |mut docker: Command| {
        docker
            .env("POSTGRES_PORT", &ports[0])
            .env("REDIS_PORT", &ports[1]);
        docker
    };
    let run = |words: &[&str]| subject.finish(&mut on_ports(compose(words)));
    let config = run(&["config", "--format=json"])?;
    let config: Value = serde_json::from_str(&config)
        .map_err(|error| Failure::new(format!("docker compose config: {error}")))?;
    let services = config["services"].as_object().cloned().unwrap_or_default();
    let servers: BTreeMap<&str, &str> = services
        .iter()
        .filter(|(_, service)| service["build"].is_null())
        .filter_map(|(name, service)| Some((name.as_str(), service["image"].as_str()?)))
        .collect();
    let bases = images::bases(&clone)?;
    let wanted: BTreeSet<String> = servers.values().map(|image| (*image).to_owned()).collect();
    engine.provide(subject, &wanted.into_iter().chain(bases).collect())?;

    let mut up = vec!["up", "--detach", "--wait"];
    up.extend(servers.keys());
    if !servers.is_empty() {
        run(&up)?;
    }
    run(&["build", "app"])?;
    // The first run makes the network, which the site then joins.
    run(&["run", "--rm", "app", "list"])?;
    let network = format!("{}_default", belongings.name());
    let image = format!("{}-app", belongings.name());
    let options = ["--network", &network, "--network-alias", "site"];
    site_in_container(subject, &belongings, &clone, &image, &options)?;
    expect_passed(&run(&["run", "--rm", "app", "crawl", "api"])?)?;
    let site = format!("{}-site", belongings.name());
    belongings.run(["rm", "--force", &site])?;
    run(&["down", "--volumes"]).map(drop)
}

/// Starts the site of the tests in a container of its own, and returns its name.
fn site_in_container(
    subject: &Subject<'_>,
    belongings: &Belongings<'_>,
    clone: &Path,
    image: &str,
    options: &[&str],
) -> Result<String, Failure> {
    let name = format!("{}-site", belongings.name());
    let catalogue = format!(
        "{}:/catalogue.py:ro",
        clone.join("tests/catalogue.py").display()
    );
    let mut docker = belongings.docker(["run", "--detach", "--name", &name]);
    docker
        .args(options)
        .args(["--entrypoint", "python", "--volume", &catalogue, image])
        .args(["/catalogue.py", PORT, "/tmp/log", "40", "0.0.0.0"]);
    subject.finish(&mut docker)?;
    let ask =
        format!("from urllib.request import urlopen; urlopen('http://127.0.0.1:{PORT}/books')");
    let started = Instant::now();
    loop {
        let mut asked = belongings.docker(["exec", &name, "python", "-c", &ask]);
        if asked.output().is_ok_and(|output| output.status.success()) {
            return Ok(name);
        }
        if started.elapsed() > LIMIT {
            return Err(Failure::new("the site does not start in its container"));
        }
        thread::sleep(Duration::from_millis(500));
    }
}

/// The log, which is JSON in production, says that the run reached what it has to.
fn expect_passed(log: &str) -> Result<(), Failure> {
    if log.contains("The run passed all") && log.contains(r#"{"time": "#) {
        Ok(())
    } else {
        Err(Failure::new(format!("the crawl did not pass:\n{log}")))
    }
}

/// Returns the keys of all that was stored in files, in order, with their repeats.
fn stored(subject: &Subject<'_>, data: &str) -> Result<Vec<String>, Failure> {
    const PROGRAM: &str = "\
import sys
from pathlib import Path
from tests.stored import lines
for book in lines(Path(sys.argv[1])):
    print('book', book['sku'])
";
    let data = subject.beside.join(data).display().to_string();
    keys(subject, &["-c", PROGRAM, &data])
}

/// Returns the keys of all rows of a database.
fn rows(subject: &Subject<'_>, database: &str) -> Result<Vec<String>, Failure> {
    const PROGRAM: &str = "\
import sys, psycopg
with psycopg.connect(sys.argv[1]) as connection:
    for (sku,) in connection.execute('SELECT sku FROM books'):
        print('book', sku)
";
    keys(subject, &["-c", PROGRAM, database])
}

fn keys(subject: &Subject<'_>, words: &[&str]) -> Result<Vec<String>, Failure> {
    let mut python = subject.command(subject.folder.join(".venv/bin/python"));
    let printed = subject.finish(python.args(words))?;
    let lines = printed
        .lines()
        .filter_map(|line| line.strip_prefix("book "));
    let mut keys: Vec<String> = lines.map(str::to_owned).collect();
    keys.sort();
    Ok(keys)
}

/// Every book that is one is there, once.
fn expect_books(keys: &[String], books: u64) -> Result<(), Failure> {
    let numbers = (1..=books).filter(|number| !NONE.contains(number));
    let expected: Vec<String> = numbers.map(|number| format!("B-{number:04}")).collect();
    if keys == expected {
        return Ok(());
    }
    let missing: Vec<&String> = expected.iter().filter(|key| !keys.contains(key)).collect();
    let found = keys.len();
    let what = format!("{found} books are stored; missing are {missing:?}");
    Err(Failure::new(what))
}
