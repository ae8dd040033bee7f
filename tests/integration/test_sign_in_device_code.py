# SPDX-License-Identifier: MIT
"""A user signs in by device code: on another machine, with a code from this one's terminal."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from authority import contoso, faults
from authority.faults import Fault
from integration import users
from integration.users import enter, start_device_code, token, whose
from world.terminal import INTERRUPT
from world.waiting import PATIENCE, wait_until
from world.world import World

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(autouse=True)
def quick(desk: World) -> None:
    desk.authority.device_codes.interval = 1


def polls(world: World) -> list[float]:
    return [one.time for one in world.authority.token_requests
            if one.form["grant_type"] == DEVICE_GRANT]


def wait_for_polls(world: World, count: int) -> None:
    wait_until(lambda: len(polls(world)) >= count, f"{count} polls")


def test_a_code_entered_on_another_machine_signs_in(desk):
    terminal, code = start_device_code(desk)
    enter(desk, code, contoso.GRACE)
    outcome = terminal.finish()
    assert outcome.code == 0 and contoso.GRACE.username in outcome.err + outcome.out
    assert whose(desk, token(desk)) == contoso.GRACE.username
    assert desk.browser.urls == []


def test_stdout_has_only_the_token(desk):
    terminal, code = start_device_code(desk, "entra", "token", *users.API)
    enter(desk, code)
    assert whose(desk, terminal.finish()) == contoso.ADA.username


def test_the_message_is_on_the_terminal_even_if_stderr_is_a_file(desk):
    log = desk.session.logs / "stderr"
    terminal = desk.at_terminal(
        "sh", "-c", f"exec entra token {' '.join(users.API)} 2>{log}", env=users.NO_BROWSER)
    enter(desk, users.user_code(terminal))
    assert whose(desk, terminal.finish()) == contoso.ADA.username


def test_login_works_with_no_terminal_at_all(desk):
    """As from a script whose stderr a user reads."""
    desk.authority.device_codes.expires_in = 60
    outcomes = []
    thread = threading.Thread(
        target=lambda: outcomes.append(desk.run("entra", "login", "--device-code")))
    thread.start()
    wait_until(lambda: desk.authority.device_codes.all() != [], "the code")
    code = desk.authority.device_codes.all()[0].user_code
    enter(desk, code)
    thread.join(30)
    assert outcomes[0].code == 0, outcomes
    assert code in outcomes[0].err and code not in outcomes[0].out


def test_it_polls_no_more_often_than_the_authority_allows(desk):
    terminal, code = start_device_code(desk)
    wait_for_polls(desk, 3)
    enter(desk, code)
    assert terminal.finish().code == 0
    times = polls(desk)
    gaps = [after - before for before, after in zip(times, times[1:])]
    assert all(0.95 <= gap for gap in gaps), gaps


def test_it_slows_down_when_told(desk):
    desk.authority.device_codes.slow_downs = 1
    terminal, code = start_device_code(desk)
    wait_for_polls(desk, 1)
    enter(desk, code)
    assert terminal.finish().code == 0
    first, second = polls(desk)
    assert second - first >= 5.9


def test_something_is_shown_while_it_waits(desk):
    terminal, code = start_device_code(desk)
    shown = len(terminal.screen)
    wait_for_polls(desk, 3)
    assert len(terminal.screen) > shown
    enter(desk, code)
    outcome = terminal.finish()
    assert outcome.code == 0 and outcome.out.count(code) == 0


def test_declining_ends_the_wait(desk):
    terminal, code = start_device_code(desk)
    desk.visitor.decline_code(f"{desk.authority.url}/device", code)
    outcome = terminal.finish()
    assert (outcome.code, outcome.out) == (3, "")
    assert "authorization_declined" in outcome.err and "correlation id" in outcome.err
    assert "and accept, or have an administrator consent" in outcome.err
    assert desk.session.keyring.items() == []


def test_a_code_that_is_not_entered_expires(desk):
    terminal, _ = start_device_code(desk)
    desk.authority.device_codes.expire()
    outcome = terminal.finish()
    assert outcome.code == users.SIGN_IN_FIRST
    assert "AADSTS70020" in outcome.err and "correlation id" in outcome.err
    assert "Run 'entra login' again, and enter the code before it expires." in outcome.err


def test_a_code_of_one_second_expires_by_our_own_clock_too(desk):
    desk.authority.device_codes.expires_in = 2
    terminal, _ = start_device_code(desk)
    desk.authority.faults.inject(faults.unavailable())
    outcome = terminal.finish()
    assert outcome.code != 0 and outcome.seconds < PATIENCE / 2
    assert "within the time allowed. Try again" in outcome.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_wait_at_once(desk, number):
    terminal, code = start_device_code(desk)
    wait_for_polls(desk, 1)
    if number == signal.SIGINT:
        terminal.type(INTERRUPT)
    else:
        os.kill(terminal.pid, number)
    outcome = terminal.finish()
    assert outcome.code in (-number, 128 + number)
    assert outcome.err.endswith("\r\x1b[K"), "the line of waiting still stands there"
    assert desk.session.keyring.items() == []
    enter(desk, code)
    assert desk.authority.refresh_tokens.all() == []


@pytest.mark.parametrize("fault", [faults.unavailable(), faults.throttled("1"),
                                   faults.cut_short("broken", 0.5, keep_length=True)],
                         ids=lambda fault: fault.name)
def test_a_poll_that_fails_temporarily_does_not_end_the_wait(desk, fault: Fault):
    terminal, code = start_device_code(desk)
    desk.authority.faults.inject(fault, times=1)
    wait_for_polls(desk, 2)
    enter(desk, code)
    assert terminal.finish().code == 0


def test_the_authoritys_text_cannot_harm_the_terminal(desk):
    desk.authority.device_codes.message = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\n {uri} {code} \u202e"
    terminal, code = start_device_code(desk)
    enter(desk, code)
    outcome = terminal.finish()
    assert outcome.code == 0
    for character in "\x1b\x07\x9b\u202e":
        assert character not in users.plain(outcome.err)


BROKEN = {
    "no user code": {"user_code": faults.MISSING},
    "a user code of another type": {"user_code": 123456789},
    "a user code without end": {"user_code": "A" * 100_000},
    "a user code with an escape": {"user_code": "\x1b[2JABC"},
    "no device code": {"device_code": faults.MISSING},
    "an empty device code": {"device_code": ""},
    "no page": {"verification_uri": faults.MISSING},
    "a page without https": {"verification_uri": "http://evil.example/device"},
    "a page that is none": {"verification_uri": "javascript:alert(1)"},
    "a page with an escape": {"verification_uri": "https://localhost/\x1b[2J"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_invalid_answer_is_an_error(desk, name):
    desk.authority.device_faults.inject(faults.altered(name, **BROKEN[name]))
    outcome = desk.at_terminal("entra", "login", "--device-code").finish()
    assert (outcome.code, outcome.out) == (4, ""), outcome
    assert "Check Instance; a proxy may modify the answer." in outcome.err
    assert "\x1b" not in outcome.err and len(outcome.err) < 1000


ODD = {
    "an interval as text": {"interval": "1"},
    "no interval": {"interval": faults.MISSING},
    "an interval of nothing": {"interval": 0},
    "a negative interval": {"interval": -5},
    "no message": {"message": faults.MISSING},
    "an empty message": {"message": ""},
    "a life as text": {"expires_in": "900"},
}


@pytest.mark.parametrize("name", ODD)
def test_an_unusual_answer_is_accepted(desk, name):
    desk.authority.device_faults.inject(faults.altered(name, **ODD[name]))
    terminal, code = start_device_code(desk)
    enter(desk, code)
    assert terminal.finish().code == 0


def test_an_error_under_200_is_an_error(desk):
    desk.authority.device_faults.inject(
        faults.refused("under 200", "invalid_client", 7000218, "It is confidential.", 200))
    outcome = desk.at_terminal("entra", "login", "--device-code").finish()
    assert outcome.code == 3
    assert "AADSTS7000218" in outcome.err and "public client" in outcome.err


def test_an_unreachable_authority_is_an_error(desk):
    desk.write_appsettings(desk.user_appsettings())
    desk.authority.close()
    begin = time.monotonic()
    outcome = desk.at_terminal("entra", "login", "--device-code").finish()
    assert outcome.code == 4 and time.monotonic() - begin < PATIENCE / 2
