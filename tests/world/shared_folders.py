# SPDX-License-Identifier: MIT
"""The folders that all processes of a user share (runtime_folder.h), which for tests are others.

With the keyring `runtime`, the user's sign-in is in one of them, and `entra forget --all` empties
them all, whatever XDG_RUNTIME_DIR is. So a process in which tests run covers them with empty ones in
memory, of which no other process knows than those that it starts (kernel_keyring.enter).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from world import mounting

# And how they are by themselves.
PARENTS = {Path("/run/user"): "mode=755", Path("/dev/shm"): "mode=1777"}
# A variable of processes that have covered them.
COVERED = "ENTRA_TESTS_FOLDERS_COVERED"


def own() -> list[Path]:
    """Those of this user."""
    uid = os.geteuid()
    return [Path(f"/run/user/{uid}/entra"), Path(f"/dev/shm/entra-{uid}"), Path(f"/tmp/entra-{uid}")]


def are_covered() -> bool:
    return bool(os.environ.get(COVERED))


def cover() -> None:
    """It takes a user namespace of one's own, and raises an OSError where mounting is forbidden."""
    mounting.enter_namespace()
    for parent, how in PARENTS.items():
        if parent.is_dir():
            mounting.mount("none", parent, "tmpfs", options=how)
    *_, last = own()
    if last.is_dir():  # all of /tmp would be too much: people look at what tests have left there
        mounting.mount("none", last, "tmpfs", options="mode=700")


def require_empty() -> None:
    """Raises a RuntimeError if tests would delete a sign-in or token."""
    for folder in own():
        if folder.is_dir() and any(folder.glob("*.token")):
            raise RuntimeError(f"tests could delete the tokens in {folder}, since nothing can be "
                               f"mounted over it here")


def clear() -> None:
    """Removes what tests have left there; if nothing is covered, the tokens, of which there were
    none."""
    *in_memory, last = own()
    for folder in in_memory + [last] * last.is_mount():
        if are_covered():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            for token in folder.glob("*.token"):
                token.unlink(missing_ok=True)
