# SPDX-License-Identifier: MIT
"""Microsoft's broker has a cache of tokens, which is passed by where another one is wanted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from authority import contoso
from integration.keyring_asking import provider
from integration.stored import age, kept
from integration.test_broker import SILENTLY, token
from world.identity_broker import IdentityBroker, account
from world.waiting import wait_until
from world.world import World

DEVOPS = "protocol=https\nhost=dev.azure.com\n"
STORES_NOTHING = {"ENTRA_KEYRING": "none"}


@pytest.fixture
def broker(desk: World) -> Iterator[IdentityBroker]:
    with IdentityBroker(desk.session, accounts=[account(contoso.ADA)]) as broker:
        yield broker


def asked(broker: IdentityBroker) -> int:
    return broker.methods().count(SILENTLY)


def stored(world: World) -> str:
    return json.loads(kept(world, "access_token")[0].secret)["access_token"]


def git(world: World, operation: str = "get", password: str | None = None, **env: str) -> str:
    """What git-credential-entra is asked by git; its answer is the password."""
    outcome = world.run("git-credential-entra", operation, env=env, input=DEVOPS + (
        f"username=entra\npassword={password}\n" if password else "path=contoso/app/_git/app\n"))
    assert outcome.code == 0, outcome
    return dict(line.split("=", 1) for line in outcome.out.splitlines()).get("password", "")


@pytest.mark.parametrize("env", [{}, {"ENTRA_RENEWAL": "inline"}], ids=["background", "inline"])
def test_an_early_renewal_gets_another_token(desk, broker, env):
    before = token(desk).out.strip()
    age(desk, lives=1800, renew=True)
    assert token(desk, env=env).out.strip() == before or env
    wait_until(lambda: stored(desk) != before, "the renewal")
    assert broker.parameters()["accessTokenToRenew"] == before and asked(broker) == 2


def test_a_token_that_is_about_to_expire_is_replaced(desk, broker):
    before = token(desk).out.strip()
    age(desk, lives=60)
    assert token(desk).out.strip() != before
    assert asked(broker) == 2


@pytest.mark.parametrize("env", [{}, STORES_NOTHING], ids=["kept", "not kept"])
def test_a_token_that_was_refused_does_not_come_back(desk, broker, env):
    before = git(desk, **env)
    git(desk, "erase", before, **env)
    after = git(desk, **env)
    assert before and after and after != before
    assert asked(broker) == 3 and broker.parameters()["accessTokenToRenew"] == before
    assert git(desk, **env) == after and asked(broker) == 3 + len(env)


def test_of_a_refused_token_no_file_tells_anything(desk, broker):
    before = git(desk)
    git(desk, "erase", before)
    notes = list(desk.session.runtime.glob("entra/*.broker-refused"))
    assert len(notes) == 1 and notes[0].read_text().isdecimal() and len(notes[0].read_text()) <= 10


def test_a_password_leaves_no_trace(desk, broker):
    git(desk, "erase", "correct horse battery staple")
    assert not list(desk.session.runtime.glob("entra/*.broker-refused"))


def test_the_token_of_another_helper_is_not_taken_for_the_refused_one(desk, broker):
    before = git(desk)
    git(desk, "erase", "another")
    assert git(desk) == before and asked(broker) == 1


def test_a_refresh_is_forced_where_the_keyring_has_nothing_too(desk, broker):
    before = token(desk, env=STORES_NOTHING).out.strip()
    after = token(desk, "--force-refresh", env=STORES_NOTHING).out.strip()
    assert after != before
    assert asked(broker) == 3 and broker.parameters()["accessTokenToRenew"] == before


def test_a_feed_that_has_refused_a_token_gets_another(desk, broker):
    before, after = (json.loads(provider(desk, retry=retry).out)["Password"]
                     for retry in (False, True))
    assert after != before and broker.parameters()["accessTokenToRenew"] == before


def test_doctor_finds_out_whether_there_is_a_new_one(desk, broker):
    before = token(desk).out.strip()
    outcome = desk.run("entra", "doctor", "--api", "MyWebApi")
    assert "accessTokenToRenew" in json.dumps(broker.calls(SILENTLY)), outcome
    assert stored(desk) != before


def test_a_sign_in_that_the_renewal_shows_to_be_over_is_said(desk, broker):
    before = git(desk)
    git(desk, "erase", before)
    broker.will(SILENTLY, None, None, "interaction_required")
    outcome = desk.run("git-credential-entra", "get", input=DEVOPS)
    assert "password=" not in outcome.out and "must sign in to the device again" in outcome.err
