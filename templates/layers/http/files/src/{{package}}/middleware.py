"""What happens to every request, as plain ASGI: nothing here buffers a body."""

import re
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import problems
from .metrics import observe_request

log = structlog.stdlib.get_logger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# What a JSON API should tell browsers (OWASP, REST security).
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


class RequestContext:
    """Gives a request its id, and its answer the headers that every answer has.

    It sees the answer last, so it also leaves the one log line and the one measurement.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 499  # The client left before there was an answer.
        start = perf_counter()

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"] == "/docs":  # This page loads its scripts from elsewhere.
                    del headers["Content-Security-Policy"]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            seconds = perf_counter() - start
            observe_request(scope, status, seconds)
            # Without the query: it may hold what does not belong in a log.
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=round(seconds * 1000, 1),
            )


class BodyLimit:
    """Refuses a body over the limit, announced or not.

    FastAPI's own `max_body_size` stands outside of all middleware and answers in plain text,
    without a request id: this one ends as a problem like every other error.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0

        async def limited_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise HTTPException(413)
            return message

        announced = Headers(scope=scope).get("content-length", "0") if "headers" in scope else "0"
        if announced.isdecimal() and int(announced) > self.max_bytes:
            await problems.answer(413)(scope, receive, send)
            return
        await self.app(scope, limited_receive, send)


class ErrorBoundary:
    """Turns what nobody handled into a logged problem that tells the client nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except Exception:
            log.exception("unhandled error")
            if started:  # Half an answer cannot be mended: the server closes the connection.
                raise
            await problems.answer(500)(scope, receive, send)
