//! What holds for every file of every project: it parses, it is tidy, and nothing of the template is left in it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use yaml_rust2::YamlLoader;

use crate::pythons;
use crate::rendering::{Rendered, galleries};

/// The texts of licences are pasted as their owners publish them.
const LICENSE: &str = "LICENSE";

/// Calls a check on each distinct file; it says what is wrong, if anything.
fn each(check: impl Fn(&Rendered) -> Option<String>) {
    let mut problems = BTreeMap::new();
    for (template, gallery) in galleries() {
        for (file, variant) in &gallery.files {
            if let Some(problem) = check(file) {
                let problem = format!("{template}: {}: {problem}", file.path);
                problems.insert(problem, variant.as_str());
            }
        }
    }
    fail_with(&problems);
}

/// Fails with every problem and one variant that has it.
fn fail_with(problems: &BTreeMap<String, &str>) {
    let lines: Vec<String> = problems
        .iter()
        .map(|(problem, variant)| format!("{problem} (such as with {variant})"))
        .collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

fn has_extension(file: &Rendered, extensions: &[&str]) -> bool {
    let extension = file.path.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| extensions.contains(&extension))
}

/// Returns the first line that a test finds fault with, by number.
fn line_where(file: &Rendered, found: impl Fn(&str) -> bool) -> Option<String> {
    let mut lines = file.text.split('\n').enumerate();
    let (index, line) = lines.find(|(_, line)| found(line))?;
    Some(format!("line {}: {line:?}", index + 1))
}

#[test]
fn there_are_files() {
    for (template, gallery) in galleries() {
        assert!(gallery.files.len() > 10, "{template}");
    }
}

#[test]
fn toml_parses() {
    each(|file| {
        let parsed = has_extension(file, &["toml"]).then(|| file.text.parse::<toml::Table>())?;
        parsed.err().map(|error| error.to_string())
    });
}

#[test]
fn json_parses() {
    each(|file| {
        let parsed = has_extension(file, &["json"])
            .then(|| serde_json::from_str::<serde_json::Value>(&file.text))?;
        parsed.err().map(|error| error.to_string())
    });
}

#[test]
fn yaml_parses() {
    each(|file| {
        let parsed =
            has_extension(file, &["yaml", "yml"]).then(|| YamlLoader::load_from_str(&file.text))?;
        match parsed {
            Ok(documents) if documents.len() == 1 => None,
            Ok(documents) => Some(format!("{} documents", documents.len())),
            Err(error) => Some(error.to_string()),
        }
    });
}

