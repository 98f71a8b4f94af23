//! Repositories, trees and configurations that would make git do something.

use std::fs;

use super::super::support::Team;
use super::super::support::scenario::release;
use super::stage::{Case, Stage, no_text, refused, works};

const MANIFEST: &[u8] = b"format = 1\n[template]\nname = \"worker\"\nversion = \"1.0.0\"\ntitle = \"T\"\nsummary = \"S\"\n";

/// Settings that would make git run a program or look somewhere else.
const CONFIG: &str = "[core]\nfsmonitor = touch ROOT/outside/run\nsshCommand = touch ROOT/outside/run\npager = touch ROOT/outside/run\nhooksPath = ROOT/outside/hooks\neditor = touch ROOT/outside/run\nattributesFile = ROOT/outside/attributes\n[filter \"evil\"]\nclean = touch ROOT/outside/run\nsmudge = touch ROOT/outside/run\nprocess = touch ROOT/outside/run\nrequired = true\n[diff]\nexternal = touch ROOT/outside/run\n[credential]\nhelper = !touch ROOT/outside/run\n[uploadpack]\npackObjectsHook = touch ROOT/outside/run\n[alias]\nfetch = !touch ROOT/outside/run\n[include]\npath = ROOT/outside/more\n";

const HOOKS: [&str; 8] = [
    "post-checkout",
    "post-commit",
    "pre-commit",
    "post-merge",
    "post-index-change",
    "reference-transaction",
    "fsmonitor-watchman",
    "post-rewrite",
];

