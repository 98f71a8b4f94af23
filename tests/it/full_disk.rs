//! A disk that is full: the project is whole, or nothing is there.

use std::fs;

use super::support::scenario::{Do, Place, Row, prepare};
use super::support::{Sandbox, Team, require};

#[test]
fn a_full_disk_leaves_nothing() {
    let sandbox = Sandbox::with_demo();
    let disk = sandbox.path("disk");
    fs::create_dir(&disk).unwrap();
    let try_mount = |options: &str, command: &str| {
        sandbox
            .run_binary("unshare".as_ref())
            .words("--mount sh -c")
            .arg(format!(
                "mount -t tmpfs -o {options} none disk || exit 77\n{command}"
            ))
            .arg(env!("CARGO_BIN_EXE_pyscaffold"))
    };
    let mut probe = try_mount("size=64k", "").words("x");

    let can = probe
        .command()
        .output()
        .is_ok_and(|output| output.status.success());
    if !can {
        require::skip("a_full_disk_leaves_nothing", "mount");
        return;
    }
    let (mut failed, mut made) = (0, 0);
    for options in [
        "size=4k",
        "size=16k",
        "size=32k",
        "size=64k",
        "size=96k",
        "size=128k",
        "size=4m",
        "nr_inodes=2",
        "nr_inodes=4",
        "nr_inodes=10",
        "nr_inodes=20",
        "nr_inodes=40",
        "nr_inodes=200",
    ] {
        let output = try_mount(
            options,
            "\"$0\" new ./demo disk/shop; code=$?; ls -A disk; [ $code = 0 ] && cd disk/shop && git status --porcelain && git fsck --full --strict; exit $code",
        )
        .output();
        output.assert_calm();
        match output.code {
            Some(0) => {
                made += 1;
                assert_eq!(output.stdout, "shop\n", "{options}: {}", output.stderr);
            }
            Some(1) => {
                failed += 1;
                assert_eq!(output.stdout, "", "{options}: {}", output.stderr);
                assert!(
                    output.stderr.starts_with("error: "),
                    "{options}: {}",
                    output.stderr
                );
                assert!(
                    output
                        .stderr
                        .to_lowercase()
                        .contains("no space left on device"),
                    "{options}: {}",
                    output.stderr
                );
            }
            other => panic!("{options}: {other:?} {}", output.stderr),
        }
    }
    assert!(failed > 3 && made > 0, "{failed} {made}");
}

/// Updates a project on a disk that has `$1` KiB left; prints its files and its index before, after, and once there is room again
/// and the next command has ended what was begun.
const UPDATE: &str = r#"
mount -t tmpfs -o size=8m none disk || exit 77
cp -a shop disk/shop
state() {
    (cd disk/shop && find . -path ./.git -prune -o -type f -exec sha1sum {} + | sort -k 2 && git ls-files --stage)
    echo ---
}
state
free=$(df --output=avail -k disk | tail -n 1)
head -c "$((1024 * (free - $1)))" /dev/zero > disk/fill
"$0" update disk/shop
code=$?
rm disk/fill
"$0" status disk/shop >/dev/null 2>&1 || exit 99
state
git -C disk/shop fsck --strict --no-dangling >/dev/null 2>&1 || exit 98
exit $code
"#;

