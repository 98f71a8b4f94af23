"""What Prometheus is told: queues as they are, tasks as workers report them."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from celery import Celery
from celery.events.state import State, Task
from kombu import Queue
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from .health import announce
from .logs import SENT_AT
from .queues import DEAD_LETTERS, QUEUES, declare

log = structlog.stdlib.get_logger(__name__)

BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600)


class QueueCollector(Collector):
    """Asks the broker whenever Prometheus asks."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def describe(self) -> list[Metric]:
        """Names nothing: to start, no broker is needed."""
        return []

    def collect(self) -> Iterator[Metric]:
        length = GaugeMetricFamily("celery_queue_length", "Tasks that wait.", labels=["queue"])
        age = GaugeMetricFamily(
            "celery_queue_age_seconds", "How long the oldest of them waits.", labels=["queue"]
        )
        with self._app.connection_for_read() as connection:
            for queue in (*QUEUES, DEAD_LETTERS):
                with connection.channel() as channel:
                    bound, count = declare(queue, channel)
                    length.add_metric([queue.name], count)
                    age.add_metric([queue.name], _age(bound) if count else 0)
        yield length
        yield age


def _age(queue: Queue) -> float:
    """Looks at the task that is next, and puts it back."""
    message = queue.get(accept=["json"])
    if message is None:
        return 0
    sent = (message.headers or {}).get(SENT_AT)
    message.requeue()
    return max(time.time() - float(sent), 0) if sent else 0


class Tasks:
    """Counts what workers report."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._state = State()
        self._runtime = Histogram(
            "celery_task_runtime_seconds",
            "How long tasks run that succeed.",
            ["task"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._waits = Histogram(
            "celery_task_wait_seconds",
            "How long tasks wait until a worker starts them.",
            ["task"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._ended = Counter(
            "celery_tasks",
            "Tasks by how an attempt ended.",
            ["task", "outcome"],
            registry=registry,
        )
        self.handlers: dict[str, Callable[[dict[str, Any]], object]] = {
            "task-sent": self._remember,
            "task-received": self._remember,
            "task-started": self._start,
            "task-succeeded": self._succeed,
            "task-retried": lambda event: self._end(event, "retried"),
            "task-failed": lambda event: self._end(event, "failed"),
        }

    def _remember(self, event: dict[str, Any]) -> str:
        self._state.event(event)
        return self._task(event).name or "unknown"

    def _task(self, event: dict[str, Any]) -> Task:
        # Of those that it knows, the oldest are forgotten.
        return self._state.get_or_create_task(event["uuid"])[0]

    def _start(self, event: dict[str, Any]) -> None:
        name = self._remember(event)
        sent = self._task(event).sent
        if sent:
            self._waits.labels(name).observe(max(event["timestamp"] - sent, 0))

    def _succeed(self, event: dict[str, Any]) -> None:
        self._runtime.labels(self._remember(event)).observe(event["runtime"])
        self._end(event, "succeeded")

    def _end(self, event: dict[str, Any], outcome: str) -> None:
        self._ended.labels(self._remember(event), outcome).inc()


def run(app: Celery, host: str, port: int) -> None:
    """Serves metrics until the process ends; a broker that goes away is waited for."""
    registry = CollectorRegistry()
    registry.register(QueueCollector(app))
    tasks = Tasks(registry)
    start_http_server(port, addr=host, registry=registry)
    announce(f"serve http://127.0.0.1:{port}/metrics")
    while True:
        with app.connection_for_read() as connection:
            connection.ensure_connection()
            receiver = app.events.Receiver(connection, handlers=tasks.handlers)
            try:
                receiver.capture(wakeup=False)
            except connection.connection_errors:
                log.warning("the broker is gone, waiting for it")
