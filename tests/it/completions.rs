//! What is offered when Tab is pressed: by bash, fish and zsh themselves, and by what every shell asks the program.

use std::collections::BTreeMap;
use std::process::Command;

use super::support::sandbox::Run;
use super::support::terminal::{RETURN, Terminal};
use super::support::{Sandbox, Team, TemplateFolder, entries, require};

/// The keys to complete a word, and to go to the beginning of the line.
const TAB: &str = "\t";
const HOME: &str = "\u{1}";

/// Asks as a shell does: the words of the line, the last of which is completed.
fn ask<'a>(sandbox: &'a Sandbox, shell: &str, words: &[&str]) -> Run<'a> {
    let mut run = sandbox.run("--").env("_PYSCAFFOLD_COMPLETE", shell);
    for word in words {
        run = run.arg(word);
    }
    run
}

/// Returns what is offered, each with its description, to a line whose last word may be empty.
fn offered(sandbox: &Sandbox, line: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = line.split(' ').collect();
    let output = ask(sandbox, "fish", &words).ok();
    assert_eq!(output.stderr, "", "{line}");
    let pair = |line: &str| {
        let (value, about) = line.split_once('\t').unwrap_or((line, ""));
        (value.to_owned(), about.to_owned())
    };
    output.stdout.lines().map(pair).collect()
}

fn values(sandbox: &Sandbox, line: &str) -> Vec<String> {
    offered(sandbox, line)
        .into_iter()
        .map(|(value, _)| value)
        .collect()
}

/// A sandbox with the source `acme`, whose template `worker` asks.
fn with_acme() -> Sandbox {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    team.template(
        "worker",
        "1.1.0",
        "[[questions]]\nkey = \"queue\"\ntype = \"choice\"\ntitle = \"Where jobs wait\"\ndefault = \"redis\"\nchoices = [{ value = \"redis\", title = \"Redis\" }, { value = \"rabbit\", title = \"RabbitMQ: on its own\" }]",
    )
    .commit();
    sandbox.run("add").arg(team.url()).ok();
    sandbox
}

#[test]
fn what_only_this_machine_knows_is_offered() {
    let sandbox = with_acme();
    TemplateFolder::new(&sandbox)
        .file("files/a.txt", "a\n")
        .question(
            "parts",
            "choices",
            "choices = [{ value = \"a\" }, { value = \"b\" }]",
        );
    sandbox.config("[defaults]\nauthor = \"Ada\"\n[git]\ncommit = false\n");
    for (line, expected) in [
        ("p new fast", "fastapi-api"),
        ("p new acme/", "acme/api acme/worker"),
        ("p show acme/w", "acme/worker"),
        ("p adopt click", "click-cli"),
        ("p new ./", "./tpl/"),
        ("p new acme/worker x --queue ", "redis rabbit"),
        ("p new acme/worker x --queue=ra", "--queue=rabbit"),
        ("p new acme/worker -D q", "queue="),
        ("p new acme/worker -D queue=", "queue=redis queue=rabbit"),
        ("p show acme/worker -D queue=ra", "queue=rabbit"),
        ("p new acme/worker --que", "--queue"),
        ("p new ./tpl x --parts ", "a b"),
        ("p new ./tpl x --parts a,", "a,b"),
        ("p -C tpl update f", "files/"),
        ("p new fastapi-api --no-do", "--no-docker --no-docs"),
        ("p remove ", "acme"),
        ("p refresh ", "acme"),
        ("p config get ", "defaults.author git.commit"),
        ("p config set git.", "git.commit git.init git.timeout"),
        (
            "p config set answers.fastapi-api.dat",
            "answers.fastapi-api.database",
        ),
        ("p config set git.init ", "true false"),
        ("p config set answers.fastapi-api.database p", "postgres"),
        ("p completions ", "bash elvish fish powershell zsh"),
        ("p man ref", "refresh"),
        ("p template ", "new check render schema"),
        ("p nothing here", ""),
    ] {
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(values(&sandbox, line), expected, "{line}");
    }
    let about: BTreeMap<String, String> = offered(&sandbox, "p new acme/").into_iter().collect();
    assert_eq!(about["acme/api"], "The api of the team");
    let about: BTreeMap<String, String> = offered(&sandbox, "p new acme/worker --lang zh --queue ")
        .into_iter()
        .collect();
    assert_eq!(about["rabbit"], "RabbitMQ: on its own");
    // A page of flags does not bury what a word can be; where there is nothing else they are offered.
    assert!(
        !values(&sandbox, "p new ")
            .iter()
            .any(|value| value.starts_with('-'))
    );
    assert!(values(&sandbox, "p new -").contains(&"--dry-run".to_owned()));
    assert!(values(&sandbox, "p status ./tpl ").contains(&"--offline".to_owned()));
}

#[test]
fn a_name_that_a_source_has_too_is_offered_with_its_source() {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    team.template("click-cli", "1.0.0", "").commit();
    sandbox.run("add").arg(team.url()).ok();
    let names = values(&sandbox, "p new ");
    assert!(names.contains(&"builtin/click-cli".to_owned()), "{names:?}");
    assert!(names.contains(&"acme/click-cli".to_owned()), "{names:?}");
    assert!(!names.contains(&"click-cli".to_owned()), "{names:?}");
}

