//! The guides for teams and authors, run as they stand: every file is written, every command typed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::support::sandbox::Output;
use super::support::{Sandbox, pythons, require};

/// Returns a page of the documentation as a script: what stands behind a path is that file, `sh` is run.
fn script(page: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(page);
    let text = fs::read_to_string(path).unwrap();
    let mut script = String::new();
    let mut file = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let block = block.join("\n");
            if let Some(path) = file.take() {
                writeln!(
                    script,
                    "mkdir -p \"$(dirname '{path}')\"\ncat > '{path}' <<'END OF FILE'\n{block}\nEND OF FILE"
                )
                .unwrap();
            } else if language == "sh" {
                writeln!(script, "{block}").unwrap();
            }
        } else if let Some(start) = line.strip_suffix("`:") {
            file = start.rsplit_once('`').map(|(_, path)| path.to_owned());
        } else if !line.is_empty() {
            file = None;
        }
    }
    script
}

/// Runs commands with the program on `PATH`; the first that fails ends them.
fn typed(sandbox: &Sandbox, commands: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_pyscaffold"))
        .parent()
        .unwrap();
    let path = std::env::var("PATH").unwrap();
    let run = sandbox
        .run_binary("bash".as_ref())
        .words("-eux -c")
        .arg(commands)
        .env("PATH", format!("{}:{path}", binary.display()))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    run.ok()
}

#[test]
fn the_story_of_the_team_guide_is_true() {
    let sandbox = Sandbox::new();
    let remote = sandbox.root().join("remotes/acme/templates.git");
    fs::create_dir_all(&remote).unwrap();
    let mut run = sandbox
        .run_binary("git".as_ref())
        .words("init --quiet --bare --initial-branch=main");
    run.command().current_dir(&remote);
    run.ok();
    // The address of the guide, led to a repository on this machine by the user's own git configuration.
    let base = sandbox.root().join("remotes").display().to_string();
    sandbox.git_config(&format!(
        "[user]\nname = Ada Lovelace\nemail = ada@example.org\n[url \"file://{base}/\"]\ninsteadOf = git@git.example.org:\n"
    ));
    let output = typed(&sandbox, &script("team-templates.md"));
    for said in [
        "acme/service  1.0.0  fastapi-api as the team runs it.",
        "acme/worker   1.0.0  A process that takes jobs from a queue.",
        "acme/worker  1.0.0 -> 1.1.0",
    ] {
        assert!(output.stdout.contains(said), "{said}: {}", output.stdout);
    }
    assert!(
        sandbox
            .read("tried/tried/__init__.py")
            .contains("QUEUE = \"rabbitmq\"")
    );
    assert_eq!(sandbox.read("shop/CODEOWNERS"), "* @acme/shop\n");
    assert!(sandbox.read("shop/AGENTS.md").contains("Ask shop first."));
    assert!(
        sandbox
            .read("shop/.github/workflows/ci.yml")
            .contains("acme/workflows")
    );
    assert!(!sandbox.path("shop/.gitlab-ci.yml").exists());
    assert!(sandbox.path("once/tests/test_queue.py").exists());
    passes_its_own_checks(&sandbox.path("shop"));
}

/// Returns the blocks of a page in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(page);
    let text = fs::read_to_string(path).unwrap();
    let parts = text.split("\n```").skip(1).step_by(2);
    parts
        .filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n'))
        .map(|block| format!("{block}\n"))
        .collect()
}

