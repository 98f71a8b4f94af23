#!/usr/bin/env python3
"""CPU time and memory of `pyscaffold new` with the worst that it accepts.

    cargo build --release --locked && python3 benches/limits.py [ROUNDS]

Each row is a template at the edge of a limit of `src/engine/budget.rs`, and must be accepted: a project is made from it, without
git, and its files are counted. Then one step more, which must be refused. Whole processes, user and system time together; the
largest of the rounds is printed, since this is about the worst. Memory is the most that was resident at once. Folders are made in memory
where /dev/shm is there, and removed at the end.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

BINARY = Path(__file__).parent.parent / "target/release/pyscaffold"
MANIFEST = 'format = 1\n\n[template]\nname = "tpl"\nversion = "1.0.0"\ntitle = "T"\nsummary = "S"\n'
QUESTION = '[[questions]]\nkey = "{key}"\ntype = "{kind}"\ntitle = "Q"\n{more}\n'

# A process begins with the memory of the one that starts it, as far as the kernel counts; this one has little.
STARTER = """
import os, sys
with open(sys.argv[1], "w") as report:
    process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(process, 0)
    print(1000 * (usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024, file=report)
sys.exit(os.waitstatus_to_exitcode(status))
"""


class Run(NamedTuple):
    """How a command ended and what it has cost."""

    code: int
    cpu_ms: float
    memory_mib: float


class Row(NamedTuple):
    """Something at the edge: makes the template, at the edge or one step behind it, and returns how many files are made of it."""

    name: str
    make: Callable[[Path, int], int]


def run(command: list[str], folder: Path) -> Run:
    """Runs a command in a folder that is its home, too."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C"}
    with tempfile.NamedTemporaryFile("r") as report:
        starter = [sys.executable, "-I", "-S", "-c", STARTER, report.name]
        done = subprocess.run([*starter, *command], cwd=folder, env=environment, capture_output=True, check=False)
        cpu, memory = report.read().split()
    return Run(done.returncode, float(cpu), float(memory))


def template(folder: Path, more: str = "") -> Path:
    """Makes a template and returns the folder of its files."""
    (folder / "tpl/files").mkdir(parents=True)
    (folder / "tpl/template.toml").write_text(MANIFEST + more)
    return folder / "tpl/files"


def many_files(folder: Path, over: int) -> int:
    """10,000 things: 100 folders of 98 small files, and what else the template has."""
    files = template(folder)
    for number in range(100):
        (files / f"d{number}").mkdir()
        for other in range(98):
            (files / f"d{number}/f{other}.txt").write_text(f"{number} {other}\n")
    for number in range(300 * over):
        (files / f"more{number}").write_text("x\n")
    return 9_800


def many_rendered(folder: Path, over: int) -> int:
    """The same number, each rendered."""
    files = template(folder)
    for number in range(100):
        (files / f"d{number}").mkdir()
        for other in range(98):
            (files / f"d{number}/f{other}.txt.hbs").write_text("{{name}}\n" * 5)
    for number in range(300 * over):
        (files / f"more{number}").write_text("x\n")
    return 9_800


def many_bytes(folder: Path, over: int) -> int:
    """Nearly 100 MiB in ten files that no compression makes small; what is left is for the record."""
    files = template(folder)
    for number in range(10):
        (files / f"f{number}").write_bytes(os.urandom(10 * 1024 * 1024 - 1024))
    if over:
        (files / "more").write_bytes(bytes(1024 * 1024))
    return 10


def many_tags(folder: Path, over: int) -> int:
    """One file with as many tags as there may be."""
    (template(folder) / "x.hbs").write_text("{{name}}\n" * (2_000 + over))
    return 1


def many_tagged(folder: Path, over: int) -> int:
    """Fifty such files."""
    files = template(folder)
    for number in range(50):
        (files / f"x{number}.hbs").write_text("{{name}}\n" * (2_000 + over))
    return 50


def large_rendered(folder: Path, over: int) -> int:
    """One rendered file of 1 MiB."""
    (template(folder) / "x.hbs").write_text("x" * (1024 * 1024 - 8 + over) + "{{name}}")
    return 1


def large_manifest(folder: Path, over: int) -> int:
    """A manifest of nearly 1 MiB, all of it questions; behind the edge a comment."""
    question = QUESTION.format(key="q{}", kind="text", more='default = "x"')
    questions = "".join(question.replace("{}", str(number)) for number in range(12_000))
    fill = "# " + "x" * (2 * 1024 * 1024) if over else ""
    template(folder, questions + fill)
    return 0


def loops(folder: Path, over: int) -> int:
    """A loop in a loop over 1,000 values, a million steps; behind the edge one loop more."""
    values = [f"v{number}" for number in range(1_000)]
    choices = ", ".join(f'{{ value = "{value}" }}' for value in values)
    more = f"default = {values}\nchoices = [{choices}]"
    files = template(folder, QUESTION.format(key="l", kind="choices", more=more))
    (files / "x.hbs").write_text("{{#each l}}" * (2 + over) + "x" + "{{/each}}" * (2 + over) + "\n")
    return 1


ROWS = (
    Row("10,000 files and folders", many_files),
    Row("the same, each rendered", many_rendered),
    Row("100 MiB in ten files", many_bytes),
    Row("2,000 tags in a file", many_tags),
    Row("2,000 tags in each of 50 files", many_tagged),
    Row("a rendered file of 1 MiB", large_rendered),
    Row("12,000 questions", large_manifest),
    Row("a million steps of a loop", loops),
)


def main() -> None:
    """Measures every row and prints a table."""
    if not BINARY.is_file():
        sys.exit(f"{BINARY} is missing: cargo build --release --locked")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    memory = Path("/dev/shm")
    print(f"{'':34}{'CPU ms':>9}{'MiB':>7}{'one more, refused: CPU ms':>28}{'MiB':>7}")
    for row in ROWS:
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
            accepted = measure(row, Path(name) / "edge", 0, rounds)
            refused = measure(row, Path(name) / "over", 1, rounds)
        print(
            f"{row.name:34}{accepted.cpu_ms:9.0f}{accepted.memory_mib:7.0f}"
            f"{refused.cpu_ms:28.0f}{refused.memory_mib:7.0f}",
            flush=True,
        )


def measure(row: Row, folder: Path, over: int, rounds: int) -> Run:
    """Returns the worst of some runs, all of which must end as they have to."""
    expected = row.make(folder, over)
    worst = Run(0, 0.0, 0.0)
    for _ in range(rounds):
        shutil.rmtree(folder / "shop", ignore_errors=True)
        found = run([str(BINARY), "new", "./tpl", "shop", "--no-git", "--yes"], folder)
        made = [path for path in (folder / "shop").rglob("*") if path.is_file() and path.name != ".pyscaffold.toml"]
        if (found.code != 0) != bool(over) or len(made) != (0 if over else expected):
            sys.exit(f"{row.name}, {over} more: exit code {found.code}, {len(made)} files")
        worst = Run(found.code, max(worst.cpu_ms, found.cpu_ms), max(worst.memory_mib, found.memory_mib))
    return worst


if __name__ == "__main__":
    main()
