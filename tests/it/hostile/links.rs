//! Links of every kind, wherever a path leads.

use std::fs;
use std::os::unix::fs::symlink;

use super::super::support::scenario::release;
use super::super::support::{Sandbox, Team};
use super::stage::{Case, Stage, ends, refused, works};

const LINK: &str = "symbolic link";

const MANIFEST: &str = "format = 1\n[template]\nname = \"worker\"\nversion = \"1.0.0\"\ntitle = \"T\"\nsummary = \"S\"\n";

/// Makes `files/x` of a template a link to the spelling.
fn leads_to(stage: &mut Stage) {
    let template = stage.template();
    let target = stage
        .spelling
        .replace("ROOT", stage.root().to_str().unwrap());
    symlink(target, template.path().join("files/x")).unwrap();
    stage.tries("new ./tpl shop");
}

/// Moves a part of a template away and leaves a link in its place.
fn moved(stage: &mut Stage) {
    let template = stage
        .template()
        .manifest("[[layers]]\nuse = \"low\"")
        .layer("low", "")
        .file("layers/low/files/y", "y")
        .file("slots/fine.txt/z", "z");
    let part = template.path().join(stage.spelling);
    let aside = stage.root().join("outside/part");
    fs::rename(&part, &aside).unwrap();
    symlink(aside, part).unwrap();
    stage.tries("new ./tpl shop");
}