#[test]
fn the_examples_of_the_format_are_templates() {
    let sandbox = Sandbox::new();
    let examples = blocks("template-format.md", "toml");
    let [manifest, case, extends, files] = examples.as_slice() else {
        panic!("{examples:#?}");
    };
    // One of them is a whole manifest, and two are parts of it.
    sandbox.write(
        "fastapi-api/template.toml",
        [manifest.as_str(), case, files].join("\n"),
    );
    sandbox.write(
        "fastapi-api/layers/team/layer.toml",
        "format = 1\n\n[layer]\nname = \"team\"\nversion = \"1.0.0\"\ntitle = \"Team\"\nsummary = \"What all have\"\n\n[[questions]]\nkey = \"description\"\ntype = \"text\"\ntitle = \"Description\"\n",
    );
    sandbox.write(
        "fastapi-api/layers/team/files/.editorconfig",
        "root = false\n",
    );
    sandbox.write(
        "fastapi-api/layers/team/files/about.md.hbs",
        "{{description}}\n",
    );
    for (path, text) in [
        (".editorconfig", "root = true\n"),
        ("migrations/env.py", ""),
        ("scripts/entrypoint.sh", "#!/bin/sh\n"),
        ("variants/repository_memory.py", "ARTICLES = []\n"),
        (
            "app.py.hbs",
            "{{#if (eq database \"postgres\")}}\nDRIVER = \"{{driver}}\"\n{{/if}}\n",
        ),
    ] {
        sandbox.write(&format!("fastapi-api/files/{path}"), text);
    }
    sandbox.run("template check fastapi-api").ok();
    sandbox.run("new ./fastapi-api one --database none").ok();
    assert!(sandbox.path("one/src/one/articles/repository.py").exists());
    assert!(!sandbox.path("one/migrations").exists());
    assert!(!sandbox.path("one/about.md").exists());
    sandbox.run("new ./fastapi-api two").ok();
    assert_eq!(
        sandbox.read("two/about.md"),
        "An HTTP API built with FastAPI\n"
    );
    assert_eq!(sandbox.read("one/.editorconfig"), "root = true\n");
    // The other one builds upon a template.
    let head = "format = 1\n\n[template]\nname = \"shop\"\nversion = \"1.0.0\"\ntitle = \"Shop\"\nsummary = \"A shop\"\n\n";
    sandbox.write("shop/template.toml", format!("{head}{extends}"));
    for layer in ["ci", "audit"] {
        let head = head.replace("template]", "layer]").replace("shop", layer);
        let head = head.replace("1.0.0", "1.2.0");
        sandbox.write(&format!("shop/layers/{layer}/layer.toml"), head);
        sandbox.write(&format!("shop/layers/{layer}/files/{layer}.txt"), "");
    }
    sandbox.run("template check shop").ok();
    let shown = sandbox.run("show ./shop --files").ok().stdout;
    for layer in ["ci", "audit"] {
        let path = format!("{layer}.txt");
        let line = shown.lines().find(|line| line.starts_with(&path));
        assert!(line.is_some_and(|line| line.ends_with(layer)), "{shown}");
    }
    assert!(!shown.contains(".github/workflows/ci.yml"), "{shown}");
    assert!(shown.contains("tests/test_postgres.py"), "{shown}");
}

#[test]
fn the_built_in_layers_want_what_the_page_says() {
    let sandbox = Sandbox::new();
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/layers");
    let mut layers: Vec<String> = fs::read_dir(templates)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "base")
        .collect();
    layers.sort();
    let write = |layers: &[String], questions: &str| {
        let uses: String = layers
            .iter()
            .map(|name| ["[[layers]]\nuse = \"builtin:", name, "\"\n"].concat())
            .collect();
        sandbox.write(
            "own/template.toml",
            format!(
                "format = 1\n\n[template]\nname = \"own\"\nversion = \"1.0.0\"\ntitle = \"Own\"\nsummary = \"Own\"\n{uses}{questions}"
            ),
        );
        sandbox.write("own/files/src/{{package}}/__init__.py", "");
    };
    let questions = "[[questions]]\nkey = \"docker\"\ntype = \"bool\"\ntitle = \"Image\"\ndefault = false\n[[questions]]\nkey = \"docs\"\ntype = \"bool\"\ntitle = \"Site\"\ndefault = false\n[[questions]]\nkey = \"ci\"\ntype = \"choice\"\ntitle = \"CI\"\nchoices = [{ value = \"none\" }, { value = \"github\" }, { value = \"gitlab\" }]\n";
    for layer in &layers {
        let mut used = vec!["base".to_owned(), layer.clone()];
        if layer == "release" {
            write(&used, questions);
            let missing = sandbox.run("template check own").fails(1).stdout;
            assert!(missing.contains(".github/workflows/ci.yml"), "{missing}");
            used.push("ci-github".to_owned());
        }
        write(&used, questions);
        sandbox.run("show ./own --files").ok();
    }
    for alone in ["lint", "tests"] {
        write(&[alone.to_owned()], "");
        sandbox.run("show ./own --files").ok();
    }
    write(&["base".to_owned()], "");
    let missing = sandbox.run("template check own").fails(1).stdout;
    for name in ["docker", "docs", "ci"] {
        assert!(
            missing.contains(&format!("unknown name `{name}`")),
            "{missing}"
        );
    }
}

