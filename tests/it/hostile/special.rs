//! Files that are none, modes that nobody should have, and sizes that nobody can hold.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use super::super::support::scenario::release;
use super::stage::{Case, Stage, refused, works};

const STRANGE: &str = "is neither a file nor a folder";

fn pipe(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Makes a project whose template has changed since, with a pipe in place of a file.
fn piped_project(stage: &mut Stage, path: &str) {
    release(stage, "1.0.0", "", &[("a", "1\n")]);
    stage.run("new ./tpl shop --yes").ok();
    release(stage, "1.1.0", "", &[("a", "2\n")]);
    fs::remove_file(stage.path(path)).unwrap();
    pipe(&stage.path(path));
    stage.tries(stage.spelling);
}

/// Takes all rights away from a part of a template and uses it as somebody without rights.
fn closed(stage: &mut Stage) {
    let template = stage.template().file("files/d/x", "x");
    let part = template.path().join(stage.spelling);
    stage.tries("new ./tpl shop").as_nobody();
    chmod(&part, 0);
    // What a run leaves has to be looked at, which root alone can do.
}

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        refused("a pipe among a template's files", 1, STRANGE, |stage| {
            let template = stage.template();
            pipe(&template.path().join(stage.spelling));
            stage.tries("new ./tpl shop");
        })
        .spelled(&["files/pipe", "files/pipe.hbs", "slots/fine.txt/pipe"]),
        refused("a socket among a template's files", 1, STRANGE, |stage| {
            let template = stage.template();
            drop(UnixListener::bind(template.path().join("files/s")).unwrap());
            stage.tries("new ./tpl shop");
        }),
        refused("a pipe as manifest", 2, "tpl", |stage| {
            let template = stage.template();
            let manifest = template.path().join("template.toml");
            fs::remove_file(&manifest).unwrap();
            pipe(&manifest);
            stage.tries(stage.spelling);
        })
        .spelled(&["new ./tpl shop", "show ./tpl", "template check ./tpl"]),
        refused(
            "a pipe where a file belongs",
            1,
            "`README.md` is in the way",
            |stage| {
                stage.add_demo();
                pipe(&stage.path("shop/README.md"));
                stage.tries("new ./demo shop --on-conflict").spelled_as("");
            },
        )
        .spelled(&["fail", "skip", "overwrite"]),
        refused("a pipe as record", 1, ".pyscaffold.toml", |stage| {
            piped_project(stage, "shop/.pyscaffold.toml");
        })
        .spelled(&["update shop", "status shop", "diff shop"]),
        refused("a pipe in place of a project's file", 1, "", |stage| {
            piped_project(stage, "shop/a");
        })
        .spelled(&["update shop"]),
        works(
            "a pipe in place of a project's file is only looked at",
            |stage| {
                piped_project(stage, "shop/a");
            },
        )
        .spelled(&["status shop", "diff shop"]),
        refused("a pipe as configuration", 1, "config.toml", |stage| {
            pipe(&stage.config_file());
            stage.tries("list");
        }),
        refused("a pipe as list of sources", 1, "sources.toml", |stage| {
            pipe(&stage.config_file().with_file_name("sources.toml"));
            stage.tries(stage.spelling);
        })
        .spelled(&["sources", "list", "refresh"]),
        refused("answers that never end", 2, "/dev/zero", |stage| {
            stage.template();
            stage.tries("new ./tpl shop --answers /dev/zero");
        }),
        refused("a configuration that never ends", 1, "/dev/zero", |stage| {
            stage.tries("list --config /dev/zero");
        }),
        refused("answers that are a folder", 2, "`/`", |stage| {
            stage.template();
            stage.tries("new ./tpl shop --answers /");
        }),
        works(
            "rights that nobody should have are not taken over",
            |stage| {
                let template = stage
                    .template()
                    .file("files/x", "#!/bin/sh\n")
                    .file("files/d/y", "y");
                chmod(&template.path().join("files/x"), 0o6777);
                chmod(&template.path().join("files/fine.txt"), 0o666);
                chmod(&template.path().join("files/d"), 0o3777);
                stage.tries("new ./tpl shop --no-git").makes("work/shop");
                stage.then(|stage, _| {
                    for (path, wanted) in [("x", 0o644), ("fine.txt", 0o644), ("d", 0o755)] {
                        let mode = fs::metadata(stage.path("shop").join(path))
                            .unwrap()
                            .permissions();
                        assert_eq!(mode.mode() & 0o7777, wanted, "{path}");
                    }
                });
            },
        ),
        refused("a part of a template that cannot be read", 1, "tpl", closed).spelled(&[
            "files/fine.txt",
            "files/d",
            "files",
            "template.toml",
        ]),
        refused(
            "a file of a gigabyte",
            1,
            "files/x: is larger than the",
            |stage| {
                let template = stage.template();
                let file = File::create(template.path().join("files/x")).unwrap();
                file.set_len(1 << 30).unwrap();
                stage.tries("new ./tpl shop");
            },
        ),
        refused("files of a gigabyte together", 1, "larger than", |stage| {
            let template = stage.template();
            for number in 0..16 {
                let file = File::create(template.path().join(format!("files/{number}"))).unwrap();
                file.set_len(1 << 26).unwrap();
            }
            stage.tries("new ./tpl shop");
        }),
        refused(
            "more files than a template may have",
            1,
            "10000 files",
            |stage| {
                let template = stage.template();
                for folder in 0..11 {
                    let folder = template.path().join(format!("files/{folder}"));
                    fs::create_dir(&folder).unwrap();
                    for number in 0..1_000 {
                        File::create(folder.join(number.to_string())).unwrap();
                    }
                }
                stage.tries("new ./tpl shop");
            },
        ),
        refused("a record of a gigabyte", 1, ".pyscaffold.toml", |stage| {
            stage.git("", "init --quiet shop");
            let file = File::create(stage.path("shop/.pyscaffold.toml")).unwrap();
            file.set_len(1 << 30).unwrap();
            stage.tries(stage.spelling);
        })
        .spelled(&["update shop", "status shop"]),
        refused("a configuration of a gigabyte", 1, "config.toml", |stage| {
            stage.config("");
            File::options()
                .write(true)
                .open(stage.config_file())
                .unwrap()
                .set_len(1 << 30)
                .unwrap();
            stage.tries(stage.spelling);
        })
        .spelled(&["list", "config list", "config set defaults.author Ada"]),
    ]
}