#[test]
fn nothing_is_run_or_written_or_fetched() {
    let sandbox = with_acme();
    let path = sandbox.program("git", "touch \"$HOME/git-was-run\"; exit 1");
    let before = entries(sandbox.root());
    for line in [
        "p new ",
        "p new acme/worker x --queue ",
        "p new gh:acme/templates//worker x --",
        "p new https://127.0.0.1:1/x.git x --",
        "p refresh ",
        "p show acme/worker --ref v1 -D ",
        "p config set answers.",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let output = ask(&sandbox, "fish", &words).env("PATH", &path).ok();
        assert_eq!(output.stderr, "", "{line}");
    }
    assert_eq!(entries(sandbox.root()), before);
}

#[test]
fn what_is_broken_is_passed_over_without_a_word() {
    let sandbox = with_acme();
    // A source that is gone.
    sandbox
        .run("add")
        .arg(sandbox.path("../remotes/acme"))
        .words("--name gone")
        .ok();
    std::fs::rename(
        sandbox.root().join("remotes/acme"),
        sandbox.root().join("remotes/away"),
    )
    .unwrap();
    assert_eq!(values(&sandbox, "p new acme/w"), ["acme/worker"]);
    assert_eq!(values(&sandbox, "p new gone/"), [""; 0]);
    for (file, text) in [("sources.toml", "x = "), ("config.toml", "[defaults\n")] {
        std::fs::write(sandbox.config_file().with_file_name(file), text).unwrap();
        assert_eq!(values(&sandbox, "p new fast"), ["fastapi-api"], "{file}");
        assert_eq!(values(&sandbox, "p new acme/"), [""; 0], "{file}");
        assert_eq!(
            values(&sandbox, "p remove "),
            values(&sandbox, "p remove -h x ")
        );
        offered(&sandbox, "p config get ");
        offered(&sandbox, "p config set ");
    }
    // Bash says which word is meant; without that nothing is known.
    for shell in ["nushell", "bash"] {
        let output = ask(&sandbox, shell, &["p", "new", ""]).ok();
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    }
    let output = ask(&sandbox, "fish", &[]).ok();
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
}

#[test]
fn what_a_shell_would_obey_is_not_offered() {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox).question(
        "way",
        "choice",
        "choices = [{ value = \"a;touch x\" }, { value = \"$(touch x)\" }, { value = \"*\" }, { value = \"b\", title = \"\\u001b[2Jb\\u001b]0;b\\u0007\" }, { value = \"c\\u009bd\" }, { value = \"~\" }]",
    );
    assert_eq!(values(&sandbox, "p new ./tpl x --way "), ["b"]);
    for shell in ["fish", "powershell", "zsh", "elvish"] {
        let output = ask(&sandbox, shell, &["p", "new", "./tpl", "x", "--way", ""])
            .env("_CLAP_COMPLETE_INDEX", "5")
            .ok();
        for character in ['\u{1b}', '\u{7}', '\u{9b}', ';', '$', '*'] {
            let held = output.stdout.contains(character);
            // The semicolon of a title that is shown is no command.
            let expected = character == ';' && shell != "elvish";
            assert_eq!(held, expected, "{shell}: {:?}", output.stdout);
        }
    }
}

#[test]
fn powershell_gets_values_with_their_descriptions() {
    let sandbox = with_acme();
    let script = sandbox.run("completions powershell").ok().stdout;
    for words in [
        "Register-ArgumentCompleter -Native -CommandName pyscaffold",
        "$env:_PYSCAFFOLD_COMPLETE = \"powershell\"",
        "& pyscaffold -- $args",
    ] {
        assert!(script.contains(words), "{words}: {script}");
    }
    let words = ["pyscaffold.exe", "new", "acme/worker", "x", "--queue", ""];
    let output = ask(&sandbox, "powershell", &words).ok();
    assert_eq!(
        output.stdout,
        "redis\tRedis\nrabbit\tRabbitMQ: on its own\n"
    );
    // It takes a value without a description for its own, and fails at an empty one.
    let output = ask(&sandbox, "powershell", &["pyscaffold", "new", "-"]).ok();
    for line in output.stdout.lines() {
        assert!(
            !line.ends_with('\t') && line.matches('\t').count() <= 1,
            "{line:?}"
        );
    }
}

