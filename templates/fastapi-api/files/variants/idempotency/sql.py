"""Idempotency keys: a request that is sent again is done once, and answered again.

The key is the one of draft-ietf-httpapi-idempotency-key-header. It is kept in the database, and
its answer in the transaction of what the request did: either both are there or none.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel
from sqlalchemy import String, Text, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base, SessionDep
from .problems import ApplicationError

ANSWERS_KEPT = timedelta(days=1)
# Longer than any request takes: until then, one that vanished counts as under way.
LONGEST_REQUEST = timedelta(minutes=1)


def utc_now() -> datetime:
    return datetime.now(UTC)


class KeyReusedError(ApplicationError):
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__("The Idempotency-Key belongs to another request.")


class UnderWayError(ApplicationError):
    status = HTTPStatus.CONFLICT
    headers = {"Retry-After": "1"}  # noqa: RUF012 -- nobody changes it

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key is under way.")


class IdempotencyKey(Base):
    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(index=True)


@dataclass
class Request:
    """A request, with the answer that it got before, or gets now."""

    answer: str | None = None


class Repeats:
    """Remembers the answers to requests with a key."""

    def __init__(self, session: AsyncSession, key: str | None) -> None:
        self._session = session
        self._key = key

    @asynccontextmanager
    async def once(self, given: BaseModel, owner: str = "") -> AsyncGenerator[Request]:
        """Finds the answer to a request; if there is none, keeps the one that the caller sets."""
        if self._key is None:
            yield Request()
            return
        fingerprint = sha256(given.model_dump_json().encode()).hexdigest()
        row = await self._claim(owner, self._key, fingerprint)
        request = Request(row.answer)
        if row.answer is not None:
            yield request
            return
        try:
            yield request
        except Exception:
            # Nothing was done: the client may mend the request and send it again.
            await self._session.rollback()
            await self._session.execute(
                delete(IdempotencyKey).where(
                    IdempotencyKey.owner == owner, IdempotencyKey.key == self._key
                )
            )
            await self._session.commit()
            raise
        row.answer = request.answer
        row.expires_at = utc_now() + ANSWERS_KEPT

    async def _claim(self, owner: str, key: str, fingerprint: str) -> IdempotencyKey:
        """Returns the row of a key: that of an earlier request, or a new one without answer."""
        now = utc_now()
        await self._session.execute(
            delete(IdempotencyKey).where(
                IdempotencyKey.owner == owner, IdempotencyKey.expires_at <= now
            )
        )
        row = await self._session.get(IdempotencyKey, (owner, key))
        if row is None:
            row = IdempotencyKey(
                owner=owner, key=key, fingerprint=fingerprint, expires_at=now + LONGEST_REQUEST
            )
            self._session.add(row)
            try:
                # So far the transaction has only read; now others see that this one is under way.
                await self._session.commit()
            except IntegrityError as error:
                raise UnderWayError from error
        elif row.fingerprint != fingerprint:
            raise KeyReusedError
        elif row.answer is None:
            raise UnderWayError
        return row


async def get_repeats(
    session: SessionDep,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=255,
            pattern=r"^[\x21-\x7e]+$",
            description="Made by the client, anew for each article; makes it safe to send again.",
        ),
    ] = None,
) -> Repeats:
    return Repeats(session, idempotency_key)


RepeatsDep = Annotated[Repeats, Depends(get_repeats)]
