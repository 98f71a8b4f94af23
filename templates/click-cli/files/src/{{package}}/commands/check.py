"""`check`: compares a folder with its manifest."""

import logging
from dataclasses import replace
from pathlib import Path

import click

from ..console import folder_argument, json_option, progress
from ..manifest import Entry, compare, digest, find, load
from ..report import report
from ..settings import ConfigurableCommand

logger = logging.getLogger(__name__)


# The lines of a manifest say by which algorithm they were made.
@click.command(cls=ConfigurableCommand, settings=["exclude", "hidden"])
@click.argument(
    "manifest",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="What was there; - for standard input.",
)
@folder_argument
@json_option
@click.pass_context
def check(
    ctx: click.Context,
    /,
    manifest: str,
    folder: Path,
    as_json: bool,
    exclude: tuple[str, ...],
    hidden: bool,
) -> None:
    """Compare a folder with its manifest.

    The exit code is 1 if there are differences.
    """
    logger.info("the manifest is read from %s", manifest)
    with click.open_file(manifest, "rb") as lines:
        old = load(lines)
    found = find(folder, exclude, hidden=hidden, manifest=Path(manifest))
    files = [file for file in found if file in old]
    with progress(folder, files) as advance:
        new = {
            file: Entry(old[file].algorithm, digest(folder / file, old[file].algorithm, advance))
            for file in files
        }
    added = [file for file in found if file not in old]
    report(ctx, replace(compare(old, new), added=added), as_json=as_json)
