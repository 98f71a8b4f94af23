"""The outbox: tasks that are sent if, and only if, the transaction that wanted them is there."""

from threading import Event

import structlog
from celery import Celery
from celery.canvas import Signature, chain
from kombu.exceptions import OperationalError
from sqlalchemy import Connection, delete, insert, select

from .database import get_engine
from .database import outbox as table
from .health import announce

log = structlog.stdlib.get_logger(__name__)

BATCH = 100
# Seconds between two looks at an empty table.
PAUSE = 1.0


def add(connection: Connection, work: chain) -> str:
    """Keeps work for after the commit; returns the id that its first task will have."""
    connection.execute(insert(table).values(signature=dict(work)))
    return str(work.tasks[0].id)


def relay(app: Celery) -> int:
    """Sends what is kept, the oldest first; returns how many.

    Rows go after they were sent: killed in between, they are sent again. Several relays may run,
    each takes rows that no other has.
    """
    oldest = select(table).order_by(table.c.id).limit(BATCH).with_for_update(skip_locked=True)
    with get_engine().begin() as connection:
        rows = connection.execute(oldest).all()
        for row in rows:
            Signature.from_dict(row.signature, app=app).apply_async()
            connection.execute(delete(table).where(table.c.id == row.id))
    return len(rows)


def run(app: Celery, stop: Event) -> None:
    """Sends what is kept until it is stopped; a broker that is away is waited for."""
    while not stop.is_set():
        announce("relay")
        try:
            sent = relay(app)
        except OperationalError:
            log.exception("the broker takes nothing")
            sent = 0
        if not sent:
            stop.wait(PAUSE)
