//! Template folders that mean harm leave nothing behind, inside the project and out of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use super::support::{Sandbox, TemplateFolder, entries};

/// Makes the template, runs it, and sees that it is refused and that nothing was touched.
fn refused(
    name: &str,
    words: &str,
    message: &str,
    make: impl Fn(&Sandbox, TemplateFolder) -> TemplateFolder,
) {
    let sandbox = Sandbox::new();
    sandbox.write("outside/precious", "precious\n");
    let template = TemplateFolder::new(&sandbox)
        .question("a", "text", "default = \"a\"")
        .file("files/fine.txt", "fine\n");
    let _ = make(&sandbox, template);
    let before = entries(sandbox.root());
    let started = Instant::now();
    let output = sandbox.run("new ./tpl shop").words(words).output();
    assert!(started.elapsed() < Duration::from_secs(5), "{name}");
    output.assert_calm();
    assert_eq!(
        output.code,
        Some(1),
        "{name}: {}{}",
        output.stdout,
        output.stderr
    );
    assert!(output.stderr.contains(message), "{name}: {}", output.stderr);
    assert!(
        !output.stderr.contains("precious"),
        "{name}: {}",
        output.stderr
    );
    assert_eq!(entries(sandbox.root()), before, "{name}");
}

#[test]
fn links_are_not_followed() {
    let link = "symbolic link";
    refused("a link to a file", "", link, |_, template| {
        symlink("../../outside/precious", template.path().join("files/x")).unwrap();
        template
    });
    refused("a link to a folder", "", link, |_, template| {
        symlink("../../outside", template.path().join("files/x")).unwrap();
        template
    });
    refused("a dangling link", "", link, |_, template| {
        symlink("nowhere", template.path().join("files/x")).unwrap();
        template
    });
    refused("a link to itself", "", link, |_, template| {
        symlink("x", template.path().join("files/x")).unwrap();
        template
    });
    refused("files/ itself", "", link, |_, template| {
        fs::rename(template.path().join("files"), template.path().join("f")).unwrap();
        symlink("f", template.path().join("files")).unwrap();
        template
    });
    refused("slots/ itself", "", link, |_, template| {
        symlink("files", template.path().join("slots")).unwrap();
        template
    });
    refused(
        "the manifest",
        "",
        "template.toml: is not a regular file",
        |_, template| {
            fs::rename(
                template.path().join("template.toml"),
                template.path().join("t"),
            )
            .unwrap();
            symlink("t", template.path().join("template.toml")).unwrap();
            template
        },
    );
    refused("a layer", "", link, |sandbox, template| {
        let template = template
            .manifest("[[layers]]\nuse = \"low\"")
            .layer("low", "");
        fs::rename(
            template.path().join("layers/low"),
            sandbox.path("outside/low"),
        )
        .unwrap();
        symlink("../../outside/low", template.path().join("layers/low")).unwrap();
        template
    });
    refused("layers/ itself", "", link, |sandbox, template| {
        let template = template
            .manifest("[[layers]]\nuse = \"low\"")
            .layer("low", "");
        fs::rename(
            template.path().join("layers"),
            sandbox.path("outside/layers"),
        )
        .unwrap();
        symlink("../outside/layers", template.path().join("layers")).unwrap();
        template
    });
}

#[test]
fn pipes_sockets_and_devices_are_not_opened() {
    let strange = "is neither a file nor a folder";
    refused("a pipe", "", strange, |sandbox, template| {
        let path = template.path().join("files/pipe");
        sandbox.run_binary("mkfifo".as_ref()).arg(path).ok();
        template
    });
    refused("a socket", "", strange, |_, template| {
        drop(std::os::unix::net::UnixListener::bind(template.path().join("files/s")).unwrap());
        template
    });
    let sandbox = Sandbox::new();
    let template = TemplateFolder::new(&sandbox);
    let manifest = template.path().join("template.toml");
    fs::remove_file(&manifest).unwrap();
    sandbox.run_binary("mkfifo".as_ref()).arg(manifest).ok();
    sandbox.run("new ./tpl shop").fails(2);
}

