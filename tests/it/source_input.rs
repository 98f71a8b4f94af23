//! Repositories that mean harm: what they hold is refused by name, nothing of it is run, nothing is written outside the store.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use super::support::{Sandbox, Team, entries};

const MANIFEST: &str = "format = 1\n[template]\nname = \"worker\"\nversion = \"1.0.0\"\ntitle = \"T\"\nsummary = \"S\"\n";

/// What stands in the raw trees: mode, name, id.
type Entries<'a> = [(&'a str, &'a [u8], &'a str)];

/// Makes a repository whose template `worker` has this folder `files/`, and sees that it is refused.
fn refused(name: &str, message: &str, files: impl Fn(&Team<'_>) -> String) {
    refused_template(name, message, |team| {
        let files = files(team);
        let manifest = team.object("blob", MANIFEST.as_bytes());
        team.tree(&[
            ("40000", b"files", &files),
            ("100644", b"template.toml", &manifest),
        ])
    });
}

/// Makes a repository with this folder `worker`, and sees that it is refused.
fn refused_template(name: &str, message: &str, worker: impl Fn(&Team<'_>) -> String) {
    refused_root(name, message, |team| {
        let worker = worker(team);
        team.tree(&[("40000", b"worker", &worker)])
    });
}

/// Makes a repository with this root, and sees that `add` and one-off use refuse it.
fn refused_root(name: &str, message: &str, root: impl Fn(&Team<'_>) -> String) {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    let root = root(&team);
    team.commit_tree(&root);
    let before = entries(&sandbox.path(""));
    for words in [
        format!("add {}", team.url()),
        format!("new {}//worker shop", team.url()),
        format!("show {}//worker", team.url()),
    ] {
        let started = Instant::now();
        let output = sandbox.run(&words).output();
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{name}: {words}"
        );
        output.assert_calm();
        assert_eq!(output.code, Some(1), "{name}: {words}: {}", output.stderr);
        assert!(
            output.stderr.contains(message),
            "{name}: {words}: {}",
            output.stderr
        );
        for bad in ['\u{1b}', '\u{202e}', '\u{7}'] {
            assert!(!output.stderr.contains(bad), "{name}: {:?}", output.stderr);
        }
    }
    assert_eq!(entries(&sandbox.path("")), before, "{name}");
    assert_eq!(sandbox.run("sources").ok().stdout, "", "{name}");
    let store = sandbox.root().join("home/.local/share/pyscaffold/store");
    for path in entries(&store).keys() {
        assert!(!path.contains(".pyscaffold-stage-"), "{name}: {path}");
    }
}

/// Returns a tree with one entry.
fn with(team: &Team<'_>, mode: &str, name: &[u8]) -> String {
    let blob = team.object("blob", b"x");
    team.tree(&[(mode, name, &blob)])
}

#[test]
fn links_submodules_and_special_files_are_refused() {
    let link = "worker/files/x: is a symbolic link, which a template cannot have";
    refused("a link", link, |team| {
        let target = team.object("blob", b"../../../../etc/passwd");
        team.tree(&[("120000", b"x", &target)])
    });
    refused("a submodule", "worker/files/x: is a submodule", |team| {
        with(team, "160000", b"x")
    });
    for mode in ["100600", "20644", "10644", "140000"] {
        let strange = "worker/files/x: is neither a file nor a folder";
        refused(mode, strange, |team| with(team, mode, b"x"));
    }
    for part in ["files", "slots"] {
        let message = format!("worker/{part}: is a symbolic link");
        refused_template(part, &message, |team| {
            let manifest = team.object("blob", MANIFEST.as_bytes());
            let target = team.object("blob", b"..");
            let mut entries = vec![
                ("120000", part.as_bytes(), target.as_str()),
                ("100644", b"template.toml", &manifest),
            ];
            entries.sort_by_key(|entry| entry.1);
            team.tree(&entries)
        });
    }
    let manifest = "worker/template.toml: is not a regular file";
    refused_template("the manifest", manifest, |team| {
        let target = team.object("blob", b"../../template.toml");
        team.tree(&[("120000", b"template.toml", &target)])
    });
    refused_template("a folder as manifest", manifest, |team| {
        let folder = with(team, "100644", b"x");
        team.tree(&[("40000", b"template.toml", &folder)])
    });
    refused_template("a layer", "worker/layers: is a symbolic link", |team| {
        let text = format!("{MANIFEST}[[layers]]\nuse = \"low\"\n");
        let manifest = team.object("blob", text.as_bytes());
        let target = team.object("blob", b"..");
        team.tree(&[
            ("120000", b"layers", &target),
            ("100644", b"template.toml", &manifest),
        ])
    });
}

#[test]
fn a_template_behind_a_link_is_none() {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    let target = team.object("blob", b"/etc");
    let named = team.object("blob", b"format = 1\ntemplates = [\"worker\"]\n");
    let root = team.tree(&[
        ("100644", b"pyscaffold-source.toml", &named),
        ("120000", b"worker", &target),
    ]);
    team.commit_tree(&root);
    let output = sandbox.run("add").arg(team.url()).fails(1);
    assert!(
        output.stderr.contains("worker: is a symbolic link"),
        "{}",
        output.stderr
    );
    let root = team.tree(&[("120000", b"pyscaffold-source.toml", &target)]);
    team.commit_tree(&root);
    let output = sandbox.run("add").arg(team.url()).fails(1);
    assert!(
        output
            .stderr
            .contains("pyscaffold-source.toml: is not a regular file"),
        "{}",
        output.stderr
    );
}

#[test]
fn names_that_no_project_can_have_are_refused() {
    let rows: &[(&[u8], &str)] = &[
        (b".git", "git's own folder"),
        (b".GIT", "git's own folder"),
        (b"git~1", "git's own folder"),
        (b".git.", "git's own folder"),
        (b".g\xe2\x80\x8cit", "worker/files/.g\\u{200c}it"),
        (b"..", "holds a name that no folder can have"),
        (b".", "holds a name that no folder can have"),
        (b"a/../../x", "holds a name that no folder can have"),
        (b"/etc/x", "holds a name that no folder can have"),
        (b"nul", "names a device on Windows"),
        (b"a:b", "cannot stand in a file name"),
        (b"a\\b", "cannot stand in a file name"),
        (b"x.", "ends in a dot or a space"),
        (b"a\x1b[2Jb", "U+001B"),
        (b"a\nb", "U+000A"),
        (b"gpj.\xe2\x80\xaeexe", "U+202E"),
        (b"\xff", "holds a name that is not UTF-8"),
    ];
    for (name, message) in rows {
        let label = String::from_utf8_lossy(name).into_owned();
        refused(&label, message, |team| with(team, "100644", name));
    }
    refused("too long", "more than the 255", |team| {
        with(team, "100644", &[b'x'; 300])
    });
}

#[test]
fn names_that_are_one_elsewhere_are_refused() {
    let rows: [[&str; 2]; 5] = [
        ["README.md", "readme.md"],
        ["STRASSE", "stra\u{df}e"],
        ["cafe\u{301}", "caf\u{e9}"],
        ["A", "a"],
        ["{{name}}.TXT", "{{name}}.txt"],
    ];
    for [first, second] in rows {
        refused(first, "cannot stand side by side", |team| {
            let blob = team.object("blob", b"x");
            team.tree(&[
                ("100644", first.as_bytes(), &blob),
                ("100644", second.as_bytes(), &blob),
            ])
        });
    }
    refused("a file and a folder", "cannot stand side by side", |team| {
        let blob = team.object("blob", b"x");
        let folder = with(team, "100644", b"b");
        team.tree(&[("100644", b"A", &blob), ("40000", b"a", &folder)])
    });
    refused(
        "twice",
        "worker/files/x: stands twice in its folder",
        |team| {
            let (one, other) = (team.object("blob", b"1"), team.object("blob", b"2"));
            let entries: &Entries<'_> = &[("100644", b"x", &one), ("100644", b"x", &other)];
            team.tree(entries)
        },
    );
}

#[test]
fn what_would_fill_a_machine_is_refused_in_seconds() {
    refused(
        "a bomb of folders",
        "a template may have 10000 files",
        |team| {
            let mut tree = with(team, "100644", b"x");
            for _ in 0..10 {
                let names: Vec<String> = (0..10).map(|number| format!("d{number}")).collect();
                let entries: Vec<(&str, &[u8], &str)> = names
                    .iter()
                    .map(|name| ("40000", name.as_bytes(), tree.as_str()))
                    .collect();
                let next = team.tree(&entries);
                tree = next;
            }
            tree
        },
    );
    refused("too deep", "lies too deep", |team| {
        let mut tree = with(team, "100644", b"x");
        for _ in 0..60 {
            tree = team.tree(&[("40000", b"d", &tree)]);
        }
        tree
    });
    refused(
        "a large file",
        "worker/files/x: is larger than the",
        |team| {
            let blob = team.object("blob", &vec![0; 101 * 1024 * 1024]);
            team.tree(&[("100644", b"x", &blob)])
        },
    );
    refused_template(
        "a large manifest",
        "worker/template.toml: is larger than the",
        |team| {
            let manifest = team.object("blob", &vec![b'#'; 2 * 1024 * 1024]);
            team.tree(&[("100644", b"template.toml", &manifest)])
        },
    );
    refused("an engine bomb", "worker/files/x.hbs:1", |team| {
        let blob = team.object("blob", "{{#if name}}".repeat(5_000).as_bytes());
        team.tree(&[("100644", b"x.hbs", &blob)])
    });
    refused("two many tags", "worker/files/x.hbs", |team| {
        let blob = team.object("blob", "{{name}}\n".repeat(50_000).as_bytes());
        team.tree(&[("100644", b"x.hbs", &blob)])
    });
}

#[test]
fn a_manifest_with_faults_is_refused_with_its_lines() {
    for (text, message) in [
        ("format = 2", "worker/template.toml:1"),
        ("\u{feff}x", "worker/template.toml:1"),
        (
            "format = 1\n[template]\nname = \"w\\u001b[2J\"",
            "worker/template.toml:3",
        ),
        ("format = 1\n[[[", "worker/template.toml:2"),
        ("", "`format = 1` is missing"),
    ] {
        refused_template(text, message, |team| {
            let manifest = team.object("blob", text.as_bytes());
            team.tree(&[("100644", b"template.toml", &manifest)])
        });
    }
    refused_template(
        "no text",
        "worker/template.toml: the manifest is not UTF-8",
        |team| {
            let manifest = team.object("blob", b"format = 1 # \xff");
            team.tree(&[("100644", b"template.toml", &manifest)])
        },
    );
    refused_template("another name", "in a source both have one name", |team| {
        let text = MANIFEST.replace("worker", "other");
        let manifest = team.object("blob", text.as_bytes());
        team.tree(&[("100644", b"template.toml", &manifest)])
    });
}

#[test]
fn nothing_in_a_repository_is_run() {
    let sandbox = Sandbox::new();
    let canary = sandbox.root().join("canary");
    let touch = format!("touch {}", canary.display());
    // A filter and a merge driver that the user has, which a repository could ask for.
    sandbox.git_config(&format!(
        "[user]\nname = Ada\nemail = a@example.org\n[filter \"evil\"]\nsmudge = {touch}\nclean = {touch}\nrequired = true\n[core]\nhooksPath = {0}\n[alias]\nfetch = \"!{touch}\"\n",
        sandbox.path("hooks").display()
    ));
    let script = format!("#!/bin/sh\n{touch}\n");
    let team = Team::with_two(&sandbox);
    team.file(".gitattributes", "* filter=lfs\n")
        .file(
            ".gitmodules",
            "[submodule \"x\"]\npath = x\nurl = ext::sh -c 'touch /tmp/x'\n",
        )
        .file("worker/files/.gitattributes.hbs", "* text=auto\n")
        .file("worker/files/hooks/post-commit", &script)
        .file("worker/files/setup.py", "import os; os.system('x')\n")
        .file("worker/hooks/pre_gen_project.sh", &script)
        .file("copier.yml", "_tasks: [touch x]\n")
        .commit();
    team.file(".gitattributes", "* filter=evil\n");
    for hook in [
        "post-checkout",
        "post-commit",
        "pre-commit",
        "post-merge",
        "reference-transaction",
        "post-update",
        "pre-receive",
        "post-receive",
        "fsmonitor-watchman",
    ] {
        for place in [
            team.path(".git/hooks").join(hook),
            sandbox.path("hooks").join(hook),
        ] {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, &script).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs::set_permissions(&place, mode).unwrap();
        }
    }
    let config = team.path(".git/config");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("{text}[core]\nfsmonitor = {touch}\nsshCommand = {touch}\npager = {touch}\n[uploadpack]\npackObjectsHook = {touch}\n"),
    )
    .unwrap();
    let url = team.url();
    for words in [
        format!("add {url}"),
        "list".to_owned(),
        "show acme/worker".to_owned(),
        "show acme/worker --files".to_owned(),
        "new acme/worker w".to_owned(),
        format!("new {url}//worker w2"),
        "refresh".to_owned(),
        "remove acme".to_owned(),
    ] {
        sandbox.run(&words).ok();
        assert!(!canary.exists(), "{words}");
    }
    assert!(sandbox.path("w/hooks/post-commit").exists());
    assert!(!sandbox.path("w/.git/hooks/post-commit").exists());
}

