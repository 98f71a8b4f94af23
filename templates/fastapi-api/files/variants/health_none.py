"""What the platform asks: is the process alive, can it work, how does it do."""

from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: Literal["ok"] = "ok"


@router.get("/livez")
async def live() -> Health:
    """The process answers. Looks at nothing else: a restart would not mend a database."""
    return Health()


@router.get("/readyz")
async def ready() -> Health:
    """The service can work. It depends on nothing outside, so it always can."""
    return Health()


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """For Prometheus; keep this path off the public side of the proxy."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
