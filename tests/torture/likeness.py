# SPDX-License-Identifier: MIT
"""Whether two runs of a job printed and left the same, except for what is new in each run."""

from __future__ import annotations

import json
import re
from pathlib import Path

from torture.flows import secrets
from torture.state import SHARED, State
from world.world import World

VOLATILE = ("received_on", "expires_on", "refresh_on", "stored_on")


class Likeness:
    def __init__(self, world: World, programs: Path) -> None:
        self._world = world
        self._authority = world.authority
        self._programs = programs

    def general(self, text: str) -> str:
        """The text with valid tokens replaced by a word, and by # what depends on the clock or is
        random. The path of our program for git does as well as its name."""
        text = text.replace(f"!{self._programs}/git-credential-entra", "entra")
        for kind, values in (("ACCESS", self._authority.issued_tokens),
                             ("REFRESH", self._refresh_tokens()),
                             ("REGISTRY", self._registry_tokens())):
            for value in re.findall(r"[\w.-]{200,}", text):
                if value in values:
                    text = text.replace(value, kind)
        return re.sub(r"(?<=[?&])(state|nonce|code_challenge)=[\w-]+|\d+|ahead of|behind", "#", text)

    def secrets(self) -> list[str]:
        """What may be nowhere but in an answer and in a keyring."""
        return [*secrets(), *self._authority.issued_tokens, *self._refresh_tokens(),
                *self._registry_tokens()]

    def differences(self, state: State, *allowed: State) -> list[str]:
        """What is neither as in one of the allowed states nor as in the other."""
        complaints = []
        for kind in ("items", "files"):
            found = self._known(getattr(state, kind))
            known = [self._known(getattr(one, kind)) for one in allowed]
            for name in sorted(found.keys() | known[0].keys() | known[1].keys()):
                if not any(self._alike(found.get(name), one.get(name)) for one in known):
                    word = "lost" if name not in found else \
                        "changed" if any(name in one for one in known) else "left behind"
                    complaints.append(f"{word}: {name}")
        return complaints

    def _refresh_tokens(self) -> list[str]:
        return [one.value for one in self._authority.refresh_tokens.all()]

    def _registry_tokens(self) -> list[str]:
        """Of a registry that the flow has started."""
        return self._world.registry.issued_tokens if "registry" in vars(self._world) else []

    @staticmethod
    def _known(things: dict) -> dict:
        """Without what processes share, and test items, which soon expire; and an item is no file."""
        return {name: thing for name, thing in things.items()
                if not SHARED.fullmatch(name) and not name.endswith(".token")
                and '"kind": "self_test"' not in name}

    def _alike(self, one, other) -> bool:
        if one == other or one is None or other is None:
            return one == other
        if isinstance(one, tuple):
            return one[0] == other[0] and self.general(_text(one[1])) == self.general(
                _text(other[1]))
        return self._general_record(one) == self._general_record(other)

    def _general_record(self, record: bytes) -> object:
        try:
            members = json.loads(record)
        except ValueError:
            return record
        return {name: "" if name in VOLATILE else self.general(value)
                if isinstance(value, str) else value for name, value in members.items()}


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
