//! `pyscaffold completions` and `pyscaffold man`: what other programs read.

use clap::CommandFactory;

use super::arguments::{Cli, CompletionsArgs, ManArgs};
use super::complete;
use super::failure::Failure;
use super::questions::with_common;
use super::shell::Shell;
use crate::model::problem::nearest;
use crate::model::text::visible;

pub(super) fn completions(shell: &Shell, arguments: &CompletionsArgs) -> Result<(), Failure> {
    Ok(shell.bytes(&complete::script(&arguments.shell.to_string()))?)
}

pub(super) fn man(shell: &Shell, arguments: &ManArgs) -> Result<(), Failure> {
    let mut cli = with_common(Cli::command());
    cli.build();
    let command = match &arguments.command {
        None => cli,
        Some(name) => cli
            .find_subcommand(name)
            .map(|command| command.clone().name(format!("pyscaffold-{name}")))
            .ok_or_else(|| unknown(&cli, name))?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(shell.bytes(&page)?)
}

fn unknown(cli: &clap::Command, name: &str) -> Failure {
    let names: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    let message = format!("there is no command `{}`", visible(name));
    let mut failure = Failure::new("man.unknown", message);
    failure.hint = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
    failure.exit = 2;
    failure
}
