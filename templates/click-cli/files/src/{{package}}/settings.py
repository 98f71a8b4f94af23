"""Settings: options whose defaults come from the environment and from configuration files.

A flag wins over the environment, that over the file of the project, and that over the file of the
user. Each setting is declared once, as an option; its name is its key in the files.
"""

import logging
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from . import PROGRAM, VARIABLES
from .errors import ExitCode
from .manifest import TAGS

logger = logging.getLogger(__name__)

ORIGINS = f"{__name__}.origins"

OPTIONS = (
    click.Option(
        ["--algorithm"],
        type=click.Choice(sorted(TAGS)),
        default="sha256",
        show_default=True,
        envvar=f"{VARIABLES}_ALGORITHM",
        show_envvar=True,
        help="How a file becomes a digest.",
    ),
    click.Option(
        ["--exclude"],
        multiple=True,
        metavar="PATTERN",
        envvar=f"{VARIABLES}_EXCLUDE",
        show_envvar=True,
        help="Leave out what has such a name or path, as *.log or build; may be repeated.",
    ),
    click.Option(
        ["--hidden/--no-hidden"],
        default=False,
        show_default=True,
        envvar=f"{VARIABLES}_HIDDEN",
        show_envvar=True,
        help="Take files and folders whose name begins with a dot.",
    ),
)


class ConfigurationError(click.ClickException):
    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as a command gets it, and where it comes from."""

    key: str
    value: Any
    origin: str


class ConfigurableCommand(click.Command):
    """A command that takes settings as parameters: those named, or all."""

    def __init__(
        self, *arguments: Any, settings: Collection[str] | None = None, **attributes: Any
    ) -> None:
        super().__init__(*arguments, **attributes)
        taken = [option for option in OPTIONS if settings is None or option.name in settings]
        self.params = [*self.params, *taken]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # While the shell completes a line, a wrong file is of no interest.
        if not ctx.resilient_parsing:
            values, ctx.meta[ORIGINS] = _load(ctx, ctx.find_root().params["config"])
            ctx.default_map = values
        return super().parse_args(ctx, args)


def user_file() -> Path:
    return Path(click.get_app_dir(PROGRAM)) / "config.toml"


def project_file() -> Path | None:
    """Finds the file of the project: in the working directory or the nearest folder above it."""
    folder = Path.cwd()
    files = (place / f"{PROGRAM}.toml" for place in (folder, *folder.parents))
    return next((file for file in files if file.is_file()), None)


def in_effect(ctx: click.Context) -> list[Setting]:
    """Says which settings a configurable command was given, and why."""
    return [Setting(key, ctx.params[key], _origin(ctx, key)) for key in _keys()]


def _origin(ctx: click.Context, key: str) -> str:
    source = ctx.get_parameter_source(key)
    if source is ParameterSource.DEFAULT_MAP:
        origin: str = ctx.meta[ORIGINS][key]
        return origin
    if source is ParameterSource.ENVIRONMENT:
        return f"{VARIABLES}_{key.upper()}"
    return "default" if source is ParameterSource.DEFAULT else "command line"


def _keys() -> dict[str, click.Option]:
    return {option.name: option for option in OPTIONS if option.name}


def _load(ctx: click.Context, config: Path | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns the values of all files, and for each the file that it is from."""
    files = [config] if config else [user_file(), project_file()]
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for file in files:
        if file and file.is_file():
            logger.info("settings are read from %s", file)
            table = _read(ctx, file)
            values |= table
            origins |= dict.fromkeys(table, str(file))
    return values, origins


def _read(ctx: click.Context, file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # Neither TOML nor UTF-8.
        raise ConfigurationError(f"{file}: {error}") from error
    options = _keys()
    for key, value in table.items():
        if key not in options:
            known = ", ".join(options)
            raise ConfigurationError(f"{file}: {key} is not a setting; there are {known}")
        if options[key].multiple and not isinstance(value, list):
            raise ConfigurationError(f"{file}: {key}: {value!r} is not a list")
        try:
            options[key].type_cast_value(ctx, value)
        except click.BadParameter as error:
            raise ConfigurationError(f"{file}: {key}: {error.message}") from error
    return table
