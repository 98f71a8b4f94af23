"""What can be wrong about an article."""

from http import HTTPStatus
from uuid import UUID

from ..problems import ApplicationError


class ArticleNotFoundError(ApplicationError):
    status = HTTPStatus.NOT_FOUND

    def __init__(self, article_id: UUID) -> None:
        super().__init__(f"There is no article {article_id}.")


class SlugTakenError(ApplicationError):
    status = HTTPStatus.CONFLICT

    def __init__(self, slug: str) -> None:
        super().__init__(f"Another article has the slug {slug!r}.")


class NotTheAuthorError(ApplicationError):
    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("Only its author may change an article.")
