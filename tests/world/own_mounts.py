# SPDX-License-Identifier: MIT
"""Folders that are the same for every program of the machine, in place of which this process and
those that it starts see others."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from world import mounting


@contextmanager
def empty(folder: Path) -> Iterator[None]:
    """Covers the folder with an empty one in memory. Fails with an OSError where mounting is
    forbidden."""
    with _mounted("none", folder, "tmpfs"):
        yield


@contextmanager
def replaced(folder: Path, other: Path) -> Iterator[None]:
    """Covers the folder with another one. Fails as empty does."""
    with _mounted(other, folder, None, mounting.MS_BIND):
        yield


@contextmanager
def unanswered(folder: Path) -> Iterator[None]:
    """Covers the folder with one of a server that never answers. Skips the test where mounting is
    forbidden."""
    try:
        server = os.open("/dev/fuse", os.O_RDWR)
    except OSError as reason:
        pytest.skip(f"there is no FUSE here: {reason}")
    options = f"fd={server},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
    try:
        with ExitStack() as mounts:
            try:
                mounts.enter_context(_mounted("none", folder, "fuse", 0, options))
            except OSError as reason:
                pytest.skip(f"nothing can be mounted here: {reason}")
            yield
    finally:
        os.close(server)


@contextmanager
def no_memory(disk: Path) -> Iterator[None]:
    """Covers every folder in memory that all users may write to with folders on a disk. Skips the
    test where that is not possible."""
    with ExitStack() as mounts:
        _cover(mounts, disk, Path("/dev/shm"), Path("/run/user"))
        yield


@contextmanager
def only_memory(folder: Path, disk: Path) -> Iterator[None]:
    """As no_memory, but this one, which is one of those, is empty and in memory."""
    with ExitStack() as mounts:
        _cover(mounts, disk, Path("/dev/shm"), Path("/run/user"))
        mounts.enter_context(empty(folder))
        yield


def _cover(mounts: ExitStack, disk: Path, *folders: Path) -> None:
    if _kind(disk) in ("tmpfs", "ramfs"):
        pytest.skip("this machine's temporary folder is in memory")
    for folder in folders:
        (disk / folder.name).mkdir()
        try:
            mounts.enter_context(replaced(folder, disk / folder.name))
        except OSError as reason:
            pytest.skip(f"nothing can be mounted here: {reason}")


def _kind(folder: Path) -> str:
    return subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True,
                          check=True).stdout.strip()


@contextmanager
def _mounted(source: str | Path, folder: Path, kind: str | None, flags: int = 0,
             options: str | None = None) -> Iterator[None]:
    mounting.enter_namespace()
    mounting.mount(source, folder, kind, flags, options)
    try:
        yield
    finally:
        mounting.unmount(folder)
