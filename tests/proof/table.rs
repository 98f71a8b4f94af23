//! What is done with each project: a row for each template, a row for each check.

use crate::articles;
use crate::checks;
use crate::cli_app;
use crate::compose;
use crate::crawler;
use crate::github;
use crate::gitlab;
use crate::hooks;
use crate::images;
use crate::inference;
use crate::judges::Judge;
use crate::project::{Failure, Subject};
use crate::queue;
use crate::release;
use crate::service::Service;
use crate::upgrade;

/// A template and what holds for its projects.
#[derive(Debug)]
pub struct TemplateRow {
    /// The name of the template.
    pub name: &'static str,
    /// The variables of every command in its projects.
    pub variables: &'static [(&'static str, &'static str)],
    /// The checks, in their order.
    pub checks: &'static [&'static [Check]],
    /// How its service is asked, if it is one.
    pub service: Option<ServiceRow>,
    /// Its migrations, if it may have any.
    pub migrations: Option<MigrationsRow>,
}

/// The migrations of a template.
#[derive(Debug)]
pub struct MigrationsRow {
    /// The answers that bring migrations for PostgreSQL.
    pub when: When,
    /// The command that writes their SQL.
    pub sql: &'static str,
}

/// How the service of a template is put to the test.
#[derive(Debug)]
pub struct ServiceRow {
    /// The variables that it needs in production, beside the port and the database.
    pub environment: &'static [(&'static str, &'static str)],
    /// The variable that it refuses to start without in production.
    pub secret: &'static str,
    /// What is run before its first start, for which answers.
    pub prepare: &'static [(When, &'static str)],
    /// Makes a user of this name and returns a token; empty where there are no users.
    pub sign_in: fn(&Service, &Subject<'_>, &str) -> Result<String, Failure>,
    /// Asks everything that it answers.
    pub ask: fn(&Service, &Subject<'_>) -> Result<(), Failure>,
    /// Makes something that it keeps, and returns its path.
    pub make: fn(&Service, &Subject<'_>) -> Result<String, Failure>,
    /// Stops it while a request is under way, sees that it is answered, and returns the path of what it made.
    pub stop: fn(Service, &Subject<'_>) -> Result<String, Failure>,
}

/// Answers that must hold, each as a key and its values with `|` between them. The key `project` has the value `default` for
/// the project of all defaults.
pub type When = &'static [(&'static str, &'static str)];

/// Something that is done with a project.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What the summary calls it.
    pub name: &'static str,
    /// The answers that it is for.
    pub when: When,
    /// With how many of the projects that have these answers it is done.
    pub number: Number,
    /// What is done.
    pub action: Action,
}

/// With how many projects a check is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Number {
    /// With every one that has its answers.
    Every,
    /// It takes long, so with one alone, that has these answers besides. `PROOF_ALL=1` does it with every one.
    One(When),
    /// It takes gigabytes of room and traffic, so with every one that has its answers, but only if `PROOF_ONLY` names it.
    OnDemand,
}

/// What a check does.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Runs a command in the project; it must succeed.
    Run(&'static str),
    /// Runs a command in the project without which no other check makes sense.
    RunFirst(&'static str),
    /// Calls a function without which no other check makes sense.
    CallFirst(Function),
    /// Calls a function.
    Call(Function),
    /// Lets a judge judge, if the project has something for it.
    Judge(&'static Judge),
}

impl Action {
    /// Returns whether no other check makes sense without this one.
    pub const fn is_first(self) -> bool {
        matches!(self, Self::RunFirst(_) | Self::CallFirst(_))
    }
}

impl Check {
    /// Returns the check by a judge.
    pub const fn by(judge: &'static Judge) -> Self {
        Self {
            number: judge.number,
            ..row(judge.name, judge.when, Action::Judge(judge))
        }
    }
}

/// A check that is more than one command.
pub type Function = fn(&Subject<'_>) -> Result<(), Failure>;

/// The templates.
pub const TEMPLATES: &[TemplateRow] = &[
    CELERY_QUEUE,
    CLICK_CLI,
    FASTAPI_API,
    PYTORCH_INFERENCE,
    SCRAPY_CRAWLER,
];

const CELERY_QUEUE: TemplateRow = TemplateRow {
    name: "celery-queue",
    variables: &[],
    checks: &[DEVELOPMENT, DISTRIBUTION, QUEUE, QUEUE_DELIVERY],
    service: None,
    migrations: None,
};

const CLICK_CLI: TemplateRow = TemplateRow {
    name: "click-cli",
    variables: &[],
    checks: &[DEVELOPMENT, DISTRIBUTION, COMMAND, COMMAND_DELIVERY],
    service: None,
    migrations: None,
};

const FASTAPI_API: TemplateRow = TemplateRow {
    name: "fastapi-api",
    variables: &[],
    checks: &[
        DEVELOPMENT,
        DISTRIBUTION,
        DATABASE,
        SERVICE,
        CONTAINERS,
        PIPELINES,
    ],
    service: Some(ServiceRow {
        environment: &[
            ("APP_ENVIRONMENT", "production"),
            ("APP_JWT_SECRET", "0123456789abcdef0123456789abcdef"),
            // More than any check asks for.
            ("APP_RATE_LIMIT_REQUESTS", "1000000"),
        ],
        secret: "APP_JWT_SECRET",
        prepare: &[(WITH_DATABASE, "uv run just migrate")],
        sign_in: articles::sign_in,
        ask: articles::ask,
        make: articles::make,
        stop: articles::stop,
    }),
    migrations: Some(MigrationsRow {
        when: WITH_POSTGRES,
        sql: "uv run alembic upgrade head --sql",
    }),
};

const SCRAPY_CRAWLER: TemplateRow = TemplateRow {
    name: "scrapy-crawler",
    variables: &[],
    checks: &[DEVELOPMENT, DISTRIBUTION, CRAWLS, CRAWLER_DELIVERY],
    service: None,
    migrations: None,
};

const PYTORCH_INFERENCE: TemplateRow = TemplateRow {
    name: "pytorch-inference",
    // Its projects take PyTorch from an index of its own, which the gate does not reach: that reaches PyPI, whose builds run
    // without CUDA as well. A user has the index, and nothing of the project changes.
    variables: &[("UV_NO_SOURCES", "1")],
    checks: &[
        DEVELOPMENT,
        MODEL_DISTRIBUTION,
        INFERENCE,
        MODEL_CONTAINERS,
        MODEL_PIPELINES,
    ],
    service: Some(ServiceRow {
        environment: &[
            ("APP_ENVIRONMENT", "production"),
            ("APP_API_KEY", inference::KEY),
            ("APP_ADMIN_KEY", inference::ADMIN_KEY),
            // The machine may have other things to do.
            ("APP_DEADLINE_SECONDS", "25"),
        ],
        secret: "APP_API_KEY",
        prepare: &[],
        sign_in: inference::sign_in,
        ask: inference::ask,
        make: inference::make,
        stop: inference::stop,
    }),
    migrations: None,
};

/// The condition that always holds.
pub const ALWAYS: When = &[];
/// The condition that holds for the project of all defaults.
pub const BY_DEFAULT: When = &[("project", "default")];
const WITH_DATABASE: When = &[("database", "sqlite|postgres")];
const WITH_LOAD_TEST: When = &[("extras", "load-test")];
const WITH_SECRET: When = &[("auth", "jwt")];
const WITH_POSTGRES: When = &[("database", "postgres")];

const WITH_KEY: When = &[("auth", "key")];
const SMALL: When = &[("backend", "onnx")];
// A Python that makes an environment with pip in it, which Debian's own does not.
const SMALL_WITH_PIP: When = &[("backend", "onnx"), ("python", "3.11|3.12|3.13")];
const WITH_SMALL_IMAGE: When = &[("backend", "onnx"), ("docker", "true")];
const WITH_LARGE_IMAGE: When = &[("backend", "torch"), ("docker", "true")];
const SMALL_ON_GITHUB: When = &[("backend", "onnx"), ("ci", "github")];
const SMALL_ON_GITLAB: When = &[("backend", "onnx"), ("ci", "gitlab")];

const WITH_IMAGE: When = &[("docker", "true")];
// Without a server, which only compose brings.
const WITH_IMAGE_ALONE: When = &[("docker", "true"), ("database", "none|sqlite")];
const WITH_GITHUB: When = &[("ci", "github")];
const WITH_RELEASE: When = &[("ci", "github"), ("docker", "true")];
const WITH_GITLAB: When = &[("ci", "gitlab")];
const WITH_DOCS: When = &[("docs", "true")];
const WITH_BROWSER: When = &[("browser", "true")];
// Without servers, which only compose brings.
const WITH_CRAWLER_IMAGE: When = &[
    ("docker", "true"),
    ("distributed", "false"),
    ("storage", "jsonl|sqlite"),
];
const WITH_BROWSER_IMAGE: When = &[
    ("browser", "true"),
    ("docker", "true"),
    ("distributed", "false"),
    ("storage", "jsonl|sqlite"),
];
const WITH_FILES: When = &[("distributed", "false"), ("storage", "jsonl|sqlite")];
const WITH_QUEUE: When = &[("distributed", "true")];
const WITH_STORAGE_SERVER: When = &[("storage", "postgres")];
const WITH_BINARY: When = &[("extras", "binary")];
// The project with most around it that is not the default one, under a name that is hard to take. The older Pythons have their
// jobs in the pipeline of the command, whose tests are the shortest.
const MOST: When = &[
    ("database", "postgres"),
    ("auth", "jwt"),
    ("docker", "true"),
    ("ci", "gitlab"),
    ("python", "3.13"),
    ("naming", "long"),
];
const WITH_REDIS: When = &[("broker", "redis")];
const WITH_RABBITMQ: When = &[("broker", "rabbitmq")];
const WITHOUT_RESULTS: When = &[("results", "none")];
const MOST_OF_A_QUEUE: When = &[
    ("broker", "rabbitmq"),
    ("results", "postgres"),
    ("beat", "true"),
    ("docker", "true"),
    ("ci", "gitlab"),
    ("python", "3.13"),
    ("naming", "long"),
];
const MOST_OF_A_COMMAND: When = &[
    ("docker", "true"),
    ("ci", "gitlab"),
    ("docs", "true"),
    ("extras", "plugins"),
    ("extras", "binary"),
    ("python", "3.11"),
    ("naming", "long"),
];
const MOST_OF_A_CRAWLER: When = &[
    ("storage", "postgres"),
    ("distributed", "true"),
    ("docker", "true"),
    ("python", "3.13"),
];

const WITH_SERVERS: When = &[("distributed", "true"), ("storage", "postgres")];
const WITH_SERVERS_IN_CONTAINERS: When = &[
    ("distributed", "true"),
    ("storage", "postgres"),
    ("docker", "true"),
];

/// What a developer does all day.
const DEVELOPMENT: &[Check] = &[
    row("uv sync", ALWAYS, Action::RunFirst("uv sync")),
    row("lint", ALWAYS, Action::Run("uv run just lint")),
    row("types", ALWAYS, Action::Run("uv run just types")),
    row("tests", ALWAYS, Action::Call(checks::tests)),
    row("hooks", ALWAYS, Action::Run("uv run prek run --all-files")),
    row("lock file", ALWAYS, Action::Run("uv lock --check")),
    row("docs", WITH_DOCS, Action::Run("uv run just docs")),
];

/// What is made to be given away.
const DISTRIBUTION: &[Check] = &[
    row("uv build", ALWAYS, Action::Call(checks::uv_build)),
    row("plain pip", BY_DEFAULT, Action::Call(checks::plain_pip)),
    row("update", BY_DEFAULT, Action::Call(upgrade::update)),
    one("python -m build", ALWAYS, BY_DEFAULT, checks::python_build),
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
    row("load test", WITH_LOAD_TEST, Action::Call(checks::load_test)),
    row("stop", ALWAYS, Action::Call(checks::service_stops)),
];

/// What is made of a service with a model; pip would fetch its framework once more.
const MODEL_DISTRIBUTION: &[Check] = &[
    row("uv build", ALWAYS, Action::Call(checks::uv_build)),
    one("plain pip", SMALL, SMALL_WITH_PIP, checks::plain_pip),
    row("update", BY_DEFAULT, Action::Call(upgrade::update)),
    one("python -m build", ALWAYS, BY_DEFAULT, checks::python_build),
];

/// The service with its model, started as its image starts it.
const INFERENCE: &[Check] = &[
    row("refusal", WITH_KEY, Action::Call(checks::refusal)),
    row("service", ALWAYS, Action::Call(checks::service_answers)),
    row("batching", ALWAYS, Action::Call(inference::batching)),
    row("overload", ALWAYS, Action::Call(inference::overload)),
    row("exchange", ALWAYS, Action::Call(inference::exchange)),
    one("memory", ALWAYS, BY_DEFAULT, inference::memory),
    row(
        "load test",
        WITH_LOAD_TEST,
        Action::Call(inference::load_test),
    ),
    row("stop", ALWAYS, Action::Call(checks::service_stops)),
];

/// The image of a service with a model. With its framework, as the gate can have it, it is 16 GB on the way.
const MODEL_CONTAINERS: &[Check] = &[
    on_demand("torch image", WITH_LARGE_IMAGE, images::image),
    one("image", WITH_SMALL_IMAGE, ALWAYS, images::image),
    one("image lock", WITH_SMALL_IMAGE, ALWAYS, images::lock),
    one("compose", WITH_SMALL_IMAGE, ALWAYS, compose::compose),
];

/// The pipelines of a service with a model. That for GitLab, every job of which is a container that fetches the framework for itself,
/// is the layer's, to which the template adds nothing; other templates run it.
const MODEL_PIPELINES: &[Check] = &[
    row("commit", BY_DEFAULT, Action::Call(hooks::commit)),
    one("github", SMALL_ON_GITHUB, ALWAYS, github::pipeline),
    on_demand("gitlab", SMALL_ON_GITLAB, gitlab::pipeline),
    one("release", WITH_RELEASE, ALWAYS, release::release),
];

/// The command, installed and used.
const COMMAND: &[Check] = &[
    row(
        "wheel by pip",
        BY_DEFAULT,
        Action::Call(cli_app::wheel_by_pip),
    ),
    row("wheel by uv", ALWAYS, Action::Call(cli_app::wheel_by_uv)),
    row("broken pipe", ALWAYS, Action::Call(cli_app::broken_pipe)),
    row("interrupt", ALWAYS, Action::Call(cli_app::interrupt)),
    row("bash", ALWAYS, Action::Call(cli_app::bash)),
    row("fish", ALWAYS, Action::Call(cli_app::fish)),
    row("zsh", ALWAYS, Action::Call(cli_app::zsh)),
    one("start", ALWAYS, BY_DEFAULT, cli_app::start),
    row("man page", WITH_DOCS, Action::Call(cli_app::man_page)),
    one("lowest", ALWAYS, BY_DEFAULT, cli_app::lowest),
    one("package", WITH_DOCS, MOST_OF_A_COMMAND, cli_app::package),
    one("binary", WITH_BINARY, MOST_OF_A_COMMAND, cli_app::binary),
];

/// The workers, on real brokers.
const QUEUE: &[Check] = &[
    one("redis tests", WITH_REDIS, BY_DEFAULT, queue::service_tests),
    one(
        "rabbitmq tests",
        WITH_RABBITMQ,
        MOST_OF_A_QUEUE,
        queue::service_tests,
    ),
    one(
        "tests without results",
        WITHOUT_RESULTS,
        ALWAYS,
        queue::service_tests,
    ),
    one(
        "workers on redis",
        WITH_REDIS,
        BY_DEFAULT,
        queue::real_workers,
    ),
    one(
        "workers on rabbitmq",
        WITH_RABBITMQ,
        MOST_OF_A_QUEUE,
        queue::real_workers,
    ),
];

/// How the workers get to where they run.
const QUEUE_DELIVERY: &[Check] = &[
    one("image", WITH_IMAGE, BY_DEFAULT, queue::image),
    one("image lock", WITH_IMAGE, BY_DEFAULT, images::lock),
    one("compose", WITH_IMAGE, MOST_OF_A_QUEUE, queue::compose),
    row("commit", BY_DEFAULT, Action::Call(hooks::commit)),
    one("github", WITH_GITHUB, BY_DEFAULT, github::pipeline),
    one("gitlab", WITH_GITLAB, MOST_OF_A_QUEUE, gitlab::pipeline),
    one("release", WITH_RELEASE, BY_DEFAULT, release::release),
];

/// How the command gets to its users.
const COMMAND_DELIVERY: &[Check] = &[
    one("image", WITH_IMAGE, MOST_OF_A_COMMAND, cli_app::image),
    one("image lock", WITH_IMAGE, MOST_OF_A_COMMAND, images::lock),
    row("commit", BY_DEFAULT, Action::Call(hooks::commit)),
    one("github", WITH_GITHUB, BY_DEFAULT, cli_app::github),
    one("gitlab", WITH_GITLAB, MOST_OF_A_COMMAND, gitlab::pipeline),
    one("release", WITH_GITHUB, BY_DEFAULT, release::release),
];

/// The crawler at work.
const CRAWLS: &[Check] = &[
    one("crawl", WITH_FILES, BY_DEFAULT, crawler::crawls),
    one("workers", WITH_SERVERS, ALWAYS, crawler::workers),
    row(
        "postgres tests",
        WITH_STORAGE_SERVER,
        Action::Call(crawler::postgres_tests),
    ),
    row(
        "redis tests",
        WITH_QUEUE,
        Action::Call(crawler::redis_tests),
    ),
    row(
        "browser tests",
        WITH_BROWSER,
        Action::Call(crawler::browser_tests),
    ),
];

/// How the crawler gets to where it works.
const CRAWLER_DELIVERY: &[Check] = &[
    one("image", WITH_CRAWLER_IMAGE, BY_DEFAULT, crawler::image),
    one("browser image", WITH_BROWSER_IMAGE, ALWAYS, crawler::image),
    one("image lock", WITH_IMAGE, BY_DEFAULT, images::lock),
    one(
        "compose",
        WITH_SERVERS_IN_CONTAINERS,
        ALWAYS,
        crawler::compose,
    ),
    row("commit", BY_DEFAULT, Action::Call(hooks::commit)),
    one("github", WITH_GITHUB, BY_DEFAULT, github::pipeline),
    one("gitlab", WITH_GITLAB, MOST_OF_A_CRAWLER, gitlab::pipeline),
    one("release", WITH_RELEASE, BY_DEFAULT, release::release),
];

/// The image and the services beside it, in a container engine.
const CONTAINERS: &[Check] = &[
    one("image", WITH_IMAGE_ALONE, BY_DEFAULT, images::image),
    one("image lock", WITH_IMAGE, BY_DEFAULT, images::lock),
    one("compose", WITH_IMAGE, MOST, compose::compose),
];

/// The project's own pipeline and its hooks, as they run at work.
const PIPELINES: &[Check] = &[
    row("commit", BY_DEFAULT, Action::Call(hooks::commit)),
    one("github", WITH_GITHUB, BY_DEFAULT, github::pipeline),
    one("gitlab", WITH_GITLAB, MOST, gitlab::pipeline),
    one("release", WITH_RELEASE, BY_DEFAULT, release::release),
];

/// Returns a check.
pub const fn row(name: &'static str, when: When, action: Action) -> Check {
    let number = Number::Every;
    Check {
        name,
        when,
        number,
        action,
    }
}

/// Returns a check that is done with one project.
const fn one(name: &'static str, when: When, which: When, function: Function) -> Check {
    let action = Action::Call(function);
    let number = Number::One(which);
    Check {
        name,
        when,
        number,
        action,
    }
}

/// Returns a check that is done where it is asked for.
const fn on_demand(name: &'static str, when: When, function: Function) -> Check {
    let number = Number::OnDemand;
    Check {
        number,
        ..row(name, when, Action::Call(function))
    }
}

/// Returns whether answers, each by its key, are as a condition wants them.
pub fn holds(when: When, answer: impl Fn(&str) -> Option<String>) -> bool {
    when.iter().all(|(key, values)| {
        answer(key).is_some_and(|answer| {
            // An answer of several options has commas between them.
            let mut options = answer.split(',');
            options.any(|option| values.split('|').any(|value| value == option))
        })
    })
}
