"""A limit on the requests of a client, as plain ASGI."""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import problems
from .rate_limit import RateLimit


class RequestLimit:
    """Limits the requests of a client, and tells it in every answer what is left.

    The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
    """

    # What the platform asks must not fail because it asks often.
    unlimited = frozenset({"/livez", "/readyz", "/metrics"})

    def __init__(
        self, app: ASGIApp, limit: RateLimit, client_of: Callable[[HTTPConnection], str]
    ) -> None:
        self.app = app
        self.limit = limit
        self.client_of = client_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.unlimited:
            await self.app(scope, receive, send)
            return
        quota = self.limit.take(self.client_of(HTTPConnection(scope)))
        told = {
            "RateLimit-Policy": f'"default";q={self.limit.turns};w={self.limit.window}',
            "RateLimit": f'"default";r={quota.remaining};t={quota.full_after}',
        }
        if quota.exhausted:
            told["Retry-After"] = str(quota.retry_after)
            refusal = problems.answer(429, "Too many requests in a short time.", told)
            await refusal(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
            await send(message)

        await self.app(scope, receive, send_with_headers)
