# SPDX-License-Identifier: MIT
"""A sample of the torture for each flow, and the faults that once did harm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from torture.flows import FLOWS
from world.sanitized import skip_if_sanitized

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = "6"

# A flow, and the system calls that were not handled in it (see Fault.is_named).
FOUND = [
    # An item that could not be read was taken for one that does not exist.
    ("entra logout", "openat:.token"),
    ("git erase", "read:.token"),
    ("entra list", "getdents64:run/entra"),
    ("git erase, kernel", "keyctl"),
    # Another folder was used instead, for this one run.
    ("git store", "openat:run/entra"),
    # The configuration was taken for absent.
    ("git get, warm", "access:appsettings.json"),
    ("git store", "read:appsettings.json"),
    # A command of which nothing was known was taken for one that found nothing.
    ("entra setup git", "write"),
    # What a command prints was taken for complete.
    ("entra setup git --remove", "read"),
    # A file that could not be examined was passed over.
    ("entra doctor", "newfstatat:appsettings.json"),
    # GLib ended the process because the bus had closed the connection.
    ("entra token, warm, desktop", "recvmsg"),
    # GLib aborted.
    ("git store, desktop", "aligned"),
    # The user was asked although git's configuration, which may forbid it, could not be read.
    ("git get, no prompts", "execve:/git"),
    # A command was blamed for memory that ran out in the fork that waits for it.
    ("entra token, command", "allocation"),
    # What a server had demanded was forgotten although the authority had not been asked for it.
    ("git get, kept claims", "connect"),
    # A file or link that could not be looked at was taken for none of ours, and stayed.
    ("entra setup docker --remove", "access:.json"),
    ("entra setup pip --remove", "readlink:bin/keyring"),
    # A process that was to become a command ended without saying why.
    ("entra run", "read:]"),
    # The end of the command was missed.
    ("entra run", "wait4"),
    # A folder of PATH that could not be searched was taken for that of the command.
    ("entra run --no-endpoint", "newfstatat:/sh"),
    # A killed program left a part of a file for good.
    ("git get, learned tenant", "fchmod"),
    # The part of a backup that a killed program had left was taken for what had been before.
    ("entra setup docker", "fchmod"),
]


@pytest.fixture(scope="module")
def build(programs: Path) -> Path:
    skip_if_sanitized(programs, "a sanitizer replaces the functions that are made to fail")
    return Path(os.environ["ENTRA_TORTURE"])


@pytest.fixture(autouse=True)
def keyring_of(request: pytest.FixtureRequest, flow: str) -> None:
    if FLOWS[flow].keyring == "kernel":
        request.getfixturevalue("in_kernel")


def torture(programs: Path, build: Path, flow: str, *arguments: str) -> None:
    """In a process of its own, which becomes the parent of all orphans."""
    run = subprocess.run(
        [sys.executable, "-m", "torture.torture", "--programs", programs, "--build", build,
         "--jobs", "1", "--flows", flow, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")}, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("flow", FLOWS)
def test_whatever_fails_nothing_is_lost_and_nothing_false_is_said(programs, build, flow):
    torture(programs, build, flow, "--sample", SAMPLE)


@pytest.mark.parametrize("flow, call", FOUND)
def test_what_did_harm_once_does_none(programs, build, flow, call):
    torture(programs, build, flow, "--faults", call)
