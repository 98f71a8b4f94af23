"""What can be wrong about a user."""

from http import HTTPStatus

from ..problems import ApplicationError


class NotAuthenticatedError(ApplicationError):
    status = HTTPStatus.UNAUTHORIZED
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012 -- declared in the base class

    def __init__(self, detail: str = "A valid access token is needed.") -> None:
        super().__init__(detail)


class UsernameTakenError(ApplicationError):
    status = HTTPStatus.CONFLICT

    def __init__(self, username: str) -> None:
        super().__init__(f"The name {username!r} is taken.")
