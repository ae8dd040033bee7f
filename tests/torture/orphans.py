# SPDX-License-Identifier: MIT
"""Processes that outlive the program that started them."""

from __future__ import annotations

import ctypes
import os
import time
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
# Seconds. A program may leave another one, such as a browser or a renewal, that is about to end.
GRACE = 10


class Orphans:
    """This process becomes the parent of all orphans. The children that it has when this is created
    are not counted."""

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._known = self._children()

    @staticmethod
    def _children() -> set[int]:
        """Of each thread; those of one that ends meanwhile become another's."""
        found: set[int] = set()
        for path in Path("/proc/self/task").glob("*/children"):
            with suppress(FileNotFoundError, ProcessLookupError):
                found.update(int(pid) for pid in path.read_text().split())
        return found

    def are_left(self) -> bool:
        """Waits for all to end; kills those that do not, and returns whether there are any."""
        end = time.monotonic() + GRACE
        while left := self._alive():
            if time.monotonic() > end:
                for pid in left:
                    os.kill(pid, 9)
                    os.waitpid(pid, 0)
                return True
            time.sleep(0.005)
        return False

    def _alive(self) -> list[int]:
        return [pid for pid in self._children() - self._known
                if os.waitpid(pid, os.WNOHANG) == (0, 0)]
