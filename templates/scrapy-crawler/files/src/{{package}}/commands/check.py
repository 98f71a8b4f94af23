"""`check`, which fails if it could look at no page."""

import argparse
import sys

from scrapy.commands import check

from ..contracts import PathContract


class Command(check.Command):
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        super().run(args, opts)
        if not opts.list and not PathContract.tried:
            sys.stderr.write("error: no page of a contract was reached\n")
            self.exitcode = 1