/// Commits a repository with this tree as the folder `worker` and uses its template.
fn fetched(stage: &mut Stage, worker: impl Fn(&Team<'_>, &str) -> String) {
    let url = {
        let team = Team::new(stage, "acme");
        let manifest = team.object("blob", MANIFEST.as_bytes());
        let worker = worker(&team, &manifest);
        let root = team.tree(&[("40000", b"worker", &worker)]);
        team.commit_tree(&root);
        team.url()
    };
    stage
        .tries("new")
        .word(format!("{url}//worker"))
        .word("shop");
}

/// Makes the destination `shop` hold a link, and tries every way to treat files that are there.
fn in_the_way(stage: &mut Stage, path: &str, target: &str) {
    stage.add_demo();
    let link = stage.path(path);
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    symlink(target, link).unwrap();
    stage.tries("new ./demo shop --on-conflict").spelled_as("");
}

const POLICIES: &[&str] = &["fail", "skip", "overwrite"];

/// Makes a project of a template that has changed since.
fn behind(sandbox: &Sandbox) {
    release(sandbox, "1.0.0", "", &[("a", "1\n"), ("d/b", "1\n")]);
    sandbox.run("new ./tpl shop --yes").ok();
    release(sandbox, "1.1.0", "", &[("a", "2\n"), ("d/b", "2\n")]);
}

/// Puts a link in place of a part of the project and commits that.
fn replaced(stage: &Stage, path: &str, target: &str) {
    let place = stage.path("shop").join(path);
    if place.is_dir() {
        fs::remove_dir_all(&place).unwrap();
    } else {
        fs::remove_file(&place).unwrap();
    }
    symlink(target, place).unwrap();
    stage.git("shop", "add --all");
    stage.git("shop", "commit --quiet --message link");
}

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        refused("a template's link", 1, LINK, leads_to).spelled(&[
            "../../../outside/secret",
            "../../../outside",
            "ROOT/outside/secret",
            "nowhere",
            "x",
            "fine.txt",
            "/proc/self/environ",
        ]),
        refused("a link in place of a template's folder", 1, LINK, moved).spelled(&[
            "files",
            "slots",
            "layers",
            "layers/low",
            "layers/low/files",
            "slots/fine.txt",
        ]),
        refused(
            "a link in place of a manifest",
            1,
            "is not a regular file",
            moved,
        )
        .spelled(&["template.toml", "layers/low/layer.toml"]),
        works(
            "the template's folder itself is a link, which a person named",
            |stage| {
                stage.template();
                symlink("tpl", stage.path("named")).unwrap();
                stage.tries("new ./named shop --no-git").makes("work/shop");
            },
        ),
        refused(
            "a link in a git tree",
            1,
            "worker/files/x: is a symbolic link",
            |stage| {
                let target = stage.spelling;
                fetched(stage, |team, manifest| {
                    let link = team.object("blob", target.as_bytes());
                    let files = team.tree(&[("120000", b"x", &link)]);
                    team.tree(&[
                        ("40000", b"files", &files),
                        ("100644", b"template.toml", manifest),
                    ])
                });
            },
        )
        .spelled(&["../../../../etc/passwd", "/etc", "x", "", "fine"]),
        refused(
            "a link and a folder of one name in a git tree",
            1,
            "worker/files/A: is a symbolic link",
            |stage| {
                fetched(stage, |team, manifest| {
                    let link = team.object("blob", b".git");
                    let blob = team.object("blob", b"x");
                    let folder = team.tree(&[("100644", b"hooks", &blob)]);
                    let files = team.tree(&[("120000", b"A", &link), ("40000", b"a", &folder)]);
                    team.tree(&[
                        ("40000", b"files", &files),
                        ("100644", b"template.toml", manifest),
                    ])
                });
            },
        ),
        refused(
            "a folder of a git tree is a link",
            1,
            "worker/files: is a symbolic link",
            |stage| {
                fetched(stage, |team, manifest| {
                    let link = team.object("blob", b"..");
                    team.tree(&[
                        ("120000", b"files", &link),
                        ("100644", b"template.toml", manifest),
                    ])
                });
            },
        ),
        refused(
            "a git tree's manifest is a link",
            1,
            "template.toml",
            |stage| {
                fetched(stage, |team, _| {
                    let link = team.object("blob", b"/etc/passwd");
                    team.tree(&[("120000", b"template.toml", &link)])
                });
            },
        ),
        refused(
            "the destination is a link",
            1,
            "is a symbolic link; name the folder",
            |stage| {
                in_the_way(stage, "shop", "../outside");
            },
        )
        .spelled(POLICIES),
        refused(
            "the destination is a dangling link",
            1,
            "is a symbolic link; name the folder",
            |stage| {
                in_the_way(stage, "shop", "nowhere");
            },
        )
        .spelled(POLICIES),
        refused(
            "a link stands where a file belongs",
            1,
            "`README.md` is in the way",
            |stage| {
                in_the_way(stage, "shop/README.md", "../../outside/secret");
            },
        )
        .spelled(POLICIES),
        refused(
            "a dangling link stands where a file belongs",
            1,
            "`README.md` is in the way",
            |stage| {
                in_the_way(stage, "shop/README.md", "../../outside/new");
            },
        )
        .spelled(POLICIES),
        refused(
            "a link stands where a folder belongs",
            1,
            "`src` is in the way",
            |stage| {
                in_the_way(stage, "shop/src", "../../outside");
            },
        )
        .spelled(POLICIES),
        refused(
            "a loop of links lies above the destination",
            1,
            "loop",
            |stage| {
                stage.add_demo();
                symlink("other", stage.path("loop")).unwrap();
                symlink("loop", stage.path("other")).unwrap();
                stage.tries("new ./demo loop/shop");
            },
        ),
        refused(
            "the folder above is swapped for a link while files are prepared",
            1,
            "it was moved away while",
            |stage| {
                stage.add_demo();
                fs::create_dir(stage.path("in")).unwrap();
                let swap = format!(
                    "touch uv.lock; cd {0}; mv in away; ln -s ../outside in",
                    stage.path("").display()
                );
                stage.fakes("uv", &swap).tries("new ./demo in/shop --lock");
                // What the swap itself did, and what it took away.
                stage.makes("work/in").makes("work/away");
                stage.then(|stage, _| {
                    let away = fs::read_dir(stage.path("away")).unwrap().count();
                    assert!(away <= 1, "only what was swapped away may be left");
                });
            },
        ),
        refused(
            "a folder of the destination is swapped for a link after it was checked",
            1,
            "shop/src`",
            |stage| {
                stage.add_demo();
                fs::create_dir_all(stage.path("shop/src")).unwrap();
                let swap = format!(
                    "touch uv.lock; cd {}/shop; mv src ../away; ln -s ../../outside src",
                    stage.path("").display()
                );
                stage
                    .fakes("uv", &swap)
                    .tries("new ./demo shop --lock --on-conflict overwrite");
                stage.makes("work/shop/src").makes("work/away");
            },
        ),
        refused(
            "a link is left where a lock file belongs",
            1,
            "uv.lock",
            |stage| {
                stage.add_demo();
                stage.fakes("uv", "ln -s ../../../outside/secret uv.lock");
                stage.tries("new ./demo shop --lock");
            },
        ),
        refused("the record is a link", 1, ".pyscaffold.toml", |stage| {
            behind(stage);
            let record = stage.read("shop/.pyscaffold.toml");
            fs::write(stage.root().join("outside/record"), record).unwrap();
            replaced(stage, ".pyscaffold.toml", "../../outside/record");
            stage.tries(stage.spelling);
        })
        .spelled(&["update shop", "status shop", "diff shop"]),
        ends(
            "a project's file is a link and the update would change it",
            3,
            |stage| {
                behind(stage);
                replaced(stage, "a", "../../outside/secret");
                stage
                    .tries("update shop")
                    .makes("work/shop/.git")
                    .makes("work/shop/.pyscaffold.toml");
                stage.makes("work/shop/d/b");
            },
        ),
        works(
            "a project's folder is a link and the update would change what is in it",
            |stage| {
                behind(stage);
                replaced(stage, "d", "../../outside");
                stage
                    .tries("update shop")
                    .makes("work/shop/.git")
                    .makes("work/shop/.pyscaffold.toml");
                stage.makes("work/shop/a");
            },
        ),
        refused(
            "a list of sources comes as a link",
            2,
            "no source `evil`",
            |stage| {
                stage.git("", "init --quiet repo");
                let text = "[sources.evil]\ngit = \"https://example.org/x\"\n";
                fs::write(stage.root().join("outside/sources"), text).unwrap();
                symlink(
                    "../../outside/sources",
                    stage.path("repo/.pyscaffold-sources.toml"),
                )
                .unwrap();
                stage.inside("repo").tries("new evil/worker x --offline");
            },
        ),
    ]
}
