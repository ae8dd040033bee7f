# SPDX-License-Identifier: MIT
"""However many items there are, of ours and of others, an answer takes as many calls; and what has
ended goes away, so that there are not ever more."""

from __future__ import annotations

import os
import time

import pytest

from authority import contoso
from integration import users
from integration.asking import ask_git
from world.bus_monitor import BusMonitor
from world.plain_keyring import Entry, PlainKeyring
from world.world import World

DAY = 24 * 3600
FEW, MANY = 5, 300


def tokens(world: World, count: int, secret: str = "{}") -> list[Entry]:
    """As our programs store them, for APIs that nobody asks for any more."""
    return [Entry(f"Token {number}", {
        "xdg:schema": "org.entra_credential_helpers.Token", "kind": "access_token",
        "authority": world.authority.url, "tenant": contoso.TENANT.domains[0],
        "client_id": contoso.DAEMON.client_id, "account": "app",
        "scope": f"api://gone-{number}/.default"}, secret) for number in range(count)]


def passwords(_: World, count: int, secret: str = "a password") -> list[Entry]:
    """Of another program."""
    return [Entry(f"Password {number}", {
        "xdg:schema": "org.example.Web", "server": f"host{number}.example.com", "user": "ada"},
        secret) for number in range(count)]


def ask(world: World, *words: str) -> str:
    outcome = world.run("entra", "token", *words)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out


# ---- calls ----

API = ("--api", "MyWebApi")
OF_OURS, OF_OTHERS = "ours", "others"


def calls(world: World, *command: str) -> int:
    """How many a command makes to the keyring."""
    with BusMonitor(world.session.bus.address) as monitor:
        outcome = world.run(*command)
    assert outcome.code == 0, outcome
    return monitor.total


def clear(world: World) -> None:
    scope = f"{contoso.MY_WEB_API}/.default"
    assert world.run("secret-tool", "clear", "scope", scope).code == 0


def measured(world: World) -> dict[str, int]:
    """The calls of each job; the keyring is as before."""
    new = calls(world, "entra", "token", *API)
    again = calls(world, "entra", "token", *API)
    renewed = calls(world, "entra", "token", *API, "--force-refresh")
    listed = calls(world, "entra", "list")
    clear(world)
    return {"new": new, "again": again, "renewed": renewed, "list": listed}


@pytest.mark.parametrize("whose", [tokens, passwords])
def test_a_token_takes_as_many_calls_whatever_else_there_is(world, whose):
    PlainKeyring(world.session, whose(world, FEW))
    few = measured(world)
    PlainKeyring(world.session, whose(world, MANY))
    many = measured(world)
    listed = [each.pop("list") for each in (few, many)]
    assert many == few
    assert listed[1] - listed[0] <= (2 * (MANY - FEW) if whose is tokens else 0)


def test_a_sign_in_takes_as_many_calls_whatever_else_there_is(desk):
    def signing_in() -> int:
        with BusMonitor(desk.session.bus.address) as monitor:
            users.login(desk)
        assert desk.run("entra", "logout").code == 0
        return monitor.total

    counts = []
    for whose, number in ((tokens, FEW), (tokens, MANY), (passwords, MANY)):
        PlainKeyring(desk.session, whose(desk, number))
        counts.append(signing_in())
    assert len(set(counts)) == 1, counts


# ---- what has ended ----


def stored(world: World) -> int:
    return len(world.session.keyring.items())


def test_tokens_that_nobody_asks_for_any_more_go_away(world):
    """Each day, for other APIs: the days are made by making the items older."""
    a_day, days = 5, 9
    apis = [f"api://day-{day}-{number}" for day in range(days) for number in range(a_day)]
    world.authority.directory.resources += apis
    keyring = PlainKeyring(world.session)
    counts = []
    for _ in range(days):
        for _ in range(a_day):
            ask(world, "--resource", apis.pop())
        counts.append(stored(world))
        keyring.age(DAY)
    assert max(counts) < 5 * a_day, counts
    assert counts[0] == a_day  # none goes away that may still be good


def type_credential(world: World, username: str, expiry: str = "") -> None:
    outcome = ask_git(world, operation="store",
                      request=f"username={username}\npassword=typed\n{expiry}")
    assert outcome.code == 0, outcome


def test_what_cannot_be_requested_again_stays(desk):
    """However old it is: who has signed in, their refresh token, a client secret, and credentials that
    were typed for git, of which one that expires is stored later."""
    keyring = PlainKeyring(desk.session)
    users.login(desk)
    type_credential(desk, "ada")
    assert desk.run("entra", "secret", "set", input="a client secret").code == 0
    before = {item.label for item in desk.session.keyring.items()
              if item.attributes["kind"] != "access_token"}
    assert any("git credential" in label for label in before), before
    keyring.age(400 * DAY)
    apis = [f"api://x{number}" for number in range(12)]
    desk.authority.directory.resources += apis
    for number, api in enumerate(apis):
        assert desk.run("entra", "token", "--resource", api).code == 0
        type_credential(desk, f"ada-{number}", f"password_expiry_utc={int(time.time()) + 60}\n")
    assert before <= {item.label for item in desk.session.keyring.items()}


def test_a_keyring_that_was_never_swept_gets_smaller(world):
    """As one that an earlier version has filled."""
    keyring = PlainKeyring(world.session, tokens(world, 60) + passwords(world, 10))
    keyring.age(3 * DAY)
    apis = [f"api://x{number}" for number in range(25)]
    world.authority.directory.resources += apis
    for api in apis:
        ask(world, "--resource", api)
    labels = [item.label for item in world.session.keyring.items()]
    assert sum(label.startswith("Token") for label in labels) <= 60 - 25
    assert sum(label.startswith("Password") for label in labels) == 10


def test_locks_of_requests_that_nobody_makes_any_more_go_away(world):
    """Each request has a file of its own in the runtime folder."""
    apis = [f"api://x{number}" for number in range(6)]
    world.authority.directory.resources += apis
    folder = world.session.runtime / "entra"
    for api in apis:
        ask(world, "--resource", api)
        for lock in folder.iterdir():
            os.utime(lock, (0, 0))
    assert len(list(folder.glob("*.flight"))) == 1
