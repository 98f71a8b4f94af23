//! Every failure has a code, an exit code and, where there is one, the command that helps; all of them are provoked here.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::support::scenario::release;
use super::support::terminal::{INTERRUPT, Terminal};
use super::support::{Sandbox, Team, TemplateFolder, install_program, require};

/// How a failure is seen.
enum Seen {
    /// By its code in the output of `--json`.
    Json,
    /// By its words, where the command has no `--json`.
    Words(&'static str),
    /// By its code in the output of `--json`, at a terminal.
    Terminal,
    /// By a test of its own.
    Elsewhere,
}

struct Row {
    code: &'static str,
    exit: i32,
    seen: Seen,
    /// Prepares the sandbox and returns the words of the command.
    words: fn(&Sandbox) -> Vec<String>,
    /// What the hint begins with; empty for none.
    hint: &'static str,
}

fn row(
    code: &'static str,
    exit: i32,
    seen: Seen,
    hint: &'static str,
    words: fn(&Sandbox) -> Vec<String>,
) -> Row {
    Row {
        code,
        exit,
        seen,
        words,
        hint,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn demo(text: &str) -> Vec<String> {
    words(&format!("new ./demo {text}"))
}

fn tpl(text: &str) -> Vec<String> {
    words(&format!("new ./tpl {text}"))
}

/// A template with a text and a number to spoil things with.
fn asking(sandbox: &Sandbox) -> TemplateFolder {
    TemplateFolder::new(sandbox)
        .question("a", "text", "default = \"a\"")
        .question("n", "integer", "default = 1")
}

/// A project of a template that has a newer version.
fn project(sandbox: &Sandbox) {
    release(sandbox, "1.0.0", "", &[("a", "1\n")]);
    sandbox.run("new ./tpl shop --yes").ok();
    release(sandbox, "1.1.0", "", &[("a", "2\n")]);
}

#[expect(clippy::too_many_lines, reason = "one table, a row for each code")]
fn rows() -> Vec<Row> {
    use Seen::{Elsewhere, Json, Terminal, Words};
    vec![
        row("directory", 1, Json, "", |_| words("-C nowhere list")),
        row("usage", 2, Json, "a similar argument exists", |_| {
            words("list --jsn")
        }),
        row(
            "usage.template",
            2,
            Json,
            "pyscaffold new TEMPLATE PATH",
            |_| words("new"),
        ),
        row(
            "usage.path",
            2,
            Json,
            "pyscaffold new ./demo myproj",
            |_| words("new ./demo"),
        ),
        row("doctor.fault", 1, Elsewhere, "", |_| Vec::new()),
        row("output", 1, Elsewhere, "", |_| Vec::new()),
        row("output.closed", 0, Elsewhere, "", |_| Vec::new()),
        row(
            "template.unknown",
            2,
            Json,
            "did you mean `fastapi-api`?",
            |_| words("new fastapi-ap x"),
        ),
        row("template.no-folder", 2, Json, "", |_| {
            words("new ./nowhere x")
        }),
        row("template.faulty", 1, Json, "", |sandbox| {
            asking(sandbox).file("files/x.hbs", "{{#if");
            tpl("x")
        }),
        row("template.render", 1, Json, "", |sandbox| {
            asking(sandbox).file("files/x.hbs", "{{upper n}}");
            tpl("x")
        }),
        row("template.path", 1, Json, "", |sandbox| {
            asking(sandbox).file("files/{{a}}/x", "x");
            tpl("x --a ..")
        }),
        row("template.owners", 1, Json, "", |sandbox| {
            asking(sandbox)
                .file("files/{{a}}", "x")
                .file("files/b", "y");
            tpl("x --a b")
        }),
        row("template.collision", 1, Json, "", |sandbox| {
            asking(sandbox)
                .file("files/{{a}}", "x")
                .file("files/b", "y");
            tpl("x --a B")
        }),
        row("template.slot", 1, Json, "", |sandbox| {
            asking(sandbox)
                .manifest("[[layers]]\nuse = \"low\"\n[[files]]\npath = \"r.md\"\nreplaces = true")
                .layer("low", "")
                .file("layers/low/files/r.md.hbs", "{{slot \"x\"}}\n")
                .file("files/r.md.hbs", "nothing to fill\n")
                .file("slots/r.md/x", "x\n");
            tpl("x")
        }),
        row("template.text", 1, Json, "", |sandbox| {
            asking(sandbox).file("files/pyproject.toml.hbs", "[project\n{{a}}");
            tpl("x")
        }),
        row("template.merge", 1, Json, "", |sandbox| {
            asking(sandbox)
                .manifest("[[layers]]\nuse = \"low\"")
                .layer("low", "")
                .file("layers/low/files/pyproject.toml", "[project]\nx = \"0\"\n")
                .file("files/pyproject.toml", "[project]\nx = \"1\"\n");
            tpl("x")
        }),
        row("template.too-large", 1, Json, "", |sandbox| {
            let template = asking(sandbox)
                .file("files/sparse", "")
                .file("files/x.hbs", "{{a}}".repeat(40));
            let sparse = template.path().join("files/sparse");
            let file = OpenOptions::new().write(true).open(sparse).unwrap();
            file.set_len(100 * 1024 * 1024 - 2_000).unwrap();
            let mut words = tpl("x --a");
            words.push("y".repeat(64 * 1024));
            words
        }),
        row("template.record", 1, Json, "", |sandbox| {
            asking(sandbox).file("files/{{a}}", "x");
            tpl("x --a .pyscaffold.toml")
        }),
        row(
            "template.ambiguous",
            2,
            Json,
            "name one of them: a/worker, b/worker",
            |sandbox| {
                let team = Team::with_two(sandbox);
                sandbox.run("add --name a").arg(team.url()).ok();
                sandbox.run("add --name b").arg(team.url()).ok();
                words("new worker x")
            },
        ),
        row(
            "template.several",
            2,
            Json,
            "name one of them: file://",
            |sandbox| words(&format!("new {} x", Team::with_two(sandbox).url())),
        ),
        row("template.no-versions", 2, Json, "leave --ref out", |_| {
            demo("x --ref v1")
        }),
        row(
            "template.name",
            2,
            Words(
                "`X` can be no template's name: lower-case letters, digits and `-`, a letter first",
            ),
            "",
            |_| words("template new X"),
        ),
        row("template.no-path", 2, Json, "", |_| {
            words("template check nowhere")
        }),
        row(
            "template.exists",
            1,
            Words("`[HERE]/demo` is there already"),
            "name a folder",
            |_| words("template new demo"),
        ),
        row(
            "template.no-tests",
            1,
            Words("the template has no test cases"),
            "write some",
            |sandbox| {
                asking(sandbox).file("files/x.hbs", "{{a}}{{n}}");
                words("template check ./tpl --test --quiet")
            },
        ),
        row(
            "template.test",
            1,
            Words("test `t`: `false` failed"),
            "",
            |sandbox| {
                asking(sandbox)
                    .file("files/x.hbs", "{{a}}{{n}}")
                    .manifest("[[test]]\nname = \"t\"\nrun = [\"false\"]");
                words("template check ./tpl --test --quiet")
            },
        ),
        row(
            "template.no-file",
            1,
            Words("no file `x` is rendered with these answers"),
            "",
            |_| words("template render ./demo --file x"),
        ),
        row(
            "template.checked",
            1,
            Words("the template has 2 problems"),
            "",
            |sandbox| {
                asking(sandbox);
                words("template check ./tpl")
            },
        ),
        row(
            "source.empty",
            1,
            Json,
            "a template is a folder",
            |sandbox| {
                let team = Team::new(sandbox, "acme");
                team.file("x", "").commit();
                words(&format!("add {}", team.url()))
            },
        ),
        row(
            "source.copier",
            1,
            Json,
            "templates of Cookiecutter are read",
            |sandbox| {
                let team = Team::new(sandbox, "acme");
                team.file("copier.yml", "").commit();
                words(&format!("add {}", team.url()))
            },
        ),
        row("template.hooks", 2, Json, "add --skip-hooks", |sandbox| {
            sandbox.write("tpl/cookiecutter.json", "{}");
            sandbox.write("tpl/{{cookiecutter}}/x", "");
            sandbox.write("tpl/hooks/pre_gen_project.sh", "");
            words("new ./tpl x --yes")
        }),
        row("source.unknown", 2, Json, "all sources", |_| {
            words("new nobody/worker x")
        }),
        row("source.address", 2, Json, "https, ssh and file", |_| {
            words("add ext::sh")
        }),
        row("source.http", 2, Json, "use https", |_| {
            words("add http://127.0.0.1:9/x")
        }),
        row("source.not-stored", 1, Json, "leave --offline out", |_| {
            words("new gh:acme/templates x --offline")
        }),
        row("source.fetch", 1, Json, "git said why", |_| {
            words("add file:///nowhere/at/all")
        }),
        row("source.stalled", 1, Json, "a slow server", |sandbox| {
            sandbox.config("[git]\ntimeout = 1\n");
            sandbox.program("git", "sleep 60");
            words("add file:///x/y")
        }),
        row("source.too-long", 1, Json, "a slow server", |sandbox| {
            sandbox.config("[git]\ntimeout = 1\n");
            sandbox.program("git", "while echo x >&2; do sleep 0.3; done");
            words("add file:///x/y")
        }),
        row("source.too-large", 1, Json, "", |sandbox| {
            sandbox.program("git", "truncate -s 600M objects/pack/x; sleep 60");
            words("add file:///x/y")
        }),
        row("source.unusable", 1, Json, "", |sandbox| {
            let team = Team::with_two(sandbox);
            let tree = team.git("rev-parse HEAD^{tree}");
            team.git(&format!("tag tree {tree}"));
            words(&format!("add {} --ref tree", team.url()))
        }),
        row("source.damaged", 1, Json, "pyscaffold refresh", |sandbox| {
            let team = Team::with_two(sandbox);
            sandbox.run("add").arg(team.url()).ok();
            let commit = team.git("rev-parse HEAD").trim().to_owned();
            let store = sandbox.root().join("home/.local/share/pyscaffold/store");
            let repository = fs::read_dir(store).unwrap().next().unwrap().unwrap();
            fs::remove_file(repository.path().join(commit).join("HEAD")).unwrap();
            words("show acme/worker")
        }),
        row("source.git", 1, Elsewhere, "", |_| Vec::new()),
        row("source.no-git", 1, Elsewhere, "", |_| Vec::new()),
        row("source.no-place", 1, Elsewhere, "", |_| Vec::new()),
        row("sources.no-place", 1, Elsewhere, "", |_| Vec::new()),
        row("sources.unreadable", 1, Json, "", |sandbox| {
            let file = sandbox.config_file().with_file_name("sources.toml");
            fs::create_dir_all(file).unwrap();
            words("list")
        }),
        row("sources.faulty", 1, Json, "", |sandbox| {
            sandbox.config("");
            let file = sandbox.config_file().with_file_name("sources.toml");
            fs::write(file, "[sources.a]\n").unwrap();
            words("list")
        }),
        row(
            "sources.exists",
            1,
            Json,
            "pyscaffold refresh acme",
            |sandbox| {
                let team = Team::with_two(sandbox);
                sandbox.run("add").arg(team.url()).ok();
                words(&format!("add {}", team.url()))
            },
        ),
        row("sources.name", 2, Json, "give it one with --name", |_| {
            words("add ./demo --name Demo")
        }),
        row("sources.folder", 2, Json, "", |_| {
            words("add ./demo --ref v1")
        }),
        row("sources.twice", 2, Json, "", |_| {
            words("add gh:acme/templates@v1 --ref v2")
        }),
        row("sources.project", 1, Json, "take it out of", |sandbox| {
            sandbox.git("", "init --quiet");
            sandbox.write(".pyscaffold-sources.toml", "[sources.a]\npath = \"demo\"\n");
            words("remove a")
        }),
        row("sources.new", 3, Elsewhere, "", |_| Vec::new()),
        row("sources.refresh", 1, Elsewhere, "", |_| Vec::new()),
        row("config.unreadable", 1, Json, "", |_| {
            words("list --config .")
        }),
        row("config.faulty", 1, Json, "", |sandbox| {
            sandbox.config("[defaults]\nauthr = \"x\"\n");
            words("list")
        }),
        row(
            "config.unknown",
            2,
            Words("there is no setting `defaults.authr`"),
            "did you mean `defaults.author`?",
            |_| words("config get defaults.authr"),
        ),
        row(
            "config.unset",
            1,
            Words("`defaults.author` is not set"),
            "set it with: pyscaffold config set defaults.author VALUE",
            |_| words("config get defaults.author"),
        ),
        row(
            "config.type",
            2,
            Words("`git.commit` must be `true` or `false`, not `maybe`"),
            "",
            |_| words("config set git.commit maybe"),
        ),
        row("config.no-place", 1, Elsewhere, "", |_| Vec::new()),
        row("name.empty", 2, Json, "", |_| demo("x --name=")),
        row("name.grammar", 2, Json, "pyscaffold new ./demo", |_| {
            demo("x --name a$b")
        }),
        row("name.length", 2, Json, "pyscaffold new ./demo", |_| {
            let mut words = demo("x --name");
            words.push("x".repeat(101));
            words
        }),
        row("name.identifier", 2, Json, "pyscaffold new ./demo", |_| {
            demo("x --package A")
        }),
        row("name.digit", 2, Json, "pyscaffold new ./demo", |_| {
            demo("3d")
        }),
        row("name.underscore", 2, Json, "pyscaffold new ./demo", |_| {
            demo("x --package _x")
        }),
        row("name.keyword", 2, Json, "pyscaffold new ./demo", |_| {
            demo("class")
        }),
        row(
            "name.stdlib",
            2,
            Json,
            "pyscaffold new ./demo json --package json_api",
            |_| demo("json"),
        ),
        row("name.reserved", 2, Json, "pyscaffold new ./demo", |_| {
            demo("tests")
        }),
        row("name.windows", 2, Json, "pyscaffold new ./demo", |_| {
            demo("nul")
        }),
        row("name.dependency", 2, Json, "pyscaffold new ./demo", |_| {
            demo("x --package httpx")
        }),
        row("name.self", 2, Json, "pyscaffold new ./demo", |_| {
            demo("x --name demolib --package other")
        }),
        row("answers.unreadable", 2, Json, "", |_| {
            demo("x --answers nowhere.toml")
        }),
        row("answers.malformed", 2, Json, "", |sandbox| {
            sandbox.write("a.toml", "a = ");
            demo("x --answers a.toml")
        }),
        row("answers.value", 2, Json, "", |sandbox| {
            sandbox.write("a.toml", "port = 1.5");
            demo("x --answers a.toml")
        }),
        row("answers.missing", 2, Json, "add --q TEXT", |sandbox| {
            TemplateFolder::new(sandbox).question("q", "text", "");
            tpl("x")
        }),
        row("answer.unknown", 2, Json, "did you mean `port`?", |_| {
            demo("x -D prt=1")
        }),
        row("answer.not-asked", 2, Json, "", |_| {
            demo("x --database none --database-name y")
        }),
        row("answer.type", 2, Json, "", |_| demo("x --port many")),
        row("answer.choice", 2, Json, "did you mean `sqlite`?", |_| {
            demo("x --database sqlit")
        }),
        row("answer.refused", 2, Json, "", |_| demo("x --port 0")),
        row("answer.unfit", 2, Json, "", |_| {
            let mut words = demo("x --team");
            words.push("a\nb".to_owned());
            words
        }),
        row("answer.default", 2, Json, "", |sandbox| {
            asking(sandbox).question("d", "text", "default = \"{{upper n}}\"");
            tpl("x")
        }),
        row("prompt.cancelled", 130, Terminal, "", |_| demo("x")),
        row("prompt.terminal", 1, Elsewhere, "", |_| Vec::new()),
        row("destination.file", 1, Json, "", |sandbox| {
            sandbox.write("x", "");
            demo("x")
        }),
        row("destination.link", 1, Json, "", |sandbox| {
            symlink("demo", sandbox.path("x")).unwrap();
            demo("x")
        }),
        row(
            "destination.conflict",
            1,
            Json,
            "choose an empty folder",
            |sandbox| {
                sandbox.write("x/README.md", "mine");
                demo("x")
            },
        ),
        row("destination.in-the-way", 1, Json, "", |sandbox| {
            fs::create_dir_all(sandbox.path("x/README.md")).unwrap();
            demo("x")
        }),
        row("destination.appeared", 1, Json, "", |sandbox| {
            let place = sandbox.path("x");
            sandbox.program(
                "uv",
                &format!("mkdir -p {0} && touch {0}/theirs", place.display()),
            );
            demo("x --lock")
        }),
        row("file", 1, Json, "", |_| {
            let mut words = demo("--name x");
            words.push("a".repeat(300));
            words
        }),
        row("git", 1, Json, "add --no-git", |sandbox| {
            sandbox.git_config("[user]\nname = <>\nemail = a@example.org\n");
            demo("x")
        }),
        row("uv.lock", 1, Json, "", |sandbox| {
            sandbox.program("uv", "exit 3");
            demo("x --lock")
        }),
        row("uv.sync", 1, Json, "cd x && uv sync", |sandbox| {
            sandbox.program("uv", "[ \"$1\" = lock ]");
            demo("x --sync")
        }),
        row(
            "list.none",
            1,
            Words("no template is about `xyzzy`"),
            "all templates: pyscaffold list",
            |_| words("list xyzzy"),
        ),
        row(
            "show.no-file",
            1,
            Words("`demo` writes no file `nothing` with these answers"),
            "all files: pyscaffold show ./demo --files",
            |_| words("show ./demo --file nothing"),
        ),
        row(
            "man.unknown",
            2,
            Words("there is no command `lst`"),
            "did you mean `list`?",
            |_| words("man lst"),
        ),
        row("project.no-record", 1, Json, "pyscaffold adopt", |_| {
            words("update")
        }),
        row("project.no-git", 1, Json, "git init", |sandbox| {
            project(sandbox);
            fs::remove_dir_all(sandbox.path("shop/.git")).unwrap();
            words("update shop")
        }),
        row("project.git", 1, Json, "", |sandbox| {
            project(sandbox);
            sandbox.write("shop/.git/config", "[core");
            words("status shop")
        }),
        row("project.record", 1, Json, "git log", |sandbox| {
            project(sandbox);
            sandbox.write("shop/.pyscaffold.toml", "format = 1\n");
            words("diff shop")
        }),
        row("project.no-base", 1, Json, "bring the version", |sandbox| {
            project(sandbox);
            let record = sandbox.read("shop/.pyscaffold.toml");
            let other = record.replacen("tree = \"", "tree = \"0", 1);
            sandbox.write("shop/.pyscaffold.toml", other);
            words("diff shop")
        }),
        row(
            "update.other-template",
            2,
            Json,
            "--source names",
            |sandbox| {
                project(sandbox);
                words("update shop --source click-cli")
            },
        ),
        row(
            "update.no-version",
            2,
            Json,
            "pyscaffold update --to 1.1.0",
            |sandbox| {
                project(sandbox);
                words("update shop --to 3.0.0")
            },
        ),
        row("update.downgrade", 1, Json, "to go back", |sandbox| {
            project(sandbox);
            release(sandbox, "0.9.0", "", &[("a", "0\n")]);
            words("update shop")
        }),
        row("update.busy", 1, Elsewhere, "", |_| Vec::new()),
        row("update.changed", 1, Elsewhere, "", |_| Vec::new()),
        row("update.edited", 1, Json, "pyscaffold update", |sandbox| {
            project(sandbox);
            sandbox.run("update shop").ok();
            sandbox.write("shop/a", "3\n");
            words("update shop --abort")
        }),
        row("update.nothing", 1, Json, "", |sandbox| {
            project(sandbox);
            words("update shop --abort")
        }),
        row("update.committed", 1, Json, "git revert", |sandbox| {
            project(sandbox);
            sandbox.run("update shop").ok();
            sandbox.git("shop", "commit -qam up");
            words("update shop --abort")
        }),
        row("update.journal", 1, Json, "git status", |sandbox| {
            project(sandbox);
            sandbox.write("shop/.git/pyscaffold/root/begun.json", "{}");
            sandbox.write("shop/.git/pyscaffold/root/content", "");
            words("update shop")
        }),
        row("update.locked", 1, Json, "wait for it", |sandbox| {
            project(sandbox);
            sandbox.write("shop/.git/index.lock", "");
            words("update shop")
        }),
        row(
            "update.uncommitted",
            1,
            Json,
            "commit or stash",
            |sandbox| {
                project(sandbox);
                sandbox.write("shop/a", "3\n");
                words("update shop")
            },
        ),
        row("update.filtered", 1, Json, "take them out", |sandbox| {
            project(sandbox);
            sandbox.write("shop/.gitattributes", "a filter=lfs\n");
            words("update shop")
        }),
        row("update.behind", 3, Elsewhere, "", |_| Vec::new()),
        row("update.conflicts", 3, Elsewhere, "", |_| Vec::new()),
        row("adopt.adopted", 1, Json, "pyscaffold update", |sandbox| {
            project(sandbox);
            words("adopt ./tpl shop")
        }),
    ]
}

/// Most rows are short and one waits for seconds, so that several go at once.
#[test]
fn every_failure_can_be_provoked() {
    const AT_ONCE: usize = 4;
    let rows = rows();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    provoke(row);
                }
            });
        }
    });
}

