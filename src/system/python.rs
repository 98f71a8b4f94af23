//! Lets the user's Python say whether a text is Python. Nothing of the text is run: it is parsed.

use std::io::Write;
use std::process::{Command, Stdio};

/// Parses what comes in and answers with what is wrong; nothing else of the machine takes part.
const PARSER: &str = "import ast, json, sys
def fault(text):
    try:
        ast.parse(text)
    except SyntaxError as error:
        return f'line {error.lineno}: {error.msg}'
    except (RecursionError, MemoryError, ValueError) as error:
        return str(error)
json.dump([fault(text) for text in json.load(sys.stdin)], sys.stdout)";

/// Returns for each text what is wrong with it as Python; nothing at all where there is no Python to ask.
pub fn faults(texts: &[&str]) -> Option<Vec<Option<String>>> {
    let mut child = Command::new("python3")
        .args(["-I", "-S", "-W", "ignore", "-c", PARSER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let input = serde_json::to_vec(texts).ok()?;
    let mut stdin = child.stdin.take()?;
    // It reads all of it before it writes.
    let written = stdin.write_all(&input);
    drop(stdin);
    let output = child.wait_with_output().ok()?;
    written.ok()?;
    serde_json::from_slice(&output.stdout).ok()
}
