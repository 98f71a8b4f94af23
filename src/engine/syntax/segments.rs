//! Compiles a text tag by tag, which is much faster than as a whole.

use std::collections::HashMap;

use handlebars::Template;
use handlebars::template::{HelperTemplate, TemplateElement, TemplateMapping};

/// What reaches beyond its own tag: trimmed white space, comments, escapes, raw blocks.
const REACHING: [&str; 4] = ["~", "!", "{", "\\"];

/// Compiles texts, and remembers every tag that it has compiled.
///
/// Handlebars looks for the line of every tag from the beginning of the text, so one long text costs the square of its tags, and
/// its parser takes a hundred times longer over a tag than a copy of the result does. A template has few different tags.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags {
    known: HashMap<String, Option<TemplateElement>>,
    /// Only Handlebars makes these; one is made by it, all others after that one.
    mapping: Option<TemplateMapping>,
}

/// A block whose end has not come yet.
struct Open<'t> {
    name: &'t str,
    block: Box<HelperTemplate>,
    /// What stood before the block.
    outside: Template,
    has_else: bool,
}

impl Tags {
    /// Compiles a text. None if it has something that reaches beyond its tag, or does not compile; the whole text then has the
    /// right message.
    pub(super) fn compile(&mut self, text: &str) -> Option<Template> {
        let mut open: Vec<Open<'_>> = Vec::new();
        let mut inside = Template::new();
        let mut line = 1;
        let mut trims = false;
        let mut end = 0;
        while let Some(start) = text.get(end..)?.find("{{").map(|at| end + at) {
            let literal = text.get(end..start)?;
            let behind = text.get(start + 2..)?;
            let length = behind.find("}}")?;
            let inner = behind.get(..length)?;
            let reaches = REACHING.iter().any(|reach| inner.starts_with(reach));
            if reaches || literal.ends_with('\\') || inner.ends_with('~') || inner.contains('\n') {
                return None;
            }
            let before = text.get(..start)?;
            let after = behind.get(length + 2..)?;
            let is_block = inner.starts_with(['#', '/']) || inner == "else";
            let stands_alone = is_block && stands_alone(before, after);
            self.push_text(&mut inside, literal, (trims, stands_alone), line)?;
            line += literal.matches('\n').count();
            trims = stands_alone;
            end = start + 2 + length + 2;
            let tag = text.get(start..end)?;
            if let Some(head) = inner.strip_prefix('#') {
                let name = head.split([' ', '\t']).next()?;
                let block = self.block(tag, name, stands_alone)?;
                // Handlebars counts a block where it begins.
                inside.mapping.push(self.mapping(line)?);
                open.push(Open {
                    name,
                    block,
                    outside: std::mem::take(&mut inside),
                    has_else: false,
                });
            } else if let Some(name) = inner.strip_prefix('/') {
                let mut closed = open.pop().filter(|open| open.name == name)?;
                let content = std::mem::replace(&mut inside, closed.outside);
                if closed.has_else {
                    closed.block.inverse = Some(content);
                } else {
                    closed.block.template = Some(content);
                }
                let block = TemplateElement::HelperBlock(closed.block);
                inside.elements.push(block);
            } else if inner == "else" {
                let current = open.last_mut().filter(|open| !open.has_else)?;
                current.has_else = true;
                current.block.template = Some(std::mem::take(&mut inside));
            } else {
                let expression = self.expression(tag)?;
                inside.elements.push(expression);
                inside.mapping.push(self.mapping(line)?);
            }
        }
        self.push_text(&mut inside, text.get(end..)?, (trims, false), line)?;
        open.is_empty().then_some(inside)
    }

    /// Adds a text, without the end of the line of a tag before it and the indent of a tag behind it that stand alone.
    fn push_text(
        &mut self,
        template: &mut Template,
        text: &str,
        (after_tag, before_tag): (bool, bool),
        line: usize,
    ) -> Option<()> {
        let mut text = text;
        if after_tag {
            text = text.trim_start_matches(is_blank);
            text = text
                .strip_prefix("\r\n")
                .or_else(|| text.strip_prefix('\n'))
                .unwrap_or(text);
        }
        if before_tag {
            text = text.trim_end_matches(is_blank);
        }
        if !text.is_empty() {
            let text = TemplateElement::RawString(text.to_owned());
            template.elements.push(text);
            template.mapping.push(self.mapping(line)?);
        }
        Some(())
    }

