# SPDX-License-Identifier: MIT
"""Ports of this machine that are named before anything listens there."""

from __future__ import annotations

import socket

# Below those that Linux gives to connections and to listeners that name none.
PORTS = range(20000, 32000)

_reserved: list[socket.socket] = []


def free_port() -> int:
    """One that nothing uses, and that no other process of the tests gets before this one ends."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of several in a row, likewise."""
    for first in range(PORTS.start, PORTS.stop - count, count):
        ports = range(first, first + count)
        if all(map(_reserve, ports)) and not any(map(_is_used, ports)):
            return first
    raise AssertionError("there is no free port")


def _reserve(port: int) -> bool:
    """By a name that is one network's, as the port is, and that ends with the process."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0entra-tests-port-{port}")
    except OSError:
        name.close()
        return False
    _reserved.append(name)
    return True


def _is_used(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return False
    except OSError:
        return True
