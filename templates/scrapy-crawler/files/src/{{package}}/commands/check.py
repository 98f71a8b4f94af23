"""`check`, which fails if it could look at no page."""

import argparse
import sys

from scrapy.commands import check

from ..contracts import PathContract


class Command(check.Command):
    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if self.settings is not None:
            # The requests of a check are not kept, and what they lead to is no crawl to report.
            self.settings.set("SCHEDULER", "scrapy.core.scheduler.Scheduler", priority="cmdline")
            self.settings.set("EXTENSIONS", {}, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        super().run(args, opts)
        if not opts.list and not PathContract.tried:
            sys.stderr.write("error: no page of a contract was reached\n")
            self.exitcode = 1
