//! The page of all failures, made from the rows and from what the program said.

use std::fmt::Write as _;

use super::rows::Row;

/// The parts of the page: what the codes of each begin with, and its title.
const AREAS: [(&str, &str); 20] = [
    ("", "Everywhere"),
    ("output", "Output"),
    ("usage", "The command line"),
    ("name", "Names"),
    ("answer", "An answer"),
    ("answers", "Answers as a whole"),
    ("prompt", "Questions at a terminal"),
    ("destination", "The place of a project"),
    ("uv", "uv"),
    ("template", "Templates"),
    ("source", "A source of templates"),
    ("sources", "The list of sources"),
    ("project", "Projects"),
    ("update", "Updates"),
    ("adopt", "Adopting"),
    ("config", "Configuration"),
    ("list", "`list`"),
    ("show", "`show`"),
    ("man", "`man`"),
    ("doctor", "`doctor`"),
];

const HEAD: &str = "<!-- Made by DOCS_UPDATE=1 cargo test --locked --test it failures:: - edit tests/it/failures/rows.rs instead. -->

# Errors

An error says what is wrong, why (`note:`), and the command that helps (`hint:`), on standard error. With `--json` it is an object on
standard output instead, and `code` in it is one of those below:

```json
{\"error\":{\"code\":\"template.unknown\",\"field\":\"TEMPLATE\",\"hint\":\"…\",\"message\":\"…\",\"notes\":[]}}
```

A code keeps its meaning; a new release may bring new ones. The part before the point is the area. Exit codes: 0 done, 1 cannot be done, 2 the command
line is wrong, 3 finished and something is left to do (conflicts, or something new), 130 stopped with Ctrl+C. Every example here was
run as it stands; `./demo` and `./tpl` are templates made for it.
";

/// What a row looks like to a person: what is typed, and what is read.
pub(super) struct Example {
    pub(super) command: String,
    pub(super) said: String,
}

/// Returns the page. The rows are in the order of the table, each with its example.
pub(super) fn page(rows: &[Row], examples: &[Example]) -> String {
    let mut page = HEAD.to_owned();
    let mut count = 0;
    for (area, title) in AREAS {
        let of_area = |code: &str| code.split_once('.').map_or("", |(before, _)| before) == area;
        let mut is_first = true;
        for (row, example) in rows.iter().zip(examples) {
            let is_general = row.code == "output" || row.code == "usage";
            let belongs = if is_general {
                row.code == area
            } else {
                of_area(row.code)
            };
            if !belongs {
                continue;
            }
            if is_first {
                write!(page, "\n## {title}\n").unwrap();
                is_first = false;
            }
            count += 1;
            section(&mut page, row, example);
        }
    }
    assert_eq!(count, rows.len(), "an area of the page is missing");
    page
}

fn section(page: &mut String, row: &Row, example: &Example) {
    let [means, cure] = row.prose;
    write!(page, "\n### `{}`\n\n{means}\n", row.code).unwrap();
    if !example.command.is_empty() {
        let said = example.said.trim_end();
        write!(
            page,
            "\n```console\n$ {}\n{said}\n```\n",
            example.command.trim_end()
        )
        .unwrap();
    }
    write!(page, "\nExit code {}. {cure}\n", row.exit).unwrap();
}
