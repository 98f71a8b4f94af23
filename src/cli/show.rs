//! `pyscaffold show`

use serde_json::json;

use super::arguments::ShowArgs;
use super::failure::Failure;
use super::shell::{DIM, HEADING, Shell, styled};
use crate::engine::answer::describe;
use crate::model::cookiecutter::Cookiecutter;
use crate::model::question::{Kind, Question};
use crate::model::relpath::RelPath;
use crate::model::template::Template;
use crate::model::text::visible;
use crate::ops::System;
use crate::ops::show::{EXAMPLE, ShowReport, show};

pub(super) fn run(shell: &Shell, system: &System, arguments: &ShowArgs) -> Result<(), Failure> {
    let answers = arguments.set.iter().cloned().collect();
    let report = show(system, &arguments.template, &answers)?;
    if let Some(path) = &arguments.file {
        return file(shell, arguments, &report, path);
    }
    if arguments.json {
        return Ok(shell.json(&to_json(&report))?);
    }
    if arguments.files {
        return files(shell, &report);
    }
    about(shell, system, arguments, &report.template)
}

fn file(
    shell: &Shell,
    arguments: &ShowArgs,
    report: &ShowReport,
    path: &str,
) -> Result<(), Failure> {
    let found = RelPath::parse(path)
        .ok()
        .and_then(|path| report.composition.tree.get(&path));
    let Some(file) = found else {
        let message = format!(
            "`{}` writes no file `{}` with these answers",
            report.template.manifest.name,
            visible(path)
        );
        let hint = format!("all files: pyscaffold show {} --files", arguments.template);
        return Err(Failure::new("show.no-file", message).hint(hint));
    };
    Ok(shell.bytes(&file.bytes)?)
}

fn files(shell: &Shell, report: &ShowReport) -> Result<(), Failure> {
    for (path, layers) in &report.composition.origins {
        let path = visible(path.as_str());
        shell.out(format!("{path:<48} {}", styled(DIM, layers.join(", "))))?;
    }
    Ok(())
}

fn about(
    shell: &Shell,
    system: &System,
    arguments: &ShowArgs,
    template: &Template,
) -> Result<(), Failure> {
    let manifest = &template.manifest;
    let language = system.language;
    let origin = super::new::origin(&template.origin);
    shell.out(format!(
        "{} {}  {}",
        styled(HEADING, &manifest.name),
        manifest.version,
        styled(DIM, origin)
    ))?;
    shell.out(visible(manifest.title.get(language)))?;
    let text = manifest.description.as_ref().unwrap_or(&manifest.summary);
    shell.out(format!("\n{}", visible(text.get(language))))?;
    shell.out(format!("\n{}", styled(HEADING, "Questions")))?;
    for question in &template.questions {
        shell.out(row(question, language))?;
    }
    if let Some(cookiecutter) = &template.cookiecutter {
        return hooks(shell, cookiecutter);
    }
    shell.out(format!("\n{}", styled(HEADING, "Layers, lowest first")))?;
    for layer in &template.layers {
        let when = if layer.when.is_always() {
            String::new()
        } else {
            styled(DIM, format!("  when {}", describe(&layer.when)))
        };
        let manifest = &layer.package.manifest;
        let summary = visible(manifest.summary.get(language));
        shell.out(format!(
            "  {:<20}  {}  {summary}{when}",
            layer.label(),
            manifest.version
        ))?;
    }
    shell.say(styled(
        DIM,
        format!(
            "\nFiles: pyscaffold show {0} --files\nMake one: pyscaffold new {0} {EXAMPLE}",
            arguments.template
        ),
    ));
    Ok(())
}

/// Names the programs that a template of Cookiecutter brings.
fn hooks(shell: &Shell, cookiecutter: &Cookiecutter) -> Result<(), Failure> {
    if cookiecutter.hooks.is_empty() {
        return Ok(());
    }
    shell.out(format!(
        "\n{}",
        styled(HEADING, "Hooks, which are programs and never run")
    ))?;
    for hook in &cookiecutter.hooks {
        shell.out(format!("  {}", visible(&hook.file)))?;
    }
    Ok(())
}

fn row(question: &Question, language: crate::model::language::Language) -> String {
    let title = visible(question.title.get(language));
    let takes = match question.kind {
        Kind::Choice | Kind::Choices => {
            let values = question.values();
            let many = if question.kind == Kind::Choices {
                ", any of "
            } else {
                ": "
            };
            format!("{many}{}", visible(&values.join(" | ")))
        }
        Kind::Bool => ": true | false".to_owned(),
        Kind::Text => String::new(),
        Kind::Integer => ": a number".to_owned(),
        Kind::Secret => ": never stored".to_owned(),
    };
    let default = match &question.default {
        Some(value) if value.to_string().is_empty() => String::new(),
        Some(value) => format!(" [{}]", visible(&value.to_string())),
        None => " (no default)".to_owned(),
    };
    let when = if question.when.is_always() {
        String::new()
    } else {
        format!("; asked when {}", describe(&question.when))
    };
    let flag = format!("--{}", question.flag());
    format!("  {flag:<16}  {title}{takes}{default}{}", styled(DIM, when))
}

fn to_json(report: &ShowReport) -> serde_json::Value {
    let manifest = &report.template.manifest;
    let layers: Vec<serde_json::Value> = report
        .template
        .layers
        .iter()
        .map(|layer| {
            json!({
                "name": layer.label(),
                "version": layer.package.manifest.version.to_string(),
                "when": layer.when,
            })
        })
        .collect();
    let files: Vec<serde_json::Value> = report
        .composition
        .origins
        .iter()
        .map(|(path, layers)| json!({ "path": path, "layers": layers }))
        .collect();
    let mut shown = json!({
        "name": manifest.name,
        "version": manifest.version.to_string(),
        "source": report.template.origin.to_string(),
        "commit": super::new::commit(&report.template.origin),
        "title": manifest.title,
        "summary": manifest.summary,
        "description": manifest.description,
        "tags": manifest.tags,
        "next": manifest.next,
        "questions": report.template.questions,
        "layers": layers,
        "files": files,
    });
    if let (Some(cookiecutter), Some(shown)) =
        (&report.template.cookiecutter, shown.as_object_mut())
    {
        let hooks: Vec<&str> = cookiecutter
            .hooks
            .iter()
            .map(|hook| hook.file.as_str())
            .collect();
        shown.insert("hooks".to_owned(), json!(hooks));
    }
    shown
}
