"""Plugins: commands that other packages bring, each an entry point that names a Click command.

They are looked for only where a command is not one of the program's own, and in lists of all
commands. A plugin that does not load is an error for whoever uses it, and for nobody else.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import click

from .console import Failure

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

logger = logging.getLogger(__name__)

GROUP = f"{__package__}.commands"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A command of another package; `error` says why it cannot be used."""

    command: str
    distribution: str
    version: str
    error: str | None


class BrokenPlugin(Failure):
    """A plugin does not load, or is no command."""


def plugin_names() -> list[str]:
    return sorted(_entries().names)


def plugin_command(name: str) -> click.Command | None:
    """Returns the command of a plugin, or one that says why it cannot be used."""
    for entry in _entries().select(name=name):
        try:
            return _load(entry)
        except BrokenPlugin as error:
            logger.debug("%s", error.message, exc_info=True)
            return _stand_in(name, error)
    return None


def plugins() -> list[Plugin]:
    return [_describe(entry) for entry in sorted(_entries())]


def _entries() -> EntryPoints:
    # It takes as long as all the rest of a start.
    from importlib.metadata import entry_points  # noqa: PLC0415

    return entry_points(group=GROUP)


def _describe(entry: EntryPoint) -> Plugin:
    error = None
    try:
        _load(entry)
    except BrokenPlugin as broken:
        error = broken.message
    distribution = entry.dist
    return Plugin(
        command=entry.name,
        distribution=distribution.name if distribution else "",
        version=distribution.version if distribution else "",
        error=error,
    )


def _load(entry: EntryPoint) -> click.Command:
    try:
        command = entry.load()
    except Exception as error:
        kind = type(error).__name__
        raise BrokenPlugin(f"the plugin {entry.value} does not load, {kind}: {error}") from error
    if not isinstance(command, click.Command):
        raise BrokenPlugin(f"the plugin {entry.value} is not a Click command")
    return command


def _stand_in(name: str, error: BrokenPlugin) -> click.Command:
    def fail(**_: Any) -> NoReturn:
        raise error

    return click.Command(
        name,
        callback=fail,
        short_help="(does not load)",
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
