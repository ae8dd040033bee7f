# SPDX-License-Identifier: MIT
"""Runs a program to its end, or in the background."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence
from world.waiting import PATIENCE


@dataclass(frozen=True)
class Outcome:
    """What a program did. Its output is UTF-8; other bytes are kept as lone surrogates, so that
    `out.encode("utf-8", "surrogateescape")` is exactly what was written."""

    command: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float


class TimedOut(Exception):
    """The program was still running after the time limit, and has been killed."""


def run(command: Sequence[str | Path], env: Mapping[str, str], *, input: str | bytes | None = None,
        cwd: Path | None = None, timeout: float = PATIENCE) -> Outcome:
    """Runs a program without a terminal, so that nothing that it starts can prompt the user."""
    words = tuple(str(word) for word in command)
    data = input.encode("utf-8", "surrogateescape") if isinstance(input, str) else input
    begin = time.monotonic()
    process = subprocess.Popen(
        words, env=dict(env), cwd=cwd, start_new_session=True,
        stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(data, timeout)
    except subprocess.TimeoutExpired:
        raise TimedOut(f"{' '.join(words)} was not done after {timeout:g} s") from None
    finally:
        _kill_group(process)
    return Outcome(words, process.returncode, _text(out), _text(err), time.monotonic() - begin)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kills the program and everything that is left in its process group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


class Daemon:
    """A program that runs until stop(), and no longer than this process.

    setpriv makes the kernel kill the program when the thread that started it ends, so that even a
    killed test run leaves nothing behind. `descriptors` are handed on.
    """

    def __init__(self, command: Sequence[str | Path], env: Mapping[str, str], log: Path,
                 input: bytes | None = None, descriptors: Sequence[int] = ()) -> None:
        self.name = str(command[0])
        self.log = log
        with log.open("ab") as log_file:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)], env=dict(env),
                start_new_session=True, stdout=log_file, stderr=log_file, pass_fds=descriptors,
                stdin=subprocess.DEVNULL if input is None else subprocess.PIPE)
        if input is not None:
            self._process.stdin.write(input)
            self._process.stdin.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def check_alive(self) -> None:
        if self._process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with code {self._process.returncode}:\n"
                               f"{self.log.read_text(errors='replace')}")

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self) -> None:
        """Waits until the program ends by itself."""
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        """Kills the program, frozen or not; closing the session cleans up everything else."""
        _kill_group(self._process)
