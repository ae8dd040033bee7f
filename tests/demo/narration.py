# SPDX-License-Identifier: MIT
"""The output of the demonstration: one paragraph per step."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

LINES_MAX = 12
WIDTH = 78

BOLD, DIM, GREEN, RED = "1", "2", "32", "31"


class Narration:
    """Uses colors only on a terminal, and only if the user has not disabled them
    (https://no-color.org)."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._colours = stream.isatty() and not os.environ.get("NO_COLOR") \
            and os.environ.get("TERM") != "dumb"
        stream.reconfigure(errors="replace")

    def say(self, text: str = "") -> None:
        print(text, file=self._stream, flush=True)

    def heading(self, text: str) -> None:
        self.say(self._painted(BOLD, text))

    def step(self, title: str, *, good: bool, milliseconds: float | None = None) -> None:
        """A tick or a cross, the title of the step, and how long it took."""
        mark = self._painted(GREEN, "✔") if good else self._painted(RED, "✘")
        time = "" if milliseconds is None else f"{milliseconds:.0f} ms"
        room = WIDTH - 2 - len(time)
        self.say(f"\n{mark} {self._painted(BOLD, f'{title:{room}}')}{time}".rstrip())

    def command(self, line: str) -> None:
        self.say(f"  $ {line}")

    def output(self, text: str, lines_max: int = LINES_MAX) -> None:
        """The output of a program, indented, with a limited number of lines."""
        lines = text.rstrip().splitlines()
        for line in lines[:lines_max]:
            self.say(self._painted(DIM, self._cut(f"    {_printable(line.rstrip())}")))
        if len(lines) > lines_max:
            self.say(self._painted(DIM, f"    ({len(lines) - lines_max} more lines)"))

    def complaint(self, text: str) -> None:
        self.say(f"  {self._painted(RED, text)}")

    def _cut(self, line: str) -> str:
        """Cuts a line that would wrap on a terminal; elsewhere it is left whole."""
        width = shutil.get_terminal_size().columns
        return f"{line[:width - 1]}…" if self._stream.isatty() and len(line) > width else line

    def _painted(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colours else text


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else "?"
                   for character in line.expandtabs())
