# SPDX-License-Identifier: MIT
"""An object on the session's bus that answers calls in its own thread."""

from __future__ import annotations

import threading

from gi.repository import Gio, GLib

from world.waiting import PATIENCE

TIMEOUT_MS = PATIENCE * 1000


class BusObject:
    """Owns the name on the bus until close(). Subclasses answer calls in on_call."""

    def __init__(self, bus_address: str, name: str, path: str, description: str) -> None:
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True,
                                        args=(bus_address, name, path, description))
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            raise RuntimeError(f"{name} does not come up")

    def _serve(self, bus_address: str, name: str, path: str, description: str) -> None:
        self._context.push_thread_default()
        bus = Gio.DBusConnection.new_for_address_sync(
            bus_address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        interface = Gio.DBusNodeInfo.new_for_xml(description).interfaces[0]
        bus.register_object(path, interface, self._on_call, None, None)
        bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                      "RequestName", GLib.Variant("(su)", (name, 0)), None,
                      Gio.DBusCallFlags.NONE, TIMEOUT_MS, None)
        self._ready.set()
        self._loop.run()
        bus.close_sync(None)

    def _on_call(self, bus, sender, path, interface, method, arguments, invocation) -> None:
        self.on_call(bus, sender, method, arguments.unpack(), invocation)

    def on_call(self, bus: Gio.DBusConnection, sender: str, method: str, arguments: tuple,
                invocation: Gio.DBusMethodInvocation) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._loop.quit()
        self._thread.join()

    def __enter__(self) -> BusObject:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
