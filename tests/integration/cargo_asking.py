# SPDX-License-Identifier: MIT
"""What Cargo says to a credential provider."""

from __future__ import annotations

import json
from typing import Any

from world.program import Outcome

HELPER = "cargo-credential-entra"
HELLO = {"v": [1]}


def request(index: str, kind: str = "get", headers: tuple[str, ...] = (),
            args: tuple[str, ...] = (), **more: Any) -> str:
    """A line of Cargo's."""
    registry: dict[str, Any] = {"index-url": index, "name": "contoso"}
    if headers:
        registry["headers"] = list(headers)
    message: dict[str, Any] = {"v": 1, "registry": registry, "kind": kind}
    if kind == "get":
        message["operation"] = "read"
    return json.dumps(message | ({"args": list(args)} if args else {}) | more) + "\n"


def answers(outcome: Outcome) -> list[dict[str, Any]]:
    """The answers, without the hello that must come first."""
    hello, *lines = [json.loads(line) for line in outcome.out.splitlines()]
    assert hello == HELLO
    return lines


def ask(world, *lines: str, options: tuple[str, ...] = (), code: int = 0,
        **how: Any) -> list[dict[str, Any]]:
    outcome = world.run(HELPER, "--cargo-plugin", *options, input="".join(lines), **how)
    assert outcome.code == code, outcome
    return answers(outcome)
