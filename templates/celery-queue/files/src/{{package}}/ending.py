"""How a worker ends: it takes nothing new, finishes what it took, and is stopped when time is up.

Celery alone forgets what a process took in the moment of the stop: that is done, but not
acknowledged, so another worker does it again, and the end waits for half a minute.
"""

import os
import signal
from threading import Thread
from time import monotonic, sleep
from typing import Any

import structlog
from celery.worker import state

from .settings import get_settings

log = structlog.stdlib.get_logger(__name__)

# Seconds between two looks at what runs, and how many of them have to find nothing.
PAUSE = 0.1
LOOKS = 5


class InOrder:
    """Takes SIGTERM in place of Celery, which gets it once nothing runs any more."""

    def __init__(self, consumer: Any, queue: str) -> None:
        self._consumer = consumer
        self._queue = queue
        self._celery = signal.getsignal(signal.SIGTERM)

    @classmethod
    def install(cls, consumer: Any, queue: str) -> None:
        """Begins to take the signal; a worker that comes back to its broker has begun already."""
        if not isinstance(signal.getsignal(signal.SIGTERM), cls):
            signal.signal(signal.SIGTERM, cls(consumer, queue))

    def __call__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self._celery)
        self._consumer.call_soon(self._consumer.cancel_task_queue, self._queue)
        Thread(target=finish, args=[get_settings().shutdown_timeout], daemon=True).start()


def finish(timeout: float) -> None:
    """Ends this process after its tasks, or when the time is up.

    SIGQUIT has Celery stop what still runs; what was not acknowledged goes back to its queue.
    """
    log.info("running tasks may finish", seconds=timeout)
    end = monotonic() + timeout
    quiet = 0
    while quiet < LOOKS and monotonic() < end:
        sleep(PAUSE)
        quiet = 0 if state.active_requests else quiet + 1
    os.kill(os.getpid(), signal.SIGTERM)
    # A moment at least, or the second signal overtakes the first.
    sleep(max(1, end - monotonic()))
    os.kill(os.getpid(), signal.SIGQUIT)
