//! Command lines, settings, answers and environments that are wrong.

use std::fs;

use super::stage::{Case, Stage, no_text, refused};

/// Runs the spelling where there is a template `tpl`.
fn typed(stage: &mut Stage) {
    stage
        .template()
        .question(
            "b",
            "choice",
            "default = \"x\"\nchoices = [{ value = \"x\" }, { value = \"y\" }]",
        )
        .question("n", "integer", "default = 1\ncheck = { min = 1, max = 9 }")
        .question("f", "bool", "default = false")
        .question(
            "l",
            "choices",
            "default = []\nchoices = [{ value = \"v\" }]",
        );
    stage.tries(stage.spelling);
}

/// Takes the spelling as answers file.
fn answers(stage: &mut Stage) {
    stage
        .template()
        .question("n", "integer", "default = 1")
        .question(
            "l",
            "choices",
            "default = []\nchoices = [{ value = \"v\" }]",
        );
    stage.write("answers", stage.spelling);
    stage.tries("new ./tpl shop --answers answers");
}

/// Takes the spelling as configuration.
fn configured(stage: &mut Stage) {
    stage.template();
    stage.config(stage.spelling);
    stage.tries("new ./tpl shop");
}

/// A command line that is refused because of the words in it.
fn line(name: &'static str, says: &'static str, words: &'static [&'static str]) -> Case {
    refused(name, 2, says, typed).spelled(words)
}

/// An answers file that is refused.
fn file(name: &'static str, says: &'static str, texts: &'static [&'static str]) -> Case {
    refused(name, 2, says, answers).spelled(texts)
}

/// A configuration that is refused.
fn config(name: &'static str, says: &'static str, texts: &'static [&'static str]) -> Case {
    refused(name, 1, says, configured).spelled(texts)
}

