"""Reads what a crawl has stored."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

Book = dict[str, Any]


def lines(data: Path) -> list[Book]:
    """Returns every row."""
    with closing(sqlite3.connect(data / "books.db")) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM books")]


def stored(data: Path) -> dict[str, Book]:
    """Returns the books as they are now."""
    return {book["sku"]: book for book in lines(data)}
