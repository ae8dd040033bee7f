# SPDX-License-Identifier: MIT
"""A clock for programs under test, which goes on when a test says so."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class Clock:
    """    clock = Clock(tmp_path)
        world.session.env |= clock.env
        clock.advance(60)

    It begins with the time of now, and stands still. `now` is in Unix seconds."""

    def __init__(self, folder: Path) -> None:
        library = folder / "clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self._file = folder / "clock"
        self.env = {"LD_PRELOAD": str(library), "CLOCK": str(self._file)}
        self.now = int(time.time())
        self.advance(0)

    def advance(self, seconds: int) -> None:
        self.now += seconds
        new = self._file.with_suffix(".new")
        new.write_text(f"{self.now}\n")
        os.replace(new, self._file)