#[test]
fn the_commands_for_authors_are_true() {
    let sandbox = Sandbox::new();
    let commands = blocks("template-format.md", "sh").concat();
    let output = typed(&sandbox, &commands);
    assert!(
        output.stderr.contains("my-worker 0.1.0: nothing is wrong"),
        "{}",
        output.stderr
    );
    assert!(output.stdout.contains("FROM "), "{}", output.stdout);
    assert!(!sandbox.path("out/Dockerfile").exists());
    assert!(sandbox.read("template.schema.json").contains("$schema"));
}

/// Does with a project what its README says, by the real uv.
fn passes_its_own_checks(project: &Path) {
    const TEST: &str = "the_story_of_the_team_guide_is_true";
    if Command::new("uv").arg("--version").output().is_err() {
        require::skip(TEST, "uv");
        return;
    }
    let Some((_, python)) = pythons::find()
        .into_iter()
        .rfind(|(minor, _)| *minor >= (3, 13))
    else {
        require::skip(TEST, "python3.13");
        return;
    };
    for words in [
        "sync --quiet",
        "run ruff check",
        "run ruff format --check",
        "run yamllint --strict .",
        "run lint-imports",
        "run mypy",
        "run pytest --quiet",
    ] {
        let output = Command::new("uv")
            .args(words.split(' '))
            .current_dir(project)
            .env("UV_PYTHON", &python)
            .env_remove("VIRTUAL_ENV")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "uv {words}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// Returns what a page tells a reader to type: shell scripts whole, and of a console the lines after its prompt, each without its comment.
fn commands(page: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(path).unwrap();
    let mut commands = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            continue;
        };
        for line in lines.by_ref().take_while(|line| *line != "```") {
            let command = match language {
                "console" => line.strip_prefix("$ "),
                _ => Some(line),
            };
            let command = command.and_then(|command| command.split("  #").next());
            commands.extend(command.map(|command| command.trim().to_owned()));
        }
    }
    commands
}

#[test]
fn the_chinese_readme_has_the_commands_of_the_english_one() {
    let english = commands("README.md");
    assert!(english.len() > 20, "{english:?}");
    assert_eq!(commands("README.zh-CN.md"), english);
}

#[test]
fn the_tests_that_the_security_policy_names_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let mut count = 0;
    for row in text.lines().filter(|line| line.starts_with("| ")) {
        // A file without a folder lies beside the one that goes before it.
        let mut folder = root.to_owned();
        for name in row.split('`').skip(1).step_by(2) {
            let has_ending = [".rs", ".py", ".toml"]
                .iter()
                .any(|end| name.ends_with(end));
            let path = if name.contains('/') && !name.contains(' ') {
                root.join(name)
            } else if has_ending {
                folder.join(name)
            } else {
                continue;
            };
            if !name.contains("://") {
                assert!(path.exists(), "{name}: {row}");
                count += 1;
            }
            path.parent().unwrap().clone_into(&mut folder);
        }
    }
    assert!(count > 30, "{count}");
}
