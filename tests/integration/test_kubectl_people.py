# SPDX-License-Identifier: MIT
"""kubectl for users: with kubelogin's arguments, at a terminal and where nobody can be prompted."""

from __future__ import annotations

import json
import re

import pytest

from authority import contoso
from integration.asking import EXEC_INFO
from integration.people import NO_BROWSER, SIGN_IN_FIRST, asked_nobody, enter, login, user_code
from integration.stored import age
from integration.test_kubectl import kubectl_minor
from world.kubeconfig import V1, V1BETA1, ExecPlugin
from world.waiting import wait_until

VERSION = V1 if kubectl_minor() >= 22 else V1BETA1


def arguments(world, login: str, *more: str) -> list[str]:
    """As `az aks get-credentials` writes them."""
    return ["get-token", "--environment", "AzurePublicCloud", "--server-id", contoso.AKS,
            "--client-id", contoso.KUBELOGIN.client_id, "--tenant-id", contoso.TENANT.guid,
            "--login", login, "--authority-host", f"{world.authority.url}/", *more]


@pytest.fixture
def person(world):
    """A user who has no configuration, only a kubeconfig."""
    world.appsettings_file.unlink()
    return world


def kubeconfig(world, login: str, *more: str, mode: str = "IfAvailable") -> None:
    world.write_kubeconfig(ExecPlugin("exec-credential-entra", arguments(world, login, *more),
                                      api_version=VERSION, interactive_mode=mode))


def test_a_person_enters_a_code_once_and_kubectl_works_in_silence_from_then_on(person):
    kubeconfig(person, "devicecode")
    kubectl = person.at_terminal("kubectl", "get", "pods", env=NO_BROWSER)
    kubectl.wait_for(rf"{re.escape(person.authority.url)}/device")
    enter(person, user_code(kubectl))
    done = kubectl.finish()
    assert done.code == 0 and "Running" in done.out, done
    later = person.run("kubectl", "get", "pods")
    assert (later.code, later.err) == (0, "") and "Running" in later.out


def test_a_person_signs_in_by_the_browser(person):
    person.browser.will_sign_in(contoso.ADA)
    kubeconfig(person, "interactive", "--redirect-url", "http://localhost:8000")
    done = person.at_terminal("kubectl", "get", "pods").finish()
    assert done.code == 0 and "Running" in done.out, done


@pytest.mark.parametrize("flag", ["--login-hint", "--username"])
def test_only_the_person_of_a_login_hint_is_given_a_token(person, flag):
    person.browser.will_sign_in(contoso.GRACE)
    kubeconfig(person, "interactive", flag, contoso.ADA.username)
    done = person.at_terminal("kubectl", "get", "pods").finish()
    assert done.code != 0 and contoso.ADA.username in done.err + done.out, done
    assert "Running" not in done.out


@pytest.mark.parametrize("login", ["devicecode", "interactive"])
def test_nobody_is_asked_where_kubectl_says_so(person, login):
    kubeconfig(person, login, mode="Never")
    done = person.at_terminal("kubectl", "get", "pods").finish()
    assert done.code != 0 and "entra login" in done.err + done.out, done
    assert asked_nobody(person)


@pytest.mark.parametrize("login", ["devicecode", "interactive"])
def test_nobody_is_asked_where_nobody_is_there(person, login):
    outcome = person.run("exec-credential-entra", *arguments(person, login), env=EXEC_INFO)
    assert (outcome.code, outcome.out) == (SIGN_IN_FIRST, "")
    assert len(outcome.err.splitlines()) == 1 and "entra login" in outcome.err
    assert asked_nobody(person)


@pytest.mark.parametrize("variable", ["AZURE_USERNAME", "AAD_USER_PRINCIPAL_NAME"])
def test_a_name_for_a_login_by_password_names_nobody(person, variable):
    login(person, "--api", "AKS", "--tenant", contoso.TENANT.guid, "--authority",
          person.authority.url)
    outcome = person.run("exec-credential-entra", *arguments(person, "devicecode"),
                         env=EXEC_INFO | {variable: "svc@contoso.com"})
    status_token(outcome)


def test_a_persons_login_asks_no_app_even_where_one_is_configured(world):
    outcome = world.run("exec-credential-entra", *arguments(world, "devicecode"), env=EXEC_INFO)
    assert outcome.code == SIGN_IN_FIRST, outcome
    assert world.authority.token_requests == []


def test_where_no_login_is_named_it_is_a_person_unless_there_is_an_app(world):
    words = ["get-token", "--server-id", contoso.AKS, "--authority-host", world.authority.url]
    outcome = world.run("exec-credential-entra", *words, env=EXEC_INFO)
    assert json.loads(outcome.out)["status"]["token"] == world.authority.issued_tokens[0]
    world.appsettings_file.unlink()
    outcome = world.run("exec-credential-entra", *words, "--tenant-id", contoso.TENANT.guid,
                        env=EXEC_INFO)
    assert outcome.code == SIGN_IN_FIRST, outcome


# ---- renewal in the background ----

def status_token(outcome) -> str:
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return json.loads(outcome.out)["status"]["token"]


def renewed_in_the_background(world, *words: str, env: dict[str, str] = EXEC_INFO) -> None:
    """The next call gets the old token, and later calls the one that was requested meanwhile."""
    old = age(world, lives=1800, renew=True)
    before = len(world.authority.issued_tokens)
    assert status_token(world.run("exec-credential-entra", *words, env=env)) == old
    wait_until(lambda: len(world.authority.issued_tokens) > before, "the renewal")
    wait_until(lambda: status_token(world.run("exec-credential-entra", *words, env=env)) ==
               world.authority.issued_tokens[before], "the new token")
    wait_until(lambda: not world.session.is_running("entra"), "the end of the renewal")
    assert len(world.authority.issued_tokens) == before + 1


@pytest.mark.parametrize("more", [[], ["--login-hint", contoso.ADA.username]])
@pytest.mark.parametrize("mode", ["devicecode", "interactive"])
def test_a_persons_token_is_renewed_under_kubelogins_arguments(person, mode, more):
    login(person, "--api", "AKS", "--tenant", contoso.TENANT.guid, "--authority",
          person.authority.url)
    words = arguments(person, mode, *more)
    status_token(person.run("exec-credential-entra", *words, env=EXEC_INFO))
    renewed_in_the_background(person, *words)


def test_an_apps_token_is_renewed_under_kubelogins_arguments(world):
    words = ["get-token", "--login", "spn", "--server-id", contoso.AKS]
    status_token(world.run("exec-credential-entra", *words, env=EXEC_INFO))
    renewed_in_the_background(world, *words)


def test_a_token_is_renewed_by_the_client_that_the_cluster_names(person):
    info = json.loads(EXEC_INFO["KUBERNETES_EXEC_INFO"])
    info["spec"]["cluster"] = {"config": {"client-id": contoso.AZURE_CLI.client_id,
                                          "tenant-id": contoso.TENANT.guid}}
    env = {"KUBERNETES_EXEC_INFO": json.dumps(info)}
    login(person, "--api", "AKS", "--tenant", contoso.TENANT.guid, "--authority",
          person.authority.url, "--client-id", contoso.AZURE_CLI.client_id)
    words = ["--authority", person.authority.url]
    status_token(person.run("exec-credential-entra", *words, env=env))
    renewed_in_the_background(person, *words, env=env)
