//! The first page of help: the commands by what they are about.

use std::ffi::OsString;

use clap::Command;

use super::shell::styled;

/// The groups of commands, each in the order in which a person meets them.
const GROUPS: [(&str, &[&str]); 3] = [
    ("Projects", &["new", "status", "diff", "update", "adopt"]),
    (
        "Templates",
        &[
            "list", "show", "add", "sources", "refresh", "remove", "template",
        ],
    ),
    ("This machine", &["config", "doctor", "completions", "man"]),
];

/// Returns whether help could be what is asked for: no other run pays for it.
pub(super) fn is_wanted(arguments: &[OsString]) -> bool {
    let is_flag = |word: &OsString| {
        let word = word.to_string_lossy();
        word == "--help" || (word.starts_with('-') && !word.starts_with("--") && word.contains('h'))
    };
    arguments.len() <= 1 || arguments.iter().skip(1).any(is_flag)
}

/// Has the help of the program show its commands in groups.
pub(super) fn grouped(command: Command) -> Command {
    let styles = command.get_styles();
    let (header, literal) = (*styles.get_header(), *styles.get_literal());
    let mut groups = String::new();
    for (title, names) in GROUPS {
        groups.extend([styled(header, format!("{title}:")), "\n".to_owned()]);
        for name in names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let name = styled(literal, format!("{name:<11}"));
            groups.extend(["  ", &name, "  ", &about, "\n"]);
        }
        groups.push('\n');
    }
    // Clap lists all commands in one piece, but not those that are hidden.
    let all = GROUPS.iter().flat_map(|(_, names)| names.iter());
    all.fold(command, |command, name| {
        command.mut_subcommand(name, |command| command.hide(true))
    })
    .override_usage("pyscaffold [OPTIONS] <COMMAND>")
    .help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{{all-args}}{{after-help}}"
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::arguments::Cli;

    #[test]
    fn every_command_is_in_one_group() {
        let cli = Cli::command();
        let commands: BTreeSet<&str> = cli.get_subcommands().map(Command::get_name).collect();
        let grouped: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| names.iter().copied())
            .collect();
        assert_eq!(grouped.len(), commands.len());
        assert_eq!(grouped.into_iter().collect::<BTreeSet<_>>(), commands);
    }
}
