# SPDX-License-Identifier: MIT
"""A Secret Service with one item that prompts before it replaces or deletes it, as KeePassXC does,
and a user who refuses, or is not there."""

from __future__ import annotations

from gi.repository import Gio, GLib

from world.plain_service import (
    ALIAS_PATH, CREATING, DELETING, ITEM_PATH, PROMPTING, READING, PlainService, answer,
    answer_found, answer_secrets)
from world.secret_service import PROMPT, SERVICE_PATH

PROMPT_PATH = f"{SERVICE_PATH}/prompt/1"


class RefusingService(PlainService):
    """`asked` counts the prompts, and `dismissed` those that the program takes back. The answer
    names the item that the user did not let change; with answers=False, there is none. With
    `collection_locked`, the item alone is locked, and the collection says this of itself."""

    def __init__(self, bus_address: str, answers: bool = True,
                 collection_locked: GLib.Variant | None = None) -> None:
        self.asked = 0
        self.dismissed = 0
        self._answers = answers
        self._collection_locked = collection_locked
        super().__init__(bus_address, {
            ALIAS_PATH: [CREATING], ITEM_PATH: [DELETING], PROMPT_PATH: [PROMPTING],
            ITEM_PATH.rpartition("/")[0]: [READING]})

    def SearchItems(self, arguments, invocation) -> None:
        if self._collection_locked is None:
            answer_found(invocation, [ITEM_PATH])
        else:
            answer_found(invocation, [], [ITEM_PATH])

    def Get(self, arguments, invocation) -> None:
        answer(invocation, "(v)", self._collection_locked)

    def GetSecrets(self, arguments, invocation) -> None:
        answer_secrets(invocation, {ITEM_PATH: b"{}"})

    def Unlock(self, arguments, invocation) -> None:
        answer(invocation, "(aoo)", *arguments, "/")

    def CreateItem(self, arguments, invocation) -> None:
        answer(invocation, "(oo)", "/", PROMPT_PATH)

    def Delete(self, arguments, invocation) -> None:
        answer(invocation, "(o)", PROMPT_PATH)

    def Prompt(self, arguments, invocation) -> None:
        self.asked += 1
        invocation.return_value(None)
        if self._answers:
            self._complete(invocation)

    def Dismiss(self, arguments, invocation) -> None:
        self.dismissed += 1
        invocation.return_value(None)
        self._complete(invocation)

    def _complete(self, invocation: Gio.DBusMethodInvocation) -> None:
        result = GLib.Variant("(bv)", (True, GLib.Variant("o", ITEM_PATH)))
        invocation.get_connection().emit_signal(invocation.get_sender(), PROMPT_PATH, PROMPT,
                                                "Completed", result)
