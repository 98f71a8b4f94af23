//! Asks a service that keeps articles: everything that its README promises, as a client sees it.

use serde_json::{Value, json};

use crate::project::{Failure, Subject};
use crate::service::Service;

const ARTICLES: &str = "/articles";
const PASSWORD: &str = "correct horse battery staple";

/// Asks for health, a whole life of an article, errors, metrics, and the description of the interface.
pub fn ask(service: &Service, subject: &Subject<'_>) -> Result<(), Failure> {
    service.get("/livez")?.expect(200)?;
    service.get("/readyz")?.expect(200)?;
    let token = sign_in(service, subject, "ada")?;
    refuse(service, subject, &token)?;
    live(service, subject, &token)?;
    service.get("/metrics")?.expect(200)?.expect_that(
        "no duration of a request by its route",
        |answer| {
            answer.text.contains("http_request_duration_seconds_count{")
                && answer.text.contains(r#"route="/articles/{article_id}""#)
        },
    )?;
    service
        .get("/openapi.json")?
        .expect(200)?
        .expect_that("no path /articles", |answer| {
            answer.json["paths"]["/articles"]["post"].is_object()
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

/// Returns a token of a new user; empty where everybody may write.
pub fn sign_in(service: &Service, subject: &Subject<'_>, user: &str) -> Result<String, Failure> {
    if !subject.project.holds(&[("auth", "jwt")]) {
        return Ok(String::new());
    }
    let account = json!({"username": user, "password": PASSWORD});
    service
        .ask("POST", "/users", "", Some(&account))?
        .expect(201)?;
    let wrong = [("username", user), ("password", "something else entirely")];
    service
        .post_form("/auth/token", &wrong)?
        .expect_problem(401)?;
    let right = [("username", user), ("password", PASSWORD)];
    let answer = service.post_form("/auth/token", &right)?.expect(200)?;
    let token = answer.json["access_token"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let own = service.ask("GET", "/users/me", &token, None)?.expect(200)?;
    if own.json["username"] == user {
        Ok(token)
    } else {
        Err(own.unexpected("another user"))
    }
}

/// Returns the body of an article.
fn article(subject: &Subject<'_>, slug: &str, title: &str) -> Value {
    let mut body = json!({
        "slug": slug,
        "title": title,
        "body": "Text with “quotes”, 订单 and 📦.",
        "status": "published",
    });
    if subject.project.holds(&[("auth", "none")]) {
        body["author"] = "Ada".into();
    }
    body
}

/// Requests that must be refused, each with the right error.
fn refuse(service: &Service, subject: &Subject<'_>, token: &str) -> Result<(), Failure> {
    let body = article(subject, "refused", "Refused");
    if !token.is_empty() {
        service
            .ask("POST", ARTICLES, "", Some(&body))?
            .expect_problem(401)?;
    }
    let unfit = json!({"slug": "No Slug!", "title": ""});
    service
        .ask("POST", ARTICLES, token, Some(&unfit))?
        .expect_problem(422)?
        .expect_that("no list of errors", |answer| {
            answer.json["errors"].is_array()
        })?;
    let unknown = "/articles/00000000-0000-4000-8000-000000000000";
    service.get(unknown)?.expect_problem(404)?;
    service.get("/nowhere")?.expect_problem(404)?;
    service
        .ask("PATCH", ARTICLES, token, None)?
        .expect_problem(405)?;
    service.get("/articles?colour=red")?.expect_problem(422)?;
    Ok(())
}

/// Creates, reads, lists, changes, and deletes an article.
fn live(service: &Service, subject: &Subject<'_>, token: &str) -> Result<(), Failure> {
    let body = article(subject, "hello", "Hello");
    let made = service
        .ask("POST", ARTICLES, token, Some(&body))?
        .expect(201)?;
    let place = made.location.clone();
    let id = made.json["id"].as_str().unwrap_or_default();
    if place != format!("/articles/{id}") || made.request_id.is_empty() {
        return Err(made.unexpected("no place or no request id"));
    }
    let read = service.get(&place)?.expect(200)?;
    if read.json != made.json || read.json["body"] != body["body"] {
        return Err(read.unexpected("not the article that was made"));
    }
    service
        .ask("POST", ARTICLES, token, Some(&body))?
        .expect_problem(409)?;
    service
        .get("/articles?limit=1&sort=title")?
        .expect(200)?
        .expect_that("not one article", |answer| {
            answer.json["items"]
                .as_array()
                .is_some_and(|items| items.len() == 1)
        })?;
    let changed = article(subject, "hello", "Hello again");
    let has_tags = subject.project.holds(&[("extras", "etag")]);
    if has_tags {
        expect_tags(service, token, &place, &changed)?;
    }
    let any_version: &[(&str, &str)] = if has_tags { &[("if-match", "*")] } else { &[] };
    service
        .ask_with("PUT", &place, token, any_version, Some(&changed))?
        .expect(200)?
        .expect_that("not changed", |answer| {
            answer.json["title"] == "Hello again"
        })?;
    service
        .ask_with("DELETE", &place, token, any_version, None)?
        .expect(204)?;
    service.get(&place)?.expect_problem(404)?;
    if subject.project.holds(&[("extras", "idempotency")]) {
        expect_one_answer(service, subject, token)?;
    }
    Ok(())
}

/// A change needs the version that it is about, and that one only.
fn expect_tags(
    service: &Service,
    token: &str,
    place: &str,
    changed: &Value,
) -> Result<(), Failure> {
    let tag = service.get(place)?.expect(200)?.etag;
    let known = [("if-none-match", tag.as_str())];
    service
        .ask_with("GET", place, token, &known, None)?
        .expect(304)?;
    service
        .ask("PUT", place, token, Some(changed))?
        .expect_problem(428)?;
    let right = [("if-match", tag.as_str())];
    service
        .ask_with("PUT", place, token, &right, Some(changed))?
        .expect(200)?;
    service
        .ask_with("PUT", place, token, &right, Some(changed))?
        .expect_problem(412)?;
    Ok(())
}

/// What is sent again with its key is done once.
fn expect_one_answer(service: &Service, subject: &Subject<'_>, token: &str) -> Result<(), Failure> {
    let key = [("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324")];
    let body = article(subject, "once", "Once");
    let send = |body| service.ask_with("POST", ARTICLES, token, &key, Some(body));
    let first = send(&body)?.expect(201)?;
    let second = send(&body)?.expect(201)?;
    if first.json != second.json || first.location != second.location {
        return Err(second.unexpected("not the first answer"));
    }
    send(&article(subject, "twice", "Twice"))?.expect_problem(422)?;
    Ok(())
}

/// Makes an article and returns its path.
pub fn make(service: &Service, subject: &Subject<'_>) -> Result<String, Failure> {
    let token = sign_in(service, subject, "keeper")?;
    let body = article(subject, "kept", "Kept");
    let made = service.ask("POST", ARTICLES, &token, Some(&body))?;
    Ok(made.expect(201)?.location)
}

/// Stops the service while it waits for the body of a request: the request is answered, and nothing new is taken. Returns the
/// path of what was made.
pub fn stop(service: Service, subject: &Subject<'_>) -> Result<String, Failure> {
    let token = sign_in(&service, subject, "grace")?;
    let body = article(subject, "under-way", "Under way").to_string();
    let answer = service.stop_under_way(ARTICLES, &token, &body)?;
    Ok(header(&answer, "location"))
}

fn header(head: &str, name: &str) -> String {
    let named = head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    });
    named.unwrap_or_default()
}
