"""Articles over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from .. import problems
from ..users.dependencies import CurrentUser, OptionalUser
from .dependencies import ArticleServiceDep
from .schemas import ArticleInput, ArticlePage, ArticleQuery, ArticleRead

router = APIRouter(prefix="/articles", tags=["articles"])


# In OpenAPI an empty requirement beside the token's means that a token is optional.
TOKEN_OPTIONAL: dict[str, Any] = {"security": [{}]}


@router.get("", openapi_extra=TOKEN_OPTIONAL, responses=problems.responses(401, 403, 404))
async def list_articles(
    query: Annotated[ArticleQuery, Query()], service: ArticleServiceDep, viewer: OptionalUser
) -> ArticlePage:
    return await service.page(query, viewer)


@router.post("", status_code=status.HTTP_201_CREATED, responses=problems.responses(401, 409))
async def create_article(
    given: ArticleInput, service: ArticleServiceDep, author: CurrentUser, response: Response
) -> ArticleRead:
    article = await service.create(given, author)
    response.headers["Location"] = f"/articles/{article.id}"
    return ArticleRead.model_validate(article)


@router.get("/{article_id}", openapi_extra=TOKEN_OPTIONAL, responses=problems.responses(401, 404))
async def read_article(
    article_id: UUID, service: ArticleServiceDep, viewer: OptionalUser
) -> ArticleRead:
    return ArticleRead.model_validate(await service.get(article_id, viewer))


@router.put("/{article_id}", responses=problems.responses(401, 403, 404, 409))
async def replace_article(
    article_id: UUID, given: ArticleInput, service: ArticleServiceDep, editor: CurrentUser
) -> ArticleRead:
    return ArticleRead.model_validate(await service.replace(article_id, given, editor))


@router.delete(
    "/{article_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems.responses(401, 403, 404),
)
async def delete_article(article_id: UUID, service: ArticleServiceDep, editor: CurrentUser) -> None:
    await service.delete(article_id, editor)
