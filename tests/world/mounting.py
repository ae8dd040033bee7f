# SPDX-License-Identifier: MIT
"""Mounts that only this process and those that it starts see. All raise an OSError where mounting is
forbidden."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path

CLONE_NEWNS, MNT_DETACH = 0x20000, 2
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000


def enter_namespace() -> None:
    """Has mounts of its own from here on."""
    _check(_libc().unshare(CLONE_NEWNS))
    _check(_libc().mount(None, b"/", None, MS_REC | MS_PRIVATE, None))


def mount(source: str | Path, folder: Path, kind: str | None, flags: int = 0,
          options: str | None = None) -> None:
    """As mount(2) does."""
    _check(_libc().mount(os.fsencode(source), os.fsencode(folder), kind and kind.encode(), flags,
                         options and options.encode()))


def unmount(folder: Path) -> None:
    _check(_libc().umount2(os.fsencode(folder), MNT_DETACH))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
