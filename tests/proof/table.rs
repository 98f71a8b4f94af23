//! What is done with each project: a row for each template, a row for each check.

use crate::articles;
use crate::checks;
use crate::project::{Failure, Subject};
use crate::service::Service;

/// A template and what holds for its projects.
#[derive(Debug)]
pub struct TemplateRow {
    /// The name of the template.
    pub name: &'static str,
    /// The checks, in their order.
    pub checks: &'static [&'static [Check]],
    /// How its service is asked, if it is one.
    pub service: Option<ServiceRow>,
}

/// How the service of a template is put to the test.
#[derive(Debug)]
pub struct ServiceRow {
    /// The variables that it needs in production, beside the port and the database.
    pub environment: &'static [(&'static str, &'static str)],
    /// The variable that it refuses to start without in production.
    pub secret: &'static str,
    /// Asks everything that it answers.
    pub ask: fn(&Service, &Subject<'_>) -> Result<(), Failure>,
    /// Stops it while a request is under way, and sees that it is answered.
    pub stop: fn(Service, &Subject<'_>) -> Result<(), Failure>,
}

/// Answers that must hold, each as a key and its values with `|` between them. The key `project` has the value `default` for
/// the project of all defaults.
pub type When = &'static [(&'static str, &'static str)];

/// Something that is done with a project.
#[derive(Debug)]
pub struct Check {
    /// What the summary calls it.
    pub name: &'static str,
    /// The answers that it is for.
    pub when: When,
    /// What is done.
    pub action: Action,
}

/// What a check does.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Runs a command in the project; it must succeed.
    Run(&'static str),
    /// Runs a command in the project without which no other check makes sense.
    RunFirst(&'static str),
    /// Calls a function.
    Call(fn(&Subject<'_>) -> Result<(), Failure>),
}

/// The templates.
pub const TEMPLATES: &[TemplateRow] = &[TemplateRow {
    name: "fastapi-api",
    checks: &[DEVELOPMENT, DISTRIBUTION, DATABASE, SERVICE, END],
    service: Some(ServiceRow {
        environment: &[
            ("APP_ENVIRONMENT", "production"),
            ("APP_JWT_SECRET", "0123456789abcdef0123456789abcdef"),
        ],
        secret: "APP_JWT_SECRET",
        ask: articles::ask,
        stop: articles::stop,
    }),
}];

const ALWAYS: When = &[];
const BY_DEFAULT: When = &[("project", "default")];
const WITH_DATABASE: When = &[("database", "sqlite|postgres")];
const WITH_SECRET: When = &[("auth", "jwt")];
const WITH_POSTGRES: When = &[("database", "postgres")];

/// What a developer does all day.
const DEVELOPMENT: &[Check] = &[
    row("uv sync", ALWAYS, Action::RunFirst("uv sync")),
    row("lint", ALWAYS, Action::Run("uv run just lint")),
    row("types", ALWAYS, Action::Run("uv run just types")),
    row("tests", ALWAYS, Action::Run("uv run just test")),
    row("hooks", ALWAYS, Action::Run("uv run prek run --all-files")),
    row("lock file", ALWAYS, Action::Run("uv lock --check")),
    row("docs", &[("docs", "true")], Action::Run("uv run just docs")),
];

/// What is made to be given away.
const DISTRIBUTION: &[Check] = &[
    row("uv build", ALWAYS, Action::Call(checks::uv_build)),
    row("plain pip", BY_DEFAULT, Action::Call(checks::plain_pip)),
    row(
        "python -m build",
        BY_DEFAULT,
        Action::Call(checks::python_build),
    ),
];

/// The database, on a server where the answers ask for one.
const DATABASE: &[Check] = &[
    row(
        "postgres tests",
        WITH_POSTGRES,
        Action::Call(checks::postgres_tests),
    ),
    row(
        "not ready yet",
        WITH_DATABASE,
        Action::Call(checks::not_ready),
    ),
    row(
        "migrations",
        WITH_DATABASE,
        Action::Call(checks::migrations),
    ),
];

/// The service, started as its image starts it.
const SERVICE: &[Check] = &[
    row("refusal", WITH_SECRET, Action::Call(checks::refusal)),
    row("service", ALWAYS, Action::Call(checks::service_answers)),
    row("stop", ALWAYS, Action::Call(checks::service_stops)),
];

/// What holds after all that.
const END: &[Check] = &[row("clean", ALWAYS, Action::Call(checks::clean))];

const fn row(name: &'static str, when: When, action: Action) -> Check {
    Check { name, when, action }
}
