"""The end of a run: verdicts in the log and the statistics, a report, numbers for Prometheus."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any, Self

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile
from scrapy import Spider, signals
from scrapy.crawler import Crawler

from .config import Config
from .monitors import Verdict, judge

logger = logging.getLogger(__name__)

# The statistic that says how many verdicts went against the run.
FAILED = "monitors/failed"


class Report:
    def __init__(self, crawler: Crawler, config: Config) -> None:
        self.stats = crawler.stats
        self.config = config
        self.started = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        report = cls(crawler, Config())
        crawler.signals.connect(report.spider_closed, signals.spider_closed)
        return report

    def spider_closed(self, spider: Spider, reason: str) -> None:
        stats = self.stats.get_stats()
        seconds = time.monotonic() - self.started
        verdicts = judge(self.config, stats, reason)
        failed = [verdict for verdict in verdicts if not verdict.passed]
        self._write_report(spider.name, seconds, verdicts, stats)
        self._write_metrics(spider.name, seconds, failed, stats)
        self.stats.set_value(FAILED, len(failed))
        for verdict in failed:
            logger.error("The run failed: %s: %s", verdict.name, verdict.says)
        if not failed:
            logger.info("The run passed all %d monitors", len(verdicts))

    def _write_report(
        self, spider: str, seconds: float, verdicts: list[Verdict], stats: dict[str, Any]
    ) -> None:
        folder = self.config.data / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        report = {
            "spider": spider,
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(seconds, 1),
            "passed": all(verdict.passed for verdict in verdicts),
            "monitors": {
                verdict.name: {"passed": verdict.passed, "says": verdict.says}
                for verdict in verdicts
            },
            "stats": stats,
        }
        text = json.dumps(report, indent=2, sort_keys=True, default=str)
        (folder / f"{spider}.json").write_text(text + "\n", encoding="utf-8")

    def _write_metrics(
        self, spider: str, seconds: float, failed: list[Verdict], stats: dict[str, Any]
    ) -> None:
        """Writes what the textfile collector of Prometheus' node exporter reads."""
        folder = self.config.data / "metrics"
        folder.mkdir(parents=True, exist_ok=True)
        registry = CollectorRegistry()
        numbers = {
            "crawler_last_run_timestamp_seconds": time.time(),
            "crawler_duration_seconds": seconds,
            "crawler_failed_monitors": len(failed),
        }
        for name, number in numbers.items():
            words = name.removeprefix("crawler_").replace("_", " ")
            Gauge(name, words, ["spider"], registry=registry).labels(spider).set(number)
        values = Gauge("crawler_stat", "a statistic", ["spider", "name"], registry=registry)
        for name, value in stats.items():
            if isinstance(value, int | float):
                values.labels(spider, name).set(value)
        write_to_textfile(str(folder / f"{spider}.prom"), registry)
