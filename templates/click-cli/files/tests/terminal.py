"""A pseudo-terminal: a program in it cannot tell it from one with a person in front."""

import os
import pty
import select
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

LIMIT = 20.0


class Terminal:
    """Runs a program in a terminal of its own, with the environment of the test."""

    def __init__(self, *command: str | Path) -> None:
        self.output = ""
        self._ended = False
        self._process, self._screen = pty.fork()
        if self._process == 0:  # pragma: no cover - the child becomes the program
            try:
                os.execvp(command[0], command)  # noqa: S606 - the program is the point
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Hangs up, which ends whatever still runs in it.
        os.close(self._screen)
        if self._process:
            os.waitpid(self._process, 0)

    def type(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def wait_for(self, text: str) -> None:
        """Reads until the screen has shown the text since it was last waited for."""
        deadline = time.monotonic() + LIMIT
        while text not in self.output:
            assert not self._ended, f"{text!r} was not shown, but {self.output!r}"
            self._read(deadline, f"{text!r} was not shown")
        _, self.output = self.output.split(text, 1)

    def end(self) -> int:
        """Reads to the end, and returns the exit code."""
        deadline = time.monotonic() + LIMIT
        while not self._ended:
            self._read(deadline, "it does not end")
        return self._exit_code()

    def interrupt(self) -> int:
        """Presses Ctrl-C until the program ends, as people do, and returns the exit code.

        Python does not see a signal that comes in the moment before it begins to wait for input.
        """
        deadline = time.monotonic() + LIMIT
        while not self._ended:
            with suppress(OSError):  # It may have ended meanwhile.
                self.type("\x03")
            patience = min(deadline, time.monotonic() + 1)
            with suppress(TimeoutError):
                while not self._ended:
                    self._read(patience, "it does not end")
            if time.monotonic() >= deadline:
                break
        return self.end()

    def _exit_code(self) -> int:
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        return os.waitstatus_to_exitcode(status)

    def _read(self, deadline: float, otherwise: str) -> None:
        left = deadline - time.monotonic()
        ready = left > 0 and select.select([self._screen], [], [], left)[0]
        if not ready:
            message = f"{otherwise}, but {self.output!r} is shown"
            raise TimeoutError(message)
        try:
            shown = os.read(self._screen, 65536)
        except OSError:  # Linux says so when the program has ended.
            shown = b""
        self.output += shown.decode(errors="replace")
        self._ended = not shown
