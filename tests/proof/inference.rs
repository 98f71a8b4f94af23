//! Asks a service that runs a model: what its README promises, as clients see it, alone and all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};
use ureq::Agent;

use crate::compose::wait_until_ready;
use crate::project::{Failure, Subject};
use crate::service::Service;

const PREDICTIONS: &str = "/predictions";

/// The key of the API, which compose files are given too.
pub const KEY: &str = "0123456789abcdef0123456789abcdef";

/// The key that exchanges the model.
pub const ADMIN_KEY: &str = "fedcba9876543210fedcba9876543210";

/// How many requests come at once.
const CROWD: usize = 64;

/// With how many passes through the model they must be answered.
const PASSES: u64 = 16;

/// How many requests the memory has to stay stable over, and by how much it may grow, in KiB.
const MANY: usize = 10_000;
const GROWTH: u64 = 32 * 1024;

/// What the project itself expects of its model.
#[derive(Debug)]
struct Golden {
    inputs: Vec<Value>,
    labels: Vec<Value>,
}

impl Golden {
    fn of(subject: &Subject<'_>) -> Result<Self, Failure> {
        let content = read_json(&subject.folder.join("tests/golden.json"))?;
        let list = |key: &str| content[key].as_array().cloned().unwrap_or_default();
        let (inputs, labels) = (list("inputs"), list("labels"));
        if inputs.len() < 2 || inputs.len() != labels.len() {
            return Err(Failure::new("tests/golden.json has no pairs to ask about"));
        }
        Ok(Self { inputs, labels })
    }

    /// Returns a request with these many inputs.
    fn request(&self, count: usize) -> Value {
        let inputs: Vec<&Value> = self.inputs.iter().cycle().take(count).collect();
        json!({ "inputs": inputs })
    }
}

