"""The model that answers: loaded, warmed up, and replaced without losing a request."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

import numpy as np
import structlog

from .backend import Backend, load
from .batching import Batcher, Limits
from .problems import ApplicationError
from .registry import Entry, Manifest, ModelError, find
from .settings import Settings

log = structlog.stdlib.get_logger(__name__)


class NotReadyError(ApplicationError):
    """There is no model yet."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"Retry-After": "1"}  # noqa: RUF012 -- as the base class declares it


class ExchangeError(ApplicationError):
    """The model stays as it is."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True)
class Served:
    """A version that answers."""

    manifest: Manifest
    batcher: Batcher


class ModelHost:
    """Holds the one version that requests get, and exchanges it as a whole."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._served: Served | None = None
        self._exchanging = asyncio.Lock()
        self._first: asyncio.Task[None] | None = None
        self.failed = False

    @property
    def served(self) -> Served:
        """The version that answers now. Who holds it may go on using it after an exchange."""
        if self._served is None:
            raise NotReadyError("The model is being loaded.")
        return self._served

    @property
    def is_ready(self) -> bool:
        return self._served is not None

    def start(self) -> None:
        """Checks the registry at once, so that a wrong one ends the start, and loads meanwhile."""
        entry = find(self._settings.models, self._settings.model_version)
        self._first = asyncio.create_task(self._load_first(entry))

    async def exchange(self, version: int) -> Manifest:
        """Loads a version beside the one that answers, then puts it in its place."""
        if self._exchanging.locked():
            raise ExchangeError("Another exchange is under way.")
        async with self._exchanging:
            try:
                entry = await asyncio.to_thread(find, self._settings.models, version)
                new = await self._open(entry)
            except ModelError as error:
                log.warning("model refused", version=version, reason=str(error))
                raise ExchangeError(f"Version {version} cannot be served.") from error
            await self._put(new)
        return new.manifest

    async def close(self) -> None:
        """Answers what is under way, and lets go of the model."""
        if self._first:
            await self._first
        async with self._exchanging:
            if self._served:
                await self._served.batcher.close()

    async def _load_first(self, entry: Entry) -> None:
        async with self._exchanging:
            try:
                await self._put(await self._open(entry))
            except Exception:
                # The platform learns of it by /livez.
                self.failed = True
                log.exception("model not loaded")

    async def _put(self, new: Served) -> None:
        old, self._served = self._served, new
        log.info("model ready", model=new.manifest.name, version=new.manifest.version)
        if old:
            await old.batcher.close()

    async def _open(self, entry: Entry) -> Served:
        settings = self._settings
        backend = await asyncio.to_thread(load, entry, settings)
        await asyncio.to_thread(warm_up, backend, entry.manifest, settings.batch_size)
        limits = Limits(
            batch=settings.batch_size,
            wait=settings.batch_wait_ms / 1000,
            queue=settings.queue_size,
            deadline=settings.deadline_seconds,
        )
        return Served(entry.manifest, Batcher(backend.predict, limits))


def warm_up(backend: Backend, manifest: Manifest, batch_size: int) -> None:
    """Lets the first request find everything allocated, and a model that answers as declared."""
    for size in {1, batch_size}:
        batch = np.zeros((size, *manifest.sample_shape), np.float32)
        shape = backend.predict(batch).shape
        if shape != (size, len(manifest.labels)):
            raise ModelError(f"version {manifest.version} answers in the shape {shape}")
