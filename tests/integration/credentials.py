# SPDX-License-Identifier: MIT
"""What the tests of credentials share: a world whose app authenticates with a given credential."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from authority import contoso
from world.program import Outcome
from world.world import World

CLIENT_ID = contoso.DAEMON.client_id


def register(world: World, **changes: Any) -> None:
    """Changes what the authority knows about the app."""
    clients = world.authority.directory.clients
    clients[clients.index(next(one for one in clients if one.client_id == CLIENT_ID))] = replace(
        contoso.DAEMON, **changes)


def configure(world: World, *credentials: dict[str, Any], **identity: Any) -> None:
    """Writes a configuration whose identity has these ClientCredentials and no client secret."""
    settings = world.appsettings()
    del settings["AzureAd"]["ClientSecret"]
    settings["AzureAd"] |= identity
    if credentials:
        settings["AzureAd"]["ClientCredentials"] = list(credentials)
    world.write_appsettings(settings)


def path(file: object, **more: Any) -> dict[str, Any]:
    return {"SourceType": "Path", "CertificateDiskPath": str(file)} | more


def token(world: World, *words: str, **how: Any) -> Outcome:
    return world.run("entra", "token", "--api", "MyWebApi", *words, **how)


def refused(outcome: Outcome, code: int, *texts: str) -> None:
    """Expects one line on stderr with these texts, the exit code, and nothing on stdout."""
    assert (outcome.code, outcome.out) == (code, ""), outcome
    lines = [line for line in outcome.err.splitlines() if ": warning: " not in line]
    assert len(lines) == 1, outcome.err
    for text in texts:
        assert text in lines[0]
