#!/usr/bin/env python3
"""CPU time of `pyscaffold new`, by phase, beside copying the same tree and committing it with git.

    cargo build --release --locked && python3 benches/new.py [ROUNDS]

Whole processes, user and system time together. In each round every command runs once, each into a folder of its own, so
that a noisy machine is noisy for all; medians are printed, and the median of the paired ratios. The phases are the
differences between runs that stop early. Folders are made in memory where /dev/shm is there, and removed at the end.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

BINARY = Path(__file__).parent.parent / "target/release/pyscaffold"
TEMPLATE = "fastapi-api"


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """Runs a command and returns its CPU time in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        root = Path(folder)
        environment = {"HOME": folder, "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
        config = "[user]\n\tname = A\n\temail = a@example.org\n[init]\n\tdefaultBranch = main\n"
        (root / ".gitconfig").write_text(config)
        new = [str(BINARY), "new", TEMPLATE, "--yes", "--quiet"]
        original = root / "original"
        subprocess.run([*new, str(original), "--no-git"], check=True, env=environment)
        times: dict[str, list[float]] = {}

        def measure(name: str, command: list[str]) -> None:
            times.setdefault(name, []).append(cpu(command, environment))

        for number in range(rounds):
            measure("start", [str(BINARY), "--version"])
            measure("dry", [*new, str(root / f"dry-{number}"), "--dry-run"])
            measure("written", [*new, str(root / f"written-{number}"), "--no-git"])
            measure("repository", [*new, str(root / f"repository-{number}"), "--no-commit"])
            measure("new", [*new, str(root / f"new-{number}")])
            copy = str(root / f"copy-{number}")
            measure("cp -r", ["cp", "-r", str(original), copy])
            measure("git init", ["git", "init", copy])
            measure("git add", ["git", "-C", copy, "add", "--all"])
            measure("git commit", ["git", "-C", copy, "commit", "--message", "first"])

        median = {name: statistics.median(values) for name, values in times.items()}
        by_hand = [sum(row) for row in zip(*(times[name] for name in ("cp -r", "git init", "git add", "git commit")))]
        files = sum(1 for path in original.rglob("*") if path.is_file())
        print(f"{TEMPLATE}: {files} files, {rounds} rounds, median CPU ms")
        steps = ("start", "dry", "written", "repository", "new")
        titles = ("process start", "load, answer, render, plan", "stage, write, rename", "repository", "first commit")
        earlier = 0.0
        for step, title in zip(steps, titles):
            print(f"  {title:<28}{median[step] - earlier:8.2f}")
            earlier = median[step]
        print(f"  {'new, in all':<28}{median['new']:8.2f}")
        for name in ("cp -r", "git init", "git add", "git commit"):
            print(f"  {name:<28}{median[name]:8.2f}")
        print(f"  {'by hand, in all':<28}{statistics.median(by_hand):8.2f}")
        ratio = statistics.median(mine / theirs for mine, theirs in zip(times["new"], by_hand))
        print(f"  {'new : by hand, paired':<28}{ratio:8.3f}")


if __name__ == "__main__":
    main()
