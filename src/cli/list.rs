//! `pyscaffold list`

use serde_json::json;

use super::arguments::ListArgs;
use super::failure::{Failure, faulty};
use super::shell::{DIM, HEADING, Shell, styled};
use crate::model::text::visible;
use crate::ops::System;
use crate::ops::list::list;

pub(super) fn run(shell: &Shell, system: &System, arguments: &ListArgs) -> Result<(), Failure> {
    let found = list(system, &arguments.query)
        .map_err(|problems| faulty("a built-in template has a fault".to_owned(), &problems))?;
    if arguments.json {
        let rows: Vec<serde_json::Value> = found
            .iter()
            .map(|manifest| {
                json!({
                    "name": manifest.name,
                    "version": manifest.version.to_string(),
                    "source": "builtin",
                    "title": manifest.title,
                    "summary": manifest.summary,
                    "tags": manifest.tags,
                })
            })
            .collect();
        return Ok(shell.out(json!({ "templates": rows }))?);
    }
    if found.is_empty() {
        let query = visible(&arguments.query.join(" "));
        return Err(
            Failure::new("list.none", format!("no template is about `{query}`"))
                .hint("all templates: pyscaffold list"),
        );
    }
    let width = found
        .iter()
        .map(|manifest| manifest.name.len())
        .max()
        .unwrap_or_default();
    shell.out(styled(HEADING, "Built in"))?;
    for manifest in &found {
        let summary = visible(manifest.summary.get(system.language));
        shell.out(format!(
            "  {:<width$}  {}  {summary}",
            manifest.name,
            styled(DIM, &manifest.version)
        ))?;
    }
    shell.say(styled(DIM, "\nMore about one: pyscaffold show NAME"));
    Ok(())
}
