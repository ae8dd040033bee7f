# SPDX-License-Identifier: MIT
"""The desktop's prompter, which shows the prompts of gnome-keyring (gcr's internal protocol,
org.gnome.keyring.internal.Prompter), and a user who never types a password."""

from __future__ import annotations

from typing import Callable

from gi.repository import Gio, GLib

from world.bus_objects import TIMEOUT_MS, BusObjects

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


class Prompter(BusObjects):
    """Counts the prompts in `asked`. For each, `answer` is called and the prompt is closed, as with
    Cancel; with answer=None it stays open."""

    def __init__(self, bus_address: str, answer: Callable[[], None] | None = lambda: None) -> None:
        self.asked = 0
        self._answer = answer
        super().__init__(bus_address, "org.gnome.keyring.SystemPrompter",
                         {"/org/gnome/keyring/Prompter": [DESCRIPTION]})

    def on_call(self, method, arguments, invocation) -> None:
        bus, sender, callback = (invocation.get_connection(), invocation.get_sender(), arguments[0])
        invocation.return_value(None)
        if method == "BeginPrompting":
            ready = GLib.Variant("(sa{sv}s)", ("", {}, ""))
            bus.call(sender, callback, CALLBACK, "PromptReady", ready, None,
                     Gio.DBusCallFlags.NONE, TIMEOUT_MS, None, None)
        elif method == "PerformPrompt":
            self.asked += 1
            if self._answer is not None:
                self._answer()
                bus.call(sender, callback, CALLBACK, "PromptDone", None, None,
                         Gio.DBusCallFlags.NONE, TIMEOUT_MS, None, None)
