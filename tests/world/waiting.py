# SPDX-License-Identifier: MIT
"""Waits for a condition, up to a limit."""

from __future__ import annotations

import os
import time
from typing import Callable

PAUSE = 0.005

# Seconds. What has not happened by then never will, even on a slow machine.
PATIENCE = 120

# For --timeout, if something does not answer: enough for a program to get there on a slow machine.
SHORT_LIMIT = "10" if "ASAN_OPTIONS" in os.environ else "3"


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Polls the condition; raises TimeoutError naming `what` if it does not become true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(PAUSE)