#[test]
fn an_update_on_a_full_disk_is_done_or_undone() {
    let sandbox = Sandbox::new();
    let row = Row {
        name: "full",
        manifest: "",
        before: &[("merged", "1\n2\n3\n4\n5\n"), ("gone", "gone\n")],
        work: &[Do::Write("merged", "one\n2\n3\n4\n5\n")],
        after: &[("merged", "1\n2\n3\n4\nfive\n"), ("deep/er/new", "new\n")],
        decided: "",
        holds: &[],
    };
    prepare(&sandbox, &row, Place::Plain);
    fs::create_dir(sandbox.path("disk")).unwrap();
    let update = |room: u32| {
        sandbox
            .run_binary("unshare".as_ref())
            .words("--mount sh -c")
            .arg(UPDATE)
            .arg(env!("CARGO_BIN_EXE_pyscaffold"))
            .arg(room.to_string())
            .output()
    };
    let whole = update(4096);
    if whole.code != Some(0) {
        assert_eq!(whole.code, Some(77), "{}", whole.stderr);
        require::skip("an_update_on_a_full_disk_is_done_or_undone", "mount");
        return;
    }
    let states =
        |stdout: &str| -> Vec<String> { stdout.split("---\n").map(str::to_owned).collect() };
    let done = states(&whole.stdout);
    assert!(done[0] != done[1]);
    let (mut failed, mut made) = (0, 0);
    for room in (0..160).step_by(8) {
        let output = update(room);
        output.assert_calm();
        let found = states(&output.stdout);
        assert_eq!(found[0], done[0], "{room}");
        match output.code {
            Some(0) => {
                made += 1;
                assert_eq!(found[1], done[1], "{room}: {}", output.stderr);
            }
            Some(1) => {
                failed += 1;
                assert_eq!(found[1], done[0], "{room}: {}", output.stderr);
                let said = output.stderr.to_lowercase();
                let words = ["no space left on device", "the disk may be full"];
                let is_said = words.iter().any(|words| said.contains(words));
                assert!(is_said, "{room}: {said}");
            }
            other => panic!("{room}: {other:?} {}", output.stderr),
        }
    }
    assert!(failed > 1 && made > 1, "{failed} {made}");
}

/// Adds a source with a home on a disk that has `$1` KiB and `$2` files left; prints the templates before, after, and once there is room
/// again and the command that is missing was given.
const ADD: &str = r#"
mount -t tmpfs -o size=8m,nr_inodes=2000 none disk || exit 77
export HOME=$PWD/disk XDG_CONFIG_HOME=$PWD/disk/config XDG_DATA_HOME=$PWD/disk/data
free=$(df --output=avail -k disk | tail -n 1)
head -c "$((1024 * (free - $1)))" /dev/zero > disk/fill
mkdir disk/files
left=$(df --output=iavail disk | tail -n 1)
seq "$2" "$((left - 1))" | sed 's,^,disk/files/,' | xargs -r touch
"$0" add "$3"
code=$?
rm -r disk/fill disk/files
"$0" list worker || exit 99
[ $code = 0 ] || "$0" add "$3" >/dev/null || exit 98
"$0" new acme/worker disk/w >/dev/null && cat disk/w/hello.txt
find disk -name '*-stage-*' -o -name '.tmp*'
exit $code
"#;

#[test]
fn a_source_on_a_full_disk_is_added_or_not() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    fs::create_dir(sandbox.path("disk")).unwrap();
    let add = |room: u32, files: u32| {
        sandbox
            .run_binary("unshare".as_ref())
            .words("--mount sh -c")
            .arg(ADD)
            .arg(env!("CARGO_BIN_EXE_pyscaffold"))
            .arg(room.to_string())
            .arg(files.to_string())
            .arg(team.url())
            .output()
    };
    let whole = add(4096, 1000);
    if whole.code != Some(0) {
        assert_eq!(whole.code, Some(77), "{}", whole.stderr);
        require::skip("a_source_on_a_full_disk_is_added_or_not", "mount");
        return;
    }
    let end = "hello w\n";
    let (mut failed, mut made) = (0, 0);
    let rooms = (0..=160).step_by(16).map(|room| (room, 1000));
    for (room, files) in rooms.chain((0..=60).step_by(6).map(|files| (4096, files))) {
        let case = format!("{room} KiB, {files} files");
        let output = add(room, files);
        output.assert_calm();
        assert!(output.stdout.ends_with(end), "{case}: {output:?}");
        let is_listed = output.stdout.contains("acme/worker");
        match output.code {
            Some(0) => {
                made += 1;
                assert!(is_listed, "{case}: {output:?}");
            }
            Some(1) => {
                failed += 1;
                assert!(!is_listed, "{case}: {output:?}");
                assert!(output.stderr.contains("error: "), "{case}: {output:?}");
            }
            other => panic!("{case}: {other:?} {output:?}"),
        }
    }
    assert!(failed > 3 && made > 3, "{failed} {made}");
}
