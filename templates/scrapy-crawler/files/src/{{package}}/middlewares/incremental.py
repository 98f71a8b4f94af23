"""Asks for a page only if it changed since it was last scraped."""

from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from ..config import Config
from ..scheduler import scheduler_of

NOT_MODIFIED = 304


def text(header: bytes | None) -> str:
    return (header or b"").decode("latin-1")


class Incremental:
    """Looks after the requests for the callbacks that a spider names in `unchanging`.

    Their pages' items are all there is to them. A page with links to others is always
    fetched, or what is new behind it would never be found.
    """

    def __init__(self, crawler: Crawler, config: Config) -> None:
        if not config.incremental:
            raise NotConfigured
        self.crawler = crawler
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        incremental = cls(crawler, Config())
        crawler.signals.connect(incremental.item_scraped, signals.item_scraped)
        return incremental

    def process_request(self, request: Request) -> None:
        scheduler = scheduler_of(self.crawler)
        if scheduler is None or not self._concerns(request):
            return
        page = scheduler.state.page(request.url)
        if page and page.etag:
            request.headers["If-None-Match"] = page.etag
        if page and page.modified:
            request.headers["If-Modified-Since"] = page.modified

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status == NOT_MODIFIED and self._concerns(request):
            self.stats.inc_value("incremental/unchanged")
        return response

    def item_scraped(self, item: Any, response: Response | None) -> None:  # noqa: ARG002 - Scrapy calls by name
        # The item is stored by now; a page that was remembered earlier could be lost.
        scheduler = scheduler_of(self.crawler)
        if response is None or response.request is None or scheduler is None:
            return
        if self._concerns(response.request):
            etag = text(response.headers.get("ETag"))
            modified = text(response.headers.get("Last-Modified"))
            scheduler.state.remember(response.request.url, etag, modified)

    def _concerns(self, request: Request) -> bool:
        callback = getattr(request.callback, "__name__", "parse")
        return callback in getattr(self.crawler.spider, "unchanging", ())
