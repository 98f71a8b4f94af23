"""Lists with pages, and a page for each book."""

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from .catalogue import UNCHANGING, CatalogueSpider


class ListingSpider(CatalogueSpider):
    name = "listing"
    begin = "/books"

    def parse(self, response: Response) -> Iterator[Request]:  # type: ignore[override] # no other arguments
        """Follows the books of a page, and the next page.

        @path /books
        @returns requests 2
        """
        books = response.css(".books a")
        yield from response.follow_all(books, self.parse_book, meta=UNCHANGING)
        # A page without books is behind the last one, whatever it links to.
        if books:
            yield from response.follow_all(css="a[rel=next]")
