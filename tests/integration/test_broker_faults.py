# SPDX-License-Identifier: MIT
"""The device's identity broker is absent, slow, hung, dies, or answers with what it should not."""

from __future__ import annotations

import json
import os
import pwd
import signal
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest

from authority import contoso
from integration import users
from integration.stored import kept
from integration.test_broker import API, DISPLAY, SILENTLY, claims, token, use
from world.bus import MessageBus
from world.identity_broker import IdentityBroker, account
from world.waiting import SHORT_LIMIT
from world.world import World

ACCOUNTS = [account(contoso.ADA)]
STRANGER = pwd.getpwnam("nobody").pw_uid  # dbus-daemon looks its user up


@pytest.fixture
def broker(desk: World) -> Iterator[IdentityBroker]:
    with IdentityBroker(desk.session, accounts=ACCOUNTS) as broker:
        yield broker


@pytest.fixture
def startable(shell: World) -> Iterator[IdentityBroker]:
    """A desktop whose bus can start a broker, and which stores tokens in a folder in memory."""
    session = shell.session
    shell.write_appsettings(shell.user_appsettings())
    services = session.root / "services"
    broker = IdentityBroker(session, accounts=ACCOUNTS, startable=services)
    bus = MessageBus(session.runtime, session.logs, session.env, services=services)
    with TemporaryDirectory(dir="/dev/shm", prefix="entra-test-") as memory:
        session.env |= {"DBUS_SESSION_BUS_ADDRESS": bus.address, "ENTRA_KEYRING": "runtime",
                        "XDG_RUNTIME_DIR": memory}
        yield broker
        bus.stop()
        broker.close()


# ---- absent, and started ----


@pytest.mark.parametrize("domain", [contoso.TENANT.guid, contoso.TENANT.domains[0]])
def test_without_a_broker_nothing_is_different(desk, domain):
    use(desk, TenantId=domain)
    outcome = token(desk)
    assert outcome.code == users.SIGN_IN_FIRST and "broker" not in outcome.err
    assert desk.authority.requests == []
    assert users.whose(desk, desk.at_terminal("entra", "token", *API).finish()) == \
        contoso.ADA.username


def test_a_broker_that_does_not_run_is_started(shell, startable):
    assert not startable.is_running()
    assert claims(token(shell))["upn"] == contoso.ADA.username
    assert startable.methods() == ["getAccounts", SILENTLY]


def test_a_broker_that_starts_slowly_is_waited_for(shell, startable):
    startable.set(slow=2)
    assert claims(token(shell))["upn"] == contoso.ADA.username


def test_a_broker_that_does_not_come_up_is_given_up(shell, startable):
    startable.set(slow=60)
    outcome = token(shell, "--timeout", SHORT_LIMIT)
    assert outcome.code == users.SIGN_IN_FIRST and "does not answer in time" in outcome.err
    assert outcome.seconds < int(SHORT_LIMIT) + 5


def test_a_broker_that_cannot_be_started_is_gone_without(shell, startable):
    program = shell.session.root / "broker" / "broker"
    program.write_text("#!/bin/sh\nexit 1\n")
    outcome = token(shell)
    assert outcome.code == users.SIGN_IN_FIRST and "cannot be started" in outcome.err


def test_an_object_that_comes_later_than_its_name_is_waited_for(desk, broker):
    broker.will("getAccounts", "unknown_object", None)
    assert claims(token(desk))["upn"] == contoso.ADA.username
    assert broker.methods() == ["getAccounts", "getAccounts", SILENTLY]


def test_an_object_that_never_comes_is_not_waited_for_for_long(desk, broker):
    broker.will("getAccounts", "unknown_object")
    first = token(desk)
    asked = len(broker.methods())
    second = token(desk)
    assert first.code == users.SIGN_IN_FIRST and first.seconds < 15
    assert "does not offer what is asked for" in first.err and first.err == second.err
    assert len(broker.methods()) == asked


# ---- hung, or dead ----


@pytest.mark.parametrize("method", ["getAccounts", SILENTLY])
def test_a_broker_that_hangs_costs_the_time_limit_once(desk, broker, method):
    broker.will(method, "hang")
    first, second = token(desk, "--timeout", "12"), token(desk, "--timeout", "12")
    for outcome in (first, second):
        assert outcome.code == users.SIGN_IN_FIRST and "does not answer in time" in outcome.err
    assert 10 < first.seconds < 20 and second.seconds < 10
    assert broker.methods().count(method) == 1


def test_a_broker_that_had_little_time_is_asked_again(desk, broker):
    broker.will(SILENTLY, "hang", None)
    assert "does not answer in time" in token(desk, "--timeout", "2").err
    assert claims(token(desk))["upn"] == contoso.ADA.username


def test_that_the_bus_was_slow_is_not_held_against_the_broker(desk, broker):
    """The keyring is the runtime folder, since the desktop's would be slow too."""
    bus = desk.session.processes("dbus-daemon")
    for process in bus:
        os.kill(int(process.name), signal.SIGSTOP)
    slow = token(desk, "--keyring", "runtime")
    for process in bus:
        os.kill(int(process.name), signal.SIGCONT)
    assert "the session bus does not answer in time" in slow.err
    assert claims(token(desk, "--keyring", "runtime"))["upn"] == contoso.ADA.username


