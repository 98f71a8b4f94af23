//! Team templates from real repositories: added, listed, used, refreshed, removed.

use std::fs;

use super::support::{Sandbox, Team, TemplateFolder, entries, files, require};

/// Returns the list of sources as it stands on disk.
fn list_file(sandbox: &Sandbox) -> String {
    let file = sandbox.root().join("home/.config/pyscaffold/sources.toml");
    fs::read_to_string(file).unwrap_or_default()
}

/// Takes the repository away, as a machine without a network would.
fn unplug(team: &Team<'_>) {
    fs::rename(team.path(""), team.path("").with_extension("away")).unwrap();
}

#[test]
fn a_repository_of_templates_is_used_like_the_built_in_ones() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let commit = team.git("rev-parse HEAD").trim().to_owned();
    let short = &commit[..7];
    let added = sandbox.run("add").arg(team.url()).ok();
    assert_eq!(added.stdout, "");
    assert_eq!(
        added.stderr,
        format!(
            "  Added      acme: {}, commit {short}\n  Templates  acme/api     1.0.0  The api of the team\n             acme/worker  1.0.0  The worker of the team\nNext:\n  pyscaffold new acme/api myproj\n",
            team.url()
        )
    );
    unplug(&team);
    let sources = sandbox.run("sources").ok().stdout;
    assert_eq!(sources, format!("acme  {}, commit {short}\n", team.url()));
    let listed = sandbox.run("list").ok().stdout;
    assert!(
        listed.ends_with(&format!(
            "acme  {short}\n  acme/api     1.0.0  The api of the team\n  acme/worker  1.0.0  The worker of the team\n"
        )),
        "{listed}"
    );
    let found = sandbox.run("list worker team").ok().stdout;
    assert_eq!(
        found,
        format!("acme  {short}\n  acme/worker  1.0.0  The worker of the team\n")
    );
    let shown = sandbox.run("show acme/worker").ok().stdout;
    let head = format!("worker 1.0.0  {}, commit {short}\n", team.url());
    assert!(shown.starts_with(&head), "{shown}");
    let new = sandbox.run("new acme/worker w").ok();
    assert!(new.stderr.contains(short), "{}", new.stderr);
    assert_eq!(sandbox.read("w/hello.txt"), "hello w\n");
    assert_eq!(sandbox.git("w", "status --porcelain"), "");
    let record = sandbox.read("w/.pyscaffold.toml");
    let expected = format!(
        "[template]\nname = \"worker\"\nsource = \"{}\"\nsubdir = \"worker\"\ncommit = \"{commit}\"\nversion = \"1.0.0\"\n",
        team.url()
    );
    assert!(record.contains(&expected), "{record}");
    // A name that only one source has needs no source.
    sandbox.run("new worker w2").ok();
    assert_eq!(sandbox.read("w2/hello.txt"), "hello w2\n");
    let removed = sandbox.run("remove acme").ok();
    assert!(removed.stderr.starts_with("Removed acme: "));
    assert_eq!(sandbox.run("sources").ok().stdout, "");
    sandbox.run("new worker w3").fails(2);
    assert!(list_file(&sandbox).contains("format = 1"));
}

#[test]
fn the_commands_speak_json() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let added = sandbox
        .run("add --json --ref v1")
        .arg(team.url())
        .ok()
        .json();
    let commit = team.git("rev-parse HEAD").trim().to_owned();
    assert_eq!(added["source"]["name"], "acme");
    assert_eq!(added["source"]["ref"], "v1");
    assert_eq!(added["source"]["commit"], commit);
    assert_eq!(added["templates"][1]["name"], "worker");
    let sources = sandbox.run("sources --json").ok().json();
    assert_eq!(sources["sources"][0]["git"], team.url());
    let listed = sandbox.run("list acme worker --json").ok().json();
    assert_eq!(listed["templates"][0]["name"], "acme/worker");
    assert_eq!(listed["templates"][0]["source"], "acme");
    let shown = sandbox.run("show acme/worker --json").ok().json();
    assert_eq!(shown["commit"], commit);
    let new = sandbox.run("new acme/worker w --json").ok().json();
    assert_eq!(new["template"]["commit"], commit);
    let same = sandbox.run("refresh --json").ok().json();
    assert_eq!(same["sources"][0]["old"], same["sources"][0]["new"]);
    let removed = sandbox.run("remove acme --json").ok().json();
    assert_eq!(removed["removed"]["name"], "acme");
    let error = sandbox.run("remove acme --json").fails(2).json();
    assert_eq!(error["error"]["code"], "source.unknown");
}

