# SPDX-License-Identifier: MIT
"""A Secret Service whose only item is being replaced: a search finds the item, but by the time it
is read it has another path. A real service does this if it is asked at just that time."""

from __future__ import annotations

from gi.repository import GLib

from world.bus_object import BusObject
from world.secret_service import NAME, SERVICE, SERVICE_PATH

DESCRIPTION = f"""
<node><interface name="{SERVICE}">
  <method name="OpenSession"><arg name="algorithm" type="s" direction="in"/>
    <arg name="input" type="v" direction="in"/><arg name="output" type="v" direction="out"/>
    <arg name="result" type="o" direction="out"/></method>
  <method name="SearchItems"><arg name="attributes" type="a{{ss}}" direction="in"/>
    <arg name="unlocked" type="ao" direction="out"/>
    <arg name="locked" type="ao" direction="out"/></method>
  <method name="GetSecrets"><arg name="items" type="ao" direction="in"/>
    <arg name="session" type="o" direction="in"/>
    <arg name="secrets" type="a{{o(oayays)}}" direction="out"/></method>
</interface></node>"""


class ReplacedItem(BusObject):
    """`times` is how often the item is replaced, and `error` the D-Bus error for a read of the old
    path; if None, the answer is empty, as with gnome-keyring."""

    def __init__(self, bus_address: str, record: bytes, times: int, error: str | None) -> None:
        self._record = record
        self._times = times
        self._error = error
        self._replaced = 0
        super().__init__(bus_address, NAME, SERVICE_PATH, DESCRIPTION)

    def on_call(self, bus, sender, method, arguments, invocation) -> None:
        if method == "OpenSession" and arguments[0] != "plain":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", "plain only")
        elif method == "OpenSession":
            invocation.return_value(GLib.Variant("(vo)", (GLib.Variant("s", ""), "/session")))
        elif method == "SearchItems":
            invocation.return_value(GLib.Variant("(aoao)", ([self._path()], [])))
            self._replaced += self._replaced < self._times
        else:
            self._give(*arguments, invocation)

    def _path(self) -> str:
        return f"/item{self._replaced}"

    def _give(self, paths, session, invocation) -> None:
        if paths != [self._path()] and self._error is not None:
            invocation.return_dbus_error(self._error, "it was there a moment ago")
            return
        secrets = {path: (session, b"", self._record, "application/json") for path in paths
                   if path == self._path()}
        invocation.return_value(GLib.Variant("(a{o(oayays)})", (secrets,)))
