"""Users and their sessions as the service knows them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(kw_only=True)
class User:
    id: UUID
    username: str
    password_hash: str
    created_at: datetime


@dataclass(kw_only=True)
class RefreshToken:
    """A token of a session, kept as a fingerprint. Each works once, the next replaces it."""

    fingerprint: str
    session_id: UUID
    user_id: UUID
    expires_at: datetime
    used: bool = False
