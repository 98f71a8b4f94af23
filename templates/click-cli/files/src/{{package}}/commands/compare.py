"""`compare`: compares two manifests."""

from typing import BinaryIO

import click

from .. import manifest
from ..console import json_option
from ..report import report


@click.command()
@click.argument("old", type=click.File("rb"), help="What was there; - for standard input.")
@click.argument("new", type=click.File("rb"), help="What is there; - for standard input.")
@json_option
@click.pass_context
def compare(ctx: click.Context, /, old: BinaryIO, new: BinaryIO, as_json: bool) -> None:
    """Compare two manifests.

    The exit code is 1 if there are differences.
    """
    if old is new:
        raise click.UsageError("Only one of the manifests can be standard input.")
    differences = manifest.compare(manifest.load(old), manifest.load(new))
    report(ctx, differences, as_json=as_json)
