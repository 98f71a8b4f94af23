"""PostgreSQL: a row for each book as it is now, with when it was first seen and last changed."""

from collections.abc import Sequence
from typing import ClassVar, LiteralString

import psycopg

from .config import Config
from .items import Book
from .outcome import Outcome

# Each brings the database one version further. Only ever add to the end.
MIGRATIONS: tuple[LiteralString, ...] = (
    """
    CREATE TABLE books (
        sku text PRIMARY KEY,
        title text NOT NULL,
        price numeric NOT NULL,
        currency text NOT NULL,
        url text NOT NULL,
        category text,
        rating smallint,
        stock integer,
        digest text NOT NULL,
        first_seen timestamptz NOT NULL DEFAULT now(),
        last_changed timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX books_by_category ON books (category)",
)

# Any number that nothing else in the database locks.
MIGRATION_LOCK = 7_245_901

# A row comes back if something was written; `xmax` is 0 where there was none before.
UPSERT = """
INSERT INTO books (sku, title, price, currency, url, category, rating, stock, digest)
VALUES (
    %(sku)s, %(title)s, %(price)s, %(currency)s, %(url)s,
    %(category)s, %(rating)s, %(stock)s, %(digest)s
) ON CONFLICT (sku) DO UPDATE SET
    title = excluded.title, price = excluded.price, currency = excluded.currency,
    url = excluded.url, category = excluded.category, rating = excluded.rating,
    stock = excluded.stock, digest = excluded.digest, last_changed = now()
WHERE books.digest <> excluded.digest
RETURNING xmax = 0
"""


class Store:
    # The server is away, or comes back after a restart.
    AWAY: ClassVar[tuple[type[Exception], ...]] = (
        psycopg.InterfaceError,
        psycopg.OperationalError,
    )

    def __init__(self, config: Config, spider: str) -> None:  # noqa: ARG002 - as other storages
        self.url = config.database_url.get_secret_value()
        self.connection: psycopg.Connection | None = None

    def open(self) -> None:
        with self._connected().transaction():
            migrate(self._connected())

    def write(self, books: Sequence[Book]) -> Outcome:
        rows = [{**book.model_dump(), "digest": book.digest()} for book in books]
        written: list[bool] = []
        connection = self._connected()
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(UPSERT, rows, returning=True)
            for result in cursor.results():
                written += [is_new for (is_new,) in result.fetchall()]
        new = sum(written)
        return Outcome(new, len(written) - new, len(books) - len(written))

    def close(self) -> None:
        if self.connection:
            self.connection.close()

    def _connected(self) -> psycopg.Connection:
        """Returns a connection that is open: a new one if the server was away."""
        if self.connection is None or self.connection.closed:
            self.connection = psycopg.connect(self.url, connect_timeout=5, autocommit=True)
        return self.connection


def migrate(connection: psycopg.Connection) -> None:
    """Brings the database to the newest version; of several workers one does it."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY)")
    row = connection.execute("SELECT coalesce(max(version), 0) FROM migrations").fetchone()
    done = row[0] if row else 0
    for version, statement in enumerate(MIGRATIONS[done:], done + 1):
        connection.execute(statement)
        connection.execute("INSERT INTO migrations VALUES (%s)", (version,))
