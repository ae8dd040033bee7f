# SPDX-License-Identifier: MIT
"""Counts what programs ask the Secret Service for, by listening on the bus."""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from itertools import count
from pathlib import Path

from gi.repository import Gio, GLib

from world.secret_service import SERVICE_PATH, TIMEOUT_MS
from world.waiting import wait_until


class BusMonitor:
    """Listens until the end of its block. `calls` then has the number of calls by each method, as
    dbus-monitor(1) has seen them on the bus at this address."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._marks = count()
        self.calls: Counter[str] = Counter()

    def __enter__(self) -> BusMonitor:
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self._bus = Gio.DBusConnection.new_for_address_sync(self._address, flags, None, None)
        self._log = tempfile.NamedTemporaryFile("r")
        self._process = subprocess.Popen(
            ["dbus-monitor", "--address", self._address, "--profile", "type='method_call'"],
            stdout=open(self._log.name, "w"))
        wait_until(self._mark, "dbus-monitor")
        self._heard()
        return self

    def __exit__(self, *_: object) -> None:
        wait_until(self._mark, "the last message")
        for words in self._heard():
            if words[5].startswith(SERVICE_PATH):
                self.calls[words[7]] += 1
        self._process.kill()
        self._process.wait()
        self._log.close()
        self._bus.close_sync(None)

    @property
    def total(self) -> int:
        return self.calls.total()

    def _heard(self) -> list[list[str]]:
        """The calls since the last time: type, time, serial, sender, destination, path, interface
        and member of each."""
        lines = (line.rstrip("\n").split("\t") for line in self._log)
        return [words for words in lines if words[0] == "mc"]

    def _mark(self) -> bool:
        """Makes a call of its own, and says whether that has been heard. Messages come in order."""
        path = f"/mark{next(self._marks)}"
        self._bus.call_sync("org.freedesktop.DBus", path, "org.freedesktop.DBus", "GetId",
                            GLib.Variant("()", ()), None, Gio.DBusCallFlags.NONE, TIMEOUT_MS, None)
        return f"\t{path}\t" in Path(self._log.name).read_text()
