# SPDX-License-Identifier: MIT
"""Runs a program as in a container: the kernel keyring is forbidden, as in Docker's default seccomp
profile.

    python3 -m world.container entra token

With --full before the program, the keyring is allowed, but full.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

# The kernel may be of 64 bits and the programs of 32.
MACHINE = "i386" if ctypes.sizeof(ctypes.c_void_p) == 4 and platform.machine() == "x86_64" \
    else platform.machine()
# add_key, request_key, keyctl.
KEYRING_CALLS = {"x86_64": (248, 249, 250), "i386": (286, 287, 288),
                 "aarch64": (217, 218, 219)}[MACHINE]
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH = 0x7FFF0000, 0x00050000


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def forbid(calls: tuple[int, ...], reason: int) -> None:
    """Makes the system calls fail with this errno, for this process and its children (seccomp(2),
    struct sock_fprog)."""
    code = [(LOAD_WORD, 0, 0, 0)]  # the number of the system call
    code += [(JUMP_IF_EQUAL, len(calls) - i, 0, call) for i, call in enumerate(calls)]
    code += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL_WITH | reason)]
    instructions = b"".join(struct.pack("HBBI", *instruction) for instruction in code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(
            PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
            ctypes.byref(Program(len(code), instructions)), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def forbid_keyring() -> None:
    forbid(KEYRING_CALLS, errno.EPERM)


if __name__ == "__main__":
    if sys.argv[1] == "--full":
        del sys.argv[1]
        forbid(KEYRING_CALLS[:1], errno.EDQUOT)
    else:
        forbid_keyring()
    os.execvp(sys.argv[1], sys.argv[1:])