/// Starts a shell as a person has it, with the completions read as the README says.
fn shell(sandbox: &Sandbox, name: &str) -> Option<Terminal> {
    let is_there = Command::new(name).arg("--version").output().is_ok();
    if !is_there {
        require::skip("completions", name);
        return None;
    }
    let home = sandbox.root().join("home");
    std::fs::write(
        home.join("bashrc"),
        "PS1='ready> '\nbind 'set bell-style none'\nbind 'set show-all-if-ambiguous on'\nsource <(pyscaffold completions bash)\n",
    )
    .unwrap();
    std::fs::write(
        home.join(".zshrc"),
        "PS1='ready> '\nunsetopt beep\nautoload -Uz compinit && compinit -u\nsource <(pyscaffold completions zsh)\n",
    )
    .unwrap();
    std::fs::write(
        home.join("init.fish"),
        "function fish_prompt; echo 'ready> '; end\nset -g fish_greeting\npyscaffold completions fish | source\n",
    )
    .unwrap();
    let start = match name {
        "bash" => "exec bash --noprofile --rcfile \"$HOME/bashrc\" -i",
        "zsh" => "ZDOTDIR=\"$HOME\" exec zsh -i",
        _ => "exec fish --no-config --init-command 'source $HOME/init.fish' -i",
    };
    let script = format!("PATH=\"${{0%/*}}:$PATH\"; export PATH; exec >&2; {start}");
    let mut terminal = Terminal::controlling(sandbox, &script);
    terminal.expect("ready> ");
    Some(terminal)
}

/// Asserts that a line completes to another one when Tab is pressed at its end, in a shell that is used by hand.
#[track_caller]
fn completes(terminal: &mut Terminal, line: &str, expected: &str) {
    terminal.press(line).expect(line).press(TAB);
    let typed = line.rsplit(' ').next().unwrap_or_default();
    let word = expected.rsplit(' ').next().unwrap_or_default();
    terminal.expect(word.strip_prefix(typed).unwrap_or(word));
    // The shell itself says what the line is now.
    terminal.press(HOME).press("printf '<%s>' ").press(RETURN);
    let words = format!("<{}>", expected.replace(' ', "><"));
    terminal.expect(&words).expect("ready> ");
}

#[test]
fn every_shell_completes_by_hand() {
    for name in ["bash", "fish", "zsh"] {
        let sandbox = with_acme();
        let Some(mut terminal) = shell(&sandbox, name) else {
            continue;
        };
        for (line, expected) in [
            ("pyscaffold new fa", "pyscaffold new fastapi-api"),
            ("pyscaffold new acme/w", "pyscaffold new acme/worker"),
            (
                "pyscaffold new acme/worker --que",
                "pyscaffold new acme/worker --queue",
            ),
            (
                "pyscaffold new acme/worker --queue ra",
                "pyscaffold new acme/worker --queue rabbit",
            ),
            (
                "pyscaffold new acme/worker --queue=ra",
                "pyscaffold new acme/worker --queue=rabbit",
            ),
            (
                "pyscaffold new acme/worker -D queue=ra",
                "pyscaffold new acme/worker -D queue=rabbit",
            ),
            ("pyscaffold remove a", "pyscaffold remove acme"),
        ] {
            completes(&mut terminal, line, expected);
        }
        // All choices are listed, by the second Tab at the latest; fish and zsh say what they mean.
        terminal
            .press("pyscaffold new acme/worker --queue ")
            .press(TAB)
            .press(TAB);
        if name == "bash" {
            terminal.expect("redis").expect("rabbit");
        } else {
            terminal.expect("RabbitMQ: on its own");
        }
    }
}

#[test]
fn zsh_finds_the_script_in_its_folder_of_functions() {
    let sandbox = with_acme();
    let functions = sandbox.root().join("home/functions");
    std::fs::create_dir(&functions).unwrap();
    let script = sandbox.run("completions zsh").ok().stdout;
    std::fs::write(functions.join("_pyscaffold"), script).unwrap();
    if Command::new("zsh").arg("--version").output().is_err() {
        require::skip("zsh_finds_the_script_in_its_folder_of_functions", "zsh");
        return;
    }
    std::fs::write(
        sandbox.root().join("home/.zshrc"),
        "PS1='ready> '\nunsetopt beep\nfpath=(~/functions $fpath)\nautoload -Uz compinit && compinit -u\n",
    )
    .unwrap();
    let script = "PATH=\"${0%/*}:$PATH\"; export PATH; exec >&2; ZDOTDIR=\"$HOME\" exec zsh -i";
    let mut terminal = Terminal::controlling(&sandbox, script);
    terminal.expect("ready> ");
    // Also the first time.
    completes(
        &mut terminal,
        "pyscaffold new fa",
        "pyscaffold new fastapi-api",
    );
}

#[test]
fn bash_gets_the_rest_of_a_word_that_it_takes_apart() {
    let sandbox = with_acme();
    for (words, index, expected) in [
        ("p new acme/worker --queue = ra", 5, "rabbit"),
        ("p new acme/worker -D queue = ra", 6, "rabbit"),
        ("p new acme/worker -D queue ", 5, "redis rabbit"),
        ("p new acme/worker --queue ", 4, "redis rabbit"),
        ("p new acme/worker --queue ra x", 4, "rabbit"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let output = ask(&sandbox, "bash", &words)
            .env("_CLAP_COMPLETE_INDEX", index.to_string())
            .env("_CLAP_IFS", " ")
            .ok();
        assert_eq!(output.stdout, expected, "{words:?}");
    }
}
