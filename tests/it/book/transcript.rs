//! Pages with consoles. One shell types what stands behind `$ ` from the first console of a page to its last, and what it prints is
//! compared with what stands below; a line `…` there stands for any lines. A command below which nothing stands prints nothing.
//!
//! A block after a line that ends in a path and a colon is that file. What has to be there and would bore a reader stands in comments `<!-- run: … -->`, of one line or several.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::super::support::Sandbox;
use super::super::support::page::{repository, steady, written};

/// What a console shows for lines that are left out.
const ANYTHING: &str = "…";
/// What stands behind a command that does not end with 0.
const EXIT: &str = "  # exit code ";

enum Part {
    /// A line that is only read.
    Line(String),
    /// Shell commands that a reader does not see.
    Script(String),
    /// A command, as it stands there and with what it shows.
    Command { line: String, shown: Vec<String> },
}

pub(super) struct Page {
    path: String,
    parts: Vec<Part>,
}

impl Page {
    pub(super) fn read(path: &str) -> Self {
        let text = fs::read_to_string(repository(path)).unwrap();
        let mut parts = Vec::new();
        let mut file = None;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            parts.push(Part::Line(line.to_owned()));
            let hidden = line
                .strip_prefix("<!-- run: ")
                .and_then(|rest| rest.strip_suffix(" -->"));
            if let Some(script) = hidden {
                parts.push(Part::Script(script.to_owned()));
            }
            if line == "<!-- run:" {
                let script: Vec<&str> = lines.by_ref().take_while(|line| *line != "-->").collect();
                parts.extend(script.iter().map(|line| Part::Line((*line).to_owned())));
                parts.push(Part::Line("-->".to_owned()));
                parts.push(Part::Script(script.join("\n")));
            }
            let Some(language) = line.strip_prefix("```") else {
                if !line.is_empty() {
                    let start = line.strip_suffix("`:");
                    file = start.and_then(|start| start.rsplit_once('`'));
                }
                continue;
            };
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if language == "console" {
                console(&block, &mut parts);
            } else {
                parts.extend(block.iter().map(|line| Part::Line((*line).to_owned())));
                if let Some((_, path)) = file.take() {
                    let text = block.join("\n");
                    parts.push(Part::Script(format!(
                        "cat > '{path}' <<'END OF FILE'\n{text}\nEND OF FILE"
                    )));
                }
            }
            parts.push(Part::Line("```".to_owned()));
        }
        Self {
            path: path.to_owned(),
            parts,
        }
    }

    /// Types the commands in a sandbox, and compares.
    #[track_caller]
    pub(super) fn play(&self, sandbox: &Sandbox, variables: &[(String, String)]) {
        let mut outputs = self.typed(sandbox, variables).into_iter();
        let mut page = String::new();
        for part in &self.parts {
            match part {
                Part::Line(line) => writeln!(page, "{line}").unwrap(),
                Part::Script(script) => {
                    let (said, code) = outputs.next().unwrap();
                    assert_eq!(code, 0, "{}: {script}\n{said}", self.path);
                }
                Part::Command { line, shown } => {
                    let (said, code) = outputs.next().unwrap();
                    let wanted = line
                        .split_once(EXIT)
                        .map_or(0, |(_, code)| code.trim().parse().unwrap());
                    assert_eq!(code, wanted, "{}: {line}\n{said}", self.path);
                    writeln!(page, "$ {line}").unwrap();
                    let said: Vec<&str> = said.lines().map(str::trim_end).collect();
                    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
                    let lines = if matches(&shown, &said) { shown } else { said };
                    for line in lines {
                        writeln!(page, "{line}").unwrap();
                    }
                }
            }
        }
        written(&self.path, &page);
    }

    /// Types everything into one shell, and returns what each printed and how it ended.
    fn typed(&self, sandbox: &Sandbox, variables: &[(String, String)]) -> Vec<(String, i32)> {
        let mut script = String::new();
        for part in &self.parts {
            let command = match part {
                Part::Line(_) => continue,
                Part::Script(script) => script,
                Part::Command { line, .. } => line.split(EXIT).next().unwrap(),
            };
            write!(
                script,
                "{{ {command}\n}} 2>&1\nprintf '\\036%s\\n' \"$?\"\n"
            )
            .unwrap();
        }
        let binary = Path::new(env!("CARGO_BIN_EXE_pyscaffold"));
        let path = format!(
            "{}:{}",
            binary.parent().unwrap().display(),
            std::env::var("PATH").unwrap()
        );
        let mut run = sandbox
            .run_binary("bash".as_ref())
            .arg("-c")
            .arg(script)
            .env("PATH", path)
            .env("GIT_AUTHOR_DATE", "2023-11-14T22:13:20Z")
            .env("GIT_COMMITTER_DATE", "2023-11-14T22:13:20Z");
        for (name, value) in variables {
            run = run.env(name, value);
        }
        let output = run.output();
        let mut outputs = Vec::new();
        let mut said = String::new();
        for line in output.stdout.split_inclusive('\n') {
            match line.split_once('\u{1e}') {
                Some((before, code)) => {
                    said.push_str(before);
                    outputs.push((steady(sandbox, &said), code.trim().parse().unwrap()));
                    said.clear();
                }
                None => said.push_str(line),
            }
        }
        outputs
    }
}

fn console(block: &[&str], parts: &mut Vec<Part>) {
    for line in block {
        if let Some(command) = line.strip_prefix("$ ") {
            parts.push(Part::Command {
                line: command.to_owned(),
                shown: Vec::new(),
            });
        } else if let Some(Part::Command { shown, .. }) = parts.last_mut() {
            shown.push((*line).to_owned());
        }
    }
}

/// Returns whether a page shows what was printed.
fn matches(shown: &[&str], said: &[&str]) -> bool {
    match shown {
        [] => said.is_empty(),
        [ANYTHING] => true,
        [ANYTHING, rest @ ..] => (0..=said.len()).any(|skipped| matches(rest, &said[skipped..])),
        [first, rest @ ..] => said
            .split_first()
            .is_some_and(|(line, after)| line == first && matches(rest, after)),
    }
}

#[test]
fn a_page_shows_what_was_printed_or_leaves_lines_out() {
    let said = ["a", "b", "c"];
    for (shown, is_so) in [
        (&["a", "b", "c"][..], true),
        (&["…"], true),
        (&["a", "…"], true),
        (&["…", "c"], true),
        (&["a", "…", "c"], true),
        (&["a", "c"], false),
        (&["a", "b"], false),
        (&["…", "b"], false),
        (&[], false),
    ] {
        assert_eq!(matches(shown, &said), is_so, "{shown:?}");
    }
}
