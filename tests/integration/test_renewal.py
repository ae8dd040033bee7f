# SPDX-License-Identifier: MIT
"""Tokens are renewed before they expire, and no process waits for it."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from authority import contoso, faults
from authority.directory import Federation
from authority.keys import process_key
from integration import test_kubectl_accounts as kubectl_accounts
from integration import test_one_sign_in as one_sign_in
from integration import users
from integration.asking import ask_git
from integration.credentials import configure, register
from integration.stored import age, forget_tokens, kept
from integration.test_federated import ISSUER, SUBJECT, foreign_token
from integration.test_one_sign_in import bare  # noqa: F401
from world.program import Outcome
from world.waiting import PATIENCE, wait_until


def token(world, *words, **how):
    return world.run("entra", "token", "--api", "MyWebApi", *words, **how)


def requests(world) -> int:
    return len(world.authority.token_requests)


def has_new_token(world) -> bool:
    """Whether a caller gets one of those that were issued after the first."""
    return token(world).out.strip() in world.authority.issued_tokens[1:]


@pytest.fixture
def due(world) -> str:
    """A valid token that is due for renewal."""
    token(world)
    return age(world, lives=1800, renew=True)


def test_the_caller_gets_the_old_token_at_once_and_the_next_the_new_one(world, due):
    assert token(world).out == due + "\n"
    wait_until(lambda: requests(world) == 2, "the renewal")
    wait_until(lambda: has_new_token(world), "the new token")
    assert requests(world) == 2


def test_the_caller_does_not_wait_for_a_hanging_authority(world, due):
    world.authority.faults.inject(faults.delayed(8))
    reader, writer = os.pipe()
    process = subprocess.Popen(["entra", "token", "--api", "MyWebApi"], env=world.session.env,
                               stdout=writer, stderr=writer, pass_fds=[writer],
                               executable=world.session.env["PATH"].split(":")[0] + "/entra")
    os.close(writer)
    process.wait(timeout=PATIENCE)
    wait_until(lambda: requests(world) == 2, "the renewal")
    seen = os.read(reader, 65536)
    assert seen.decode() == due + "\n"
    assert os.read(reader, 1) == b""  # no process has the caller's descriptors open any more
    os.close(reader)


def test_many_callers_start_one_renewal(world, due):
    release = threading.Event()
    world.authority.faults.inject(faults.held(release), times=1)
    for _ in range(10):
        assert token(world).out == due + "\n"
    wait_until(lambda: requests(world) >= 2, "the renewal")
    release.set()
    wait_until(lambda: not world.session.is_running("entra"), "its end")
    assert requests(world) == 2


def test_if_nothing_may_outlive_the_caller_renewal_is_inline(world, due):
    outcome = token(world, env={"ENTRA_RENEWAL": "inline"})
    assert outcome.out.strip() == world.authority.issued_tokens[1]


def test_inline_a_slow_authority_costs_about_a_second(world, due):
    world.authority.faults.inject(faults.delayed(PATIENCE))
    outcome = token(world, env={"ENTRA_RENEWAL": "inline"})
    assert (outcome.code, outcome.out, outcome.err) == (0, due + "\n", "")
    assert outcome.seconds < 25  # the limit for waiting is 30


def test_inline_a_hanging_authority_costs_only_one_caller_a_second(world, due):
    world.authority.faults.inject(faults.delayed(PATIENCE))
    for _ in range(3):
        assert token(world, env={"ENTRA_RENEWAL": "inline"}).out == due + "\n"
    assert requests(world) == 2


def test_a_token_that_is_not_due_is_not_renewed(world):
    token(world)
    age(world, lives=1800)
    token(world)
    assert requests(world) == 1


def test_an_expired_token_is_waited_for(world):
    token(world)
    old = age(world, lives=120)
    assert token(world).out.strip() not in ("", old)
    assert requests(world) == 2


def test_a_token_in_its_last_minutes_is_used_if_the_authority_is_down(world):
    token(world)
    old = age(world, lives=120)
    world.authority.close()
    outcome = token(world)
    assert (outcome.code, outcome.out) == (0, old + "\n")
    assert "could not be renewed" in outcome.err and "warning" in outcome.err


def test_an_expired_token_is_never_used(world):
    token(world)
    age(world, lives=-1)
    world.authority.close()
    assert token(world).code == 4


def test_after_a_refusal_the_old_token_is_not_used(world):
    token(world)
    age(world, lives=120)
    assert token(world, env={"AzureAd__ClientSecret": "wrong"}).code == 3


def test_a_failed_renewal_is_silent_and_not_retried_at_once(world, due):
    world.authority.faults.inject(faults.NAMED["captive portal"])
    token(world)
    wait_until(lambda: requests(world) == 2, "the renewal")
    wait_until(lambda: not world.session.is_running("entra"), "its end")
    outcome = token(world)
    assert (outcome.out, outcome.err) == (due + "\n", "")
    assert requests(world) == 2


def test_a_user_without_a_configured_identity_gets_renewals_too(desk):
    """Nothing but the API is configured, so a managed identity would do as well."""
    desk.write_appsettings({"MyWebApi": {"BaseUrl": f"{desk.web_api.url}/",
                                         "Scopes": [contoso.MY_WEB_API + "/.default"]}})
    how = {"env": {"AZURE_AUTHORITY_HOST": desk.authority.url,
                   "AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:9"}}
    users.login(desk, **how)
    users.token(desk, **how)
    due = age(desk, lives=1800, renew=True)
    before = requests(desk)
    assert users.token(desk, **how).out == due + "\n"
    wait_until(lambda: requests(desk) == before + 1, "the renewal")
    wait_until(lambda: users.token(desk, **how).out != due + "\n", "the new token")


def test_a_learned_tenant_leaves_the_user_with_the_same_client(desk):
    """AZURE_CLIENT_ID names a managed identity, as long as no identity is configured."""
    desk.write_appsettings({"GitServer": {"BaseUrl": f"{desk.git_server.url}/",
                                          "Scopes": [contoso.AZURE_DEVOPS + "/.default"]}})
    env = {"AZURE_AUTHORITY_HOST": desk.authority.url,
           "AZURE_CLIENT_ID": "0f0e0d0c-0b0a-4908-8706-050403020100",
           "AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:9"}
    learned = "wwwauth[]=Bearer authorization_uri=https://login.microsoftonline.com/" \
              f"{contoso.TENANT.guid}\n"
    users.login(desk, "--api", "GitServer", env=env)
    forget_tokens(desk)
    assert ask_git(desk, request=learned, env=env).code == 0
    due = age(desk, lives=1800, renew=True)
    before = requests(desk)
    assert due in ask_git(desk, request=learned, env=env).out
    wait_until(lambda: requests(desk) > before, "the renewal")
    assert desk.authority.token_requests[-1].path.split("/")[1] == contoso.TENANT.guid


def held_renewal(world, words: tuple[str, ...] = (), **how) -> tuple[Path, threading.Event]:
    """Has a caller start a renewal, which the authority keeps waiting; returns its process."""
    release = threading.Event()
    world.authority.faults.inject(faults.held(release), times=1)
    try:
        assert token(world, *words, **how).code == 0
        wait_until(lambda: requests(world) == 2, "the renewal")
        (process,) = world.session.processes("entra")
        os.readlink(process / "cwd")
    except PermissionError:
        release.set()
        pytest.skip("only root can look at a process that protects itself")
    return process, release


def ask_by_the_second_client(bare) -> Outcome:
    if not kept(bare, "access_token"):
        one_sign_in.refuse_cli(bare, contoso.AZURE_DEVOPS)
        users.login(bare)
    return one_sign_in.ask_git(bare)


def ask_by_a_folder(bare) -> Outcome:
    words = ["--cache-dir", "/k/grace"]
    if not kept(bare, "access_token"):
        kubectl_accounts.sign_in(bare, contoso.ADA)
        kubectl_accounts.sign_in(bare, contoso.GRACE, *words)
    return kubectl_accounts.ask(bare, *words)


@pytest.fixture(params=[ask_by_the_second_client, ask_by_a_folder], ids=["client", "folder"])
def asks(bare, request):
    """A call that finds a token which is due."""
    assert request.param(bare).code == 0
    age(bare, lives=1800, renew=True)
    bare.authority.log.clear()
    return lambda: request.param(bare)


def test_who_renews_means_the_same_as_who_asks(bare, asks):
    """However the client and the account were chosen, the renewal that is under way is seen,"""
    release = threading.Event()
    bare.authority.faults.inject(faults.held(release), times=1)
    assert asks().code == 0
    wait_until(lambda: len(bare.authority.token_requests) == 1, "the renewal")
    for _ in range(3):
        assert asks().code == 0
        assert len(bare.session.processes("entra")) == 1
    release.set()
    wait_until(lambda: not bare.session.is_running("entra"), "its end")
    assert len(bare.authority.token_requests) == 1


def test_a_failed_renewal_is_not_tried_again_by_the_next_call(bare, asks):
    """and so is that it has failed."""
    with bare.authority.faults.injected(faults.unavailable()):
        assert asks().code == 0
        wait_until(lambda: bare.authority.token_requests, "the renewal")
        wait_until(lambda: not bare.session.is_running("entra"), "its end")
        before = len(bare.authority.token_requests)
        for _ in range(3):
            assert asks().code == 0
        wait_until(lambda: not bare.session.is_running("entra"), "quiet")
        assert len(bare.authority.token_requests) == before


def test_a_renewal_keeps_no_folder_busy(world, due, tmp_path):
    process, release = held_renewal(world, cwd=tmp_path)
    try:
        assert os.readlink(process / "cwd") == "/"
        files = {os.readlink(one) for one in (process / "fd").iterdir()}
        assert not any(file.startswith(str(tmp_path)) for file in files)
        assert os.getsid(int(process.name)) == int(process.name)
    finally:
        release.set()
    wait_until(lambda: not process.exists(), "its end")


def test_a_renewal_that_runs_a_command_keeps_no_folder_busy(world, due, tmp_path):
    register(world, secret="", federations=(Federation(ISSUER, SUBJECT, process_key().public_key),))
    (tmp_path / "jwt").write_text(foreign_token())
    configure(world, {"SourceType": "SignedAssertionCommand",
                      "SignedAssertionCommand": ["cat", str(tmp_path / "jwt")]})
    process, release = held_renewal(world, cwd=tmp_path)
    try:
        assert os.readlink(process / "cwd") == "/"
    finally:
        release.set()
    wait_until(lambda: has_new_token(world), "the new token")


def test_a_renewal_finds_a_config_that_the_user_typed(world, due):
    there = world.appsettings_file.parent
    process, release = held_renewal(world, cwd=there, words=("--config", "appsettings.json"))
    try:
        assert os.readlink(process / "cwd") == "/"
    finally:
        release.set()
    wait_until(lambda: has_new_token(world), "the new token")