#[test]
fn python_parses() {
    const PROGRAM: &str = r#"
import ast, json, sys
for number, text in enumerate(json.load(sys.stdin)):
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        print(number, error, sep="\t")
"#;
    let files = galleries().values().flat_map(|gallery| &gallery.files);
    let files: Vec<_> = files
        .filter(|(file, _)| has_extension(file, &["py"]))
        .collect();
    let texts: Vec<&str> = files.iter().map(|(file, _)| file.text.as_str()).collect();
    // The newest interpreter: some variants may use syntax that older ones do not know.
    let (_, python) = pythons::find()
        .pop_last()
        .expect("Python 3 is on this machine");
    let mut child = Command::new(&python)
        .args(["-I", "-W", "ignore", "-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the interpreter was just asked for its version");
    let mut input = child.stdin.take().expect("the input is a pipe");
    let text = serde_json::to_string(&texts).expect("texts are JSON");
    input
        .write_all(text.as_bytes())
        .expect("the program reads all");
    drop(input);
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{} failed", python.display());
    let problems = String::from_utf8_lossy(&output.stdout);
    let problems = problems.lines().filter_map(|line| {
        let (number, error) = line.split_once('\t')?;
        let (file, variant) = files.get(number.parse::<usize>().ok()?)?;
        Some((format!("{}: {error}", file.path), variant.as_str()))
    });
    fail_with(&problems.collect());
}

#[test]
fn files_are_tidy() {
    each(|file| {
        let text = &file.text;
        let faults = [
            (text.contains('\r'), "has carriage returns"),
            (text.contains('\u{FEFF}'), "has a byte order mark"),
            (text.contains('\u{FFFD}'), "is not UTF-8"),
            (
                !text.is_empty() && !text.ends_with('\n'),
                "has no newline at its end",
            ),
            (text.ends_with("\n\n"), "has an empty line at its end"),
            (
                text.starts_with('\n') && file.path != LICENSE,
                "has an empty line at its beginning",
            ),
        ];
        faults
            .iter()
            .find(|(found, _)| *found)
            .map(|(_, fault)| (*fault).to_owned())
    });
}

/// As yamllint has it in the projects: a line that cannot be broken may be longer.
#[test]
fn no_line_of_yaml_is_too_long() {
    const LONGEST: usize = 120;
    let is_breakable = |line: &str| {
        let text = line.trim_start();
        let text = text.strip_prefix("- ").or(text.strip_prefix("# "));
        text.unwrap_or(line.trim_start()).contains(' ')
    };
    each(|file| {
        let is_long = |line: &str| line.chars().count() > LONGEST && is_breakable(line);
        has_extension(file, &["yml", "yaml"]).then(|| line_where(file, is_long))?
    });
}

#[test]
fn no_line_ends_in_white_space() {
    let ends = |line: &str| line.ends_with([' ', '\t']);
    each(|file| (file.path != LICENSE).then(|| line_where(file, ends))?);
}

#[test]
fn python_is_indented_by_spaces() {
    each(|file| {
        let python = has_extension(file, &["py", "toml", "yaml", "yml"]);
        python.then(|| line_where(file, |line| line.contains('\t')))?
    });
}

#[test]
fn empty_lines_stand_alone() {
    each(|file| {
        // Two empty lines stand between the definitions of a Python module.
        let longest = if has_extension(file, &["py", "mako", "tmpl"]) {
            "\n\n\n\n"
        } else {
            "\n\n\n"
        };
        let place = file.text.find(longest)?;
        let line = file.text[..place].matches('\n').count() + 2;
        (file.path != LICENSE).then(|| format!("line {line}: too many empty lines"))
    });
}

#[test]
fn nothing_of_the_template_is_left() {
    each(|file| {
        let tag = |line: &str| {
            // `${{ }}` belongs to workflows, `pattern={{major}}` to one of their actions, and Python doubles a brace to mean one.
            let workflow = line.contains("${{") || line.contains("type=semver,pattern=");
            let plain = if workflow { "" } else { line };
            let block = ["{{slot", "{{#", "{{/", "{{else", "{{!"];
            block.iter().any(|tag| plain.contains(tag))
                || (!has_extension(file, &["py"]) && plain.contains("{{"))
        };
        let is_source = has_extension(file, &["hbs"]) || file.path.contains("{{");
        is_source
            .then(|| "is the source, not the file".to_owned())
            .or_else(|| line_where(file, tag))
    });
}

#[test]
fn no_character_is_private_or_hidden() {
    each(|file| {
        let hidden = |c: char| {
            matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}')
                || (c.is_control() && !matches!(c, '\n' | '\t' | '\u{C}'))
        };
        line_where(file, |line| line.contains(hidden))
    });
}

#[test]
fn no_place_holder_is_left() {
    const WORDS: [&str; 8] = [
        "OWNER/REPO",
        "<owner>",
        "your-org",
        "your-name",
        "yourname",
        "TODO",
        "FIXME",
        "XXX",
    ];
    each(|file| {
        let found = |line: &str| WORDS.iter().any(|word| line.contains(word));
        (file.path != LICENSE).then(|| line_where(file, found))?
    });
}

#[test]
fn quality_gates_are_shut() {
    each(|file| {
        if file.path != "pyproject.toml" {
            return None;
        }
        let table: toml::Table = file.text.parse().ok()?;
        let at = |keys: &[&str]| {
            let first = table.get(*keys.first()?)?;
            keys[1..]
                .iter()
                .try_fold(first, |value, key| value.get(key))
        };
        let is_true = |keys| at(keys).and_then(toml::Value::as_bool) == Some(true);
        let floor = at(&["tool", "coverage", "report", "fail_under"]);
        let warnings = at(&["tool", "pytest", "filterwarnings"]).and_then(toml::Value::as_array);
        let first = warnings
            .and_then(|list| list.first())
            .and_then(toml::Value::as_str);
        let gates = [
            (is_true(&["tool", "mypy", "strict"]), "mypy is not strict"),
            (
                is_true(&["tool", "pytest", "strict"]),
                "pytest is not strict",
            ),
            (
                is_true(&["tool", "coverage", "run", "branch"]),
                "branches are not measured",
            ),
            (
                floor.and_then(toml::Value::as_integer) >= Some(90),
                "the coverage floor is low",
            ),
            (first == Some("error"), "warnings are not errors"),
        ];
        gates
            .iter()
            .find(|(shut, _)| !shut)
            .map(|(_, fault)| (*fault).to_owned())
    });
}
