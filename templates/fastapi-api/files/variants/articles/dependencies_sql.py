"""Gives the router its service."""

from typing import Annotated

from fastapi import Depends

from ..database import SessionDep
from .repository import SqlArticleRepository
from .service import ArticleService


async def get_article_service(session: SessionDep) -> ArticleService:
    return ArticleService(SqlArticleRepository(session))


ArticleServiceDep = Annotated[ArticleService, Depends(get_article_service)]
