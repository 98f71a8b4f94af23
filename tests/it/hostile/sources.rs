//! Addresses, lists of sources and repositories that are not what they say.

use std::fs;

use super::super::support::Team;
use super::stage::{Case, Stage, refused, works};

/// Writes the user's list of sources.
fn list(stage: &Stage, text: impl AsRef<[u8]>) {
    let file = stage.config_file().with_file_name("sources.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// Makes sure that no program can be asked for what an address names, and tries to add it.
fn addressed(stage: &mut Stage) {
    let canary = stage.root().join("outside/run").display().to_string();
    stage.fakes("git", &format!("touch {canary}; exit 1"));
    stage.tries("add").spelled_as("");
}

/// Sees that a word stands in no file and in nothing that was said.
fn secret_is_nowhere(stage: &Stage, seen: &super::stage::Seen) {
    for text in [&seen.stdout, &seen.stderr] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    for (path, entry) in super::super::support::entries(stage.root()) {
        if let super::super::support::Entry::File(_, bytes) = entry {
            let found = bytes.windows(7).any(|part| part == b"hunter2");
            assert!(!found || path == "gitconfig", "{path}");
        }
    }
}

/// Adds a repository under a name.
fn add(stage: &Stage, name: &str) -> String {
    let url = Team::with_two(stage).url();
    stage.run(&format!("add --name {name}")).arg(&url).ok();
    url
}

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        refused(
            "an address that git would take for an option",
            2,
            "-",
            |stage| {
                addressed(stage);
                stage.tries("add --").spelled_as("");
            },
        )
        .spelled(&["--upload-pack=touch x", "-x", "-u"]),
        refused("an option in the middle of an address", 2, "-", addressed).spelled(&[
            "ssh://-oProxyCommand=touch/x",
            "ssh://a@-oProxyCommand=touch/x",
            "ssh://h:-p/x",
            "-oProxyCommand=touch:x",
            "git@-x:y",
            "https://-x/y",
        ]),
        refused("a transport that runs what it is given", 2, "", addressed).spelled(&[
            "ext::sh -c touch% x",
            "fd::17",
            "transport::address",
            "EXT::sh",
            "https::http://x/y",
            "remote-ext::x",
        ]),
        refused("a scheme that is none of ours", 2, "", addressed).spelled(&[
            "ftp://h/x",
            "git://h/x",
            "javascript:alert(1)",
            "data://x",
            "s3://b/x",
            "ftps://h/x",
            "rsync://h/x",
            "dav://h/x",
            "HTTP://h/x",
        ]),
        refused(
            "an address without encryption",
            2,
            "is not encrypted",
            addressed,
        )
        .spelled(&["http://h/x", "http://h:80/x//y@v1"]),
        refused("a file address that is relative", 2, "", addressed).spelled(&[
            "file://x/y",
            "file:x",
            "file://",
            "file://../x",
            "file://localhost/x/../..",
        ]),
        refused("control characters in an address", 2, "", addressed).spelled(&[
            "https://h/x\ny",
            "https://h/x\u{1b}[2J",
            "https://h\u{202e}/x",
            "git@h:x\ty",
            "https://h/x\r",
        ]),
        refused("a password in an address", 2, "", |stage| {
            addressed(stage);
            stage.then(secret_is_nowhere);
        })
        .spelled(&[
            "https://ada:hunter2@h/x",
            "https://hunter2@h/x",
            "ssh://ada:hunter2@h/x",
            "gh:ada:hunter2@acme/x",
            "https://ada:hunter2@h/x//y@v1",
            "http://ada:hunter2@h/x",
            "ftp://ada:hunter2@h/x",
            "https://h/x?token=hunter2&password=hunter2#hunter2",
        ]),
        refused("a password in a template's address", 2, "", |stage| {
            stage
                .tries(stage.spelling)
                .word("https://ada:hunter2@h/x//worker")
                .word("shop")
                .then(secret_is_nowhere);
        })
        .spelled(&["new", "new --json"]),
        refused(
            "a password in a manifest's address",
            1,
            "template.toml:",
            |stage| {
                stage
                    .template()
                    .manifest("[extends]\ntemplate = \"https://ada:hunter2@h/x//y\"");
                stage.tries("new ./tpl shop");
                stage.then(|_, seen| assert!(!seen.stderr.contains("hunter2")));
            },
        ),
        refused("a password in a short-hand", 1, "shorthands", |stage| {
            stage.config("[shorthands]\ncorp = \"https://ada:hunter2@h/{}\"\n");
            stage.tries("add corp:x");
            stage.then(|_, seen| assert!(!seen.stderr.contains("hunter2")));
        }),
        refused("a password that git repeats", 1, "https://h/x", |stage| {
            stage.fakes(
                "git",
                "echo 'fatal: https://ada:hunter2@h/x and http://hunter2@h/y' >&2; exit 128",
            );
            stage
                .tries("add https://h/x")
                .then(|_, seen| assert!(!seen.stderr.contains("hunter2")));
        }),
        refused(
            "a short-hand that leads to what is refused",
            2,
            "",
            |stage| {
                stage.config(&format!("[shorthands]\ncorp = '{}'\n", stage.spelling));
                stage.tries("add corp:x");
            },
        )
        .spelled(&["http://h/{}"]),
        refused(
            "a short-hand that is no address",
            1,
            "config.toml:2",
            |stage| {
                stage.config(&format!("[shorthands]\ncorp = '{}'\n", stage.spelling));
                stage.tries("add corp:x");
            },
        )
        .spelled(&["ext::sh -c {}", "--upload-pack={}", "", "{}{}", "nothing"]),
        refused("a subfolder that leads out", 2, "--subdir", |stage| {
            let url = Team::with_two(stage).url();
            stage.tries("add").word(url).word("--subdir").spelled_as("");
        })
        .spelled(&["../x", "/etc", "a/../..", ".git", "a\\b"]),
        refused("a subfolder of an address that leads out", 2, "", |stage| {
            let url = Team::with_two(stage).url();
            stage
                .tries("new")
                .spelled_as(&format!("{url}//"))
                .word("shop");
        })
        .spelled(&["../x", ".git/hooks", "a/../../b"]),
        refused("a name that is none", 2, "", |stage| {
            let url = Team::with_two(stage).url();
            stage.tries("add").word(url).word("--name").spelled_as("");
        })
        .spelled(&["../x", "a/b", "", "A", "a b", "x\u{1b}", ".."]),
        refused(
            "a name that would shadow what is built in",
            2,
            "builtin",
            |stage| {
                let url = Team::with_two(stage).url();
                stage.tries("add").word(url).word("--name").spelled_as("");
            },
        )
        .spelled(&["builtin"]),
        works(
            "a template that is called like a built-in one does not take its place",
            |stage| {
                let team = Team::new(stage, "acme");
                team.template("click-cli", "9.9.9", "")
                    .file("click-cli/files/evil", "x")
                    .commit();
                stage.run("add").arg(team.url()).ok();
                stage
                    .tries("new builtin/click-cli shop --no-git")
                    .makes("work/shop");
                stage.then(|stage, _| assert!(!stage.path("shop/evil").exists()));
            },
        ),
        refused(
            "a template that is called like a built-in one has to be named with its source",
            2,
            "acme/click-cli",
            |stage| {
                let team = Team::new(stage, "acme");
                team.template("click-cli", "9.9.9", "").commit();
                stage.run("add").arg(team.url()).ok();
                stage.tries("new click-cli shop");
            },
        ),
        refused("one name twice", 1, "acme", |stage| {
            let url = add(stage, "acme");
            stage.tries("add --name acme").word(url);
        }),
        works("a list of a thousand sources", |stage| {
            let many: Vec<String> = (0..1_000)
                .map(|number| {
                    format!(
                        "[sources.s{number}]\ngit = \"https://h/{number}\"\ncommit = \"{}\"\n",
                        "0".repeat(40)
                    )
                })
                .collect();
            list(stage, many.concat());
            stage.tries("sources");
        }),
        refused(
            "a repository's list leads out of it",
            1,
            ".pyscaffold-sources.toml:",
            |stage| {
                stage.git("", "init --quiet repo");
                stage.write(
                    "repo/.pyscaffold-sources.toml",
                    format!("[sources.a]\npath = '{}'\n", stage.spelling),
                );
                stage.inside("repo").tries("list");
            },
        )
        .spelled(&["../x", "/etc"]),
        refused(
            "a source's file names folders outside",
            1,
            "pyscaffold-source.toml:",
            |stage| {
                let team = Team::with_two(stage);
                let text = format!("format = 1\ntemplates = ['{}']\n", stage.spelling);
                team.file("pyscaffold-source.toml", text).commit();
                let url = team.url();
                stage.tries("add").word(url);
            },
        )
        .spelled(&["../x", "/etc", ".git", "", "nothing"]),
        refused(
            "a source's file that takes another's name",
            1,
            "pyscaffold-source.toml:",
            |stage| {
                let team = Team::with_two(stage);
                team.file(
                    "pyscaffold-source.toml",
                    "format = 1\nname = \"../builtin\"\n",
                )
                .commit();
                let url = team.url();
                stage.tries("add").word(url);
            },
        ),
        refused(
            "a fetched template that builds upon a folder of this machine",
            1,
            "template.toml:",
            |stage| {
                let other = Team::with_two(stage).url();
                let team = Team::new(stage, "evil");
                let target = if stage.spelling.is_empty() {
                    other
                } else {
                    stage.spelling.to_owned()
                };
                team.template(
                    "a",
                    "1.0.0",
                    &format!("[extends]\ntemplate = '{target}//worker'"),
                )
                .commit();
                // By its way to the user it counts as fetched from elsewhere.
                let url = team.url();
                stage.git_config(&format!(
                    "[user]\nname = A\nemail = a@h\n[url \"{url}\"]\ninsteadOf = https://h/evil\n"
                ));
                stage.tries("new https://h/evil//a shop");
            },
        )
        .spelled(&["", "http://h/x", "ext::sh", "file:///etc"]),
    ]
}
