//! A generated service that runs on loopback, and how it is asked.

use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request, Response};

use crate::command::{self, Running};
use crate::loopback::free_port;
use crate::project::{Failure, Subject};

/// How long a service may take until it answers, and until it has stopped.
const GRACE: Duration = Duration::from_secs(30);

/// A generated service that runs.
#[derive(Debug)]
pub struct Service {
    running: Running,
    agent: Agent,
    port: u16,
    stopper: RefCell<Stopper>,
}

/// How a service is asked to end.
#[derive(Debug)]
pub enum Stopper {
    /// By SIGTERM.
    Signal,
    /// By a command, and the file for its output.
    Command(Box<Command>, PathBuf),
    /// By a command that was started.
    Started(Running),
}

/// What a service answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The content type, without parameters.
    pub content_type: String,
    /// The header `Location`.
    pub location: String,
    /// The header `X-Request-ID`.
    pub request_id: String,
    /// The header `ETag`.
    pub etag: String,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null if it is none.
    pub json: Value,
    asked: String,
}

impl Service {
    /// Starts the service of a project as its image does, and waits until it is alive.
    pub fn start(subject: &Subject<'_>) -> Result<Self, Failure> {
        Self::start_with(subject, &[])
    }

    /// Does the same with further variables.
    pub fn start_with(subject: &Subject<'_>, variables: &[(&str, &str)]) -> Result<Self, Failure> {
        let port = free_port()?;
        let mut command = subject.command(subject.folder.join(".venv/bin/python"));
        command
            .args(["-m", subject.package()])
            .envs(subject.environment()?)
            .envs(variables.iter().copied())
            .env("APP_PORT", port.to_string());
        let running = command::start(&mut command, subject.output_file())?;
        Self::wait(running, port, Stopper::Signal)
    }

    /// Waits until a service that was started is alive.
    pub fn wait(running: Running, port: u16, stopper: Stopper) -> Result<Self, Failure> {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(GRACE))
            .build()
            .new_agent();
        let mut service = Self {
            running,
            agent,
            port,
            stopper: RefCell::new(stopper),
        };
        let started = Instant::now();
        while !service
            .get("/livez")
            .is_ok_and(|answer| answer.status == 200)
        {
            if !service.running.is_running() || started.elapsed() > GRACE {
                return Err(service.failure("the service does not come to life"));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(service)
    }

    /// Returns a failure that shows the end of the log.
    pub fn failure(&self, what: &str) -> Failure {
        self.running.failure(what)
    }

    /// Returns what the service has written so far.
    pub fn log(&self) -> String {
        self.running.output()
    }

    /// Asks with GET.
    pub fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.ask("GET", path, "", None)
    }