#[test]
fn refresh_tells_what_is_new_and_takes_it() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    sandbox.run("add").arg(team.url()).ok();
    sandbox.run("new acme/worker old").ok();
    let first = team.git("rev-parse --short=7 HEAD").trim().to_owned();
    assert_eq!(
        sandbox.run("refresh").ok().stdout,
        format!("acme: nothing new at {first}\n")
    );
    sandbox.run("refresh --check").ok();
    fs::remove_dir_all(team.path("api")).unwrap();
    team.template("worker", "1.1.0", "")
        .template("batch", "0.1.0", "")
        .file("worker/files/hello.txt.hbs", "hello again {{name}}\n");
    team.commit();
    let second = team.git("rev-parse --short=7 HEAD").trim().to_owned();
    let news = format!(
        "acme: {first} -> {second}\n  acme/api  gone, was 1.0.0\n  acme/batch  new, 0.1.0\n  acme/worker  1.0.0 -> 1.1.0\n"
    );
    let check = sandbox.run("refresh --check").fails(3);
    assert_eq!(check.stdout, news);
    assert_eq!(check.stderr, "Next:\n  pyscaffold refresh\n");
    let json = sandbox.run("refresh acme --check --json").fails(3);
    assert_eq!(json.stderr, "");
    assert_eq!(
        json.json()["sources"][0]["templates"]["worker"]["new"],
        "1.1.0"
    );
    sandbox.run("new acme/worker still-old").ok();
    assert_eq!(sandbox.read("still-old/hello.txt"), "hello still-old\n");
    assert_eq!(sandbox.run("refresh acme").ok().stdout, news);
    sandbox.run("new acme/worker fresh").ok();
    assert_eq!(sandbox.read("fresh/hello.txt"), "hello again fresh\n");
    // Content that changes under the same version is said, too.
    team.file("worker/files/more.txt", "more\n").commit();
    let told = sandbox.run("refresh").ok().stdout;
    assert!(told.contains("acme/worker  changed, still 1.1.0"), "{told}");
    // The commit of the first project is still there, with a ref that keeps it.
    unplug(&team);
    let record = sandbox.read("old/.pyscaffold.toml");
    let commit = record
        .lines()
        .find_map(|line| line.strip_prefix("commit = "))
        .unwrap()
        .trim_matches('"');
    let store = sandbox.root().join("home/.local/share/pyscaffold/store");
    let repository = fs::read_dir(store).unwrap().next().unwrap().unwrap().path();
    let kept = repository.join(commit);
    let mut run = sandbox.run_binary("git".as_ref()).words("for-each-ref");
    run.command().current_dir(&kept);
    let refs = run.ok().stdout;
    assert!(
        refs.contains(&format!("refs/pyscaffold/commits/{commit}")),
        "{refs}"
    );
    let mut run = sandbox.run_binary("git".as_ref()).words("fsck --strict");
    run.command().current_dir(&kept);
    run.ok();
    let words = format!("new acme/worker again --offline --ref {commit}");
    sandbox.run(&words).ok();
    assert_eq!(sandbox.read("again/hello.txt"), "hello again\n");
}

