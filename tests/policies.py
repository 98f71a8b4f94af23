#!/usr/bin/env python3
"""Takes away the promises of `update`, one after the other, and looks that tests fail.

    python3 tests/policies.py [WORDS OF A NAME]

What is taken away, and which tests must fail then, is in `policies.toml`. The sources are changed in a copy below `target`, which
keeps its builds: the first run takes minutes, later ones some seconds for each promise. Needs Python 3.11.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
COPY = ROOT / "target/policies"
# What a build and the tests of updates read.
PARTS = ("Cargo.toml", "Cargo.lock", "src", "templates", "tests", "tools", "README.md", "docs")
# How the list of failed tests ends its lines.
END = " stdout ----"


def copy_sources() -> None:
    """Brings the copy to what is here now; files that are as they were keep their times, so that little is built again."""
    listed = subprocess.run(["git", "ls-files", "-z", *PARTS], cwd=ROOT, check=True, capture_output=True, text=True)
    wanted = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    for name in wanted:
        source, target = ROOT / name, COPY / name
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for part in PARTS:
        for path in (COPY / part).rglob("*"):
            if path.is_file() and str(path.relative_to(COPY)) not in wanted:
                path.unlink()


def test(words: str) -> tuple[bool, list[str]]:
    """Runs tests of updates in the copy; returns whether they were built and run, and those that failed."""
    command = ["cargo", "test", "--quiet", "--locked", "--test", "it", words]
    environment = os.environ | {"CARGO_TARGET_DIR": str(COPY / "target"), "CARGO_TERM_COLOR": "never"}
    done = subprocess.run(command, cwd=COPY, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    failed = [line[len("---- ") : -len(END)] for line in lines if line.startswith("---- ") and line.endswith(END)]
    was_run = "test result:" in done.stdout and " 0 passed; 0 failed" not in done.stdout
    if not was_run:
        print(done.stdout[-2000:], done.stderr[-4000:])
    return was_run, failed


def main() -> int:
    policies = tomllib.loads((ROOT / "tests/policies.toml").read_text())["policy"]
    wanted = " ".join(sys.argv[1:])
    chosen = [policy for policy in policies if wanted in policy["name"]]
    copy_sources()
    was_run, failed = test("update_")
    if not was_run or failed:
        print(f"the tests must pass before anything is taken away: {', '.join(failed)}")
        return 1
    unseen = 0
    for policy in chosen:
        file = COPY / policy["file"]
        before = file.read_text()
        file.write_text(before.replace(policy["from"], policy["to"], 1))
        try:
            was_run, failed = test(policy["fails"])
        finally:
            file.write_text(before)
        seen = was_run and bool(failed)
        unseen += not seen
        print(f"{'seen' if seen else 'NOT SEEN'}: {policy['name']}: {', '.join(failed) or 'nothing failed'}", flush=True)
    print(f"{len(chosen)} promises taken away, {len(chosen) - unseen} seen")
    return 1 if unseen or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