#[test]
fn other_repositories_are_not_touched() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    sandbox.write("mine/x", "x");
    sandbox.git("mine", "init --quiet");
    let before = entries(&sandbox.path("mine/.git"));
    let git = sandbox.path("mine/.git");
    let run = |words: String| {
        sandbox
            .run(&words)
            .env("GIT_DIR", &git)
            .env("GIT_WORK_TREE", sandbox.path("mine"))
            .env("GIT_INDEX_FILE", git.join("index"))
            .env("GIT_OBJECT_DIRECTORY", git.join("objects"))
            .in_folder("mine")
    };
    run(format!("add {}", team.url())).ok();
    run("refresh".to_owned()).ok();
    assert_eq!(entries(&sandbox.path("mine/.git")), before);
    sandbox.run("new acme/worker w").ok();
}

#[test]
fn what_servers_and_templates_say_cannot_move_the_cursor() {
    let sandbox = Sandbox::new();
    sandbox.program(
        "git",
        "printf 'remote: \\033[2Jhello\\r\\nfatal: https://ada:secret@h/x \\033]0;title\\007\\n' >&2; exit 128",
    );
    let path = format!(
        "{}:{}",
        sandbox.root().join("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let output = sandbox.run("add https://h/x").env("PATH", path).fails(1);
    assert!(
        output.stderr.contains("fatal: https://h/x"),
        "{}",
        output.stderr
    );
    for bad in ["\u{1b}", "\u{7}", "secret"] {
        assert!(!output.stderr.contains(bad), "{:?}", output.stderr);
    }
}

#[test]
fn destinations_are_judged_as_for_the_built_in_ones() {
    for (name, prepare, message) in [
        (
            "a link as destination",
            (|sandbox| symlink("elsewhere", sandbox.path("shop")).unwrap()) as fn(&Sandbox),
            "is a symbolic link; name the folder that it points to",
        ),
        (
            "a file as destination",
            |sandbox| sandbox.write("shop", "mine"),
            "is a file, not a folder",
        ),
        (
            "a link where a file belongs",
            |sandbox| {
                fs::create_dir(sandbox.path("shop")).unwrap();
                symlink("../elsewhere/file", sandbox.path("shop/hello.txt")).unwrap();
            },
            "`hello.txt` is in the way: a link or special file, which is never written through",
        ),
        (
            "another file",
            |sandbox| sandbox.write("shop/hello.txt", "mine"),
            "already there with other content: `hello.txt`",
        ),
    ] {
        let sandbox = Sandbox::new();
        let team = Team::with_two(&sandbox);
        sandbox.run("add").arg(team.url()).ok();
        sandbox.write("elsewhere/file", "precious");
        prepare(&sandbox);
        let before = entries(&sandbox.path(""));
        for words in [
            "new acme/worker shop".to_owned(),
            format!("new {}//worker shop", team.url()),
        ] {
            let output = sandbox.run(&words).fails(1);
            assert!(output.stderr.contains(message), "{name}: {}", output.stderr);
            assert_eq!(entries(&sandbox.path("")), before, "{name}");
        }
    }
}
