//! Reads the text of a `.hbs` file into a Handlebars template that holds only what the template format allows.
//!
//! Handlebars alone would turn `${{ x }}` of a workflow into `$`, take any name in a condition, and abort the process on some
//! thousands of nested blocks. So the text is measured before Handlebars sees it, literal `${{ … }}` and slots are carried
//! through as private characters, and the parsed tree is walked: what the format does not have is refused, and every name is
//! reported to the caller, who knows which exist.

use std::collections::BTreeMap;

use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, Template, TemplateErrorReason};

use super::budget;
use super::helpers;

/// Stands for `{{` in literal text; from a private-use area of Unicode, which templates must not use.
const LITERAL_OPEN: char = '\u{E000}';
/// Stands before and after the name of a slot.
const SLOT: char = '\u{E001}';

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

impl Source {
    /// Parses the text of a file.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        measure(text)?;
        let guarded = guard(text)?;
        let template = match compile_in_segments(&guarded) {
            Some(template) => template,
            None => Template::compile(&guarded).map_err(|error| reword(&guarded, &error))?,
        };
        let source = Self { template };
        check_elements(&source.template, 0, 0)?;
        Ok(source)
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

/// Returns the slot that a line names, when it holds nothing else.
fn slot_in(line: &str) -> Option<&str> {
    line.trim()
        .strip_prefix("{{slot \"")?
        .strip_suffix("\"}}")
        .filter(|name| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        })
}

/// Refuses a text that would cost the parser too much.
fn measure(text: &str) -> Result<(), SyntaxError> {
    if text.len() > budget::TEMPLATE_BYTES {
        return Err(SyntaxError {
            line: 1,
            message: format!(
                "a rendered file may have {} bytes; without `.hbs` it is copied as it is",
                budget::TEMPLATE_BYTES
            ),
        });
    }
    let mut tags = 0;
    let mut depth = 0_usize;
    for (index, line) in text.lines().enumerate() {
        for tag in line.split("{{").skip(1) {
            tags += 1;
            let opens = tag.trim_start_matches('~').starts_with('#');
            let closes = tag.trim_start_matches('~').starts_with('/');
            depth = (depth + usize::from(opens)).saturating_sub(usize::from(closes));
            let length = tag.find("}}").unwrap_or(tag.len());
            let message = if tags > budget::TAGS {
                format!("a file may have {} tags", budget::TAGS)
            } else if depth > budget::NESTING {
                format!("blocks may be nested {} deep", budget::NESTING)
            } else if length > budget::TAG_BYTES && tag.contains("}}") {
                format!("a tag may have {} bytes", budget::TAG_BYTES)
            } else {
                continue;
            };
            return Err(SyntaxError {
                line: index + 1,
                message,
            });
        }
    }
    Ok(())
}

/// Puts private characters in the place of literal `${{ … }}` and of slots.
fn guard(text: &str) -> Result<String, SyntaxError> {
    let mut guarded = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let refuse = |message: &str| {
            Err(SyntaxError {
                line: index + 1,
                message: message.to_owned(),
            })
        };
        if line.contains([LITERAL_OPEN, SLOT]) {
            return refuse("the characters U+E000 and U+E001 are reserved for the renderer");
        }
        if let Some(name) = slot_in(line) {
            let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
            let end = &rest[rest.trim_end().len()..];
            guarded.extend([indent, &format!("{SLOT}{name}{SLOT}"), end]);
            continue;
        }
        if line.contains("{{slot") {
            return refuse("a slot stands alone on its line: `{{slot \"name\"}}`");
        }
        guard_line(line, &mut guarded);
    }
    Ok(guarded)
}

fn guard_line(line: &str, guarded: &mut String) {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("${{") {
        guarded.push_str(before);
        guarded.push('$');
        guarded.push(LITERAL_OPEN);
        let (inside, behind) = match after.find("}}") {
            Some(end) => after.split_at(end),
            None => (after, ""),
        };
        for (index, part) in inside.split("{{").enumerate() {
            if index > 0 {
                guarded.push(LITERAL_OPEN);
            }
            guarded.push_str(part);
        }
        rest = behind;
    }
    guarded.push_str(rest);
}

/// Compiles a text piece by piece: runs of lines without tags, single lines with tags, and whole blocks.
///
/// Handlebars looks for the line of every tag from the beginning of the text, so one long text costs the square of its tags. None
/// if the text has something that reaches across lines, or does not compile; the whole text then has the right message.
fn compile_in_segments(text: &str) -> Option<Template> {
    // Trimmed white space, comments, escapes and raw blocks may reach beyond their line.
    if ["{{~", "~}}", "{{!", "\\{{", "{{{"]
        .iter()
        .any(|reach| text.contains(reach))
    {
        return None;
    }
    // The parser goes over plain text character by character; one text element is made by it, all others after that one.
    let text_element = Template::compile("x").ok()?;
    let mut whole = Template::new();
    let mut first_line = 0;
    for segment in segments(text)? {
        let mut part = if segment.contains("{{") {
            Template::compile(segment).ok()?
        } else {
            let mut part = text_element.clone();
            part.elements = vec![TemplateElement::RawString(segment.to_owned())];
            part
        };
        shift(&mut part, first_line);
        append(&mut whole, part);
        first_line += segment.lines().count();
    }
    Some(whole)
}

