"""Tries again what failed for a while: later each time, never before the site allows it."""

import asyncio
import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.utils.misc import load_object
from scrapy.utils.response import response_status_message

from ..config import Config

logger = logging.getLogger(__name__)

# The wait before the second attempt, by chance up to half less; it doubles each time.
BASE_SECONDS = 1.0

CHANCE = SystemRandom()


def retry_after(response: Response) -> float | None:
    """Returns for how many seconds the site wants us to wait, if it says so."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


class BackoffRetry:
    """Takes the place of Scrapy's own middleware, which tries again at once."""

    def __init__(self, crawler: Crawler, config: Config) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.stats = crawler.stats
        self.statuses = {int(status) for status in settings.getlist("RETRY_HTTP_CODES")}
        self.exceptions = tuple(load_object(name) for name in settings.getlist("RETRY_EXCEPTIONS"))
        self.cap = config.max_wait

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, Config())

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in self.statuses or request.meta.get("dont_retry"):
            return response
        wanted = retry_after(response)
        if wanted is not None and wanted > self.cap:
            logger.warning("%s asks to wait %d seconds, which is too long", response.url, wanted)
            self.stats.inc_value("retry/asked_too_long")
            return response
        again = await self._again(request, response_status_message(response.status), wanted)
        return again or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if not isinstance(exception, self.exceptions) or request.meta.get("dont_retry"):
            return None
        return await self._again(request, exception, None)

    async def _again(
        self, request: Request, reason: str | Exception, wanted: float | None
    ) -> Request | None:
        spider = self.crawler.spider
        again = get_retry_request(request, spider=spider, reason=reason) if spider else None
        if again is not None:
            wait = self.wait(again.meta["retry_times"], wanted)
            self.stats.inc_value("retry/waited_milliseconds", round(wait * 1000))
            # The place among the requests of the host is free meanwhile.
            await asyncio.sleep(wait)
        return again

    def wait(self, attempt: int, wanted: float | None) -> float:
        """Returns how long to wait: by chance, so that not all come back at the same moment."""
        most = min(self.cap, BASE_SECONDS * 2 ** (attempt - 1))
        chance = CHANCE.uniform(most / 2, most)
        return chance if wanted is None else max(wanted, chance)