/// Asks for health, right answers, refusals, metrics, and the description of the interface.
pub fn ask(service: &Service, subject: &Subject<'_>) -> Result<(), Failure> {
    service.get("/livez")?.expect(200)?;
    wait_until_ready(service)?;
    let golden = Golden::of(subject)?;
    let token = sign_in(service, subject, "")?;
    let body = json!({ "inputs": golden.inputs });
    let answer = service
        .ask("POST", PREDICTIONS, &token, Some(&body))?
        .expect(200)?;
    let predictions = answer.json["predictions"].as_array().cloned();
    let said: Vec<Value> = predictions
        .unwrap_or_default()
        .iter()
        .map(|each| each["label"].clone())
        .collect();
    if said != golden.labels || answer.json["model"]["version"] != 1 {
        return Err(answer.unexpected("not the labels of the held-out inputs"));
    }
    refuse(service, subject, &token)?;
    service
        .get("/metrics")?
        .expect(200)?
        .expect_that("no metrics of the model", |answer| {
            answer.text.contains("model_batch_size_count")
                && answer.text.contains(r#"route="/predictions""#)
        })?;
    service
        .get("/openapi.json")?
        .expect(200)?
        .expect_that("no path /predictions", |answer| {
            answer.json["paths"][PREDICTIONS]["post"].is_object()
        })?;
    // In production every line of the log is one JSON object.
    let log = service.log();
    let is_event = |line: &&str| {
        let event: Result<Value, _> = serde_json::from_str(line);
        event.is_ok_and(|event| event["event"].is_string())
    };
    match log.lines().find(|line| !is_event(line)) {
        None => Ok(()),
        Some(line) => Err(service.failure(&format!("not an event in JSON: {line}"))),
    }
}

/// Requests that must be refused, each with the right error.
fn refuse(service: &Service, subject: &Subject<'_>, token: &str) -> Result<(), Failure> {
    for wrong in [
        json!({}),
        json!({"inputs": []}),
        json!({"inputs": [{"a": 1}]}),
    ] {
        service
            .ask("POST", PREDICTIONS, token, Some(&wrong))?
            .expect_problem(422)?;
    }
    if !token.is_empty() {
        let body = Golden::of(subject)?.request(1);
        service
            .ask("POST", PREDICTIONS, "", Some(&body))?
            .expect_problem(401)?;
    }
    service.get("/nowhere")?.expect_problem(404)?;
    service.get(PREDICTIONS)?.expect_problem(405)?;
    Ok(())
}

/// Returns the key of the API; empty where everybody may ask.
#[expect(clippy::unnecessary_wraps, reason = "to sign in elsewhere may fail")]
pub fn sign_in(_: &Service, subject: &Subject<'_>, _: &str) -> Result<String, Failure> {
    let is_guarded = subject.project.holds(&[("auth", "key")]);
    Ok(if is_guarded { KEY } else { "" }.to_owned())
}

/// Returns the path of something that is there whenever the model is.
pub fn make(service: &Service, _: &Subject<'_>) -> Result<String, Failure> {
    wait_until_ready(service)?;
    Ok("/readyz".to_owned())
}

/// Stops the service while it waits for the body of a request, which is answered.
pub fn stop(service: Service, subject: &Subject<'_>) -> Result<String, Failure> {
    let place = make(&service, subject)?;
    let token = sign_in(&service, subject, "")?;
    let body = Golden::of(subject)?.request(1).to_string();
    service.stop_under_way(PREDICTIONS, &token, &body)?;
    Ok(place)
}

/// Sends one request from each of many threads at once and returns how often each status came.
fn crowd(
    service: &Service,
    subject: &Subject<'_>,
    count: usize,
) -> Result<BTreeMap<u16, usize>, Failure> {
    let body = Golden::of(subject)?.request(count).to_string();
    let token = sign_in(service, subject, "")?;
    let url = service.url(PREDICTIONS);
    let answers = thread::scope(|scope| {
        let send = || scope.spawn(|| post(&url, &token, &body));
        let threads: Vec<_> = (0..CROWD).map(|_| send()).collect();
        threads
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect::<Vec<_>>()
    });
    let mut statuses = BTreeMap::new();
    for answer in answers {
        let status = answer.map_err(|_| Failure::new("a client broke"))??;
        *statuses.entry(status).or_default() += 1;
    }
    Ok(statuses)
}

/// Sends a prediction request by itself and returns the status.
fn post(url: &str, token: &str, body: &str) -> Result<u16, Failure> {
    let agent = Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .new_agent();
    let answer = agent
        .post(url)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .send(body);
    let answer = answer.map_err(|error| Failure::new(format!("{url}: {error}")))?;
    Ok(answer.status().as_u16())
}

/// Many requests at once share few passes through the model.
pub fn batching(subject: &Subject<'_>) -> Result<(), Failure> {
    let service = Service::start_with(subject, &[("APP_BATCH_WAIT_MS", "3000")])?;
    wait_until_ready(&service)?;
    let before = passes(&service)?;
    let statuses = crowd(&service, subject, 1)?;
    let passes = passes(&service)?.saturating_sub(before);
    if statuses != BTreeMap::from([(200, CROWD)]) || passes > PASSES {
        let what = format!("{CROWD} requests: {statuses:?}, {passes} passes");
        return Err(service.failure(&what));
    }
    subject.note(format!("batching: {CROWD} requests in {passes} passes"));
    service.stop()
}

fn passes(service: &Service) -> Result<u64, Failure> {
    let metrics = service.get("/metrics")?.expect(200)?;
    let lines = metrics.text.lines();
    let mut counts = lines.filter_map(|line| line.strip_prefix("model_batch_size_count "));
    let count: Option<f64> = counts.next().and_then(|count| count.parse().ok());
    // A small whole number, which the text format writes with a decimal point.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "see above"
    )]
    count.map_or_else(
        || Err(metrics.unexpected("no count of passes")),
        |count| Ok(count as u64),
    )
}

/// More than the queue takes is refused, and the service goes on.
pub fn overload(subject: &Subject<'_>) -> Result<(), Failure> {
    let small = [("APP_QUEUE_SIZE", "32"), ("APP_BATCH_SIZE", "1")];
    let service = Service::start_with(subject, &small)?;
    wait_until_ready(&service)?;
    let statuses = crowd(&service, subject, 32)?;
    let kinds: BTreeSet<u16> = statuses.keys().copied().collect();
    if kinds != BTreeSet::from([200, 503]) {
        return Err(service.failure(&format!("not 200 and 503, but {statuses:?}")));
    }
    service.get("/livez")?.expect(200)?;
    ask(&service, subject)?;
    service.stop()
}

