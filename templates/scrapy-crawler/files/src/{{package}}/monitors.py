"""What a run has to reach. One that does not has failed, even if nothing broke."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .config import Config
from .items import Book


class Verdict(NamedTuple):
    name: str
    passed: bool
    says: str


def judge(config: Config, stats: Mapping[str, Any], reason: str) -> list[Verdict]:
    """Judges a run by its statistics."""

    def count(*names: str) -> int:
        return sum(int(stats.get(name, 0)) for name in names)

    # Pages that did not change stand for the items that they would have brought.
    stored = count("storage/new", "storage/changed", "storage/unchanged")
    unchanged = count("incremental/unchanged", "incremental/skipped")
    known = stored + unchanged
    pages = count("downloader/response_count", "downloader/exception_count")
    errors = count(
        "downloads/failed",
        "httperror/response_ignored_count",
        "spider_exceptions/count",
    ) - count("httperror/response_ignored_status_count/304")
    dropped, passed = count("validation/dropped"), count("validation/passed")
    return [
        Verdict("finished", reason == "finished", f"ended by {reason}"),
        Verdict("items", known >= config.min_items, f"{known} items, at least {config.min_items}"),
        at_most("errors", errors, pages, config.max_error_share),
        at_most("dropped", dropped, dropped + passed + unchanged, config.max_drop_share),
        *(
            at_least(f"coverage of {field}", count(f"coverage/{field}"), passed, config)
            for field in Book.COVERED
        ),
    ]


def at_most(name: str, part: int, whole: int, most: float) -> Verdict:
    share = part / whole if whole else 0.0
    return Verdict(name, share <= most, f"{part} of {whole}, at most {most:.0%}")


def at_least(name: str, part: int, whole: int, config: Config) -> Verdict:
    share = part / whole if whole else 1.0
    least = config.min_coverage
    return Verdict(name, share >= least, f"{part} of {whole}, at least {least:.0%}")
