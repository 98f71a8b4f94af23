"""Users and their sessions as the service knows them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    MEMBER = "member"
    # May read, change and delete what others wrote.
    ADMIN = "admin"


@dataclass(kw_only=True)
class User:
    id: UUID
    username: str
    password_hash: str
    role: Role
    created_at: datetime


@dataclass(kw_only=True)
class RefreshToken:
    """A token of a session, kept as a fingerprint. Each works once, the next replaces it."""

    fingerprint: str
    session_id: UUID
    user_id: UUID
    expires_at: datetime
    used: bool = False
