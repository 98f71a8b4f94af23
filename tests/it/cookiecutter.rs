//! Templates of Cookiecutter through every command. What they render is compared with Cookiecutter's own in `tests/cookiecutter`.

use super::support::{Sandbox, Team};

const JSON: &str = r#"{
  "project": "My Shop",
  "slug": "{{ cookiecutter.project|lower|replace(' ', '-') }}",
  "license": ["MIT", "BSD"],
  "docker": true,
  "name": "Ada",
  "__loud": "{{ cookiecutter.project|upper }}",
  "__prompts__": {"project": "What is it called", "license": {"__prompt__": "Which licence", "MIT": "The MIT licence"}}
}"#;

/// Makes the repository `cookiecutter-service` with one template.
fn service(sandbox: &Sandbox) -> Team<'_> {
    let team = Team::new(sandbox, "cookiecutter-service");
    team.file("cookiecutter.json", JSON)
        .file("README.md", "Not part of it {{ x }}\n")
        .file(
            "{{cookiecutter.slug}}/README.md",
            "# {{ cookiecutter.project }}\n{{ cookiecutter.__loud }} {{ cookiecutter.license }} {{ cookiecutter.name }}\n\nend\n",
        )
        .file(
            "{{cookiecutter.slug}}/{% if cookiecutter.docker %}Dockerfile{% endif %}",
            "FROM {{ cookiecutter.slug }}\n",
        )
        .file("{{cookiecutter.slug}}/stays.txt", "as it is\n");
    team.commit();
    team
}

