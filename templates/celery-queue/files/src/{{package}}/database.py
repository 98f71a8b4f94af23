"""The database: its tables, and the connections of this process."""

from functools import lru_cache

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Double,
    Engine,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    func,
)

from .settings import get_settings

metadata = MetaData()

invoices = Table(
    "invoices",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("customer", String(60), nullable=False),
    Column("total", Numeric(14, 2), nullable=False),
)

# Tasks that belong to a transaction, until they are sent.
outbox = Table(
    "outbox",
    metadata,
    # SQLite, which the tests use, counts up in plain integers alone.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("signature", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
)

# What must not be done twice: under way while it has a token, done without. Its end is a time in
# seconds, of the clocks of the workers.
claims = Table(
    "claims",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("token", String(32)),
    Column("until", Double, nullable=False),
    Index("claims_until", "until"),
)


@lru_cache(maxsize=1)
def get_engine() -> Engine:
    """Returns the connections of this process. One that died in the pool is noticed before use."""
    return create_engine(get_settings().database_url.get_secret_value(), pool_pre_ping=True)


def create_tables() -> None:
    """Creates the tables that are not there yet."""
    metadata.create_all(get_engine())
