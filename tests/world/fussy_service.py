# SPDX-License-Identifier: MIT
"""A Secret Service with one item, whose first sessions are no good, in the ways of KWallet when its
key and the client's do not fit."""

from __future__ import annotations

from gi.repository import Gio, GLib

from world.bus_object import BusObject
from world.replaced_item import DESCRIPTION
from world.secret_service import COLLECTION, NAME, SERVICE_PATH

ITEM_PATH = f"{SERVICE_PATH}/collection/kdewallet/1"
ALIAS_PATH = f"{SERVICE_PATH}/aliases/default"
COLLECTION_DESCRIPTION = f"""
<node><interface name="{COLLECTION}">
  <method name="CreateItem"><arg name="properties" type="a{{sv}}" direction="in"/>
    <arg name="secret" type="(oayays)" direction="in"/><arg name="replace" type="b" direction="in"/>
    <arg name="item" type="o" direction="out"/><arg name="prompt" type="o" direction="out"/></method>
</interface></node>"""
DBUS_ERROR = "org.freedesktop.DBus.Error"


class FussyService(BusObject):
    """`fault` is what the first `bad` sessions are like: "refused", "silent" (it never
    answers), "undecipherable" (what the client sends, and what it gets) or "garbled" (what it gets
    deciphers to other bytes). `record` is what the item has; None: there is no item yet."""

    def __init__(self, bus_address: str, record: bytes | None, fault: str, bad: int) -> None:
        self.record = record
        self.sessions = 0
        self._fault = fault
        self._bad = bad
        self._has_collection = False
        super().__init__(bus_address, NAME, SERVICE_PATH, DESCRIPTION)

    @property
    def _is_bad(self) -> bool:
        return self.sessions <= self._bad

    def on_call(self, bus, sender, method, arguments, invocation) -> None:
        if method == "OpenSession":
            self._open(bus, arguments[0], invocation)
        elif method == "SearchItems":
            found = [] if self.record is None else [ITEM_PATH]
            invocation.return_value(GLib.Variant("(aoao)", (found, [])))
        elif method == "GetSecrets":
            invocation.return_value(GLib.Variant("(a{o(oayays)})", ({ITEM_PATH: self._secret()},)))
        elif method == "CreateItem" and self._is_bad and self._fault == "undecipherable":
            invocation.return_dbus_error("org.qtproject.QtDBus.Error.InvalidObjectPath",
                                         f"Can't find session {self._session()}")
        else:
            self.record = bytes(arguments[1][2])
            invocation.return_value(GLib.Variant("(oo)", (ITEM_PATH, "/")))

    def _open(self, bus: Gio.DBusConnection, algorithm: str, invocation) -> None:
        if algorithm != "plain":
            self.sessions += 1
            if self._is_bad and self._fault == "silent":
                return
            refused = self._is_bad and self._fault == "refused"
            invocation.return_dbus_error(
                f"{DBUS_ERROR}.InvalidArgs" if refused else f"{DBUS_ERROR}.NotSupported", "refused")
            return
        self._put_collection(bus)
        invocation.return_value(GLib.Variant("(vo)", (GLib.Variant("s", ""), self._session())))

    def _session(self) -> str:
        return f"/session/{self.sessions}"

    def _secret(self) -> tuple:
        """A parameter makes no sense in a session without a cipher."""
        garbled = self._is_bad and self._fault == "garbled"
        return (self._session(), b"iv" if self._is_bad and self._fault == "undecipherable" else b"",
                bytes(255 - byte for byte in self.record) if garbled else self.record, "text/plain")

    def _put_collection(self, bus: Gio.DBusConnection) -> None:
        if not self._has_collection:
            interface = Gio.DBusNodeInfo.new_for_xml(COLLECTION_DESCRIPTION).interfaces[0]
            bus.register_object(ALIAS_PATH, interface, self._on_call, None, None)
        self._has_collection = True
