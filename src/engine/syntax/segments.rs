//! Compiles a text piece by piece, which is much faster than as a whole.

use handlebars::Template;
use handlebars::template::TemplateElement;

/// Compiles a text piece by piece: runs of lines without tags, single lines with tags, and whole blocks.
///
/// Handlebars looks for the line of every tag from the beginning of the text, so one long text costs the square of its tags. None
/// if the text has something that reaches across lines, or does not compile; the whole text then has the right message.
pub(super) fn compile_in_segments(text: &str) -> Option<Template> {
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
