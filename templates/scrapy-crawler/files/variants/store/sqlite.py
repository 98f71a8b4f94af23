"""SQLite: a row for each book as it is now, with when it was first seen and last changed."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from .config import Config
from .items import Book
from .outcome import Outcome

# Each brings the database one version further. Only ever add to the end.
MIGRATIONS = (
    """
    CREATE TABLE books (
        sku TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        price TEXT NOT NULL,
        currency TEXT NOT NULL,
        url TEXT NOT NULL,
        category TEXT,
        rating INTEGER,
        stock INTEGER,
        digest TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        last_changed TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX books_by_category ON books (category)",
)

UPSERT = """
INSERT INTO books VALUES (
    :sku, :title, :price, :currency, :url, :category, :rating, :stock, :digest, :now, :now
) ON CONFLICT (sku) DO UPDATE SET
    title = excluded.title, price = excluded.price, currency = excluded.currency,
    url = excluded.url, category = excluded.category, rating = excluded.rating,
    stock = excluded.stock, digest = excluded.digest, last_changed = excluded.last_changed
"""


class Store:
    # Another process may be writing.
    AWAY: ClassVar[tuple[type[Exception], ...]] = (sqlite3.OperationalError,)

    def __init__(self, config: Config, spider: str) -> None:  # noqa: ARG002 - as other storages
        self.path = config.data / "books.db"

    def open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection)
        except sqlite3.Error:
            connection.close()
            raise
        self.connection = connection

    def write(self, books: Sequence[Book]) -> Outcome:
        new = changed = 0
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self.connection as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            for book in books:
                digest = book.digest()
                select = "SELECT digest FROM books WHERE sku = ?"
                row = transaction.execute(select, (book.sku,)).fetchone()
                if row and row[0] == digest:
                    continue
                fields = book.model_dump(mode="json")
                transaction.execute(UPSERT, {**fields, "digest": digest, "now": now})
                new += row is None
                changed += row is not None
        return Outcome(new, changed, len(books) - new - changed)

    def close(self) -> None:
        self.connection.close()


def migrate(connection: sqlite3.Connection) -> None:
    """Brings the database to the newest version; of two processes one does it."""
    with connection as transaction:
        transaction.execute("BEGIN IMMEDIATE")
        (version,) = transaction.execute("PRAGMA user_version").fetchone()
        for statement in MIGRATIONS[version:]:
            transaction.execute(statement)
        transaction.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
