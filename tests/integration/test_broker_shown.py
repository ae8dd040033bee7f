# SPDX-License-Identifier: MIT
"""What entra status, list and doctor say of the device's identity broker."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from authority import contoso
from integration import users
from integration.examining import examine
from integration.stored import forget_tokens
from integration.test_broker import use
from integration.test_broker_faults import startable
from world.identity_broker import IdentityBroker, account
from world.world import World

__all__ = ["startable"]  # the fixture

VISUAL_STUDIO = "872cd9fa-d31f-45e0-9eab-6e460a02d1f1"  # which has no redirect URI for the broker
ADA, GRACE = contoso.ADA.username, contoso.GRACE.username


@pytest.fixture
def broker(desk: World) -> Iterator[IdentityBroker]:
    with IdentityBroker(desk.session, accounts=[account(contoso.ADA)]) as broker:
        yield broker


def status(world: World, code: int = 0, **how) -> dict:
    outcome = world.run("entra", "status", "--output", "json", **how)
    assert outcome.code == code, outcome
    return json.loads(outcome.out)["broker"]


# ---- status ----


@pytest.mark.parametrize("dialect, kind, version", [
    ("java", "microsoft", "2.0.1"), ("native", "microsoft", "2.5.2"),
    ("native3", "microsoft", "3.0.2"), ("himmelblau", "himmelblau", "4.1.0")])
def test_the_status_says_whose_broker_it_is(desk, dialect, kind, version):
    with IdentityBroker(desk.session, dialect, accounts=[account(contoso.ADA)]):
        assert status(desk) == {"kind": kind, "version": version, "running": True,
                                "accounts": [ADA], "reason": None}
        shown = desk.run("entra", "status").out
        assert f"{version}, signed in to the device: {ADA}" in " ".join(shown.split())


def test_an_account_of_the_device_is_as_good_as_a_sign_in(desk, broker):
    assert desk.run("entra", "status").code == 0
    broker.set(accounts=[])
    outcome = desk.run("entra", "status")
    assert outcome.code == users.SIGN_IN_FIRST and "signed in to the device: nobody" in outcome.out


def test_an_account_that_is_listed_for_each_tenant_is_shown_once(desk, broker):
    broker.set(accounts=[account(contoso.ADA), account(contoso.ADA) | {"realm": contoso.BOB.home}])
    assert status(desk)["accounts"] == [ADA]


def test_nobody_is_not_the_word_for_accounts_that_cannot_be_read(desk, broker):
    assert desk.run("entra", "token", "--api", "MyWebApi").code == 0
    broker.set(accounts=[{"realm": contoso.ADA.home}])
    shown = " ".join(desk.run("entra", "status").out.split())
    assert "signed in to the device: 1 that cannot be read" in shown and "again" not in shown


def test_whoever_the_device_signed_in_is_shown_as_signed_in(desk, broker):
    assert desk.run("entra", "token", "--api", "MyWebApi").code == 0
    assert "Signed in  ada@contoso.com, by the device (default)\n" in desk.run("entra", "status").out
    assert "(signed in by the device, default)" in desk.run("entra", "list").out
    (shown,) = json.loads(desk.run("entra", "status", "--output", "json").out)["accounts"]
    assert (shown["username"], shown["isDefault"], shown["clients"]) == (ADA, True, [])
    broker.set(accounts=[])
    assert "ada@contoso.com, who must sign in again (default)" in desk.run("entra", "status").out
    assert "(must sign in again, default)" in desk.run("entra", "list").out


def test_nobody_is_said_to_be_signed_out_whom_the_broker_was_not_asked_for(desk, broker):
    desk.run("entra", "token", "--api", "MyWebApi")
    for env in ({"ENTRA_BROKER": "never"}, {}):
        assert "ada@contoso.com, by the device (default)" in desk.run("entra", "status", env=env).out
        assert "(signed in by the device, default)" in desk.run("entra", "list", env=env).out
        broker.close()


def test_the_status_knows_whether_a_token_can_be_had(desk, broker):
    broker.set(accounts=[account(contoso.GRACE), account(contoso.BOB)])
    use(desk, TenantId="organizations")
    assert desk.run("entra", "status").code == users.SIGN_IN_FIRST  # it would guess none
    assert desk.run("entra", "token", "--api", "MyWebApi", "--account", GRACE).code == 0
    assert desk.run("entra", "status").code == 0
    forget_tokens(desk)
    broker.will("acquireTokenSilently", "not_authorized")
    assert desk.run("entra", "token", "--api", "GitServer").code == users.SIGN_IN_FIRST


def test_a_sign_in_of_ours_is_of_no_use_where_the_broker_is_required(desk):
    users.login(desk, "--browser")
    assert desk.run("entra", "status").code == 0
    outcome = desk.run("entra", "status", env={"ENTRA_BROKER": "require"})
    assert outcome.code == users.SIGN_IN_FIRST


@pytest.mark.parametrize("command", ["list", "logout"])
def test_a_setting_that_is_a_mistake_does_not_let_the_broker_be_asked(desk, broker, command):
    desk.run("entra", command, env={"ENTRA_BROKER": "sometimes"})
    assert broker.calls() == []


def test_a_broker_that_does_not_serve_the_client_is_no_way_to_a_token(desk, broker):
    use(desk, ClientId=VISUAL_STUDIO)
    assert desk.run("entra", "status").code == users.SIGN_IN_FIRST


def test_without_a_broker_nothing_is_said_of_one(desk):
    assert status(desk, users.SIGN_IN_FIRST) is None
    assert "Broker" not in desk.run("entra", "status").out


def test_a_broker_that_is_forbidden_is_not_asked(desk, broker):
    assert status(desk, users.SIGN_IN_FIRST, env={"ENTRA_BROKER": "never"}) is None
    use(desk, Broker="never")
    assert status(desk, users.SIGN_IN_FIRST) is None and broker.calls() == []


def test_a_broker_that_hangs_does_not_hold_the_status_up(desk, broker):
    broker.will("getAccounts", "hang")
    outcome = desk.run("entra", "status")
    assert outcome.code == users.SIGN_IN_FIRST and outcome.seconds < 15
    assert "does not answer in time" in " ".join(outcome.out.split())


def test_the_status_starts_no_broker(shell, startable):
    found = status(shell, users.SIGN_IN_FIRST)
    assert not found["running"] and not startable.is_running()
    assert "can be started" in shell.run("entra", "status").out


# ---- list ----


def test_a_broker_that_is_forbidden_is_not_listed(desk, broker):
    use(desk, Broker="never")
    assert "device" not in desk.run("entra", "list").out and broker.calls() == []


def test_the_list_ends_with_the_accounts_of_the_device(desk, broker):
    broker.set(accounts=[account(contoso.ADA), account(contoso.GRACE)])
    assert f"Signed in to this device, by the identity broker (Microsoft's 2.5.2): {ADA}, {GRACE}." \
        in " ".join(desk.run("entra", "list").out.split())
    rows = json.loads(desk.run("entra", "list", "--output", "json").out)
    assert [(row["kind"], row["account"], row["store"]) for row in rows] == [
        ("device_account", ADA, None), ("device_account", GRACE, None)]


# ---- doctor ----


def finding(world: World, **how) -> tuple[str, str, dict]:
    report = examine(world, "--api", "MyWebApi", **how)
    (found,) = report.of("broker")
    return found["status"], found["message"], report.details("broker")


def test_doctor_tries_for_a_token_without_a_prompt(desk, broker):
    status, message, details = finding(desk)
    assert (status, message) == (
        "ok", "the device's identity broker gives a token without a prompt")
    assert details["broker"][0] == "Microsoft's 2.5.2" and details["signed in"][0] == ADA


def test_doctor_says_why_there_is_none(desk, broker):
    broker.will("acquireTokenSilently", "interaction_required")
    status, message, _ = finding(desk)
    assert status == "skipped" and "must sign in to the device again" in message
    broker.set(accounts=[])
    assert "nobody is signed in to this device" in finding(desk)[1]


@pytest.mark.parametrize("method, told", [
    ("getLinuxBrokerVersion", "gives a token without a prompt"),
    ("getAccounts", "it does not answer in time")])
def test_a_broker_that_hangs_is_not_held_against_the_keyring(desk, broker, method, told):
    broker.will(method, "hang")
    report = examine(desk, "--api", "MyWebApi")
    (found,) = report.of("broker")
    assert told in found["message"] and found["status"] != "failed"
    assert "keyring_silent" not in str(report.findings)


def test_doctor_fails_where_the_broker_is_required(desk, broker):
    use(desk, Broker="require")
    broker.will("acquireTokenSilently", "interaction_required")
    assert finding(desk)[0] == "failed"


def test_doctor_says_what_works_on_wsl(desk):
    status, message, _ = finding(desk, env={"WSL_DISTRO_NAME": "Debian"})
    assert status == "skipped" and "WSL" in message and "entra login --browser" in message


def test_doctor_says_that_there_is_none_or_that_it_is_forbidden(desk, broker):
    assert "may not be used" in finding(desk, env={"ENTRA_BROKER": "never"})[1]
    broker.close()
    assert finding(desk)[:2] == ("skipped", "there is no identity broker in this session")


def test_doctor_has_no_use_for_a_broker_where_an_app_is_configured(world):
    assert finding(world)[:2] == ("skipped", "no user's token is requested")
