# SPDX-License-Identifier: MIT
"""kubectl for users: with kubelogin's arguments, at a terminal and where nobody can be prompted."""

from __future__ import annotations

import json
import re

import pytest

from authority import contoso
from integration.asking import EXEC_INFO, failed
from integration.users import (NO_BROWSER, SIGN_IN_FIRST, asked_nobody, enter, login, query,
                               user_code)
from integration.stored import age
from integration.test_kubectl import kubectl_minor
from world.kubeconfig import V1, V1BETA1, ExecPlugin
from world.ports import free_port
from world.waiting import wait_until

VERSION = V1 if kubectl_minor() >= 22 else V1BETA1


def arguments(world, login: str, *more: str) -> list[str]:
    """As `az aks get-credentials` writes them."""
    return ["get-token", "--environment", "AzurePublicCloud", "--server-id", contoso.AKS,
            "--client-id", contoso.KUBELOGIN.client_id, "--tenant-id", contoso.TENANT.guid,
            "--login", login, "--authority-host", f"{world.authority.url}/", *more]


@pytest.fixture
def bare_desk(world):
    """A user who has no configuration, only a kubeconfig."""
    world.appsettings_file.unlink()
    return world


def kubeconfig(world, login: str, *more: str, mode: str = "IfAvailable") -> None:
    world.write_kubeconfig(ExecPlugin("exec-credential-entra", arguments(world, login, *more),
                                      api_version=VERSION, interactive_mode=mode))


def test_a_user_enters_a_code_once_and_kubectl_never_prompts_again(bare_desk):
    kubeconfig(bare_desk, "devicecode")
    kubectl = bare_desk.at_terminal("kubectl", "get", "pods", env=NO_BROWSER)
    kubectl.wait_for(rf"{re.escape(bare_desk.authority.url)}/device")
    enter(bare_desk, user_code(kubectl))
    done = kubectl.finish()
    assert done.code == 0 and "Running" in done.out, done
    later = bare_desk.run("kubectl", "get", "pods")
    assert (later.code, later.err) == (0, "") and "Running" in later.out


def test_a_user_signs_in_with_the_browser(bare_desk):
    bare_desk.browser.will_sign_in(contoso.ADA)
    kubeconfig(bare_desk, "interactive", "--redirect-url", f"http://localhost:{free_port()}")
    done = bare_desk.at_terminal("kubectl", "get", "pods").finish()
    assert done.code == 0 and "Running" in done.out, done


@pytest.mark.parametrize("flag", ["--login-hint", "--username"])
def test_only_the_user_of_a_login_hint_gets_a_token(bare_desk, flag):
    bare_desk.browser.will_sign_in(contoso.GRACE)
    kubeconfig(bare_desk, "interactive", flag, contoso.ADA.username)
    done = bare_desk.at_terminal("kubectl", "get", "pods").finish()
    assert done.code != 0 and contoso.ADA.username in done.err + done.out, done
    assert "Running" not in done.out


@pytest.mark.parametrize("login", ["devicecode", "interactive"])
def test_there_is_no_prompt_if_kubectl_forbids_it(bare_desk, login):
    kubeconfig(bare_desk, login, mode="Never")
    done = bare_desk.at_terminal("kubectl", "get", "pods").finish()
    assert done.code != 0 and "entra login" in done.err + done.out, done
    assert asked_nobody(bare_desk)


@pytest.mark.parametrize("login", ["devicecode", "interactive"])
def test_there_is_no_prompt_without_a_user(bare_desk, login):
    outcome = bare_desk.run("exec-credential-entra", *arguments(bare_desk, login), env=EXEC_INFO)
    assert (outcome.code, outcome.out) == (SIGN_IN_FIRST, "")
    assert len(outcome.err.splitlines()) == 1 and "entra login" in outcome.err
    assert asked_nobody(bare_desk)


@pytest.mark.parametrize("variable", ["AZURE_USERNAME", "AAD_USER_PRINCIPAL_NAME"])
def test_the_user_name_of_a_password_login_is_ignored(bare_desk, variable):
    login(bare_desk, "--api", "AKS", "--tenant", contoso.TENANT.guid, "--authority",
          bare_desk.authority.url)
    outcome = bare_desk.run("exec-credential-entra", *arguments(bare_desk, "devicecode"),
                         env=EXEC_INFO | {variable: "svc@contoso.com"})
    status_token(outcome)


def test_a_user_login_does_not_use_a_configured_app(world):
    outcome = world.run("exec-credential-entra", *arguments(world, "devicecode"), env=EXEC_INFO)
    assert outcome.code == SIGN_IN_FIRST, outcome
    assert world.authority.token_requests == []


