//! The guide for teams, run as it stands: every file is written, every command typed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::support::Sandbox;

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
    let binary = Path::new(env!("CARGO_BIN_EXE_pyscaffold"))
        .parent()
        .unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut run = sandbox
        .run_binary("bash".as_ref())
        .words("-eux -c")
        .arg(script("team-templates.md"))
        .env("PATH", format!("{}:{path}", binary.display()));
    run.command().env("PYTHONDONTWRITEBYTECODE", "1");
    let output = run.ok();
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
}
