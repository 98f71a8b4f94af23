"""Hands items to the storage: many at once, in a thread of its own, again if it was away."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from scrapy.crawler import Crawler

from ..config import Config
from ..items import Book
from ..store import Store

logger = logging.getLogger(__name__)

T = TypeVar("T")


class StorageFailedError(Exception):
    pass


class Batch:
    """Items that are written together, and what those who wait for it wait for."""

    def __init__(self) -> None:
        self.books: list[Book] = []
        self.written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.timer: asyncio.TimerHandle | None = None
        self.task: asyncio.Task[None] | None = None


class Storage:
    """An item leaves this pipeline when it is stored, not earlier: only then its page is done."""

    def __init__(self, crawler: Crawler, config: Config) -> None:
        self.crawler = crawler
        self.stats = crawler.stats
        self.store = Store(config, crawler.spidercls.name)
        self.size = config.batch_size
        self.seconds = config.batch_seconds
        self.patience = config.storage_patience
        self.batch: Batch | None = None
        self.failure: asyncio.Task[None] | None = None
        # Connections are not shared between threads, so there is only this one.
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, Config())

    async def open_spider(self) -> None:
        await self._patiently(self.store.open)

    async def process_item(self, item: Book) -> Book:
        batch = self.batch
        if batch is None:
            batch = self.batch = Batch()
            loop = asyncio.get_running_loop()
            batch.timer = loop.call_later(self.seconds, self._start, batch)
        batch.books.append(item)
        if len(batch.books) >= self.size:
            self._start(batch)
        await asyncio.shield(batch.written)
        return item

    async def close_spider(self) -> None:
        # Nothing waits to be written: the engine waits for items before it closes.
        await asyncio.get_running_loop().run_in_executor(self.thread, self.store.close)
        self.thread.shutdown()

    def _start(self, batch: Batch) -> None:
        if batch.timer:
            batch.timer.cancel()
        self.batch = None
        batch.task = asyncio.get_running_loop().create_task(self._write(batch))

    async def _write(self, batch: Batch) -> None:
        try:
            outcome = await self._patiently(lambda: self.store.write(batch.books))
        except Exception as error:
            logger.exception("The storage does not take %d items", len(batch.books))
            failure = StorageFailedError(str(error))
            failure.__cause__ = error
            batch.written.set_exception(failure)
            if self.failure is None:
                close = self.crawler.engine.close_spider_async(reason="storage_failed")
                self.failure = asyncio.get_running_loop().create_task(close)
        else:
            self.stats.inc_value("storage/batches")
            self.stats.inc_value("storage/new", outcome.new)
            self.stats.inc_value("storage/changed", outcome.changed)
            self.stats.inc_value("storage/unchanged", outcome.unchanged)
            batch.written.set_result(None)

    async def _patiently(self, work: Callable[[], T]) -> T:
        """Does the work in the thread, and again while the storage is away."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.patience
        wait = 0.1
        while True:
            try:
                return await loop.run_in_executor(self.thread, work)
            except Store.AWAY as error:
                if loop.time() + wait > until:
                    raise
                self.stats.inc_value("storage/retries")
                logger.warning("The storage is away, next attempt in %.1f s: %s", wait, error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 10.0)
