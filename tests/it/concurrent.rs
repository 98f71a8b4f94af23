//! Several runs at once.

use std::process::{Child, Command, Stdio};

use super::support::{Sandbox, entries};

fn start(sandbox: &Sandbox, words: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pyscaffold"));
    sandbox.prepare(&mut command);
    command
        .args(words.split(' '))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn of_many_runs_into_one_place_exactly_one_wins() {
    for (runs, rounds, prepared) in [(2, 4, false), (10, 1, false), (2, 2, true), (10, 1, true)] {
        for round in 0..rounds {
            let sandbox = Sandbox::with_demo();
            if prepared {
                std::fs::create_dir(sandbox.path("shop")).unwrap();
            }
            let children: Vec<Child> = (0..runs)
                .map(|index| start(&sandbox, &format!("new ./demo shop --team t{index}")))
                .collect();
            let mut winners = Vec::new();
            for (index, child) in children.into_iter().enumerate() {
                let output = child.wait_with_output().unwrap();
                let said = String::from_utf8(output.stderr).unwrap();
                match output.status.code() {
                    Some(0) => winners.push(index),
                    Some(1) => assert!(
                        said.contains("appeared while the project was being made")
                            || said.contains("already there with other content"),
                        "{said}"
                    ),
                    other => panic!("{other:?}: {said}"),
                }
            }
            assert_eq!(winners.len(), 1, "{runs} runs, round {round}: {winners:?}");
            assert_eq!(sandbox.litter(), ["shop"]);
            assert_eq!(sandbox.git("shop", "status --porcelain"), "");
            let alone = Sandbox::with_demo();
            alone
                .run(&format!("new ./demo shop --team t{}", winners[0]))
                .ok();
            assert_eq!(entries(&sandbox.path("shop")), entries(&alone.path("shop")));
        }
    }
}

#[test]
fn runs_beside_each_other_do_not_sweep_each_other() {
    let sandbox = Sandbox::with_demo();
    let children: Vec<Child> = (0..10)
        .map(|index| start(&sandbox, &format!("new ./demo p{index}")))
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let names: Vec<String> = (0..10).map(|index| format!("p{index}")).collect();
    assert_eq!(sandbox.litter(), names);
}

#[test]
fn what_dead_runs_left_is_swept_and_what_is_not_ours_is_kept() {
    let sandbox = Sandbox::with_demo();
    sandbox.write(".pyscaffold-stage-dead/lock", "");
    sandbox.write(".pyscaffold-stage-dead/project/src/x.py", "x");
    sandbox.write(".pyscaffold-stage-mine/not-a-lock", "precious");
    sandbox.write(".pyscaffold-stage-file", "precious");
    std::fs::create_dir(sandbox.path(".pyscaffold-stage-empty")).unwrap();
    sandbox.run("new ./demo shop").ok();
    assert_eq!(
        sandbox.litter(),
        [".pyscaffold-stage-file", ".pyscaffold-stage-mine", "shop"]
    );
}