#[track_caller]
fn provoke(row: &Row) {
    let sandbox = Sandbox::with_demo();
    let arguments = (row.words)(&sandbox);
    let path = format!(
        "{}:{}",
        sandbox.root().join("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let mut run = sandbox.run("").env("PATH", path).env("RUST_BACKTRACE", "1");
    for word in &arguments {
        run = run.arg(word);
    }
    let json = match row.seen {
        Seen::Elsewhere => return,
        Seen::Words(message) => {
            let output = run.fails(row.exit);
            let mut lines = output.stderr.lines();
            let here = sandbox.path("").display().to_string();
            let message = message.replace("[HERE]", here.trim_end_matches('/'));
            assert_eq!(lines.next(), Some(format!("error: {message}").as_str()));
            let hint = lines.find_map(|line| line.strip_prefix("hint: "));
            assert!(
                hint.unwrap_or_default().starts_with(row.hint),
                "{}",
                row.code
            );
            return;
        }
        Seen::Json => {
            let output = run.arg("--json").fails(row.exit);
            assert_eq!(output.stderr, "", "{}", row.code);
            output.json()
        }
        Seen::Terminal => {
            let mut all: Vec<&str> = arguments.iter().map(String::as_str).collect();
            all.push("--json");
            let mut terminal = Terminal::start(&sandbox, &all);
            terminal.expect("Database").press(INTERRUPT);
            let (code, _, output) = terminal.end();
            assert_eq!(code, Some(row.exit));
            serde_json::from_str(&output).unwrap()
        }
    };
    let error = json["error"].as_object().unwrap();
    let keys: Vec<&String> = error.keys().collect();
    assert_eq!(keys, ["code", "field", "hint", "message", "notes"]);
    assert_eq!(error["code"], row.code, "{json}");
    let hint = error["hint"].as_str().unwrap_or_default();
    assert!(hint.starts_with(row.hint), "{}: {json}", row.code);
    assert_eq!(hint.is_empty(), row.hint.is_empty(), "{}: {json}", row.code);
    let message = error["message"].as_str().unwrap();
    assert!(
        !message.is_empty() && !message.ends_with('.'),
        "{}: {json}",
        row.code
    );
    for text in [message, hint] {
        assert!(!text.contains(char::is_control), "{}: {json}", row.code);
        assert!(!text.contains("\\u{"), "{}: {json}", row.code);
    }
    let litter: Vec<String> = sandbox
        .litter()
        .into_iter()
        .filter(|name| name.starts_with(".pyscaffold-stage-") || name == "x")
        .collect();
    let there_before = row.code.starts_with("destination.") || row.code == "uv.sync";
    assert_eq!(
        litter.len(),
        usize::from(there_before),
        "{}: {litter:?}",
        row.code
    );
}

#[test]
fn no_code_is_without_a_row() {
    let mut codes = BTreeSet::new();
    for file in [
        "cli/failure.rs",
        "cli/config.rs",
        "cli/doctor.rs",
        "cli/list.rs",
        "cli/mod.rs",
        "cli/new.rs",
        "cli/questions.rs",
        "cli/scripts.rs",
        "cli/show.rs",
        "cli/sources.rs",
        "cli/template.rs",
        "cli/update.rs",
        "model/name/error.rs",
    ] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
        let text = fs::read_to_string(source).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        // Whatever is the first word of a failure, and whatever looks like a code.
        for (before, literal) in literals(text) {
            let first = before.trim_end().ends_with("new(");
            let dotted = literal.split_once('.').is_some_and(|(area, what)| {
                let word = |text: &str| {
                    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                };
                word(area) && word(what)
            });
            let plain = literal.chars().all(|c| c.is_ascii_lowercase());
            if dotted
                || (first && plain && before.trim_end().ends_with("Failure::new("))
                || (first && plain && before.trim_end().ends_with("Self::new("))
            {
                codes.insert(literal.to_owned());
            }
        }
    }
    assert!(codes.len() > 50, "{codes:?}");
    let known: BTreeSet<String> = rows().iter().map(|row| row.code.to_owned()).collect();
    let missing: Vec<&String> = codes.difference(&known).collect();
    assert!(missing.is_empty(), "codes without a row: {missing:?}");
    let gone: Vec<&String> = known
        .difference(&codes)
        .filter(|code| *code != "output")
        .collect();
    assert!(gone.is_empty(), "rows of codes that are gone: {gone:?}");
}

/// Returns every string literal on one line, with what stands before it.
fn literals(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(start) = text.get(position..).and_then(|rest| rest.find('"')) {
        let begin = position + start + 1;
        let Some(length) = text.get(begin..).and_then(|rest| rest.find('"')) else {
            break;
        };
        found.push((&text[..begin - 1], &text[begin..begin + length]));
        position = begin + length + 1;
    }
    found
}

#[test]
fn a_terminal_that_cannot_be_read_is_said() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox).question("a", "text", "default = \"\"");
    // Enough to read the manifest, too few to wait for keys.
    let terminal = Terminal::limited(&sandbox, &["new", "./tpl", "x", "--json"], 4);
    let (code, screen, output) = terminal.end();
    assert_eq!(code, Some(1), "{screen}");
    let json: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(json["error"]["code"], "prompt.terminal", "{json}");
    assert_eq!(
        json["error"]["hint"],
        "add --yes to take the defaults without being asked"
    );
    assert_eq!(sandbox.litter(), [""; 0]);
}

