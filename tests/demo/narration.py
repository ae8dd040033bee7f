# SPDX-License-Identifier: MIT
"""What the demonstration prints: one paragraph a step, for a person to read."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

LINES_MAX = 12
WIDTH = 78

BOLD, DIM, GREEN, RED = "1", "2", "32", "31"


class Narration:
    """Colours only where somebody watches and has not asked for none (https://no-color.org)."""

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
        """A tick or a cross, what the step was, and how long it took."""
        mark = self._painted(GREEN, "✔") if good else self._painted(RED, "✘")
        time = "" if milliseconds is None else f"{milliseconds:.0f} ms"
        room = WIDTH - 2 - len(time)
        self.say(f"\n{mark} {self._painted(BOLD, f'{title:{room}}')}{time}".rstrip())

    def command(self, line: str) -> None:
        self.say(f"  $ {line}")

    def output(self, text: str, lines_max: int = LINES_MAX) -> None:
        """A program's words, indented; not more of them than one wants to read."""
        lines = text.rstrip().splitlines()
        for line in lines[:lines_max]:
            self.say(self._painted(DIM, self._cut(f"    {_printable(line.rstrip())}")))
        if len(lines) > lines_max:
            self.say(self._painted(DIM, f"    ({len(lines) - lines_max} more lines)"))

    def complaint(self, text: str) -> None:
        self.say(f"  {self._painted(RED, text)}")

    def _cut(self, line: str) -> str:
        """A line that would wrap on a terminal is cut there; elsewhere it stands whole."""
        width = shutil.get_terminal_size().columns
        return f"{line[:width - 1]}…" if self._stream.isatty() and len(line) > width else line

    def _painted(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colours else text


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else "?"
                   for character in line.expandtabs())
