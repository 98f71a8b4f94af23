"""Users and their sessions in the memory of the process: they end with it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from .errors import UsernameTakenError
from .models import RefreshToken, User


class InMemoryUserRepository:
    def __init__(self) -> None:
        self._users: dict[UUID, User] = {}
        self._tokens: dict[str, RefreshToken] = {}

    async def get(self, user_id: UUID) -> User | None:
        return self._users.get(user_id)

    async def find(self, username: str) -> User | None:
        return next((user for user in self._users.values() if user.username == username), None)

    async def add(self, user: User) -> None:
        if await self.find(user.username):
            raise UsernameTakenError(user.username)
        self._users[user.id] = user

    async def find_token(self, fingerprint: str) -> RefreshToken | None:
        return self._tokens.get(fingerprint)

    async def add_token(self, token: RefreshToken) -> None:
        self._tokens[token.fingerprint] = token

    async def use_token(self, token: RefreshToken) -> bool:
        """Marks a token as used, and tells whether it was fresh."""
        fresh, token.used = not token.used, True
        return fresh

    async def end_session(self, session_id: UUID) -> None:
        self._keep(lambda token: token.session_id != session_id)

    async def forget_expired_tokens(self, user_id: UUID, now: datetime) -> None:
        self._keep(lambda token: token.user_id != user_id or token.expires_at > now)

    def _keep(self, wanted: Callable[[RefreshToken], bool]) -> None:
        self._tokens = {key: token for key, token in self._tokens.items() if wanted(token)}
