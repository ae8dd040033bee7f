# SPDX-License-Identifier: MIT
"""One thing that goes wrong in a run of a program, and how many such things there could be."""

from __future__ import annotations

import errno
import itertools
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ALLOCATION, ALIGNED, CLOSE = "allocation", "aligned", "close"
SHORT_READ, SHORT_WRITE = "short-read", "short-write"
CALL, KILL, COUNT = "call", "kill", "count"
MEMORY = (ALLOCATION, ALIGNED)

# The order of the counters in struct faults.
COUNTERS = (ALLOCATION, CLOSE, ALIGNED, SHORT_READ, SHORT_WRITE)

# How a system call may fail, as its manual page says. Those that are not here cannot fail, or not
# without having done their work, such as close; a program can be killed at any. A name may have a
# call's place after it. Of errors that no source tells apart, one stands for all: ENOSPC for EIO and
# EFBIG.
ERRORS = {
    **dict.fromkeys(["open", "openat"], ("EMFILE", "EIO")),
    **dict.fromkeys(["stat", "lstat", "fstat", "newfstatat", "statx"], ("EIO",)),
    **dict.fromkeys(["access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd",
                     "chdir"], ("EIO",)),
    **dict.fromkeys(["mkdir", "mkdirat", "link", "linkat", "symlink"], ("ENOSPC",)),
    **dict.fromkeys(["unlink", "unlinkat", "rmdir"], ("EIO", "EACCES")),
    **dict.fromkeys(["rename", "renameat", "renameat2"], ("ENOSPC",)),
    **dict.fromkeys(["chmod", "fchmod", "fchmodat", "fchown", "fchownat", "utimensat"], ("EPERM",)),
    **dict.fromkeys(["read", "pread64", "readv"], ("EIO", "EINTR")),
    **dict.fromkeys(["write", "writev"], ("ENOSPC", "EINTR", "EAGAIN")),
    **dict.fromkeys(["fsync", "fdatasync", "ftruncate", "fallocate", "lseek"], ("EIO",)),
    **dict.fromkeys(["fgetxattr", "flistxattr", "fremovexattr"], ("EIO",)),
    "fsetxattr": ("ENOSPC",),
    "flock": ("ENOLCK", "EINTR"),
    "fcntl": ("EMFILE",),
    "ioctl": ("EIO",),
    "getdents64": ("EIO",),
    **dict.fromkeys(["statfs", "fstatfs"], ("EIO",)),
    **dict.fromkeys(["dup", "dup2", "dup3", "pipe", "pipe2", "eventfd2", "epoll_create1",
                     "memfd_create", "socketpair", "socket"], ("EMFILE",)),
    **dict.fromkeys(["poll", "ppoll", "epoll_wait", "epoll_pwait"], ("EINTR", "ENOMEM")),
    "epoll_ctl": ("ENOMEM",),
    "connect": ("ECONNREFUSED", "ETIMEDOUT"),
    "bind": ("EADDRINUSE",),
    "listen": ("EADDRINUSE",),
    **dict.fromkeys(["accept", "accept4"], ("EMFILE", "ECONNABORTED")),
    **dict.fromkeys(["getsockname", "getpeername", "getsockopt", "setsockopt"], ("ENOBUFS",)),
    **dict.fromkeys(["sendto", "sendmsg", "sendmmsg"], ("EPIPE", "EINTR")),
    **dict.fromkeys(["recvfrom", "recvmsg"], ("ECONNRESET", "EINTR")),
    **dict.fromkeys(["fork", "vfork", "clone", "clone3"], ("EAGAIN",)),
    "execve": ("ENOMEM",),
    **dict.fromkeys(["wait4", "waitid"], ("EINTR",)),
    "setsid": ("EPERM",),
    "setpgid": ("EACCES",),
    "prctl": ("EINVAL",),
    "prlimit64": ("EPERM",),
    "getrandom 1": ("EAGAIN", "ENOSYS"),  # GRND_NONBLOCK; libraries that wait for it rely on it
    **dict.fromkeys(["mmap", "mprotect", "mlock", "mlock2", "mremap"], ("ENOMEM",)),
    "add_key": ("ENOMEM", "EDQUOT"),
    "keyctl": ("ENOMEM",),
    "request_key": ("ENOMEM",),
}

# Calls that change nothing outside of the process. A program that ends at one of them leaves what it
# leaves if it ends at the next other call, so it is killed only there.
QUIET = frozenset([
    "brk", "mmap", "munmap", "mprotect", "mremap", "madvise", "mlock", "mlock2", "munlock",
    "arch_prctl", "prctl", "prlimit64", "rseq", "set_robust_list", "set_tid_address", "futex",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
    "getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getrandom", "uname",
    "sysinfo", "clock_gettime", "clock_nanosleep", "sched_getaffinity", "sched_yield",
    "access", "faccessat", "faccessat2", "stat", "lstat", "fstat", "newfstatat", "statx", "statfs",
    "fstatfs", "readlink", "readlinkat", "getcwd", "chdir", "getdents64", "lseek", "read", "pread64",
    "readv", "poll", "ppoll", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2",
    "pipe", "pipe2", "dup", "dup2", "dup3", "socket", "socketpair",
    "getsockname", "getpeername", "getsockopt", "setsockopt", "fgetxattr", "flistxattr",
])


