# SPDX-License-Identifier: MIT
"""A link called kubelogin in place of kubelogin: its whole command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from authority import contoso
from integration.asking import EXEC_INFO
from integration.users import SIGN_IN_FIRST, login
from world.kubeconfig import V1BETA1, ExecPlugin
from world.world import World

# pkg/internal/token/options.go, pkg/internal/converter and main.go of kubelogin 0.2.22.
FLAGS_OF_GET_TOKEN = {
    "login": "l", "client-id": "", "client-secret": "", "client-certificate": "",
    "client-certificate-password": "", "username": "", "password": "", "identity-resource-id": "",
    "server-id": "", "federated-token-file": "", "authority-host": "",
    "azure-pipelines-service-connection-id": "", "token-cache-dir": "", "cache-dir": "",
    "tenant-id": "t", "subscription": "s", "environment": "e", "legacy": "",
    "use-azurerm-env-vars": "", "pop-enabled": "", "timeout": "", "pop-claims": "",
    "disable-environment-override": "", "disable-instance-discovery": "", "redirect-url": "",
    "login-hint": "", "v": "v", "logtostderr": ""}
SWITCHES = {"legacy", "use-azurerm-env-vars", "pop-enabled", "disable-environment-override",
            "disable-instance-discovery", "logtostderr"}
LOGINS = ["devicecode", "interactive", "spn", "ropc", "msi", "azurecli", "azd", "workloadidentity",
          "azurepipelines"]


@pytest.fixture
def kubelogin(world: World, programs: Path) -> World:
    """A user who has no configuration, and a link in PATH."""
    world.appsettings_file.unlink()
    folder = world.session.root / "links"
    folder.mkdir()
    (folder / "kubelogin").symlink_to(programs / "exec-credential-entra")
    world.session.env["PATH"] = f"{folder}:{world.session.env['PATH']}"
    return world


def shown(world: World) -> str:
    return world.run("kubelogin", "--help").out


@pytest.mark.parametrize("name", FLAGS_OF_GET_TOKEN)
def test_each_flag_is_known_with_its_letter_and_takes_what_it_takes(kubelogin, name):
    takes = re.search(rf"^  --{name}( [A-Z]+)?$|^  --{name}( [A-Z]+)? ", shown(kubelogin), re.M)
    assert takes, name
    assert (takes.group(1) or takes.group(2) or "").strip() == "" if name in SWITCHES else \
        takes.group(1) or takes.group(2)
    for flag in filter(None, (f"--{name}", FLAGS_OF_GET_TOKEN[name] and
                              f"-{FLAGS_OF_GET_TOKEN[name]}")):
        words = [flag] if name in SWITCHES else [flag, "1"]
        outcome = kubelogin.run("kubelogin", "get-token", "--disable-environment-override", *words)
        assert "unknown option" not in outcome.err, outcome
        assert "requires an argument" not in outcome.err, outcome


@pytest.mark.parametrize("name", LOGINS)
def test_each_login_is_known(kubelogin, name):
    outcome = kubelogin.run("kubelogin", "get-token", "--login", name, "--timeout", "1s")
    assert "is not a supported login method" not in outcome.err


@pytest.mark.parametrize("words", [(), ("help",), ("--help",), ("get-token", "--help")])
def test_help_is_help(kubelogin, words):
    outcome = kubelogin.run("kubelogin", *words)
    assert (outcome.code, outcome.err) == (0, "") and "--server-id" in outcome.out


def test_the_version_is_told(kubelogin):
    outcome = kubelogin.run("kubelogin", "--version")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(r"kubelogin \d\S*\n", outcome.out)


@pytest.mark.parametrize("words", [("remove-tokens", "--help"), ("remove-cache-dir", "--help"),
                                   ("convert-kubeconfig", "--help")])
def test_the_other_commands_have_help(kubelogin, words):
    outcome = kubelogin.run("kubelogin", *words)
    assert (outcome.code, outcome.err) == (0, "") and outcome.out.startswith("usage: ")


def arguments(world: World, *more: str) -> list[str]:
    return ["get-token", "--login", "devicecode", "--server-id", contoso.AKS, "--client-id",
            contoso.KUBELOGIN.client_id, "--tenant-id", contoso.TENANT.guid, "--authority-host",
            f"{world.authority.url}/", *more]


def test_kubectl_runs_it_by_this_name(kubelogin):
    login(kubelogin, "--authority", kubelogin.authority.url)
    kubelogin.write_kubeconfig(ExecPlugin("kubelogin", arguments(kubelogin), api_version=V1BETA1,
                                          interactive_mode=None))
    outcome = kubelogin.run("kubectl", "get", "pods")
    assert (outcome.code, outcome.err) == (0, "") and "Running" in outcome.out


@pytest.mark.parametrize("words, kept", [
    ([], ["--login devicecode"]),
    (["-l", "interactive"], ["--login interactive", "--tenant-id"]),
    (["--login", "spn", "--client-id", contoso.DAEMON.client_id],
     ["--login spn", f"--client-id {contoso.DAEMON.client_id}"]),
    (["-l", "msi"], ["--login msi", f"--server-id {contoso.AKS}"]),
    (["-l", "azurecli", "--azure-config-dir", "/az/x"], ["--login azurecli"]),
    (["-l", "devicecode", "--cache-dir", "/k/x", "-e", "AzurePublicCloud"], ["--cache-dir /k/x"]),
    (["-l", "workloadidentity", "--context", "test"], ["--login workloadidentity"])])
def test_it_converts_a_kubeconfig(kubelogin, words, kept):
    kubelogin.write_kubeconfig(ExecPlugin("kubelogin", arguments(kubelogin), api_version=V1BETA1,
                                          interactive_mode=None))
    outcome = kubelogin.run("kubelogin", "convert-kubeconfig", *words)
    assert outcome.code == 0, outcome
    config = kubelogin.run("kubectl", "config", "view", "--raw", "--output", "json")
    (user,) = json.loads(config.out)["users"]
    plugin = user["user"]["exec"]
    assert plugin["command"] == "exec-credential-entra"
    for text in kept:
        assert text in " ".join(plugin["args"]), plugin
    if "--azure-config-dir" in words:
        assert "/az/x" in json.dumps(plugin)


# ---- remove-tokens ----

def ask(world: World, *more: str):
    return world.run("kubelogin", *arguments(world, *more), env=EXEC_INFO)


def token(outcome) -> str:
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return json.loads(outcome.out)["status"]["token"]


@pytest.mark.parametrize("command", ["remove-tokens", "remove-cache-dir"])
def test_it_removes_the_tokens_for_aks_and_no_others(kubelogin, command):
    login(kubelogin, "--authority", kubelogin.authority.url)
    graph = ("entra", "token", "--resource", contoso.GRAPH, "--authority", kubelogin.authority.url)
    first, other = token(ask(kubelogin)), kubelogin.run(*graph).out
    outcome = kubelogin.run("kubelogin", command)
    assert outcome.code == 0 and "1 token for AKS, and 0 sign-ins" in outcome.err, outcome
    assert kubelogin.run(*graph).out == other
    assert token(ask(kubelogin)) != first  # by the sign-in that git and curl use, too
    kubelogin.run("kubelogin", command)
    assert "0 tokens for AKS" in kubelogin.run("kubelogin", command, "--cache-dir",
                                               "~/.kube/cache/kubelogin").err


def test_it_removes_a_sign_in_with_kubelogins_own_client(kubelogin):
    login(kubelogin, "--authority", kubelogin.authority.url, "--client-id",
          contoso.KUBELOGIN.client_id, "--api", "AKS")
    outcome = kubelogin.run("kubelogin", "remove-tokens")
    assert "1 sign-in with kubelogin's client" in outcome.err, outcome
    assert ask(kubelogin).code == SIGN_IN_FIRST


def test_it_forgets_the_account_of_a_folder(kubelogin):
    login(kubelogin, "--authority", kubelogin.authority.url)
    folder = ("--cache-dir", "/k/grace")
    login(kubelogin, "--authority", kubelogin.authority.url, *folder, user=contoso.GRACE)
    token(ask(kubelogin, *folder))
    outcome = kubelogin.run("kubelogin", "remove-cache-dir", *folder)
    assert outcome.code == 0 and "/k/grace has no account any more" in outcome.err, outcome
    assert ask(kubelogin, *folder).code == SIGN_IN_FIRST
    token(ask(kubelogin))
    token(ask(kubelogin, "--login-hint", contoso.GRACE.username))
    assert "/k/grace has no account." in kubelogin.run("kubelogin", "remove-tokens",
                                                       "--token-cache-dir", "/k/grace/").err


@pytest.mark.parametrize("words", [(), ("--cache-dir", "/k/other"), ("--token-cache-dir", "")])
def test_the_folder_is_the_one_that_get_token_has(kubelogin, words):
    """Also by a variable, and of two options by the same one."""
    folder = {"KUBECACHEDIR": "/k/grace"} if "/k/other" not in words else {}
    more = () if folder else ("--token-cache-dir", "/k/grace")
    login(kubelogin, "--authority", kubelogin.authority.url)
    login(kubelogin, "--authority", kubelogin.authority.url, "--cache-dir", "/k/grace",
          user=contoso.GRACE)
    token(kubelogin.run("kubelogin", *arguments(kubelogin, *words, *more), env=EXEC_INFO | folder))
    outcome = kubelogin.run("kubelogin", "remove-tokens", *words, *more, env=folder)
    assert "/k/grace has no account any more" in outcome.err, outcome
    token(ask(kubelogin))


@pytest.mark.parametrize("words", [(), ("--cache-dir", "/k/x")])
@pytest.mark.parametrize("keyring", [("--keyring", "none"), ()])
def test_where_nothing_is_stored_it_has_nothing_to_remove(shell, keyring, words):
    """A script that calls it in a container goes on."""
    outcome = shell.run("exec-credential-entra", "remove-tokens", *keyring, *words)
    assert outcome.code == 0, outcome
