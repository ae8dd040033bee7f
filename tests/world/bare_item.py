# SPDX-License-Identifier: MIT
"""A Secret Service whose only item has a label and no attributes, whatever is searched for. The
specification has every service send them; one that fails halfway does not."""

from __future__ import annotations

from gi.repository import Gio, GLib

from world.bus_object import BusObject
from world.replaced_item import DESCRIPTION
from world.secret_service import NAME, PROPERTIES, SERVICE_PATH

ITEM_PATH = f"{SERVICE_PATH}/collection/login/1"
PROPERTIES_DESCRIPTION = f"""
<node><interface name="{PROPERTIES}">
  <method name="GetAll"><arg name="interface" type="s" direction="in"/>
    <arg name="properties" type="a{{sv}}" direction="out"/></method>
</interface></node>"""


class BareItem(BusObject):
    """`reads` counts how often the item's properties were read."""

    def __init__(self, bus_address: str) -> None:
        self.reads = 0
        self._is_there = False
        super().__init__(bus_address, NAME, SERVICE_PATH, DESCRIPTION)

    def on_call(self, bus, sender, method, arguments, invocation) -> None:
        if method == "OpenSession" and arguments[0] != "plain":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", "plain only")
        elif method == "OpenSession":
            invocation.return_value(GLib.Variant("(vo)", (GLib.Variant("s", ""), "/session")))
        elif method == "SearchItems":
            self._put(bus)
            invocation.return_value(GLib.Variant("(aoao)", ([ITEM_PATH], [])))
        elif method == "GetAll":
            self.reads += 1
            properties = {"Label": GLib.Variant("s", "an item"), "Locked": GLib.Variant("b", False)}
            invocation.return_value(GLib.Variant("(a{sv})", (properties,)))
        else:
            secret = ("/session", b"", b"{}", "application/json")
            invocation.return_value(GLib.Variant("(a{o(oayays)})", ({ITEM_PATH: secret},)))

    def _put(self, bus: Gio.DBusConnection) -> None:
        if not self._is_there:
            interface = Gio.DBusNodeInfo.new_for_xml(PROPERTIES_DESCRIPTION).interfaces[0]
            bus.register_object(ITEM_PATH, interface, self._on_call, None, None)
        self._is_there = True
