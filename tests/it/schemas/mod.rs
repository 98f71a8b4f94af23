//! What `--json` prints, against the schemas in docs/reference/schemas: every command, and everything that a schema knows of.

mod coverage;
mod drive;
mod runs;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use clap::CommandFactory;
use jsonschema::Registry;
use pyscaffold::cli::arguments::Cli;
use serde_json::Value;

use self::coverage::Coverage;
use super::support::Sandbox;
use super::support::page::{repository, written};

const FOLDER: &str = "docs/reference/schemas";
/// What the schemas of several commands share.
const COMMON: &str = "common.json";

/// The schemas by the names of their files.
pub(crate) struct Schemas {
    files: BTreeMap<String, Value>,
}

impl Schemas {
    pub(crate) fn read() -> Self {
        let entries = fs::read_dir(repository(FOLDER)).unwrap();
        let files = entries.map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&text).unwrap())
        });
        Self {
            files: files.collect(),
        }
    }

    /// Judges a value by a schema.
    #[track_caller]
    pub(crate) fn judge(&self, name: &str, value: &Value) {
        let file = format!("{name}.json");
        let common = self.files[COMMON].clone();
        let registry = Registry::new()
            .add(format!("schemas:///{COMMON}"), common)
            .unwrap()
            .prepare()
            .unwrap();
        let validator = jsonschema::options()
            .with_registry(&registry)
            .with_base_uri(format!("schemas:///{file}"))
            .build(&self.files[&file])
            .unwrap();
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{file}: {errors:#?}\n{value:#}");
    }
}

#[test]
fn every_output_is_as_its_schema_says_and_every_part_of_the_schemas_is_met() {
    let schemas = Schemas::read();
    let mut coverage = Coverage::new(&schemas.files);
    for (name, value) in runs::all() {
        schemas.judge(name, &value);
        coverage.note(name, &value);
    }
    let missed = coverage.missed();
    assert!(missed.is_empty(), "never met: {missed:#?}");
}

/// Returns the commands that take `--json`, each as the words behind `pyscaffold`.
fn commands() -> Vec<Vec<String>> {
    fn walk(command: &clap::Command, above: &[String], found: &mut Vec<Vec<String>>) {
        let takes_json = |argument: &clap::Arg| argument.get_long() == Some("json");
        if command.get_arguments().any(takes_json) {
            found.push(above.to_vec());
        }
        for below in command.get_subcommands() {
            let mut words = above.to_vec();
            words.push(below.get_name().to_owned());
            walk(below, &words, found);
        }
    }
    let mut found = Vec::new();
    walk(&Cli::command(), &[], &mut found);
    found
}

#[test]
fn every_command_with_json_has_a_schema() {
    let schemas = Schemas::read();
    let mut wanted: BTreeSet<String> = commands()
        .iter()
        .map(|words| format!("{}.json", words.join("-")))
        .collect();
    assert!(wanted.len() > 10, "{wanted:?}");
    wanted.extend(["error.json".to_owned(), COMMON.to_owned()]);
    let there: BTreeSet<String> = schemas.files.keys().cloned().collect();
    assert_eq!(there, wanted);
}

#[test]
fn every_schema_is_sound_closed_and_described() {
    for (file, schema) in &Schemas::read().files {
        assert!(jsonschema::meta::is_valid(schema), "{file}");
        closed(file, schema);
    }
}

/// Asserts that every object is closed and every property described.
fn closed(place: &str, schema: &Value) {
    match schema {
        Value::Object(keys) => {
            if let Some(Value::Object(properties)) = keys.get("properties") {
                assert_eq!(
                    keys.get("additionalProperties"),
                    Some(&Value::Bool(false)),
                    "{place}"
                );
                for (name, property) in properties {
                    let described = property["description"].as_str().unwrap_or_default();
                    assert!(described.ends_with('.'), "{place}: {name}: {described}");
                }
            }
            for (key, below) in keys {
                closed(&format!("{place}/{key}"), below);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                closed(&format!("{place}/{index}"), item);
            }
        }
        _ => {}
    }
}

const HEAD: &str = "<!-- Made by DOCS_UPDATE=1 cargo test --locked --test it schemas:: - edit the schemas instead. -->

# JSON output

