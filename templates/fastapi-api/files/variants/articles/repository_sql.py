"""Articles in the database."""

from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ..pagination import Cursor
from .errors import SlugTakenError
from .models import Article
from .schemas import ArticleQuery


class SqlArticleRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, article_id: UUID) -> Article | None:
        return await self._session.get(Article, article_id)

    async def add(self, article: Article) -> None:
        self._session.add(article)
        await self.save(article)

    async def save(self, article: Article) -> None:
        slug = article.slug
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise SlugTakenError(slug) from error

    async def delete(self, article: Article) -> None:
        await self._session.delete(article)

    async def page(self, query: ArticleQuery, after: Cursor | None) -> list[Article]:
        """Returns the articles after the cursor, one more than asked for if there are more."""
        descending = query.sort.startswith("-")
        column = Article.title if query.sort.endswith("title") else Article.created_at
        place = tuple_(column, Article.id)
        statement = select(Article).limit(query.limit + 1)
        statement = statement.order_by(
            *((column.desc(), Article.id.desc()) if descending else (column, Article.id))
        )
        if query.status:
            statement = statement.where(Article.status == query.status)
        if query.author:
            statement = statement.where(Article.author == query.author)
        if after:
            value = after.value if column is Article.title else after.moment()
            last = (value, after.id)
            statement = statement.where(place < last if descending else place > last)
        return list(await self._session.scalars(statement))
