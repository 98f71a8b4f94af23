#!/usr/bin/env python3
"""`pyscaffold list` with two hundred team templates, beside `git ls-tree` of the same stored commit.

    cargo build --release --locked && python3 benches/list.py [ROUNDS]

Whole processes: CPU time (user and system) and wall time. In each round every command runs once, so that a noisy machine is noisy
for all; medians are printed. `git ls-tree -r` only names the files; `git cat-file --batch` also reads what `list` has to read.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BINARY = Path(__file__).parent.parent / "target/release/pyscaffold"
TEMPLATES = 200
MANIFEST = """format = 1

[template]
name = "{name}"
version = "1.{number}.0"
title = {{ en = "Template {number}", zh = "模板 {number}" }}
summary = {{ en = "What a team would write about its template.", zh = "团队对模板的说明。" }}
tags = ["team", "number-{number}"]
next = ["uv sync", "uv run pytest"]

[extends]
template = "builtin:fastapi-api"
version = ">=1"

[[questions]]
key = "queue"
type = "choice"
title = {{ en = "Queue", zh = "队列" }}
default = "redis"
choices = [{{ value = "redis" }}, {{ value = "rabbitmq" }}]

[[files]]
path = "worker.py"
when = {{ queue = "redis" }}
"""


def measure(command: list[str], environment: dict[str, str], words: str = "") -> tuple[float, float]:
    """Runs a command and returns its CPU and wall time in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    nowhere = subprocess.DEVNULL
    subprocess.run(command, check=True, env=environment, input=words.encode(), stdout=nowhere, stderr=nowhere)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return 1000 * cpu, 1000 * wall


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        root = Path(folder)
        environment = {"HOME": folder, "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "LANG": "C"}
        (root / ".gitconfig").write_text("[user]\n\tname = A\n\temail = a@example.org\n")
        team = root / "team"
        for number in range(TEMPLATES):
            name = f"template-{number}"
            files = team / name / "files"
            files.mkdir(parents=True)
            (team / name / "template.toml").write_text(MANIFEST.format(name=name, number=number))
            (files / "worker.py.hbs").write_text('QUEUE = "{{queue}}"\n')
        for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=x"]):
            subprocess.run(["git", *words], check=True, cwd=team, env=environment)
        subprocess.run([BINARY, "add", "--quiet", f"file://{team}"], check=True, env=environment)
        store = next((root / ".local/share/pyscaffold/store").glob("*/*/HEAD")).parent
        listed = subprocess.run([BINARY, "list"], check=True, env=environment, capture_output=True, text=True).stdout
        assert listed.count("team/template-") == TEMPLATES, listed
        git = ["git", f"--git-dir={store}"]
        manifests = "".join(f"HEAD:template-{number}/template.toml\n" for number in range(TEMPLATES))
        commands = {
            "pyscaffold --version": ([str(BINARY), "--version"], ""),
            "pyscaffold list": ([str(BINARY), "list"], ""),
            "git ls-tree -r HEAD": ([*git, "ls-tree", "-r", "HEAD"], ""),
            "git cat-file --batch, 200 manifests": ([*git, "cat-file", "--batch"], manifests),
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, (command, words) in commands.items():
                times[name].append(measure(command, environment, words))
        for name, measured in times.items():
            cpu = statistics.median(cpu for cpu, _ in measured)
            wall = statistics.median(wall for _, wall in measured)
            print(f"{name:36} {cpu:6.1f} ms CPU {wall:6.1f} ms wall")


main()