OF_AN_APP = [{"AZURE_CLIENT_ID": contoso.DAEMON.client_id},
             {"AZURE_CLIENT_ID": contoso.DAEMON.client_id, "AZURE_TENANT_ID": contoso.TENANT.guid},
             {"AAD_SERVICE_PRINCIPAL_CLIENT_ID": contoso.DAEMON.client_id}]


@pytest.mark.parametrize("env", OF_AN_APP, ids=lambda env: "+".join(env))
@pytest.mark.parametrize("named", [("--login", "devicecode"), ("--login", "interactive"),
                                   ("--login", "azurecli"), ("--login", "azd"), ()])
@pytest.mark.parametrize("client", [("--client-id", contoso.KUBELOGIN.client_id), ()])
def test_a_variable_with_an_apps_id_is_not_a_users_client(bare_desk, named, client, env):
    login(bare_desk, "--api", "AKS", "--tenant", contoso.TENANT.guid, "--authority",
          bare_desk.authority.url)
    words = ["get-token", *named, "--server-id", contoso.AKS, "--tenant-id", contoso.TENANT.guid,
             "--authority-host", bare_desk.authority.url, *client]
    status_token(bare_desk.run("exec-credential-entra", *words, env=EXEC_INFO | env))


@pytest.mark.parametrize("mode", ["azurecli", "azd"])
def test_a_user_of_another_sign_in_is_a_user_here(bare_desk, mode):
    words = arguments(bare_desk, mode)
    outcome = bare_desk.run("exec-credential-entra", *words, env=EXEC_INFO)
    assert (outcome.code, outcome.out) == (SIGN_IN_FIRST, "")
    assert "entra login" in outcome.err and asked_nobody(bare_desk)
    assert f"The sign-in of '{mode.removeprefix('azure').replace('cli', 'az')}' is not used." in \
        outcome.err
    login(bare_desk, "--api", "AKS", "--tenant", contoso.TENANT.guid, "--authority",
          bare_desk.authority.url)
    status_token(bare_desk.run("exec-credential-entra", *words, env=EXEC_INFO))


def test_a_chain_ends_with_a_user(bare_desk):
    login(bare_desk, "--api", "AKS", "--tenant", contoso.TENANT.guid, "--authority",
          bare_desk.authority.url)
    words = arguments(bare_desk, "chained")
    status_token(bare_desk.run("exec-credential-entra", *words, env=EXEC_INFO))
    outcome = bare_desk.run("exec-credential-entra", *words, env=EXEC_INFO | {
        "AZURE_CLIENT_ID": contoso.DAEMON.client_id, "AZURE_TENANT_ID": contoso.TENANT.guid,
        "AZURE_CLIENT_SECRET": contoso.DAEMON.secret})
    status_token(outcome)
    assert bare_desk.authority.token_requests[-1].form["client_id"] == contoso.DAEMON.client_id


def test_the_browser_is_redirected_to_the_port_of_the_redirect_url(bare_desk):
    port = free_port()
    bare_desk.browser.will_sign_in(contoso.ADA)
    kubeconfig(bare_desk, "interactive", "--redirect-url", f"http://localhost:{port}/callback")
    done = bare_desk.at_terminal("kubectl", "get", "pods").finish()
    assert done.code == 0 and "Running" in done.out, done
    (asked,) = bare_desk.authority.authorize_requests
    assert query(f"?{asked.query}")["redirect_uri"] == f"http://localhost:{port}"


@pytest.mark.parametrize("url", ["https://localhost:8000", "http://example.com:8000", "8000", "x:8000"])
def test_a_redirect_url_of_another_machine_is_refused(bare_desk, url):
    outcome = bare_desk.run("exec-credential-entra",
                            *arguments(bare_desk, "interactive", "--redirect-url", url),
                            env=EXEC_INFO)
    failed("exec-credential-entra", outcome, 2, "--redirect-url", "of this machine")


def test_a_sign_in_by_device_code_is_named_as_the_program_has_it(bare_desk):
    kubeconfig(bare_desk, "interactive")
    kubectl = bare_desk.at_terminal("kubectl", "get", "pods", env=NO_BROWSER)
    kubectl.wait_for(r"use --login devicecode\.")
    kubectl.close()


def test_without_a_login_it_is_a_user_unless_there_is_an_app(world):
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
def test_a_users_token_is_renewed_with_kubelogins_arguments(bare_desk, mode, more):
    login(bare_desk, "--api", "AKS", "--tenant", contoso.TENANT.guid, "--authority",
          bare_desk.authority.url)
    words = arguments(bare_desk, mode, *more)
    status_token(bare_desk.run("exec-credential-entra", *words, env=EXEC_INFO))
    renewed_in_the_background(bare_desk, *words)


def test_an_apps_token_is_renewed_with_kubelogins_arguments(world):
    words = ["get-token", "--login", "spn", "--server-id", contoso.AKS]
    status_token(world.run("exec-credential-entra", *words, env=EXEC_INFO))
    renewed_in_the_background(world, *words)
