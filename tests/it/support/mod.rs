//! What the tests of this suite share.

pub(crate) mod fault;
pub(crate) mod folder;
pub(crate) mod page;
#[expect(unreachable_pub, reason = "other tests share it")]
#[path = "../../support/pythons.rs"]
pub(crate) mod pythons;
pub(crate) mod require;
pub(crate) mod sandbox;
pub(crate) mod scenario;
pub(crate) mod server;
pub(crate) mod shell_words;
pub(crate) mod team;
pub(crate) mod template;
pub(crate) mod terminal;

pub(crate) use folder::{Entry, entries, files};
pub(crate) use sandbox::{Sandbox, install_program};
pub(crate) use team::Team;
pub(crate) use template::TemplateFolder;
