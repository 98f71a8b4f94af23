//! `pyscaffold add`, `sources`, `refresh`, `remove`

use serde_json::{Value as Json, json};

use super::arguments::{AddArgs, RefreshArgs, RemoveArgs, SourcesArgs};
use super::failure::Failure;
use super::new::short;
use super::shell::{BAD, DIM, GOOD, HEADING, Shell, styled};
use crate::model::address::{GitRef, Place};
use crate::model::relpath::RelPath;
use crate::model::text::visible;
use crate::ops::System;
use crate::ops::sources::{
    AddOptions, Change, Loaded, Outcome, RefreshMode, Refreshed, add as add_source,
    refresh as refresh_sources, remove as remove_source,
};
use crate::system::sources::Source;

/// Something is new.
const OUT_OF_DATE: u8 = 3;

pub(super) fn add(shell: &Shell, system: &System, arguments: AddArgs) -> Result<(), Failure> {
    let options = AddOptions {
        source: arguments.source,
        name: arguments.name,
        reference: arguments.reference,
        subdir: arguments.subdir,
        allow_http: arguments.allow_http,
    };
    let loaded = add_source(system, &options)?;
    if arguments.json {
        return Ok(shell.json(&added_json(&loaded))?);
    }
    let line = |title: &str, text: String| {
        shell.say(format!(
            "  {}  {text}",
            styled(HEADING, format!("{title:<9}"))
        ));
    };
    let name = &loaded.source.name;
    line("Added", format!("{name}: {}", place(&loaded.source)));
    let names = loaded.templates.iter().map(|it| it.manifest.name.len());
    let width = name.len() + 1 + names.max().unwrap_or_default();
    for (index, template) in loaded.templates.iter().enumerate() {
        let manifest = &template.manifest;
        let title = if index == 0 { "Templates" } else { "" };
        let summary = visible(manifest.summary.get(system.language));
        let version = styled(DIM, &manifest.version);
        let full = format!("{name}/{}", manifest.name);
        line(title, format!("{full:<width$}  {version}  {summary}"));
    }
    for template in &loaded.templates {
        let hooks = template.cookiecutter.iter().flat_map(|own| &own.hooks);
        let hooks: Vec<String> = hooks.map(|hook| visible(&hook.file)).collect();
        if !hooks.is_empty() {
            let (template, hooks) = (&template.manifest.name, hooks.join(", "));
            let what = format!("{name}/{template} has programs, which never run: {hooks}");
            line("Hooks", what);
        }
    }
    for (index, (address, commit)) in loaded.source.inherits.iter().enumerate() {
        let title = if index == 0 { "Inherits" } else { "" };
        line(
            title,
            format!("{}, commit {}", visible(address), short(commit)),
        );
    }
    if let Some(first) = loaded.templates.first() {
        shell.say(styled(GOOD, "Next:"));
        shell.say(format!(
            "  pyscaffold new {name}/{} myproj",
            first.manifest.name
        ));
    }
    Ok(())
}

/// Returns where a source is, as a person reads it.
fn place(source: &Source) -> String {
    let (mut text, is_git) = match &source.place {
        Place::Git(url) => (url.to_string(), true),
        Place::Folder(path) => (visible(path), false),
    };
    if let Some(subdir) = &source.subdir {
        text = format!("{text}//{subdir}");
    }
    if let Some(reference) = &source.reference {
        text = format!("{text} at {reference}");
    }
    match &source.commit {
        Some(commit) => format!("{text}, commit {}", short(commit)),
        None if is_git => format!("{text}, no commit locked"),
        None => text,
    }
}

fn source_json(source: &Source) -> Json {
    let (git, path) = match &source.place {
        Place::Git(url) => (Some(url.as_str()), None),
        Place::Folder(path) => (None, Some(path.as_str())),
    };
    json!({
        "name": source.name,
        "git": git,
        "path": path,
        "ref": source.reference.as_ref().map(GitRef::as_str),
        "subdir": source.subdir.as_ref().map(RelPath::as_str),
        "commit": source.commit,
        "inherits": source.inherits,
        "file": source.file.display().to_string(),
    })
}

fn added_json(loaded: &Loaded) -> Json {
    let templates: Vec<Json> = loaded
        .templates
        .iter()
        .map(|template| {
            let manifest = &template.manifest;
            json!({
                "name": manifest.name,
                "version": manifest.version.to_string(),
                "title": manifest.title,
                "summary": manifest.summary,
            })
        })
        .collect();
    json!({ "source": source_json(&loaded.source), "templates": templates })
}

pub(super) fn list(shell: &Shell, system: &System, arguments: &SourcesArgs) -> Result<(), Failure> {
    let sources = system.catalog.sources.values();
    if arguments.json {
        let rows: Vec<Json> = sources.map(source_json).collect();
        return Ok(shell.json(&json!({ "sources": rows }))?);
    }
    let width = sources.clone().map(|source| source.name.len()).max();
    let width = width.unwrap_or_default();
    for source in sources {
        let from = if source.is_project {
            styled(DIM, "  (this repository's)")
        } else {
            String::new()
        };
        shell.out(format!("{:<width$}  {}{from}", source.name, place(source)))?;
    }
    if system.catalog.sources.is_empty() {
        shell.say("No sources yet. Add one: pyscaffold add gh:OWNER/REPOSITORY");
    }
    Ok(())
}

