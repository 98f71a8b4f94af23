"""Users and their tokens over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, status

from .. import problems
from ..rate_limit import address_of
from .dependencies import CurrentUser, UserServiceDep
from .schemas import LoginForm, RefreshRequest, Registration, Tokens, UserRead

router = APIRouter(tags=["users"])


@router.post("/users", status_code=status.HTTP_201_CREATED, responses=problems.responses(409))
async def register(given: Registration, service: UserServiceDep) -> UserRead:
    return UserRead.model_validate(await service.register(given))


@router.get("/users/me", responses=problems.responses(401))
async def read_current_user(user: CurrentUser) -> UserRead:
    return UserRead.model_validate(user)


@router.post("/auth/token", responses=problems.responses(401, 429))
async def log_in(
    form: Annotated[LoginForm, Form()], service: UserServiceDep, request: Request
) -> Tokens:
    return await service.log_in(form, address_of(request))


@router.post("/auth/refresh", responses=problems.responses(401))
async def refresh(given: RefreshRequest, service: UserServiceDep) -> Tokens:
    return await service.refresh(given.refresh_token)


@router.post("/auth/logout", status_code=status.HTTP_204_NO_CONTENT)
async def log_out(given: RefreshRequest, service: UserServiceDep) -> None:
    """Ends the session of the token. Also for an unknown one: the client is logged out."""
    await service.log_out(given.refresh_token)
