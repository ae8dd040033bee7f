# SPDX-License-Identifier: MIT
"""Once signed in, a user is not prompted again: refresh tokens serve every API of the client."""

from __future__ import annotations

import signal
import subprocess
import threading
import time

import pytest

from authority import contoso, faults
from authority.refresh_tokens import Rotation
from integration import users
from integration.users import asked_nobody, login, token, whose
from integration.stored import age, kept
from world.waiting import wait_until
from world.world import World

OTHER_API = ("--api", "GitServer")
CLAIMS = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}'


@pytest.fixture
def signed_in(desk: World) -> World:
    """Ada signed in a while ago, and her token has expired; nothing was requested since."""
    login(desk)
    assert token(desk).code == 0
    age(desk, lives=-10)
    desk.authority.log.clear()
    return desk


def used(world: World) -> list[str]:
    """The refresh tokens that were sent, in order."""
    return [one.form["refresh_token"] for one in world.authority.refresh_requests]


def newest(world: World) -> str:
    return world.authority.refresh_tokens.all()[-1].value


def refresh_token_is_kept(world: World) -> bool:
    return len(kept(world, "refresh_token")) == 1


def test_an_expired_token_is_renewed_without_a_prompt(signed_in):
    outcome = token(signed_in)
    assert whose(signed_in, outcome) == contoso.ADA.username
    assert outcome.err == ""
    assert len(signed_in.authority.refresh_requests) == 1 and asked_nobody(signed_in)


def test_a_second_api_costs_no_second_sign_in(signed_in):
    outcome = token(signed_in, *OTHER_API)
    assert whose(signed_in, outcome, contoso.AZURE_DEVOPS) == contoso.ADA.username
    assert asked_nobody(signed_in)
    (request,) = signed_in.authority.refresh_requests
    assert f"{contoso.AZURE_DEVOPS}/.default" in request.form["scope"].split()
    assert refresh_token_is_kept(signed_in)


@pytest.mark.parametrize("rotation", Rotation)
def test_each_kind_of_rotation_keeps_working(signed_in, rotation):
    signed_in.authority.refresh_tokens.rotation = rotation
    for _ in range(3):
        assert token(signed_in, "--force-refresh").code == 0
    assert len(set(used(signed_in))) == (1 if rotation is Rotation.NONE else 3)
    assert asked_nobody(signed_in) and refresh_token_is_kept(signed_in)


def test_a_new_refresh_token_is_used_next(signed_in):
    token(signed_in)
    rotated = newest(signed_in)
    token(signed_in, *OTHER_API)
    assert used(signed_in)[-1] == rotated


def test_a_token_near_its_expiry_is_renewed_in_the_background(signed_in):
    assert token(signed_in).code == 0
    signed_in.authority.log.clear()
    old = age(signed_in, lives=1800, renew=True)
    assert token(signed_in).out.strip() == old
    wait_until(lambda: len(signed_in.authority.refresh_requests) == 1, "the renewal")
    wait_until(lambda: token(signed_in).out.strip() != old, "the new token")
    assert asked_nobody(signed_in)


def start(world: World) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["entra", "token", *users.API], env=world.session.env,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def answered(world: World) -> None:
    wait_until(lambda: any(one.status for one in world.authority.refresh_requests), "the answer")


@pytest.mark.parametrize("pause", [0, 0.3])
def test_a_rotation_killed_before_it_is_stored_loses_nothing(signed_in, pause):
    """The authority has answered, but the keyring does not store the new one in time."""
    release = threading.Event()
    signed_in.authority.faults.inject(faults.held(release), times=1)
    process = start(signed_in)
    wait_until(lambda: used(signed_in) != [], "the request")
    signed_in.session.keyring.freeze()
    release.set()
    answered(signed_in)
    time.sleep(pause)
    kill(process)
    signed_in.session.keyring.thaw()
    assert whose(signed_in, token(signed_in)) == contoso.ADA.username
    assert asked_nobody(signed_in)


def test_a_rotation_killed_as_the_answer_arrives_loses_nothing(signed_in):
    signed_in.authority.faults.inject(faults.trickling(0.02), times=1)
    process = start(signed_in)
    answered(signed_in)
    kill(process)
    assert whose(signed_in, token(signed_in)) == contoso.ADA.username
    assert asked_nobody(signed_in)


def test_many_at_once_refresh_once(signed_in):
    outcomes = users.all_at_once(signed_in, [("entra", "token", *users.API)] * 20)
    assert {outcome.code for outcome in outcomes} == {0}
    assert len({outcome.out for outcome in outcomes}) == 1
    assert len(signed_in.authority.refresh_requests) == 1


def test_many_for_two_apis_with_an_authority_that_revokes_old_tokens(signed_in):
    """The second process must not use what the first has used up."""
    signed_in.authority.refresh_tokens.rotation = Rotation.ENDS_OLD
    commands = [("entra", "token", *users.API), ("entra", "token", *OTHER_API)] * 8
    outcomes = users.all_at_once(signed_in, commands)
    assert {outcome.code for outcome in outcomes} == {0}, outcomes
    assert asked_nobody(signed_in)


