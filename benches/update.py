#!/usr/bin/env python3
"""CPU time and memory of `pyscaffold update`, beside git with the same trees.

    cargo build --release --locked && python3 benches/update.py [ROUNDS]

A template of 100, 1,000 and 9,800 files (10,000 with its folders, the most there may be); a project made from it; one file in ten changed by the project, another one in
ten by the next version of the template, and one in a hundred by both, in places that merge. Whole processes, user and
system time together. In each round every command runs once, on a copy of its own, so that a noisy machine is noisy for
all; medians are printed, and the median of the paired ratios. `git` is `git status` and `git merge-tree` of the same
three trees, which writes no file; `git merge` writes them. Git has all of its trees at hand, and so has `update`: both
versions of the template are in its store, and it runs offline. `update, fetching` gets the next version from a repository
on this machine first. Memory is the most that any process of the command had resident at once. Before anything is timed, the merged trees are compared.
Folders are made in memory where /dev/shm is there, and removed at the end.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

BINARY = Path(__file__).parent.parent / "target/release/pyscaffold"
SIZES = (100, 1_000, 9_800)
MANIFEST = """format = 1

[template]
name = "many"
version = "{version}.0.0"
title = {{ en = "Many files", zh = "多个文件" }}
summary = {{ en = "Many files.", zh = "多个文件。" }}
"""


class Cost(NamedTuple):
    """What a command and all that it started have cost."""

    cpu_ms: float
    memory_mib: float


# A process begins with the memory of the one that starts it, as far as the kernel counts; this one has little.
STARTER = """
import os, sys
with open(sys.argv[1], "w") as report:
    process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(process, 0)
    print(1000 * (usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024, file=report)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[Cost, str]:
    """Runs a command; returns its cost, and what it printed."""
    with tempfile.NamedTemporaryFile("r") as report:
        starter = [sys.executable, "-I", "-S", "-c", STARTER, report.name]
        done = subprocess.run(
            [*starter, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
        cpu, memory = report.read().split()
    return Cost(float(cpu), float(memory)), done.stdout


def text(number: int, template: int, project: bool) -> str:
    """Returns a file of 40 lines as a version of the template has it, with or without the work of the project."""
    lines = [f"value_{number}_{line} = {line * number}" for line in range(40)]
    if template == 2 and number % 10 == 1:
        lines[3] += "  # of the next version"
    if project and (number % 10 == 2 or number % 100 == 1):
        lines[35] += "  # of the project"
    return "\n".join(lines) + "\n"


def path_of(number: int) -> str:
    return f"part_{number // 100:03}/file_{number:05}.py"


def write(folder: Path, files: int, template: int, project: bool) -> None:
    for number in range(files):
        path = folder / path_of(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(number, template, project))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*.py"))
        if ".git" not in path.parts
    }


def measure(root: Path, files: int, rounds: int) -> None:
    environment = {
        "HOME": str(root),
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(root / ".gitconfig"),
    }
    identity = "[user]\n\tname = A\n\temail = a@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n"
    (root / ".gitconfig").write_text(identity)

    def git(folder: Path, *words: str) -> str:
        return run(["git", *words], folder, environment)[1]

    team = root / "team"
    (team / "files").mkdir(parents=True)
    git(team, "init", "--quiet")
    for version in (1, 2):
        (team / "template.toml").write_text(MANIFEST.format(version=version))
        write(team / "files", files, version, project=False)
        git(team, "add", "--all")
        git(team, "commit", "--quiet", "--message", f"version {version}")
        git(team, "tag", f"v{version}")
    address = f"file://{team}"
    project = root / "project"
    run([str(BINARY), "new", address, str(project), "--ref", "v1", "--yes", "--quiet"], root, environment)
    base = git(project, "rev-parse", "HEAD").strip()
    write(project, files, 1, project=True)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "work")
    git(project, "checkout", "--quiet", "-b", "next", base)
    write(project, files, 2, project=False)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "next version")
    git(project, "checkout", "--quiet", "main")

    update = [str(BINARY), "update", "--yes", "--quiet", "--to", "v2"]
    commands = {
        "git status": ["git", "status", "--porcelain"],
        "git merge-tree": ["git", "merge-tree", "--write-tree", "main", "next"],
        "git merge": ["git", "merge", "--quiet", "--no-edit", "next"],
        "update --dry-run": [*update, "--offline", "--dry-run"],
        "update": [*update, "--offline"],
        "update, fetching": update,
    }
    run([*update, "--dry-run"], project, environment)
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        merged = {}
        for name, command in commands.items():
            copy = root / f"copy-{number}-{name.replace(' ', '-')}"
            shutil.copytree(project, copy, symlinks=True)
            # The copies have other inodes and times than git remembers.
            git(copy, "update-index", "-q", "--refresh")
            cost, _ = run(command, copy, environment)
            # The first round warms up and compares.
            if number > 0:
                costs[name].append(cost)
            merged[name] = tree(copy)
        if number == 0 and merged["git merge"] != merged["update"]:
            sys.exit("git merge and update come to different files")
    print(f"{files} files, {rounds} rounds, medians{'':<12}CPU ms   memory MiB")
    for name, values in costs.items():
        cpu = statistics.median(cost.cpu_ms for cost in values)
        memory = statistics.median(cost.memory_mib for cost in values)
        print(f"  {name:<36}{cpu:10.1f}   {memory:10.1f}")
    cpu = {name: [cost.cpu_ms for cost in values] for name, values in costs.items()}
    both = [sum(pair) for pair in zip(cpu["git status"], cpu["git merge-tree"])]
    for name, theirs in (("git status + git merge-tree", both), ("git merge", cpu["git merge"])):
        ratio = statistics.median(mine / other for mine, other in zip(cpu["update"], theirs))
        print(f"  {'update : ' + name:<36}{ratio:10.2f}")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    memory = Path("/dev/shm")
    for files in SIZES:
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
            measure(Path(folder), files, rounds)


if __name__ == "__main__":
    main()
