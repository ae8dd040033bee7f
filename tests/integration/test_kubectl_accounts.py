# SPDX-License-Identifier: MIT
"""Accounts that kubelogin's users keep apart by folders: --cache-dir, --token-cache-dir,
KUBECACHEDIR, and AZURE_CONFIG_DIR for those of az."""

from __future__ import annotations

import json
import re

import pytest

from authority import contoso
from integration.asking import EXEC_INFO, failed
from integration.stored import age
from integration.users import NO_BROWSER, SIGN_IN_FIRST, claims, enter, login, user_code
from world.kubeconfig import V1BETA1, ExecPlugin
from world.waiting import wait_until

ADA, GRACE, BOB = contoso.ADA, contoso.GRACE, contoso.BOB


@pytest.fixture
def bare_desk(world):
    """A user who has no configuration, only a kubeconfig."""
    world.appsettings_file.unlink()
    return world


def arguments(world, *more: str, mode: str = "devicecode", tenant: str = contoso.TENANT.guid):
    return ["get-token", "--login", mode, "--server-id", contoso.AKS, "--client-id",
            contoso.KUBELOGIN.client_id, "--tenant-id", tenant, "--authority-host",
            f"{world.authority.url}/", *more]


def ask(world, *more: str, env: dict[str, str] | None = None, **how: str):
    return world.run("exec-credential-entra", *arguments(world, *more, **how),
                     env=EXEC_INFO | (env or {}))


def whose(world, outcome) -> str:
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return claims(world, json.loads(outcome.out)["status"]["token"], contoso.AKS)["upn"]


def sign_in(world, user, *words: str) -> None:
    login(world, "--authority", world.authority.url, *words, user=user)


def nobody(outcome, folder: str) -> None:
    failed("exec-credential-entra", outcome, SIGN_IN_FIRST, f"nobody is signed in for {folder}",
           "entra login")


@pytest.mark.parametrize("flag", ["--login-hint", "--username", "--account"])
def test_an_account_that_the_clusters_tenant_does_not_know_is_to_be_another_one(bare_desk, flag):
    sign_in(bare_desk, ADA)
    there = ("--tenant", contoso.OTHER_TENANT.domains[0])
    outcome = ask(bare_desk, flag, ADA.username, tenant=there[1])
    failed("exec-credential-entra", outcome, SIGN_IN_FIRST, "AADSTS50020", "--account NAME",
           f"invite {ADA.username}")
    assert "entra login" not in outcome.err
    sign_in(bare_desk, BOB, *there, "--account", BOB.username)
    for words in (flag, ADA.username, "--account", BOB.username), ():
        assert whose(bare_desk, ask(bare_desk, *words, tenant=there[1])) == BOB.username


@pytest.mark.parametrize("flag", ["--cache-dir", "--token-cache-dir"])
def test_each_folder_has_an_account_of_its_own(bare_desk, flag):
    sign_in(bare_desk, ADA)
    nobody(ask(bare_desk, flag, "/k/grace"), "/k/grace")
    sign_in(bare_desk, GRACE, "--cache-dir", "/k/grace")
    nobody(ask(bare_desk, flag, "/k/other"), "/k/other")
    for _ in range(2):
        assert whose(bare_desk, ask(bare_desk, flag, "/k/grace")) == GRACE.username
        assert whose(bare_desk, ask(bare_desk)) == ADA.username


def test_a_variable_names_the_folder_where_no_flag_does(bare_desk):
    sign_in(bare_desk, ADA)
    sign_in(bare_desk, GRACE, "--cache-dir", "/k/grace")
    grace = {"KUBECACHEDIR": "/k/grace"}
    assert whose(bare_desk, ask(bare_desk, env=grace)) == GRACE.username
    assert whose(bare_desk, ask(bare_desk, "--disable-environment-override",
                                env=grace)) == GRACE.username
    nobody(ask(bare_desk, "--cache-dir", "/k/x", env=grace), "/k/x")
    nobody(ask(bare_desk, "--token-cache-dir", "/k/x", env=grace), "/k/x")


@pytest.mark.parametrize("mode", ["azurecli", "azd", "chained"])
def test_az_keeps_accounts_apart_by_its_own_folder(bare_desk, mode):
    sign_in(bare_desk, ADA)
    sign_in(bare_desk, GRACE, "--cache-dir", "/az/grace")
    for more, env in ((("--azure-config-dir", "/az/grace"), {}), ((), {"AZURE_CONFIG_DIR": "/az/grace"})):
        assert whose(bare_desk, ask(bare_desk, *more, mode=mode, env=env)) == GRACE.username
    env = {"KUBECACHEDIR": "/az/grace"}  # not az's
    assert whose(bare_desk, ask(bare_desk, mode=mode, env=env)) == ADA.username
    env = {"AZURE_CONFIG_DIR": "/az/grace"}  # not kubelogin's
    assert whose(bare_desk, ask(bare_desk, env=env)) == ADA.username