/// Command lines.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn lines() -> Vec<Case> {
    vec![
        line(
            "a command that is none",
            "unrecognized subcommand",
            &["nwe", "New", "update-all", "help"],
        ),
        line(
            "a flag that is none",
            "--jsn",
            &["list --jsn", "sources --jsn", "update --jsn"],
        ),
        line(
            "a short flag that is none",
            "-Z",
            &["list -Z", "new ./tpl shop -Z"],
        ),
        line(
            "a flag twice",
            "--name",
            &[
                "new ./tpl shop --name a --name b",
                "add x --name a --name b",
            ],
        ),
        line(
            "flags that exclude each other",
            "cannot be used with",
            &[
                "list -q -v",
                "show ./tpl --files --file x",
                "show ./tpl --file x --json",
                "update --check --dry-run",
                "update --abort --to 1",
                "template render ./tpl out --file x",
            ],
        ),
        line(
            "a flag without the one that it needs",
            "--dry-run",
            &["new ./tpl shop --diff", "update --diff"],
        ),
        line(
            "a flag without its value",
            "a value is required for",
            &[
                "new ./tpl shop --name",
                "add x --ref",
                "list --config",
                "new ./tpl shop --answers",
            ],
        ),
        line(
            "a value of a flag that is none",
            "invalid value",
            &[
                "new ./tpl shop --on-conflict maybe",
                "list --lang fr",
                "list --color sometimes",
                "completions tcsh",
                "new ./tpl shop -D a",
                "new ./tpl shop -D =x",
                "add x --subdir ../x",
            ],
        ),
        line(
            "a value for a flag that takes none",
            "--json",
            &["list --json=1", "sources --json=false"],
        ),
        line(
            "a word too many",
            "unexpected argument",
            &[
                "sources x",
                "man a b",
                "new ./tpl a b",
                "config path x",
                "update a b",
            ],
        ),
        line(
            "a word too few",
            "required",
            &[
                "show",
                "add",
                "remove",
                "config get",
                "config set defaults.author",
                "completions",
                "template render ./tpl",
                "adopt",
            ],
        ),
        line(
            "no template",
            "TEMPLATE",
            &["new", "new --yes", "new --json"],
        ),
        line("no place", "./tpl", &["new ./tpl", "new ./tpl --yes"]),
        line(
            "a template that there is none of",
            "did you mean",
            &[
                "new fastapi-ap x",
                "show click-cl",
                "new builtin/click-cl x",
            ],
        ),
        line(
            "a template in a folder that is none",
            "no template at",
            &["new ./nowhere x", "show ./mine.txt", "new ./tpl/files x"],
        ),
        line(
            "a template that is a file",
            "mine.txt",
            &[
                "new mine.txt x",
                "show ./mine.txt",
                "template check mine.txt",
            ],
        ),
        line(
            "a template of a source that there is none of",
            "no source",
            &["new nobody/worker x", "show nobody/worker"],
        ),
        line(
            "a template with a version that it cannot have",
            "--ref",
            &["new ./tpl x --ref v1", "show click-cli --ref v1"],
        ),
        line(
            "a name that no distribution can have",
            "name",
            &[
                "new ./tpl x --name=-x",
                "new ./tpl x --name a/b",
                "new ./tpl x --name .",
                "new ./tpl x --name é",
            ],
        ),
        line(
            "a name of Python's own",
            "hide Python's own module",
            &[
                "new ./tpl json",
                "new ./tpl x --name json",
                "new ./tpl x --package json",
            ],
        ),
        line(
            "a name that is a word of Python",
            "class",
            &["new ./tpl class", "new ./tpl x --package class"],
        ),
        line(
            "a package that cannot be imported",
            "--package",
            &[
                "new ./tpl x --package 1x",
                "new ./tpl x --package a-b",
                "new ./tpl x --package a.b",
            ],
        ),
        line(
            "an answer to no question",
            "a",
            &["new ./tpl x --set nn=1", "new ./tpl x --aa y"],
        ),
        line(
            "an answer that is no choice",
            "is not a choice for `b`",
            &[
                "new ./tpl x --b z",
                "new ./tpl x --set b=z",
                "new ./tpl x --b=",
                "new ./tpl x --b X",
            ],
        ),
        line(
            "an answer that is no number",
            "`n`",
            &[
                "new ./tpl x --n one",
                "new ./tpl x --n 1.5",
                "new ./tpl x --n 99999999999999999999",
                "new ./tpl x --n=",
            ],
        ),
        line(
            "a number out of its bounds",
            "`n`",
            &[
                "new ./tpl x --n 0",
                "new ./tpl x --n 10",
                "new ./tpl x --n=-1",
            ],
        ),
        line(
            "an answer that is neither yes nor no",
            "`f`",
            &["new ./tpl x --set f=maybe", "new ./tpl x --set f="],
        ),
        line(
            "a value that is none of a list's",
            "`l`",
            &["new ./tpl x --l w", "new ./tpl x --l v,w"],
        ),
        line(
            "one answer twice",
            "--",
            &["new ./tpl x --b x --b y", "new ./tpl x --f --f"],
        ),
        line(
            "an answers file that is not there",
            "nowhere",
            &[
                "new ./tpl x --answers nowhere",
                "new ./tpl x --answers nowhere/x",
            ],
        ),
        line(
            "a setting that there is none of",
            "defaults.authr",
            &["config get defaults.authr", "config set defaults.authr x"],
        ),
        line(
            "a setting with another type",
            "git.commit",
            &["config set git.commit maybe", "config set git.commit 1"],
        ),
        line("a man page of no command", "lst", &["man lst"]),
        line(
            "a source that there is none of",
            "acme",
            &["remove acme", "refresh acme", "refresh acme --json"],
        ),
        refused(
            "a configuration that is named and not there",
            1,
            "nowhere.toml",
            typed,
        )
        .spelled(&[
            "list --config nowhere.toml",
            "new ./tpl x --config nowhere.toml",
        ]),
        refused("a list without a match", 1, "xyzzy", typed).spelled(&["list xyzzy"]),
        refused(
            "a file that the template does not write",
            1,
            "nothing",
            typed,
        )
        .spelled(&[
            "show ./tpl --file nothing",
            "template render ./tpl --file nothing",
        ]),
        refused("a word that is no text", 2, "", |stage| {
            typed(stage);
            stage.tries(stage.spelling).word(no_text(b"x\xffy"));
        })
        .spelled(&[
            "list",
            "show",
            "new",
            "new ./tpl x --name",
            "add",
            "config get",
            "man",
        ]),
        refused("a folder whose name is no text", 2, "", |stage| {
            typed(stage);
            stage.tries("new ./tpl").word(no_text(b"x\xffy"));
        }),
        refused("a thousand flags", 2, "--name", |stage| {
            typed(stage);
            stage.tries("new ./tpl x");
            for _ in 0..1_000 {
                stage.word("--name=a");
            }
        }),
        refused("a word of a hundred kilobytes", 2, "", |stage| {
            typed(stage);
            stage.tries(stage.spelling).word("x".repeat(100_000));
            stage.then(|_, seen| assert!(seen.stderr.len() < 3_000, "{}", seen.stderr.len()));
        })
        .spelled(&[
            "show",
            "new ./tpl x --b",
            "new ./tpl x --name",
            "add",
            "completions",
            "completions --json",
            "man",
            "remove",
            "config get",
            "add x --ref",
            "template check",
        ]),
    ]
}

