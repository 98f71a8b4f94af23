"""How the program ends."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the caller learns; README.md lists the same."""

    OK = 0
    # `check` and `compare` found differences.
    DIFFERENT = 1
    # The command line or a configuration file is wrong.
    USAGE = 2
    # A file could not be read or written, or is no manifest.
    FAILED = 3
    # A fault of the program.
    BUG = 70
    # 128 and the number of the signal, as shells count.
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class ManifestError(Exception):
    """A file is not a manifest, or two of them cannot be compared."""
