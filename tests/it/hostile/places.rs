//! Places where no project can be put, or where it would do harm.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use super::stage::{Case, Stage, refused, works};

/// Tries to make a project where the spelling says.
fn at(stage: &mut Stage) {
    stage.template();
    stage.tries("new ./tpl --name shop").spelled_as("");
}

fn close(stage: &Stage, path: &str) {
    fs::set_permissions(stage.root().join(path), Permissions::from_mode(0o555)).unwrap();
}

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        refused("a file", 1, "mine.txt` is a file", at).spelled(&[
            "mine.txt",
            "mine.txt/",
            "mine.txt/.",
            "mine.txt/below/it",
        ]),
        refused("a pipe", 1, "pipe` is a file", |stage| {
            let made = std::process::Command::new("mkfifo")
                .arg(stage.path("pipe"))
                .status();
            assert!(made.unwrap().success());
            stage.template();
            stage.tries("new ./tpl pipe --name shop");
        }),
        refused("a link", 1, "link` is a symbolic link", |stage| {
            symlink("../outside", stage.path("link")).unwrap();
            at(stage);
        })
        .spelled(&["link", "./link", "../work/link"]),
        refused(
            "below a dangling link",
            1,
            "link` is a symbolic link",
            |stage| {
                symlink("nowhere", stage.path("link")).unwrap();
                stage.template();
                stage.tries("new ./tpl link/below/shop");
            },
        ),
        refused("a loop of links", 1, "loop", |stage| {
            symlink("loop", stage.path("loop")).unwrap();
            stage.template();
            stage.tries("new ./tpl loop --name shop");
        }),
        refused("a folder that cannot be written", 1, "closed", |stage| {
            fs::create_dir(stage.path("closed")).unwrap();
            stage.template();
            stage
                .tries("new ./tpl")
                .spelled_as("")
                .word("--name=shop")
                .as_nobody();
            close(stage, "work/closed");
        })
        .spelled(&["closed/shop", "closed/deep/er/shop"]),
        refused("a file system that takes no folders", 1, "`/", at).spelled(&[
            "/proc/shop",
            "/sys/shop",
            "/dev/null/shop",
        ]),
        refused(
            "a folder with other content of the same names",
            1,
            "fine.txt",
            |stage| {
                stage.write("shop/fine.txt", "mine\n");
                at(stage);
            },
        )
        .spelled(&["shop", "shop/", "shop/.", "./shop/../shop", "tpl/../shop"]),
        refused(
            "a folder whose name is too long",
            1,
            "name too long",
            |stage| {
                stage.template();
                stage.tries("new ./tpl --name shop").word("x".repeat(300));
            },
        ),
        refused("a path that is too long", 1, "name too long", |stage| {
            stage.template();
            stage
                .tries("new ./tpl --name shop")
                .word("x/".repeat(3_000));
        }),
        refused(
            "a name from a folder that no project can have",
            2,
            "",
            |stage| {
                stage.template();
                stage.tries("new ./tpl").spelled_as("");
            },
        )
        .spelled(&[
            "json",
            "class",
            "/",
            "nul",
            "--",
            "-x",
            "\u{202e}x",
            "test",
            ".hidden.",
        ]),
        refused("nothing", 2, "", |stage| {
            stage.template();
            stage.tries("new ./tpl --name shop").word("");
        }),
        works("the home, with what is in it", |stage| {
            stage.template();
            stage.tries("new ./tpl ../home --name shop --no-git");
            stage.makes("home/fine.txt").makes("home/.pyscaffold.toml");
        }),
        works("the folder of the template", |stage| {
            stage.template();
            stage.tries("new ./tpl tpl --name shop --no-git");
            stage
                .makes("work/tpl/fine.txt")
                .makes("work/tpl/.pyscaffold.toml");
        }),
        works("a folder inside of the template's files", |stage| {
            stage.template();
            stage
                .tries("new ./tpl tpl/files/shop --no-git")
                .makes("work/tpl/files/shop");
        }),
        works("git's own folder gets no repository of its own", |stage| {
            stage.template();
            stage.git("", "init --quiet repo");
            stage
                .tries("new ./tpl repo/.git/shop")
                .makes("work/repo/.git/shop");
            stage.then(|stage, _| assert!(!stage.path("repo/.git/shop/.git").exists()));
        }),
        works("names that other tools take for a network", |stage| {
            stage.template();
            stage.tries("new ./tpl --name shop --no-git").spelled_as("");
            stage
                .makes("work/https:")
                .makes("work/git@h:x")
                .makes("work/\\\\server\\share");
        })
        .spelled(&["https://h/x", "git@h:x", "\\\\server\\share"]),
        works(
            "a tilde is a folder, for the shell alone knows homes",
            |stage| {
                stage.template();
                stage.tries("new ./tpl ~/shop --no-git").makes("work/~");
            },
        ),
        refused("a folder to work in that is none", 1, "", |stage| {
            stage.template();
            stage.tries("-C").spelled_as("").word("list");
        })
        .spelled(&["nowhere", "mine.txt", "mine.txt/x"]),
        refused(
            "a folder to work in that is gone",
            1,
            "this folder",
            |stage| {
                stage.instead("mkdir gone && cd gone && rmdir ../gone && exec \"$0\" list");
                let program = env!("CARGO_BIN_EXE_pyscaffold");
                stage.word(program);
            },
        ),
        refused(
            "a place for a new template that is taken",
            1,
            "is there already",
            |stage| {
                stage.template();
                stage.write("file/x", "x");
                stage.tries("template new").spelled_as("");
            },
        )
        .spelled(&["tpl", "file"]),
        refused(
            "a place for a rendered template that is taken",
            1,
            "",
            |stage| {
                stage.template();
                symlink("../outside", stage.path("link")).unwrap();
                symlink("nowhere", stage.path("dangling")).unwrap();
                stage.tries("template render ./tpl").spelled_as("");
            },
        )
        .spelled(&["tpl", "mine.txt", "link", "dangling", "mine.txt/x"]),
        refused("a project that is none", 1, ".pyscaffold.toml", |stage| {
            stage.template();
            stage.tries(stage.spelling);
        })
        .spelled(&[
            "update",
            "status ..",
            "diff tpl",
            "update nowhere",
            "status mine.txt",
        ]),
        refused("a project that cannot be written", 1, "shop", |stage| {
            super::super::support::scenario::release(stage, "1.0.0", "", &[("a", "1\n")]);
            stage.run("new ./tpl shop --yes").ok();
            super::super::support::scenario::release(stage, "1.1.0", "", &[("a", "2\n")]);
            stage
                .tries("update shop")
                .as_nobody()
                .makes("work/shop/.git/objects");
            close(stage, "work/shop/.git");
        }),
    ]
}
