"""Turns what spiders found into items, and drops what is no item; the statistics say why."""

from typing import Self

from pydantic import ValidationError
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from ..items import Book, Raw


class Validation:
    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Raw) -> Book:
        try:
            book = Book.model_validate(item)
        except ValidationError as error:
            problems = [
                f"{'.'.join(map(str, problem['loc']))}/{problem['type']}"
                for problem in error.errors(include_url=False, include_input=False)
            ]
            self.stats.inc_value("validation/dropped")
            for problem in problems:
                self.stats.inc_value(f"validation/{problem}")
            msg = f"not a book: {', '.join(problems)}"
            raise DropItem(msg) from error
        self.stats.inc_value("validation/passed")
        for field in Book.COVERED:
            if getattr(book, field) is not None:
                self.stats.inc_value(f"coverage/{field}")
        return book
