# SPDX-License-Identifier: MIT
"""Waiting for something to come true, no longer than there is hope."""

from __future__ import annotations

import os
import time
from typing import Callable

PAUSE = 0.005

# Seconds. What has not come about by then never will, however slow the machine.
PATIENCE = 120

# For --timeout, where something does not answer: enough for a program on a slow machine to get there.
SHORT_LIMIT = "10" if "ASAN_OPTIONS" in os.environ else "3"


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Asks again and again, and raises TimeoutError naming `what` if it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(PAUSE)
