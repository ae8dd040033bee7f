# SPDX-License-Identifier: MIT
"""A Secret Service with two items, one of which goes away while they are read. A real service does
this if another program deletes it at just that time."""

from __future__ import annotations

from gi.repository import GLib

from world.plain_service import (
    DBUS_ERROR, DELETING, READING, PlainService, answer, answer_found, answer_secrets)
from world.secret_service import SERVICE_PATH

STAYS, GOES = (f"{SERVICE_PATH}/collection/login/{number}" for number in (1, 2))
UNKNOWN_METHOD = f"{DBUS_ERROR}.UnknownMethod"


class PassingItem(PlainService):
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
        self._paths = [STAYS, GOES]
        super().__init__(bus_address, dict.fromkeys(self._paths, [READING, DELETING]))

    def on_call(self, method, arguments, invocation) -> None:
        path = invocation.get_object_path()
        called = {path, *arguments[0]} if method == "GetSecrets" else {path}
        if method == self._before and GOES in called:
            self._paths.remove(GOES)
        if method == self._before and path == SERVICE_PATH and self._error != UNKNOWN_METHOD or \
                path in (STAYS, GOES) and path not in self._paths:
            invocation.return_dbus_error(self._error, "it was there a moment ago")
        else:
            super().on_call(method, arguments, invocation)

    def SearchItems(self, arguments, invocation) -> None:
        matches = arguments[0].items() <= self._attributes.items()
        answer_found(invocation, self._paths if matches else [])

    def GetAll(self, arguments, invocation) -> None:
        answer(invocation, "(a{sv})", {
            "Label": GLib.Variant("s", invocation.get_object_path()),
            "Locked": GLib.Variant("b", False),
            "Attributes": GLib.Variant("a{ss}", self._attributes)})

    def GetSecrets(self, arguments, invocation) -> None:
        answer_secrets(invocation, {path: self._record for path in arguments[0]
                                    if path in self._paths})

    def Delete(self, arguments, invocation) -> None:
        path = invocation.get_object_path()
        self._paths.remove(path)
        self.deleted.append(path)
        answer(invocation, "(o)", "/")