pub(super) fn refresh(
    shell: &Shell,
    system: &System,
    arguments: &RefreshArgs,
) -> Result<(), Failure> {
    let mode = if arguments.check {
        RefreshMode::Check
    } else {
        RefreshMode::Apply
    };
    let outcomes = refresh_sources(system, &arguments.names, mode)?;
    let is_new = outcomes
        .iter()
        .any(|(_, outcome)| outcome.as_ref().is_ok_and(Refreshed::is_new));
    let failed: Vec<String> = outcomes
        .iter()
        .filter(|(_, outcome)| outcome.is_err())
        .map(|(name, _)| name.clone())
        .collect();
    if let ([_], [_]) = (outcomes.as_slice(), failed.as_slice()) {
        return outcomes
            .into_iter()
            .find_map(|(_, outcome)| outcome.err())
            .map_or(Ok(()), |error| Err(error.into()));
    }
    if arguments.json && failed.is_empty() {
        let rows: Vec<Json> = outcomes.iter().filter_map(refreshed_json).collect();
        shell.json(&json!({ "sources": rows }))?;
    }
    for (name, outcome) in outcomes {
        match outcome {
            Ok(refreshed) if !arguments.json => tell(shell, &name, &refreshed)?,
            Err(error) if !arguments.json => {
                shell.complain(format!("{} {name}:", styled(BAD, "not refreshed:")));
                Failure::from(error).print(shell, false);
            }
            Ok(_) | Err(_) => {}
        }
    }
    if !failed.is_empty() {
        let message = format!("these sources stay as they were: {}", failed.join(", "));
        return Err(Failure::new("sources.refresh", message));
    }
    if arguments.check && is_new {
        if !arguments.json {
            shell.say(styled(GOOD, "Next:"));
            shell.say("  pyscaffold refresh");
        }
        let mut failure = Failure::new("sources.new", "there is something new");
        failure.exit = OUT_OF_DATE;
        return Err(failure.silent());
    }
    Ok(())
}

fn tell(shell: &Shell, name: &str, refreshed: &Refreshed) -> Result<(), Failure> {
    let commit = |commit: &Option<String>| {
        commit
            .as_deref()
            .map_or_else(|| "nothing".to_owned(), |commit| short(commit).to_owned())
    };
    if !refreshed.is_new() {
        let at = refreshed
            .commit
            .as_deref()
            .map(|commit| format!(" at {}", short(commit)))
            .unwrap_or_default();
        return Ok(shell.out(format!("{name}: nothing new{at}"))?);
    }
    if refreshed.old == refreshed.commit {
        shell.out(format!("{name}: what it inherits has moved"))?;
    } else {
        shell.out(format!(
            "{name}: {} -> {}",
            commit(&refreshed.old),
            commit(&refreshed.commit)
        ))?;
    }
    for (template, change) in &refreshed.changes {
        let what = match change {
            Change::Added(version) => format!("new, {version}"),
            Change::Removed(version) => format!("gone, was {version}"),
            Change::Version(old, new) => format!("{old} -> {new}"),
            Change::Content(version) => format!("changed, still {version}"),
        };
        shell.out(format!("  {name}/{template}  {what}"))?;
    }
    for (address, (old, new)) in &refreshed.inherits {
        let address = visible(address);
        shell.out(format!(
            "  inherits {address}  {} -> {}",
            commit(old),
            short(new)
        ))?;
    }
    Ok(())
}

fn refreshed_json((name, outcome): &Outcome) -> Option<Json> {
    let refreshed = outcome.as_ref().ok()?;
    let changes: serde_json::Map<String, Json> = refreshed
        .changes
        .iter()
        .map(|(template, change)| {
            let (change, old, new) = match change {
                Change::Added(new) => ("added", None, Some(new)),
                Change::Removed(old) => ("removed", Some(old), None),
                Change::Version(old, new) => ("version", Some(old), Some(new)),
                Change::Content(version) => ("content", Some(version), Some(version)),
            };
            let change = json!({ "change": change, "old": old, "new": new });
            (template.clone(), change)
        })
        .collect();
    Some(json!({
        "name": name,
        "old": refreshed.old,
        "new": refreshed.commit,
        "templates": changes,
        "inherits": refreshed.inherits.iter().map(|(address, (old, new))| {
            (address.clone(), json!({ "old": old, "new": new }))
        }).collect::<serde_json::Map<String, Json>>(),
    }))
}

pub(super) fn remove(
    shell: &Shell,
    system: &System,
    arguments: &RemoveArgs,
) -> Result<(), Failure> {
    let source = remove_source(system, &arguments.name)?;
    if arguments.json {
        return Ok(shell.json(&json!({ "removed": source_json(&source) }))?);
    }
    shell.say(format!("Removed {}: {}", source.name, place(&source)));
    if matches!(source.place, Place::Git(_)) {
        shell.say("What was fetched stays: projects were made from it.");
    }
    Ok(())
}
