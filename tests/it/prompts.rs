//! Questions at a terminal: keys are pressed and the screen is read.

use super::support::terminal::{DOWN, ESCAPE, INTERRUPT, RETURN, Terminal};
use super::support::{Sandbox, Team, TemplateFolder, files};

/// A template that asks one question of each kind.
fn asking() -> Sandbox {
    let sandbox = Sandbox::new();
    TemplateFolder::new(&sandbox)
        .question(
            "queue",
            "choice",
            "help = \"Where jobs wait.\"\ndefault = \"redis\"\nchoices = [{ value = \"redis\", title = \"Redis\" }, { value = \"rabbit\", title = \"RabbitMQ\" }]",
        )
        .question("slug", "text", "check = { pattern = \"[a-z]+\", message = \"small letters only\" }")
        .question("size", "integer", "default = 3")
        .question("docker", "bool", "default = true")
        .question("parts", "choices", "default = [\"b\"]\nchoices = [{ value = \"a\" }, { value = \"b\" }, { value = \"c\" }]")
        .question("token", "secret", "default = \"\"")
        .question("image", "text", "default = \"{{slug}}:1\"\nwhen = { docker = true }");
    sandbox
}

#[test]
fn every_kind_of_question_is_asked_and_answered() {
    let sandbox = asking();
    let mut terminal = Terminal::start(&sandbox, &["new", "./tpl", "shop"]);
    terminal
        .expect("queue?")
        .expect("Redis (redis)")
        .expect("RabbitMQ (rabbit)")
        .expect("Where jobs wait.");
    terminal.press(DOWN).press(RETURN);
    terminal.expect("slug?").press("A1").press(RETURN);
    terminal.expect("small letters only");
    terminal.press("\u{7f}\u{7f}").press("jobs").press(RETURN);
    terminal
        .expect("size?")
        .expect("3")
        .press("\u{7f}12")
        .press(RETURN);
    terminal.expect("docker?").press("y").press(RETURN);
    terminal
        .expect("parts?")
        .expect("[x] b")
        .press(" ")
        .press(RETURN);
    terminal.expect("token?").press("hunter2").press(RETURN);
    terminal.expect("image?").expect("jobs:1").press(RETURN);
    terminal.expect("Same again:");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("hunter2"), "{screen}");
    let record = sandbox.read("shop/.pyscaffold.toml");
    let answers = record.split_once("[answers]\n").unwrap().1;
    assert_eq!(
        answers,
        "docker = true\nimage = \"jobs:1\"\nname = \"shop\"\npackage = \"shop\"\nparts = [\"a\", \"b\"]\nqueue = \"rabbit\"\nsize = 12\nslug = \"jobs\"\n"
    );
}

#[test]
fn return_takes_every_default() {
    let sandbox = Sandbox::with_demo();
    let mut terminal = Terminal::start(&sandbox, &["new", "./demo", "shop"]);
    for title in [
        "Database",
        "Database name",
        "Port",
        "Slug",
        "Extras",
        "Typed",
        "Author",
        "Address",
        "Licence",
        "Python",
        "Year",
        "Token",
        "Team",
    ] {
        terminal.expect(title).press(RETURN);
    }
    terminal.expect("Same again:");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    let other = Sandbox::with_demo();
    other.run("new ./demo shop --yes").ok();
    assert_eq!(
        super::support::entries(&sandbox.path("shop")),
        super::support::entries(&other.path("shop"))
    );
}

#[test]
fn what_was_given_is_not_asked() {
    let sandbox = asking();
    let words = "new ./tpl shop --queue redis --slug x --size 1 --parts a --token= --no-docker";
    let words: Vec<&str> = words.split(' ').collect();
    let mut terminal = Terminal::start(&sandbox, &words);
    terminal.expect("Same again:");
    assert_eq!(terminal.end().0, Some(0));
    // `--yes` asks nothing either.
    let demo = Sandbox::with_demo();
    let mut terminal = Terminal::start(&demo, &["new", "./demo", "shop", "--yes"]);
    terminal.expect("Same again:");
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn without_a_template_one_is_picked_and_named() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(&sandbox, &["new", "-D", "author=Ada"]);
    terminal
        .expect("Template")
        .expect("fastapi-api")
        .press("fast")
        .press(RETURN);
    terminal.expect("Project name").press("json").press(RETURN);
    terminal.expect("it would hide Python's own module `json`");
    terminal.press("_api").press(INTERRUPT);
    let (code, screen, _) = terminal.end();
    assert_eq!(code, Some(130), "{screen}");
    assert_eq!(sandbox.litter(), [""; 0]);
}

