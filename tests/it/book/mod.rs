//! The documentation: every page is in its summary, every link leads somewhere, every command on a page is typed and what it prints
//! is compared.

mod links;
mod picture;
mod transcript;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::CommandFactory;
use pyscaffold::cli::arguments::Cli;

use self::transcript::Page;
use super::support::page::{repository, written};
use super::support::{Sandbox, pythons, require};

/// Returns whether a file is a page.
fn is_page(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "md")
}

/// Returns the pages below a folder, as paths in it.
fn pages(folder: &Path, above: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let below = format!("{above}{name}");
        if path.is_dir() {
            pages(&path, &format!("{below}/"), found);
        } else if is_page(&below) && below != "SUMMARY.md" {
            found.insert(below);
        }
    }
}

#[test]
fn the_summary_names_every_page_once() {
    let mut there = BTreeSet::new();
    pages(&repository("docs"), "", &mut there);
    let summary = fs::read_to_string(repository("docs/SUMMARY.md")).unwrap();
    let named: Vec<String> = links::of(&summary).map(str::to_owned).collect();
    assert_eq!(named.len(), there.len(), "{named:?}");
    assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), there);
}

#[test]
fn every_link_of_the_documentation_leads_somewhere() {
    let mut all = BTreeSet::new();
    pages(&repository("docs"), "docs/", &mut all);
    for page in fs::read_dir(repository("")).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        if is_page(&name) {
            all.insert(name);
        }
    }
    let mut count = 0;
    for page in &all {
        count += links::check(page);
    }
    assert!(count > 100, "{count}");
}

/// The pages whose consoles need nothing but pyscaffold, git and a shell.
const TYPED: [&str; 11] = [
    "README.md",
    "explanation/layers.md",
    "explanation/no-code.md",
    "explanation/whole.md",
    "howto/answers.md",
    "howto/ci.md",
    "howto/existing-folder.md",
    "howto/licence.md",
    "howto/offline.md",
    "howto/private-repository.md",
    "updating.md",
];
/// The pages whose commands other tests type: those of guides in [`super::guide`], those that are made from runs.
const ELSEWHERE: [&str; 6] = [
    "limits.md",
    "reference/commands.md",
    "reference/errors.md",
    "reference/json.md",
    "team-templates.md",
    "template-format.md",
];

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "the pages show what GNU tools print"
)]
fn what_is_typed_on_the_pages_prints_what_stands_there() {
    let pages = TYPED.map(|name| format!("docs/{name}"));
    for name in pages.iter().chain(&["README.md".to_owned()]) {
        let page = Page::read(name);
        let sandbox = Sandbox::new();
        sandbox.git_config(&git_config(&sandbox));
        page.play(&sandbox, &[]);
    }
}

/// What the README shows in one block is typed line by line, each in a folder where it makes sense.
#[test]
fn the_commands_of_the_readme_work() {
    let text = fs::read_to_string(repository("README.md")).unwrap();
    let (_, rest) = text
        .split_once("```sh\npyscaffold show fastapi-api")
        .unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    let block = format!("pyscaffold show fastapi-api{block}");
    let lines: Vec<&str> = block.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines.len() > 15, "{lines:?}");
    let sandbox = Sandbox::new();
    sandbox.git_config(&git_config(&sandbox));
    let remote = "remotes/acme/templates.git";
    fs::create_dir_all(sandbox.root().join(remote)).unwrap();
    sandbox.git("", &format!("init --quiet --bare ../{remote}"));
    sandbox.git("", &format!("clone --quiet ../{remote} team"));
    sandbox.run("template new team/worker").ok();
    sandbox.git("team", "add --all");
    sandbox.git("team", "commit --quiet -m first");
    sandbox.git("team", "tag v2");
    sandbox.git("team", "push --quiet --tags origin HEAD:main");
    sandbox.run("template new mine/my-template").ok();
    sandbox.run("new click-cli project").ok();
    sandbox.git("", "init --quiet plain");
    sandbox.git("plain", "commit --quiet --allow-empty -m first");
    for (number, line) in lines.iter().enumerate() {
        let command = line.split("  #").next().unwrap().trim();
        let words = command.strip_prefix("pyscaffold ").unwrap();
        let folder = match words.split(' ').next().unwrap() {
            "status" | "update" => "project".to_owned(),
            "adopt" => "plain".to_owned(),
            "template" => "authors".to_owned(),
            _ => format!("place-{number}"),
        };
        let place = sandbox.path(&folder);
        fs::create_dir_all(&place).unwrap();
        if words.contains("./my-template") {
            fs::rename(sandbox.path("mine/my-template"), place.join("my-template")).unwrap();
        }
        if words.contains("--answers") {
            fs::write(place.join("answers.toml"), "database = \"none\"\n").unwrap();
        }
        let run = sandbox.run(words).in_folder(&folder);
        if words == "new" {
            // It asks at a terminal, and here is none.
            run.fails(2);
        } else {
            run.ok();
        }
    }
}