#[test]
fn an_answer_cannot_lead_out_of_the_project() {
    for (answer, message) in [
        ("..", "`..`"),
        ("../outside", "`..`"),
        ("../../../../../../etc", "`..`"),
        ("/etc", "absolute path"),
        (".git", "git's own folder"),
        (".GIT", "git's own folder"),
        ("git~1", "git's own folder"),
        (".git.", "git's own folder"),
        (".git::$INDEX_ALLOCATION", "git's own folder"),
        ("x/.git/hooks", "git's own folder"),
        ("x/../../y", "`..`"),
        ("./x", "a part `.`"),
        ("x//y", "empty part"),
        ("x/", "empty part"),
        ("a\\b", "cannot stand in a file name"),
        ("C:", "cannot stand in a file name"),
        ("a:b", "cannot stand in a file name"),
        ("a?", "cannot stand in a file name"),
        ("x.", "ends in a dot or a space"),
        ("aux", "names a device on Windows"),
        ("com1.txt", "names a device on Windows"),
    ] {
        refused(answer, &format!("--a={answer}"), message, |_, template| {
            template.file("files/{{a}}/x.txt", "evil\n")
        });
    }
    refused(
        "a space at the end",
        "",
        "ends in a dot or a space",
        |_, template| template.file("files/{{a}} /x.txt", "evil\n"),
    );
    refused(
        "an empty folder name",
        "--a=",
        "absolute path",
        |_, template| template.file("files/{{a}}/x.txt", "evil\n"),
    );
}

#[test]
fn a_rule_cannot_lead_out_of_the_project() {
    for to in [
        "../x",
        "/etc/x",
        ".git/config",
        "a/../../x",
        "{{a}}/../../x",
        "nul",
        "a\\\\b",
    ] {
        refused(to, "", "x", |_, template| {
            template.manifest(&format!("[[files]]\npath = \"fine.txt\"\nto = \"{to}\""))
        });
    }
}

#[test]
fn git_cannot_be_smuggled_in() {
    for path in [
        ".git/config",
        ".GIT/config",
        "sub/.git/hooks/pre-commit",
        ".g\u{200c}it/config",
        "git~1/config",
        ".git",
    ] {
        refused(path, "", "", |_, template| {
            template.file(&format!("files/{path}"), "evil\n")
        });
    }
}

#[test]
fn names_that_are_one_elsewhere_are_refused() {
    for (first, second) in [
        ("readme.md", "README.md"),
        ("src/a.py", "SRC/b.py"),
        ("straße", "STRASSE"),
        ("caf\u{e9}", "cafe\u{301}"),
        ("a", "A/b"),
    ] {
        refused(first, "", "", |_, template| {
            template
                .file(&format!("files/{first}"), "1")
                .file(&format!("files/{second}"), "2")
        });
    }
    refused(
        "through an answer",
        "--a=FINE.txt",
        "cannot stand side by side",
        |_, template| template.file("files/{{a}}", "x"),
    );
}

#[test]
fn names_that_windows_keeps_are_refused() {
    for name in [
        "con",
        "NUL.txt",
        "a:b",
        "what?",
        "dot.",
        "space ",
        "b<c",
        "tab\tx",
        "new\nline",
    ] {
        refused(name, "", "", |_, template| {
            template.file(&format!("files/{name}"), "x")
        });
    }
}

#[test]
fn a_name_that_is_no_text_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    let template = TemplateFolder::new(&sandbox).file("files/a", "");
    fs::write(
        template
            .path()
            .join("files")
            .join(OsStr::from_bytes(b"\xff")),
        "",
    )
    .unwrap();
    let output = sandbox.run("new ./tpl shop").fails(1);
    assert!(output.stderr.contains("not UTF-8"), "{}", output.stderr);
    assert_eq!(sandbox.litter(), [""; 0]);
}

#[test]
fn the_record_cannot_be_brought_by_a_template() {
    refused("plain", "", ".pyscaffold.toml", |_, template| {
        template.file("files/.pyscaffold.toml", "format = 1\n")
    });
    refused("in capitals", "", "", |_, template| {
        template.file("files/.PYSCAFFOLD.toml", "format = 1\n")
    });
    refused("a folder of that name", "", "", |_, template| {
        template.file("files/.pyscaffold.toml/x", "")
    });
    refused(
        "through an answer",
        "--a=.pyscaffold.toml",
        ".pyscaffold.toml",
        |_, template| template.file("files/{{a}}", "format = 1\n"),
    );
}

#[test]
fn git_in_the_template_folder_is_not_run() {
    let sandbox = Sandbox::with_demo();
    let marker = sandbox.root().join("marker");
    sandbox.git("demo", "init --quiet");
    let config = sandbox.read("demo/.git/config");
    sandbox.write(
        "demo/.git/config",
        format!(
            "{config}[core]\nfsmonitor = touch {0}\nsshCommand = touch {0}\npager = touch {0}\n",
            marker.display()
        ),
    );
    sandbox.run("new ./demo shop").ok();
    sandbox.run("show ./demo --files").ok();
    assert!(!marker.exists());
}

#[test]
fn a_layers_name_is_no_path() {
    for name in ["../outside", "/etc", "..", "a/b", "A", ""] {
        refused(name, "", "layer", |_, template| {
            template.manifest(&format!("[[layers]]\nuse = \"{name}\""))
        });
    }
}
