# SPDX-License-Identifier: MIT
"""Runs the four programs as their hosts do, so that one test can go through all of them."""

from __future__ import annotations

import json
from typing import Any, Callable

from world.kubeconfig import V1
from world.program import Outcome
from world.world import World

EXEC_INFO = {"KUBERNETES_EXEC_INFO": json.dumps(
    {"apiVersion": V1, "kind": "ExecCredential", "spec": {"interactive": False}})}


def own_host(world: World) -> str:
    """git's request for the git server in the configuration."""
    return f"protocol=https\nhost={world.git_server.url.removeprefix('https://')}\n"


def ask_git(world: World, *options: str, operation: str = "get", request: str = "",
            **how: Any) -> Outcome:
    """`request` has more lines of git's request."""
    return world.run("git-credential-entra", *options, operation,
                     input=own_host(world) + request, **how)


def ask_kubectl(world: World, *options: str, env: dict[str, str | None] | None = None,
                **how: Any) -> Outcome:
    return world.run("exec-credential-entra", *options, env=EXEC_INFO | (env or {}), **how)


def ask_curl(world: World, *options: str, **how: Any) -> Outcome:
    return world.run("curl-credential-entra", *options, world.web_api.todo_list_url, **how)


def ask_entra(world: World, *options: str, **how: Any) -> Outcome:
    return world.run("entra", "token", "--api", "MyWebApi", *options, **how)


ASK: dict[str, Callable[..., Outcome]] = {
    "git-credential-entra": ask_git,
    "exec-credential-entra": ask_kubectl,
    "curl-credential-entra": ask_curl,
    "entra": ask_entra,
}


def failed(program: str, outcome: Outcome, code: int, *texts: str) -> None:
    """Expects one line on stderr with these texts, the exit code, and nothing on stdout, except
    that git is told not to go on to prompt the user."""
    assert (outcome.code, outcome.out) == (
        code, "quit=1\n" if program == "git-credential-entra" else ""), outcome
    lines = outcome.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith(f"{program}: "), outcome
    assert lines[0].isprintable(), outcome
    for text in texts:
        assert text in lines[0], outcome
