"""Gives routers the service of users, and who is asking."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import OAuth2PasswordBearer

from ..database import SessionDep
from ..dependencies import SettingsDep
from .errors import NotAuthenticatedError
from .models import User
from .repository import SqlUserRepository
from .service import UserService

# It only reads the header: a missing token ends as a problem, like every other error.
bearer_token = OAuth2PasswordBearer(tokenUrl="/auth/token", auto_error=False)


async def get_user_service(session: SessionDep, settings: SettingsDep) -> UserService:
    return UserService(SqlUserRepository(session), settings)


UserServiceDep = Annotated[UserService, Depends(get_user_service)]


async def get_optional_user(
    token: Annotated[str | None, Depends(bearer_token)], service: UserServiceDep
) -> User | None:
    """Returns who is asking, if they say so; a wrong token is never taken for none."""
    return await service.authenticate(token) if token else None


OptionalUser = Annotated[User | None, Depends(get_optional_user)]


async def get_current_user(user: OptionalUser) -> User:
    if user is None:
        raise NotAuthenticatedError
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]
