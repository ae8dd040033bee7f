# SPDX-License-Identifier: MIT
"""The ports that tests name."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from world.ports import free_port, free_ports

ONE_MORE = "from world.ports import free_port; print(free_port(), flush=True); input()"


def test_each_process_has_its_own():
    with subprocess.Popen([sys.executable, "-c", ONE_MORE], text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]) as other:
        theirs = int(other.stdout.readline())
        ours = {free_port() for _ in range(50)}
        other.communicate("\n")
    assert len(ours) == 50 and theirs not in ours


def test_one_that_is_in_use_is_passed_over():
    taken = free_port() + 1
    try:
        listener = socket.create_server(("127.0.0.1", taken))
    except OSError:  # another process of the tests
        return
    with listener:
        assert taken not in {free_port() for _ in range(5)}


def test_several_are_in_a_row():
    first = free_ports(2)
    for port in (first, first + 1):
        socket.create_server(("127.0.0.1", port)).close()
    assert free_port() not in (first, first + 1)
