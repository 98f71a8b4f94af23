"""What may be done with articles. Knows neither HTTP nor how they are kept."""

from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

from ..pagination import Cursor
from .errors import ArticleNotFoundError
from .models import Article
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

    async def page(self, query: ArticleQuery) -> ArticlePage:
        after = Cursor.decode(query.cursor, query.sort) if query.cursor else None
        return ArticlePage.of(await self._repository.page(query, after), query)

    async def get(self, article_id: UUID) -> Article:
        article = await self._repository.get(article_id)
        if article is None:
            raise ArticleNotFoundError(article_id)
        return article

    async def create(self, given: ArticleInput) -> Article:
        now = datetime.now(UTC)
        article = Article(id=uuid4(), created_at=now, updated_at=now, **given.model_dump())
        await self._repository.add(article)
        return article

    async def replace(self, article_id: UUID, given: ArticleInput) -> Article:
        article = await self.get(article_id)
        for name, value in given:
            setattr(article, name, value)
        article.updated_at = datetime.now(UTC)
        await self._repository.save(article)
        return article

    async def delete(self, article_id: UUID) -> None:
        await self._repository.delete(await self.get(article_id))