def test_each_session_finds_out_for_itself(shell, startable):
    """The failure of one session's broker is none of another session's."""
    startable.will("getAccounts", "unknown_object")
    session = shell.session
    assert "does not offer what is asked for" in token(shell).err
    other = MessageBus(session.runtime, session.logs, session.env,
                       elsewhere=f"unix:path={session.root / 'other-bus'}")
    with IdentityBroker(session, accounts=ACCOUNTS, bus=other.address):
        outcome = token(shell, env={"DBUS_SESSION_BUS_ADDRESS": other.address})
        assert claims(outcome)["upn"] == contoso.ADA.username
    other.stop()


def test_a_frozen_broker_costs_no_more_than_that(desk, broker):
    os.kill(broker.pid, signal.SIGSTOP)
    outcome = token(desk, "--timeout", SHORT_LIMIT)
    assert outcome.code == users.SIGN_IN_FIRST and outcome.seconds < int(SHORT_LIMIT) + 5


@pytest.mark.parametrize("method", ["getAccounts", SILENTLY])
def test_a_broker_that_dies_is_gone_without(desk, broker, method):
    broker.will(method, "die")
    outcome = token(desk)
    assert outcome.code == users.SIGN_IN_FIRST and outcome.seconds < 10
    assert "it ended before it answered" in outcome.err


def test_a_bus_that_hangs_costs_no_more_than_a_second(desk, broker):
    """The keyring is the runtime folder, since the desktop's would hang too."""
    bus = desk.session.processes("dbus-daemon")
    for process in bus:
        os.kill(int(process.name), signal.SIGSTOP)
    outcome = token(desk, "--keyring", "runtime")
    for process in bus:
        os.kill(int(process.name), signal.SIGCONT)
    assert outcome.code == users.SIGN_IN_FIRST and outcome.seconds < 5


def test_where_it_hangs_the_browser_is_used_all_the_same(desk, broker):
    broker.will("getAccounts", "hang")
    outcome = desk.at_terminal("entra", "token", *API, "--timeout", "20", env=DISPLAY).finish()
    assert outcome.code == 0 and len(desk.authority.authorize_requests) == 1


# ---- what it answers ----


@pytest.mark.parametrize("method", ["getAccounts", SILENTLY])
@pytest.mark.parametrize("fault, why", [
    ("garbage", "unusable: not valid JSON"), ("empty", "unusable: not valid JSON"),
    ("huge", "unusable: it is longer than"), ("dbus_error", "cannot be used: it fails"),
    ("wrong_type", "not of the right type")])
def test_what_cannot_be_used_is_gone_without(desk, broker, method, fault, why):
    broker.will(method, fault)
    outcome = token(desk, "--verbose")
    assert outcome.code == users.SIGN_IN_FIRST and outcome.out == "" and why in outcome.err
    assert "eyJ" not in outcome.err and "AAAA" not in outcome.err and "\x1b" not in outcome.err
    assert kept(desk, "access_token") == []


def test_a_token_with_a_line_break_is_refused(desk, broker):
    broker.will(SILENTLY, "line_break")
    outcome = desk.run("git-credential-entra", "get", input="protocol=https\nhost="
                       + desk.git_server.url.removeprefix("https://") + "\n")
    assert "password" not in outcome.out and "invalid characters" in outcome.err


@pytest.mark.parametrize("fault", ["no_network", "unavailable"])
def test_a_broker_without_a_network_is_a_failure_of_the_network(desk, broker, fault):
    """A browser would have none either."""
    broker.will(SILENTLY, fault)
    outcome = desk.at_terminal("entra", "token", *API, env=DISPLAY).finish()
    assert outcome.code == 4 and users.asked_nobody(desk)


@pytest.mark.parametrize("fault, why", [("untrusted", "trust the authority"),
                                        ("declined", "declined scopes")])
def test_another_refusal_leads_to_the_browser(desk, broker, fault, why):
    broker.set(dialect="java")
    broker.will(SILENTLY, fault)
    assert token(desk).code == users.SIGN_IN_FIRST
    outcome = desk.at_terminal("entra", "token", *API, env=DISPLAY).finish()
    assert outcome.code == 0 and len(desk.authority.authorize_requests) == 1


# ---- nothing of it is shown ----


def test_no_request_or_answer_is_in_a_trace(desk, broker):
    challenge = json.dumps({"access_token": {"nbf": {"value": "traceable"}}})
    first = token(desk, "--verbose")
    second = token(desk, "--verbose", "--claims", challenge)
    for outcome in (first, second):
        assert outcome.code == 0 and "broker: asking" in outcome.err
        assert outcome.out.strip() not in outcome.err and "eyJ" not in outcome.err
        assert "traceable" not in outcome.err
    own_log = desk.session.root / "broker" / "requests"
    assert set(desk.session.files_holding(first.out.strip().encode())) <= {own_log}


# ---- another user's bus ----


def test_another_users_bus_is_not_used(shell):
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    session = shell.session
    shell.write_appsettings(shell.user_appsettings())
    folder = session.root / "stranger"
    folder.mkdir()
    os.chown(folder, STRANGER, STRANGER)
    session.root.chmod(0o711)
    session.logs.chmod(0o755)
    bus = MessageBus(folder, session.logs, session.env, elsewhere=f"unix:path={folder / 'bus'}",
                     uid=STRANGER)
    session.env["DBUS_SESSION_BUS_ADDRESS"] = bus.address
    with IdentityBroker(session, accounts=ACCOUNTS) as broker:
        outcome = token(shell, "--keyring", "runtime")
        assert outcome.code == users.SIGN_IN_FIRST and broker.calls() == []
    bus.stop()