@dataclass(frozen=True)
class Fault:
    """The `number`th allocation, aligned allocation, close or system call fails, with `error`; or
    that read or write is of one byte; or the process is killed at that call. A run with COUNT is
    only counted. `name` and `place` are of the system call."""

    kind: str
    number: int
    name: str = ""
    place: str = ""
    error: str = ""

    def __str__(self) -> str:
        words = (f"{self.kind}:{self.number}", self.name, self.error, self.place)
        return " ".join(word for word in words if word)

    def is_named(self, name: str) -> bool:
        """By its kind, kind:number, call or call:end of the place."""
        first, _, second = name.partition(":")
        return (first == self.kind and second in ("", str(self.number))
                or first == self.name and self.place.endswith(second))


@dataclass(frozen=True)
class SystemCall:
    name: str
    allocations: int  # before it
    place: str


def _errors(call: SystemCall) -> tuple[str, ...]:
    if call.place == "anon_inode:[eventfd]" and call.name == "write":
        return ()  # it is a counter, which takes what GLib adds
    errors = ERRORS.get(call.name, ERRORS.get(f"{call.name} {call.place}", ()))
    if call.place.startswith("/"):  # a file never makes its writer wait
        return tuple(error for error in errors if error != "EAGAIN")
    return errors


# Of more allocations than this, only those next to a call that is not quiet are tried.
ALLOCATIONS_MAX = 500


@dataclass(frozen=True)
class Counts:
    counters: dict[str, int]
    calls: tuple[SystemCall, ...]

    def until(self, name: str) -> Counts:
        """What happens before the first call of this name, except for reads and writes."""
        calls = tuple(itertools.takewhile(lambda call: call.name != name, self.calls))
        last = self.calls[len(calls)].allocations if len(calls) < len(self.calls) else None
        return Counts(self.counters | {ALLOCATION: last or self.counters[ALLOCATION]}, calls)

    def faults(self) -> list[Fault]:
        """Everything that can go wrong once in a run like the one that was counted.

        A failed allocation ends a process, and what it has changed by then are system calls. So
        allocations between the same two calls that change something are alike, and if there are
        very many, the first and the last of them stand for all.
        """
        loud = [(number, call) for number, call in enumerate(self.calls, 1)
                if call.name not in QUIET]
        allocations: Iterable[int] = range(1, self.counters[ALLOCATION] + 1)
        if self.counters[ALLOCATION] > ALLOCATIONS_MAX:
            marks = {0, *(call.allocations for _, call in loud), self.counters[ALLOCATION]}
            allocations = sorted({*marks, *(mark + 1 for mark in marks)} & set(allocations))
        return ([Fault(ALLOCATION, number) for number in allocations]
                + [Fault(kind, number + 1) for kind in COUNTERS if kind != ALLOCATION
                   for number in range(self.counters[kind])]
                + [Fault(CALL, number, call.name, call.place, error)
                   for number, call in enumerate(self.calls, 1) for error in _errors(call)]
                + [Fault(KILL, number, call.name, call.place) for number, call in loud])


class Injector:
    """Runs commands with a fault, with the programs that `make` puts into `build`. Its files are in
    `folder`."""

    def __init__(self, build: Path, folder: Path) -> None:
        self._library = build / "allocations.so"
        self._launcher = build / "system-calls"
        self._numbers = folder / "faults"
        self._log = folder / "calls"

    def command(self, fault: Fault | None, words: list[str]) -> tuple[list[str], dict[str, str]]:
        """The command to run instead, and the variables that it needs. COUNT counts everything."""
        env = {}
        if fault is None:
            return words, env
        if fault.kind in (*COUNTERS, COUNT):
            numbers = [(0, fault.number if fault.kind == kind else 0) for kind in COUNTERS]
            self._numbers.write_bytes(b"".join(struct.pack("2Q", *pair) for pair in numbers))
            env = {"LD_PRELOAD": str(self._library), "ENTRA_FAULTS": str(self._numbers)}
        if fault.kind in (CALL, KILL, COUNT):
            number = getattr(errno, fault.error) if fault.error else 0
            where = [str(fault.number), fault.name, str(number)] if fault.number else []
            words = [str(self._launcher), str(self._log), *where, *words]
        return words, env

    def happened(self, fault: Fault) -> bool:
        """Whether a fault of COUNTERS did in the last run: a process may have done without it."""
        return self._counters()[fault.kind] >= fault.number

    def counted(self) -> Counts:
        """What was counted in the last run, whose fault was COUNT."""
        lines = self._log.read_bytes().decode(errors="replace").split("\n")[:-1]
        calls = [line.split(" ", 2) for line in lines]
        return Counts(self._counters(), tuple(
            SystemCall(name, int(number), "".join(place)) for name, number, *place in calls))

    def _counters(self) -> dict[str, int]:
        pairs = struct.iter_unpack("2Q", self._numbers.read_bytes())
        return {kind: count for kind, (count, _) in zip(COUNTERS, pairs)}
