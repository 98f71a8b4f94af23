"""Errors as problem details (RFC 9457): whatever goes wrong, the answer has one shape."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


class InvalidField(BaseModel):
    location: str
    message: str


class Problem(BaseModel):
    """What a client reads when something went wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    request_id: str | None = None
    errors: list[InvalidField] | None = None


class ApplicationError(Exception):
    """What went wrong, in words of the domain; the class says how HTTP calls it."""

    status: ClassVar[HTTPStatus]
    headers: Mapping[str, str] | None = None


def answer(
    status: int,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
    errors: list[InvalidField] | None = None,
) -> JSONResponse:
    """Returns the response of a problem."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
        errors=errors,
    )
    # A plain number, since a log in a terminal would show the name of an `HTTPStatus`.
    return JSONResponse(
        problem.model_dump(exclude_none=True), int(status), headers, media_type=MEDIA_TYPE
    )


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declares the problems of a route, for its `responses`."""
    return {status: {"model": Problem} for status in statuses}


def install(app: FastAPI) -> None:
    """Handles the errors of an application, and says so in its OpenAPI document."""
    document = app.openapi()  # FastAPI keeps this object and serves it.
    describe(document)

    @app.exception_handler(ApplicationError)
    async def application_error(_: Request, error: ApplicationError) -> JSONResponse:
        return answer(error.status, str(error), error.headers)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        phrase = HTTPStatus(error.status_code).phrase
        detail = None if error.detail == phrase else error.detail
        headers = error.headers
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # The router names the methods of one route only; a path may have several.
            path = getattr(request.scope.get("route"), "path", None)
            if operations := document["paths"].get(path):
                headers = {"Allow": ", ".join(operations).upper()}
        return answer(error.status_code, detail, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
        # Only place and message: the refused value could be a password.
        errors = [
            InvalidField(location=".".join(map(str, item["loc"])), message=item["msg"])
            for item in error.errors()
        ]
        return answer(422, "The request does not match its schema.", errors=errors)


def describe(document: dict[str, Any]) -> None:
    """Declares every error of every operation as a problem."""
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operation in (each for path in document["paths"].values() for each in path.values()):
        if "requestBody" in operation:  # Any body may be broken, or too large.
            operation["responses"] |= {"400": {}, "413": {}}
        for status, response in operation["responses"].items():
            if status >= "400":
                response["description"] = HTTPStatus(int(status)).phrase
                response["content"] = problem
    for replaced in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(replaced, None)
