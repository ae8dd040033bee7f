# SPDX-License-Identifier: MIT
"""What one process has learned of a user's token, those that want it too do not ask for again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from authority import contoso, faults
from integration.test_one_sign_in import ask_entra, bare, refuse_cli  # noqa: F401
from integration.users import API, SIGN_IN_FIRST, all_at_once, all_before_an_answer, login, token
from world.identity_broker import IdentityBroker, account
from world.waiting import PATIENCE, SHORT_LIMIT, wait_until

ADA = ("--account", contoso.ADA.username)
PATIENTLY = ("entra", "token", *API, "--timeout", str(PATIENCE))


@pytest.fixture
def signed_in(desk):
    """There is a refresh token, and no access token yet."""
    login(desk)
    desk.authority.log.clear()
    return desk


@pytest.mark.parametrize("first, second", [((), ADA), (ADA, ())], ids=["default", "named"])
def test_an_account_that_is_wanted_in_two_ways_is_asked_for_once(signed_in, tmp_path, first,
                                                                 second):
    release, trace = threading.Event(), tmp_path / "trace"
    trace.touch()
    signed_in.authority.faults.inject(faults.held(release), times=1)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(token, signed_in, *first)
        wait_until(lambda: len(signed_in.authority.token_requests) == 1, "the request")
        other = pool.submit(token, signed_in, *second, env={"ENTRA_TRACE": str(trace)})
        wait_until(lambda: "has no such token" in trace.read_text(), "the other's search")
        release.set()
    assert (one.result().code, one.result().out) == (0, other.result().out)
    assert len(signed_in.authority.token_requests) == 1


def test_the_default_account_and_a_named_one_show_one_prompt(desk):
    outcomes = all_at_once(desk, [PATIENTLY, (*PATIENTLY, *ADA)] * 5, env={"DISPLAY": ":0"})
    assert {outcome.code for outcome in outcomes} == {0}, outcomes
    assert len(desk.browser.urls) == 1


@pytest.mark.parametrize("code", [50076, 50173])
def test_one_hears_for_all_that_the_user_must_sign_in(signed_in, code):
    refusal = faults.refused("sign-in", "invalid_grant", code, f"AADSTS{code}: No.")
    release = threading.Event()
    with signed_in.authority.faults.injected(faults.held(release, refusal)):
        outcomes = all_before_an_answer(signed_in, [PATIENTLY] * 20, release.set)
    assert {outcome.code for outcome in outcomes} == {SIGN_IN_FIRST}
    assert all(f"AADSTS{code}" in outcome.err for outcome in outcomes)
    assert len({outcome.err for outcome in outcomes}) == 1
    assert len(signed_in.authority.token_requests) == 1
    assert token(signed_in).code == 0


def test_one_hears_it_of_the_devices_broker_too(desk):
    with IdentityBroker(desk.session, accounts=[account(contoso.ADA)]) as broker:
        with broker.held("acquireTokenSilently", "interaction_required") as release:
            outcomes = all_before_an_answer(desk, [PATIENTLY] * 12, release)
        assert {outcome.code for outcome in outcomes} == {SIGN_IN_FIRST}
        assert broker.methods().count("acquireTokenSilently") == 1


def test_who_waits_in_vain_for_an_answer_is_not_told_of_a_sign_in(signed_in):
    release = threading.Event()
    signed_in.authority.faults.inject(faults.held(release), times=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(token, signed_in)
        wait_until(lambda: len(signed_in.authority.token_requests) == 1, "the request")
        late = token(signed_in, "--timeout", SHORT_LIMIT)
        release.set()
    assert first.result().code == 0
    assert (late.code, late.out) == (4, "")
    assert "another process has requested this token" in late.err and "sign in" not in late.err


def test_a_sign_in_by_the_second_client_forbids_no_later_prompt(bare):  # noqa: F811
    refuse_cli(bare, contoso.AKS)
    for api in ("AKS", "AzureDevOps"):
        bare.browser.will_sign_in(contoso.ADA)
        outcome = ask_entra(bare, api, env={"DISPLAY": ":0"})
        assert outcome.code == 0, outcome