/// Answers files.
pub(super) fn answer_files() -> Vec<Case> {
    vec![
        file(
            "no TOML",
            "line 2",
            &["a = \"x\"\nb\n", "a = \"x\"\na = \"y\"\n"],
        ),
        file(
            "no JSON",
            "line 1",
            &["{\"a\": }", "{\"a\": \"x\"} {}", "{\"a\": \"x\""],
        ),
        file(
            "an answer to no question",
            "`aa`",
            &["aa = \"x\"\n", "{\"aa\": \"x\"}"],
        ),
        file(
            "an answer of another type",
            "`n`",
            &["n = \"one\"\n", "{\"n\": true}", "n = [1]\n"],
        ),
        file(
            "an answer of a type that there is none of",
            "answers",
            &[
                "a = 1979-05-27\n",
                "{\"a\": null}",
                "{\"a\": {}}",
                "a = 1.5\n",
                "l = [[\"v\"]]\n",
            ],
        ),
        file(
            "a number that no machine holds",
            "answers",
            &[
                "n = 99999999999999999999\n",
                "{\"n\": 99999999999999999999}",
                "{\"n\": 1e999}",
            ],
        ),
        file(
            "a list with what is no choice",
            "`l`",
            &["l = [\"w\"]\n", "{\"l\": [\"v\", \"w\"]}"],
        ),
        file(
            "tables in tables",
            "answers",
            &["[a]\nb = 1\n", "a.b.c = 1\n"],
        ),
        refused("no text", 2, "answers", |stage| {
            stage.template();
            stage.write("answers", b"a = \"\xff\"\n");
            stage.tries("new ./tpl shop --answers answers");
        }),
        refused("two mebibytes", 2, "answers", |stage| {
            stage.template();
            stage.write(
                "answers",
                format!("a = \"{}\"\n", "x".repeat(2 * 1024 * 1024)),
            );
            stage.tries("new ./tpl shop --answers answers");
        }),
        refused(
            "nearly a mebibyte of lists in lists",
            2,
            "answers",
            |stage| {
                stage.template();
                stage.write("answers", format!("{{\"a\": {}", "[".repeat(1_000_000)));
                stage.tries("new ./tpl shop --answers answers");
            },
        ),
        refused("input that is empty of sense", 2, "`-`", |stage| {
            stage.template();
            stage.reads("{{{").tries("new ./tpl shop --answers -");
        }),
        refused("a folder", 2, "tpl", |stage| {
            stage.template();
            stage.tries("new ./tpl shop --answers tpl");
        }),
    ]
}

