# SPDX-License-Identifier: MIT
"""The contents of the keyring: counting items, and making tokens older, so that no test has to
wait."""

from __future__ import annotations

import json
import time

from world.secret_service import Item
from world.world import World


def _secret_tool(world: World, *words: str, input: str | None = None) -> str:
    outcome = world.run("secret-tool", *words, input=input)
    assert outcome.code == 0, outcome.err
    return outcome.out


def kept(world: World, kind: str) -> list[Item]:
    """The items of this kind: access_token, refresh_token, account, client_secret, bound_token,
    pop_key."""
    return [item for item in world.session.keyring.items(with_secrets=True)
            if item.attributes["kind"] == kind]


def change(world: World, kind: str = "access_token", **members: object) -> dict:
    """Sets these members in the record of every token, or item of another kind, in the keyring;
    returns the last record."""
    for item in kept(world, kind):
        words = [word for name, value in item.attributes.items() for word in (name, value)]
        record = json.loads(_secret_tool(world, "lookup", *words)) | members
        _secret_tool(world, "store", "--label", item.label, *words, input=json.dumps(record))
    return record


def age(world: World, *, lives: int, renew: bool = False) -> str:
    """Makes every token in the keyring expire in this many seconds, and be due for renewal or not;
    returns the last of them."""
    now = int(time.time())
    return change(world, received_on=now - 3600, expires_on=now + lives,
                  refresh_on=now - 1 if renew else 0)["access_token"]


def forget_tokens(world: World) -> None:
    """Removes every token, as if the keyring had never had one."""
    _secret_tool(world, "clear", "kind", "access_token")
    assert kept(world, "access_token") == []
