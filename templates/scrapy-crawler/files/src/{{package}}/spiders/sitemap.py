"""The site's own list of its pages, with when each was changed."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urljoin

from scrapy.crawler import Crawler
from scrapy.spiders import SitemapSpider

from ..config import Config
from ..scheduler import scheduler_of
from .catalogue import CatalogueSpider


def end_of(lastmod: str) -> float | None:
    """Returns the last moment that a date of a sitemap may mean, which may lack the time."""
    try:
        moment = datetime.fromisoformat(lastmod)
    except ValueError:
        return None
    if len(lastmod) == len("2026-01-31"):
        moment += timedelta(days=1)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


class BookSitemapSpider(SitemapSpider, CatalogueSpider):
    name = "sitemap"
    sitemap_rules = ((r"/books/\d+$", "parse_book"),)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.sitemap_urls = [urljoin(spider.site, "/sitemap.xml")]
        return spider

    def sitemap_filter(self, entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Leaves out pages that were scraped after their last change."""
        scheduler = scheduler_of(self.crawler) if Config().incremental else None
        for entry in entries:
            changed = end_of(entry.get("lastmod", ""))
            page = scheduler.state.page(entry["loc"]) if scheduler and changed else None
            if page and changed and page.visited > changed:
                self.crawler.stats.inc_value("incremental/skipped")
            else:
                yield entry
