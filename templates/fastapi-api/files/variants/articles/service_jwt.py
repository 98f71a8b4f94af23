"""What may be done with articles. Knows neither HTTP nor how they are kept."""

from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

from ..pagination import Cursor
from ..users.errors import NotAuthenticatedError
from ..users.models import User
from .errors import ArticleNotFoundError, NotTheAuthorError
from .models import Article, Status
from .schemas import ArticleInput, ArticlePage, ArticleQuery


class ArticleRepository(Protocol):
    """What the service needs of a place to keep articles."""

    async def get(self, article_id: UUID) -> Article | None: ...
    async def add(self, article: Article) -> None: ...
    async def save(self, article: Article) -> None: ...
    async def delete(self, article: Article) -> None: ...
    async def page(self, query: ArticleQuery, after: Cursor | None) -> list[Article]: ...


class ArticleService:
    def __init__(self, repository: ArticleRepository) -> None:
        self._repository = repository

    async def page(self, query: ArticleQuery, viewer: User | None) -> ArticlePage:
        if query.status is Status.DRAFT:
            if viewer is None:
                raise NotAuthenticatedError
            if query.author not in {None, viewer.username}:
                raise NotTheAuthorError
            query = query.model_copy(update={"author": viewer.username})
        after = Cursor.decode(query.cursor, query.sort) if query.cursor else None
        return ArticlePage.of(await self._repository.page(query, after), query)

    async def get(self, article_id: UUID, viewer: User | None) -> Article:
        article = await self._repository.get(article_id)
        # To anyone but its author a draft does not exist.
        if article is None or (
            article.status is Status.DRAFT and (viewer is None or viewer.username != article.author)
        ):
            raise ArticleNotFoundError(article_id)
        return article

    async def create(self, given: ArticleInput, author: User) -> Article:
        now = datetime.now(UTC)
        article = Article(
            id=uuid4(),
            author=author.username,
            created_at=now,
            updated_at=now,
            **given.model_dump(),
        )
        await self._repository.add(article)
        return article

    async def replace(self, article_id: UUID, given: ArticleInput, editor: User) -> Article:
        article = await self._get_own(article_id, editor)
        for name, value in given:
            setattr(article, name, value)
        article.updated_at = datetime.now(UTC)
        await self._repository.save(article)
        return article

    async def delete(self, article_id: UUID, editor: User) -> None:
        await self._repository.delete(await self._get_own(article_id, editor))

    async def _get_own(self, article_id: UUID, editor: User) -> Article:
        article = await self.get(article_id, editor)
        if article.author != editor.username:
            raise NotTheAuthorError
        return article