/// Returns a git configuration for which what a page calls GitHub is a folder of the sandbox.
fn git_config(sandbox: &Sandbox) -> String {
    let remotes = sandbox.root().join("remotes");
    format!(
        "[user]\nname = Ada Lovelace\nemail = ada@example.org\n[init]\ndefaultBranch = main\n[url \"file://{}/\"]\ninsteadOf = https://github.com/\n",
        remotes.display()
    )
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "the pages show what GNU tools print"
)]
fn the_tutorial_goes_from_nothing_to_a_service() {
    const TEST: &str = "the_tutorial_goes_from_nothing_to_a_service";
    let Ok(cache) = Command::new("uv").args(["cache", "dir"]).output() else {
        require::skip(TEST, "uv");
        return;
    };
    let Some((_, python)) = pythons::find()
        .into_iter()
        .rfind(|(minor, _)| *minor >= (3, 13))
    else {
        require::skip(TEST, "python3.13");
        return;
    };
    let sandbox = Sandbox::new();
    sandbox.git_config(&git_config(&sandbox));
    let cache = String::from_utf8(cache.stdout).unwrap();
    let mut variables = vec![
        ("UV_CACHE_DIR".to_owned(), cache.trim().to_owned()),
        ("UV_PYTHON".to_owned(), python.display().to_string()),
    ];
    // Where packages come from is the machine's matter.
    variables.extend(std::env::vars().filter(|(name, _)| {
        let name = name.to_ascii_uppercase();
        let is_network = name.ends_with("_PROXY") || name.starts_with("SSL_CERT");
        is_network || (name.starts_with("UV_") && !name.starts_with("UV_PYTHON"))
    }));
    Page::read("docs/tutorial.md").play(&sandbox, &variables);
}

#[test]
fn every_page_with_commands_is_typed_by_some_test() {
    let mut all = BTreeSet::new();
    pages(&repository("docs"), "", &mut all);
    // A comparison tells how something was found on its day.
    for page in all.iter().filter(|page| !page.starts_with("comparison/")) {
        let text = fs::read_to_string(repository("docs").join(page)).unwrap();
        let has_commands = ["\n```console\n", "\n```sh\n"]
            .iter()
            .any(|fence| text.contains(fence));
        let is_known = TYPED.contains(&page.as_str())
            || ELSEWHERE.contains(&page.as_str())
            || page == "tutorial.md";
        assert!(is_known || !has_commands, "{page}");
    }
}

const HEAD: &str = "<!-- Made by DOCS_UPDATE=1 cargo test --locked --test it book:: - edit src/cli/arguments.rs instead. -->

# Commands

What `--help` says of each command. The questions of a template are flags of `new` too: `pyscaffold new TEMPLATE --help` shows them. The same is there
as man pages: `pyscaffold man new | man -l -`.
";

#[test]
fn the_page_of_the_commands_is_what_help_says() {
    fn walk(sandbox: &Sandbox, command: &clap::Command, above: &str, page: &mut String) {
        let help = sandbox.run(above).arg("--help").ok().stdout;
        let title = format!("pyscaffold {above}");
        write!(
            page,
            "\n## {}\n\n```text\n{}\n```\n",
            title.trim(),
            help.trim()
        )
        .unwrap();
        for below in command.get_subcommands() {
            let words = format!("{above} {}", below.get_name());
            walk(sandbox, below, words.trim(), page);
        }
    }
    let mut page = HEAD.to_owned();
    walk(&Sandbox::new(), &Cli::command(), "", &mut page);
    written("docs/reference/commands.md", &page);
}

#[test]
fn the_page_of_the_settings_knows_every_setting_and_variable() {
    let page = fs::read_to_string(repository("docs/reference/settings.md")).unwrap();
    let sandbox = Sandbox::new();
    let said = sandbox.run("config get x").fails(2).stderr;
    let (_, settings) = said.split_once("the settings are ").unwrap();
    let settings = settings.trim().replace(" and ", ", ");
    let mut count = 0;
    for setting in settings.split(", ") {
        assert!(page.contains(&format!("`{setting}`")), "{setting}");
        count += 1;
    }
    assert!(count >= 9, "{settings}");
    // The example is a configuration without a fault, and holds each of them.
    let (_, example) = page.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    sandbox.config(example);
    let listed = sandbox.run("config list").ok().stdout;
    assert_eq!(listed.lines().count(), count, "{listed}");
    // What the program asks the environment for.
    let mut variables = 0;
    for folder in ["src/system", "src/cli"] {
        for file in fs::read_dir(repository(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            for line in text.lines().filter(|line| line.contains("variable(\"")) {
                let (_, name) = line.split_once("variable(\"").unwrap();
                let name = name.split('"').next().unwrap();
                // These are git's own.
                if ["GIT_CONFIG_", "SSH_"]
                    .iter()
                    .any(|start| name.starts_with(start))
                {
                    continue;
                }
                assert!(page.contains(&format!("`{name}`")), "{name}");
                variables += 1;
            }
        }
    }
    let source = fs::read_to_string(repository("src/system/env.rs")).unwrap();
    for name in source.split('"').skip(1).step_by(2) {
        let is_variable = name.len() > 1
            && name
                .chars()
                .all(|letter| letter.is_ascii_uppercase() || letter == '_');
        if is_variable {
            assert!(page.contains(&format!("`{name}")), "{name}");
            variables += 1;
        }
    }
    assert!(variables > 4, "{variables}");
}
