# SPDX-License-Identifier: MIT
"""What is remembered of the device's identity broker's refusals, and how they are lifted."""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Iterator

import pytest

from authority import contoso
from integration import users
from integration.examining import examine
from integration.test_broker import API, BY_WINDOW, DISPLAY, SILENTLY, claims, token, use
from world.identity_broker import IdentityBroker, account
from world.world import World

VISUAL_STUDIO = "872cd9fa-d31f-45e0-9eab-6e460a02d1f1"  # which has no redirect URI for the broker
REFUSED = "consent between first party application"


@pytest.fixture
def broker(desk: World) -> Iterator[IdentityBroker]:
    """Microsoft's, which tells what the authority says."""
    use(desk, TenantId=contoso.TENANT.guid)
    with IdentityBroker(desk.session, "java", accounts=[account(contoso.ADA)]) as broker:
        yield broker


def advised(outcome) -> list[str]:
    """The command that asks the broker again."""
    text = " ".join(users.plain(outcome.err).split())
    return shlex.split(re.search(r"'(entra login --broker[^']*)'", text)[1])


def refuse(world: World, broker: IdentityBroker):
    """Has the broker refuse the client, and from then on serve it. Returns the second failure."""
    broker.will(SILENTLY, "not_authorized", None)
    first, second = token(world), token(world)
    for outcome in (first, second):
        assert outcome.code == users.SIGN_IN_FIRST and REFUSED in outcome.err.lower()
    assert broker.methods().count(SILENTLY) == 1
    assert "entra login --broker" not in first.err
    return second


def test_the_advised_command_asks_a_broker_again_that_refused(desk, broker):
    outcome = refuse(desk, broker)
    assert time.strftime("at %Y-%m-%dT", time.gmtime()) in outcome.err
    assert desk.at_terminal(*advised(outcome)).finish().code == 0
    desk.run("entra", "logout", "--all")
    assert claims(token(desk))["upn"] == contoso.ADA.username


def test_a_sign_in_for_no_api_lifts_the_refusals_for_all(desk, broker):
    refuse(desk, broker)
    assert desk.at_terminal("entra", "login", "--broker").finish().code == 0
    desk.run("entra", "logout", "--all")
    assert claims(token(desk))["upn"] == contoso.ADA.username


def test_doctor_asks_again_too(desk, broker):
    refuse(desk, broker)
    (found,) = examine(desk, *API).of("broker")
    assert found["message"] == "the device's identity broker gives a token without a prompt"
    assert claims(token(desk))["upn"] == contoso.ADA.username


OTHER_API = ("--api", "GitServer")


def test_a_slow_refusal_of_one_request_does_not_stop_others(desk, broker):
    broker.will(SILENTLY, "slowly declined", None)
    assert "declined scopes" in token(desk).err
    assert claims(token(desk, *OTHER_API))["upn"] == contoso.ADA.username
    assert "declined scopes" in token(desk).err and broker.methods().count(SILENTLY) == 2


def test_that_it_failed_is_forgotten_once_it_does_not(desk, broker):
    broker.will("getAccounts", "unknown_object")
    assert "does not offer what is asked for" in token(desk).err
    broker.will("getAccounts", None)
    (found,) = examine(desk, *API).of("broker")
    assert found["status"] == "ok"
    assert claims(token(desk))["upn"] == contoso.ADA.username


def test_a_client_that_it_cannot_serve_is_no_refusal_that_could_be_lifted(desk, broker):
    use(desk, ClientId=VISUAL_STUDIO)
    for _ in range(2):
        outcome = token(desk)
        assert outcome.code == users.SIGN_IN_FIRST and "which has no redirect URI" in outcome.err
        assert "entra login --broker" not in outcome.err


def test_the_command_is_advised_where_the_browser_is_used(desk, broker):
    refuse(desk, broker)
    terminal = desk.at_terminal("entra", "token", *API, env=DISPLAY).finish()
    said = " ".join(users.plain(terminal.err).split())
    assert terminal.code == 0 and len(desk.authority.authorize_requests) == 1
    assert "You are asked to sign in, since the device's identity broker refused" in said
    assert advised(terminal) == ["entra", "login", "--broker", "--api", "MyWebApi"]
    assert BY_WINDOW not in broker.methods()


@pytest.mark.parametrize("fault, most", [("not_authorized", 24 * 3600), ("not_assigned", 600)])
def test_a_refusal_that_may_soon_be_over_is_not_remembered_for_a_day(desk, broker, fault, most):
    broker.will(SILENTLY, fault)
    assert token(desk).code == users.SIGN_IN_FIRST
    (file,) = (desk.session.runtime / "entra").glob("*.broker-refusal")
    left = json.loads(file.read_text())["until"] - time.time()
    assert most - 60 < left <= most
