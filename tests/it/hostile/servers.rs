//! Servers of git repositories that do not behave, all on loopback.

use super::super::support::Team;
use super::super::support::server::{HttpServer, Manner};
use super::stage::{Case, Stage, refused};

/// Tries to add a repository of a server of this manner, which may be silent for a second.
fn served(stage: &mut Stage, manner: Manner) {
    stage.config("[git]\ntimeout = 1\n");
    let team = Team::with_two(stage);
    let server = HttpServer::start(team.path("").parent().unwrap(), manner);
    let words = if stage.spelling.is_empty() {
        "add --allow-http"
    } else {
        stage.spelling
    };
    let url = server.url("acme");
    stage.tries(words).word(url);
}

/// The cases of this group.
pub(super) fn cases() -> Vec<Case> {
    let row = |name, make| refused(name, 1, "127.0.0.1", make);
    vec![
        row("one that refuses", |stage| {
            stage.tries("add --allow-http http://127.0.0.1:9/acme");
        }),
        row("one that hangs up", |stage| served(stage, Manner::Hangup)),
        row("one that says nothing", |stage| {
            served(stage, Manner::Silent);
        }),
        row("one that stops in the middle", |stage| {
            served(stage, Manner::Stuck);
        }),
        row("one that drips", |stage| served(stage, Manner::Drip)),
        row("one that leads to itself", |stage| {
            served(stage, Manner::Loop);
        }),
        row("one that leads to the disk", |stage| {
            served(stage, Manner::Elsewhere);
        }),
        row("one that sends a page", |stage| served(stage, Manner::Page))
            .spelled(&["add --allow-http", "add --allow-http --json"]),
        row("one that wants a password", |stage| {
            served(stage, Manner::Locked);
        }),
        row("one that has no such repository", |stage| {
            served(stage, Manner::Missing);
        }),
        row("one that is broken", |stage| served(stage, Manner::Broken))
            .spelled(&["add --allow-http", "add --allow-http --json"]),
        row("one that sends headers without end", |stage| {
            served(stage, Manner::Headers);
        }),
        row("one that sends branches without end", |stage| {
            served(stage, Manner::Flood);
        }),
        row("one that sends what is no list of branches", |stage| {
            served(stage, Manner::Garbled);
        }),
        row("one that sends half a pack", |stage| {
            served(stage, Manner::Cut);
        }),
        row("one that sends a damaged pack", |stage| {
            served(stage, Manner::Wrong);
        }),
        row("one that names a commit which it has not", |stage| {
            served(stage, Manner::Liar);
        }),
        row("one whose branches lead out of a folder", |stage| {
            served(stage, Manner::Names);
        })
        .spelled(&["add --allow-http --ref main"]),
        row(
            "one whose commit is asked for by an id which it has not",
            |stage| {
                served(stage, Manner::Liar);
                stage.word("--ref").word("1".repeat(40));
            },
        ),
    ]
}
