"""Drops a book that this run has had: several pages may show the same one."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from ..items import Book


class Duplicates:
    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats
        self.seen: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Book) -> Book:
        if item.sku in self.seen:
            self.stats.inc_value("duplicates/dropped")
            msg = f"a duplicate: {item.sku}"
            raise DropItem(msg, log_level="DEBUG")
        self.seen.add(item.sku)
        return item
