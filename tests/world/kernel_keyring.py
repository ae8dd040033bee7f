# SPDX-License-Identifier: MIT
"""The kernel keyring of the tests, which is never that of the user who runs them.

A user has one in each user namespace (keyrings(7)). So a process in which tests run begins with
enter(): it goes into a user namespace of its own and has a session there like that of a login.
Everything else is as outside, but for the folders that a user's processes share (shared_folders.py).
Where user namespaces are forbidden, the kernel keyring is too, for this process and all that it
starts, unless there is none at all, as in an emulator.

    python3 -m world.kernel_keyring COMMAND    runs a command with a kernel keyring of its own
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import struct
import sys
from array import array
from functools import cache
from pathlib import Path
from typing import Any, Callable

from world import container, shared_folders

OURS = "entra:"
# Most to least suitable, as for our programs.
TYPES = ("big_key", "user")

USER_KEYRING, SESSION_KEYRING = -4, -3
CLONE_NEWUSER = 0x10000000
CAPABILITY_VERSION = 0x20080522

# A variable of processes that have entered: the number of the user namespace in which they are.
ENTERED = "ENTRA_TESTS_USER_NAMESPACE"


# ---- a keyring of one's own ----


def enter() -> None:
    """A process does this before it has threads."""
    covers = _succeeds_in_child(_begin_session, shared_folders.cover)
    if covers:
        _begin_session(shared_folders.cover)
    elif _succeeds_in_child(_begin_session):
        _begin_session()
    elif not _is_missing():
        container.forbid_keyring()
    if not covers:
        shared_folders.require_empty()
    os.environ[shared_folders.COVERED] = "1" if covers else ""
    os.environ[ENTERED] = _user_namespace()


def _is_missing() -> bool:
    return (_keyutils().keyctl_get_keyring_ID(USER_KEYRING, 0) < 0
            and ctypes.get_errno() == errno.ENOSYS)


def is_own() -> bool:
    """Whether what this process and its children do to a kernel keyring stays among tests."""
    return os.environ.get(ENTERED) == _user_namespace()


def is_available() -> bool:
    return _keyutils().keyctl_get_keyring_ID(USER_KEYRING, 0) > 0


def require_own() -> None:
    if not is_own():
        raise RuntimeError("this could change the keys of whoever runs it: call enter() first")


def _user_namespace() -> str:
    return str(os.stat("/proc/self/ns/user").st_ino)


def _begin_session(and_then: Callable[[], None] = lambda: None) -> None:
    """Also does what takes the capabilities of the user namespace. Raises an OSError halfway, if the
    machine does not allow it."""
    if os.geteuid() == 0:
        _unshare_with_all_ids()
        and_then()
    else:
        _unshare_with_own_ids()
        and_then()
        _give_capabilities_up()
    _check(_keyutils().keyctl_join_session_keyring(None))
    _check(_keyutils().keyctl_link(USER_KEYRING, SESSION_KEYRING))


def _unshare_with_own_ids() -> None:
    """The user has all capabilities in the new namespace."""
    uid, gid = os.geteuid(), os.getegid()
    _check(_libc().unshare(CLONE_NEWUSER))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _give_capabilities_up() -> None:
    _check(_libc().capset(struct.pack("=Ii", CAPABILITY_VERSION, 0), bytes(24)))


def _unshare_with_all_ids() -> None:
    """Only a process outside, a child of before, can map them."""
    waiting, go_on = os.pipe()
    mapper = os.fork()
    if mapper == 0:
        os.close(go_on)
        os.read(waiting, 1)
        os._exit(0 if _succeeds(_map_all_ids_of, os.getppid()) else 1)
    os.close(waiting)
    try:
        _check(_libc().unshare(CLONE_NEWUSER))
    finally:
        os.close(go_on)
        _, status = os.waitpid(mapper, 0)
    if status != 0:
        raise PermissionError("the user IDs cannot be mapped")


def _map_all_ids_of(pid: int) -> None:
    for name in ("uid_map", "gid_map"):
        lines = Path(f"/proc/self/{name}").read_text().splitlines()
        same = [f"{first} {first} {count}\n" for first, _, count in map(str.split, lines)]
        Path(f"/proc/{pid}/{name}").write_text("".join(same))


def _succeeds(action: Callable[..., None], *arguments: Any) -> bool:
    try:
        action(*arguments)
    except OSError:
        return False
    return True


def _succeeds_in_child(action: Callable[..., None], *arguments: Any) -> bool:
    child = os.fork()
    if child == 0:
        os._exit(0 if _succeeds(action, *arguments) else 1)
    return os.waitpid(child, 0)[1] == 0


# ---- what is in it ----


def keys() -> dict[int, dict[str, Any]]:
    """The serial number and the attributes of each key that looks like one of our programs'."""
    found = {}
    for serial in serials():
        try:
            _, ours, attributes = description(serial).partition(OURS)
        except OSError:  # it has expired
            continue
        if ours:
            found[serial] = json.loads(attributes)
    return found


def description(serial: int) -> str:
    """Its type, uid, gid, permissions and description, with semicolons between (keyctl(2))."""
    return _allocated(_keyutils().keyctl_describe_alloc, serial).decode()


def read(serial: int) -> bytes:
    return _allocated(_keyutils().keyctl_read_alloc, serial)


def add(attributes: Any, record: bytes) -> int:
    """Adds a key as our programs do, with anything as its attributes, and returns its serial number.
    Fails with an OSError if the kernel does not take the record."""
    require_own()
    text = OURS + json.dumps(attributes, separators=(",", ":"))
    add_key = _keyutils().add_key
    for kind in TYPES:
        serial = add_key(kind.encode(), text.encode(), record, len(record), USER_KEYRING)
        if serial > 0:
            return serial
    return _check(serial)


def drop(serial: int) -> None:
    require_own()
    _check(_keyutils().keyctl_unlink(serial, USER_KEYRING))


def clear() -> None:
    require_own()
    if is_available():
        _check(_keyutils().keyctl_clear(USER_KEYRING))


def serials() -> list[int]:
    require_own()
    if not is_available():
        return []
    return array("i", _allocated(_keyutils().keyctl_read_alloc, USER_KEYRING)).tolist()


def _allocated(call: Callable[..., int], serial: int) -> bytes:
    buffer = ctypes.c_void_p()
    length = _check(call(serial, ctypes.byref(buffer)))
    try:
        return ctypes.string_at(buffer, length)
    finally:
        _libc().free(buffer)


def _check(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


@cache
def _keyutils() -> ctypes.CDLL:
    return ctypes.CDLL("libkeyutils.so.1", use_errno=True)


if __name__ == "__main__":
    enter()
    os.execvp(sys.argv[1], sys.argv[1:])
