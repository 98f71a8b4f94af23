"""The questions of the platform."""

import httpx2
import pytest


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_the_service_is_alive_and_ready(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