#[test]
fn the_list_of_templates_says_what_is_under_the_cursor() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    team.template(
        "worker",
        "1.1.0",
        "description = \"Takes jobs from a queue, one by one, and loses none of them when it is killed.\"",
    )
    .commit();
    sandbox.run("add").arg(team.url()).ok();
    let mut terminal = Terminal::start(&sandbox, &["new"]);
    terminal
        .expect("? Template: _")
        .expect("> celery-queue")
        .expect("acme/worker")
        .expect("type to filter");
    // Every word has to be there, in the name, the summary or the description.
    terminal.press("queue killed");
    terminal
        .expect("? Template: queue killed_")
        .expect("> acme/worker")
        .expect("The worker of the team")
        .expect("Takes jobs from a queue, one by one, and loses none of them when it is killed.");
    terminal.press("x").expect("no template has these words");
    terminal
        .press("\u{7f}")
        .expect("> acme/worker")
        .press(RETURN);
    terminal
        .expect("> Template acme/worker")
        .expect("Project name");
    terminal.press("shop").press(RETURN).expect("Same again:");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    for key in [INTERRUPT, ESCAPE] {
        let mut terminal = Terminal::start(&sandbox, &["new"]);
        terminal.expect("acme/worker").press(DOWN);
        terminal.expect("> click-cli").press(key);
        terminal.expect("error: cancelled; nothing was written");
        assert!(terminal.is_as_before());
        assert_eq!(terminal.end().0, Some(130));
    }
    let mut terminal = Terminal::controlling(&sandbox, "NO_COLOR=1 \"$0\" new; read -r end");
    terminal
        .expect("> celery-queue")
        .press(ESCAPE)
        .expect("cancelled");
    terminal.press(RETURN);
    let sent = String::from_utf8(terminal.sent()).unwrap();
    assert!(
        !sent.contains("\u{1b}[1m") && !sent.contains("\u{1b}[36m"),
        "{sent:?}"
    );
}

#[test]
fn interrupting_leaves_nothing() {
    for interrupted in ["queue?", "slug?"] {
        let sandbox = asking();
        let mut terminal = Terminal::start(&sandbox, &["new", "./tpl", "shop"]);
        terminal.expect("queue?");
        if interrupted == "queue?" {
            // Before the first question there is none to go back to.
            terminal.press(ESCAPE);
        } else {
            terminal.press(RETURN).expect(interrupted).press(INTERRUPT);
        }
        terminal.expect("error: cancelled; nothing was written");
        assert!(terminal.is_as_before());
        let (code, screen, output) = terminal.end();
        assert_eq!(code, Some(130), "{screen}");
        assert_eq!(output, "");
        assert_eq!(sandbox.litter(), [""; 0]);
    }
}

#[test]
fn a_person_can_go_back_and_finds_the_answers_kept() {
    let sandbox = asking();
    let mut terminal = Terminal::start(&sandbox, &["new", "./tpl", "shop"]);
    terminal
        .expect("queue?")
        .expect("Where jobs wait.")
        .press(DOWN)
        .press(RETURN);
    terminal
        .expect("slug?")
        .expect("Esc: back to the last question")
        .press("jobs")
        .press(RETURN);
    terminal.expect("size?").press("\u{7f}12").press(RETURN);
    terminal.expect("docker?").press("n").press(RETURN);
    // `image` is not asked without `docker`.
    terminal.expect("parts?").press(" ").press(RETURN);
    // All the way back, each question with its answer, and on with other ones.
    terminal.expect("token?").press("hunter1").press(ESCAPE);
    terminal.expect("parts?").expect("[x] a").press(ESCAPE);
    terminal.expect("docker?").press(ESCAPE);
    terminal.expect("size?").expect("12").press(ESCAPE);
    terminal.expect("slug?").expect("jobs").press(ESCAPE);
    terminal
        .expect("queue?")
        .expect("> RabbitMQ (rabbit)")
        .press(RETURN);
    terminal
        .expect("slug?")
        .expect("jobs")
        .press("x")
        .press(RETURN);
    terminal.expect("size?").expect("12").press(RETURN);
    terminal.expect("docker?").press("y").press(RETURN);
    terminal.expect("parts?").expect("[x] a").press(RETURN);
    terminal.expect("token?").press("hunter2").press(RETURN);
    terminal.expect("image?").expect("jobsx:1").press(RETURN);
    terminal.expect("Same again:");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("hunter"), "{screen}");
    let record = sandbox.read("shop/.pyscaffold.toml");
    let answers = record.split_once("[answers]\n").unwrap().1;
    assert_eq!(
        answers,
        "docker = true\nimage = \"jobsx:1\"\nname = \"shop\"\npackage = \"shop\"\nparts = [\"a\", \"b\"]\nqueue = \"rabbit\"\nsize = 12\nslug = \"jobsx\"\n"
    );
}

#[test]
fn each_conflict_is_asked_about() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("shop/LICENSE", "mine\n");
    sandbox.write("shop/README.md", "mine\n");
    let words = ["new", "./demo", "shop", "--yes", "--on-conflict", "ask"];
    let mut terminal = Terminal::start(&sandbox, &words);
    terminal
        .expect("LICENSE is already there")
        .expect("keep the file")
        .press(RETURN);
    terminal
        .expect("README.md is already there")
        .expect("overwrite it")
        .press(DOWN)
        .press(RETURN);
    terminal.expect("Same again:");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(sandbox.read("shop/LICENSE"), "mine\n");
    assert!(sandbox.read("shop/README.md").starts_with("# Shop"));
}

#[test]
fn asking_about_conflicts_without_a_terminal_is_refused() {
    let sandbox = Sandbox::with_demo();
    sandbox.write("shop/README.md", "mine\n");
    let output = sandbox.run("new ./demo shop --on-conflict ask").fails(1);
    assert!(output.stderr.contains("README.md"), "{}", output.stderr);
    assert_eq!(files(&sandbox.path("shop")), ["README.md"]);
}

#[test]
fn questions_are_asked_in_the_persons_language() {
    let sandbox = Sandbox::with_demo();
    let mut terminal = Terminal::start(&sandbox, &["new", "./demo", "shop", "--lang", "zh"]);
    terminal
        .expect("数据库")
        .expect("轻量 (sqlite)")
        .expect("数据的存放处")
        .press(INTERRUPT);
    assert_eq!(terminal.end().0, Some(130));
}
