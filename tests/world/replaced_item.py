# SPDX-License-Identifier: MIT
"""A Secret Service whose only item is being replaced: a search finds the item, but by the time it
is read it has another path. A real service does this if it is asked at just that time."""

from __future__ import annotations

from world.plain_service import PlainService, answer_found, answer_secrets


class ReplacedItem(PlainService):
    """`times` is how often the item is replaced, and `error` the D-Bus error for a read of the old
    path; if None, the answer is empty, as with gnome-keyring."""

    def __init__(self, bus_address: str, record: bytes, times: int, error: str | None) -> None:
        self._record = record
        self._times = times
        self._error = error
        self._replaced = 0
        super().__init__(bus_address)

    def SearchItems(self, arguments, invocation) -> None:
        answer_found(invocation, [self._path()])
        self._replaced += self._replaced < self._times

    def GetSecrets(self, arguments, invocation) -> None:
        paths = arguments[0]
        if paths != [self._path()] and self._error is not None:
            invocation.return_dbus_error(self._error, "it was there a moment ago")
            return
        answer_secrets(invocation, {path: self._record for path in paths if path == self._path()})

    def _path(self) -> str:
        return f"/item{self._replaced}"
