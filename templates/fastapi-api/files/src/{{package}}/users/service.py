"""Registration, login and sessions. Knows neither HTTP nor how users are kept."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

import structlog

from ..settings import Settings
from . import security
from .errors import NotAuthenticatedError
from .login_limit import LoginLimit
from .models import RefreshToken, Role, User
from .schemas import LoginForm, Registration, Tokens

log = structlog.stdlib.get_logger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


async def create_user(username: str, password: str, role: Role = Role.MEMBER) -> User:
    return User(
        id=uuid4(),
        username=username,
        password_hash=await security.hash_password(password),
        role=role,
        created_at=utc_now(),
    )


class UserRepository(Protocol):
    """What the service needs of a place to keep users and their sessions."""

    async def get(self, user_id: UUID) -> User | None: ...
    async def find(self, username: str) -> User | None: ...
    async def add(self, user: User) -> None: ...
    async def find_token(self, fingerprint: str) -> RefreshToken | None: ...
    async def add_token(self, token: RefreshToken) -> None: ...
    async def use_token(self, token: RefreshToken) -> bool: ...
    async def end_session(self, session_id: UUID) -> None: ...
    async def forget_expired_tokens(self, user_id: UUID, now: datetime) -> None: ...


class UserService:
    def __init__(
        self, repository: UserRepository, settings: Settings, login_limit: LoginLimit
    ) -> None:
        self._repository = repository
        self._settings = settings
        self._login_limit = login_limit

    async def register(self, given: Registration) -> User:
        user = await create_user(given.username, given.password.get_secret_value())
        await self._repository.add(user)
        return user

    async def log_in(self, form: LoginForm, address: str) -> Tokens:
        """Starts a session. Whether name or password was wrong is never told, nor timed."""
        self._login_limit.begin(form.username, address)
        user = await self._repository.find(form.username)
        password_hash = user.password_hash if user else security.DUMMY_HASH
        valid = await security.verify_password(form.password.get_secret_value(), password_hash)
        if user is None or not valid:
            log.warning("login refused", username=form.username)
            raise NotAuthenticatedError("The name or the password is wrong.")
        self._login_limit.succeed(form.username, address)
        await self._repository.forget_expired_tokens(user.id, utc_now())
        return await self._issue(user.id, session_id=uuid4())

    async def refresh(self, refresh_token: str) -> Tokens:
        """Exchanges a refresh token for new tokens; it works once.

        A token that comes back was copied, by its owner's misfortune or by a thief: nobody
        can tell who holds the newer one, so the whole session ends.
        """
        token = await self._repository.find_token(security.fingerprint(refresh_token))
        if token is None or token.expires_at <= utc_now():
            raise NotAuthenticatedError("The refresh token is not valid.")
        if not await self._repository.use_token(token):
            log.warning("refresh token used twice", user_id=str(token.user_id))
            await self._repository.end_session(token.session_id)
            raise NotAuthenticatedError("The refresh token is not valid.")
        return await self._issue(token.user_id, token.session_id)

    async def log_out(self, refresh_token: str) -> None:
        token = await self._repository.find_token(security.fingerprint(refresh_token))
        if token:
            await self._repository.end_session(token.session_id)

    async def authenticate(self, access_token: str) -> User:
        key = self._settings.jwt_secret.get_secret_value()
        user = await self._repository.get(security.read_access_token(access_token, key))
        if user is None:
            raise NotAuthenticatedError
        return user

    async def _issue(self, user_id: UUID, session_id: UUID) -> Tokens:
        refresh_token = security.create_refresh_token()
        await self._repository.add_token(
            RefreshToken(
                fingerprint=security.fingerprint(refresh_token),
                session_id=session_id,
                user_id=user_id,
                expires_at=utc_now() + timedelta(days=self._settings.refresh_token_days),
                used=False,
            )
        )
        lifetime = timedelta(minutes=self._settings.access_token_minutes)
        key = self._settings.jwt_secret.get_secret_value()
        return Tokens(
            access_token=security.create_access_token(user_id, key, lifetime),
            expires_in=int(lifetime.total_seconds()),
            refresh_token=refresh_token,
        )
