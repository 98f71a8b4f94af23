"""What people and other programs see: log lines, colour, progress, JSON."""

import logging
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import click

from .errors import ExitCode

logger = logging.getLogger(__name__)

folder_argument = click.argument(
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="By default the working directory.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


class Failure(click.ClickException):
    """What was asked for could not be done."""

    exit_code = ExitCode.FAILED


def shown(text: str) -> str:
    """Escapes what would break a line or act on the terminal: names of files may hold that."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class Handler(logging.Handler):
    """Writes to standard error, so that standard output has data alone."""

    COLORS: ClassVar = {"Warning": "yellow", "Error": "red"}

    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname.capitalize()
        label = click.style(f"{level}:", fg=self.COLORS.get(level))
        click.echo(f"{label} {shown(record.getMessage())}", err=True)


def configure_logging(*, verbose: int, quiet: bool) -> None:
    """Sets the level: warnings, less with `--quiet`, more with each `--verbose`."""
    levels = [logging.WARNING, logging.INFO, logging.DEBUG]
    level = logging.ERROR if quiet else levels[min(verbose, 2)]
    logging.basicConfig(handlers=[Handler()], level=level, force=True)


def wants_color(choice: str) -> bool | None:
    """Returns whether there is colour; `None` leaves it to each stream whether it is a terminal."""
    if choice == "auto":
        # https://no-color.org: any value but the empty one.
        return False if os.environ.get("NO_COLOR") else None
    return choice == "always"


def to_json(value: object) -> str:
    import json  # noqa: PLC0415 - most runs do not need it

    return json.dumps(value, indent=2)


@contextmanager
def progress(folder: Path, files: list[str]) -> Generator[Callable[[int], object]]:
    """Shows how much of the files was read, in a terminal; give the bytes to what this yields."""
    hidden = not (sys.stderr.isatty() and logger.isEnabledFor(logging.WARNING))
    total = 0 if hidden else sum((folder / file).stat().st_size for file in files)
    with click.progressbar(length=total, label="Hashing", file=sys.stderr, hidden=hidden) as bar:
        yield bar.update
