"""`crawl`, which fails if the monitors do."""

import argparse

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from ..report import FAILED

# What the shell gets for a run that ended as it should, but did not reach what it has to.
FAILED_RUN = 3


class Command(crawl.Command):
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1 or self.crawler_process is None:
            msg = "name one spider; `list` shows them"
            raise UsageError(msg)
        crawler = self.crawler_process.create_crawler(args[0])
        # `start` waits for it.
        _ = self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        if self.crawler_process.bootstrap_failed:
            self.exitcode = 1
        elif crawler.stats.get_value(FAILED, 1):
            self.exitcode = FAILED_RUN
