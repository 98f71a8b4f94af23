"""Requests take turns with proxies; one that fails is asked less often, then rests."""

import time
from random import SystemRandom
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from ..config import Config

# Statuses by which a site or a proxy refuses whoever asks.
REFUSALS = {403, 407, 429, 502, 503}
# A proxy with a lower score rests.
LOWEST = 0.3
REST_SECONDS = 300.0
# How much the last request counts against all before it.
WEIGHT = 0.2

CHANCE = SystemRandom()


class Proxy:
    """A proxy and its score: the share of its requests that succeeded, the last counting most."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.score = 1.0
        self.rests_until = 0.0

    def note(self, *, succeeded: bool) -> None:
        self.score += WEIGHT * (succeeded - self.score)
        if self.score < LOWEST:
            self.rests_until = time.monotonic() + REST_SECONDS
            # Back from its rest, it has to prove itself again.
            self.score = 0.5


class Proxies:
    def __init__(self, crawler: Crawler, urls: tuple[str, ...]) -> None:
        if not urls:
            raise NotConfigured
        self.stats = crawler.stats
        self.proxies = {url: Proxy(url) for url in urls}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, Config().proxies)

    def process_request(self, request: Request) -> None:
        now = time.monotonic()
        awake = [proxy for proxy in self.proxies.values() if proxy.rests_until <= now]
        # If all rest, the one that has rested longest has to do.
        candidates = awake or [min(self.proxies.values(), key=lambda proxy: proxy.rests_until)]
        weights = [proxy.score for proxy in candidates]
        chosen = CHANCE.choices(candidates, weights)[0]
        request.meta["proxy"] = chosen.url

    def process_response(self, request: Request, response: Response) -> Response:
        self._note(request, succeeded=response.status not in REFUSALS)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002 - Scrapy calls by name
        self._note(request, succeeded=False)

    def _note(self, request: Request, *, succeeded: bool) -> None:
        # Scrapy takes the password out of the address, so the rest of it says which one it was.
        used = request.meta.get("proxy", "")
        for url, proxy in self.proxies.items():
            if used and url.endswith(used.partition("://")[2]):
                proxy.note(succeeded=succeeded)
                self.stats.inc_value("proxies/succeeded" if succeeded else "proxies/failed")