/// Configurations.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn configurations() -> Vec<Case> {
    vec![
        config(
            "no TOML",
            "config.toml:1",
            &["[defaults\n", "defaults = \n", "\u{0}"],
        ),
        config(
            "a table that there is none of",
            "config.toml:2",
            &["[default]\nauthor = \"x\"\n", "[hooks]\nx = \"y\"\n"],
        ),
        config(
            "a setting that there is none of",
            "config.toml:2",
            &["[defaults]\nauthr = \"x\"\n", "[git]\nsign = true\n"],
        ),
        config(
            "a setting of another type",
            "config.toml:2",
            &["[git]\ncommit = \"yes\"\n", "[git]\ntimeout = \"x\"\n"],
        ),
        config(
            "a setting twice",
            "config.toml:3",
            &["[defaults]\nauthor = \"x\"\nauthor = \"y\"\n"],
        ),
        config(
            "a value where a table belongs",
            "config.toml:1",
            &[
                "defaults = 1\n",
                "answers = []\n",
                "[[defaults]]\nauthor = \"x\"\n",
                "shorthands = \"x\"\n",
            ],
        ),
        config(
            "a time that is none",
            "config.toml:2",
            &[
                "[git]\ntimeout = 0\n",
                "[git]\ntimeout = -1\n",
                "[git]\ntimeout = 99999999999999999999\n",
                "[git]\ntimeout = 1.5\n",
            ],
        ),
        config(
            "a short-hand that is none",
            "config.toml:2",
            &[
                "[shorthands]\ncorp = 1\n",
                "[shorthands]\n\"a b\" = \"https://h/{}\"\n",
            ],
        ),
        refused(
            "a default of another type",
            2,
            "it was given by config",
            |stage| {
                stage.config(stage.spelling);
                stage.tries("new click-cli shop");
            },
        )
        .spelled(&["[defaults]\nauthor = []\n", "[defaults]\nlicense = true\n"]),
        refused("an answer that no longer fits", 2, "config", |stage| {
            stage.template();
            stage.config("[answers.tpl]\nb = \"x\"\n");
            stage.tries("new ./tpl shop");
        }),
        refused(
            "an answer for a template that is no text",
            1,
            "config.toml:2",
            |stage| {
                stage.template();
                stage.config("[answers.tpl]\na = 1979-05-27\n");
                stage.tries("new ./tpl shop");
            },
        ),
        refused("no text", 1, "config.toml", |stage| {
            stage.config("");
            fs::write(stage.config_file(), b"# \xff\n").unwrap();
            stage.tries("list");
        }),
        refused("a folder", 1, "config.toml", |stage| {
            fs::create_dir_all(stage.config_file()).unwrap();
            stage.tries("list");
        }),
        refused("a link to itself", 1, "config.toml", |stage| {
            stage.config("");
            fs::remove_file(stage.config_file()).unwrap();
            std::os::unix::fs::symlink("config.toml", stage.config_file()).unwrap();
            stage.tries("list");
        }),
        refused("one that cannot be read", 1, "config.toml", |stage| {
            stage.config("");
            stage.tries("list").as_nobody();
            let none = std::os::unix::fs::PermissionsExt::from_mode(0o000);
            fs::set_permissions(stage.config_file(), none).unwrap();
        }),
        refused(
            "a setting where nothing can be written",
            1,
            "pyscaffold",
            |stage| {
                stage.tries("config set defaults.author Ada").as_nobody();
                let closed = std::os::unix::fs::PermissionsExt::from_mode(0o555);
                fs::set_permissions(stage.root().join("home/.config"), closed).unwrap();
            },
        ),
        refused("two mebibytes", 1, "config.toml", |stage| {
            stage.config(&"#".repeat(2 * 1024 * 1024));
            stage.tries("list");
        }),
    ]
}