#[test]
fn a_version_with_faults_is_not_taken() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let other = Team::new(&sandbox, "other");
    other.template("x", "1.0.0", "").commit();
    sandbox.run("add").arg(team.url()).ok();
    sandbox.run("add").arg(other.url()).ok();
    let before = list_file(&sandbox);
    team.file("worker/files/x.hbs", "{{nam}}").commit();
    other.template("x", "2.0.0", "").commit();
    let output = sandbox.run("refresh").fails(1);
    assert_eq!(
        output.stderr,
        format!(
            "not refreshed: acme:\nerror: the templates of {} have a problem\nnote: worker/files/x.hbs:1:3: unknown name `nam`; did you mean `name`?\nhint: nothing was added or changed; an older version is taken with --ref\nerror: these sources stay as they were: acme\n",
            team.url()
        )
    );
    assert!(output.stdout.contains("other/x  1.0.0 -> 2.0.0"));
    let after = list_file(&sandbox);
    assert_ne!(before, after);
    sandbox.run("new acme/worker w").ok();
    let error = sandbox.run("refresh acme --json").fails(1).json();
    assert_eq!(error["error"]["code"], "template.faulty");
    assert_eq!(list_file(&sandbox), after);
}

#[test]
fn a_version_can_be_named() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let first = team.git("rev-parse HEAD").trim().to_owned();
    team.file("worker/files/hello.txt.hbs", "two {{name}}\n")
        .commit();
    team.git("tag --annotate v2 --message v2");
    team.git("checkout --quiet -b feature/x");
    team.file("worker/files/hello.txt.hbs", "x {{name}}\n")
        .commit();
    team.git("checkout --quiet main");
    let url = team.url();
    sandbox.run("add --ref v1").arg(&url).ok();
    for (words, said) in [
        ("acme/worker".to_owned(), "hello"),
        ("acme/worker --ref v2".to_owned(), "two"),
        ("acme/worker --ref feature/x".to_owned(), "x"),
        (format!("acme/worker --ref {first}"), "hello"),
        (format!("{url}//worker@v2"), "two"),
        (format!("{url}//worker@feature/x"), "x"),
        (format!("{url}//worker --ref v1"), "hello"),
        (format!("{url}//worker@{first}"), "hello"),
    ] {
        sandbox.run(&format!("new {words} w")).ok();
        assert_eq!(
            sandbox.read("w/hello.txt"),
            format!("{said} w\n"),
            "{words}"
        );
        fs::remove_dir_all(sandbox.path("w")).unwrap();
    }
    let output = sandbox.run("new acme/worker w --ref v9").fails(1);
    assert!(
        output.stderr.contains("cannot fetch `v9`"),
        "{}",
        output.stderr
    );
    sandbox.run("new fastapi-api w --ref v9").fails(2);
    assert_eq!(sandbox.litter(), [""; 0]);
    // An address that ends at several templates names them.
    let output = sandbox.run(&format!("new {url}@v2 w")).fails(2);
    assert!(
        output
            .stderr
            .contains(&format!("{url}//api@v2, {url}//worker@v2")),
        "{}",
        output.stderr
    );
    // So does a folder; the one template below it is the one that is meant.
    let work = sandbox.path("");
    let words = format!("new {} {}/w", team.path("").display(), work.display());
    let output = sandbox.run(&words).fails(2);
    let all = ["api", "worker"].map(|name| team.path(name).display().to_string());
    assert!(output.stderr.contains(&all.join(", ")), "{}", output.stderr);
    fs::rename(team.path("api"), work.join("api")).unwrap();
    sandbox.run(&words).ok();
    assert!(sandbox.path("w/hello.txt").exists());
    fs::remove_dir_all(sandbox.path("w")).unwrap();
    let output = sandbox.run(&format!("new {url}//nowhere w")).fails(1);
    assert!(
        output.stderr.contains("has no template"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_one_off_template_takes_its_questions_as_flags_and_works_offline_later() {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    let question = "[[questions]]\nkey = \"queue\"\ntype = \"choice\"\ntitle = \"Queue\"\nchoices = [{ value = \"redis\" }, { value = \"rabbitmq\" }]";
    team.template("worker", "1.0.0", question)
        .file("worker/files/q.txt.hbs", "{{queue}}\n")
        .commit();
    let url = team.url();
    let never = sandbox.run(&format!("new {url}//worker w --offline --queue redis"));
    let never = never.fails(1);
    assert!(
        never.stderr.contains("is not stored on this machine"),
        "{}",
        never.stderr
    );
    sandbox
        .run(&format!("new {url}//worker w --queue redis"))
        .ok();
    assert_eq!(sandbox.read("w/q.txt"), "redis\n");
    let help = sandbox
        .run(&format!("new {url}//worker --help"))
        .ok()
        .stdout;
    assert!(help.contains("--queue <redis|rabbitmq>"), "{help}");
    unplug(&team);
    sandbox
        .run(&format!("new {url}//worker off --offline --queue rabbitmq"))
        .ok();
    assert_eq!(sandbox.read("off/q.txt"), "rabbitmq\n");
    sandbox.run(&format!("show {url}//worker --offline")).ok();
    let gone = sandbox
        .run(&format!("new {url}//worker w2 --queue redis"))
        .fails(1);
    assert!(gone.stderr.contains("git cannot fetch"), "{}", gone.stderr);
    // What may be the value of a flag that nobody knows is not fetched.
    let output = sandbox
        .run(&format!("new --unknown {url}//worker w"))
        .fails(2);
    assert!(
        output.stderr.contains("unexpected argument"),
        "{}",
        output.stderr
    );
}

#[test]
fn names_that_several_have_are_all_told() {
    let sandbox = Sandbox::new();
    let acme = Team::with_two(&sandbox);
    let corp = Team::new(&sandbox, "corp");
    corp.template("worker", "3.0.0", "")
        .template("fastapi-api", "9.0.0", "")
        .commit();
    sandbox.run("add").arg(acme.url()).ok();
    sandbox.run("add").arg(corp.url()).ok();
    let output = sandbox.run("new worker w").fails(2);
    assert_eq!(
        output.stderr,
        "error: `worker` is the name of several templates\nhint: name one of them: acme/worker, corp/worker\n"
    );
    let output = sandbox.run("show fastapi-api").fails(2);
    assert!(
        output
            .stderr
            .contains("builtin/fastapi-api, corp/fastapi-api")
    );
    sandbox.run("show builtin/fastapi-api").ok();
    let shown = sandbox.run("show corp/fastapi-api").ok().stdout;
    assert!(shown.starts_with("fastapi-api 9.0.0"), "{shown}");
    let output = sandbox.run("new acme/workr w").fails(2);
    assert!(
        output.stderr.contains("did you mean `acme/worker`?"),
        "{}",
        output.stderr
    );
    let output = sandbox.run("new acm/worker w").fails(2);
    assert!(
        output.stderr.contains("did you mean `acme`?"),
        "{}",
        output.stderr
    );
    // A folder is a folder when it is written as one.
    TemplateFolder::named(&sandbox, "acme/worker").file("files/own.txt", "own\n");
    sandbox.run("new ./acme/worker w").ok();
    assert_eq!(sandbox.read("w/own.txt"), "own\n");
}

#[test]
fn one_name_one_source() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    sandbox.run("add").arg(team.url()).ok();
    let before = list_file(&sandbox);
    let output = sandbox.run("add").arg(team.url()).fails(1);
    assert!(output.stderr.contains("there is a source `acme` already"));
    let output = sandbox
        .run("add --name acme --ref nowhere")
        .arg(team.url())
        .fails(1);
    assert!(output.stderr.contains("already"), "{}", output.stderr);
    assert_eq!(list_file(&sandbox), before);
    sandbox
        .run("add --name other --ref v1")
        .arg(team.url())
        .ok();
    sandbox.run("new other/worker w").ok();
    for name in ["Other", "a b", "", "builtin", "-x", "ä"] {
        let output = sandbox
            .run("add")
            .arg(team.url())
            .arg(format!("--name={name}"))
            .fails(2);
        assert!(
            output.stderr.contains("lower-case letters"),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn a_source_may_name_itself_and_its_templates() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    team.file(
        "pyscaffold-source.toml",
        "format = 1\nname = \"platform\"\ntemplates = [\"worker\"]\n",
    )
    .commit();
    let added = sandbox.run("add --json").arg(team.url()).ok().json();
    assert_eq!(added["source"]["name"], "platform");
    assert_eq!(added["templates"].as_array().unwrap().len(), 1);
    for (text, message) in [
        ("templates = [\"worker\"]", "`format = 1` is missing"),
        (
            "format = 1\nnam = \"x\"",
            "unknown key `nam`; did you mean `name`?",
        ),
        ("format = 1\nname = \"X\"", "pyscaffold-source.toml:2"),
        ("format = 1\ntemplates = [\"..\"]", "`..`"),
        (
            "format = 1\ntemplates = [\"nowhere\"]",
            "`nowhere` holds no `template.toml`",
        ),
        ("format = 1\ntemplates = 1", "a list of folders"),
        ("format = ", "pyscaffold-source.toml:1"),
    ] {
        team.file("pyscaffold-source.toml", text).commit();
        let output = sandbox.run("add --name other").arg(team.url()).fails(1);
        assert!(output.stderr.contains(message), "{text}: {}", output.stderr);
    }
    team.file("pyscaffold-source.toml", "format = 1\ntemplates = []")
        .commit();
    let output = sandbox.run("add --name other").arg(team.url()).fails(1);
    assert!(
        output.stderr.contains("has no template"),
        "{}",
        output.stderr
    );
}

#[test]
fn templates_are_found_in_folders_below() {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    team.template("python/services/worker", "1.0.0", "")
        .template("python/api", "1.0.0", "")
        .template("python/api/files/inner", "1.0.0", "")
        .template(".hidden/x", "1.0.0", "")
        .template("a/b/c/deep", "1.0.0", "")
        .commit();
    let names = |words: &str| {
        let added = sandbox.run(words).arg(team.url()).ok().json();
        let templates = added["templates"].as_array().unwrap().clone();
        templates
            .iter()
            .map(|template| template["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("add --json"), ["api", "worker"]);
    assert_eq!(
        names("add --json --name s --subdir python/services"),
        ["worker"]
    );
    sandbox.run("new s/worker w").ok();
    assert!(
        sandbox
            .read("w/.pyscaffold.toml")
            .contains("subdir = \"python/services/worker\"")
    );
    let deep = sandbox
        .run("add --json --name d")
        .arg(format!("{}//a/b", team.url()));
    assert_eq!(deep.ok().json()["templates"][0]["name"], "deep");
    let output = sandbox
        .run("add --name e --subdir nowhere")
        .arg(team.url())
        .fails(1);
    assert!(
        output.stderr.contains("is no folder of this commit"),
        "{}",
        output.stderr
    );
    // A repository that is itself one template.
    let one = Team::new(&sandbox, "single");
    one.file("template.toml", "format = 1\n[template]\nname = \"lone\"\nversion = \"1.0.0\"\ntitle = \"T\"\nsummary = \"S\"\n")
        .file("files/a.txt", "a\n")
        .commit();
    sandbox.run("add").arg(one.url()).ok();
    sandbox.run("new single/lone l1").ok();
    sandbox.run("new lone l2").ok();
    sandbox.run("new").arg(one.url()).arg("l3").ok();
    assert_eq!(files(&sandbox.path("l3")), [".pyscaffold.toml", "a.txt"]);
}

#[test]
fn a_folder_is_a_source_too() {
    let sandbox = Sandbox::new();
    TemplateFolder::named(&sandbox, "mine/tpl").file("files/a.txt", "a\n");
    sandbox.run("add ./mine").ok();
    sandbox.run("new mine/tpl w").ok();
    let record = sandbox.read("w/.pyscaffold.toml");
    let folder = sandbox.path("mine/tpl");
    assert!(
        record.contains(&format!("source = \"{}\"", folder.display())),
        "{record}"
    );
    // What is changed there is there at once.
    sandbox.write("mine/tpl/files/a.txt", "b\n");
    sandbox.run("new mine/tpl w2").ok();
    assert_eq!(sandbox.read("w2/a.txt"), "b\n");
    assert_eq!(sandbox.run("refresh").ok().stdout, "mine: nothing new\n");
    sandbox.write("mine/tpl/files/b.hbs", "{{");
    sandbox.run("refresh").fails(1);
    let output = sandbox.run("add ./mine --name other").fails(1);
    assert!(
        output.stderr.contains("tpl/files/b.hbs:1"),
        "{}",
        output.stderr
    );
    sandbox.run("add ./mine --ref v1").fails(2);
    sandbox.run("add ./nowhere").fails(2);
    sandbox.write("empty/x", "");
    sandbox.run("add ./empty").fails(1);
    fs::remove_dir_all(sandbox.path("mine")).unwrap();
    let listed = sandbox.run("list").ok();
    assert!(
        listed.stderr.contains("not listed: mine"),
        "{}",
        listed.stderr
    );
    sandbox.run("new fastapi-api x --dry-run").ok();
}

#[test]
fn a_repository_brings_its_own_list() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let commit = team.git("rev-parse HEAD").trim().to_owned();
    sandbox.write(
        "project/.pyscaffold-sources.toml",
        format!(
            "# The team's templates.\n[sources.acme]\ngit = \"{}\"\ncommit = \"{commit}\" # tried\n\n[sources.near]\npath = \"tools/templates\"\n",
            team.url()
        ),
    );
    TemplateFolder::named(&sandbox, "project/tools/templates/tpl").file("files/a.txt", "a\n");
    sandbox.write("project/deep/x", "");
    sandbox.git("project", "init --quiet");
    let inside = |words: &str| sandbox.run(words).in_folder("project/deep");
    let listed = inside("list").ok();
    assert!(listed.stdout.contains("near/tpl"), "{}", listed.stdout);
    assert!(
        listed.stderr.contains(
            "not listed: acme: `acme` is not stored on this machine\nhint: pyscaffold refresh acme"
        ),
        "{}",
        listed.stderr
    );
    inside("new near/tpl n").ok();
    // Nobody needs `add`: what is named is fetched when it is used.
    inside("new acme/worker w").ok();
    assert_eq!(sandbox.read("project/deep/w/hello.txt"), "hello w\n");
    assert!(inside("list").ok().stdout.contains("acme/worker"));
    assert!(!sandbox.run("list").ok().stdout.contains("acme/worker"));
    let output = inside("remove acme").fails(1);
    assert!(
        output.stderr.contains(".pyscaffold-sources.toml"),
        "{}",
        output.stderr
    );
    team.template("worker", "2.0.0", "").commit();
    let told = inside("refresh acme").ok().stdout;
    assert!(told.contains("acme/worker  1.0.0 -> 2.0.0"), "{told}");
    let text = sandbox.read("project/.pyscaffold-sources.toml");
    assert!(text.starts_with("# The team's templates.\n"), "{text}");
    assert!(
        text.contains(" # tried") && !text.contains(&commit),
        "{text}"
    );
    // A link to another file is no list.
    fs::rename(
        sandbox.path("project/.pyscaffold-sources.toml"),
        sandbox.path("project/s.toml"),
    )
    .unwrap();
    std::os::unix::fs::symlink("s.toml", sandbox.path("project/.pyscaffold-sources.toml")).unwrap();
    assert!(!inside("list").ok().stdout.contains("near/tpl"));
    fs::remove_file(sandbox.path("project/.pyscaffold-sources.toml")).unwrap();
    sandbox.write(
        "project/.pyscaffold-sources.toml",
        "[sources.a]\npath = \"../x\"\n",
    );
    let output = inside("list").fails(1);
    assert!(
        output.stderr.contains("leads out of the repository"),
        "{}",
        output.stderr
    );
}

#[test]
fn own_shorthands_come_from_the_configuration() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let base = team.path("").parent().unwrap().display().to_string();
    sandbox
        .run("config set shorthands.corp")
        .arg(format!("file://{base}/{{}}"))
        .ok();
    sandbox.run("add corp:acme").ok();
    sandbox.run("new corp:acme//worker@v1 w").ok();
    assert_eq!(sandbox.read("w/hello.txt"), "hello w\n");
    let output = sandbox.run("add crp:acme").fails(2);
    assert!(
        output.stderr.contains("did you mean `corp:`?"),
        "{}",
        output.stderr
    );
    for bad in [
        "x",
        "https://example.org/",
        "ext::{}",
        "https://u:secret@example.org/{}",
    ] {
        let output = sandbox.run("config set shorthands.corp").arg(bad).fails(2);
        assert!(!output.stderr.contains("secret"), "{}", output.stderr);
    }
    sandbox.run("config set git.timeout 0").fails(2);
    sandbox.run("config set git.timeout 60").ok();
    assert_eq!(sandbox.run("config get git.timeout").ok().stdout, "60\n");
}

#[test]
fn a_damaged_commit_stops_nobody_and_is_fetched_again() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let other = Team::new(&sandbox, "other");
    other.template("x", "1.0.0", "").commit();
    sandbox.run("add").arg(team.url()).ok();
    sandbox.run("add").arg(other.url()).ok();
    let commit = team.git("rev-parse HEAD").trim().to_owned();
    let store = sandbox.root().join("home/.local/share/pyscaffold/store");
    let place = fs::read_dir(&store)
        .unwrap()
        .map(|entry| entry.unwrap().path().join(&commit))
        .find(|place| place.is_dir())
        .unwrap();
    for damage in ["HEAD", "objects", "pack"] {
        let before = entries(&place);
        if damage == "pack" {
            for entry in fs::read_dir(place.join("objects/pack")).unwrap() {
                let path = entry.unwrap().path();
                fs::remove_file(&path).unwrap();
                fs::write(&path, "rubbish").unwrap();
            }
        } else if place.join(damage).is_dir() {
            fs::remove_dir_all(place.join(damage)).unwrap();
        } else {
            fs::remove_file(place.join(damage)).unwrap();
        }
        let output = sandbox.run("new acme/worker w").fails(1);
        assert!(
            output.stderr.contains("damaged"),
            "{damage}: {}",
            output.stderr
        );
        assert!(
            output.stderr.contains("pyscaffold refresh"),
            "{damage}: {}",
            output.stderr
        );
        let listed = sandbox.run("list").ok();
        assert!(listed.stdout.contains("other/x"), "{damage}");
        assert!(listed.stderr.contains("not listed: acme"), "{damage}");
        sandbox.run("refresh acme").ok();
        assert_eq!(entries(&place).len(), before.len(), "{damage}");
        sandbox.run("new acme/worker w").ok();
        fs::remove_dir_all(sandbox.path("w")).unwrap();
    }
}

#[test]
fn a_machine_without_git_is_told_so() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let output = sandbox
        .run("add")
        .arg(team.url())
        .env("PATH", "/nowhere")
        .fails(1);
    assert!(
        output.stderr.contains("`git` is not installed"),
        "{}",
        output.stderr
    );
    assert_eq!(list_file(&sandbox), "");
}

#[test]
fn a_git_that_cannot_be_started_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    sandbox.program("git", "true");
    let bin = sandbox.root().join("bin");
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o644)).unwrap();
    let output = sandbox
        .run("add file:///x/y --json")
        .env("PATH", &bin)
        .fails(1);
    assert_eq!(output.json()["error"]["code"], "source.git");
    let output = sandbox
        .run("add file:///x/y --json")
        .env("PATH", "/nowhere")
        .fails(1);
    assert_eq!(output.json()["error"]["code"], "source.no-git");
}

#[test]
fn a_list_that_others_laid_down_is_none() {
    let sandbox = Sandbox::new();
    let file = sandbox.path(".pyscaffold-sources.toml");
    TemplateFolder::named(&sandbox, "mine/tpl").file("files/a.txt", "a\n");
    sandbox.write(
        ".pyscaffold-sources.toml",
        "[sources.mine]\npath = \"mine\"\n",
    );
    sandbox.git("", "init --quiet");
    assert!(sandbox.run("list").ok().stdout.contains("mine/tpl"));
    if std::os::unix::fs::chown(&file, Some(54_321), None).is_err() {
        require::skip("a_list_that_others_laid_down_is_none", "root");
        return;
    }
    assert!(!sandbox.run("list").ok().stdout.contains("mine/tpl"));
}
