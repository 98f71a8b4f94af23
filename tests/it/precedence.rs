//! An answer is taken from the first place that gives it.

use super::support::{Sandbox, TemplateFolder};

#[test]
fn flag_over_file_over_environment_over_config_over_git_over_default() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question(
            "author",
            "text",
            "from = \"git.user.name\"\ndefault = \"the default\"",
        )
        .file("files/who.txt.hbs", "{{author}}");
    sandbox.git_config("[user]\nname = the git config\nemail = a@example.org\n");
    sandbox
        .config("[defaults]\nauthor = \"the defaults\"\n[answers.tpl]\nauthor = \"the config\"\n");
    sandbox.write("answers.toml", "author = \"the file\"\n");
    let mut place = 0;
    let mut check = |flag: &str, file: &str, variable: Option<&str>, expected: &str, said: &str| {
        place += 1;
        let project = format!("p{place}");
        let mut run = sandbox.run("new ./tpl").arg(&project).words(file);
        if !flag.is_empty() {
            run = run.arg("--author").arg(flag);
        }
        if let Some(value) = variable {
            run = run.env("PYSCAFFOLD_ANSWER_AUTHOR", value);
        }
        let output = run.ok();
        assert_eq!(sandbox.read(&format!("{project}/who.txt")), expected);
        if expected == "the default" {
            assert!(!output.stderr.contains("Answers"), "{}", output.stderr);
        } else {
            assert_eq!(output.line("Answers"), format!("author {expected}{said}"));
        }
    };
    let (file, variable) = ("--answers answers.toml", Some("the variable"));
    check("the flag", file, variable, "the flag", "");
    check("", file, variable, "the file", " (answers file)");
    check(
        "",
        "",
        variable,
        "the variable",
        " (PYSCAFFOLD_ANSWER_AUTHOR)",
    );
    check("", "", None, "the config", " (config)");
    sandbox.config("[defaults]\nauthor = \"the defaults\"\n");
    check("", "", None, "the defaults", " (config)");
    sandbox.config("");
    check("", "", None, "the git config", " (git config)");
    sandbox.git_config("");
    check("", "", None, "the default", "");
}

#[test]
fn each_place_yields_to_the_next_for_one_answer_only() {
    let sandbox = Sandbox::with_demo();
    sandbox.config("[answers.demo]\nport = 1\nslug = \"c\"\ndatabase = \"none\"\n");
    sandbox.write("a.toml", "port = 3\n");
    sandbox
        .run("new ./demo shop --answers a.toml")
        .env("PYSCAFFOLD_ANSWER_PORT", "2")
        .env("PYSCAFFOLD_ANSWER_SLUG", "e")
        .env("PYSCAFFOLD_ANSWER_NOT_A_QUESTION", "x")
        .ok();
    let record = sandbox.read("shop/.pyscaffold.toml");
    for line in ["port = 3\n", "slug = \"e\"\n", "database = \"none\"\n"] {
        assert!(record.contains(line), "{line}\n{record}");
    }
}

#[test]
fn another_configuration_can_be_named() {
    let sandbox = Sandbox::with_demo();
    sandbox.config("[answers.demo]\nport = 1\n");
    sandbox.write("other.toml", "[answers.demo]\nport = 2\n");
    sandbox.run("new ./demo shop --config other.toml").ok();
    assert!(sandbox.read("shop/.pyscaffold.toml").contains("port = 2\n"));
}
