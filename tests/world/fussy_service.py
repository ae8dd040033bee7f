# SPDX-License-Identifier: MIT
"""A Secret Service with one item, whose first sessions are no good, in the ways of KWallet when its
key and the client's do not fit."""

from __future__ import annotations

from gi.repository import GLib

from world.plain_service import (
    ALIAS_PATH, CREATING, DBUS_ERROR, ITEM_PATH, PlainService, answer, answer_found,
    answer_secrets)


class FussyService(PlainService):
    """`fault` is what the first `bad` sessions are like: "refused", "silent" (it never
    answers), "undecipherable" (what the client sends, and what it gets) or "garbled" (what it gets
    deciphers to other bytes). `record` is what the item has; None: there is no item yet."""

    def __init__(self, bus_address: str, record: bytes | None, fault: str, bad: int) -> None:
        self.record = record
        self.sessions = 0
        self._fault = fault
        self._bad = bad
        super().__init__(bus_address, {ALIAS_PATH: [CREATING]})

    def _is(self, fault: str) -> bool:
        return self.sessions <= self._bad and self._fault == fault

    def OpenSession(self, arguments, invocation) -> None:
        if arguments[0] == "plain":
            answer(invocation, "(vo)", GLib.Variant("s", ""), self._session())
            return
        self.sessions += 1
        if not self._is("silent"):
            error = "InvalidArgs" if self._is("refused") else "NotSupported"
            invocation.return_dbus_error(f"{DBUS_ERROR}.{error}", "refused")

    def SearchItems(self, arguments, invocation) -> None:
        answer_found(invocation, [] if self.record is None else [ITEM_PATH])

    def GetSecrets(self, arguments, invocation) -> None:
        record = bytes(255 - byte for byte in self.record) if self._is("garbled") else self.record
        # A parameter makes no sense in a session without a cipher.
        answer_secrets(invocation, {ITEM_PATH: record}, session=self._session(),
                       parameter=b"iv" if self._is("undecipherable") else b"")

    def CreateItem(self, arguments, invocation) -> None:
        if self._is("undecipherable"):
            invocation.return_dbus_error("org.qtproject.QtDBus.Error.InvalidObjectPath",
                                         f"Can't find session {self._session()}")
            return
        self.record = bytes(arguments[1][2])
        answer(invocation, "(oo)", ITEM_PATH, "/")

    def _session(self) -> str:
        return f"/session/{self.sessions}"
