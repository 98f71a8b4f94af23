"""Lists with pages, and a page for each book."""

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from .catalogue import CatalogueSpider, as_text


class ListingSpider(CatalogueSpider):
    name = "listing"
    begin = "/books"

    def parse_list(self, response: Response) -> Iterator[Request]:
        """Follows the books of a page, and the next page.

        @path /books
        @returns requests 2
        """
        page = as_text(response)
        books = page.css(".books a")
        yield from page.follow_all(books, self.parse_book)
        # A page without books is behind the last one, whatever it links to.
        if books:
            yield from page.follow_all(css="a[rel=next]", callback=self.parse_list)
