"""Reads what a crawl has stored."""

import json
from pathlib import Path
from typing import Any

Book = dict[str, Any]


def lines(data: Path) -> list[Book]:
    """Returns every version of every book."""
    return [
        json.loads(line)
        for path in sorted(data.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def stored(data: Path) -> dict[str, Book]:
    """Returns the books as they are now."""
    return {book["sku"]: book for book in lines(data)}
