# SPDX-License-Identifier: MIT
"""Objects on the session's bus that answer calls in a thread of their own."""

from __future__ import annotations

import threading
from typing import Mapping, Sequence

from gi.repository import Gio, GLib

from world.waiting import PATIENCE

TIMEOUT_MS = PATIENCE * 1000


class BusObjects:
    """Owns the name on the bus until close(), with these objects: paths, and descriptions of the
    interfaces of each. Subclasses answer calls in on_call."""

    def __init__(self, bus_address: str, name: str,
                 objects: Mapping[str, Sequence[str]]) -> None:
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True,
                                        args=(bus_address, name, objects))
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            raise RuntimeError(f"{name} does not come up")

    def _serve(self, bus_address: str, name: str, objects: Mapping[str, Sequence[str]]) -> None:
        self._context.push_thread_default()
        bus = Gio.DBusConnection.new_for_address_sync(
            bus_address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        for path, descriptions in objects.items():
            for description in descriptions:
                interface = Gio.DBusNodeInfo.new_for_xml(description).interfaces[0]
                bus.register_object(path, interface, self._on_call, None, None)
        bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                      "RequestName", GLib.Variant("(su)", (name, 0)), None,
                      Gio.DBusCallFlags.NONE, TIMEOUT_MS, None)
        self._ready.set()
        self._loop.run()
        bus.close_sync(None)

    def _on_call(self, bus, sender, path, interface, method, arguments, invocation) -> None:
        self.on_call(method, arguments.unpack(), invocation)

    def on_call(self, method: str, arguments: tuple,
                invocation: Gio.DBusMethodInvocation) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._loop.quit()
        self._thread.join()

    def __enter__(self) -> BusObjects:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
