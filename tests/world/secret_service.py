# SPDX-License-Identifier: MIT
"""A client of the Secret Service, which sees and does what a user of the desktop could.

It uses D-Bus directly (https://specifications.freedesktop.org/secret-service), so that libsecret's
work is not checked with libsecret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gi.repository import Gio, GLib

from world.waiting import PATIENCE

NAME = "org.freedesktop.secrets"
SERVICE_PATH = "/org/freedesktop/secrets"
SERVICE = "org.freedesktop.Secret.Service"
COLLECTION = "org.freedesktop.Secret.Collection"
ITEM = "org.freedesktop.Secret.Item"
PROMPT = "org.freedesktop.Secret.Prompt"
PROPERTIES = "org.freedesktop.DBus.Properties"
GNOME_INTERNAL = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
TIMEOUT_MS = PATIENCE * 1000


@dataclass(frozen=True)
class Item:
    """An item in the keyring; `secret` is None if it was not requested."""

    label: str
    attributes: dict[str, str]
    secret: bytes | None
    path: str


class SecretService:
    """One connection to the service on the bus at this address."""

    def __init__(self, bus_address: str) -> None:
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self._bus = Gio.DBusConnection.new_for_address_sync(bus_address, flags, None, None)

    def close(self) -> None:
        """The bus may be gone already, and the connection with it."""
        if not self._bus.is_closed():
            self._bus.close_sync(None)

    def is_locked(self) -> bool:
        path = self._default_collection()
        return path == "/" or self._get(path, COLLECTION, "Locked")

    def lock(self) -> None:
        """KeePassXC has a prompt for it, without a dialog, and is not done when this returns."""
        _, prompt = self._call(SERVICE_PATH, SERVICE, "Lock", "(ao)", [self._default_collection()])
        if prompt != "/":
            self._call(prompt, PROMPT, "Prompt", "(s)", "")

    def unlock(self, password: str) -> None:
        """Unlocks as the login screen does, which is the only way that shows no dialog."""
        secret = (self._open_session(), b"", password.encode(), "text/plain")
        self._call(SERVICE_PATH, GNOME_INTERNAL, "UnlockWithMasterPassword", "(o(oayays))",
                   self._default_collection(), secret)

    def change_password(self, before: str, after: str) -> None:
        """Of the default collection, without a dialog."""
        secrets = [(self._open_session(), b"", word.encode(), "text/plain")
                   for word in (before, after)]
        self._call(SERVICE_PATH, GNOME_INTERNAL, "ChangeWithMasterPassword",
                   "(o(oayays)(oayays))", self._default_collection(), *secrets)

    def delete_default_collection(self) -> None:
        path = self._default_collection()
        self._call(SERVICE_PATH, SERVICE, "SetAlias", "(so)", "default", "/")
        self._call(path, COLLECTION, "Delete", "()")

    def add_collection(self, label: str, password: str) -> str:
        """Creates a collection with its own password, without a dialog; returns its path."""
        secret = (self._open_session(), b"", password.encode(), "text/plain")
        properties = {f"{COLLECTION}.Label": GLib.Variant("s", label)}
        (path,) = self._call(SERVICE_PATH, GNOME_INTERNAL, "CreateWithMasterPassword",
                             "(a{sv}(oayays))", properties, secret)
        return path

    def make_default(self, path: str) -> None:
        self._call(SERVICE_PATH, SERVICE, "SetAlias", "(so)", "default", path)

    def items(self, with_secrets: bool = False) -> list[Item]:
        """All items of the default collection. If it is locked, they have no secrets."""
        session = self._open_session() if with_secrets else None
        paths = self._get(self._default_collection(), COLLECTION, "Items")
        return [self._item(path, session) for path in paths]

    def add(self, label: str, attributes: dict[str, str], secret: bytes) -> None:
        """Adds an item to the default collection, beside any with the same attributes."""
        properties = {f"{ITEM}.Label": GLib.Variant("s", label),
                      f"{ITEM}.Attributes": GLib.Variant("a{ss}", attributes)}
        self._call(self._default_collection(), COLLECTION, "CreateItem", "(a{sv}(oayays)b)",
                   properties, (self._open_session(), b"", secret, "text/plain"), False)

    def _item(self, path: str, session: str | None) -> Item:
        secret = None
        if session is not None:
            (answer,) = self._call(path, ITEM, "GetSecret", "(o)", session)
            secret = bytes(answer[2])
        return Item(self._get(path, ITEM, "Label"), self._get(path, ITEM, "Attributes"), secret,
                    path)

    def _open_session(self) -> str:
        """A session that transfers secrets in plain text, since the bus is private."""
        _, path = self._call(SERVICE_PATH, SERVICE, "OpenSession", "(sv)", "plain",
                             GLib.Variant("s", ""))
        return path

    def _default_collection(self) -> str:
        (path,) = self._call(SERVICE_PATH, SERVICE, "ReadAlias", "(s)", "default")
        return path

    def is_running(self) -> bool:
        """Whether a service has the name on the bus."""
        answer = self._bus.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "NameHasOwner", GLib.Variant("(s)", (NAME,)), None, Gio.DBusCallFlags.NONE,
            TIMEOUT_MS, None)
        return answer.unpack()[0]

    def call_other(self, name: str, path: str, method: str, *texts: str) -> bool:
        """Calls a method of another service of the same program, whose interface has its name.
        Returns whether that service is there."""
        try:
            self._bus.call_sync(name, path, name, method,
                                GLib.Variant(f"({'s' * len(texts)})", texts), None,
                                Gio.DBusCallFlags.NO_AUTO_START, TIMEOUT_MS, None)
        except GLib.Error as error:
            if "NameHasNoOwner" in str(error) or "ServiceUnknown" in str(error):
                return False
            raise
        return True

    def _get(self, path: str, interface: str, name: str) -> Any:
        (value,) = self._call(path, PROPERTIES, "Get", "(ss)", interface, name)
        return value

    def _call(self, path: str, interface: str, method: str, signature: str,
              *arguments: Any) -> tuple[Any, ...]:
        answer = self._bus.call_sync(
            NAME, path, interface, method, GLib.Variant(signature, arguments), None,
            Gio.DBusCallFlags.NO_AUTO_START, TIMEOUT_MS, None)
        return answer.unpack()
