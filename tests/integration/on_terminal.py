# SPDX-License-Identifier: MIT
"""Runs programs whose messages go to a terminal where nobody can be asked, and reads these."""

from __future__ import annotations

import re
from typing import Any

from world.program import Outcome
from world.world import World

# Has no controlling terminal, so that it finds no user, and stdin from a file.
DETACHED = ("setsid", "-w", "sh", "-c", 'exec "$@" <"$0"')


class OnTerminal:
    """A world whose programs have a terminal of so many columns for stderr; with `whole`, for stdout
    too."""

    def __init__(self, world: World, columns: int, whole: bool = False) -> None:
        self._world = world
        self._how = {"columns": columns, "whole": whole}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def run(self, *words: str, input: str | None = None,
            env: dict[str, str | None] | None = None) -> Outcome:
        file = "/dev/null"
        if input is not None:
            path = self._world.session.root / "input"
            path.write_text(input)
            file = str(path)
        terminal = self._world.at_terminal(*DETACHED, file, *words, env=env, **self._how)
        return terminal.finish()


def shown_commands(screen: str, name: str) -> list[str]:
    """The commands of this program that are advised: between quotation marks, or in lines of their
    own."""
    quoted = rf"'({name}\b[^'\n]*)'"
    alone = rf"^    ({name}\b.*)$"
    return re.findall(quoted, screen) + re.findall(alone, screen, re.M)


def words_of(text: str) -> list[str]:
    """The words of messages in whatever lines, without the marks around commands, and with the same
    in the place of what differs from run to run."""
    text = re.sub(r"\x1b\[\d*m", "", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "GUID", text)
    text = re.sub(r"\d{4}-\d\d-\d\d(T|\s+)\d\d:\d\d:\d\dZ", "TIME", text)
    text = re.sub(r"^entra: +\d+\.\d ms", "entra: MS", text, flags=re.M)
    return [word.strip("'.,;:") for word in text.split()]
