//! The picture of the README: a real run, drawn as a terminal shows it.

use std::fmt::Write as _;
use std::path::Path;

use super::super::support::Sandbox;
use super::super::support::page::{steady, written};

/// What is typed.
const TYPED: [&str; 4] = [
    "pyscaffold new fastapi-api shop --yes",
    "cd shop",
    "git log --format='%h %s'",
    "pyscaffold update -D docker=false --dry-run",
];
/// What the colours of a terminal are in the picture, by their numbers.
const COLORS: [(&str, &str); 8] = [
    ("31", "#ff7b72"),
    ("32", "#7ee787"),
    ("33", "#f2cc60"),
    ("34", "#79c0ff"),
    ("35", "#d2a8ff"),
    ("36", "#76e3ea"),
    ("39", PLAIN),
    ("90", "#8b949e"),
];
const PROMPT: &str = "#7ee787";
const PLAIN: &str = "#e6edf3";
const SIZE: f32 = 14.0;
/// The width of a letter and the height of a line.
const CELL: (f32, f32) = (8.4, 20.0);
/// What lies around the text; above it the bar of the window.
const MARGIN: (f32, f32) = (20.0, 56.0);

/// How letters look.
#[derive(Clone, Copy)]
struct Look {
    color: &'static str,
    is_bold: bool,
    is_dim: bool,
}

const USUAL: Look = Look {
    color: PLAIN,
    is_bold: false,
    is_dim: false,
};

impl Look {
    /// Returns what it becomes by the numbers of an escape sequence.
    fn changed(mut self, numbers: &str) -> Self {
        for number in numbers.split(';') {
            match number {
                "" | "0" => self = USUAL,
                "1" => self.is_bold = true,
                "2" => self.is_dim = true,
                "22" => (self.is_bold, self.is_dim) = (false, false),
                number => {
                    let known = COLORS.iter().find(|(one, _)| *one == number);
                    let (_, color) = known.unwrap_or_else(|| panic!("colour {number}"));
                    self.color = color;
                }
            }
        }
        self
    }
}

/// Returns the parts of a line that look alike.
fn parts(line: &str, look: &mut Look) -> Vec<(Look, String)> {
    let mut pieces = line.split("\u{1b}[");
    let mut found = vec![(*look, pieces.next().unwrap_or_default().to_owned())];
    for piece in pieces {
        let (numbers, text) = piece.split_once('m').unwrap();
        *look = look.changed(numbers);
        found.push((*look, text.to_owned()));
    }
    found.retain(|(_, text)| !text.is_empty());
    found
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a picture has some hundred letters"
)]
fn draw(lines: &[Vec<(Look, String)>]) -> String {
    let length = |line: &Vec<(Look, String)>| -> usize {
        line.iter().map(|(_, text)| text.chars().count()).sum()
    };
    let columns = lines.iter().map(length).max().unwrap_or_default();
    let width = columns as f32 * CELL.0 + 2.0 * MARGIN.0;
    let height = lines.len() as f32 * CELL.1 + MARGIN.1 + MARGIN.0 - CELL.1 / 2.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"{SIZE}\">\n<title>A run of pyscaffold in a terminal</title>\n<rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"#0d1117\"/>\n"
    );
    for (index, color) in ["#ff5f57", "#febc2e", "#28c840"].iter().enumerate() {
        let x = MARGIN.0 + 6.0 + index as f32 * 20.0;
        writeln!(
            svg,
            "<circle cx=\"{x}\" cy=\"20\" r=\"6\" fill=\"{color}\"/>"
        )
        .unwrap();
    }
    for (row, line) in lines.iter().enumerate() {
        let y = MARGIN.1 + row as f32 * CELL.1;
        let mut column = 0;
        for (look, text) in line {
            let count = text.chars().count();
            if !text.trim().is_empty() {
                let x = MARGIN.0 + column as f32 * CELL.0;
                let bold = if look.is_bold {
                    " font-weight=\"bold\""
                } else {
                    ""
                };
                let dim = if look.is_dim { " opacity=\"0.65\"" } else { "" };
                let text = text
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;");
                writeln!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{y}\" textLength=\"{:.1}\" fill=\"{}\"{bold}{dim} xml:space=\"preserve\">{text}</text>",
                    count as f32 * CELL.0,
                    look.color
                )
                .unwrap();
            }
            column += count;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

#[test]
fn the_picture_is_a_real_run() {
    let sandbox = Sandbox::new();
    let mut script = String::new();
    for command in TYPED {
        writeln!(script, "printf '\\036\\n'; {command} 2>&1").unwrap();
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_pyscaffold"));
    let path = format!(
        "{}:{}",
        binary.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let output = sandbox
        .run_binary("bash".as_ref())
        .arg("-c")
        .arg(script)
        .env("PATH", path)
        .env("CLICOLOR_FORCE", "1")
        .ok();
    let outputs: Vec<&str> = output.stdout.split("\u{1e}\n").skip(1).collect();
    assert_eq!(outputs.len(), TYPED.len());
    let mut lines = Vec::new();
    for (command, said) in TYPED.iter().zip(outputs) {
        let prompt = Look {
            color: PROMPT,
            is_bold: true,
            is_dim: false,
        };
        let typed = Look {
            is_bold: true,
            ..USUAL
        };
        lines.push(vec![
            (prompt, "$ ".to_owned()),
            (typed, (*command).to_owned()),
        ]);
        let mut look = USUAL;
        for line in steady(&sandbox, said).lines() {
            lines.push(parts(line, &mut look));
        }
    }
    written("docs/run.svg", &draw(&lines));
}
