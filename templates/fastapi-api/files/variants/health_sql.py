"""What the platform asks: is the process alive, can it work, how does it do."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from . import problems
from .database import DatabaseDep

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class NotReadyError(problems.ApplicationError):
    status = HTTPStatus.SERVICE_UNAVAILABLE


@router.get("/livez")
async def live() -> Health:
    """The process answers. Looks at nothing else: a restart would not mend a database."""
    return Health()


@router.get("/readyz", responses=problems.responses(503))
async def ready(database: DatabaseDep) -> Health:
    """The service can work: the database answers and has the schema this code was written for."""
    if problem := await database.problem():
        raise NotReadyError(problem)
    return Health()


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """For Prometheus; keep this path off the public side of the proxy."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
