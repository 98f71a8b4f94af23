"""What the spiders of the catalogue share: which site, and how a page of a book is read."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse

from ..config import Config
from ..items import Raw
from ..loaders import BookLoader


class CatalogueSpider(Spider):
    # The path on the site that the crawl begins with.
    begin: str
    # Callbacks for pages that need not be fetched again while they are the same.
    unchanging: ClassVar[frozenset[str]] = frozenset({"parse_book"})
    # Links to other sites are not followed.
    allowed_domains: list[str]
    site: str

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.site = str(Config().site)
        spider.allowed_domains = [urlsplit(spider.site).hostname or ""]
        return spider

    async def start(self) -> AsyncIterator[Any]:
        yield Request(urljoin(self.site, self.begin), self.parse_list)

    def parse_list(self, response: Response) -> Iterator[Any]:
        """Reads the page that the crawl begins with, and those like it."""
        raise NotImplementedError

    def parse_book(self, response: Response) -> Iterator[Raw]:
        """Reads the page of a book.

        @path /books/1
        @returns items 1 1
        @scrapes sku title price currency url category rating stock
        """
        yield read_book(as_text(response))


def as_text(response: Response) -> TextResponse:
    """Refuses a picture or the like, where a page of text was expected."""
    if not isinstance(response, TextResponse):
        msg = f"{response.url} is not a text"
        raise TypeError(msg)
    return response


def read_book(response: TextResponse) -> Raw:
    loader = BookLoader(response=response)
    loader.add_css("sku", "[itemprop=sku]::text")
    loader.add_css("title", "h1::text")
    loader.add_css("price", ".price::text")
    loader.add_css("currency", ".price::text")
    loader.add_css("category", ".category::text")
    loader.add_css("rating", ".rating::attr(title)")
    loader.add_css("stock", ".stock::text")
    loader.add_value("url", response.urljoin(response.css("[rel=canonical]::attr(href)").get("")))
    book: Raw = loader.load_item()
    return book
