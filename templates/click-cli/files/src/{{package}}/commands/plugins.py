"""`plugins`: lists the plugins."""

from dataclasses import asdict

import click

from ..console import json_option, shown, to_json
from ..plugins import plugins as installed


@click.command()
@json_option
def plugins(as_json: bool) -> None:
    """List the commands that other packages bring."""
    found = installed()
    if as_json:
        click.echo(to_json([asdict(plugin) for plugin in found]))
        return
    for plugin in found:
        state = f"does not load: {plugin.error}" if plugin.error else "ok"
        click.echo(shown(f"{plugin.command}  {plugin.distribution} {plugin.version}  {state}"))
