"""Dynamic batching: samples that come close together share one pass through the model."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice

import numpy as np
import structlog

from .arrays import Array
from .metrics import BATCH_SIZE, MODEL_SECONDS, QUEUE_DEPTH, REFUSED
from .problems import ApplicationError

log = structlog.stdlib.get_logger(__name__)

Scores = asyncio.Future[Array]


class OverloadedError(ApplicationError):
    """There are more samples waiting than the service wants to keep."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"Retry-After": "1"}  # noqa: RUF012 -- as the base class declares it


class DeadlineError(ApplicationError):
    """The answer would come too late to be of use."""

    status = HTTPStatus.GATEWAY_TIMEOUT


class UnusableScoresError(Exception):
    """The model answered with what are no numbers, or not for every sample."""


@dataclass(frozen=True)
class Limits:
    """How samples are put together; the times are in seconds."""

    batch: int
    wait: float
    queue: int
    deadline: float


class Batcher:
    """Puts what waits into batches and gives each sample its own answer.

    One thread runs the model, so batches never compete for it, and the event loop stays free. What
    is waiting is bounded; a request that ends early takes its samples out of the queue.
    """

    def __init__(self, predict: Callable[[Array], Array], limits: Limits) -> None:
        self._predict = predict
        self._limits = limits
        self._waiting: dict[Scores, Array] = {}
        self._changed = asyncio.Event()
        self._closing = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._task = asyncio.create_task(self._run())

    @property
    def waiting(self) -> int:
        """How many samples wait for a pass."""
        return len(self._waiting)

    async def submit(self, samples: Sequence[Array]) -> list[Array]:
        """Returns the scores of each sample; takes all of them or none."""
        if self._closing or self.waiting + len(samples) > self._limits.queue:
            REFUSED.labels("overload").inc()
            raise OverloadedError("Too many requests are waiting.")
        loop = asyncio.get_running_loop()
        futures: list[Scores] = [loop.create_future() for _ in samples]
        self._waiting.update(zip(futures, samples, strict=True))
        self._tell()
        try:
            async with asyncio.timeout(self._limits.deadline):
                return await asyncio.gather(*futures)
        except TimeoutError:
            REFUSED.labels("deadline").inc()
            raise DeadlineError("The model did not answer in time.") from None
        finally:
            # Also when the client left: nobody wants the rest.
            for future in futures:
                future.cancel()
                self._waiting.pop(future, None)
            self._tell()

    async def close(self) -> None:
        """Answers what is waiting, takes nothing new, and ends."""
        self._closing = True
        self._tell()
        await self._task
        self._thread.shutdown()

    def _tell(self) -> None:
        QUEUE_DEPTH.set(self.waiting)
        self._changed.set()

    async def _run(self) -> None:
        while batch := await self._collect():
            await self._answer(batch)

    async def _collect(self) -> list[tuple[Scores, Array]]:
        """Returns the next batch; an empty one when there will be none."""
        while True:
            while not self._waiting:
                if self._closing:
                    return []
                await self._change()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.wait):
                    while self.waiting < self._limits.batch and not self._closing:
                        await self._change()
            batch = list(islice(self._waiting.items(), self._limits.batch))
            for future, _ in batch:
                del self._waiting[future]
            if batch:  # All who waited may have left in the meantime.
                QUEUE_DEPTH.set(self.waiting)
                return batch

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _answer(self, batch: list[tuple[Scores, Array]]) -> None:
        BATCH_SIZE.observe(len(batch))
        samples = [sample for _, sample in batch]
        loop = asyncio.get_running_loop()
        try:
            rows = await loop.run_in_executor(self._thread, self._scores, samples)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs to the request
            if len(batch) == 1:
                future, _ = batch[0]
                if not future.done():
                    future.set_exception(error)
                return
            # One sample must not spoil the answers of the others.
            log.warning("batch failed", size=len(batch), error=repr(error))
            for item in batch:
                if not item[0].done():
                    await self._answer([item])
            return
        for (future, _), row in zip(batch, rows, strict=True):
            if not future.done():
                future.set_result(row)

    def _scores(self, samples: Sequence[Array]) -> list[Array]:
        with MODEL_SECONDS.time():
            scores = self._predict(np.stack(samples))
        if len(scores) != len(samples) or not np.isfinite(scores).all():
            raise UnusableScoresError
        return [scores[place] for place in range(len(samples))]
