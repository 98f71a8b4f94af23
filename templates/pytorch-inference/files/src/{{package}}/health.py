"""What the platform asks: is the process alive, can it work, how does it do."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from . import problems
from .serving import ModelHost

router = APIRouter(tags=["health"])


class BrokenError(problems.ApplicationError):
    """Only a new start can help."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class Health(BaseModel):
    status: Literal["ok"] = "ok"


async def get_host(request: Request) -> ModelHost:
    host: ModelHost = request.app.state.models
    return host


HostDep = Annotated[ModelHost, Depends(get_host)]


@router.get("/livez", responses=problems.responses(503))
async def live(host: HostDep) -> Health:
    """The process answers, and has a model or is loading one."""
    if host.failed:
        raise BrokenError("The model could not be loaded.")
    return Health()


@router.get("/readyz", responses=problems.responses(503))
async def ready(host: HostDep) -> Health:
    """The model is loaded and warm."""
    _ = host.served
    return Health()


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """For Prometheus; keep this path off the public side of the proxy."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
