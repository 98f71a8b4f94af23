"""The entry point: the installed command, and `python -m` with the name of this package."""

import sys

from .errors import ExitCode


def main() -> None:
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        # What the encoding of the output lacks, a name of a file may still have.
        reconfigure(errors="backslashreplace")
    try:
        # The start takes longest here, and Ctrl-C has no traceback here either.
        from . import PROGRAM  # noqa: PLC0415
        from .cli import cli  # noqa: PLC0415

        cli(prog_name=PROGRAM)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)


if __name__ == "__main__":
    main()
