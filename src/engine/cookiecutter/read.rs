//! Reads `cookiecutter.json`.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::jinja::config;
use super::pattern;
use super::questions::{key_of, questions};
use crate::engine::budget;
use crate::model::cookiecutter::{Cookiecutter, Syntax, Variable};
use crate::model::json::Json;
use crate::model::language::Words;
use crate::model::manifest::{Manifest, Role};
use crate::model::problem::Problem;
use crate::model::relpath::RelPath;
use crate::model::text::{Lines, Position, visible};

/// Extensions of Jinja that are there without being asked for.
const EXTENSIONS: [&str; 9] = [
    "cookiecutter.extensions.JsonifyExtension",
    "cookiecutter.extensions.RandomStringExtension",
    "cookiecutter.extensions.SlugifyExtension",
    "cookiecutter.extensions.TimeExtension",
    "cookiecutter.extensions.UUIDExtension",
    "jinja2_time.TimeExtension",
    "jinja2.ext.do",
    "jinja2.ext.loopcontrols",
    "jinja2.ext.with_",
];

/// What Cookiecutter itself puts among the variables of a repository that lists templates.
const NESTED: [&str; 2] = ["templates", "template"];

/// A template as its `cookiecutter.json` describes it; what its files say is still open.
#[derive(Clone, Debug)]
pub struct Head {
    /// The manifest that it would have here.
    pub manifest: Manifest,
    /// What is special about it.
    pub cookiecutter: Cookiecutter,
    /// What a person reads for each variable.
    pub prompts: Option<Json>,
}

/// Reads a `cookiecutter.json`; `name` is what the template is called.
///
/// # Errors
/// Everything that is wrong with it, or that cannot be done here.
pub fn read(file: &str, text: &str, name: &str) -> Result<Head, Vec<Problem>> {
    let json = parse(file, text)?;
    let Json::Map(entries) = &json else {
        return Err(vec![Problem::at(file, 1, "must be a JSON object")]);
    };
    let mut reader = Reader {
        file,
        text,
        problems: Vec::new(),
    };
    let bools: Vec<&str> = entries
        .iter()
        .filter(|(_, raw)| matches!(raw, Json::Bool(_)))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut variables = Vec::new();
    let mut keys: BTreeMap<String, &str> = BTreeMap::new();
    for (name, raw) in entries.iter().filter(|(name, _)| name != "__prompts__") {
        let at = reader.place(name);
        let is_asked = !name.starts_with('_');
        let key = is_asked.then(|| key_of(name, &bools));
        if let Some(other) = key.as_ref().and_then(|key| keys.insert(key.clone(), name)) {
            reader.report(
                name,
                format!("`{name}` and `{other}` would be one question"),
            );
        }
        if is_asked {
            reader.judge(name, raw);
        }
        variables.push(Variable {
            name: name.clone(),
            key,
            raw: raw.clone(),
            at,
        });
    }
    reader.extensions(json.get("_extensions"));
    let syntax = reader.syntax(json.get("_jinja2_env_vars"));
    let copied = reader.copied(json.get("_copy_without_render"));
    let newline = reader.newline(json.get("_new_lines"));
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let prompts = json.get("__prompts__").cloned();
    let questions = questions(&variables, prompts.as_ref(), (false, false), false);
    Ok(Head {
        manifest: manifest(file, name, questions),
        cookiecutter: Cookiecutter {
            variables,
            syntax,
            copied,
            newline,
            root: String::new(),
            executables: BTreeSet::new(),
            hooks: Vec::new(),
            address: name.to_owned(),
        },
        prompts,
    })
}

/// Returns the folders of the templates that a `cookiecutter.json` lists instead of being one's own; none if it lists none.
///
/// # Errors
/// It cannot be read, or a folder is none.
pub fn nested(file: &str, text: &str) -> Result<Option<Vec<String>>, Vec<Problem>> {
    let json = parse(file, text)?;
    let Some((key, list)) = NESTED.iter().find_map(|key| Some((*key, json.get(key)?))) else {
        return Ok(None);
    };
    let paths: Vec<Option<&str>> = match list {
        Json::Map(entries) => entries
            .iter()
            .map(|(_, entry)| entry.get("path").and_then(Json::as_text))
            .collect(),
        // The older way: a title with the folder in brackets.
        Json::List(entries) => entries
            .iter()
            .map(|entry| {
                let (_, rest) = entry.as_text()?.split_once('(')?;
                Some(rest.rsplit_once(')')?.0)
            })
            .collect(),
        Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Float(_) | Json::Text(_) => {
            vec![None]
        }
    };
    let mut reader = Reader {
        file,
        text,
        problems: Vec::new(),
    };
    let mut folders = Vec::new();
    for path in paths {
        let Some(path) = path else {
            reader.report(
                key,
                format!("`{key}` must name the folder of each template"),
            );
            continue;
        };
        let plain = path.trim_start_matches("./").trim_end_matches('/');
        match RelPath::parse(plain) {
            Ok(path) => folders.push(path.as_str().to_owned()),
            Err(error) => reader.report(key, format!("`{}`: {error}", visible(path))),
        }
    }
    if reader.problems.is_empty() {
        Ok(Some(folders))
    } else {
        Err(reader.problems)
    }
}

fn parse(file: &str, text: &str) -> Result<Json, Vec<Problem>> {
    Json::parse(text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let line = error.line().max(1);
        vec![Problem::at(
            file,
            line,
            format!("not JSON: {}", visible(message)),
        )]
    })
}

