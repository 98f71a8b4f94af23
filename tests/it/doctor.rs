//! `doctor`

use std::fs;

use serde_json::Value;

use super::support::{Sandbox, TemplateFolder};

/// Puts programs that know their version where the machine's own are not looked for, and returns that `PATH`.
fn programs(sandbox: &Sandbox) -> String {
    let said = [
        ("git", "echo git version 2.47.3"),
        ("uv", "echo 'uv 0.13.9 (x86_64-unknown-linux-gnu)'"),
        ("python3", "echo Python 3.13.0"),
        (
            "docker",
            "[ \"$1 $2\" = 'version --format' ] && echo 26.1.5",
        ),
    ];
    for (name, script) in said {
        sandbox.program(name, script);
    }
    folder(sandbox)
}

/// Returns the folder of the sandbox's own programs.
fn folder(sandbox: &Sandbox) -> String {
    sandbox.root().join("bin").display().to_string()
}

/// Returns what was found, by the name of what was looked at.
#[track_caller]
fn check<'a>(checks: &'a Value, name: &str) -> &'a Value {
    let mut all = checks["checks"].as_array().unwrap().iter();
    let found = all.find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {checks}"))
}

#[test]
fn a_machine_with_everything_is_well() {
    let sandbox = Sandbox::new();
    let path = programs(&sandbox);
    sandbox.run("config set defaults.license MIT").ok();
    let ours = sandbox.root().join("bin/pyscaffold");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pyscaffold"), ours).unwrap();
    let checks = sandbox.run("doctor --json").env("PATH", &path).ok().json();
    assert_eq!(checks["ok"], true);
    for check in checks["checks"].as_array().unwrap() {
        assert_eq!(check["state"], "ok", "{check}");
        assert_eq!(check["cure"], Value::Null, "{check}");
    }
    for (name, words) in [
        ("git", "2.47.3"),
        ("identity", "Ada Lovelace <ada@example.org>"),
        ("uv", "0.13.9 (x86_64-unknown-linux-gnu)"),
        ("python", "3.13.0"),
        ("docker", "26.1.5"),
        ("sources", "none; built-in templates need none"),
    ] {
        assert_eq!(check(&checks, name)["found"], serde_json::json!([words]));
    }
    let configuration = &check(&checks, "configuration")["found"][0];
    let file = sandbox.config_file();
    assert_eq!(*configuration, format!("1 setting, {}", file.display()));
    let output = sandbox.run("doctor").env("PATH", path).ok();
    assert!(output.stdout.contains("\n  ok     git            2.47.3\n"));
    assert_eq!(output.stderr, "\nNothing is wrong.\n");
}

#[test]
fn what_only_some_commands_need_is_noted_with_its_cure() {
    let sandbox = Sandbox::without_identity();
    fs::create_dir(sandbox.root().join("bin")).unwrap();
    let checks = sandbox.run("doctor --json").env("PATH", folder(&sandbox));
    let checks = checks.ok().json();
    assert_eq!(checks["ok"], true);
    for (name, cure) in [
        ("pyscaffold", "add "),
        ("git", "https://git-scm.com/"),
        (
            "identity",
            "git config --global user.name \"YOUR NAME\" && git config --global user.email ",
        ),
        ("uv", "pipx install uv"),
        ("python", "uv brings what a project asks for"),
        ("docker", "https://docs.docker.com/"),
    ] {
        let found = check(&checks, name);
        assert_eq!(found["state"], "note", "{found}");
        assert!(found["cure"].as_str().unwrap().starts_with(cure), "{found}");
    }
}

#[test]
fn half_an_identity_is_asked_for_by_its_other_half() {
    let sandbox = Sandbox::without_identity();
    sandbox
        .run("config set defaults.author")
        .arg("Ada Lovelace")
        .ok();
    let checks = sandbox.run("doctor --json").output().json();
    let identity = check(&checks, "identity");
    assert_eq!(
        identity["cure"],
        "git config --global user.email YOU@EXAMPLE.ORG"
    );
    sandbox
        .run("config set defaults.email ada@example.org")
        .ok();
    let checks = sandbox.run("doctor --json").output().json();
    assert_eq!(check(&checks, "identity")["state"], "ok");
    sandbox.git_config("[commit]\ngpgSign = true\n");
    let checks = sandbox.run("doctor --json").output().json();
    assert_eq!(check(&checks, "identity")["state"], "note");
}

