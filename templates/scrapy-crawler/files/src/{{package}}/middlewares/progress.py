"""Tells the scheduler when a request is done."""

from collections.abc import AsyncIterator
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from ..pipelines.storage import StorageFailedError
from ..scheduler import LEASE, scheduler_of


def lease_of(response: Response | None) -> int | None:
    if response is None or response.request is None:
        return None
    lease: int | None = response.request.meta.get(LEASE)
    return lease


class SpiderProgress:
    """Follows what a response leads to; stands next to the engine."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        progress = cls(crawler)
        crawler.signals.connect(progress.item_settled, signals.item_scraped)
        crawler.signals.connect(progress.item_settled, signals.item_dropped)
        crawler.signals.connect(progress.item_failed, signals.item_error)
        crawler.signals.connect(progress.spider_failed, signals.spider_error)
        return progress

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        scheduler = scheduler_of(self.crawler)
        lease = lease_of(response)
        if scheduler is None or lease is None:
            async for output in result:
                yield output
            return
        async for output in result:
            if isinstance(output, Request):
                # A spider may have handed on the whole `meta`.
                output.meta.pop(LEASE, None)
                # Kept here and now: only then may the request that led to it be forgotten.
                self.crawler.engine.crawl(output)
            else:
                scheduler.expect_item(lease)
                yield output
        scheduler.finish(lease)

    def item_settled(self, response: Response | None) -> None:
        scheduler, lease = scheduler_of(self.crawler), lease_of(response)
        if scheduler and lease is not None:
            scheduler.settle_item(lease)

    def item_failed(self, response: Response | None, failure: Any) -> None:
        # What the storage did not take is not done: the next crawl takes it up again.
        if not failure.check(StorageFailedError):
            self.item_settled(response)

    def spider_failed(self, response: Response | None) -> None:
        scheduler, lease = scheduler_of(self.crawler), lease_of(response)
        if scheduler and lease is not None:
            scheduler.finish(lease)


class DownloadProgress:
    """Follows downloads that fail for good; stands next to the engine."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_exception(self, request: Request, exception: Exception) -> None:
        if not isinstance(exception, IgnoreRequest):
            self.crawler.stats.inc_value("downloads/failed")
        scheduler = scheduler_of(self.crawler)
        lease = request.meta.get(LEASE)
        # Where there is an errback, more may follow; then the end of all work settles it.
        if scheduler and lease is not None and request.errback is None:
            scheduler.finish(lease)