#[test]
fn a_machine_without_a_home_has_no_place_for_settings() {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let sandbox = Sandbox::with_demo();
    let is_root = fs::metadata(sandbox.root()).unwrap().uid() == 0;
    if !is_root {
        require::skip("a_machine_without_a_home_has_no_place_for_settings", "root");
        return;
    }
    let binary = sandbox.root().join("pyscaffold");
    install_program(
        &fs::read(env!("CARGO_BIN_EXE_pyscaffold")).unwrap(),
        &binary,
    );
    open_up(sandbox.root());
    let mut run = sandbox.run_binary(&binary).words("config path");
    // No entry of the user database has this id, and so nothing names a home.
    run.command().env_clear().uid(54_321).gid(54_321);
    let output = run.fails(1);
    assert_eq!(
        output.stderr,
        "error: there is no home folder, and so no place for the configuration\nhint: set XDG_CONFIG_HOME, or name a file with --config\n"
    );
    let mut run = sandbox.run_binary(&binary).words("list --json");
    run.command().env_clear().uid(54_321).gid(54_321);
    run.ok().json();
    for (words, code) in [
        ("add gh:a/b --json", "sources.no-place"),
        ("new gh:a/b x --offline --json", "source.no-place"),
    ] {
        let mut run = sandbox.run_binary(&binary).words(words);
        run.command().env_clear().uid(54_321).gid(54_321);
        assert_eq!(run.fails(1).json()["error"]["code"], code);
    }
}

/// Lets every user into a folder.
fn open_up(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn output_that_is_full_is_an_error_and_output_that_is_closed_is_none() {
    for words in [
        "list",
        "list --json",
        "show ./demo",
        "show ./demo --json",
        "show ./demo --files",
        "show ./demo --file README.md",
        "config path",
        "config list --json",
        "sources --json",
        "refresh --json",
        "completions bash",
        "man",
        "new ./demo shop --dry-run",
        "new ./demo shop --dry-run --diff",
        "new ./demo shop --dry-run --json",
    ] {
        let sandbox = Sandbox::with_demo();
        let mut run = sandbox.run(words);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = run
            .command()
            .stdin(Stdio::null())
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words}: {said}");
        assert!(!said.contains("panicked"), "{words}: {said}");
        if !words.contains("--json") {
            assert!(
                said.contains("error: the output cannot be written"),
                "{words}: {said}"
            );
        }
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut run = sandbox.run(words);
        let output = run
            .command()
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !said.contains("panicked") && !said.contains("error"),
            "{words}: {said}"
        );
        assert!(
            matches!(output.status.code(), Some(0) | None),
            "{words}: {:?}",
            output.status
        );
    }
}
