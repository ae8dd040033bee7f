# SPDX-License-Identifier: MIT
"""Asks docker-credential-entra as docker does."""

from __future__ import annotations

import json
from typing import Any

from authority import contoso
from world.container_registry import NOBODY
from world.program import Outcome
from world.world import World

HELPER = "docker-credential-entra"
NOT_FOUND = "credentials not found in native keychain\n"
SCOPE = f"{contoso.CONTAINER_REGISTRY}/.default"
CONTOSO = "contoso.azurecr.io"


def configure(world: World, for_user: bool = False, **settings: Any) -> None:
    """The registry of the world at its port, as an API of the configuration."""
    document = world.user_appsettings() if for_user else world.appsettings()
    document["Images"] = {"BaseUrl": f"{world.registry.url}/", "RequestAppToken": not for_user,
                          "Scopes": [SCOPE]} | settings
    world.write_appsettings(document)


def ask(world: World, server: str | bytes, *words: str, action: str = "get",
        **how: Any) -> Outcome:
    return world.run(HELPER, *words, action, input=server, **how)


def secret(outcome: Outcome, server: str) -> str:
    """The refresh token of an answer, which is checked."""
    assert outcome.code == 0, outcome
    answer = json.loads(outcome.out)
    assert (answer.pop("ServerURL"), answer.pop("Username")) == (server, NOBODY)
    (token,) = answer.values()
    assert list(answer) == ["Secret"]
    return token


def not_found(outcome: Outcome, *why: str) -> None:
    """Expects the text that lets the host tool go on; and on stderr why, or else nothing."""
    assert (outcome.code, outcome.out) == (1, NOT_FOUND), outcome
    assert why or outcome.err == "", outcome
    for text in why:
        assert text in outcome.err, outcome


def failed(outcome: Outcome, code: int, *why: str) -> None:
    """Expects a reason in one line, on stdout too."""
    assert outcome.code == code, outcome
    for text in (outcome.out, outcome.err):
        assert len(text.splitlines()) == 1 and text.startswith(f"{HELPER}: "), outcome
        assert text.strip().isprintable(), outcome
        for part in why:
            assert part in text, outcome
