"""Lists that a program builds in the browser; the pages of the books need none."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response

from .catalogue import CatalogueSpider, as_text

HANDLER = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"

# In the `meta` of requests that a browser fetches: it waits until the page asks for nothing more.
IN_BROWSER = {"playwright": True, "playwright_page_goto_kwargs": {"wait_until": "networkidle"}}


class RenderedSpider(CatalogueSpider):
    name = "rendered"
    begin = "/rendered"
    # Not among the settings of all: spiders that need no browser start none.
    custom_settings: dict[str, Any] | None = {  # noqa: RUF012 - as Scrapy types it
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER}
    }

    async def start(self) -> AsyncIterator[Any]:
        yield Request(urljoin(self.site, self.begin), self.parse_list, meta=IN_BROWSER)

    def parse_list(self, response: Response) -> Iterator[Request]:
        """Follows the books of a page, and the next page."""
        page = as_text(response)
        books = page.css(".books a")
        yield from page.follow_all(books, self.parse_book)
        if books:
            following = page.css("a[rel=next]")
            yield from page.follow_all(following, self.parse_list, meta=IN_BROWSER)
