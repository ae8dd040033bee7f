"""The desktop's prompter: where gnome-keyring has its questions shown (gcr's internal protocol,
org.gnome.keyring.internal.Prompter). A person who never types a password sits before it."""

from __future__ import annotations

import threading
from typing import Callable

from gi.repository import Gio, GLib

INTERFACE = "org.gnome.keyring.internal.Prompter"
CALLBACK = f"{INTERFACE}.Callback"
DESCRIPTION = f"""
<node><interface name="{INTERFACE}">
  <method name="BeginPrompting"><arg name="callback" type="o" direction="in"/></method>
  <method name="PerformPrompt"><arg name="callback" type="o" direction="in"/>
    <arg name="type" type="s" direction="in"/><arg name="properties" type="a{{sv}}" direction="in"/>
    <arg name="exchange" type="s" direction="in"/></method>
  <method name="StopPrompting"><arg name="callback" type="o" direction="in"/></method>
</interface></node>"""


class Prompter:
    """Counts the questions in `asked`. `answer` is called with each, then it is closed, as by
    Cancel; with answer=None it stays open."""

    def __init__(self, bus_address: str, answer: Callable[[], None] | None = lambda: None) -> None:
        self.asked = 0
        self._answer = answer
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(bus_address,), daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the prompter does not come up")

    def _serve(self, bus_address: str) -> None:
        self._context.push_thread_default()
        bus = Gio.DBusConnection.new_for_address_sync(
            bus_address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        interface = Gio.DBusNodeInfo.new_for_xml(DESCRIPTION).interfaces[0]
        bus.register_object("/org/gnome/keyring/Prompter", interface, self._on_call, None, None)
        bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                      "RequestName", GLib.Variant("(su)", ("org.gnome.keyring.SystemPrompter", 0)),
                      None, Gio.DBusCallFlags.NONE, 5000, None)
        self._ready.set()
        self._loop.run()
        bus.close_sync(None)

    def _on_call(self, bus, sender, path, interface, method, arguments, invocation) -> None:
        callback = arguments.unpack()[0]
        invocation.return_value(None)
        if method == "BeginPrompting":
            ready = GLib.Variant("(sa{sv}s)", ("", {}, ""))
            bus.call(sender, callback, CALLBACK, "PromptReady", ready, None,
                     Gio.DBusCallFlags.NONE, 5000, None, None)
        elif method == "PerformPrompt":
            self.asked += 1
            if self._answer is not None:
                self._answer()
                bus.call(sender, callback, CALLBACK, "PromptDone", None, None,
                         Gio.DBusCallFlags.NONE, 5000, None, None)

    def close(self) -> None:
        self._loop.quit()
        self._thread.join()

    def __enter__(self) -> Prompter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
