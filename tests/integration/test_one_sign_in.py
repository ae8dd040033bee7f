# SPDX-License-Identifier: MIT
"""One sign-in serves git, kubectl and curl; and another client asks where a tenant refuses the one
that asks for everything."""

from __future__ import annotations

import dataclasses
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from authority import contoso, faults
from integration.asking import EXEC_INFO
from integration.users import SIGN_IN_FIRST, all_at_once, asked_nobody, login
from world.program import Outcome
from world.waiting import wait_until
from world.world import World

TENANT = contoso.TENANT.guid
CLI, KUBELOGIN, VISUAL_STUDIO = (contoso.AZURE_CLI.client_id, contoso.KUBELOGIN.client_id,
                                 contoso.GIT_CREDENTIAL_MANAGER.client_id)
REPOSITORY = "protocol=https\nhost=dev.azure.com\npath=contoso/app/_git/app\n"


@pytest.fixture
def bare(world: World) -> World:
    """A user who has configured nothing but where the authority is."""
    world.appsettings_file.unlink()
    world.session.env["AZURE_AUTHORITY_HOST"] = world.authority.url
    return world


def ask_git(world: World, **how) -> Outcome:
    return world.run("git-credential-entra", "--tenant", TENANT, "get", input=REPOSITORY, **how)


def ask_kubectl(world: World, *words: str, **how) -> Outcome:
    """As az writes it into a kubeconfig, for a cluster of another authority's cloud."""
    return world.run("exec-credential-entra", "get-token", "--environment", "AzurePublicCloud",
                     "--server-id", contoso.AKS, "--client-id", KUBELOGIN, "--tenant-id", TENANT,
                     "--login", "devicecode", "--authority-host", world.authority.url + "/", *words,
                     env=EXEC_INFO, **how)


def ask_curl(world: World, **how) -> Outcome:
    return world.run("curl-credential-entra", "--tenant", TENANT,
                     "https://dev.azure.com/contoso/_apis/projects", **how)


def ask_entra(world: World, api: str, *words: str, **how) -> Outcome:
    return world.run("entra", "token", "--api", api, "--tenant", TENANT, *words, **how)


def token_of(outcome: Outcome) -> dict[str, str]:
    """The claims of kubectl's token."""
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return jwt.decode(json.loads(outcome.out)["status"]["token"],
                      options={"verify_signature": False})


@pytest.mark.parametrize("words", [(), ("--api", "AzureDevOps"), ("--api", "AKS")], ids=" ".join)
def test_a_user_signs_in_once_for_all_hosts(bare, words):
    login(bare, *words)
    bare.authority.log.clear()
    for outcome in (ask_git(bare), ask_kubectl(bare), ask_curl(bare), ask_entra(bare, "AKS"),
                    bare.run("entra", "token", "--resource", contoso.GRAPH)):
        assert (outcome.code, outcome.err) == (0, ""), outcome
    assert asked_nobody(bare)
    assert {request.form["client_id"] for request in bare.authority.token_requests} == {CLI}
    assert token_of(ask_kubectl(bare))["aud"] == contoso.AKS


def refuse_cli(world: World, *resources: str) -> None:
    """The Azure CLI's client is not authorized for these APIs."""
    clients = world.authority.directory.clients
    others = tuple(one for one in world.authority.directory.resources if one not in resources)
    clients[clients.index(contoso.AZURE_CLI)] = dataclasses.replace(contoso.AZURE_CLI,
                                                                    resources=others)


def asking(world: World) -> list[str]:
    """The clients of the token requests, which are then forgotten."""
    clients = [request.form["client_id"] for request in world.authority.token_requests]
    world.authority.log.clear()
    return clients


def test_where_the_client_is_refused_the_apis_own_asks_from_then_on(bare):
    refuse_cli(bare, contoso.AZURE_DEVOPS)
    login(bare)
    bare.authority.log.clear()
    assert ask_git(bare).code == 0  # of the same family: nobody has to sign in again
    assert asking(bare) == [CLI, VISUAL_STUDIO]
    assert ask_git(bare).code == 0
    assert asking(bare) == []
    assert ask_entra(bare, "AzureDevOps", "--force-refresh").code == 0
    assert asking(bare) == [VISUAL_STUDIO]
    shown = json.loads(ask_entra(bare, "AzureDevOps", "--output", "json").out)
    assert (shown["clientId"], shown["source"]) == (VISUAL_STUDIO, "keyring")


def test_a_sign_in_that_is_needed_for_the_other_client_is_advised_and_mends_it(bare):
    refuse_cli(bare, contoso.AKS)
    login(bare)
    bare.authority.log.clear()
    outcome = ask_kubectl(bare)
    assert outcome.code == SIGN_IN_FIRST and "the authority refuses the usual one" in outcome.err
    assert f"for this API's client ({KUBELOGIN}" in outcome.err
    assert asking(bare) == [CLI]
    assert ask_kubectl(bare).code == SIGN_IN_FIRST and asking(bare) == []
    login(bare, "--api", "AKS", "--tenant", TENANT)
    assert asking(bare) == [KUBELOGIN]
    assert token_of(ask_kubectl(bare))["aud"] == contoso.AKS
    assert ask_git(bare).code == 0 and asking(bare)[-1] == CLI


