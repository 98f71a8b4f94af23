//! Reads the text of a `.hbs` file into a Handlebars template that holds only what the template format allows.
//!
//! Handlebars alone would turn `${{ x }}` of a workflow into `$`, take any name in a condition, and abort the process on some
//! thousands of nested blocks. So the text is measured before Handlebars sees it, literal `${{ … }}` and slots are carried
//! through as private characters, and the parsed tree is walked: what the format does not have is refused, and every name is
//! reported to the caller, who knows which exist.

mod guard;
mod segments;

use std::collections::BTreeMap;

use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, Template, TemplateErrorReason};

use self::guard::{SLOT, guard, measure, restore};
use self::segments::Tags;
use super::budget;
use super::helpers;

/// What is wrong with the text of a `.hbs` file, and in which line, counted from 1.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// The line.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// A use of a name in a template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NameUse {
    /// The name.
    pub name: String,
    /// What is done with its value.
    pub usage: Usage,
    /// The line, counted from 1.
    pub line: usize,
}

/// What a template does with the value of a name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Usage {
    /// It is written, or asked whether it holds.
    Value,
    /// It is compared with a literal text by `eq`, `ne` or `has`.
    Compared(String),
    /// It is looped over by `each`.
    Looped,
}

/// A parsed `.hbs` file.
#[derive(Clone, Debug)]
pub struct Source {
    template: Template,
}

/// Parses texts, and remembers the tags that it has seen: to parse many texts by one parser takes less time.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    tags: Tags,
}

impl Parser {
    /// Parses the text of a file.
    pub fn parse(&mut self, text: &str) -> Result<Source, SyntaxError> {
        measure(text)?;
        let guarded = guard(text)?;
        let template = match self.tags.compile(&guarded) {
            Some(template) => template,
            None => Template::compile(&guarded).map_err(|error| reword(&guarded, &error))?,
        };
        check_elements(&template, 0, 0)?;
        Ok(Source { template })
    }
}

impl Source {
    /// Parses the text of a file.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Parser::default().parse(text)
    }

    /// Returns every name that the file uses, conditions included.
    pub fn names(&self) -> Vec<NameUse> {
        let mut uses = Vec::new();
        collect_names(&self.template, &mut uses);
        uses
    }

    /// Returns the slots of the file in order.
    pub fn slots(&self) -> Vec<String> {
        let mut slots = Vec::new();
        collect_slots(&self.template, &mut slots);
        slots
    }

    /// Returns the Handlebars template in which every value goes through the helper `writer`, literal text stands as written and
    /// every slot holds its fill.
    pub fn into_template(mut self, writer: &str, fills: &BTreeMap<String, String>) -> Template {
        prepare(&mut self.template, writer, fills);
        self.template
    }
}

/// Says in the words of a template's author what Handlebars found.
fn reword(text: &str, error: &handlebars::TemplateError) -> SyntaxError {
    let line = error
        .pos()
        .map_or(1, |(line, _)| line)
        .clamp(1, text.lines().count().max(1));
    let message = match error.reason() {
        TemplateErrorReason::MismatchingClosedHelper(open, close) => {
            format!("`{{{{#{open}}}}}` is closed by `{{{{/{close}}}}}`")
        }
        TemplateErrorReason::InvalidParam(value) => format!("`{value}` is not a value"),
        _ => "this tag cannot be read: a tag is never closed, a block is never ended, or its value is malformed"
            .to_owned(),
    };
    SyntaxError { line, message }
}

fn line_of(template: &Template, index: usize) -> usize {
    template
        .mapping
        .get(index)
        .map_or(1, |mapping| mapping.0.max(1))
}

fn check_elements(template: &Template, depth: usize, loops: usize) -> Result<(), SyntaxError> {
    for (index, element) in template.elements.iter().enumerate() {
        let line = line_of(template, index);
        let refuse = |message: String| Err(SyntaxError { line, message });
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
            TemplateElement::Expression(expression) => check_expression(expression, line)?,
            TemplateElement::HelperBlock(block) => {
                let name = block.name.as_name().unwrap_or_default();
                if !helpers::BLOCKS.contains(&name) {
                    return refuse(format!(
                        "there is no block `{{{{#{name}}}}}`; the blocks are {}",
                        helpers::list(&helpers::BLOCKS)
                    ));
                }
                if block.block_param.is_some() || !block.hash.is_empty() {
                    return refuse(format!(
                        "`{{{{#{name}}}}}` takes one value and nothing else"
                    ));
                }
                let [value] = block.params.as_slice() else {
                    return refuse(format!("`{{{{#{name}}}}}` takes exactly one value"));
                };
                check_parameter(value, line)?;
                let loops = loops + usize::from(name == "each");
                if depth + 1 > budget::NESTING || loops > budget::LOOP_NESTING {
                    return refuse("blocks are nested too deeply".to_owned());
                }
                for part in [&block.template, &block.inverse].into_iter().flatten() {
                    check_elements(part, depth + 1, loops)?;
                }
            }
            _ => {
                return refuse(
                    "partials, decorators and unescaped values (`{{>`, `{{*`, `{{{`, `{{&`) are not part of the template format"
                        .to_owned(),
                );
            }
        }
    }
    Ok(())
}