/// Counts the lines of a piece from the beginning of the whole text.
fn shift(part: &mut Template, lines: usize) {
    for mapping in &mut part.mapping {
        mapping.0 += lines;
    }
    for element in &mut part.elements {
        if let TemplateElement::HelperBlock(block) = element {
            for inner in [&mut block.template, &mut block.inverse]
                .into_iter()
                .flatten()
            {
                shift(inner, lines);
            }
        }
    }
}

/// Splits a text before and after every line with tags; lines from the beginning to the end of a block stay together.
fn segments(text: &str) -> Option<Vec<&str>> {
    let mut segments = Vec::new();
    let mut start = 0;
    let mut end = 0;
    let mut depth = 0_usize;
    for line in text.split_inclusive('\n') {
        let mut tags = line.split("{{").skip(1).peekable();
        let has_tags = tags.peek().is_some();
        if has_tags && depth == 0 && start < end {
            segments.push(text.get(start..end)?);
            start = end;
        }
        for tag in tags {
            tag.find("}}")?;
            match tag.chars().next() {
                Some('#') => depth += 1,
                Some('/') => depth = depth.checked_sub(1)?,
                Some(_) | None => {}
            }
        }
        end += line.len();
        if has_tags && depth == 0 {
            segments.push(text.get(start..end)?);
            start = end;
        }
    }
    if start < end {
        segments.push(text.get(start..end)?);
    }
    (depth == 0).then_some(segments)
}

/// Adds the elements of the next piece; text that follows text becomes one element, as it is without pieces.
fn append(whole: &mut Template, part: Template) {
    for (element, mapping) in part.elements.into_iter().zip(part.mapping) {
        if let (Some(TemplateElement::RawString(before)), TemplateElement::RawString(text)) =
            (whole.elements.last_mut(), &element)
        {
            before.push_str(text);
        } else {
            whole.elements.push(element);
            whole.mapping.push(mapping);
        }
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
            TemplateElement::RawString(text) => *text = restore(text, fills),
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

/// Puts literal braces and the fills of slots where their private characters stand.
fn restore(text: &str, fills: &BTreeMap<String, String>) -> String {
    let mut restored = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let mut parts = line.split(SLOT);
        let (Some(indent), Some(slot), Some(end)) = (parts.next(), parts.next(), parts.next())
        else {
            restored.push_str(line);
            continue;
        };
        match fills.get(slot) {
            Some(fill) => {
                for filled in fill.lines() {
                    if !filled.is_empty() {
                        restored.push_str(indent);
                    }
                    restored.push_str(filled);
                    restored.push('\n');
                }
                if end.is_empty() {
                    restored.pop();
                }
            }
            None if restored.is_empty() || restored.ends_with("\n\n") => {
                lines.next_if(|next| next.trim().is_empty());
            }
            None => {}
        }
    }
    restored.replace(LITERAL_OPEN, "{{")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the elements with empty texts left out and neighbouring texts joined.
    fn normal(template: Template) -> Vec<TemplateElement> {
        let mut joined = Template::new();
        append(&mut joined, template);
        joined
            .elements
            .retain(|element| *element != TemplateElement::RawString(String::new()));
        joined.elements
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("text\n".to_owned()),
            Just("\n".to_owned()),
            Just("a {{name}} b\n".to_owned()),
            Just("{{name}}\n".to_owned()),
            Just("  {{name}}{{other}}\n".to_owned()),
            Just("{{#if a}}\n".to_owned()),
            Just("  {{#unless b}}\n".to_owned()),
            Just("{{else}}\n".to_owned()),
            Just("{{/if}}\n".to_owned()),
            Just("  {{/unless}}\n".to_owned()),
            Just("x {{#if a}}y{{/if}} z\n".to_owned()),
            Just("{{#if a}}y{{/if}}\n".to_owned()),
            Just("{{/if}}{{#if c}}\n".to_owned()),
            Just("\t\r\n".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn pieces_compile_to_what_the_whole_does(
            lines in proptest::collection::vec(line(), 0..12),
            cut in any::<bool>(),
        ) {
            let mut text = lines.concat();
            if cut {
                text.pop();
            }
            if let Some(pieces) = compile_in_segments(&text) {
                let whole = Template::compile(&text);
                prop_assert!(whole.is_ok(), "{text}");
                if let Ok(whole) = whole {
                    prop_assert_eq!(normal(pieces), normal(whole), "{}", text);
                }
            }
        }
    }
}
