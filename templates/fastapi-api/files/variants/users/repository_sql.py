"""Users and their sessions in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from .errors import UsernameTakenError
from .models import RefreshToken, User


class SqlUserRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, user_id: UUID) -> User | None:
        return await self._session.get(User, user_id)

    async def find(self, username: str) -> User | None:
        return await self._session.scalar(select(User).where(User.username == username))

    async def add(self, user: User) -> None:
        username = user.username
        self._session.add(user)
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise UsernameTakenError(username) from error

    async def find_token(self, fingerprint: str) -> RefreshToken | None:
        return await self._session.get(RefreshToken, fingerprint)

    async def add_token(self, token: RefreshToken) -> None:
        self._session.add(token)

    async def use_token(self, token: RefreshToken) -> bool:
        """Marks a token as used, and tells whether it was fresh.

        The database decides: of two requests with the same token only one gets the row.
        """
        statement = (
            update(RefreshToken)
            .where(RefreshToken.fingerprint == token.fingerprint, RefreshToken.used.is_(False))
            .values(used=True)
            .returning(RefreshToken.fingerprint)
        )
        return await self._session.scalar(statement) is not None

    async def end_session(self, session_id: UUID) -> None:
        """Deletes a session's tokens for good: an error of the request must not undo it."""
        await self._session.execute(
            delete(RefreshToken).where(RefreshToken.session_id == session_id)
        )
        await self._session.commit()

    async def forget_expired_tokens(self, user_id: UUID, now: datetime) -> None:
        await self._session.execute(
            delete(RefreshToken).where(
                RefreshToken.user_id == user_id, RefreshToken.expires_at <= now
            )
        )
