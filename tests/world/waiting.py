"""Waiting for something to come true, no longer than there is hope."""

from __future__ import annotations

import time
from typing import Callable

PAUSE = 0.005


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 15) -> None:
    """Asks again and again, and raises TimeoutError naming `what` if it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(PAUSE)
