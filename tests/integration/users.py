# SPDX-License-Identifier: MIT
"""What the tests of users share: signing in, and whose token the result is."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Sequence
from urllib.parse import parse_qs, urlsplit

import jwt

from authority import contoso
from authority.directory import User
from world.program import Outcome
from world.terminal import Terminal
from world.waiting import wait_until
from world.world import World

API = ("--api", "MyWebApi")
SIGN_IN_FIRST = 5
NO_BROWSER = {"BROWSER": None}


def login(world: World, *words: str, user: User = contoso.ADA, **how: Any) -> Outcome:
    """Runs `entra login` at a terminal, with this user at the browser."""
    world.browser.will_sign_in(user)
    outcome = world.at_terminal("entra", "login", *words, **how).finish()
    assert outcome.code == 0, outcome
    return outcome


def token(world: World, *words: str, **how: Any) -> Outcome:
    """Runs `entra token` where no user can be prompted."""
    return world.run("entra", "token", *(words if "--api" in words else (*API, *words)), **how)


def claims(world: World, printed: str, audience: str = contoso.MY_WEB_API) -> dict[str, Any]:
    """The claims of the token; checks that the output is a token and nothing else."""
    assert re.fullmatch(r"[\w.-]+\n?", printed), printed
    return jwt.decode(printed.strip(), world.authority.key.public_key, algorithms=["RS256"],
                      audience=audience)


def whose(world: World, outcome: Outcome, audience: str = contoso.MY_WEB_API) -> str:
    assert outcome.code == 0, outcome
    return claims(world, outcome.out, audience)["upn"]


def sign_in_url(world: World, terminal: Terminal) -> str:
    """The URL that is shown to the user."""
    return terminal.wait_for(rf"{re.escape(world.authority.url)}/\S+/authorize\?\S+").group()


def query(url: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


def start_device_code(world: World, *command: str, **how: Any) -> tuple[Terminal, str]:
    """Starts a sign-in by device code, or a command that needs one; returns the code it shows."""
    terminal = world.at_terminal(*(command or ("entra", "login", "--device-code")),
                                 env=NO_BROWSER, **how)
    terminal.wait_for(rf"{re.escape(world.authority.url)}/device")
    return terminal, user_code(terminal)


def user_code(terminal: Terminal) -> str:
    return terminal.wait_for(r"\b[A-Z0-9]{9}\b").group()


def plain(shown: str) -> str:
    """The text that was shown, without the control sequences that clear a line."""
    return shown.replace("\r\x1b[K", "")


def enter(world: World, code: str, user: User = contoso.ADA) -> None:
    """The user enters the code on another machine."""
    page = world.visitor.enter_code(f"{world.authority.url}/device", code, user)
    assert "You have signed in" in page.text, page.text


def asked_nobody(world: World) -> bool:
    """Whether no sign-in was started, with the browser or by device code."""
    return not world.authority.authorize_requests and not world.authority.device_code_requests


def all_before_an_answer(world: World, commands: Sequence[Sequence[str]],
                         release: Callable[[], None]) -> list[Outcome]:
    """As all_at_once; `release` is called when all of them have begun."""
    trace = world.session.logs / "together"

    def have_begun() -> bool:
        pids = set(re.findall(r"\[(\d+)\]:", trace.read_text())) if trace.exists() else set()
        return len(pids) >= len(commands)

    with ThreadPoolExecutor(1) as pool:
        outcomes = pool.submit(all_at_once, world, commands, env={"ENTRA_TRACE": str(trace)})
        wait_until(have_begun, f"{len(commands)} processes")
        release()
        return outcomes.result()


def all_at_once(world: World, commands: Sequence[Sequence[str]], **how: Any) -> list[Outcome]:
    """Runs all commands at the same time, where no user can be prompted unless `how` says so."""
    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(lambda command: world.run(*command, timeout=120, **how), commands))
