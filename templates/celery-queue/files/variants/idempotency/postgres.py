"""Once: what must not be done twice, however often its task is delivered."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from .database import claims, get_engine
from .retries import BusyError
from .settings import get_settings

# Seconds for which a key that was done is known: longer than anything is delivered again.
KEEP = 7 * 24 * 3600


@contextmanager
def once(key: str) -> Generator[bool]:
    """Yields whether this is the time to do it; what raises was not done.

    Whoever comes while it is under way gets a `BusyError` and is tried again. A claim ends by
    itself when the task that made it must be dead, so a worker that was killed blocks nobody.
    """
    token = uuid4().hex
    lease = get_settings().time_limit
    try:
        first = _claim(key, token, lease)
        if not first:
            yield False
            return
        try:
            yield True
        except BaseException:
            _release(key, token)
            raise
        _finish(key)
    except DBAPIError as error:
        # An OSError, as any other trouble on the way to a service: it is tried again.
        raise ConnectionError(*error.args) from error


def _claim(key: str, token: str, lease: float) -> bool:
    now = time.time()
    fresh = {"token": token, "until": now + lease}
    with get_engine().begin() as connection:
        known = connection.execute(select(claims).where(claims.c.key == key)).one_or_none()
        if known is None:
            try:
                with connection.begin_nested():
                    connection.execute(insert(claims).values(key=key, **fresh))
            except IntegrityError as error:
                raise BusyError(key, lease) from error
            return True
        expired = update(claims).where(claims.c.key == key, claims.c.until < now)
        if connection.execute(expired.values(**fresh)).rowcount:
            return True
    if known.token is None:
        return False
    raise BusyError(key, known.until - now)


def _finish(key: str) -> None:
    now = time.time()
    done = update(claims).where(claims.c.key == key).values(token=None, until=now + KEEP)
    with get_engine().begin() as connection:
        connection.execute(done)
        # What nobody asks for again would stay for ever.
        connection.execute(delete(claims).where(claims.c.until < now))


def _release(key: str, token: str) -> None:
    with get_engine().begin() as connection:
        connection.execute(delete(claims).where(claims.c.key == key, claims.c.token == token))
