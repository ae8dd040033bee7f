# SPDX-License-Identifier: MIT
"""A Secret Service whose only item has a label and no attributes, whatever is searched for. The
specification has every service send them; one that fails halfway does not."""

from __future__ import annotations

from gi.repository import GLib

from world.plain_service import (
    ITEM_PATH, READING, PlainService, answer, answer_found, answer_secrets)


class BareItem(PlainService):
    """`reads` counts how often the item's properties were read."""

    def __init__(self, bus_address: str) -> None:
        self.reads = 0
        super().__init__(bus_address, {ITEM_PATH: [READING]})

    def SearchItems(self, arguments, invocation) -> None:
        answer_found(invocation, [ITEM_PATH])

    def GetAll(self, arguments, invocation) -> None:
        self.reads += 1
        answer(invocation, "(a{sv})", {"Label": GLib.Variant("s", "an item"),
                                       "Locked": GLib.Variant("b", False)})

    def GetSecrets(self, arguments, invocation) -> None:
        answer_secrets(invocation, {ITEM_PATH: b"{}"})
