# SPDX-License-Identifier: MIT
"""What the Secret Services of tests have in common: sessions that transfer secrets in plain text,
since their bus is private."""

from __future__ import annotations

from typing import Mapping, Sequence

from gi.repository import Gio, GLib

from world.bus_objects import BusObjects
from world.secret_service import COLLECTION, ITEM, NAME, PROMPT, PROPERTIES, SERVICE, SERVICE_PATH

ALIAS_PATH = f"{SERVICE_PATH}/aliases/default"
ITEM_PATH = f"{SERVICE_PATH}/collection/login/1"
DBUS_ERROR = "org.freedesktop.DBus.Error"

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
  <method name="Unlock"><arg name="objects" type="ao" direction="in"/>
    <arg name="unlocked" type="ao" direction="out"/><arg name="prompt" type="o" direction="out"/></method>
</interface></node>"""
CREATING = f"""
<node><interface name="{COLLECTION}">
  <method name="CreateItem"><arg name="properties" type="a{{sv}}" direction="in"/>
    <arg name="secret" type="(oayays)" direction="in"/><arg name="replace" type="b" direction="in"/>
    <arg name="item" type="o" direction="out"/><arg name="prompt" type="o" direction="out"/></method>
</interface></node>"""
DELETING = f"""
<node><interface name="{ITEM}">
  <method name="Delete"><arg name="prompt" type="o" direction="out"/></method>
</interface></node>"""
READING = f"""
<node><interface name="{PROPERTIES}">
  <method name="Get"><arg name="interface" type="s" direction="in"/>
    <arg name="name" type="s" direction="in"/><arg name="value" type="v" direction="out"/></method>
  <method name="GetAll"><arg name="interface" type="s" direction="in"/>
    <arg name="properties" type="a{{sv}}" direction="out"/></method>
</interface></node>"""
PROMPTING = f"""
<node><interface name="{PROMPT}">
  <method name="Prompt"><arg name="window" type="s" direction="in"/></method>
  <method name="Dismiss"/>
</interface></node>"""


class PlainService(BusObjects):
    """The service, and further objects. Each method of D-Bus is a method of the subclass, which is
    given the arguments and the invocation."""

    def __init__(self, bus_address: str, objects: Mapping[str, Sequence[str]] = {}) -> None:
        super().__init__(bus_address, NAME, {SERVICE_PATH: [DESCRIPTION], **objects})

    def on_call(self, method: str, arguments: tuple,
                invocation: Gio.DBusMethodInvocation) -> None:
        getattr(self, method)(arguments, invocation)

    def OpenSession(self, arguments, invocation) -> None:
        if arguments[0] == "plain":
            answer(invocation, "(vo)", GLib.Variant("s", ""), "/session")
        else:
            invocation.return_dbus_error(f"{DBUS_ERROR}.NotSupported", "plain only")


def answer(invocation: Gio.DBusMethodInvocation, signature: str, *values: object) -> None:
    invocation.return_value(GLib.Variant(signature, values))


def answer_found(invocation: Gio.DBusMethodInvocation, unlocked: Sequence[str],
                 locked: Sequence[str] = ()) -> None:
    answer(invocation, "(aoao)", list(unlocked), list(locked))


def answer_secrets(invocation: Gio.DBusMethodInvocation, secrets: Mapping[str, bytes], *,
                   session: str = "/session", parameter: bytes = b"") -> None:
    answer(invocation, "(a{o(oayays)})", {
        path: (session, parameter, secret, "application/octet-stream")
        for path, secret in secrets.items()})
