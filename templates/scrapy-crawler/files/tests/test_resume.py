"""A crawl that is killed or stopped goes on where it was: nothing is lost or stored twice."""

import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from .catalogue import Running, Site
from .conftest import Run, command, crawl, variables
from .stored import lines, stored

LIMIT = 300

BOOKS = {f"B-{number:04}" for number in range(1, 61) if number not in {13, 19, 23}}


class Resumed(NamedTuple):
    """What a crawl fetched that was killed, one that was stopped, and the last one."""

    killed: list[str]
    stopped: list[str]
    code_of_stopped: int
    last: list[str]
    run: Run


def interrupt(site: Site, data: Path, with_signal: signal.Signals) -> tuple[int, list[str]]:
    """Begins a crawl, sends it a signal when it has fetched some pages, and waits for its end."""
    before = len(site.paths(status=200))
    process = subprocess.Popen(  # noqa: S603 - our own program
        command("crawl", "listing"),
        env=variables(site, data),
        cwd=data.parent,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    until = time.monotonic() + LIMIT
    while len(site.paths(status=200)) < before + 15:
        assert process.poll() is None, "the crawl ended too early"
        assert time.monotonic() < until, "the crawl does not get on"
        time.sleep(0.01)
    process.send_signal(with_signal)
    code = process.wait(LIMIT)
    # The site may still be at what nobody waits for any more.
    while not site.is_idle():
        assert time.monotonic() < until, "the site does not end what it began"
        time.sleep(0.01)
    return code, pages(site, before)


def pages(site: Site, before: int) -> list[str]:
    """Returns what was fetched, but for the rules that each crawl asks for."""
    return [path for path in site.paths(status=200)[before:] if path != "/robots.txt"]


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> Resumed:
    data = tmp_path_factory.mktemp("resume") / "data"
    with Running(60) as site:
        site.latency = 0.1
        code, killed = interrupt(site, data, signal.SIGKILL)
        assert code == -signal.SIGKILL
        code, stopped = interrupt(site, data, signal.SIGTERM)
        before = len(site.paths(status=200))
        run = crawl(site, data, "listing")
        return Resumed(killed, stopped, code, pages(site, before), run)


def test_a_killed_crawl_goes_on_without_loss_or_repeat(resumed: Resumed) -> None:
    assert resumed.run.code == 0, resumed.run.log
    assert "Continuing a crawl that did not finish" in resumed.run.log
    assert set(stored(resumed.run.data)) == BOOKS
    assert len(lines(resumed.run.data)) == len(BOOKS)
    # Only what was under way, fetched or not yet stored, may be fetched again.
    times = Counter(resumed.killed + resumed.stopped + resumed.last)
    again = {path for path, number in times.items() if number > 1}
    assert again <= set(resumed.killed)
    assert not again.issuperset(resumed.killed)


def test_a_crawl_that_is_asked_to_stop_finishes_what_it_began(resumed: Resumed) -> None:
    assert resumed.code_of_stopped == 3
    # What it was asked not to begin was left to the last one.
    assert resumed.last
    assert not set(resumed.last) & set(resumed.stopped)
