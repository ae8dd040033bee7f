# SPDX-License-Identifier: MIT
"""A Secret Service with two items, one of which goes away while they are read. A real service does
this if another program deletes it at just that time."""

from __future__ import annotations

from gi.repository import Gio, GLib

from world.bus_object import BusObject
from world.replaced_item import DESCRIPTION
from world.secret_service import ITEM, NAME, PROPERTIES, SERVICE_PATH

STAYS, GOES = (f"{SERVICE_PATH}/collection/login/{number}" for number in (1, 2))
INTERFACES = [f"""
<node><interface name="{PROPERTIES}">
  <method name="GetAll"><arg name="interface" type="s" direction="in"/>
    <arg name="properties" type="a{{sv}}" direction="out"/></method>
</interface></node>""", f"""
<node><interface name="{ITEM}">
  <method name="Delete"><arg name="prompt" type="o" direction="out"/></method>
</interface></node>"""]
UNKNOWN_METHOD = "org.freedesktop.DBus.Error.UnknownMethod"


class PassingItem(BusObject):
    """Both have these attributes and this record. The one goes away before this method of it is
    called, and `error` is what calls then end with; GetSecrets leaves it out, as with gnome-keyring.
    `deleted` has the paths that were deleted."""

    def __init__(self, bus_address: str, attributes: dict[str, str], record: bytes, before: str,
                 error: str = UNKNOWN_METHOD) -> None:
        self.deleted: list[str] = []
        self._attributes = attributes
        self._record = record
        self._before = before
        self._error = error
        self._paths: list[str] | None = None  # not on the bus yet
        super().__init__(bus_address, NAME, SERVICE_PATH, DESCRIPTION)

    def on_call(self, bus, sender, method, arguments, invocation) -> None:
        path = invocation.get_object_path()
        called = {path, *arguments[0]} if method == "GetSecrets" else {path}
        if method == self._before and GOES in called:
            self._paths.remove(GOES)
        if method == self._before and path == SERVICE_PATH and self._error != UNKNOWN_METHOD or \
                path in (STAYS, GOES) and path not in self._paths:
            invocation.return_dbus_error(self._error, "it was there a moment ago")
            return
        getattr(self, f"_{method}")(bus, path, arguments, invocation)

    def _OpenSession(self, bus, path, arguments, invocation) -> None:
        if arguments[0] != "plain":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", "plain only")
        else:
            invocation.return_value(GLib.Variant("(vo)", (GLib.Variant("s", ""), "/session")))

    def _SearchItems(self, bus, path, arguments, invocation) -> None:
        self._put(bus)
        matches = arguments[0].items() <= self._attributes.items()
        invocation.return_value(GLib.Variant("(aoao)", (self._paths if matches else [], [])))

    def _GetAll(self, bus, path, arguments, invocation) -> None:
        properties = {"Label": GLib.Variant("s", path), "Locked": GLib.Variant("b", False),
                      "Attributes": GLib.Variant("a{ss}", self._attributes)}
        invocation.return_value(GLib.Variant("(a{sv})", (properties,)))

    def _GetSecrets(self, bus, path, arguments, invocation) -> None:
        secrets = {one: ("/session", b"", self._record, "application/json")
                   for one in arguments[0] if one in self._paths}
        invocation.return_value(GLib.Variant("(a{o(oayays)})", (secrets,)))

    def _Delete(self, bus, path, arguments, invocation) -> None:
        self._paths.remove(path)
        self.deleted.append(path)
        invocation.return_value(GLib.Variant("(o)", ("/",)))

    def _put(self, bus: Gio.DBusConnection) -> None:
        if self._paths is None:
            self._paths = [STAYS, GOES]
            for path in self._paths:
                for text in INTERFACES:
                    interface = Gio.DBusNodeInfo.new_for_xml(text).interfaces[0]
                    bus.register_object(path, interface, self._on_call, None, None)
