"""Idempotency keys: a request that is sent again is done once, and answered again.

The key is the one of draft-ietf-httpapi-idempotency-key-header.
"""

from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated

import fastapi
from fastapi import Depends, Header
from pydantic import BaseModel

from .problems import ApplicationError

ANSWERS_KEPT = timedelta(days=1)
MAX_KEYS = 10_000


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


@dataclass
class Request:
    """A request, with the answer that it got before, or gets now."""

    fingerprint: str = ""
    answer: str | None = None
    expires_at: datetime = field(default_factory=lambda: utc_now() + ANSWERS_KEPT)


class Answers:
    """The requests with a key, the oldest first; there are never too many."""

    def __init__(self) -> None:
        self._requests: OrderedDict[tuple[str, str], Request] = OrderedDict()

    def claim(self, owner: str, key: str, fingerprint: str) -> Request:
        """Returns the earlier request with this key, or a new one without answer."""
        request = self._requests.get((owner, key))
        if request is None or request.expires_at <= utc_now():
            request = Request(fingerprint)
            self._requests[owner, key] = request
            self._requests.move_to_end((owner, key))
            if len(self._requests) > MAX_KEYS:
                self._requests.popitem(last=False)
        elif request.fingerprint != fingerprint:
            raise KeyReusedError
        elif request.answer is None:
            raise UnderWayError
        return request

    def forget(self, owner: str, key: str) -> None:
        self._requests.pop((owner, key), None)


class Repeats:
    """Remembers the answers to requests with a key."""

    def __init__(self, answers: Answers, key: str | None) -> None:
        self._answers = answers
        self._key = key

    @asynccontextmanager
    async def once(self, given: BaseModel, owner: str = "") -> AsyncGenerator[Request]:
        """Finds the answer to a request; if there is none, keeps the one that the caller sets."""
        if self._key is None:
            yield Request()
            return
        fingerprint = sha256(given.model_dump_json().encode()).hexdigest()
        request = self._answers.claim(owner, self._key, fingerprint)
        try:
            yield request
        finally:
            if request.answer is None:
                # Nothing was done: the client may mend the request and send it again.
                self._answers.forget(owner, self._key)


async def get_repeats(
    request: fastapi.Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=255,
            pattern=r"^[\x21-\x7e]+$",
            description="Made by the client, anew for each article; makes it safe to send again.",
        ),
    ] = None,
) -> Repeats:
    return Repeats(request.app.state.answers, idempotency_key)


RepeatsDep = Annotated[Repeats, Depends(get_repeats)]
