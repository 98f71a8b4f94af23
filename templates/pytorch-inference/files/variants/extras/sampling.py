"""A share of the requests, logged: what comes in and what goes out, to see either drift."""

from collections.abc import Sequence
from random import SystemRandom

import structlog

from .arrays import Array
from .registry import Manifest

log = structlog.stdlib.get_logger(__name__)


class Sampler:
    """Logs a line for each sample of the requests it picks; numbers only, never the input."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._chance = SystemRandom()

    def take(self, manifest: Manifest, samples: Sequence[Array], rows: Sequence[Array]) -> None:
        if self._chance.random() >= self._rate:
            return
        for sample, row in zip(samples, rows, strict=True):
            place = int(row.argmax())
            log.info(
                "sample",
                model=manifest.name,
                version=manifest.version,
                mean=round(float(sample.mean()), 4),
                deviation=round(float(sample.std()), 4),
                label=manifest.labels[place],
                probability=round(float(row[place]), 4),
            )
