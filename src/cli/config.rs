//! `pyscaffold config`

use std::path::Path;

use super::arguments::ConfigAction;
use super::failure::Failure;
use super::shell::Shell;
use crate::model::text::visible;
use crate::system::config::{Config, set};

pub(super) fn run(shell: &Shell, file: &Path, action: &ConfigAction) -> Result<(), Failure> {
    match action {
        ConfigAction::Path => shell.out(file.display())?,
        ConfigAction::Get { key } => {
            let value = Config::read(file)?.get(key)?;
            shell.out(visible(&value.to_string()))?;
        }
        ConfigAction::Set { key, value } => {
            set(file, key, value)?;
            shell.say(format!("{key} is {} in {}", visible(value), file.display()));
        }
        ConfigAction::List { json } => {
            let settings = Config::read(file)?.list();
            if *json {
                shell.json(&serde_json::json!({ "settings": settings }))?;
            } else {
                for (key, value) in settings {
                    shell.out(format!("{key}={}", visible(&value.to_string())))?;
                }
            }
        }
    }
    Ok(())
}
