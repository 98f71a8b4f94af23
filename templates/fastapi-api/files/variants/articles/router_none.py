"""Articles over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from .. import problems
from .dependencies import ArticleServiceDep
from .schemas import ArticleInput, ArticlePage, ArticleQuery, ArticleRead

router = APIRouter(prefix="/articles", tags=["articles"])


@router.get("", responses=problems.responses(404))
async def list_articles(
    query: Annotated[ArticleQuery, Query()], service: ArticleServiceDep
) -> ArticlePage:
    return await service.page(query)


@router.post("", status_code=status.HTTP_201_CREATED, responses=problems.responses(409))
async def create_article(
    given: ArticleInput, service: ArticleServiceDep, response: Response
) -> ArticleRead:
    article = await service.create(given)
    response.headers["Location"] = f"/articles/{article.id}"
    return ArticleRead.model_validate(article)


@router.get("/{article_id}", responses=problems.responses(404))
async def read_article(article_id: UUID, service: ArticleServiceDep) -> ArticleRead:
    return ArticleRead.model_validate(await service.get(article_id))


@router.put("/{article_id}", responses=problems.responses(404, 409))
async def replace_article(
    article_id: UUID, given: ArticleInput, service: ArticleServiceDep
) -> ArticleRead:
    return ArticleRead.model_validate(await service.replace(article_id, given))


@router.delete(
    "/{article_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problems.responses(404)
)
async def delete_article(article_id: UUID, service: ArticleServiceDep) -> None:
    await service.delete(article_id)
