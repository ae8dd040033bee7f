# SPDX-License-Identifier: MIT
"""The jobs that are tortured. A flow is one record here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

from authority import contoso
from integration.asking import EXEC_INFO, own_host
from world.world import World

TYPED = "ftzl4kj5s7m2a9xq3wcb8vn6ye1rgd0uhptzl4kj5s7m2a9xq3wcb"


@dataclass(frozen=True)
class Job:
    """A command of ours, with what it reads from stdin. It always has `--keyring` and
    `--timeout`."""

    program: str
    words: tuple[str, ...] = ()
    input: str | None = None
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Flow:
    """`before` are jobs that prepare for the one that is tortured, in a world that `world` made.
    What success is, a run without a fault shows."""

    name: str
    job: Callable[[World], Job]
    before: tuple[Callable[[World], Job], ...] = ()
    keyring: str = "runtime"
    setting: Callable[[World], None] = lambda world: None


# ---- worlds ----


def app(world: World) -> None:
    world.write_appsettings()


# ---- jobs ----


def git(operation: str, *lines: str) -> Callable[[World], Job]:
    return lambda world: Job("git-credential-entra", (operation,),
                             own_host(world) + "".join(f"{line}\n" for line in lines))


def kubectl(world: World) -> Job:
    return Job("exec-credential-entra", env=EXEC_INFO)


def curl(world: World) -> Job:
    return Job("curl-credential-entra", (world.web_api.todo_list_url,))


def entra(*words: str, input: str | None = None) -> Callable[[World], Job]:
    return lambda world: Job("entra", words, input)


token = entra("token", "--api", "MyWebApi")
git_store = git("store", "username=ada", f"password={TYPED}")

FLOWS = {flow.name: flow for flow in (
    Flow("git get, warm", git("get"), (git("get"),), setting=app),
    Flow("git store", git_store, (token, git("store", "username=grace", f"password={TYPED[::-1]}")),
         setting=app),
)}
SECRETS = (contoso.DAEMON.secret, TYPED, TYPED[::-1])