With `--json` a command prints one JSON object to standard output; words for people, questions at a terminal included, go to standard error. A command that
fails prints an [error](#error) instead, with a code from [Errors](errors.md). Characters that cannot be seen are written by their numbers.

Each command has a JSON Schema (2020-12), and tests judge real output by it: an object has the fields named here and no others. A later
release may add fields and values. Fields in *italics* may be left out.

`pyscaffold show TEMPLATE --json` is all that a program needs to make a project: it lists every question with its type, choices, default and the
condition under which it is asked.
";

#[test]
fn the_page_of_the_schemas_is_up_to_date() {
    let schemas = Schemas::read();
    let mut page = HEAD.to_owned();
    let mut names: Vec<String> = commands().iter().map(|words| words.join("-")).collect();
    names.sort();
    names.push("error".to_owned());
    for name in &names {
        let schema = &schemas.files[&format!("{name}.json")];
        let title = if name == "error" {
            "error".to_owned()
        } else {
            format!("{} --json", name.replace('-', " "))
        };
        write!(
            page,
            "\n## {title}\n\n{}\n\n",
            schema["description"].as_str().unwrap()
        )
        .unwrap();
        writeln!(page, "Schema: [`{name}.json`](schemas/{name}.json)\n").unwrap();
        for (index, one) in alternatives(schema).enumerate() {
            if index > 0 {
                page.push_str("\nOr:\n\n");
            }
            fields(&mut page, one, 0);
        }
    }
    write!(page, "\n## Common parts\n\n").unwrap();
    writeln!(page, "Schema: [`{COMMON}`](schemas/{COMMON})").unwrap();
    for (name, part) in schemas.files[COMMON]["$defs"].as_object().unwrap() {
        write!(
            page,
            "\n### {name}\n\n{}\n\n",
            part["description"].as_str().unwrap()
        )
        .unwrap();
        fields(&mut page, part, 0);
    }
    while page.contains("\n\n\n") {
        page = page.replace("\n\n\n", "\n\n");
    }
    written("docs/reference/json.md", &format!("{}\n", page.trim_end()));
}

const MANIFEST: &str = "<!-- Made by DOCS_UPDATE=1 cargo test --locked --test it schemas:: - edit src/engine/read_manifest/keys.rs instead. -->

# Keys of a manifest

Every key of `template.toml` and `layer.toml`; others are refused. [The template format](../template-format.md) tells how they work together, and
`pyscaffold template schema` prints the same as a [JSON Schema](../template.schema.json) for editors. A required key is in **bold**.

*words* is a text, or one for each language: `{ en = \"Database\", zh = \"数据库\" }`. *value* is a text, `true` or `false`, a whole number, or a list of texts.
";

#[test]
fn the_page_of_manifests_is_up_to_date() {
    let printed = Sandbox::new().run("template schema").ok().json();
    let mut page = MANIFEST.to_owned();
    let mut tables = vec![("Top".to_owned(), &printed)];
    while !tables.is_empty() {
        let (name, table) = tables.remove(0);
        write!(
            page,
            "\n## {name}\n\n| key | takes | meaning |\n|---|---|---|\n"
        )
        .unwrap();
        for (key, property) in table["properties"].as_object().unwrap() {
            let required = table["required"].as_array();
            let is_required = required.is_some_and(|names| names.iter().any(|name| name == key));
            let mark = if is_required { "**" } else { "" };
            let about = property["description"].as_str().unwrap();
            let takes = takes(property);
            writeln!(page, "| {mark}`{key}`{mark} | {takes} | {about} |").unwrap();
            // The two have the same keys, and one table is enough.
            if key == "layer" {
                continue;
            }
            let title = match key.as_str() {
                "template" => "`[template]` and `[layer]`".to_owned(),
                "choices" | "check" => format!("`{key}` of a question"),
                _ if property["type"] == "array" => format!("`[[{key}]]`"),
                _ => format!("`[{key}]`"),
            };
            for below in [property, &property["items"]] {
                if below["properties"].is_object() {
                    tables.push((title.clone(), below));
                }
            }
        }
    }
    let same = ["template", "layer"].map(|name| &printed["properties"][name]["properties"]);
    assert_eq!(same[0], same[1]);
    written("docs/reference/manifest.md", &page);
}

/// Returns what a key of a manifest takes, in words.
fn takes(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return format!("*{}*", reference.rsplit('/').next().unwrap());
    }
    let below = &schema["additionalProperties"];
    if schema["properties"].is_object() {
        return "table".to_owned();
    }
    if schema["items"]["properties"].is_object() {
        return "tables".to_owned();
    }
    if below["$ref"].is_string() {
        return format!("{} by question", takes(below));
    }
    if below.is_object() {
        return "value, or list of values, by question".to_owned();
    }
    kind(schema)
}

/// Returns what a value may be.
fn alternatives(schema: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match schema["oneOf"].as_array() {
        Some(all) => Box::new(all.iter()),
        None => Box::new(std::iter::once(schema)),
    }
}

/// Writes the fields of an object as a list, those of objects in it below.
fn fields(page: &mut String, schema: &Value, depth: usize) {
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    for (name, property) in properties {
        let indent = "  ".repeat(depth);
        let mark = if required.contains(&name.as_str()) {
            ""
        } else {
            "*"
        };
        let about = property["description"].as_str().unwrap();
        writeln!(
            page,
            "{indent}- {mark}`{name}`{mark} ({}): {about}",
            kind(property)
        )
        .unwrap();
        for below in [
            property,
            &property["items"],
            &property["additionalProperties"],
        ] {
            for one in alternatives(below) {
                if one["properties"]["state"]["const"].is_string() && depth < 1 {
                    let state = &one["properties"]["state"];
                    let about = state["description"].as_str().unwrap();
                    writeln!(page, "  - `state` {}: {about}", state["const"]).unwrap();
                    let mut rest = one.clone();
                    rest["properties"].as_object_mut().unwrap().remove("state");
                    fields(page, &rest, depth + 2);
                } else {
                    fields(page, one, depth + 1);
                }
            }
        }
    }
}

/// Returns what kind of value a schema takes, in words.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return format!("[{name}](#{name})");
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        return values.join(", ");
    }
    if !schema["const"].is_null() {
        return format!("`{}`", schema["const"]);
    }
    for several in ["anyOf", "oneOf"] {
        if let Some(all) = schema[several].as_array() {
            let mut kinds: Vec<String> = all.iter().map(kind).collect();
            kinds.dedup();
            return kinds.join(" or ");
        }
    }
    match &schema["type"] {
        Value::Array(kinds) => {
            let words: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            words.join(" or ")
        }
        kind if kind == "array" => format!("list of {}", self::kind(&schema["items"])),
        kind if kind == "object" && schema["additionalProperties"].is_object() => {
            format!("object of {}", self::kind(&schema["additionalProperties"]))
        }
        kind => kind.as_str().unwrap_or_default().to_owned(),
    }
}