/// Takes the spelling as the user's list of sources.
fn listed(stage: &mut Stage) {
    list(stage, stage.spelling);
    stage.tries("sources");
}

/// Writes the user's list of sources.
fn list(stage: &Stage, text: impl AsRef<[u8]>) {
    let file = stage.config_file().with_file_name("sources.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// A list of sources that is refused.
fn sources(name: &'static str, says: &'static str, texts: &'static [&'static str]) -> Case {
    refused(name, 1, says, listed).spelled(texts)
}

/// Lists of sources.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn source_files() -> Vec<Case> {
    vec![
        sources(
            "no TOML",
            "sources.toml:1",
            &["[sources\n", "= 1\n", "\u{0}"],
        ),
        sources(
            "another format",
            "sources.toml:1",
            &["format = 9\n", "format = \"1\"\n"],
        ),
        sources(
            "a key that there is none of",
            "sources.toml:",
            &["[sourcs.a]\n", "x = 1\n"],
        ),
        sources(
            "a source that is no table",
            "sources.toml:2",
            &["[sources]\na = 1\n", "[sources]\na = \"https://h/x\"\n"],
        ),
        sources(
            "a source with a key that there is none of",
            "sources.toml:",
            &["[sources.a]\ngit = \"https://h/x\"\nhook = \"x\"\n"],
        ),
        sources(
            "a source that is nowhere",
            "sources.toml:1",
            &["[sources.a]\n", "[sources.a]\nref = \"v1\"\n"],
        ),
        sources(
            "a source in two places",
            "sources.toml:1",
            &["[sources.a]\ngit = \"https://h/x\"\npath = \"/x\"\n"],
        ),
        sources(
            "an address of another type",
            "sources.toml:1",
            &["[sources.a]\ngit = 1\n", "[sources.a]\npath = []\n"],
        ),
        sources(
            "an address that is none",
            "sources.toml:1",
            &[
                "[sources.a]\ngit = \"ext::sh\"\n",
                "[sources.a]\ngit = \"-x\"\n",
                "[sources.a]\ngit = \"\"\n",
            ],
        ),
        sources(
            "an address without encryption",
            "sources.toml:1",
            &["[sources.a]\ngit = \"http://h/x\"\n"],
        ),
        sources(
            "a ref that is none",
            "sources.toml:1",
            &["[sources.a]\ngit = \"https://h/x\"\nref = \"--upload-pack=x\"\n"],
        ),
        sources(
            "a commit that is none",
            "sources.toml:1",
            &[
                "[sources.a]\ngit = \"https://h/x\"\ncommit = \"../../x\"\n",
                "[sources.a]\ngit = \"https://h/x\"\ncommit = \"abc\"\n",
            ],
        ),
        sources(
            "a subfolder that leads out",
            "sources.toml:1",
            &["[sources.a]\ngit = \"https://h/x\"\nsubdir = \"../x\"\n"],
        ),
        sources(
            "a name that is none",
            "sources.toml:1",
            &[
                "[sources.\"../x\"]\ngit = \"https://h/x\"\n",
                "[sources.A]\ngit = \"https://h/x\"\n",
            ],
        ),
        sources(
            "a name that is ours",
            "sources.toml:1",
            &["[sources.builtin]\ngit = \"https://h/x\"\n"],
        ),
        sources(
            "one name twice",
            "sources.toml:3",
            &["[sources.a]\npath = \"/x\"\n[sources.a]\npath = \"/y\"\n"],
        ),
        refused("no text", 1, "sources.toml", |stage| {
            list(stage, b"\xff\xfe");
            stage.tries("list");
        }),
        refused("two mebibytes", 1, "sources.toml", |stage| {
            list(stage, "#".repeat(2 * 1024 * 1024));
            stage.tries("refresh");
        }),
        refused("a folder", 1, "sources.toml", |stage| {
            fs::create_dir_all(stage.config_file().with_file_name("sources.toml")).unwrap();
            stage.tries("remove acme");
        }),
    ]
}

