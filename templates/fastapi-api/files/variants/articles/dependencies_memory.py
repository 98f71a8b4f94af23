"""Gives the router its service."""

from typing import Annotated

from fastapi import Depends, Request

from .repository import InMemoryArticleRepository
from .service import ArticleService


async def get_article_service(request: Request) -> ArticleService:
    repository: InMemoryArticleRepository = request.app.state.articles
    return ArticleService(repository)


ArticleServiceDep = Annotated[ArticleService, Depends(get_article_service)]
