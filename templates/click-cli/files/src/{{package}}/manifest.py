"""Manifests: what a folder holds, as the digest of every file.

A manifest is text with a line for each file, in the form that `sha256sum --tag` writes and
`sha256sum --check` reads.
"""

import hashlib
import logging
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import NamedTuple, NoReturn

from .errors import ManifestError

logger = logging.getLogger(__name__)

# The algorithms, as Python and as a manifest calls them.
TAGS = {"blake2b": "BLAKE2b", "sha256": "SHA256", "sha512": "SHA512"}
ALGORITHMS = {tag: algorithm for algorithm, tag in TAGS.items()}

LINE = re.compile(
    r"(?P<escaped>\\?)(?P<tag>\w+) \((?P<path>.+)\) = (?P<digest>[0-9a-f]+)", re.DOTALL
)
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
UNESCAPES = {escaped: character for character, escaped in ESCAPES.items()}

BLOCK = 1 << 20


class Entry(NamedTuple):
    algorithm: str
    digest: str


Manifest = dict[str, Entry]


@dataclass(frozen=True, slots=True)
class Differences:
    """What changed between two states of a folder, as sorted paths."""

    added: list[str]
    changed: list[str]
    missing: list[str]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.missing)


def find(
    folder: Path,
    exclude: Collection[str] = (),
    *,
    hidden: bool = False,
    manifest: Path | None = None,
) -> list[str]:
    """Lists the files below a folder, sorted; links to folders are not followed.

    A pattern of `exclude` leaves out what it fits by name or by path, and folders with all they
    hold. A manifest that lies in the folder is not a part of what it describes.
    """

    def stop(error: OSError) -> NoReturn:
        # What cannot be listed must not look as if it were empty.
        raise error

    def is_wanted(path: Path) -> bool:
        if path.name.startswith(".") and not hidden:
            return False
        names = path.name, path.as_posix()
        return not any(fnmatchcase(name, pattern) for name in names for pattern in exclude)

    found: list[str] = []
    for parent, folders, files in os.walk(folder, onerror=stop):
        place = Path(parent).relative_to(folder)
        folders[:] = [name for name in folders if is_wanted(place / name)]
        links = [name for name in folders if (folder / place / name).is_symlink()]
        for path in (place / name for name in [*files, *links] if is_wanted(place / name)):
            if (folder / path).is_file():
                found.append(path.as_posix())
            else:
                logger.warning("%s is left out: it is not a regular file", path)
    if manifest:
        found = [path for path in found if not _is_same(folder / path, manifest)]
    return sorted(found)


def digest(path: Path, algorithm: str, advance: Callable[[int], object]) -> str:
    """Reads a file in blocks, and tells how many bytes each brought."""
    state = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            state.update(block)
            advance(len(block))
    return state.hexdigest()


def compare(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> Differences:
    common = sorted(old.keys() & new.keys())
    for path in common:
        if old[path].algorithm != new[path].algorithm:
            raise ManifestError(
                f"{path}: {old[path].algorithm} and {new[path].algorithm} cannot be compared"
            )
    return Differences(
        added=sorted(new.keys() - old.keys()),
        changed=[path for path in common if old[path] != new[path]],
        missing=sorted(old.keys() - new.keys()),
    )


def dump(manifest: Mapping[str, Entry]) -> Iterator[bytes]:
    """Writes a manifest line by line, in the order of the paths."""
    for path in sorted(manifest):
        # Names on disk need not be valid Unicode; this way they come through unharmed.
        yield _line(path, manifest[path]).encode(errors="surrogateescape")


def load(lines: Iterable[bytes]) -> Manifest:
    """Reads a manifest."""
    manifest: Manifest = {}
    for number, line in enumerate(lines, start=1):
        text = line.decode(errors="surrogateescape").removesuffix("\n").removesuffix("\r")
        try:
            path, entry = _parse(text)
        except ValueError as error:
            raise ManifestError(f"line {number}: {error}") from error
        if path in manifest:
            raise ManifestError(f"line {number}: {path} was there before")
        manifest[path] = entry
    return manifest


def _is_same(path: Path, manifest: Path) -> bool:
    return path.name == manifest.name and path.resolve() == manifest.resolve()


def _line(path: str, entry: Entry) -> str:
    escaped = "".join(ESCAPES.get(character, character) for character in path)
    mark = "" if escaped == path else "\\"
    return f"{mark}{TAGS[entry.algorithm]} ({escaped}) = {entry.digest}\n"


def _parse(line: str) -> tuple[str, Entry]:
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError("not of the form `SHA256 (path) = digest`")
    if match["tag"] not in ALGORITHMS:
        raise ValueError(f"the algorithm {match['tag']} is not known")
    entry = Entry(ALGORITHMS[match["tag"]], match["digest"])
    if len(entry.digest) != 2 * hashlib.new(entry.algorithm, usedforsecurity=False).digest_size:
        raise ValueError(f"not the length of a {match['tag']} digest")
    path = match["path"]
    if match["escaped"]:
        path = re.sub(r"\\.", lambda pair: UNESCAPES.get(pair[0], pair[0]), path)
    place = PurePosixPath(path)
    if place.is_absolute() or ".." in place.parts:
        raise ValueError(f"{path} is not below the folder")
    return path, entry
