//! Runs of every command that takes `--json`, in every variant that its schema knows of.

use std::fs;

use serde_json::Value;

use super::super::support::scenario::release;
use super::super::support::{Sandbox, Team, TemplateFolder};

/// What was printed, each with the name of its schema.
struct Runs(Vec<(&'static str, Value)>);

impl Runs {
    #[track_caller]
    fn add(&mut self, sandbox: &Sandbox, schema: &'static str, words: &str, code: i32) -> Value {
        let output = sandbox.run(words).arg("--json").output();
        assert_eq!(
            output.code,
            Some(code),
            "{words}: {}{}",
            output.stdout,
            output.stderr
        );
        let lines = output.stdout.lines().count();
        assert_eq!(lines, 1, "{words}: one value: {}", output.stdout);
        let value = output.json();
        self.0.push((schema, value.clone()));
        value
    }
}

/// Returns the output of all runs.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let mut runs = Runs(Vec::new());
    sources(&mut runs);
    projects(&mut runs);
    updates(&mut runs);
    merges(&mut runs);
    adopting(&mut runs);
    machine(&mut runs);
    authors(&mut runs);
    runs.0
}

fn sources(runs: &mut Runs) {
    let sandbox = Sandbox::new();
    let base = Team::new(&sandbox, "base");
    base.template("plain", "1.0.0", "").commit();
    let team = Team::with_two(&sandbox);
    let upon = format!("[extends]\ntemplate = \"{}//plain\"", base.url());
    team.template("upon", "1.0.0", &upon);
    team.template("gone", "1.0.0", "").commit();
    TemplateFolder::named(&sandbox, "mine/tpl");
    runs.add(&sandbox, "sources", "sources", 0);
    runs.add(&sandbox, "add", "add ./mine --name mine", 0);
    runs.add(
        &sandbox,
        "add",
        &format!("add {} --ref main", team.url()),
        0,
    );
    let other = Team::new(&sandbox, "other");
    other.template("below/mail", "1.0.0", "").commit();
    runs.add(&sandbox, "add", &format!("add {}//below", other.url()), 0);
    // One that was written by hand, and never fetched.
    let list = sandbox.config_file().with_file_name("sources.toml");
    let by_hand = format!("\n[sources.late]\ngit = \"{}\"\n", base.url());
    fs::write(&list, fs::read_to_string(&list).unwrap() + &by_hand).unwrap();
    runs.add(&sandbox, "sources", "sources", 0);
    runs.add(&sandbox, "list", "list", 0);
    runs.add(&sandbox, "list", "list xyzzy", 0);
    runs.add(&sandbox, "show", "show acme/worker", 0);
    runs.add(&sandbox, "new", "new acme/worker mails --dry-run", 0);
    base.file("plain/files/a.txt", "a\n").commit();
    fs::remove_dir_all(team.path("gone")).unwrap();
    let more = format!("[extends]\ntemplate = \"{}//below/mail\"", other.url());
    team.template("worker", "1.1.0", "")
        .template("fresh", "1.0.0", &more)
        .file("api/files/api.txt", "other\n")
        .commit();
    runs.add(&sandbox, "refresh", "refresh --check", 3);
    runs.add(&sandbox, "refresh", "refresh", 0);
    runs.add(&sandbox, "refresh", "refresh", 0);
    runs.add(&sandbox, "remove", "remove acme", 0);
    runs.add(&sandbox, "remove", "remove mine", 0);
    runs.add(&sandbox, "error", "remove acme", 2);
}

fn projects(runs: &mut Runs) {
    let sandbox = Sandbox::with_demo();
    runs.add(&sandbox, "show", "show ./demo", 0);
    for template in super::drive::BUILT_IN {
        runs.add(&sandbox, "show", &format!("show {template}"), 0);
    }
    TemplateFolder::named(&sandbox, "odd")
        .question("open", "text", "")
        .question("much", "integer", "default = 1\nwas = \"many\"")
        .question(
            "when",
            "text",
            "default = \"\"\nwhen = { much = 2 }\notherwise = \"never\"",
        );
    runs.add(&sandbox, "show", "show ./odd", 0);
    let variables = r#"{"project": "Shop", "made": "{% now 'utc' %} {{ random_ascii_string(4) }}", "kind": ["a", "b"]}"#;
    sandbox.write("cut/cookiecutter.json", variables);
    sandbox.write(
        "cut/{{cookiecutter.project}}/README.md",
        "{{cookiecutter.made}}\n",
    );
    sandbox.write("cut/hooks/post_gen_project.py", "");
    runs.add(&sandbox, "show", "show ./cut", 0);
    runs.add(&sandbox, "error", "new ./cut shop", 2);
    runs.add(&sandbox, "new", "new ./cut cut-shop --skip-hooks", 0);
    runs.add(&sandbox, "error", "new ./odd x", 2);
    runs.add(&sandbox, "error", "new fastapi-ap x", 2);
    runs.add(&sandbox, "error", "new ./demo x --port 0", 2);
    runs.add(&sandbox, "new", "new ./demo shop", 0);
    runs.add(&sandbox, "new", "new ./demo plain --no-git", 0);
    runs.add(
        &sandbox,
        "new",
        "new ./demo bare --no-commit --extras etag,seed",
        0,
    );
    sandbox.write("shop/README.md", "mine\n");
    fs::remove_file(sandbox.path("shop/LICENSE")).unwrap();
    runs.add(
        &sandbox,
        "new",
        "new ./demo shop --on-conflict skip --dry-run",
        0,
    );
    runs.add(
        &sandbox,
        "new",
        "new ./demo shop --on-conflict overwrite",
        0,
    );
    sandbox.git("", "init --quiet");
    runs.add(&sandbox, "new", "new ./demo inside", 0);
    runs.add(&sandbox, "config-list", "config list", 0);
    sandbox.config("[git]\ncommit = false\ntimeout = 5\n[defaults]\nauthor = \"Ada\"\n");
    runs.add(&sandbox, "config-list", "config list", 0);
    let nobody = Sandbox::without_identity();
    nobody.add_demo();
    runs.add(&nobody, "new", "new ./demo shop", 0);
    nobody.git_config("[user]\nname = A\nemail = a@example.org\n[commit]\ngpgsign = true\n");
    runs.add(&nobody, "new", "new ./demo signed", 0);
    let path = nobody.program("uv", "touch uv.lock");
    let output = nobody
        .run("new ./demo synced --sync --json")
        .env("PATH", path)
        .ok();
    runs.0.push(("new", output.json()));
}

fn updates(runs: &mut Runs) {
    let sandbox = Sandbox::new();
    release(
        &sandbox,
        "1.0.0",
        "",
        &[("a", "1\n2\n3\n4\n5\n"), ("b", "1\n"), ("c", "1\n")],
    );
    sandbox.run("new ./tpl shop --yes").ok();
    runs.add(&sandbox, "status", "status shop", 0);
    runs.add(&sandbox, "update", "update shop --check", 0);
    release(
        &sandbox,
        "1.1.0",
        "",
        &[("a", "1\n2\n3\n4\n6\n"), ("b", "2\n"), ("c", "1\n")],
    );
    runs.add(&sandbox, "update", "update shop --check", 3);
    runs.add(&sandbox, "update", "update shop --dry-run", 0);
    sandbox.write("shop/a", "0\n2\n3\n4\n5\n");
    sandbox.git("shop", "commit -qam mine");
    runs.add(&sandbox, "update", "update shop", 0);
    runs.add(&sandbox, "update", "update shop --abort", 0);
    sandbox.write("shop/b", "3\n");
    sandbox.git("shop", "rm -q c");
    sandbox.git("shop", "commit -qam mine");
    runs.add(&sandbox, "status", "status shop", 0);
    runs.add(&sandbox, "diff", "diff shop", 0);
    runs.add(&sandbox, "update", "update shop", 3);
}

/// Every decision of a merge.
fn merges(runs: &mut Runs) {
    let sandbox = Sandbox::new();
    let long = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
    release(
        &sandbox,
        "1.0.0",
        "",
        &[
            ("gone", "1\n"),
            ("mine", "1\n"),
            ("moved", "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n"),
            ("deleted", "1\n"),
            ("binary", "ÿ1\n"),
        ],
    );
    sandbox.run("new ./tpl shop --yes").ok();
    assert_eq!(sandbox.read("shop/moved"), long);
    sandbox.write("shop/mine", "2\n");
    sandbox.write("shop/.env", "mine\n");
    sandbox.write("shop/.gitignore", ".env\n");
    sandbox.git("shop", "rm -q deleted");
    sandbox.git("shop", "add --all");
    sandbox.git("shop", "commit -qam mine");
    release(
        &sandbox,
        "1.1.0",
        "",
        &[
            ("moved2", "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n"),
            ("deleted", "2\n"),
            ("binary", "ÿ1\n"),
            (".env", "theirs\n"),
            ("fresh", "fresh\n"),
        ],
    );
    runs.add(&sandbox, "update", "update shop", 0);
    sandbox.git("shop", "add --all");
    sandbox.git("shop", "commit -qam updated");
    sandbox.git("shop", "mv moved2 moved3");
    sandbox.git("shop", "commit -qam moved");
    runs.add(&sandbox, "status", "status shop", 0);
}

fn adopting(runs: &mut Runs) {
    let sandbox = Sandbox::new();
    release(&sandbox, "1.0.0", "", &[("a", "1\n"), ("b", "1\n")]);
    for (name, text) in [("one", "1\n"), ("two", "2\n")] {
        sandbox.git("", &format!("init -q {name}"));
        sandbox.write(&format!("{name}/a"), text);
        sandbox.git(name, "add --all");
        sandbox.git(name, "commit -qm first");
    }
    runs.add(&sandbox, "adopt", "adopt ./tpl one --dry-run", 0);
    runs.add(&sandbox, "adopt", "adopt ./tpl one", 0);
    runs.add(&sandbox, "adopt", "adopt ./tpl two", 3);
}

fn machine(runs: &mut Runs) {
    let sandbox = Sandbox::new();
    runs.add(&sandbox, "doctor", "doctor", 0);
    sandbox.config("[defaults]\nauthr = \"x\"\n");
    runs.add(&sandbox, "doctor", "doctor", 1);
}

fn authors(runs: &mut Runs) {
    let sandbox = Sandbox::new();
    sandbox.run("template new mine").ok();
    runs.add(&sandbox, "template-check", "template check mine", 0);
    runs.add(&sandbox, "template-check", "template check mine --test", 0);
    let template = TemplateFolder::new(&sandbox)
        .question("a", "text", "default = \"a\"")
        .file("files/a.txt.hbs", "{{a}}\n")
        .manifest("[[test]]\nname = \"good\"\nrun = [\"true\"]\n[[test]]\nname = \"bad\"\nrun = [\"false\"]");
    runs.add(&sandbox, "template-check", "template check ./tpl --test", 1);
    template
        .file("files/x.hbs", "{{b}}\n")
        .file("files/aux.txt", "");
    runs.add(&sandbox, "template-check", "template check ./tpl --test", 1);
    sandbox.run("template new none").ok();
    TemplateFolder::named(&sandbox, "untested")
        .question("a", "text", "default = \"a\"")
        .file("files/a.txt.hbs", "{{a}}\n");
    runs.add(&sandbox, "error", "template check ./untested --test", 1);
}
