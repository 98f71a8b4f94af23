//! The judges: linters, checkers and tools that others wrote. Each is run on every generated project that has something for it,
//! and each has to find nothing. None is given a configuration here: what a project wants otherwise, it says itself, with a reason.

use crate::table::{ALWAYS, BY_DEFAULT, Number, When};

/// A judge and how it is run.
#[derive(Debug)]
pub struct Judge {
    /// What the summary calls it.
    pub name: &'static str,
    /// Patterns of files of which there must be one; without any pattern it judges every project.
    pub of: &'static [&'static str],
    /// The answers that it is for.
    pub when: When,
    /// With how many of the projects it is run.
    pub number: Number,
    /// Where it is run.
    pub place: Place,
    /// The commands. `{name}` stands for a value of the project, see [`crate::judging`], a word with `*` for the files that it
    /// fits; a word that ends with an empty value is left out.
    pub lines: &'static [&'static str],
    /// What it writes about the faulty project, besides failing.
    pub finds: &'static [&'static str],
}

/// Where a judge is run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// In a fresh checkout, without the network.
    Checkout,
    /// In a fresh checkout; it builds there, for which it needs the package index.
    Build,
    /// In the project with its environment.
    Project,
    /// Beside the running service, with a token.
    Service,
    /// Beside the SQL of all migrations, without the network.
    Migrations,
}

const EVERY: &[&str] = &[];
/// The first project that it is for.
const FIRST: Number = Number::One(ALWAYS);
const WORKFLOWS: &[&str] = &[".github/workflows/*.yml"];

