//! Text of others that a terminal would obey, in everything that is ever shown.

use std::fs;

use super::super::support::Team;
use super::super::support::scenario::release;
use super::stage::{Case, Stage, ends, refused, works};

/// Clears the screen, sets the title, rings, writes over the line, turns the text around, and begins a sequence of eight bits.
const EVIL: &str = "a\u{1b}[2J\u{1b}]0;evil\u{7}\r\u{8}b\u{202e}c\u{9b}31m\u{7f}";

/// The same as TOML writes it.
const WRITTEN: &str = "a\\u001b[2J\\u001b]0;evil\\u0007\\r\\bb\\u202ec\\u009b31m\\u007f";

/// The same, as the words of a manifest.
fn texts() -> String {
    format!(
        "description = \"{WRITTEN}\"\ntags = [\"{WRITTEN}\"]\nnext = [\"{WRITTEN}\"]\n[[questions]]\nkey = \"q\"\ntype = \"choice\"\ntitle = \"{WRITTEN}\"\nhelp = \"{WRITTEN}\"\ndefault = \"x\"\nchoices = [{{ value = \"x\", title = \"{WRITTEN}\" }}, {{ value = \"y\" }}]\n"
    )
}

/// Makes a repository whose template is evil in all its texts.
fn team(stage: &Stage) -> String {
    let team = Team::new(stage, "acme");
    team.template("worker", "1.0.0", &texts())
        .file("worker/files/x.txt", EVIL);
    let manifest = fs::read_to_string(team.path("worker/template.toml")).unwrap();
    let manifest = manifest
        .replace("title = \"worker\"", &format!("title = \"{WRITTEN}\""))
        .replace("The worker of the team", WRITTEN);
    team.file("worker/template.toml", manifest);
    team.git("add --all");
    fs::write(stage.root().join("message"), EVIL).unwrap();
    let message = stage.root().join("message").display().to_string();
    team.git(&format!("commit --quiet --file={message}"));
    team.url()
}

/// Adds that repository and tries the spelling.
fn added(stage: &mut Stage) {
    let url = team(stage);
    stage.run("add").arg(url).ok();
    stage
        .tries(stage.spelling)
        .makes("work/shop")
        .makes("home/.config/pyscaffold");
}

