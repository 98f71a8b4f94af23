//! `config`

use std::fs;

use super::support::Sandbox;

#[test]
fn settings_are_made_read_and_listed() {
    let sandbox = Sandbox::new();
    let file = sandbox.config_file();
    assert_eq!(
        sandbox.run("config path").ok().stdout.trim_end(),
        file.to_str().unwrap()
    );
    assert_eq!(sandbox.run("config list").ok().stdout, "");
    assert!(!file.exists());
    for (key, value) in [
        ("defaults.author", "Ada Lovelace"),
        ("git.commit", "false"),
        ("answers.fastapi-api.docker", "true"),
        ("answers.fastapi-api.database", "postgres"),
    ] {
        sandbox.run("config set").arg(key).arg(value).ok();
        assert_eq!(
            sandbox.run("config get").arg(key).ok().stdout,
            format!("{value}\n")
        );
    }
    assert_eq!(
        sandbox.run("config list").ok().stdout,
        "answers.fastapi-api.database=postgres\nanswers.fastapi-api.docker=true\ndefaults.author=Ada Lovelace\ngit.commit=false\n"
    );
    assert_eq!(
        sandbox.run("config list --json").ok().json(),
        serde_json::json!({"settings": {
            "answers.fastapi-api.database": "postgres",
            "answers.fastapi-api.docker": true,
            "defaults.author": "Ada Lovelace",
            "git.commit": false,
        }})
    );
}

#[test]
fn a_setting_changes_and_the_rest_of_the_file_stays() {
    let sandbox = Sandbox::new();
    sandbox
        .config("# mine\n\n[defaults]   # who\nemail = 'a@example.org' # me\nauthor = \"Ada\"\n");
    sandbox.run("config set defaults.email b@example.org").ok();
    assert_eq!(
        fs::read_to_string(sandbox.config_file()).unwrap(),
        "# mine\n\n[defaults]   # who\nemail = \"b@example.org\" # me\nauthor = \"Ada\"\n"
    );
    let names: Vec<String> = fs::read_dir(sandbox.config_file().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, ["config.toml"]);
}

#[test]
fn another_file_can_be_named() {
    let sandbox = Sandbox::new();
    sandbox
        .run("config set defaults.author Ada --config my.toml")
        .ok();
    assert_eq!(sandbox.read("my.toml"), "[defaults]\nauthor = \"Ada\"\n");
    assert_eq!(
        sandbox
            .run("--config my.toml config get defaults.author")
            .ok()
            .stdout,
        "Ada\n"
    );
    let path = sandbox.run("config path --config my.toml").ok().stdout;
    assert_eq!(path.trim_end(), sandbox.path("my.toml").to_str().unwrap());
    assert!(!sandbox.config_file().exists());
    sandbox.run("list --config nowhere.toml").fails(1);
}

#[test]
fn a_broken_configuration_is_named_with_its_lines() {
    let sandbox = Sandbox::with_demo();
    sandbox.config("[defaults]\nauthr = \"x\"\n\n[git]\ncommit = 1\n");
    let output = sandbox.run("new ./demo shop").fails(1);
    assert_eq!(
        sandbox.steady(&output.stderr),
        "error: the configuration has a fault\nnote: [SANDBOX]/home/.config/pyscaffold/config.toml:2: there is no setting `defaults.authr`; did you mean `defaults.author`?\nnote: [SANDBOX]/home/.config/pyscaffold/config.toml:5: `git.commit` must be `true` or `false`, not `1`\n"
    );
    assert_eq!(sandbox.litter(), [""; 0]);
    sandbox.config("[defaults\n");
    let output = sandbox.run("list").fails(1);
    assert!(
        output.stderr.contains("config.toml:1: "),
        "{}",
        output.stderr
    );
    // The way out works nevertheless.
    sandbox.run("config path").ok();
    sandbox.run("completions bash").ok();
    sandbox.run("man").ok();
    sandbox.run("config set defaults.author Ada").fails(1);
    assert_eq!(
        fs::read_to_string(sandbox.config_file()).unwrap(),
        "[defaults\n"
    );
}

#[test]
fn an_answer_of_the_configuration_that_no_longer_fits_is_said() {
    let sandbox = Sandbox::with_demo();
    sandbox.config("[answers.demo]\ndatabase = \"oracle\"\n");
    let output = sandbox.run("new ./demo shop").fails(2);
    assert_eq!(
        output.stderr,
        "error: `oracle` is not a choice for `database`; the choices are `none`, `sqlite`, `postgres`\nnote: it was given by config\n"
    );
    sandbox.run("new ./demo shop --database none").ok();
}

#[test]
fn a_setting_of_a_number_counts_as_one() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("config set answers.demo.port 9000").ok();
    sandbox.run("config set defaults.python 3.12").ok();
    sandbox.run("new ./demo shop").ok();
    let record = sandbox.read("shop/.pyscaffold.toml");
    assert!(
        record.contains("port = 9000\n") && record.contains("python = \"3.12\"\n"),
        "{record}"
    );
}

#[test]
fn a_default_that_a_template_does_not_ask_for_is_no_fault() {
    let sandbox = Sandbox::new();
    super::support::TemplateFolder::new(&sandbox).file("files/a", "x");
    sandbox.config("[defaults]\nauthor = \"Ada\"\nlicense = \"MIT\"\n");
    sandbox.run("new ./tpl shop").ok();
}

#[test]
fn an_answer_for_a_question_that_is_not_there_is_refused() {
    let sandbox = Sandbox::with_demo();
    sandbox.run("config set answers.demo.databas none").ok();
    let output = sandbox.run("new ./demo shop").fails(2);
    assert!(
        output.stderr.contains("did you mean `database`?"),
        "{}",
        output.stderr
    );
    assert!(
        output.stderr.contains("given by config"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_linked_file_is_changed_where_it_is() {
    let sandbox = Sandbox::new();
    sandbox.write("dotfiles/config.toml", "# mine\n[defaults]\n");
    sandbox.config("");
    fs::remove_file(sandbox.config_file()).unwrap();
    std::os::unix::fs::symlink(sandbox.path("dotfiles/config.toml"), sandbox.config_file())
        .unwrap();
    sandbox.run("config set defaults.author true").ok();
    assert_eq!(
        sandbox.read("dotfiles/config.toml"),
        "# mine\n[defaults]\nauthor = \"true\"\n"
    );
    assert!(
        sandbox
            .config_file()
            .symlink_metadata()
            .unwrap()
            .is_symlink()
    );
}

#[test]
fn an_inline_table_takes_what_is_below_it() {
    let sandbox = Sandbox::new();
    sandbox.config("answers = {}\n");
    sandbox.run("config set answers.fastapi-api.auth none").ok();
    assert_eq!(
        sandbox
            .run("config get answers.fastapi-api.auth")
            .ok()
            .stdout,
        "none\n"
    );
}