fn manifest(file: &str, name: &str, questions: Vec<crate::model::question::Question>) -> Manifest {
    Manifest {
        role: Role::Template,
        file: file.to_owned(),
        name: name.to_owned(),
        // Cookiecutter's have none; what is new in one is told by its commit.
        version: Version::new(0, 0, 0),
        title: Words::plain(name),
        summary: Words::plain("A Cookiecutter template"),
        description: None,
        tags: vec!["cookiecutter".to_owned()],
        next: Vec::new(),
        extends: None,
        layers: Vec::new(),
        defaults: BTreeMap::new(),
        questions,
        files: Vec::new(),
        renamed: Vec::new(),
        reserved: Vec::new(),
        tests: Vec::new(),
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// Returns the line of a key: of the first place where it stands as one.
    fn place(&self, key: &str) -> Position {
        let quoted = serde_json::Value::from(key).to_string();
        let lines = Lines::of(self.text);
        let found = self
            .text
            .match_indices(quoted.as_str())
            .find(|(at, found)| {
                let rest = self.text.get(at + found.len()..).unwrap_or_default();
                rest.trim_start().starts_with(':')
            });
        Position::from(found.map_or(1, |(at, _)| lines.line_at(at)))
    }

    fn report(&mut self, key: &str, message: String) {
        let at = self.place(key);
        self.problems.push(Problem::at(self.file, at, message));
    }

    fn judge(&mut self, name: &str, raw: &Json) {
        let shown = visible(name);
        match raw {
            Json::Null => {
                self.report(
                    name,
                    format!("`{shown}` is null: write a text, which may be empty"),
                );
            }
            Json::List(choices) if choices.is_empty() => {
                self.report(name, format!("`{shown}` has no choices"));
            }
            Json::List(choices) if choices.len() > budget::LIST => {
                let most = budget::LIST;
                self.report(name, format!("`{shown}` has more than {most} choices"));
            }
            Json::List(choices) if choices.iter().any(|choice| choice.scalar().is_none()) => {
                self.report(name, format!("each choice of `{shown}` must be a text"));
            }
            Json::List(_)
            | Json::Bool(_)
            | Json::Integer(_)
            | Json::Float(_)
            | Json::Text(_)
            | Json::Map(_) => {}
        }
        if name.is_empty() {
            self.report(name, "a variable has no name".to_owned());
        }
    }

    /// Returns the texts of a list, or reports that it is none.
    fn texts(&mut self, key: &str, list: Option<&Json>) -> Vec<String> {
        let Some(list) = list else {
            return Vec::new();
        };
        let Json::List(values) = list else {
            self.report(key, format!("`{key}` must be a list of texts"));
            return Vec::new();
        };
        let texts: Option<Vec<String>> = values
            .iter()
            .map(|value| value.as_text().map(str::to_owned))
            .collect();
        texts.unwrap_or_else(|| {
            self.report(key, format!("`{key}` must be a list of texts"));
            Vec::new()
        })
    }

    fn extensions(&mut self, list: Option<&Json>) {
        for name in self.texts("_extensions", list) {
            if !EXTENSIONS.contains(&name.as_str()) {
                let name = visible(&name);
                let message = format!(
                    "the extension `{name}` is Python code, which a template cannot run here; compute what it gives in a variable, or ask for it"
                );
                self.report("_extensions", message);
            }
        }
    }

    fn copied(&mut self, list: Option<&Json>) -> Vec<String> {
        let key = "_copy_without_render";
        let patterns = self.texts(key, list);
        for pattern in &patterns {
            if let Err(message) = pattern::compile(pattern) {
                self.report(key, visible(&message));
            }
        }
        patterns
    }

    fn newline(&mut self, value: Option<&Json>) -> Option<String> {
        match value {
            None => None,
            Some(Json::Text(text)) if text.is_empty() => None,
            Some(Json::Text(text)) if matches!(text.as_str(), "\n" | "\r\n" | "\r") => {
                Some(text.clone())
            }
            Some(_) => {
                let message = "`_new_lines` must be \\n, \\r\\n or \\r";
                self.report("_new_lines", message.to_owned());
                None
            }
        }
    }

    fn syntax(&mut self, options: Option<&Json>) -> Syntax {
        const KEY: &str = "_jinja2_env_vars";
        let mut syntax = Syntax::default();
        let entries = match options {
            None => return syntax,
            Some(Json::Map(entries)) => entries,
            Some(_) => {
                self.report(KEY, format!("`{KEY}` must be an object"));
                return syntax;
            }
        };
        for (name, value) in entries {
            let text = value.as_text().map(str::to_owned);
            let place = match name.as_str() {
                "block_start_string" => Some(&mut syntax.block.0),
                "block_end_string" => Some(&mut syntax.block.1),
                "variable_start_string" => Some(&mut syntax.variable.0),
                "variable_end_string" => Some(&mut syntax.variable.1),
                "comment_start_string" => Some(&mut syntax.comment.0),
                "comment_end_string" => Some(&mut syntax.comment.1),
                _ => None,
            };
            match (place, name.as_str(), value, text) {
                (Some(place), _, _, Some(text)) => *place = text,
                (None, "trim_blocks", Json::Bool(flag), _) => syntax.trim_blocks = *flag,
                (None, "lstrip_blocks", Json::Bool(flag), _) => syntax.lstrip_blocks = *flag,
                (None, "line_statement_prefix", _, Some(text)) => {
                    syntax.line_statement = Some(text);
                }
                (None, "line_comment_prefix", _, Some(text)) => syntax.line_comment = Some(text),
                _ => {
                    let name = visible(name);
                    self.report(KEY, format!("`{name}` cannot be set to this here"));
                }
            }
        }
        if let Err(message) = config(&syntax) {
            self.report(KEY, visible(&message));
        }
        syntax
    }
}