    fn mapping(&mut self, line: usize) -> Option<TemplateMapping> {
        if self.mapping.is_none() {
            self.mapping = Template::compile("x").ok()?.mapping.pop();
        }
        let mut mapping = self.mapping.clone()?;
        mapping.0 = line;
        Some(mapping)
    }

    /// Returns a tag that stands for a value.
    fn expression(&mut self, tag: &str) -> Option<TemplateElement> {
        let element = self.element(tag)?;
        matches!(element, TemplateElement::Expression(_)).then_some(element)
    }

    /// Returns a block without its content.
    fn block(&mut self, tag: &str, name: &str, stands_alone: bool) -> Option<Box<HelperTemplate>> {
        let end = if stands_alone { "\n" } else { "" };
        match self.element(&format!("{tag}{end}{{{{/{name}}}}}"))? {
            TemplateElement::HelperBlock(mut block) => {
                block.template = None;
                block.inverse = None;
                Some(block)
            }
            _ => None,
        }
    }

    /// Returns the one element that a text is compiled to.
    fn element(&mut self, text: &str) -> Option<TemplateElement> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let compiled = Template::compile(text).ok();
        let element = compiled
            .filter(|template| template.elements.len() == 1)
            .and_then(|mut template| template.elements.pop());
        self.known.insert(text.to_owned(), element.clone());
        element
    }
}

/// Returns whether a tag is alone on its line, as Handlebars sees it.
fn stands_alone(before: &str, after: &str) -> bool {
    let before = before.trim_end_matches(is_blank);
    let rest = after.trim_start_matches(is_blank);
    (before.is_empty() || before.ends_with(['\n', '\r']))
        && (after.is_empty() || rest.starts_with(['\n', '\r']))
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the elements, each with its line but for texts, of which no fault is reported; neighbouring texts are joined and empty
    /// ones left out. In blocks the same.
    fn normal(template: Template) -> Template {
        let mut normal = Template::new();
        for (mut element, mut mapping) in template.elements.into_iter().zip(template.mapping) {
            mapping.1 = 0;
            match &mut element {
                TemplateElement::RawString(text) if text.is_empty() => continue,
                TemplateElement::RawString(text) => {
                    mapping.0 = 0;
                    if let Some(TemplateElement::RawString(before)) = normal.elements.last_mut() {
                        before.push_str(text);
                        continue;
                    }
                }
                TemplateElement::HelperBlock(block) => {
                    block.template = block.template.take().map(self::normal);
                    block.inverse = block.inverse.take().map(self::normal);
                }
                _ => {}
            }
            normal.elements.push(element);
            normal.mapping.push(mapping);
        }
        normal
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
            Just("\r".to_owned()),
            Just("  ".to_owned()),
            Just("{{snake name}} {{#if (eq a \"b\")}}".to_owned()),
            Just("{{#each a}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}".to_owned()),
            Just("{{#if (or a (has b \"c\"))}}\n".to_owned()),
            Just("}} { }\n".to_owned()),
            Just("{{else if b}}\n".to_owned()),
            Just("{{~name}}\n".to_owned()),
            Just("{{name~}}\n".to_owned()),
            Just("{{! a }}\n".to_owned()),
            Just("\\{{name}}".to_owned()),
            Just("\\".to_owned()),
            Just("{{{name}}}".to_owned()),
            Just("{".to_owned()),
            Just("{{eq name \"}}\"}}\n".to_owned()),
            Just("{{eq name\n 1}}\n".to_owned()),
            Just("{{".to_owned()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn tags_compile_to_what_the_whole_does(
            lines in proptest::collection::vec(line(), 0..12),
            cut in any::<bool>(),
        ) {
            let mut text = lines.concat();
            if cut {
                text.pop();
            }
            if let Some(tags) = Tags::default().compile(&text) {
                let whole = Template::compile(&text);
                prop_assert!(whole.is_ok(), "{text}");
                if let Ok(whole) = whole {
                    prop_assert_eq!(normal(tags), normal(whole), "{}", text);
                }
            }
        }
    }

    #[test]
    fn what_templates_are_made_of_needs_no_whole() {
        let text = "a {{name}}\n  {{#if (eq a \"b\")}}\nx\n  {{else}}\n{{#each c}}{{this}}{{/each}}\n{{/if}}\n";
        assert!(Tags::default().compile(text).is_some());
    }
}
