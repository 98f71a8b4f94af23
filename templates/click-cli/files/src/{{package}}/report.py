"""What changed, for people and for programs."""

import click

from .console import shown, to_json
from .errors import ExitCode
from .manifest import Differences


def report(ctx: click.Context, differences: Differences, *, as_json: bool) -> None:
    """Prints differences, and ends the command with their exit code if there are any."""
    kinds = {
        "added": (differences.added, "green"),
        "changed": (differences.changed, "yellow"),
        "missing": (differences.missing, "red"),
    }
    if as_json:
        click.echo(to_json({kind: paths for kind, (paths, _) in kinds.items()}))
    else:
        for kind, (paths, color) in kinds.items():
            for path in paths:
                click.echo(f"{click.style(f'{kind:7}', fg=color)}  {shown(path)}")
    if differences:
        ctx.exit(ExitCode.DIFFERENT)