    /// Asks with a method, a token that may be empty, and a body.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        self.ask_with(method, path, token, &[], body)
    }

    /// Asks with further headers.
    pub fn ask_with(
        &self,
        method: &str,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(method).uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let asked = format!("{method} {path} {body}");
        let request = request
            .body(body)
            .map_err(|error| Failure::new(error.to_string()))?;
        answer(asked, self.agent.run(request))
    }

    /// Posts a form.
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Failure> {
        let sent = self
            .agent
            .post(self.url(path))
            .send_form(fields.iter().copied());
        answer(format!("POST {path} {fields:?}"), sent)
    }

    /// Opens a connection for a request that is written by hand.
    pub fn connect(&self) -> Result<TcpStream, Failure> {
        let stream = TcpStream::connect(("127.0.0.1", self.port));
        let stream = stream.and_then(|stream| {
            stream.set_read_timeout(Some(GRACE))?;
            Ok(stream)
        });
        stream.map_err(|error| self.failure(&format!("cannot connect: {error}")))
    }

    /// Asks the service to end.
    pub fn terminate(&self) -> Result<(), Failure> {
        let mut stopper = self.stopper.borrow_mut();
        if let Stopper::Command(stop, output) = &mut *stopper {
            let started = command::start(stop, output.clone())?;
            *stopper = Stopper::Started(started);
            return Ok(());
        }
        self.running.terminate()
    }

    /// Waits until the service takes no new connection.
    pub fn wait_until_closed(&self) -> Result<(), Failure> {
        let started = Instant::now();
        while self.takes_requests() {
            if started.elapsed() > GRACE {
                return Err(self.failure("the service goes on taking connections after SIGTERM"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Returns whether a new connection is answered: the port of a container takes connections when nobody is behind it.
    fn takes_requests(&self) -> bool {
        const REQUEST: &[u8] =
            b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let answer = self.connect().and_then(|mut stream| {
            let mut first = [0];
            let read = stream
                .write_all(REQUEST)
                .and_then(|()| stream.read(&mut first));
            read.map_err(|error| Failure::new(error.to_string()))
        });
        answer.is_ok_and(|length| length > 0)
    }

    /// Waits for the end, which must be that of a service that was asked to end.
    pub fn wait_for_end(mut self) -> Result<(), Failure> {
        let status = self.running.wait(GRACE)?;
        if let Stopper::Started(stopper) = &mut *self.stopper.borrow_mut() {
            let status = stopper.wait(GRACE)?;
            if !status.success() {
                return Err(stopper.failure(&status.to_string()));
            }
        }
        if status.success() || is_terminated(status) {
            Ok(())
        } else {
            Err(self.failure(&format!("ended with {status} after SIGTERM")))
        }
    }

    /// Asks the service to end, and waits for it.
    pub fn stop(self) -> Result<(), Failure> {
        self.terminate()?;
        self.wait_for_end()
    }

    /// Stops the service while it waits for the body of a POST request: the request is answered, and nothing new is taken.
    /// Returns the head of the answer.
    pub fn stop_under_way(self, path: &str, token: &str, body: &str) -> Result<String, Failure> {
        let mut stream = self.connect()?;
        let authorization = match token {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}Content-Type: application/json\r\n\
             Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            body.len()
        );
        let failed =
            |error: std::io::Error| self.failure(&format!("the request under way: {error}"));
        stream.write_all(head.as_bytes()).map_err(failed)?;
        let ready = read_head(&mut stream).map_err(failed)?;
        if !ready.starts_with("HTTP/1.1 100") {
            return Err(self.failure(&format!("the service does not wait for the body: {ready}")));
        }
        self.terminate()?;
        self.wait_until_closed()?;
        // Long enough that a server which only seems to wait has gone by now.
        thread::sleep(Duration::from_secs(1));
        stream.write_all(body.as_bytes()).map_err(failed)?;
        let answer = read_head(&mut stream).map_err(failed)?;
        if !answer.starts_with("HTTP/1.1 20") {
            return Err(self.failure(&format!("the request under way was not done: {answer}")));
        }
        drop(stream);
        self.wait_for_end()?;
        Ok(answer)
    }

    /// Returns how much memory the service holds, in KiB.
    pub fn memory(&self) -> Result<u64, Failure> {
        self.running.memory()
    }

    /// Returns the address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// Reads up to the empty line that ends the head of an answer.
fn read_head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Returns whether a process ended by SIGTERM, or as a shell reports that.
fn is_terminated(status: ExitStatus) -> bool {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    signal == Some(15) || status.code() == Some(143)
}

fn answer(
    asked: String,
    sent: Result<Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, Failure> {
    let failed = |error: ureq::Error| Failure::new(format!("{asked}: {error}"));
    let mut response = sent.map_err(failed)?;
    let text = response.body_mut().read_to_string().map_err(failed)?;
    let header = |name: &str| {
        let value = response.headers().get(name);
        let text = value.and_then(|value| value.to_str().ok());
        text.unwrap_or_default().to_owned()
    };
    let content_type = header("content-type");
    Ok(Answer {
        status: response.status().as_u16(),
        content_type: content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned(),
        location: header("location"),
        request_id: header("x-request-id"),
        etag: header("etag"),
        json: serde_json::from_str(&text).unwrap_or_default(),
        text,
        asked,
    })
}

impl Answer {
    /// Returns the answer if it has this status.
    pub fn expect(self, status: u16) -> Result<Self, Failure> {
        if self.status == status {
            Ok(self)
        } else {
            Err(self.unexpected(&format!("not {status}")))
        }
    }

    /// Returns the answer if it is an error of this status as RFC 9457 writes one.
    pub fn expect_problem(self, status: u16) -> Result<Self, Failure> {
        let answer = self.expect(status)?;
        let is_problem = answer.content_type == "application/problem+json"
            && answer.json["status"] == status
            && answer.json["title"].is_string();
        if is_problem {
            Ok(answer)
        } else {
            Err(answer.unexpected("no problem details"))
        }
    }

    /// Returns a failure that shows the answer.
    pub fn unexpected(&self, what: &str) -> Failure {
        Failure::new(format!(
            "{}: {what}, but {} {}\n    {}",
            self.asked, self.status, self.content_type, self.text
        ))
    }

    /// Returns the answer if a condition holds.
    pub fn expect_that(self, what: &str, holds: fn(&Self) -> bool) -> Result<Self, Failure> {
        if holds(&self) {
            Ok(self)
        } else {
            Err(self.unexpected(what))
        }
    }
}