/// Makes a project of a template that has changed since, whose files and answers hold what a terminal would obey.
fn behind(stage: &mut Stage) {
    release(stage, "1.0.0", "", &[("a", "1\n"), ("b", "1\n")]);
    stage.run("new ./tpl shop --yes").ok();
    release(
        stage,
        "1.1.0",
        &format!("next = [\"{WRITTEN}\"]"),
        &[("a", "\u{1b}[2J\u{9b}2\n"), ("b", "2\n")],
    );
    let manifest = stage
        .read("tpl/template.toml")
        .replace("title = \"T\"", &format!("title = \"{WRITTEN}\""));
    // What came behind the head belongs into it.
    stage.write("tpl/template.toml", manifest);
}

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        works("the texts of a template that was added", added).spelled(&[
            "list",
            "list --json",
            "list worker",
            "show acme/worker",
            "show acme/worker --json",
            "show acme/worker --files",
            "new acme/worker --help",
            "sources",
            "sources --json",
            "refresh",
            "refresh --json",
        ]),
        works("the texts of a template that is used", added).spelled(&[
            "new acme/worker shop --no-git",
            "new acme/worker shop --no-git --json",
            "new acme/worker shop --dry-run",
            "new acme/worker shop --dry-run --json",
            "new acme/worker shop -v",
        ]),
        refused("the texts of a template in an error", 2, "`z` is not a choice", added)
            .spelled(&["new acme/worker shop --q z", "new acme/worker shop -D q=z --json"]),
        works("the texts of a repository that is added", |stage| {
            let url = team(stage);
            stage.tries("add").word(url).makes("home/.config/pyscaffold");
            if !stage.spelling.is_empty() {
                stage.word(stage.spelling);
            }
        })
        .spelled(&["", "--json", "-v"]),
        refused("a manifest's words in its mistakes", 1, "\\u{1b}[2J", |stage| {
            stage.template().manifest(&format!("\"{WRITTEN}\" = 1\n[[questions]]\nkey = \"{WRITTEN}\"\ntype = \"{WRITTEN}\"\ntitle = \"x\""));
            stage.tries(stage.spelling);
        })
        .spelled(&["new ./tpl shop", "show ./tpl"]),
        ends("a manifest's words in its mistakes, by the check for authors", 1, |stage| {
            stage.template().manifest(&format!("\"{WRITTEN}\" = 1"));
            stage.tries("template check ./tpl --json");
        }),
        refused("a manifest that is no TOML and is quoted", 1, "template.toml:", |stage| {
            stage.write("tpl/template.toml", format!("format = 1\n{EVIL} = \n"));
            stage.tries(stage.spelling);
        })
        .spelled(&["new ./tpl shop", "new ./tpl shop --json", "show ./tpl"]),
        refused("a file's words in its mistakes", 1, "files/x.hbs:1", |stage| {
            stage.template().file("files/x.hbs", format!("{{{{#if {EVIL}}}}}{{{{{EVIL} \"{EVIL}\"}}}}"));
            stage.tries(stage.spelling);
        })
        .spelled(&["new ./tpl shop", "new ./tpl shop --json"]),
        refused("a file's name", 1, "\\u{1b}[2J", |stage| {
            stage.template().file("files/a\u{1b}[2J\u{202e}b", "x");
            stage.tries(stage.spelling);
        })
        .spelled(&["new ./tpl shop", "show ./tpl --files"]),
        refused("an answer", 2, "cannot be seen", |stage| {
            stage.template();
            stage.tries("new ./tpl shop").word(format!("--a={EVIL}"));
            if !stage.spelling.is_empty() {
                stage.word(stage.spelling);
            }
        })
        .spelled(&["", "--json"]),
        refused("an answer of the environment", 2, "PYSCAFFOLD_ANSWER_A", |stage| {
            stage.template();
            stage.tries("new ./tpl shop").variable("PYSCAFFOLD_ANSWER_A", EVIL);
        }),
        works("the name that git knows", |stage| {
            stage.git_config("[user]\nname = \"A\u{202e}da\u{1b}[2J\"\nemail = a@example.org\n[init]\ndefaultBranch = \"m\u{202e}n\"\n");
            stage.template();
            stage.tries("new ./tpl shop").makes("work/shop");
        }),
        refused("words of the command line", 2, "", |stage| {
            stage.tries(stage.spelling).word(EVIL);
        })
        .spelled(&["show", "new", "--lang", "man", "template check", "completions", "remove", "config get"]),
        refused("a flag of the command line", 2, "--x", |stage| {
            stage.tries(stage.spelling).word(format!("--x{EVIL}"));
        })
        .spelled(&["list", "list --json", "new fastapi-api x"]),
        ends("a flag of the command line, at a terminal", 2, |stage| {
            stage.tries("list").word("--x\u{1b}[2Jy").at_a_terminal();
        }),
        refused("a folder of the command line", 1, "\\u{1b}", |stage| {
            stage.template();
            let file = format!("f{EVIL}");
            stage.write(&file, "mine");
            stage.tries("new ./tpl --name shop").word(format!("{file}/shop"));
        }),
        refused("the words of git and of a server", 1, "https://h/x", |stage| {
            let script = "printf 'remote: \\033[2Jhello\\r\\nfatal: https://ada:secret@h/x \\033]0;t\\007\\302\\233\\342\\200\\256\\n' >&2; exit 128";
            stage.fakes("git", script).tries("add https://h/x");
            if !stage.spelling.is_empty() {
                stage.word(stage.spelling);
            }
            stage.then(|_, seen| {
                assert!(!seen.stderr.contains("secret") && !seen.stdout.contains("secret"));
            });
        })
        .spelled(&["", "--json"]),
        refused("a configuration's words in its mistakes", 1, "config.toml:", |stage| {
            stage.config(&format!("\"{WRITTEN}\" = 1\n[\"{WRITTEN}\"]\nx = \"{WRITTEN}\"\n[defaults]\n\"{WRITTEN}\" = 1\n"));
            stage.tries(stage.spelling);
        })
        .spelled(&["list", "list --json", "config list"]),
        refused("a list of sources' words in its mistakes", 1, "sources.toml:", |stage| {
            let file = stage.config_file().with_file_name("sources.toml");
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, format!("[sources.\"{WRITTEN}\"]\ngit = \"https://h/{WRITTEN}\"\nref = \"{WRITTEN}\"\n")).unwrap();
            stage.tries(stage.spelling);
        })
        .spelled(&["sources", "list", "list --json"]),
        refused("a record's words in its mistakes", 2, "no template at", |stage| {
            behind(stage);
            let record = stage.read("shop/.pyscaffold.toml");
            stage.write("shop/.pyscaffold.toml", record.replace("name = \"tpl\"", &format!("name = \"{WRITTEN}\"")).replace("./tpl", &format!("./{WRITTEN}")));
            stage.tries(stage.spelling);
        })
        .spelled(&["status shop --json", "update shop"]),
        works("a project whose template turned evil", |stage| {
            behind(stage);
            stage.tries(stage.spelling).makes("work/shop");
        })
        .spelled(&["update shop", "update shop --json", "update shop --dry-run", "status shop", "status shop --json", "diff shop --json"]),
        ends("what a conflict holds, shown to a person", 3, |stage| {
            behind(stage);
            stage.write("shop/b", EVIL);
            stage.git("shop", "commit --quiet --all --message evil");
            stage.tries("update shop --dry-run --diff -q").at_a_terminal();
        }),
        works("what files hold, shown to a person", |stage| {
            behind(stage);
            stage.write("shop/b", EVIL);
            stage.git("shop", "commit --quiet --all --message evil");
            stage.write("demo.txt", EVIL);
            stage.tries(stage.spelling).at_a_terminal();
        })
        .spelled(&["diff shop", "show ./tpl --file a", "new ./tpl x --dry-run --diff", "template render ./tpl --file a"]),
        works("a source's own name", |stage| {
            let team = Team::with_two(stage);
            team.file("pyscaffold-source.toml", "format = 1\nname = \"acme\"\ntemplates = [\"worker\"]\n").commit();
            let url = team.url();
            stage.tries("add").word(url).word("--json").makes("home/.config/pyscaffold");
        }),
        refused("a source's own name with what a terminal would obey", 1, "pyscaffold-source.toml:", |stage| {
            let team = Team::with_two(stage);
            team.file("pyscaffold-source.toml", format!("format = 1\nname = \"{WRITTEN}\"\ntemplates = [\"{WRITTEN}\"]\n\"{WRITTEN}\" = 1\n")).commit();
            let url = team.url();
            stage.tries("add").word(url);
        }),
    ]
}