/// The judges.
pub const JUDGES: &[Judge] = &[
    // The rules that ruff selects by itself. It then takes the ignores of rules that a project adds for unused ones; the
    // project's own run, in `lint`, knows better.
    judge(
        "ruff",
        EVERY,
        Place::Checkout,
        &[
            "ruff check --isolated --line-length 100 --target-version py{python} --extend-ignore RUF100 .",
            "ruff format --check .",
        ],
        &["F401"],
    ),
    judge(
        "mypy",
        EVERY,
        Place::Project,
        &["uv run mypy --strict src tests"],
        &["tests/test_orders.py", "assignment"],
    ),
    judge(
        "pyright",
        EVERY,
        Place::Project,
        &["pyright --pythonpath .venv/bin/python src tests"],
        &["tests/test_orders.py", "reportAssignmentType"],
    ),
    judge(
        "basedpyright",
        EVERY,
        Place::Project,
        &["basedpyright --level error --pythonpath .venv/bin/python src tests"],
        &["tests/test_orders.py", "reportAssignmentType"],
    ),
    judge(
        "ty",
        EVERY,
        Place::Project,
        &["ty check --error-on-warning --python .venv src tests"],
        &["tests/test_orders.py", "invalid-assignment"],
    ),
    judge(
        "pyrefly",
        EVERY,
        Place::Project,
        &["pyrefly check --preset default --python-interpreter-path .venv/bin/python src tests"],
        &["tests/test_orders.py", "bad-assignment"],
    ),
    // The tests of the others are run in random order by themselves.
    Judge {
        number: Number::One(BY_DEFAULT),
        ..judge(
            "pytest-randomly",
            EVERY,
            Place::Project,
            &["uv run --with pytest-randomly=={randomly} pytest --randomly-seed {seed}"],
            &["assert seen =="],
        )
    },
    judge(
        "sp-repo-review",
        EVERY,
        Place::Checkout,
        &["sp-repo-review ."],
        &["VPP001", "tool.black"],
    ),
    judge(
        "zizmor",
        &[".github/workflows/*.yml", ".github/dependabot.yml"],
        Place::Checkout,
        &["zizmor --offline --no-config --no-progress --persona pedantic ."],
        &["anonymous-definition"],
    ),
    judge(
        "actionlint",
        WORKFLOWS,
        Place::Checkout,
        &["actionlint"],
        &["SC2086"],
    ),
    judge(
        "workflow schema",
        WORKFLOWS,
        Place::Checkout,
        &["check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml"],
        &["ci.yml"],
    ),
    judge(
        "job timeouts",
        WORKFLOWS,
        Place::Checkout,
        &[
            "check-jsonschema --builtin-schema custom.github-workflows-require-timeout .github/workflows/*.yml",
        ],
        &["timeout-minutes"],
    ),
    judge(
        "dependabot schema",
        &[".github/dependabot.yml"],
        Place::Checkout,
        &["check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml"],
        &["hourly"],
    ),
    judge(
        "gitlab schema",
        &[".gitlab-ci.yml"],
        Place::Checkout,
        &["check-jsonschema --builtin-schema vendor.gitlab-ci .gitlab-ci.yml"],
        &[".gitlab-ci.yml"],
    ),
    judge(
        "compose schema",
        &["compose.yaml"],
        Place::Checkout,
        &["check-jsonschema --builtin-schema vendor.compose-spec compose.yaml"],
        &["compose.yaml"],
    ),
    judge(
        "hadolint",
        &["Dockerfile"],
        Place::Checkout,
        &["hadolint Dockerfile"],
        &["DL3007"],
    ),
    judge(
        "checkov",
        &["Dockerfile", ".github/workflows/*.yml", ".gitlab-ci.yml"],
        Place::Checkout,
        &[
            "checkov --directory . --framework dockerfile github_actions gitlab_ci --skip-download --compact --quiet",
        ],
        &["CKV_DOCKER_3"],
    ),
    judge(
        "compose-lint",
        &["compose.yaml"],
        Place::Checkout,
        &["compose-lint check --fail-on low --strict-config compose.yaml"],
        &["CL-0007"],
    ),
    judge(
        "dclint",
        &["compose.yaml"],
        Place::Checkout,
        &["dclint ."],
        &["error"],
    ),
    Judge {
        when: &[("naming", "usual|long")],
        ..judge(
            "pyroma",
            EVERY,
            Place::Build,
            &["pyroma --min 10 ."],
            &["Final rating"],
        )
    },
    // Who has no repository yet has no link to give either.
    Judge {
        when: &[("naming", "short")],
        ..judge(
            "pyroma",
            EVERY,
            Place::Build,
            &["pyroma --min 10 --skip-tests Url ."],
            &["Final rating"],
        )
    },
    // sp-repo-review asks it about every project (VPP001), with the same schemas.
    Judge {
        number: FIRST,
        ..judge(
            "validate-pyproject",
            EVERY,
            Place::Checkout,
            &["validate-pyproject pyproject.toml"],
            &["tool.black"],
        )
    },
    judge(
        "twine",
        EVERY,
        Place::Checkout,
        &["twine check --strict {wheel} {sdist}"],
        &["syntax errors"],
    ),
    judge(
        "check-wheel-contents",
        EVERY,
        Place::Checkout,
        &["check-wheel-contents {wheel}"],
        &["W002"],
    ),
    judge(
        "deptry",
        EVERY,
        Place::Checkout,
        &["deptry src"],
        &["DEP001"],
    ),
    judge(
        "vulture",
        EVERY,
        Place::Checkout,
        &["vulture src tests"],
        &["unreachable code"],
    ),
    judge(
        "bandit",
        EVERY,
        Place::Checkout,
        &["bandit --quiet --recursive src"],
        &["B602"],
    ),
    judge(
        "betterleaks",
        EVERY,
        Place::Checkout,
        &["betterleaks git . --no-banner"],
        &["leaks found"],
    ),
    judge("typos", EVERY, Place::Checkout, &["typos"], &["recieve"]),
    judge(
        "yamllint",
        &["*.yml", "*.yaml"],
        Place::Checkout,
        &["yamllint --strict ."],
        &["trailing-spaces"],
    ),
    judge(
        "markdownlint",
        EVERY,
        Place::Checkout,
        &["markdownlint-cli2 *.md"],
        &["MD001"],
    ),
    judge(
        "shellcheck",
        &["*.sh"],
        Place::Checkout,
        &["shellcheck *.sh"],
        &["SC2086"],
    ),
    judge(
        "tombi",
        EVERY,
        Place::Checkout,
        &["tombi lint --offline"],
        &["settings.toml"],
    ),
    judge(
        "scrapy-lint",
        &["scrapy.cfg"],
        Place::Checkout,
        &["scrapy-lint"],
        &["SCP02"],
    ),
    judge(
        "squawk",
        EVERY,
        Place::Migrations,
        &["squawk {sql}"],
        &["ban-drop-column"],
    ),
    judge(
        "openapi",
        EVERY,
        Place::Service,
        &["openapi-spec-validator {openapi}"],
        &["responses"],
    ),
    judge(
        "schemathesis",
        EVERY,
        Place::Service,
        // Every check is on by itself; named here, none could be taken back by the project's configuration.
        &[
            "schemathesis run --no-color --continue-on-failure --max-examples {examples} --seed {seed} --header={authorization} {url}/openapi.json",
        ],
        &["Server error"],
    ),
];

const fn judge(
    name: &'static str,
    of: &'static [&'static str],
    place: Place,
    lines: &'static [&'static str],
    finds: &'static [&'static str],
) -> Judge {
    Judge {
        name,
        of,
        when: ALWAYS,
        number: Number::Every,
        place,
        lines,
        finds,
    }
}
