# SPDX-License-Identifier: MIT
"""Interrupts a program at an exact point: a signal arrives, or memory runs out, at one of its
calls."""

from __future__ import annotations

import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
OUT_OF_MEMORY = 0


class Interruption:
    """    env = Interruption(tmp_path).at("fsync", 1, signal.SIGTERM)

    The calls are those that interruption.c defines."""

    def __init__(self, folder: Path) -> None:
        self._library = folder / "interruption.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self._library, SOURCE], check=True)

    def at(self, call: str, time: int, number: int) -> dict[str, str]:
        """The variables for a program that is interrupted at its call of that name for the time-th
        time, by the signal of that number or by OUT_OF_MEMORY."""
        return {"LD_PRELOAD": str(self._library), "INTERRUPTION": f"{call} {time} {int(number)}"}
