"""What outlives the process: waiting requests, seen ones, and the versions of pages. In a file."""

import sqlite3
import time
from collections.abc import Collection, Iterable
from typing import NamedTuple

from .config import Config

# A request that was begun so often without ever being done is what ends the process.
MOST_ATTEMPTS = 3

SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    priority INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    leased INTEGER NOT NULL DEFAULT 0,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS requests_in_order ON requests (leased, priority DESC, id);
CREATE TABLE IF NOT EXISTS seen (fingerprint BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    visited REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""


class StateInUseError(Exception):
    pass


class Page(NamedTuple):
    """The version of a page that was scraped, as its server names it, and when."""

    etag: str
    modified: str
    visited: float


class State:
    def __init__(self, config: Config, spider: str) -> None:
        folder = config.data / "state"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{spider}.db"
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=1)
        try:
            # The first access takes the lock and keeps it.
            self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self.connection.execute("PRAGMA journal_mode = WAL")
            # A crash of the process loses nothing; one of the machine may lose the last moments.
            self.connection.execute("PRAGMA synchronous = NORMAL")
            self.connection.executescript(SCHEMA)
        except sqlite3.OperationalError as error:
            self.connection.close()
            msg = f"{path} is in use: another process crawls with {spider!r}"
            raise StateInUseError(msg) from error

    def push(self, text: str, priority: int, fingerprint: bytes | None, done: int | None) -> bool:
        """Keeps a request unless its like was seen; forgets the one whose place it takes."""
        with self.connection as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            transaction.execute("DELETE FROM requests WHERE id = ?", (done,))
            if fingerprint is not None:
                added = transaction.execute("INSERT OR IGNORE INTO seen VALUES (?)", (fingerprint,))
                if not added.rowcount:
                    return False
            insert = "INSERT INTO requests (priority, text) VALUES (?, ?)"
            transaction.execute(insert, (priority, text))
        return True

    def pop(self) -> tuple[int, str] | None:
        """Leases the next request."""
        row: tuple[int, str] | None = self.connection.execute(
            "UPDATE requests SET leased = 1, attempts = attempts + 1 WHERE id = ("
            "SELECT id FROM requests WHERE leased = 0 ORDER BY priority DESC, id LIMIT 1"
            ") RETURNING id, text"
        ).fetchone()
        return row

    def settle(self, leases: Iterable[int]) -> None:
        with self.connection as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            transaction.executemany(
                "DELETE FROM requests WHERE id = ?", [(lease,) for lease in leases]
            )

    def release(self, leases: Iterable[int]) -> None:
        """Gives requests back that were begun in vain, which was not their fault."""
        with self.connection as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            transaction.executemany(
                "UPDATE requests SET leased = 0, attempts = attempts - 1 WHERE id = ?",
                [(lease,) for lease in leases],
            )

    def recover(self) -> int:
        """Takes back what a dead process had leased, and returns how many were leased too often."""
        with self.connection as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            gone = transaction.execute(
                "DELETE FROM requests WHERE leased = 1 AND attempts >= ?", (MOST_ATTEMPTS,)
            )
            transaction.execute("UPDATE requests SET leased = 0")
        return gone.rowcount

    def count(self) -> int:
        """Returns how many requests wait."""
        number: int
        (number,) = self.connection.execute(
            "SELECT count(*) FROM requests WHERE leased = 0"
        ).fetchone()
        return number

    def is_pending(self, own: Collection[int]) -> bool:
        """Returns whether there is more to do than what this process has under way."""
        (number,) = self.connection.execute("SELECT count(*) FROM requests").fetchone()
        return bool(number > len(own))

    def forget_finished(self) -> None:
        """Lets the next crawl see everything anew, but for the versions of pages."""
        self.connection.execute("DELETE FROM seen")

    def page(self, url: str) -> Page | None:
        select = "SELECT etag, modified, visited FROM pages WHERE url = ?"
        row = self.connection.execute(select, (url,)).fetchone()
        return Page(*row) if row else None

    def remember(self, url: str, etag: str, modified: str) -> None:
        row = (url, etag, modified, time.time())
        self.connection.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)", row)

    def close(self) -> None:
        self.connection.close()
