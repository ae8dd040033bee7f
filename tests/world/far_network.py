# SPDX-License-Identifier: MIT
"""A network in which everything is far away, and that counts round trips.

    def test(network: FarNetwork) -> None:
        far = network.url_of(world.authority.url)
        ...
        assert [one.round_trips for one in network.connections] == [3]

    far_network.run(test, 0.05)

What is sent to any address but the loopback's comes to this machine's own servers, and goes through
a TUN device, at whose other end each packet waits for half of the round trip. There the kernel's
netem is not needed, and no privilege outside of a user namespace.
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import os
import select
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
DEVICE = "far"
HERE, THERE = "10.9.0.1", "10.9.0.2"
PACKET_MAX = 65536
TCP, SYN = 6, 0x02

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Connection:
    """What has gone through a TCP connection: who sent data, in turns. What a busy machine has not
    acknowledged in time is sent again, and counts once."""

    turns: list[str] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)  # up to which number (RFC 9293, 3.4)
    began: float = 0
    ended: float = 0  # when the last data came from the server

    def is_new(self, who: str, end: int) -> bool:
        before = self.sent.get(who)
        is_new = before is None or 0 < (end - before) % 2**32 < 2**31
        if is_new:
            self.sent[who] = end
        return is_new

    @property
    def round_trips(self) -> int:
        """One to connect, and one for each time that the server answers data."""
        pairs = zip(self.turns, self.turns[1:])
        return 1 + sum(pair == ("client", "server") for pair in pairs)


class FarNetwork:
    def __init__(self, device: int, seconds: float) -> None:
        self._device = device
        self._half = seconds / 2
        self._stop, self._end = os.pipe()
        self._connections: dict[tuple[int, int], Connection] = {}
        self._doors: list[socket.socket] = []
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    @property
    def connections(self) -> list[Connection]:
        """In the order in which they began, since the start or the last forget()."""
        return list(self._connections.values())

    def forget(self) -> None:
        self._connections.clear()

    def url_of(self, url: str, host: str = THERE, port: int = 0) -> str:
        """How the server of this URL, on the loopback, is reached from far."""
        parts = urlsplit(url)
        listening = socket.create_server((HERE, port))
        self._doors.append(listening)
        threading.Thread(target=_let_in, args=(listening, parts.port), daemon=True).start()
        return f"{parts.scheme}://{host}:{listening.getsockname()[1]}{parts.path}"

    def close(self) -> None:
        os.close(self._end)
        self._thread.join()
        os.close(self._stop)
        os.close(self._device)
        for listening in self._doors:
            listening.close()

    # ---- packets ----

    def _carry(self) -> None:
        """Takes packets from the device, and puts them back when they have arrived."""
        waiting: list[tuple[float, int, bytes]] = []
        number = 0
        while True:
            left = max(0, waiting[0][0] - time.monotonic()) if waiting else None
            ready, _, _ = select.select([self._device, self._stop], [], [], left)
            if self._stop in ready:
                return
            if self._device in ready:
                packet = os.read(self._device, PACKET_MAX)
                if packet[0] >> 4 == 4:
                    number += 1
                    self._count(packet)
                    heapq.heappush(waiting, (time.monotonic() + self._half, number, _turned(packet)))
            while waiting and waiting[0][0] <= time.monotonic():
                os.write(self._device, heapq.heappop(waiting)[2])

    def _count(self, packet: bytes) -> None:
        """Ports tell the two directions apart: the addresses of both ends are exchanged."""
        if packet[9] != TCP:
            return
        head = (packet[0] & 15) * 4
        source, target = struct.unpack_from("!HH", packet, head)
        length = struct.unpack_from("!H", packet, 2)[0] - head - (packet[head + 12] >> 4) * 4
        number, = struct.unpack_from("!I", packet, head + 4)
        now = time.monotonic()
        if packet[head + 13] & 0x3F == SYN and (source, target) not in self._connections:
            self._connections[source, target] = Connection(began=now)
        by_client = (source, target) in self._connections
        connection = self._connections.get((source, target) if by_client else (target, source))
        who = "client" if by_client else "server"
        if connection is None or length == 0 or not connection.is_new(who, number + length):
            return
        if connection.turns[-1:] != [who]:
            connection.turns.append(who)
        if not by_client:
            connection.ended = now + self._half


def _turned(packet: bytes) -> bytes:
    """With the addresses exchanged, which changes no checksum: so it comes to this machine, and from
    where it was sent to."""
    return packet[:12] + packet[16:20] + packet[12:16] + packet[20:]


# ---- doors ----


def _let_in(listening: socket.socket, port: int) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", port))
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(PACKET_MAX):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of the two hung up


# ---- entering ----


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _open_device() -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    for command in (("link", "set", "lo", "up"), ("addr", "add", f"{HERE}/32", "dev", DEVICE),
                    ("link", "set", DEVICE, "up"), ("route", "add", "default", "dev", DEVICE)):
        subprocess.run(["ip", *command], check=True, capture_output=True)
    return device


@contextmanager
def _entered(seconds: float) -> Iterator[FarNetwork]:
    """This thread cannot leave it again."""
    try:
        _check(_libc.unshare(CLONE_NEWNET))
        device = _open_device()
    except (OSError, subprocess.CalledProcessError) as reason:
        pytest.skip(f"no network can be made here: {reason}")
    network = FarNetwork(device, seconds)
    try:
        yield network
    finally:
        network.close()


def run(action: Callable[[FarNetwork], None], seconds: float) -> None:
    """Does something in a thread that, with all that it starts, is in a network of its own, whose
    round trips take so long. Skips the test where that is not possible."""
    failures: list[BaseException] = []

    def act() -> None:
        try:
            with _entered(seconds) as network:
                action(network)
        except BaseException as failure:  # pytest's skip is no Exception
            failures.append(failure)

    thread = threading.Thread(target=act)
    thread.start()
    thread.join()
    for failure in failures:
        raise failure
