"""A JSON API, page by page."""

from collections.abc import Iterator

from pydantic import BaseModel
from scrapy import Request
from scrapy.http import Response

from ..items import Raw
from .catalogue import CatalogueSpider


class Price(BaseModel):
    amount: str
    currency: str


class Entry(BaseModel):
    """A book as the API tells it; what else it tells is of no use."""

    id: str
    name: str
    price: Price
    href: str
    category: str | None = None
    rating: int | None = None
    stock: int | None = None


class Page(BaseModel):
    books: list[Entry]
    next: str | None


class ApiSpider(CatalogueSpider):
    name = "api"
    begin = "/api/books"

    def parse_list(self, response: Response) -> Iterator[Raw | Request]:
        """Reads a page of the API, and asks for the next one.

        @path /api/books
        @returns items 1
        @returns requests 1 1
        @scrapes sku title price currency url
        """
        page = Page.model_validate_json(response.body)
        for book in page.books:
            yield {
                "sku": book.id,
                "title": book.name,
                "price": book.price.amount,
                "currency": book.price.currency,
                "url": response.urljoin(book.href),
                "category": book.category,
                "rating": book.rating,
                "stock": book.stock,
            }
        if page.next:
            yield response.follow(page.next, self.parse_list)