#[test]
fn old_broken_and_silent_programs_are_told_apart() {
    let sandbox = Sandbox::new();
    programs(&sandbox);
    sandbox.program("python3", "echo Python 3.9.2");
    sandbox.program("uv", "echo 'cannot open shared object' >&2; exit 127");
    // Its server hangs, and so does a child of it that holds its output open.
    sandbox.program("docker", "/bin/sleep 60");
    let run = sandbox.run("doctor --json").env("PATH", folder(&sandbox));
    let checks = run.fails(1).json();
    assert_eq!(checks["ok"], false);
    let said = |name: &str| {
        check(&checks, name)["found"][0]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(check(&checks, "python")["state"], "note");
    assert_eq!(
        said("python"),
        "`python3` is 3.9.2; templates want 3.11 or newer"
    );
    assert_eq!(check(&checks, "uv")["state"], "fault");
    assert_eq!(said("uv"), "cannot open shared object");
    assert_eq!(check(&checks, "docker")["state"], "note");
    assert!(
        said("docker").ends_with("`docker` says nothing for 10 s"),
        "{checks}"
    );
}

#[test]
fn another_command_of_the_name_that_goes_before_is_a_fault() {
    let sandbox = Sandbox::new();
    programs(&sandbox);
    sandbox.program("pyscaffold", "echo PyScaffold 4.6");
    let run = sandbox.run("doctor").env("PATH", folder(&sandbox));
    let output = run.fails(1);
    let other = sandbox
        .root()
        .canonicalize()
        .unwrap()
        .join("bin/pyscaffold");
    let line = format!(
        "  fault  pyscaffold     `pyscaffold` starts {}, ",
        other.display()
    );
    assert!(output.stdout.starts_with(&line), "{}", output.stdout);
    assert!(
        output
            .stdout
            .contains("cure: remove that one, or put the folder of this one before it")
    );
    assert_eq!(output.stderr, "\n1 thing is wrong.\n");
}

#[test]
fn broken_settings_hide_nothing_else() {
    let sandbox = Sandbox::new();
    let path = programs(&sandbox);
    let file = sandbox.config_file();
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "[defaults]\nlicence = \"MIT\"\n").unwrap();
    let sources = file.with_file_name("sources.toml");
    fs::write(&sources, "[sources.acme]\npath = 7\n").unwrap();
    let run = sandbox.run("doctor --json").env("PATH", &path);
    let checks = run.fails(1).json();
    let lines = |name: &str| check(&checks, name)["found"].to_string();
    assert!(
        lines("configuration").contains(&format!("{}:2: ", file.display())),
        "{checks}"
    );
    assert_eq!(
        check(&checks, "configuration")["cure"],
        "mend the file that is named there"
    );
    assert!(
        lines("sources").contains(&format!("{}:1: ", sources.display())),
        "{checks}"
    );
    assert_eq!(check(&checks, "git")["state"], "ok");
    let output = sandbox.run("doctor").env("PATH", path).fails(1);
    assert_eq!(output.stderr, "\n2 things are wrong.\n");
}

#[test]
fn each_source_is_looked_at() {
    let sandbox = Sandbox::with_demo();
    let path = programs(&sandbox);
    TemplateFolder::new(&sandbox).question("a", "text", "default = \"a\"");
    for name in ["demo", "tpl"] {
        sandbox.run(&format!("add ./{name} --name {name}s")).ok();
    }
    let run = sandbox.run("doctor --json").env("PATH", &path);
    let checks = run.ok().json();
    assert_eq!(
        check(&checks, "source demos")["found"],
        serde_json::json!(["1 template"])
    );

    sandbox.write(
        "demo/template.toml",
        "format = 1\n[template]\nnme = \"demo\"\n",
    );
    fs::remove_dir_all(sandbox.path("tpl")).unwrap();
    let checks = sandbox.run("doctor --json").env("PATH", path);
    let checks = checks.fails(1).json();
    let demo = check(&checks, "source demos");
    assert_eq!(demo["found"][0], "templates of it have faults");
    assert!(
        demo["found"].to_string().contains("template.toml:3:"),
        "{demo}"
    );
    assert_eq!(check(&checks, "source tpls")["state"], "fault");
    let cure = &check(&checks, "source tpls")["cure"];
    assert_eq!(*cure, "bring it back, or: pyscaffold remove tpls");
}
