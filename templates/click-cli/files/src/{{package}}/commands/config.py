"""`config`: what the settings are, and where they come from."""

from dataclasses import asdict
from typing import Any

import click

from ..console import json_option, shown, to_json
from ..settings import ConfigurableCommand, in_effect, user_file


@click.group()
def config() -> None:
    """Show the settings, and where they come from."""


@config.command(cls=ConfigurableCommand)
@json_option
@click.pass_context
def show(ctx: click.Context, /, as_json: bool, **_: Any) -> None:
    """Show each setting with its origin.

    A flag wins over the environment, that over the file of the project, and that over the file of
    the user.
    """
    settings = in_effect(ctx)
    if as_json:
        click.echo(to_json([asdict(setting) for setting in settings]))
        return
    for setting in settings:
        click.echo(f"{setting.key} = {to_json(setting.value)}  ({shown(setting.origin)})")


@config.command()
def path() -> None:
    """Print where the file of the user is, or would be."""
    click.echo(user_file())