/// Makes a repository whose template `worker` has this folder `files`, and uses it in all ways that there are.
fn fetched(stage: &mut Stage, files: impl Fn(&Team<'_>) -> String) {
    let url = {
        let team = Team::new(stage, "acme");
        let manifest = team.object("blob", MANIFEST);
        let files = files(&team);
        let worker = team.tree(&[
            ("40000", b"files", &files),
            ("100644", b"template.toml", &manifest),
        ]);
        let root = team.tree(&[("40000", b"worker", &worker)]);
        team.commit_tree(&root);
        team.url()
    };
    stage
        .tries("new")
        .word(format!("{url}//worker"))
        .word("shop");
}

/// The same with one entry of a mode and a name.
fn with(stage: &mut Stage, mode: &str, name: &[u8]) {
    fetched(stage, |team| {
        let blob = team.object("blob", b"x");
        team.tree(&[(mode, name, &blob)])
    });
}

/// Gives a repository every hook and every setting that runs something.
fn arm(stage: &Stage, folder: &std::path::Path) {
    let root = stage.root().display().to_string();
    let config = folder.join("config");
    let text = fs::read_to_string(&config).unwrap_or_default();
    fs::write(config, format!("{text}{}", CONFIG.replace("ROOT", &root))).unwrap();
    for hooks in [folder.join("hooks"), stage.root().join("outside/hooks")] {
        fs::create_dir_all(&hooks).unwrap();
        for hook in HOOKS {
            let script = format!("#!/bin/sh\ntouch {root}/outside/run\n");
            super::super::support::install_program(script.as_bytes(), &hooks.join(hook));
        }
    }
}

/// Makes a project of a template that has changed since.
fn behind(stage: &Stage) {
    release(stage, "1.0.0", "", &[("a", "1\n")]);
    stage.run("new ./tpl shop --yes").ok();
    release(stage, "1.1.0", "", &[("a", "2\n")]);
}

fn two(stage: &Stage) -> String {
    Team::with_two(stage).url()
}

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        refused("git's folder in a tree", 1, "git's own folder", |stage| {
            let name = stage.spelling;
            with(stage, "100644", name.as_bytes());
        })
        .spelled(&[
            ".git",
            ".GIT",
            "git~1",
            ".git.",
            ".git ",
            ".g\u{200c}it",
            ".git::$DATA",
        ]),
        refused(
            "a folder of a tree leads away",
            1,
            "holds a name that no folder can have",
            |stage| {
                let name = stage.spelling;
                with(stage, "100644", name.as_bytes());
            },
        )
        .spelled(&["..", ".", "a/../../x", "/etc/x", "a/b"]),
        refused(
            "a name of a tree is no text",
            1,
            "holds a name that is not UTF-8",
            |stage| {
                with(stage, "100644", b"\xff");
            },
        ),
        refused(
            "a name of a tree is too long",
            1,
            "more than the 255",
            |stage| {
                with(stage, "100644", &[b'x'; 300]);
            },
        ),
        refused(
            "a submodule",
            1,
            "worker/files/x: is a submodule",
            |stage| {
                with(stage, "160000", b"x");
            },
        ),
        refused(
            "an entry of a strange kind",
            1,
            "worker/files/x: is neither a file nor a folder",
            |stage| {
                let mode = stage.spelling;
                with(stage, mode, b"x");
            },
        )
        .spelled(&["100600", "20644", "10644", "140000"]),
        refused(
            "one name twice in a tree",
            1,
            "worker/files/x: stands twice in its folder",
            |stage| {
                fetched(stage, |team| {
                    let (one, other) = (team.object("blob", b"1"), team.object("blob", b"2"));
                    team.tree(&[("100644", b"x", &one), ("100644", b"x", &other)])
                });
            },
        ),
        refused(
            "names that are one elsewhere",
            1,
            "cannot stand side by side",
            |stage| {
                fetched(stage, |team| {
                    let blob = team.object("blob", b"x");
                    let folder = team.tree(&[("100644", b"b", &blob)]);
                    team.tree(&[("100644", b"A", &blob), ("40000", b"a", &folder)])
                });
            },
        ),
        refused(
            "a tree whose content is missing",
            1,
            "git cannot fetch",
            |stage| {
                fetched(stage, |team| {
                    team.tree(&[("100644", b"x", &"7".repeat(40))])
                });
            },
        ),
        refused("a folder that is a file's content", 1, "acme", |stage| {
            fetched(stage, |team| {
                let blob = team.object("blob", b"x");
                team.tree(&[("40000", b"x", &blob)])
            });
        }),
        refused("a bomb of folders", 1, "10000 files", |stage| {
            fetched(stage, |team| {
                let blob = team.object("blob", b"x");
                let mut tree = team.tree(&[("100644", b"x", &blob)]);
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
            });
        }),
        works("files that git would act on are only copied", |stage| {
            let url = {
                let team = Team::with_two(stage);
                team.file(".gitattributes", "* filter=evil ident export-subst\n")
                    .file(
                        ".gitmodules",
                        "[submodule \"x\"]\npath = x\nurl = ext::sh -c touch\n",
                    )
                    .file(".lfsconfig", "[lfs]\nurl = https://example.org/evil\n")
                    .file(
                        "worker/files/big.bin",
                        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
                    )
                    .file("worker/files/id.txt", "$Id$ $Format:%H$\n")
                    .file(
                        "worker/files/hooks/post-commit",
                        "#!/bin/sh\ntouch ../run\n",
                    )
                    .commit();
                arm(stage, &team.path(".git"));
                team.url()
            };
            stage
                .tries("new")
                .word(format!("{url}//worker"))
                .word("shop")
                .makes("work/shop");
            stage.then(|stage, _| {
                assert!(stage.read("shop/big.bin").starts_with("version https"));
                assert_eq!(stage.read("shop/id.txt"), "$Id$ $Format:%H$\n");
                assert!(!stage.path("shop/.git/hooks/post-commit").exists());
            });
        }),
        works(
            "a template folder with an armed repository in it",
            |stage| {
                stage.template();
                stage.git("tpl", "init --quiet");
                arm(stage, &stage.path("tpl/.git"));
                stage.tries(stage.spelling).makes("work/shop");
            },
        )
        .spelled(&["new ./tpl shop", "show ./tpl --files", "list"]),
        works("a destination with an armed repository in it", |stage| {
            stage.template();
            stage.git("", "init --quiet shop");
            arm(stage, &stage.path("shop/.git"));
            stage
                .tries("new ./tpl shop")
                .makes("work/shop/.pyscaffold.toml")
                .makes("work/shop/fine.txt");
        }),
        works("a project with an armed repository", |stage| {
            behind(stage);
            arm(stage, &stage.path("shop/.git"));
            stage.tries(stage.spelling).makes("work/shop");
        })
        .spelled(&[
            "update shop",
            "status shop",
            "diff shop",
            "update shop --dry-run --diff",
        ]),
        works(
            "a project that borrows its objects from elsewhere",
            |stage| {
                behind(stage);
                let alternates = format!("{}\n", stage.root().join("outside").display());
                stage.write("shop/.git/objects/info/alternates", alternates);
                stage.tries("update shop").makes("work/shop");
            },
        ),
        works(
            "a destination that says another's repository is its own",
            |stage| {
                stage.git("", "init --quiet other");
                stage.template();
                stage.write("shop/.git", "gitdir: ../other/.git\n");
                stage
                    .tries("new ./tpl shop")
                    .makes("work/shop/.pyscaffold.toml")
                    .makes("work/shop/fine.txt");
            },
        ),
        refused(
            "a project whose repository is nowhere",
            1,
            "/nowhere/at/all",
            |stage| {
                behind(stage);
                fs::remove_dir_all(stage.path("shop/.git")).unwrap();
                stage.write("shop/.git", "gitdir: /nowhere/at/all\n");
                stage.tries("update shop");
            },
        ),
        works("variables that lead git to another repository", |stage| {
            let url = two(stage);
            stage.git("", "init --quiet other");
            let git = stage.path("other/.git");
            stage
                .tries("new")
                .word(format!("{url}//worker"))
                .word("shop")
                .makes("work/shop");
            for name in ["GIT_DIR", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"] {
                stage.variable(name, &git);
            }
            stage.variable("GIT_WORK_TREE", git.parent().unwrap());
            stage.variable("GIT_INDEX_FILE", git.join("index"));
            stage.variable("GIT_TEMPLATE_DIR", stage.root().join("outside"));
        }),
        refused(
            "a ref that git would take for an option",
            2,
            "--ref",
            |stage| {
                let url = two(stage);
                stage
                    .tries("new")
                    .word(format!("{url}//worker"))
                    .word("shop")
                    .spelled_as("--ref=");
            },
        )
        .spelled(&[
            "-x",
            "--upload-pack=touch x",
            "",
            "a..b",
            "a b",
            "x:refs/heads/main",
            "x^{tree}",
            "@{-1}",
        ]),
        refused(
            "a ref in an address that git would take for an option",
            2,
            "-",
            |stage| {
                let url = two(stage);
                stage
                    .tries("new")
                    .word(format!("{url}//worker@--upload-pack=touch"))
                    .word("shop");
            },
        ),
        refused(
            "a ref that names no commit",
            1,
            "git cannot fetch",
            |stage| {
                let team = Team::with_two(stage);
                team.git("tag blob HEAD:worker/template.toml");
                team.git("tag tree HEAD^{tree}");
                let url = team.url();
                stage
                    .tries("new")
                    .word(format!("{url}//worker"))
                    .word("shop")
                    .spelled_as("--ref=");
            },
        )
        .spelled(&["nowhere"]),
        refused("a tag that is no commit's", 1, "acme", |stage| {
            let team = Team::with_two(stage);
            team.git("tag blob HEAD:worker/template.toml");
            team.git("tag tree HEAD^{tree}");
            let url = team.url();
            stage
                .tries("new")
                .word(format!("{url}//worker"))
                .word("shop")
                .spelled_as("--ref=");
        })
        .spelled(&["blob", "tree"]),
        works(
            "branches with names that look like options are left alone",
            |stage| {
                let team = Team::with_two(stage);
                team.git("update-ref refs/heads/-x HEAD");
                team.git("update-ref refs/heads/--upload-pack=touch HEAD");
                let url = team.url();
                stage
                    .tries("add")
                    .word(url)
                    .makes("home/.config/pyscaffold");
            },
        ),
        refused(
            "a repository without a commit",
            1,
            "git cannot fetch",
            |stage| {
                let url = Team::new(stage, "acme").url();
                stage.tries("add").word(url);
            },
        ),
        works("objects that say they are others", |stage| {
            let team = Team::with_two(stage);
            let evil = team.object("blob", b"evil {{name}}\n");
            let good = team.git("rev-parse HEAD:worker/files/hello.txt.hbs");
            team.git(&format!("replace {} {evil}", good.trim()));
            let url = team.url();
            stage
                .tries("new")
                .word(format!("{url}//worker"))
                .word("shop")
                .makes("work/shop");
            stage.then(|stage, _| assert_eq!(stage.read("shop/hello.txt"), "hello shop\n"));
        }),
        refused("a template's folder that is no text", 1, "UTF-8", |stage| {
            let template = stage.template();
            fs::create_dir(template.path().join("files").join(no_text(b"d\xff"))).unwrap();
            stage.tries("new ./tpl shop");
        }),
    ]
}