def test_a_user_who_signs_in_is_asked_again_with_the_other_client(bare):
    refuse_cli(bare, contoso.AKS)
    bare.browser.will_sign_in(contoso.ADA)
    outcome = bare.at_terminal("entra", "token", "--api", "AKS", "--tenant", TENANT).finish()
    assert outcome.code == 0, outcome
    assert f"the client {CLI} is refused" in outcome.err + outcome.out
    assert token_of(ask_kubectl(bare))["aud"] == contoso.AKS


CODES = {65002: "invalid_grant", 7000112: "unauthorized_client", 50105: "invalid_grant",
         65001: "invalid_grant", 700016: "unauthorized_client"}


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_of_a_client_leads_to_the_other(bare, code):
    login(bare)
    bare.authority.log.clear()
    text = f"AADSTS{code}: The client is not wanted."
    with bare.authority.faults.injected(faults.refused("client", CODES[code], code, text), 1):
        assert ask_git(bare).code == 0
    assert asking(bare) == [CLI, VISUAL_STUDIO]


@pytest.mark.parametrize("code", [50076, 53003, 50020, 500011])
def test_other_refusals_do_not(bare, code):
    login(bare)
    bare.authority.log.clear()
    text = f"AADSTS{code}: No."
    with bare.authority.faults.injected(faults.refused("other", "invalid_grant", code, text)):
        assert f"AADSTS{code}" in ask_git(bare).err
    assert asking(bare) == [CLI]


def test_a_sign_in_from_before_still_serves(bare):
    """kubelogin's client asked for AKS, where no other was configured."""
    login(bare, "--api", "AKS", "--client-id", KUBELOGIN)
    bare.authority.log.clear()
    assert token_of(ask_kubectl(bare))["aud"] == contoso.AKS
    assert asking(bare) == [KUBELOGIN]
    assert token_of(ask_kubectl(bare))["aud"] == contoso.AKS
    assert asking(bare) == []


@pytest.mark.parametrize("refusal", [(700082, None), (70000, "bad_token")], ids=str)
def test_a_new_sign_in_takes_the_place_of_one_from_before(bare, refusal):
    """Though the former's client is remembered: it is not that the authority refuses the usual one."""
    login(bare, "--api", "AKS", "--client-id", KUBELOGIN)
    token_of(ask_kubectl(bare))
    bare.authority.refresh_tokens.revoke(contoso.ADA, refusal[0], suberror=refusal[1] or "")
    for _ in range(2):
        outcome = ask_kubectl(bare, "--force-refresh")
        assert outcome.code == SIGN_IN_FIRST and "refuses the usual one" not in outcome.err, outcome
    login(bare)
    bare.authority.log.clear()
    token_of(ask_kubectl(bare, "--force-refresh"))
    assert asking(bare)[-1] == CLI
    token_of(ask_kubectl(bare))
    token_of(ask_kubectl(bare, "--force-refresh"))
    assert asking(bare) == [CLI]


def test_a_client_of_ones_own_is_not_replaced(bare):
    refuse_cli(bare, contoso.AKS)
    login(bare, "--client-id", CLI)
    bare.authority.log.clear()
    outcome = ask_entra(bare, "AKS", "--client-id", CLI)
    assert "AADSTS65002" in outcome.err and asking(bare) == [CLI]


def test_who_comes_while_the_other_client_asks_waits_for_it(bare, tmp_path):
    refuse_cli(bare, contoso.AZURE_DEVOPS)
    login(bare)
    bare.authority.log.clear()
    release, trace = threading.Event(), tmp_path / "trace"
    trace.touch()
    bare.authority.faults.inject(faults.normal(), times=1)
    bare.authority.faults.inject(faults.held(release), times=1)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask_entra, bare, "AzureDevOps")
        wait_until(lambda: len(bare.authority.token_requests) == 2, "the other client's request")
        second = pool.submit(ask_entra, bare, "AzureDevOps", env={"ENTRA_TRACE": str(trace)})
        wait_until(lambda: "has no such token" in trace.read_text(), "the second process's search")
        release.set()
    assert (first.result().out, second.result().code) == (second.result().out, 0)
    assert asking(bare) == [CLI, VISUAL_STUDIO]


def test_of_many_processes_one_meets_the_refusal(bare):
    refuse_cli(bare, contoso.AZURE_DEVOPS)
    login(bare)
    bare.authority.log.clear()
    command = ("entra", "token", "--api", "AzureDevOps", "--tenant", TENANT)
    outcomes = all_at_once(bare, [command] * 12)
    assert {outcome.code for outcome in outcomes} == {0}
    assert asking(bare) == [CLI, VISUAL_STUDIO]
