"""What can be wrong about a user."""

from http import HTTPStatus

from ..problems import ApplicationError


class NotAuthenticatedError(ApplicationError):
    status = HTTPStatus.UNAUTHORIZED
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012 -- nobody changes it

    def __init__(self, detail: str = "A valid access token is needed.") -> None:
        super().__init__(detail)


class UsernameTakenError(ApplicationError):
    status = HTTPStatus.CONFLICT

    def __init__(self, username: str) -> None:
        super().__init__(f"The name {username!r} is taken.")


class TooManyLoginsError(ApplicationError):
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many logins failed.")
        self.headers = {"Retry-After": str(retry_after)}