/// Environments.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn environments() -> Vec<Case> {
    vec![
        refused(
            "an answer that is no choice",
            2,
            "PYSCAFFOLD_ANSWER_B",
            |stage| {
                typed(stage);
                stage
                    .tries("new ./tpl shop")
                    .variable("PYSCAFFOLD_ANSWER_B", "z");
            },
        ),
        refused(
            "an answer that is no number",
            2,
            "PYSCAFFOLD_ANSWER_N",
            |stage| {
                typed(stage);
                stage
                    .tries("new ./tpl shop")
                    .variable("PYSCAFFOLD_ANSWER_N", "");
            },
        ),
        refused(
            "an answer of a hundred kilobytes",
            2,
            "PYSCAFFOLD_ANSWER_A",
            |stage| {
                typed(stage);
                stage
                    .tries("new ./tpl shop")
                    .variable("PYSCAFFOLD_ANSWER_A", "x".repeat(100_000));
            },
        ),
        refused(
            "a configuration folder that is a file",
            1,
            "mine.txt",
            |stage| {
                typed(stage);
                let file = stage.path("mine.txt");
                stage
                    .tries("config set defaults.author Ada")
                    .variable("XDG_CONFIG_HOME", file);
            },
        ),
        refused(
            "a place for the store that is a file",
            1,
            "mine.txt",
            |stage| {
                let url = super::super::support::Team::with_two(stage).url();
                let file = stage.path("mine.txt");
                stage.tries("add").word(url).variable("XDG_DATA_HOME", file);
            },
        ),
        refused(
            "a place for the store that cannot be written",
            1,
            "/proc",
            |stage| {
                let url = super::super::support::Team::with_two(stage).url();
                stage
                    .tries("add")
                    .word(url)
                    .variable("XDG_DATA_HOME", "/proc");
            },
        ),
        refused("no program git", 1, "`git` is not installed", |stage| {
            stage.tries("add https://h/x").variable("PATH", "/nowhere");
        }),
        refused("no program uv", 1, "`uv` is not installed", |stage| {
            stage.add_demo();
            stage
                .tries("new ./demo shop --lock")
                .variable("PATH", "/nowhere");
        }),
        refused("a git that cannot be run", 1, "git", |stage| {
            let file = stage.root().join("bin/git");
            fs::create_dir_all(&file).unwrap();
            let folder = file.parent().unwrap().to_owned();
            stage.tries("add https://h/x").variable("PATH", folder);
        }),
        refused("a git configuration that is none", 1, "config", |stage| {
            typed(stage);
            stage.git_config("[user\nname = x\n");
            stage.tries("add https://127.0.0.1:9/x");
        }),
        refused(
            "a temporary folder that is not there",
            1,
            "/nowhere",
            |stage| {
                stage
                    .template()
                    .manifest("[[test]]\nname = \"t\"\nrun = [\"true\"]")
                    .file("files/u.hbs", "{{a}}");
                // The watch over the run makes no files there.
                stage
                    .tries("template check ./tpl --test --quiet")
                    .variable("TMPDIR", "/nowhere");
            },
        ),
        refused("a shell that fails", 1, "`false` failed", |stage| {
            stage
                .template()
                .manifest("[[test]]\nname = \"t\"\nrun = [\"false\"]")
                .file("files/u.hbs", "{{a}}");
            stage.tries("template check ./tpl --test --quiet");
        }),
        refused("an identity that git cannot write", 1, "", |stage| {
            stage.git_config("[user]\nname = <>\nemail = a@example.org\n");
            stage.template();
            stage.tries("new ./tpl shop");
        }),
        refused("no home and a store to write", 1, "", |stage| {
            let url = super::super::support::Team::with_two(stage).url();
            stage
                .tries("add")
                .word(url)
                .variable("HOME", "/proc/nowhere")
                .without("XDG_DATA_HOME")
                .without("XDG_CONFIG_HOME");
        }),
    ]
}
