//! `pyscaffold list`

use serde_json::json;

use super::arguments::ListArgs;
use super::failure::{Failure, faulty};
use super::new::short;
use super::shell::{BAD, DIM, HEADING, HINT, Shell, styled};
use crate::model::manifest::Manifest;
use crate::model::text::visible;
use crate::ops::System;
use crate::ops::list::{Listing, list};
use crate::system::source::{BUILTIN, SourceError};

pub(super) fn run(shell: &Shell, system: &System, arguments: &ListArgs) -> Result<(), Failure> {
    let listing = list(system, &arguments.query)
        .map_err(|problems| faulty("a built-in template has a fault".to_owned(), &problems))?;
    if arguments.json {
        return Ok(shell.json(&json!({ "templates": rows(&listing) }))?);
    }
    let count = listing.builtin.len()
        + listing
            .groups
            .iter()
            .map(|group| group.found.as_ref().map_or(0, Vec::len))
            .sum::<usize>();
    if count == 0 {
        let query = visible(&arguments.query.join(" "));
        return Err(
            Failure::new("list.none", format!("no template is about `{query}`"))
                .hint("all templates: pyscaffold list"),
        );
    }
    if !listing.builtin.is_empty() {
        shell.out(styled(HEADING, "Built in"))?;
        table(shell, system, "", &listing.builtin)?;
    }
    for group in &listing.groups {
        match &group.found {
            Ok(found) if !found.is_empty() => {
                let commit = system.catalog.current(group.source);
                let commit = commit
                    .map(|commit| format!("  {}", short(&commit)))
                    .unwrap_or_default();
                shell.out(format!(
                    "{}{}",
                    styled(HEADING, &group.source.name),
                    styled(DIM, commit)
                ))?;
                table(shell, system, &format!("{}/", group.source.name), found)?;
            }
            Err(error) if arguments.query.is_empty() => {
                let name = &group.source.name;
                shell.complain(format!(
                    "{} {name}: {}",
                    styled(BAD, "not listed:"),
                    visible(&error.to_string())
                ));
                if let SourceError::NotStored { command, .. } = error {
                    shell.complain(format!("{} {command}", styled(HINT, "hint:")));
                }
            }
            Ok(_) | Err(_) => {}
        }
        for problem in &group.problems {
            shell.complain(format!(
                "{} {}: {}",
                styled(BAD, "not listed:"),
                group.source.name,
                visible(&problem.to_string())
            ));
        }
    }
    shell.say(styled(DIM, "\nMore about one: pyscaffold show NAME"));
    Ok(())
}

fn table(
    shell: &Shell,
    system: &System,
    before: &str,
    manifests: &[Manifest],
) -> Result<(), Failure> {
    let name = |manifest: &Manifest| format!("{before}{}", manifest.name);
    let width = manifests.iter().map(|manifest| name(manifest).len()).max();
    let width = width.unwrap_or_default();
    for manifest in manifests {
        let summary = visible(manifest.summary.get(system.language));
        shell.out(format!(
            "  {:<width$}  {}  {summary}",
            name(manifest),
            styled(DIM, &manifest.version)
        ))?;
    }
    Ok(())
}

fn rows(listing: &Listing<'_>) -> Vec<serde_json::Value> {
    let row = |manifest: &Manifest, name: String, source: &str| {
        json!({
            "name": name,
            "version": manifest.version.to_string(),
            "source": source,
            "title": manifest.title,
            "summary": manifest.summary,
            "tags": manifest.tags,
        })
    };
    let builtin = listing
        .builtin
        .iter()
        .map(|manifest| row(manifest, manifest.name.clone(), BUILTIN));
    let others = listing.groups.iter().flat_map(|group| {
        let source = &group.source.name;
        let found = group.found.iter().flatten();
        found.map(move |manifest| row(manifest, format!("{source}/{}", manifest.name), source))
    });
    builtin.chain(others).collect()
}
