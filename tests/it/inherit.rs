//! Templates that build upon others: built in, of the same source, of another repository.

use std::fs;

use super::support::{Sandbox, Team};

/// A base template with a layer `ci` of its own, in a repository of its own.
fn base(sandbox: &Sandbox) -> Team<'_> {
    let team = Team::new(sandbox, "base");
    team.template(
        "api",
        "1.2.0",
        "next = [\"make\"]\n[[layers]]\nuse = \"ci\"\nwhen = { ci = true }\n[defaults]\nlevel = \"base\"\n[[questions]]\nkey = \"ci\"\ntype = \"bool\"\ntitle = \"CI\"\ndefault = true",
    )
    .layer(
        "api/layers/ci",
        "0.1.0",
        "[[questions]]\nkey = \"level\"\ntype = \"text\"\ntitle = \"Level\"\ndefault = \"layer\"",
    )
    .file("api/layers/ci/files/ci.txt.hbs", "base ci {{level}}\n")
    .file("api/files/base.txt", "base\n")
    .file("api/files/readme.md.hbs", "# {{name}}\n\n{{slot \"more\"}}\n")
    .file("api/files/pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"a\"]\n")
    .file("api/files/.gitignore", "*.log\n")
    .commit();
    team.git("tag v1");
    team
}

#[test]
fn a_built_in_template_is_built_upon() {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    team.template(
        "api",
        "1.0.0",
        "[extends]\ntemplate = \"builtin:fastapi-api\"\nversion = \">=1, <2\"\nwithout = [\"builtin:ci-gitlab\"]\n[[layers]]\nuse = \"ci\"\nreplaces = \"builtin:ci-github\"\n[defaults]\ndatabase = \"none\"\n[[questions]]\nkey = \"team\"\ntype = \"text\"\ntitle = \"Team\"\ndefault = \"core {{database}}\"\n[[files]]\npath = \"Dockerfile\"\nreplaces = true",
    )
    .layer("api/layers/ci", "0.1.0", "")
    .file("api/layers/ci/files/.github/workflows/ci.yml", "name: team\n")
    .file("api/files/CODEOWNERS.hbs", "* {{team}}\n")
    .file("api/files/Dockerfile", "FROM scratch\n")
    .file("api/files/pyproject.toml", "[tool.team]\nx = 1\n")
    .file("api/files/.gitignore", "/team\n")
    .commit();
    sandbox.run("add").arg(team.url()).ok();
    let shown = sandbox.run("show acme/api --files").ok().stdout;
    let layers = |path: &str| {
        let line = shown
            .lines()
            .find(|line| line.split_whitespace().next() == Some(path));
        line.unwrap_or_else(|| panic!("{path}: {shown}"))
            .split_once(' ')
            .unwrap()
            .1
            .trim()
            .to_owned()
    };
    assert_eq!(layers(".github/workflows/ci.yml"), "ci");
    assert_eq!(layers("CODEOWNERS"), "api");
    assert_eq!(layers("Dockerfile"), "api");
    assert_eq!(layers("LICENSE"), "builtin:base");
    assert!(layers("pyproject.toml").ends_with("builtin:fastapi-api, api"));
    assert!(layers(".gitignore").ends_with("api"));
    sandbox.run("new acme/api shop").ok();
    assert_eq!(
        sandbox.read("shop/.github/workflows/ci.yml"),
        "name: team\n"
    );
    assert_eq!(sandbox.read("shop/Dockerfile"), "FROM scratch\n");
    assert_eq!(sandbox.read("shop/CODEOWNERS"), "* core none\n");
    let pyproject = sandbox.read("shop/pyproject.toml");
    assert!(pyproject.contains("fastapi") && pyproject.contains("[tool.team]\nx = 1"));
    let record = sandbox.read("shop/.pyscaffold.toml");
    assert!(record.contains("\"builtin:fastapi-api\" = "), "{record}");
    assert!(record.contains("ci = \"0.1.0\""), "{record}");
    assert!(record.contains("database = \"none\""), "{record}");
    // The replaced layer comes when the one that it replaces came.
    sandbox.run("new acme/api bare --ci none").ok();
    assert!(!sandbox.path("bare/.github/workflows/ci.yml").exists());
    // All that the built-in one asks is asked, and its next steps are the next steps.
    let new = sandbox.run("new acme/api again --auth none --team x").ok();
    assert!(new.stderr.contains("uv sync"), "{}", new.stderr);
}

