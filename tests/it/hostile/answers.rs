//! Answers that would become more than text, in every built-in template.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use yaml_rust2::YamlLoader;

use super::stage::{Case, Seen, Stage, refused, works};

/// The built-in templates.
const BUILT_IN: &[&str] = &[
    "celery-queue",
    "click-cli",
    "fastapi-api",
    "pytorch-inference",
    "scrapy-crawler",
];

/// Reads the Python files that it is given, and runs none.
const READ_PYTHON: &str = r#"
import ast, sys

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        ast.parse(file.read(), path)
"#;

/// Makes a project of the template that the spelling names, with everything it can have, and one text as description and author.
fn answered(stage: &mut Stage, text: &str) {
    stage.write("answer", text);
    let words = "new @ shop --no-git -D docker=true -D docs=true".replace('@', stage.spelling);
    // Both kinds of pipelines hold answers.
    let ci = if stage.spelling.len().is_multiple_of(2) {
        "github"
    } else {
        "gitlab"
    };
    stage
        .tries(&words)
        .word(format!("-Dci={ci}"))
        .word(format!("--set=description={text}"))
        .word(format!("--set=author={text}"))
        .makes("work/shop")
        .then(is_only_text);
}

/// Sees that all files can be read by what reads them, and that the text is what it was.
fn is_only_text(stage: &Stage, _: &Seen) {
    let text = stage.read("answer");
    let document: toml::Table = stage.read("shop/pyproject.toml").parse().unwrap();
    let project = &document["project"];
    assert_eq!(project["description"].as_str(), Some(text.as_str()));
    assert_eq!(project["authors"][0]["name"].as_str(), Some(text.as_str()));
    let record: toml::Table = stage.read("shop/.pyscaffold.toml").parse().unwrap();
    assert_eq!(record["answers"]["author"].as_str(), Some(text.as_str()));
    let mut files = Vec::new();
    collect(&stage.path("shop"), &mut files);
    let end = |path: &Path| {
        path.extension()
            .map(|end| end.to_string_lossy().into_owned())
    };
    let mut python = Command::new("python3");
    python.args(["-I", "-S", "-c", READ_PYTHON]);
    for file in files {
        let read = || fs::read_to_string(&file).unwrap();
        let fault = match end(&file).as_deref() {
            Some("toml") => read()
                .parse::<toml::Table>()
                .err()
                .map(|error| error.to_string()),
            Some("json") => serde_json::from_str::<serde_json::Value>(&read())
                .err()
                .map(|error| error.to_string()),
            Some("yml" | "yaml") => YamlLoader::load_from_str(&read())
                .err()
                .map(|error| error.to_string()),
            Some("sh") => {
                let read = Command::new("sh").arg("-n").arg(&file).output().unwrap();
                (!read.status.success()).then(|| String::from_utf8_lossy(&read.stderr).into_owned())
            }
            Some("py") => {
                python.arg(&file);
                None
            }
            _ => None,
        };
        assert_eq!(fault, None, "{}", file.display());
    }
    let read = python.output().unwrap();
    assert!(
        read.status.success(),
        "{}",
        String::from_utf8_lossy(&read.stderr)
    );
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// The cases of this group.
#[expect(clippy::too_many_lines, reason = "one table, a row for each case")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        works("tags of our own engine", |stage| {
            answered(
                stage,
                "{{name}} {{{name}}} {{#if x}} {{> y}} {{slot \"x\"}} {{!-- --}}",
            );
        })
        .spelled(BUILT_IN),
        works("quotes and what escapes them", |stage| {
            answered(stage, "a\"b'c\\\"d\\'e\\\\\"f`g \\");
        })
        .spelled(BUILT_IN),
        works("the ends of long texts", |stage| {
            answered(stage, "\"\"\" + open(\"x\") + \"\"\" ''' + x + '''");
        })
        .spelled(BUILT_IN),
        works("what would end a value in TOML", |stage| {
            answered(stage, "\"] } # x = \"y\" [tool.evil] \\u0022 \\x22");
        })
        .spelled(BUILT_IN),
        works("what would be more than a value in YAML", |stage| {
            answered(
                stage,
                "- {a: b} : # &x *x !!python/object:os.system | > % @ ` ? --- ...",
            );
        })
        .spelled(BUILT_IN),
        works("a word that YAML reads as something else", |stage| {
            answered(stage, "no");
        })
        .spelled(BUILT_IN),
        works("what a shell would run", |stage| {
            answered(
                stage,
                "$(touch run) `touch run` ${HOME} ; touch run && x | y > z < a & !! ~ *",
            );
        })
        .spelled(BUILT_IN),
        works("what a pipeline would put in", |stage| {
            answered(
                stage,
                "${{ github.token }} ${{ secrets.X }} $CI_JOB_TOKEN $[[ inputs.x ]] ::set-output::",
            );
        })
        .spelled(BUILT_IN),
        works("what a page would run", |stage| {
            answered(
                stage,
                "</title><script>alert(1)</script> <!-- --> ]](javascript:x) | ![x](y) &lt;",
            );
        })
        .spelled(BUILT_IN),
        works("what Python would fill in", |stage| {
            answered(
                stage,
                "%s %(x)s {0} {x!r} \\N{BULLET} \\x41 \\u0041 {% raw %} {{ x }} {% endraw %} $x",
            );
        })
        .spelled(BUILT_IN),
        works("characters of many kinds", |stage| {
            answered(stage, "é 中文 עברית 👩‍💻 𝕏 \u{e000} \u{fffd} İ ß \u{a0}");
        })
        .spelled(BUILT_IN),
        works("spaces and signs at both ends", |stage| {
            answered(stage, "= -x: ");
        })
        .spelled(BUILT_IN),
        refused(
            "a line break that would begin a line of its own",
            2,
            "author",
            |stage| {
                stage
                    .tries(&format!("new {} shop", stage.spelling))
                    .word("--set=author=x\"\nRUN touch run\n[tool.evil]\nx = \"");
            },
        )
        .spelled(BUILT_IN),
        refused(
            "an answers file that holds one more level",
            2,
            "author",
            |stage| {
                stage.write("a.json", "{\"author\": {\"x\": [\"{{name}}\"]}}");
                stage.tries(&format!("new {} shop --answers a.json", stage.spelling));
            },
        )
        .spelled(BUILT_IN),
        refused("an address that is none", 2, "repository", |stage| {
            stage
                .tries(&format!("new {} shop", stage.spelling))
                .word("--set=repository=javascript:alert(1)//\"");
        })
        .spelled(BUILT_IN),
        refused("an e-mail address with more in it", 2, "email", |stage| {
            stage
                .tries(&format!("new {} shop", stage.spelling))
                .word("--set=email=a@b>, \"c\" <d@e");
        })
        .spelled(BUILT_IN),
    ]
}
