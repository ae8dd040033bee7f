# SPDX-License-Identifier: MIT
"""The folder in which the agent of Azure Arc leaves keys, which is the same on every machine. Here
it is in a file system that only this process and those that it starts see."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

PATH = Path("/var/opt/azcmagent/tokens")
ABOVE = b"/var/opt"
CLONE_NEWNS, MNT_DETACH = 0x20000, 2
MS_REC, MS_PRIVATE = 0x4000, 0x40000


def mount() -> Path:
    """Makes the folder, empty. Fails with an OSError where mounting is forbidden."""
    _check(_libc.unshare(CLONE_NEWNS))
    _check(_libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    _check(_libc.mount(b"none", ABOVE, b"tmpfs", 0, None))
    PATH.mkdir(parents=True)
    return PATH


def unmount() -> None:
    _check(_libc.umount2(ABOVE, MNT_DETACH))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


_libc = ctypes.CDLL(None, use_errno=True)
