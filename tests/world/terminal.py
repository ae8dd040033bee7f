# SPDX-License-Identifier: MIT
"""A terminal and its user: what a program shows there, and what the user types."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from pathlib import Path
from typing import Mapping, Sequence

from world.program import Outcome
from world.waiting import PATIENCE, wait_until

INTERRUPT = "\x03"
SUSPEND = "\x1a"


def _take_terminal(slave: int) -> None:
    """Runs in the child. If the tests run under nohup, the child must not ignore SIGHUP too."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


class Terminal:
    """A program on its own terminal, which is its stdin, its stderr and /dev/tty. Its stdout is a
    pipe, as if the output went to another program; with `whole`, it is the terminal too. It has
    this many columns; 0: it does not say how many."""

    def __init__(self, command: Sequence[str | Path], env: Mapping[str, str],
                 cwd: Path | None = None, whole: bool = False, columns: int = 0) -> None:
        self._words = tuple(str(word) for word in command)
        self._begin = time.monotonic()
        self._shown = bytearray()
        self._out = bytearray()
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 0, columns, 0, 0))
        self._process = subprocess.Popen(
            self._words, env=dict(env) | {"TERM": "xterm"}, cwd=cwd, start_new_session=True,
            stdin=slave, stderr=slave, stdout=slave if whole else subprocess.PIPE,
            preexec_fn=lambda: _take_terminal(slave))
        os.close(slave)
        self._readers = [threading.Thread(target=self._read, args=(self._master, self._shown),
                                          daemon=True)]
        if not whole:
            self._readers.append(threading.Thread(
                target=self._read, args=(self._process.stdout.fileno(), self._out), daemon=True))
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(descriptor: int, into: bytearray) -> None:
        try:
            while data := os.read(descriptor, 65536):
                into += data
        except OSError:
            """The last program on the terminal has ended."""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def screen(self) -> str:
        """Everything shown so far, including what has been cleared since."""
        return self._shown.decode("utf-8", "surrogateescape").replace("\r\n", "\n")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Waits until the output matches; fails if the program ends first."""
        found = None

        def shown() -> bool:
            nonlocal found
            ended = not self.is_running
            found = re.search(pattern, self.screen)
            return bool(found) or ended

        wait_until(shown, f"{pattern!r} on the terminal")
        assert found, f"{self._words} ended without {pattern!r}: {self.screen}"
        return found

    def type(self, keys: str) -> None:
        """INTERRUPT is Ctrl-C, SUSPEND Ctrl-Z."""
        os.write(self._master, keys.encode())

    @property
    def foreground(self) -> int:
        """The process group that the keyboard's signals reach."""
        return os.tcgetpgrp(self._master)

    def resize(self, rows: int, columns: int) -> None:
        """As when the user changes the window's size."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def finish(self, timeout: float = PATIENCE) -> Outcome:
        """Waits for the program to end; `err` is what the terminal showed."""
        try:
            self._process.wait(timeout)
        finally:
            self.close()
        return Outcome(self._words, self._process.returncode,
                       self._out.decode("utf-8", "surrogateescape"), self.screen,
                       time.monotonic() - self._begin)

    def close(self) -> None:
        """Kills the program and its process group. It can be called more than once."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        for reader in self._readers:
            reader.join(5)
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
