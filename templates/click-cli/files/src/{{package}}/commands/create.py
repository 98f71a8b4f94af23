"""`create`: writes a manifest."""

import logging
import os
from pathlib import Path

import click

from ..console import folder_argument, json_option, progress, to_json
from ..manifest import Entry, digest, dump, find
from ..settings import ConfigurableCommand

logger = logging.getLogger(__name__)


@click.command(cls=ConfigurableCommand)
@folder_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, whole or not at all.",
)
@json_option
def create(
    folder: Path,
    output: Path | None,
    as_json: bool,
    algorithm: str,
    exclude: tuple[str, ...],
    hidden: bool,
) -> None:
    """Write the manifest of a folder.

    The text is what `sha256sum --tag` writes and `sha256sum --check` reads.
    """
    files = find(folder, exclude, hidden=hidden, manifest=output)
    with progress(folder, files) as advance:
        manifest = {
            file: Entry(algorithm, digest(folder / file, algorithm, advance)) for file in files
        }
    logger.info("%d files", len(manifest))
    if as_json:
        entries = {path: entry._asdict() for path, entry in manifest.items()}
        lines = iter([f"{to_json(entries)}\n".encode()])
    else:
        lines = dump(manifest)
    if output:
        write_whole(output, b"".join(lines))
    else:
        for line in lines:
            click.echo(line, nl=False)


def write_whole(file: Path, content: bytes) -> None:
    """Writes beside the file and takes its place, so that nobody ever reads a half."""
    if file.exists() and not file.is_file():
        # A device or a pipe is written to; in its place, a file would be in everybody's way.
        file.write_bytes(content)
        return
    # A link goes on pointing to where it does.
    target = file.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        if target.exists():
            draft.chmod(target.stat().st_mode)
        draft.replace(target)
    except OSError as error:
        # Users know the file, not the draft.
        error.filename = str(file)
        raise
    finally:
        draft.unlink(missing_ok=True)