USUAL = ["{home}/.kube/cache/kubelogin", "{home}/.kube/cache/kubelogin/", "~/.kube/cache/kubelogin/",
         "$HOME/.kube/cache/kubelogin", "${{HOME}}/.kube/cache/kubelogin", "{home}/.kube/cache",
         "{home}//.kube/./cache/kubelogin/."]


@pytest.mark.parametrize("folder", USUAL)
def test_the_usual_folder_is_no_choice(bare_desk, folder):
    sign_in(bare_desk, ADA)
    folder = folder.format(home=bare_desk.session.home)
    assert whose(bare_desk, ask(bare_desk, "--token-cache-dir", folder)) == ADA.username
    assert whose(bare_desk, ask(bare_desk, env={"KUBECACHEDIR": folder})) == ADA.username


@pytest.mark.parametrize("folder", ["/k/work/", "/k//work", "/k/./work/."])
def test_a_folder_may_be_written_in_several_ways(bare_desk, folder):
    sign_in(bare_desk, ADA)
    sign_in(bare_desk, GRACE, "--cache-dir", "/k/work")
    assert whose(bare_desk, ask(bare_desk, "--cache-dir", folder)) == GRACE.username


def test_a_relative_folder_is_the_same_everywhere(bare_desk, tmp_path):
    sign_in(bare_desk, ADA)
    sign_in(bare_desk, GRACE, "--cache-dir", "work")
    for folder in (tmp_path, bare_desk.session.home):
        outcome = bare_desk.run("exec-credential-entra",
                                *arguments(bare_desk, "--cache-dir", "work"), env=EXEC_INFO,
                                cwd=folder)
        assert whose(bare_desk, outcome) == GRACE.username


def test_a_named_user_goes_before_the_folder(bare_desk):
    sign_in(bare_desk, ADA)
    sign_in(bare_desk, GRACE, "--cache-dir", "/k/grace")
    words = ["--cache-dir", "/k/grace", "--login-hint", ADA.username]
    assert whose(bare_desk, ask(bare_desk, *words)) == ADA.username


def test_each_tenant_of_a_folder_may_have_an_account(bare_desk):
    """kubelogin#243: two tenants, two users, one kubeconfig."""
    fabrikam = contoso.OTHER_TENANT.guid
    sign_in(bare_desk, GRACE, "--cache-dir", "/k/work", "--tenant", contoso.TENANT.guid)
    sign_in(bare_desk, BOB, "--cache-dir", "/k/work", "--tenant", fabrikam)
    for _ in range(2):
        assert whose(bare_desk, ask(bare_desk, "--cache-dir", "/k/work")) == GRACE.username
        assert whose(bare_desk, ask(bare_desk, "--cache-dir", "/k/work",
                                    tenant=fabrikam)) == BOB.username


def test_the_first_sign_in_for_a_folder_is_made_at_kubectls_prompt(bare_desk):
    """kubelogin#159: the second context had the first one's account."""
    sign_in(bare_desk, ADA)
    bare_desk.write_kubeconfig(ExecPlugin(
        "exec-credential-entra", arguments(bare_desk, "--cache-dir", "/k/grace"),
        api_version=V1BETA1, interactive_mode=None))
    kubectl = bare_desk.at_terminal("kubectl", "get", "pods", env=NO_BROWSER)
    kubectl.wait_for(rf"{re.escape(bare_desk.authority.url)}/device")
    enter(bare_desk, user_code(kubectl), GRACE)
    assert kubectl.finish().code == 0
    assert whose(bare_desk, ask(bare_desk, "--cache-dir", "/k/grace")) == GRACE.username
    assert whose(bare_desk, ask(bare_desk)) == ADA.username


def test_a_folders_account_that_signs_out_is_forgotten(bare_desk):
    sign_in(bare_desk, ADA)
    sign_in(bare_desk, GRACE, "--cache-dir", "/k/grace")
    assert bare_desk.run("entra", "logout", "--account", GRACE.username).code == 0
    nobody(ask(bare_desk, "--cache-dir", "/k/grace"), "/k/grace")
    assert whose(bare_desk, ask(bare_desk)) == ADA.username


def test_a_folders_token_is_renewed_for_its_account(bare_desk):
    sign_in(bare_desk, ADA)
    sign_in(bare_desk, GRACE, "--cache-dir", "/k/grace")
    words = ["--cache-dir", "/k/grace"]
    whose(bare_desk, ask(bare_desk, *words))
    age(bare_desk, lives=1800, renew=True)
    before = len(bare_desk.authority.issued_tokens)
    assert whose(bare_desk, ask(bare_desk, *words)) == GRACE.username
    wait_until(lambda: len(bare_desk.authority.issued_tokens) > before, "the renewal")
    wait_until(lambda: not bare_desk.session.is_running("entra"), "the end of the renewal")
    assert claims(bare_desk, bare_desk.authority.issued_tokens[-1], contoso.AKS)["upn"] == \
        GRACE.username