fn check_expression(expression: &HelperTemplate, line: usize) -> Result<(), SyntaxError> {
    if !expression.hash.is_empty() {
        return Err(SyntaxError {
            line,
            message: "named values (`key=value`) are not part of the template format".to_owned(),
        });
    }
    if expression.params.is_empty() {
        return Ok(());
    }
    let name = expression.name.as_name().unwrap_or_default();
    let Some(arity) = helpers::arity(name) else {
        return Err(SyntaxError {
            line,
            message: format!(
                "there is no function `{name}`; the functions are {}",
                helpers::list(&helpers::FUNCTIONS.map(|(name, _)| name))
            ),
        });
    };
    if !arity.contains(&expression.params.len()) {
        return Err(SyntaxError {
            line,
            message: format!("`{name}` takes another number of values"),
        });
    }
    expression
        .params
        .iter()
        .try_for_each(|parameter| check_parameter(parameter, line))
}

fn check_parameter(parameter: &Parameter, line: usize) -> Result<(), SyntaxError> {
    match parameter {
        Parameter::Subexpression(inner) => match inner.as_element() {
            TemplateElement::Expression(expression) => check_expression(expression, line),
            _ => Ok(()),
        },
        Parameter::Name(_) | Parameter::Path(_) | Parameter::Literal(_) => Ok(()),
        _ => Err(SyntaxError {
            line,
            message: "this value cannot be read".to_owned(),
        }),
    }
}

/// Returns the name that a parameter stands for, without the forms that always exist (`this`, `@index`).
fn name_of(parameter: &Parameter) -> Option<String> {
    match parameter {
        Parameter::Name(name) => Some(name.clone()),
        Parameter::Path(Path::Relative((segments, raw))) => {
            (!segments.is_empty()).then(|| raw.clone())
        }
        Parameter::Path(Path::Local((_, name, raw))) => {
            (!matches!(name.as_str(), "index" | "first" | "last")).then(|| raw.clone())
        }
        _ => None,
    }
}

fn collect_names(template: &Template, uses: &mut Vec<NameUse>) {
    for (index, element) in template.elements.iter().enumerate() {
        let line = line_of(template, index);
        match element {
            TemplateElement::Expression(expression) if expression.params.is_empty() => {
                uses.extend(name_of(&expression.name).map(|name| NameUse {
                    name,
                    usage: Usage::Value,
                    line,
                }));
            }
            TemplateElement::Expression(call) => collect_call(call, line, uses),
            TemplateElement::HelperBlock(block) => {
                let usage = match block.name.as_name() {
                    Some("each") => Usage::Looped,
                    Some(_) | None => Usage::Value,
                };
                collect_parameters(&block.params, line, &usage, uses);
                for part in [&block.template, &block.inverse].into_iter().flatten() {
                    collect_names(part, uses);
                }
            }
            _ => {}
        }
    }
}

fn collect_call(call: &HelperTemplate, line: usize, uses: &mut Vec<NameUse>) {
    let compares = matches!(call.name.as_name(), Some("eq" | "ne" | "has"));
    let literal = call.params.iter().find_map(|parameter| match parameter {
        Parameter::Literal(serde_json::Value::String(text)) if compares => Some(text.clone()),
        _ => None,
    });
    let usage = literal.map_or(Usage::Value, Usage::Compared);
    collect_parameters(&call.params, line, &usage, uses);
}

fn collect_parameters(
    parameters: &[Parameter],
    line: usize,
    usage: &Usage,
    uses: &mut Vec<NameUse>,
) {
    for parameter in parameters {
        if let Parameter::Subexpression(inner) = parameter
            && let TemplateElement::Expression(call) = inner.as_element()
        {
            if call.params.is_empty() {
                uses.extend(name_of(&call.name).map(|name| NameUse {
                    name,
                    usage: Usage::Value,
                    line,
                }));
            } else {
                collect_call(call, line, uses);
            }
        }
        uses.extend(name_of(parameter).map(|name| NameUse {
            name,
            usage: usage.clone(),
            line,
        }));
    }
}

fn collect_slots(template: &Template, slots: &mut Vec<String>) {
    for element in &template.elements {
        match element {
            TemplateElement::RawString(text) => {
                slots.extend(text.split(SLOT).skip(1).step_by(2).map(str::to_owned));
            }
            TemplateElement::HelperBlock(block) => {
                for part in [&block.template, &block.inverse].into_iter().flatten() {
                    collect_slots(part, slots);
                }
            }
            _ => {}
        }
    }
}

fn prepare(template: &mut Template, writer: &str, fills: &BTreeMap<String, String>) {
    for element in &mut template.elements {
        match element {
            TemplateElement::RawString(text) => restore(text, fills),
            TemplateElement::Expression(expression) => route(expression, writer),
            TemplateElement::HelperBlock(block) => {
                for part in [&mut block.template, &mut block.inverse]
                    .into_iter()
                    .flatten()
                {
                    prepare(part, writer, fills);
                }
            }
            _ => {}
        }
    }
}

/// Turns `{{x}}` into `{{writer x}}` and `{{snake x}}` into `{{writer (snake x)}}`.
fn route(expression: &mut HelperTemplate, writer: &str) {
    let name = std::mem::replace(&mut expression.name, Parameter::Name(writer.to_owned()));
    let params = std::mem::take(&mut expression.params);
    let value = if params.is_empty() {
        name
    } else {
        Parameter::Subexpression(handlebars::template::Subexpression::new(
            name,
            params,
            std::collections::HashMap::new(),
        ))
    };
    expression.params = vec![value];
}