#[test]
fn a_template_of_another_repository_is_built_upon_at_a_commit() {
    let sandbox = Sandbox::new();
    let base = base(&sandbox);
    let first = base.git("rev-parse HEAD").trim().to_owned();
    let team = Team::new(&sandbox, "acme");
    let address = format!("{}//api", base.url());
    team.template(
        "shop",
        "1.0.0",
        &format!(
            "[extends]\ntemplate = \"{address}\"\nversion = \"^1.1\"\n[defaults]\nlevel = \"team\""
        ),
    )
    .file("shop/slots/readme.md/more", "More of the team.\n")
    .file(
        "shop/files/pyproject.toml",
        "[project]\ndependencies = [\"b\"]\n",
    )
    .file("shop/files/.gitignore", "/own\n")
    .commit();
    let added = sandbox.run("add").arg(team.url()).ok();
    assert!(
        added
            .stderr
            .contains(&format!("Inherits   {address}, commit {}", &first[..7])),
        "{}",
        added.stderr
    );
    base.file("api/files/base.txt", "newer\n").commit();
    let second = base.git("rev-parse HEAD").trim().to_owned();
    for place in [base.path(""), team.path("")] {
        fs::rename(&place, place.with_extension("away")).unwrap();
    }
    sandbox.run("new acme/shop w").ok();
    assert_eq!(sandbox.read("w/base.txt"), "base\n");
    assert_eq!(sandbox.read("w/ci.txt"), "base ci team\n");
    assert_eq!(sandbox.read("w/readme.md"), "# w\n\nMore of the team.\n");
    assert_eq!(sandbox.read("w/.gitignore"), "*.log\n\n/own\n");
    assert!(sandbox.read("w/pyproject.toml").contains("[\"a\", \"b\"]"));
    let record = sandbox.read("w/.pyscaffold.toml");
    let expected = format!(
        "[inherits.\"{address}\"]\nsource = \"{}\"\nsubdir = \"api\"\ncommit = \"{first}\"\n",
        base.url()
    );
    assert!(record.contains(&expected), "{record}");
    assert!(
        record.contains(&format!("\"{address}\" = \"1.2.0\"")),
        "{record}"
    );
    for place in [base.path(""), team.path("")] {
        fs::rename(place.with_extension("away"), &place).unwrap();
    }
    let told = sandbox.run("refresh").ok().stdout;
    assert_eq!(
        told,
        format!(
            "acme: what it inherits has moved\n  inherits {address}  {} -> {}\n",
            &first[..7],
            &second[..7]
        )
    );
    sandbox.run("new acme/shop w2").ok();
    assert_eq!(sandbox.read("w2/base.txt"), "newer\n");
    // One-off, and in a folder.
    sandbox.run(&format!("new {}//shop w3", team.url())).ok();
    assert_eq!(sandbox.read("w3/base.txt"), "newer\n");
    let folder = team.path("shop").display().to_string();
    sandbox.run(&format!("new {folder} w4")).ok();
    assert_eq!(sandbox.read("w4/base.txt"), "newer\n");
}

#[test]
fn templates_of_one_source_share_layers_and_each_other() {
    let sandbox = Sandbox::new();
    let team = Team::new(&sandbox, "acme");
    team.file(
        "pyscaffold-source.toml",
        "format = 1\ntemplates = [\"plain\", \"special\"]\n",
    )
    .layer("layers/shared", "0.1.0", "")
    .file("layers/shared/files/shared.txt", "shared\n")
    .template("plain", "1.0.0", "[[layers]]\nuse = \"source:shared\"")
    .template("special", "2.0.0", "[extends]\ntemplate = \"source:plain\"")
    .file("plain/files/plain.txt", "plain\n")
    .file("special/files/special.txt", "special\n")
    .commit();
    sandbox.run("add").arg(team.url()).ok();
    let shown = sandbox.run("show acme/special --files").ok().stdout;
    for (path, layer) in [
        ("plain.txt", "source:plain"),
        ("shared.txt", "source:shared"),
        ("special.txt", "special"),
    ] {
        let line = shown.lines().find(|line| line.starts_with(path)).unwrap();
        assert!(line.ends_with(layer), "{line}");
    }
    // In a folder the nearest file of a source above says where the source begins.
    let folder = team.path("special").display().to_string();
    sandbox.run(&format!("new {folder} w")).ok();
    assert_eq!(sandbox.read("w/shared.txt"), "shared\n");
}

