# SPDX-License-Identifier: MIT
"""While one process waits for the user to sign in, another one that needs the sign-in waits too."""

from __future__ import annotations

import json

import pytest

from authority import contoso, faults
from integration.users import (API, NO_BROWSER, SIGN_IN_FIRST, claims, enter, login,
                               start_device_code)
from world.world import World

WAITING = "Waiting for you to sign in: another process is asking you to."
TOKEN = ("entra", "token", *API)
AKS = ("entra", "token", "--api", "AKS")


@pytest.fixture(autouse=True)
def quick(desk: World) -> None:
    desk.authority.device_codes.interval = 1


def audience(command: tuple[str, ...]) -> str:
    return contoso.AKS if command == AKS else contoso.MY_WEB_API


@pytest.mark.parametrize("command", [TOKEN, AKS], ids=["the same token", "another token"])
def test_who_waits_says_so_once_and_is_served_too(desk, command):
    first, code = start_device_code(desk, *TOKEN)
    second = desk.at_terminal(*command, env=NO_BROWSER)
    second.wait_for(WAITING)
    enter(desk, code)
    outcome = second.finish()
    assert first.finish().code == 0 and outcome.code == 0, outcome
    assert (outcome.err + outcome.out).count(WAITING) == 1
    assert claims(desk, outcome.out.split()[-1], audience(command))["upn"] == contoso.ADA.username
    assert len(desk.authority.device_code_requests) == 1


@pytest.mark.parametrize("words", [(), ("--account", contoso.ADA.username)],
                         ids=["as the first one", "in another way"])
def test_so_it_is_where_an_account_has_to_sign_in_again(desk, words):
    login(desk)
    desk.authority.faults.inject(faults.refused("again", "invalid_grant", 50173, "No."), times=1)
    first, code = start_device_code(desk, *TOKEN)
    second = desk.at_terminal(*TOKEN, *words, env=NO_BROWSER)
    second.wait_for(WAITING)
    enter(desk, code)
    outcomes = [first.finish(), second.finish()]
    assert [outcome.code for outcome in outcomes] == [0, 0], outcomes
    assert outcomes[0].out.split()[-1] == outcomes[1].out.split()[-1]


def test_who_cannot_be_asked_does_not_wait_for_it(desk):
    first, code = start_device_code(desk, *TOKEN)
    outcome = desk.run(*AKS)
    assert outcome.code == SIGN_IN_FIRST and WAITING not in outcome.err
    enter(desk, code)
    assert first.finish().code == 0


def test_a_program_that_reads_json_is_told_in_a_line(desk):
    first, code = start_device_code(desk, *TOKEN)
    second = desk.at_terminal(*AKS, "--output", "json", env=NO_BROWSER)
    found = second.wait_for(r'\{[^\n]*another process is asking[^\n]*\}')
    assert WAITING in json.loads(found.group()).values()
    enter(desk, code)
    assert (first.finish().code, second.finish().code) == (0, 0)
