"""Keyset pagination: a page starts after the last row the client saw.

Unlike an offset it costs the same on every page, and rows that come or go
in the meantime neither repeat nor hide others.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from .problems import ApplicationError


class InvalidCursorError(ApplicationError):
    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("There is no such page: the cursor does not belong to this list.")


class Cursor(BaseModel):
    """A place in a sorted list. Clients get it as an opaque text and give it back."""

    sort: str
    value: str = Field(pattern=r"^[^\x00]*$")  # PostgreSQL knows no NUL in a text.
    id: UUID

    def encode(self) -> str:
        return urlsafe_b64encode(self.model_dump_json().encode()).decode()

    @classmethod
    def decode(cls, text: str, sort: str) -> Self:
        """Reads what `encode` wrote for the same order; anything else is refused."""
        try:
            cursor = cls.model_validate_json(urlsafe_b64decode(text))
        except ValueError as error:
            raise InvalidCursorError from error
        if cursor.sort != sort:
            raise InvalidCursorError
        return cursor

    def moment(self) -> datetime:
        """Returns the value as the point in time it stands for."""
        try:
            return datetime.fromisoformat(self.value).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise InvalidCursorError from error