@pytest.mark.parametrize("code", [50173, 700082, 70043])
def test_an_expired_grant_requires_a_sign_in(signed_in, code):
    signed_in.authority.refresh_tokens.revoke(contoso.ADA, code)
    outcome = token(signed_in)
    assert (outcome.code, outcome.out) == (users.SIGN_IN_FIRST, "")
    assert len(outcome.err.splitlines()) == 1
    assert "entra login" in outcome.err and f"AADSTS{code}" in outcome.err
    assert asked_nobody(signed_in)


def test_an_expired_grant_prompts_at_once_if_there_is_a_user(signed_in):
    signed_in.authority.refresh_tokens.revoke(contoso.ADA)
    outcome = signed_in.at_terminal("entra", "token", *users.API).finish()
    assert whose(signed_in, outcome) == contoso.ADA.username
    assert users.query(signed_in.browser.urls[-1])["login_hint"] == contoso.ADA.username


def test_valid_tokens_outlive_an_expired_grant(signed_in):
    assert token(signed_in, *OTHER_API).code == 0
    signed_in.authority.refresh_tokens.revoke(contoso.ADA)
    assert token(signed_in).code == users.SIGN_IN_FIRST
    assert whose(signed_in, token(signed_in, *OTHER_API),
                 contoso.AZURE_DEVOPS) == contoso.ADA.username


@pytest.mark.parametrize("suberror", ["basic_action", "additional_action", "message_only",
                                      "consent_required"])
def test_a_demand_is_explained_and_removes_nothing(signed_in, suberror):
    signed_in.authority.refresh_tokens.revoke(contoso.ADA, 50076, suberror=suberror)
    outcome = token(signed_in)
    assert (outcome.code, outcome.out) == (users.SIGN_IN_FIRST, "")
    assert len(outcome.err.splitlines()) == 1
    assert "AADSTS50076" in outcome.err and "entra login" in outcome.err
    signed_in.authority.refresh_tokens.restore()
    assert whose(signed_in, token(signed_in)) == contoso.ADA.username


def test_the_sign_in_requests_what_a_demand_names(signed_in):
    signed_in.authority.refresh_tokens.revoke(contoso.ADA, 50076, suberror="basic_action",
                                              claims=CLAIMS)
    outcome = signed_in.at_terminal("entra", "token", *users.API).finish()
    assert whose(signed_in, outcome) == contoso.ADA.username
    assert "capolids" in users.query(signed_in.browser.urls[-1])["claims"]


def test_an_invalid_refresh_token_is_removed(signed_in):
    signed_in.authority.refresh_tokens.revoke(contoso.ADA, 70000, suberror="bad_token")
    assert token(signed_in).code == users.SIGN_IN_FIRST
    assert not refresh_token_is_kept(signed_in)


@pytest.mark.parametrize("fault", [
    faults.unavailable(), faults.throttled(), faults.fixed("a portal", 200, b"<html>Wi-Fi</html>"),
    faults.fixed("nothing", 400), faults.altered("no token", access_token=faults.MISSING)],
    ids=lambda fault: fault.name)
def test_a_failing_authority_does_not_cost_the_sign_in(signed_in, fault):
    with signed_in.authority.faults.injected(fault):
        assert token(signed_in).code in (3, 4)
    assert refresh_token_is_kept(signed_in)
    assert asked_nobody(signed_in)


@pytest.mark.parametrize("value", ["", 12345, None, "A" * 100_000, "with a blank", "line\nbreak",
                                   'quote"'])
def test_an_invalid_new_refresh_token_does_not_replace_the_valid_one(signed_in, value):
    signed_in.authority.faults.inject(faults.altered("bad", refresh_token=value), times=1)
    token(signed_in)
    assert token(signed_in, "--force-refresh").code == 0
    assert asked_nobody(signed_in)


def test_a_refresh_token_is_in_no_file_argument_or_trace(signed_in):
    outcome = token(signed_in, "--verbose")
    (old,) = used(signed_in)
    for secret in (old, newest(signed_in)):
        assert secret not in outcome.err
        assert signed_in.session.files_holding(secret.encode()) == []


def test_a_sign_in_at_another_authority_does_not_count(signed_in):
    """Refresh tokens belong to one authority, and are sent to no other."""
    settings = signed_in.user_appsettings()
    settings["AzureAd"]["Instance"] = settings["AzureAd"]["Instance"].replace("localhost",
                                                                            "127.0.0.1")
    signed_in.write_appsettings(settings)
    assert token(signed_in).code == users.SIGN_IN_FIRST
    assert used(signed_in) == []


def test_another_configured_client_needs_its_own_sign_in(signed_in):
    settings = signed_in.user_appsettings(contoso.KUBELOGIN)
    signed_in.write_appsettings(settings)
    assert token(signed_in).code == users.SIGN_IN_FIRST
    assert used(signed_in) == []


def test_a_challenge_from_an_api_is_passed_on(signed_in):
    assert token(signed_in, "--claims", CLAIMS).code == 0
    assert "capolids" in signed_in.authority.refresh_requests[-1].form["claims"]
