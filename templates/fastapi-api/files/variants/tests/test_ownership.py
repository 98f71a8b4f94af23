"""Who may see and change which article."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

CreateArticle = Callable[..., Awaitable[dict[str, Any]]]
SignUp = Callable[[str], Awaitable[httpx2.AsyncClient]]
ARTICLE = {"slug": "hello", "title": "Hello", "body": "Text"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/articles"),
        ("PUT", "/articles/00000000-0000-0000-0000-000000000000"),
        ("DELETE", "/articles/00000000-0000-0000-0000-000000000000"),
        ("GET", "/articles?status=draft"),
    ],
)
async def test_strangers_may_not_write_nor_list_drafts(
    client: httpx2.AsyncClient, method: str, path: str
) -> None:
    body = ARTICLE if method in {"POST", "PUT"} else None
    response = await client.request(method, path, json=body)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_everyone_reads_what_is_published(
    client: httpx2.AsyncClient, create_article: CreateArticle
) -> None:
    article = await create_article()
    assert (await client.get(f"/articles/{article['id']}")).json() == article
    assert (await client.get("/articles")).json()["items"] == [article]


async def test_a_wrong_token_is_not_taken_for_none(client: httpx2.AsyncClient) -> None:
    response = await client.get("/articles", headers={"Authorization": "Bearer rubbish"})
    assert response.status_code == 401


async def test_only_the_author_changes_an_article(
    sign_up: SignUp, create_article: CreateArticle
) -> None:
    path = f"/articles/{(await create_article())['id']}"
    other = await sign_up("bob")
    assert (await other.put(path, json=ARTICLE)).status_code == 403
    assert (await other.delete(path)).status_code == 403


async def test_a_draft_exists_for_its_author_only(
    client: httpx2.AsyncClient,
    writer: httpx2.AsyncClient,
    sign_up: SignUp,
    create_article: CreateArticle,
) -> None:
    draft = await create_article(status="draft")
    path = f"/articles/{draft['id']}"
    other = await sign_up("bob")

    assert (await writer.get(path)).json() == draft
    assert (await writer.get("/articles?status=draft")).json()["items"] == [draft]
    for stranger in (client, other):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get("/articles")).json()["items"] == []
    assert (await other.put(path, json=ARTICLE)).status_code == 404
    assert (await other.get("/articles?status=draft")).json()["items"] == []
    assert (await other.get("/articles?status=draft&author=ada")).status_code == 403


async def test_an_admin_reads_and_changes_what_others_wrote(
    admin: httpx2.AsyncClient, writer: httpx2.AsyncClient, create_article: CreateArticle
) -> None:
    draft = await create_article(status="draft")
    path = f"/articles/{draft['id']}"
    assert (await admin.get("/articles?status=draft&author=ada")).json()["items"] == [draft]
    changed = await admin.put(path, json=ARTICLE)

    assert changed.status_code == 200
    assert changed.json()["author"] == "ada"
    assert (await writer.get(path)).json() == changed.json()
    assert (await admin.delete(path)).status_code == 204
    assert (await writer.get(path)).status_code == 404


async def test_nobody_becomes_an_admin_by_asking(client: httpx2.AsyncClient) -> None:
    user = {"username": "eve", "password": "horse" * 3, "role": "admin"}
    assert (await client.post("/users", json=user)).json()["role"] == "member"