#[test]
fn a_repository_is_added_listed_shown_made_and_updated() {
    let sandbox = Sandbox::new();
    let team = service(&sandbox);
    let url = team.url();
    sandbox.run("add --name acme").arg(&url).ok();
    let listed = sandbox.run("list service").ok().stdout;
    assert!(listed.contains("acme/service"), "{listed}");
    let shown = sandbox.run("show acme/service").ok().stdout;
    for words in [
        "--project",
        "What is it called [My Shop]",
        "Which licence: MIT | BSD [MIT]",
        "--cookiecutter-name  name [Ada]",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    sandbox
        .run("new acme/service shop --yes --license BSD")
        .arg("-D")
        .arg("project=Old Shop")
        .ok();
    assert_eq!(
        sandbox.read("shop/README.md"),
        "# Old Shop\nOLD SHOP BSD Ada\n\nend\n"
    );
    assert_eq!(sandbox.read("shop/Dockerfile"), "FROM old-shop\n");
    // The user's change and the template's stand side by side, and the answers stay.
    sandbox.write(
        "shop/README.md",
        "# Old Shop\nOLD SHOP BSD Ada\n\nend\nmine\n",
    );
    sandbox.git("shop", "commit --quiet --all --message=mine");
    team.file(
        "{{cookiecutter.slug}}/README.md",
        "# {{ cookiecutter.project }}!\n{{ cookiecutter.__loud }} {{ cookiecutter.license }} {{ cookiecutter.name }}\n\nend\n",
    )
    .file("{{cookiecutter.slug}}/new.txt", "{{ cookiecutter.slug }}\n")
    .commit();
    sandbox.run("update shop --yes").ok();
    assert_eq!(
        sandbox.read("shop/README.md"),
        "# Old Shop!\nOLD SHOP BSD Ada\n\nend\nmine\n"
    );
    assert_eq!(sandbox.read("shop/new.txt"), "old-shop\n");
    sandbox.git("shop", "add --all");
    sandbox.git("shop", "commit --quiet --message=updated");
    sandbox.run("update shop --yes -D docker=false").ok();
    assert!(!sandbox.path("shop/Dockerfile").exists());
}

#[test]
fn what_depends_on_clock_and_chance_is_recorded() {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "cookiecutter-drawn");
    let text = "{% now 'utc', '%Y-%m-%d' %} {{ random_ascii_string(12) }} {{ uuid4() }}\n";
    team.file("cookiecutter.json", r#"{"slug": "s"}"#)
        .file("{{cookiecutter.slug}}/drawn.txt", text)
        .commit();
    let url = team.url();
    sandbox.run("new --yes").arg(&url).arg("one").ok();
    sandbox.run("new --yes").arg(&url).arg("other").ok();
    let one = sandbox.read("one/drawn.txt");
    assert!(one.starts_with("2023-11-14 "), "{one}");
    assert_ne!(one, sandbox.read("other/drawn.txt"));
    let record = sandbox.read("one/.pyscaffold.toml");
    assert!(
        record.contains("cookiecutter_now = \"2023-11-14T22:13:20+00:00\""),
        "{record}"
    );
    team.file("{{cookiecutter.slug}}/new.txt", text).commit();
    sandbox
        .run("update one --yes")
        .env("SOURCE_DATE_EPOCH", "1800000000")
        .ok();
    assert_eq!(sandbox.read("one/drawn.txt"), one);
    assert!(sandbox.read("one/new.txt").starts_with("2023-11-14 "));
}

#[test]
fn hooks_never_run() {
    let sandbox = Sandbox::new();
    let team = service(&sandbox);
    let marker = sandbox.path("ran");
    let hook = format!("open({:?}, 'w')\n", marker.display().to_string());
    team.file("hooks/pre_gen_project.py", &hook)
        .file("hooks/post_gen_project.py", &hook)
        .file("hooks/post_gen_project.py~", "a backup")
        .commit();
    let url = team.url();
    let added = sandbox.run("add --name acme").arg(&url).ok().stderr;
    let told = "acme/service has programs, which never run: hooks/pre_gen_project.py, hooks/post_gen_project.py\n";
    assert!(added.contains(told), "{added}");
    let shown = sandbox.run("show acme/service").ok().stdout;
    assert!(shown.contains("\n  hooks/post_gen_project.py\n"), "{shown}");
    let json = sandbox.run("show acme/service --json").ok().json();
    assert_eq!(json["hooks"][1], "hooks/post_gen_project.py");
    let refused = sandbox.run("new acme/service shop --yes").fails(2).stderr;
    assert!(
        refused.contains("has hooks, which are programs: hooks/pre_gen_project.py"),
        "{refused}"
    );
    assert!(refused.contains("--skip-hooks"), "{refused}");
    assert!(!sandbox.path("shop").exists());
    let made = sandbox
        .run("new acme/service shop --yes --skip-hooks")
        .ok()
        .stderr;
    assert!(
        made.contains("2 not run; the project may not be what its author meant"),
        "{made}"
    );
    team.file("{{cookiecutter.slug}}/new.txt", "x\n").commit();
    sandbox.run("update shop --yes").ok();
    assert_eq!(sandbox.read("shop/new.txt"), "x\n");
    assert!(!marker.exists());
}

#[test]
fn a_list_of_templates_is_one_source() {
    let sandbox = Sandbox::new();
    for (name, list) in [
        (
            "new",
            r#"{"templates": {"api": {"path": "./api", "title": "An API"}, "cli": {"path": "deep/below/there/cli/"}}}"#,
        ),
        (
            "old",
            r#"{"template": ["An API (./api)", "A tool (deep/below/there/cli)"]}"#,
        ),
    ] {
        let team = Team::new(&sandbox, name);
        team.file("cookiecutter.json", list);
        for folder in ["api", "deep/below/there/cli"] {
            team.file(&format!("{folder}/cookiecutter.json"), r#"{"slug": "s"}"#)
                .file(&format!("{folder}/{{{{cookiecutter.slug}}}}/a.txt"), folder);
        }
        team.commit();
        let url = team.url();
        sandbox.run("add --name").arg(name).arg(&url).ok();
        let listed = sandbox.run("list").ok().stdout;
        assert!(listed.contains(&format!("{name}/api")), "{listed}");
        assert!(listed.contains(&format!("{name}/cli")), "{listed}");
        let word = format!("{name}/cli");
        sandbox.run("new --yes").arg(&word).arg(name).ok();
        assert_eq!(
            sandbox.read(&format!("{name}/a.txt")),
            "deep/below/there/cli"
        );
        let several = sandbox.run("new --yes").arg(&url).arg("x").fails(2).stderr;
        assert!(several.contains("has several templates"), "{several}");
    }
    let team = Team::new(&sandbox, "away");
    team.file(
        "cookiecutter.json",
        r#"{"templates": {"x": {"path": "../x"}}}"#,
    )
    .commit();
    let refused = sandbox
        .run("add --name away")
        .arg(team.url())
        .fails(1)
        .stderr;
    assert!(refused.contains("cookiecutter.json:1: `../x`"), "{refused}");
}

#[test]
fn a_lock_file_of_the_template_is_a_file() {
    let sandbox = Sandbox::new();
    sandbox.write("tpl/cookiecutter.json", r#"{"slug": "s"}"#);
    sandbox.write(
        "tpl/{{cookiecutter.slug}}/uv.lock",
        "{{ cookiecutter.slug }}\n",
    );
    sandbox.write("tpl/{{cookiecutter.slug}}/pyproject.toml", "no TOML\n");
    sandbox.run("new ./tpl x --yes").ok();
    assert_eq!(sandbox.read("x/uv.lock"), "s\n");
}

#[test]
fn a_template_of_copier_is_named_as_one() {
    let sandbox = Sandbox::new();
    sandbox.write("copied/copier.yml", "name: x\n");
    for command in ["new ./copied x --yes", "add ./copied"] {
        let refused = sandbox.run(command).fails(1).stderr;
        assert!(refused.contains("is a template of Copier"), "{refused}");
    }
}

#[test]
fn faults_are_told_with_file_and_line() {
    let sandbox = Sandbox::new();
    let json = r#"{
  "slug": "s",
  "_extensions": ["local_extensions.Mine"],
  "a": [],
  "_jinja2_env_vars": {"autoescape": true}
}"#;
    sandbox.write("tpl/cookiecutter.json", json);
    sandbox.write("tpl/{{cookiecutter.slug}}/a.txt", "x\n{% nope %}\n");
    let said = sandbox.run("new ./tpl x --yes").fails(1).stderr;
    for words in [
        "cookiecutter.json:3: the extension `local_extensions.Mine` is Python code",
        "cookiecutter.json:4: `a` has no choices",
        "cookiecutter.json:5: `autoescape` cannot be set to this here",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    sandbox.write("tpl/cookiecutter.json", r#"{"slug": "s"}"#);
    let said = sandbox.run("template check tpl").fails(1).stdout;
    let place = "{{cookiecutter.slug}}/a.txt:2: syntax error: unknown statement nope";
    assert!(said.contains(place), "{said}");
    sandbox.write("tpl/{{cookiecutter.other}}/a.txt", "x");
    let said = sandbox.run("new ./tpl x --yes").fails(1).stderr;
    assert!(
        said.contains("could each be the project's folder"),
        "{said}"
    );
}