#[test]
fn what_cannot_be_inherited_is_refused_with_the_line() {
    let sandbox = Sandbox::new();
    let base = base(&sandbox);
    let url = base.url();
    let layer = format!("{url}//api/layers/ci@v1");
    let rows = [
        ("[extends]\ntemplate = \"builtin:fastapi-api\"\nversion = \">=99\"".to_owned(), "x/template.toml:8:1: this needs `builtin:fastapi-api` >=99, and the one that is there is 1."),
        ("[extends]\ntemplate = \"builtin:nothing\"".to_owned(), "there is no template `builtin:nothing`; built in are"),
        ("[extends]\ntemplate = \"other\"".to_owned(), "`other` says not where it is from"),
        ("[extends]\ntemplate = \"source:nowhere\"".to_owned(), "this source has no template in `nowhere`"),
        ("[extends]\ntemplate = \"source:../x\"".to_owned(), "`..`"),
        ("[extends]\ntemplate = \"source:x\"".to_owned(), "more than 8 templates build upon each other"),
        ("[extends]\ntemplate = \"builtin:fastapi-api\"\nwithout = [\"builtin:nothing\"]".to_owned(), "`without` names `builtin:nothing`, which is no layer of `builtin:fastapi-api`; those are"),
        ("[extends]\ntemplate = \"builtin:fastapi-api\"\nversion = \"one\"".to_owned(), "`one` is no range of versions"),
        ("[extends]\nversion = \"1\"".to_owned(), "`template` is missing in `[extends]`"),
        ("[extends]\ntemplate = \"builtin:fastapi-api\"\nwith = 1".to_owned(), "unknown key `with` in `[extends]`"),
        ("[[layers]]\nuse = \"builtin:base\"\nreplaces = \"builtin:docs\"".to_owned(), "`replaces` is for a template that builds upon another"),
        ("[extends]\ntemplate = \"builtin:fastapi-api\"\n[[layers]]\nuse = \"builtin:docs\"".to_owned(), "layer `builtin:docs` is used twice"),
        ("[extends]\ntemplate = \"builtin:fastapi-api\"\n[[layers]]\nuse = \"builtin:docs\"\nreplaces = \"x\"".to_owned(), "`replaces` names `x`, which is no layer"),
        ("[[layers]]\nuse = \"builtin:base\"\nversion = \">=99\"".to_owned(), "this needs `builtin:base` >=99"),
        (format!("[[layers]]\nuse = \"{layer}\"\nversion = \">=99\""), ">=99, and the one that is there is 0.1.0"),
        (format!("[extends]\ntemplate = \"{url}//nowhere\""), "holds no `template.toml`"),
        (format!("[[layers]]\nuse = \"{url}//api\""), "holds no `layer.toml`"),
        (format!("[extends]\ntemplate = \"{url}//api@v9\""), "git cannot fetch `v9`"),
        ("[extends]\ntemplate = \"ext::sh -c date\"".to_owned(), "`ext::` addresses are not taken"),
        ("[extends]\ntemplate = \"git://h/x\"".to_owned(), "`git://` addresses are not taken"),
        ("[extends]\ntemplate = \"https://u:secret@h/x\"".to_owned(), "a user name or a password"),
        ("[extends]\ntemplate = \"--upload-pack=x:y\"".to_owned(), "begins with `-`"),
        ("[extends]\ntemplate = \"http://127.0.0.1:9/x\"".to_owned(), "by https or ssh"),
    ];
    for (text, message) in rows {
        let team = Team::new(&sandbox, "acme");
        team.template("x", "1.0.0", &text).commit();
        let output = sandbox.run("add").arg(team.url()).output();
        assert_eq!(output.code, Some(1), "{text}: {}", output.stderr);
        assert!(output.stderr.contains(message), "{text}: {}", output.stderr);
        assert!(
            output.stderr.contains("x/template.toml:"),
            "{text}: {}",
            output.stderr
        );
        assert!(!output.stderr.contains("secret"), "{}", output.stderr);
        assert_eq!(sandbox.run("sources").ok().stdout, "");
        fs::remove_dir_all(team.path("")).unwrap();
    }
    // Fine, to see that the rows above fail for their reason.
    let team = Team::new(&sandbox, "acme");
    team.template(
        "x",
        "1.0.0",
        &format!("[[layers]]\nuse = \"{layer}\"\nversion = \"0.1\""),
    )
    .commit();
    sandbox.run("add").arg(team.url()).ok();
    sandbox.run("new acme/x w").ok();
    assert_eq!(sandbox.read("w/ci.txt"), "base ci layer\n");
}

#[test]
fn a_layer_can_be_left_out_and_another_put_in_its_place() {
    let sandbox = Sandbox::new();
    let base = base(&sandbox);
    base.template(
        "without",
        "1.0.0",
        "[extends]\ntemplate = \"source:api\"\nwithout = [\"ci\"]",
    )
    .template(
        "instead",
        "1.0.0",
        "[extends]\ntemplate = \"source:api\"\n[[layers]]\nuse = \"ci\"\nreplaces = \"ci\"",
    )
    .layer("instead/layers/ci", "7.0.0", "")
    .file("instead/layers/ci/files/ci.txt", "other ci\n")
    .commit();
    sandbox.run("add").arg(base.url()).ok();
    sandbox.run("new base/without w").ok();
    assert!(!sandbox.path("w/ci.txt").exists());
    let output = sandbox.run("new base/without w2 -D level=x").fails(2);
    assert!(output.stderr.contains("level"), "{}", output.stderr);
    sandbox.run("new base/instead i").ok();
    assert_eq!(sandbox.read("i/ci.txt"), "other ci\n");
    sandbox.run("new base/instead j --no-ci").ok();
    assert!(!sandbox.path("j/ci.txt").exists());
}
