"""Passwords and tokens: the cryptography, with nothing of storage or HTTP."""

import asyncio
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
from pwdlib import PasswordHash

from .errors import NotAuthenticatedError

# The types of jwt name keys of `cryptography`, which a shared secret does not need: hence the
# ignores for pyright below.
ALGORITHM = "HS256"
hasher = PasswordHash.recommended()  # Argon2id
# Verified when there is no such user, so that the time of an answer does not tell.
DUMMY_HASH = hasher.hash(secrets.token_urlsafe())


async def hash_password(password: str) -> str:
    # Hashing is slow on purpose: in a thread it does not hold up other requests.
    return await asyncio.to_thread(hasher.hash, password)


async def verify_password(password: str, password_hash: str) -> bool:
    return await asyncio.to_thread(hasher.verify, password, password_hash)


def create_access_token(user_id: UUID, key: str, lifetime: timedelta) -> str:
    now = datetime.now(UTC)
    claims = {"sub": str(user_id), "iat": now, "exp": now + lifetime}
    return jwt.encode(claims, key, ALGORITHM)  # pyright: ignore[reportUnknownMemberType]


def read_access_token(token: str, key: str) -> UUID:
    """Returns the id of the user that the token was made for."""
    try:
        # One fixed algorithm: the token's own header must not choose.
        claims = jwt.decode(  # pyright: ignore[reportUnknownMemberType]
            token, key, [ALGORITHM], options={"require": ["sub", "exp"]}
        )
        return UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NotAuthenticatedError from error


def create_refresh_token() -> str:
    return secrets.token_urlsafe(32)


def fingerprint(refresh_token: str) -> str:
    """Returns what is stored of a token: who reads the database cannot use it."""
    return hashlib.sha256(refresh_token.encode()).hexdigest()
