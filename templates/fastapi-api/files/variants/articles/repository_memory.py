"""Articles in the memory of the process: they end with it, and no other process sees them."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from ..pagination import Cursor
from .errors import SlugTakenError
from .models import Article
from .schemas import ArticleQuery


class InMemoryArticleRepository:
    """Hands out copies, as a database would: only `save` changes what is kept."""

    def __init__(self) -> None:
        self._articles: dict[UUID, Article] = {}

    async def get(self, article_id: UUID) -> Article | None:
        article = self._articles.get(article_id)
        return article and replace(article)

    async def add(self, article: Article) -> None:
        await self.save(article)

    async def save(self, article: Article) -> None:
        if any(a.slug == article.slug and a.id != article.id for a in self._articles.values()):
            raise SlugTakenError(article.slug)
        self._articles[article.id] = replace(article)

    async def delete(self, article: Article) -> None:
        self._articles.pop(article.id, None)

    async def page(self, query: ArticleQuery, after: Cursor | None) -> list[Article]:
        """Returns the articles after the cursor, one more than asked for if there are more."""
        by_title = query.sort.endswith("title")
        descending = query.sort.startswith("-")

        # One list is compared by titles or by moments, never by both; no type can say so.
        def place(article: Article) -> tuple[Any, UUID]:
            return (article.title if by_title else article.created_at, article.id)

        articles = [
            article
            for article in self._articles.values()
            if query.status in {None, article.status} and query.author in {None, article.author}
        ]
        articles.sort(key=place, reverse=descending)
        if after:
            last = (after.value if by_title else after.moment(), after.id)
            articles = [a for a in articles if (place(a) < last if descending else place(a) > last)]
        return [replace(article) for article in articles[: query.limit + 1]]
