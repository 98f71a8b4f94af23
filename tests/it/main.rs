//! The program as its users see it: the built binary in a folder of its own, with nothing of the machine's configuration.
//!
//! One module for each matter. Most of them use a small template (`fixtures/demo`), so that a change to a built-in template changes
//! no test here.

#![expect(
    clippy::disallowed_methods,
    reason = "tests stand outside: they make folders, run programs and look at the disk"
)]
#![cfg(unix)]

#[cfg(test)]
mod answers;
#[cfg(test)]
mod authoring;
#[cfg(test)]
mod book;
#[cfg(test)]
mod completions;
#[cfg(test)]
mod concurrent;
#[cfg(test)]
mod config;
#[cfg(test)]
mod cookiecutter;
#[cfg(test)]
mod destination;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod floors;
#[cfg(test)]
mod full_disk;
#[cfg(test)]
mod git;
#[cfg(test)]
mod guide;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod inherit;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod list_show;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod names;
#[cfg(test)]
mod network;
#[cfg(test)]
mod new;
#[cfg(test)]
mod output;
#[cfg(test)]
mod pager;
#[cfg(test)]
mod precedence;
#[cfg(test)]
mod preview;
#[cfg(test)]
mod prompts;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod source_faults;
#[cfg(test)]
mod source_input;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod store_damage;
#[cfg(test)]
mod support;
#[cfg(test)]
mod surroundings;
#[cfg(test)]
mod update_answers;
#[cfg(test)]
mod update_content;
#[cfg(test)]
mod update_kill;
#[cfg(test)]
mod update_paths;
#[cfg(test)]
mod update_safety;
#[cfg(test)]
mod update_sources;

#[cfg(test)]
mod modules {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn no_file_of_this_suite_is_forgotten() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
        let source = fs::read_to_string(folder.join("main.rs")).unwrap();
        let declared: BTreeSet<String> = source
            .lines()
            .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
            .map(str::to_owned)
            .collect();
        let written: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir() || path.extension().is_some_and(|end| end == "rs"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|name| name != "main" && name != "fixtures")
            .collect();
        assert_eq!(written, declared);
    }
}
