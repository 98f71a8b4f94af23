//! The released versions of templates and layers: that each is there and renders what it rendered, and that the check would see
//! what is not so.

use std::fs;
use std::path::Path;

use crate::releasing::{check, release};

#[test]
fn every_released_version_is_there_and_renders_what_it_rendered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/released");
    assert_eq!(check(&folder), [""; 0]);
}

#[test]
fn a_release_keeps_everything_and_a_second_one_adds_nothing() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let added = release(folder.path()).expect("everything can be kept");
    assert!(added.iter().any(|line| line.starts_with("fastapi-api 1.")));
    assert!(added.iter().any(|line| line.starts_with("layers/base 1.")));
    assert_eq!(check(folder.path()), [""; 0]);
    assert_eq!(release(folder.path()), Ok(Vec::new()));
}

#[test]
fn what_is_missing_or_changed_is_seen() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    release(folder.path()).expect("everything can be kept");
    let place = |path: &str| folder.path().join(path);
    let names = fs::read_dir(place("fastapi-api")).expect("versions are kept");
    let list = names.flatten().next().expect("a version is kept").path();
    let listed = fs::read_to_string(&list).expect("a list is text");
    let versions = fs::read_to_string(place("versions.toml")).expect("the versions are text");
    let manifest = listed
        .lines()
        .find_map(|line| line.strip_prefix("\"template.toml\" = \""));
    let blob = place("blobs").join(manifest.expect("it has a manifest").trim_matches('"'));
    let kept = fs::read(&blob).expect("the manifest is kept");

    let seen = |words: &str| {
        let wrong = check(folder.path());
        assert!(
            wrong.iter().any(|line| line.contains(words)),
            "{words}: {wrong:?}"
        );
    };
    fs::remove_file(&blob).expect("it can be removed");
    seen("is not there");
    fs::write(&blob, "x").expect("it can be written");
    seen("is damaged");
    fs::write(&blob, kept).expect("it can be written");
    assert_eq!(check(folder.path()), [""; 0]);

    fs::remove_file(&list).expect("it can be removed");
    seen(".toml: is not there");
    let fewer: Vec<&str> = listed
        .lines()
        .filter(|line| !line.contains("files/Dockerfile") && !line.contains("README"))
        .collect();
    fs::write(&list, fewer.join("\n")).expect("it can be written");
    seen("was changed since its version was released");
    fs::write(&list, &listed).expect("it can be written");

    let mut renders = versions.lines().filter_map(|line| line.split(" = ").nth(1));
    let render = renders.find(|render| render.len() == 42);
    let render = render.expect("a render is remembered");
    let other = format!("\"{}\"", "0".repeat(40));
    fs::write(place("versions.toml"), versions.replace(render, &other)).expect("it can be written");
    seen("renders");
    fs::write(place("versions.toml"), "").expect("it can be written");
    seen("belongs to no version");
}
