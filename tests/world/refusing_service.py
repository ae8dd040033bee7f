# SPDX-License-Identifier: MIT
"""A Secret Service with one item that prompts before it replaces or deletes it, as KeePassXC does,
and a user who refuses, or is not there."""

from __future__ import annotations

from gi.repository import Gio, GLib

from world.bus_object import BusObject
from world.fussy_service import ALIAS_PATH, COLLECTION_DESCRIPTION, ITEM_PATH
from world.replaced_item import DESCRIPTION
from world.secret_service import ITEM, NAME, PROPERTIES, SERVICE_PATH

PROMPT = "org.freedesktop.Secret.Prompt"
PROMPT_PATH = f"{SERVICE_PATH}/prompt/1"
ITEM_DESCRIPTION = f"""
<node><interface name="{ITEM}">
  <method name="Delete"><arg name="prompt" type="o" direction="out"/></method>
</interface></node>"""
UNLOCK = """<method name="Unlock"><arg name="objects" type="ao" direction="in"/>
  <arg name="unlocked" type="ao" direction="out"/><arg name="prompt" type="o" direction="out"/></method>
"""
PROPERTIES_DESCRIPTION = f"""
<node><interface name="{PROPERTIES}">
  <method name="Get"><arg name="interface" type="s" direction="in"/>
    <arg name="name" type="s" direction="in"/><arg name="value" type="v" direction="out"/></method>
</interface></node>"""
PROMPT_DESCRIPTION = f"""
<node><interface name="{PROMPT}">
  <method name="Prompt"><arg name="window" type="s" direction="in"/></method>
  <method name="Dismiss"/>
</interface></node>"""


class RefusingService(BusObject):
    """`asked` counts the prompts, and `dismissed` those that the program takes back. The answer
    names the item that the user did not let change; with answers=False, there is none. With
    `collection_locked`, the item alone is locked, and the collection says this of itself."""

    def __init__(self, bus_address: str, answers: bool = True,
                 collection_locked: GLib.Variant | None = None) -> None:
        self.asked = 0
        self.dismissed = 0
        self._answers = answers
        self._collection_locked = collection_locked
        self._is_put = False
        super().__init__(bus_address, NAME, SERVICE_PATH, DESCRIPTION.replace(
            '<method name="OpenSession">', UNLOCK + '<method name="OpenSession">'))

    def on_call(self, bus, sender, method, arguments, invocation) -> None:
        if method == "OpenSession" and arguments[0] != "plain":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", "plain only")
        elif method == "OpenSession":
            invocation.return_value(GLib.Variant("(vo)", (GLib.Variant("s", ""), "/session")))
        elif method == "SearchItems":
            self._put(bus)
            found = ([ITEM_PATH], []) if self._collection_locked is None else ([], [ITEM_PATH])
            invocation.return_value(GLib.Variant("(aoao)", found))
        elif method == "Get":
            invocation.return_value(GLib.Variant("(v)", (self._collection_locked,)))
        elif method == "GetSecrets":
            secret = ("/session", b"", b"{}", "text/plain")
            invocation.return_value(GLib.Variant("(a{o(oayays)})", ({ITEM_PATH: secret},)))
        elif method == "Unlock":
            invocation.return_value(GLib.Variant("(aoo)", (*arguments, "/")))
        elif method == "CreateItem":
            invocation.return_value(GLib.Variant("(oo)", ("/", PROMPT_PATH)))
        elif method == "Delete":
            invocation.return_value(GLib.Variant("(o)", (PROMPT_PATH,)))
        else:
            invocation.return_value(None)
            self._complete(bus, sender, method)

    def _complete(self, bus: Gio.DBusConnection, sender: str, method: str) -> None:
        self.asked += method == "Prompt"
        self.dismissed += method == "Dismiss"
        if method == "Prompt" and not self._answers:
            return
        result = GLib.Variant("(bv)", (True, GLib.Variant("o", ITEM_PATH)))
        bus.emit_signal(sender, PROMPT_PATH, PROMPT, "Completed", result)

    def _put(self, bus: Gio.DBusConnection) -> None:
        if not self._is_put:
            for path, description in ((ALIAS_PATH, COLLECTION_DESCRIPTION),
                                      (ITEM_PATH, ITEM_DESCRIPTION),
                                      (ITEM_PATH.rpartition("/")[0], PROPERTIES_DESCRIPTION),
                                      (PROMPT_PATH, PROMPT_DESCRIPTION)):
                interface = Gio.DBusNodeInfo.new_for_xml(description).interfaces[0]
                bus.register_object(path, interface, self._on_call, None, None)
        self._is_put = True