/// Another version takes the place of the first while requests come, none of which is lost; a damaged one does not.
pub fn exchange(subject: &Subject<'_>) -> Result<(), Failure> {
    let models = registry(subject)?;
    let folder = models.display().to_string();
    let variables = [("APP_MODELS", folder.as_str()), ("APP_MODEL_VERSION", "1")];
    let service = Service::start_with(subject, &variables)?;
    wait_until_ready(&service)?;
    let body = Golden::of(subject)?.request(1).to_string();
    let token = sign_in(&service, subject, "")?;
    let url = service.url(PREDICTIONS);
    let is_over = AtomicBool::new(false);
    let client = || -> Result<usize, Failure> {
        let mut count = 0;
        while !is_over.load(Ordering::Relaxed) {
            let status = post(&url, &token, &body)?;
            if status != 200 {
                return Err(Failure::new(format!("{status} during an exchange")));
            }
            count += 1;
        }
        Ok(count)
    };
    let answered = thread::scope(|scope| {
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(client)).collect();
        let exchanged = put_each(&service);
        is_over.store(true, Ordering::Relaxed);
        let mut sum = 0;
        for client in clients {
            sum += client
                .join()
                .map_err(|_| Failure::new("a client broke"))??;
        }
        exchanged.map(|()| sum)
    })?;
    let card = service.ask("GET", "/model", &token, None)?.expect(200)?;
    if card.json["version"] != 2 {
        return Err(card.unexpected("not version 2"));
    }
    subject.note(format!("exchange: {answered} requests, none lost"));
    service.stop()
}

/// Exchanges there and back, and tries what must not work.
fn put_each(service: &Service) -> Result<(), Failure> {
    let put = |key: &str, version: u64| {
        let body = json!({ "version": version });
        service.ask("PUT", "/model", key, Some(&body))
    };
    put("", 2)?.expect_problem(401)?;
    for version in [2, 1, 2] {
        put(ADMIN_KEY, version)?.expect(200)?;
    }
    put(ADMIN_KEY, 3)?.expect_problem(409)?;
    put(ADMIN_KEY, 4)?.expect_problem(409)?;
    Ok(())
}

/// Makes a registry of three versions, of which the last is damaged, and returns its folder.
fn registry(subject: &Subject<'_>) -> Result<PathBuf, Failure> {
    let models = subject.beside.join("models");
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", models.display()));
    let original = subject.folder.join("models/1");
    for version in 1..=3 {
        let folder = models.join(version.to_string());
        fs::create_dir_all(&folder).map_err(failed)?;
        for entry in fs::read_dir(&original).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let Some(name) = path.file_name() else {
                continue;
            };
            let mut content = fs::read(&path).map_err(failed)?;
            if version == 3 {
                content.push(0);
            }
            fs::write(folder.join(name), content).map_err(failed)?;
        }
        let mut manifest = read_json(&original.join("manifest.json"))?;
        manifest["version"] = version.into();
        fs::write(folder.join("manifest.json"), manifest.to_string()).map_err(failed)?;
    }
    Ok(models)
}

fn read_json(path: &Path) -> Result<Value, Failure> {
    let failed = |error: String| Failure::new(format!("{}: {error}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
}

/// The memory stays as it is over many requests.
pub fn memory(subject: &Subject<'_>) -> Result<(), Failure> {
    let quick = [("APP_BATCH_WAIT_MS", "0"), ("APP_LOG_LEVEL", "WARNING")];
    let service = Service::start_with(subject, &quick)?;
    wait_until_ready(&service)?;
    let body = Golden::of(subject)?.request(1);
    let token = sign_in(&service, subject, "")?;
    let ask = |count: usize| {
        (0..count).try_for_each(|_| {
            let answer = service.ask("POST", PREDICTIONS, &token, Some(&body))?;
            answer.expect(200).map(drop)
        })
    };
    // What is allocated once is there after these.
    ask(MANY / 10)?;
    let before = service.memory()?;
    ask(MANY)?;
    let after = service.memory()?;
    if after > before + GROWTH {
        let what = format!("{before} KiB before {MANY} requests, {after} KiB after");
        return Err(service.failure(&what));
    }
    subject.note(format!(
        "memory: {} MiB, after {MANY} requests {} MiB",
        before / 1024,
        after / 1024
    ));
    service.stop()
}

/// Has the project's own script compare batching with none.
pub fn load_test(subject: &Subject<'_>) -> Result<(), Failure> {
    let measured = subject.run("uv run just load-test --seconds 3")?;
    // The first line is the command, as just shows it.
    let lines: Vec<&str> = measured.lines().skip(1).collect();
    subject.note(format!("load test: {}", lines.join("; ")));
    Ok(())
}
