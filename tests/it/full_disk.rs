//! A disk that is full: the project is whole, or nothing is there.

use std::fs;

use super::support::{Sandbox, require};

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
