//! Brings a project that was made without a template under one: a merge with nothing as the base.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml_edit::{DocumentMut, Item};

use super::System;
use super::base::{self, Base};
use super::target::{self, TargetError, Wanted};
use super::update::{Extent, Merging, UpdateError, UpdateReport};
use crate::engine::merge::Node;
use crate::model::name::{DistributionName, PackageName};
use crate::model::record::{PATH, Record};
use crate::model::relpath::RelPath;
use crate::model::value::{Answers, Value};
use crate::system::project::{Look, Project};

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct AdoptOptions {
    /// The template.
    pub template: String,
    /// The project's folder.
    pub folder: PathBuf,
    /// The answers that are given.
    pub wanted: Wanted,
    /// How far it goes.
    pub extent: Extent,
}

/// Brings a project under a template.
///
/// # Errors
/// Whatever keeps it from that; nothing is changed then.
pub fn adopt(system: &System, options: &AdoptOptions) -> Result<UpdateReport, UpdateError> {
    let project = Project::open(&system.environment.path(&options.folder))?;
    let recovered = base::recover(&project).map_err(UpdateError::Journal)?;
    let record = RelPath::parse(PATH)?;
    project.check_record()?;
    if let Some(text) = text_of(&project, &record)?
        && let Ok(record) = Record::parse(&text)
    {
        return Err(UpdateError::Adopted {
            template: record.template,
            version: record.version,
        });
    }
    let template = system
        .catalog
        .load(&options.template)
        .map_err(TargetError::from)?;
    let names = names(&project)?;
    let target =
        target::make(system, template, &names, &options.wanted).map_err(TargetError::from)?;
    let mut report = UpdateReport {
        root: project.root.clone(),
        template: target.template.clone(),
        from: None,
        is_current: false,
        record: target.record.clone(),
        changes: Vec::new(),
        before: BTreeMap::new(),
        recovered,
    };
    let merging = Merging {
        system,
        project: &project,
        base: &Base::default(),
        target: &target,
    };
    merging.carry_out(options.extent, &mut report)?;
    Ok(report)
}

/// Returns the names that the project has: by its `pyproject.toml`, else by its folder.
fn names(project: &Project) -> Result<Answers, UpdateError> {
    let text = text_of(project, &RelPath::parse("pyproject.toml")?)?;
    let document = text.and_then(|text| text.parse::<DocumentMut>().ok());
    let named = document.as_ref().and_then(|document| {
        let project = document.get("project").and_then(Item::as_table_like)?;
        project.get("name")?.as_str().map(str::to_owned)
    });
    let folder = project
        .root
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = named.or(folder).unwrap_or_default();
    let package = DistributionName::parse(&name)
        .and_then(|name| PackageName::from_distribution(&name))
        .map(|package| package.to_string());
    Ok(Answers::from([
        ("name".to_owned(), Value::Text(name.clone())),
        ("package".to_owned(), Value::Text(package.unwrap_or(name))),
    ]))
}

fn text_of(project: &Project, path: &RelPath) -> Result<Option<String>, UpdateError> {
    Ok(match project.look(path)? {
        Look::Node(Node {
            bytes: Some(bytes), ..
        }) => String::from_utf8(bytes.to_vec()).ok(),
        Look::Node(_) | Look::Nothing | Look::Folder | Look::Below(_) => None,
    })
}
