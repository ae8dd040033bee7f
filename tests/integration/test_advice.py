# SPDX-License-Identifier: MIT
"""The commands that messages advise. Each is provoked, taken out of the message, run word for word
in a shell, where none of the host tool's own variables are set, and then what had failed works."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Callable

import pytest

from authority import contoso, faults
from authority.directory import User
from integration.asking import EXEC_INFO, own_host
from integration.test_one_sign_in import refuse_cli
from integration.test_setup_git import told, values
from integration.users import NO_BROWSER, login
from world.ports import free_port
from world.program import Outcome
from world.world import World

HOME, FABRIKAM = contoso.TENANT.guid, contoso.OTHER_TENANT.guid
ADA, GRACE = contoso.ADA, contoso.GRACE
LOGIN = r"'(entra login\b[^']*)'"


def plugin(world: World, *words: str, env: dict[str, str] | None = None) -> Outcome:
    return world.run("exec-credential-entra", *words, env=EXEC_INFO | (env or {}))


def kubelogin(world: World, *words: str, client: str = contoso.KUBELOGIN.client_id,
              tenant: str = HOME, **how: Any) -> Outcome:
    """As az writes it into a kubeconfig."""
    return plugin(world, "get-token", "--login", "devicecode", "--server-id", contoso.AKS,
                  "--client-id", client, "--tenant-id", tenant, "--authority-host",
                  f"{world.authority.url}/", *words, **how)


def on_cluster(world: World, *words: str, env: dict[str, str] | None = None,
               **config: str) -> Outcome:
    told = json.loads(EXEC_INFO["KUBERNETES_EXEC_INFO"])
    told["spec"]["cluster"] = {"config": config}
    return plugin(world, *words, env={"KUBERNETES_EXEC_INFO": json.dumps(told)} | (env or {}))


def token(world: World, *words: str, **how: Any) -> Outcome:
    return world.run("entra", "token", "--api", "MyWebApi", *words, **how)


def git(world: World) -> Outcome:
    return world.run("git-credential-entra", "get", input=own_host(world))


def curl(world: World) -> Outcome:
    return world.run("curl-credential-entra", world.web_api.todo_list_url)


def nothing(world: World) -> None:
    """Nothing comes before."""


def signed_in(*words: str, user: User = ADA) -> Callable[[World], Any]:
    return lambda world: login(world, *words, user=user)


def unconfigured(world: World) -> None:
    world.appsettings_file.unlink()


def both(*steps: Callable[[World], Any]) -> Callable[[World], None]:
    def run(world: World) -> None:
        for step in steps:
            step(world)
    return run


def revoked(world: World) -> None:
    login(world)
    world.authority.refresh_tokens.revoke(ADA)


def elsewhere(world: World) -> str:
    """A configuration that only a host tool's variable names."""
    path = world.session.root / "other settings.json"
    path.write_text(json.dumps(world.user_appsettings()))
    path.chmod(0o600)
    world.appsettings_file.unlink(missing_ok=True)
    return str(path)


def of_az(world: World) -> dict[str, str]:
    return {"AZURE_AUTHORITY_HOST": world.authority.url, "AZURE_TENANT_ID": HOME}


def app_for_users(world: World) -> None:
    """The configuration is an app's; what az wrote into the kubeconfig is for users."""
    world.write_appsettings()


def settings_of(world: World) -> dict[str, str]:
    """A configuration that is in the host tool's variables alone."""
    return {"AzureAd__ClientId": contoso.DESKTOP.client_id, "AzureAd__TenantId": HOME,
            "AzureAd__Instance": world.authority.url}


def public_cli(world: World) -> None:
    """The configured identity is the Azure CLI's, in any tenant."""
    world.write_appsettings(world.user_appsettings(contoso.AZURE_CLI, "organizations"))


@dataclass
class Case:
    """`ask` fails after `before`, and its message advises a command of the pattern, at which this
    user signs in."""

    ask: Callable[[World], Outcome]
    before: Callable[[World], Any] = nothing
    advice: str = LOGIN
    user: User = ADA
    types: str = ""


SIGN_INS = {
    "entra token": Case(token),
    "entra token, another account": Case(lambda world: token(world, "--account", GRACE.username),
                                         signed_in(), user=GRACE),
    "entra token, revoked": Case(lambda world: token(world, "--force-refresh"), revoked),
    "entra token, another tenant": Case(
        lambda world: token(world, "--tenant", FABRIKAM), both(public_cli, signed_in()), user=GRACE),
    "git": Case(git),
    "curl": Case(curl),
    "kubectl": Case(plugin),
    "kubectl, its variables": Case(lambda world: plugin(world, env=of_az(world)), unconfigured),
    "kubectl, a client of its variables": Case(
        lambda world: plugin(world, env=of_az(world) | {"AZURE_CLIENT_ID":
                                                        contoso.DESKTOP.client_id}), unconfigured),
    "kubectl, its configuration": Case(
        lambda world: plugin(world, env={"ENTRA_CONFIG": elsewhere(world)})),
    "kubectl, an authority in args": Case(
        lambda world: plugin(world, "--authority", f"{world.authority.url}/{HOME}"), unconfigured),
    "kubectl, a tenant of the cluster": Case(
        lambda world: on_cluster(world, **{"tenant-id": FABRIKAM}),
        both(public_cli, signed_in()), user=GRACE),
    "kubectl, a client of the cluster": Case(
        lambda world: on_cluster(world, "--authority", world.authority.url,
                                 **{"client-id": contoso.KUBELOGIN.client_id, "tenant-id": HOME}),
        unconfigured),
    "kubelogin": Case(kubelogin, unconfigured),
    "kubelogin, another client": Case(
        lambda world: kubelogin(world, client=contoso.DESKTOP.client_id), both(
            unconfigured, lambda world: login(world, "--authority", world.authority.url))),
    "kubelogin, the second client": Case(kubelogin, both(
        unconfigured, lambda world: refuse_cli(world, contoso.AKS),
        lambda world: login(world, "--authority", world.authority.url))),
    "kubelogin, another tenant": Case(
        lambda world: kubelogin(world, tenant=FABRIKAM), both(
            unconfigured, lambda world: login(world, "--authority", world.authority.url)),
        user=GRACE),
    "kubelogin, a user": Case(
        lambda world: kubelogin(world, "--login-hint", GRACE.username), both(
            unconfigured, lambda world: login(world, "--authority", world.authority.url)),
        user=GRACE),
    "kubelogin, a folder": Case(
        lambda world: kubelogin(world, "--cache-dir", "/k/my work"), both(
            unconfigured, lambda world: login(world, "--authority", world.authority.url)),
        user=GRACE),
    "kubelogin, its variables": Case(
        lambda world: plugin(world, "get-token", "--authority-host", world.authority.url,
                             env={"AZURE_TENANT_ID": HOME, "KUBECACHEDIR": "/k/x"}), unconfigured),
    "kubelogin, a client of the configuration": Case(kubelogin),
    "kubelogin, an app's configuration": Case(kubelogin, app_for_users),
    "kubectl, its keyring": Case(lambda world: plugin(world, env={"ENTRA_KEYRING": "runtime"})),
    "kubectl, its settings": Case(
        lambda world: kubelogin(world, env={"AzureAd__ClientId": contoso.DESKTOP.client_id}),
        unconfigured),
    "entra token, its settings": Case(lambda world: world.run(
        "entra", "token", "--api", "AKS", env=settings_of(world)), unconfigured),
    "entra token, two scopes": Case(lambda world: world.run(
        "entra", "token", "--scope", f"{contoso.MY_WEB_API}/access_as_user", "--scope",
        f"{contoso.MY_WEB_API}/Files.Read")),
    "kubelogin, az": Case(
        lambda world: kubelogin(world, "--login", "azurecli", env={"AZURE_CONFIG_DIR": "/az/x"}),
        unconfigured),
}


def keeps_secret(world: World) -> None:
    settings = world.appsettings()
    settings["AzureAd"].pop("ClientSecret", None)
    settings["Build"] = settings.pop("AzureAd") | {
        "ClientCredentials": [{"SourceType": "Keyring"}]}
    settings["Other"] = {"ClientId": contoso.DESKTOP.client_id, "TenantId": HOME}
    for name in ("MyWebApi", "AKS"):
        settings[name] = settings.get(name, {"Scopes": [f"{contoso.AKS}/.default"]}) | {
            "RequestAppToken": True,
            "AcquireTokenOptions": {"AuthenticationOptionsName": "Build"}}
    world.write_appsettings(settings)


SECRET = r"'(entra secret set[^']*)'"
SECRETS = {
    "entra token, no secret": Case(token, keeps_secret, SECRET, types=contoso.DAEMON.secret),
    "kubectl, no secret": Case(plugin, keeps_secret, SECRET, types=contoso.DAEMON.secret),
    "kubectl, no secret in a keyring": Case(
        lambda world: plugin(world, "--keyring", "secret-service"), keeps_secret, SECRET,
        types=contoso.DAEMON.secret),
}


def advised(outcome: Outcome, pattern: str) -> str:
    assert outcome.code != 0, outcome
    found = re.findall(pattern, outcome.err)
    assert len(found) == 1, outcome
    return found[0]


@pytest.mark.parametrize("name", SIGN_INS | SECRETS)
def test_the_advised_command_mends_it(desk, name):
    case = (SIGN_INS | SECRETS)[name]
    case.before(desk)
    command = advised(case.ask(desk), case.advice)
    desk.browser.will_sign_in(case.user)
    shell = desk.at_terminal("sh", "-c", command)
    if case.types:
        shell.wait_for("not shown")
        shell.type(f"{case.types}\n")
    assert shell.finish().code == 0, command
    again = case.ask(desk)
    assert (again.code, again.err) == (0, ""), (command, again)


@pytest.mark.parametrize("others", [["manager"], ["", "manager"]], ids=["one", "as GCM writes them"])
def test_git_set_up_as_the_helper_by_hand_advises_keeps_its_other_helpers(world, others):
    world.run("git", "config", "--global", "--unset-all", "credential.helper")
    for helper in others:
        assert world.run("git", "config", "--global", "--add", "credential.helper", helper).code == 0
    command = advised(world.run("git-credential-entra"), r"'([^']*)'")
    assert world.run("sh", "-c", command).code == 0, command
    assert values(world, "credential.helper") == others
    assert told(world) == ["git credential-entra store"]
    assert told(world, "github.com") == ["git credential-manager store"]


@pytest.mark.parametrize("program", ["keyring-credential-entra", "nuget-plugin-entra"])
def test_what_a_helper_by_hand_advises_works(world, program):
    world.session.env["PATH"] += f":{world.session.home}/.local/bin"
    command = advised(world.run(program), r"'(entra setup [^']*)'")
    outcome = world.run("sh", "-c", command)
    assert outcome.code == 0, outcome


def test_the_plugin_by_hand_says_how_to_get_a_token_by_hand(world):
    words = ("--api", "MyWebApi", "--account", "x@contoso.com")
    outcome = world.run("exec-credential-entra", *words)
    command = advised(outcome, r"'(entra token\b[^']*)'")
    assert command == "entra token --api MyWebApi --account x@contoso.com"
    command = advised(world.run("exec-credential-entra"), r"'(entra token\b[^']*)'")
    outcome = world.run("sh", "-c", command)
    assert outcome.code == 0 and outcome.out.strip() in world.authority.issued_tokens


@pytest.mark.parametrize("words, plain", [
    ((), "entra token --api AKS"), (("--tenant", HOME), "entra token --api AKS"),
    (("get-token", "--login", "devicecode", "--server-id", contoso.AKS, "--tenant-id", HOME,
      "--client-id", contoso.KUBELOGIN.client_id), "exec-credential-entra")])
def test_the_manuals_command_replaces_the_plugins_token(desk, words, plain):
    """The one that kubectl would get, and no other."""
    if plain != "entra token --api AKS":
        unconfigured(desk)
        words += ("--authority-host", desk.authority.url)
    login(desk, "--authority", desk.authority.url)
    first = json.loads(plugin(desk, *words).out)["status"]["token"]
    outcome = desk.run("sh", "-c", f"{plain} {' '.join(words)} --force-refresh >/dev/null")
    assert (outcome.code, outcome.err) == (0, ""), outcome
    second = json.loads(plugin(desk, *words).out)["status"]["token"]
    assert second != first and second == desk.authority.issued_tokens[-1]


def test_an_account_of_another_id_is_signed_out_and_in_again(desk):
    login(desk)
    users = desk.authority.directory.users
    users[users.index(ADA)] = ada = User(ADA.username, ADA.password, ADA.name,
                                         {HOME: "9a5d7a1e-52f4-4e0b-9c3d-6b1f2e8c4d99"})
    desk.browser.will_sign_in(ada)
    words = ("entra", "login", "--account", ADA.username)
    command = advised(desk.at_terminal(*words).finish(), r"'(entra logout[^']*)'")
    assert desk.run("sh", "-c", command).code == 0
    assert desk.at_terminal(*words).finish().code == 0
    assert token(desk).code == 0


INTERACTIVE = {"KUBERNETES_EXEC_INFO": EXEC_INFO["KUBERNETES_EXEC_INFO"].replace("false", "true")}


@pytest.mark.parametrize("words, variables", [
    (("entra", "token", "--api", "MyWebApi"), lambda world: {}),
    (("exec-credential-entra",), lambda world: of_az(world) | INTERACTIVE),
    (("exec-credential-entra",), lambda world: {"ENTRA_CONFIG": elsewhere(world)} | INTERACTIVE)])
def test_a_device_code_serves_where_the_browser_cannot(desk, words, variables):
    """For a program that has no option for it."""
    env = variables(desk)
    if env:
        desk.appsettings_file.unlink(missing_ok=True)
    terminal = desk.at_terminal(*words, env=env | NO_BROWSER | {"ENTRA_REDIRECT_PORT": str(free_port())})
    found = terminal.wait_for(r"run '(entra login --device-code[^']*)'\.")
    terminal.close()
    code = desk.at_terminal("sh", "-c", found.group(1), env=NO_BROWSER)
    code.wait_for(rf"{re.escape(desk.authority.url)}/device")
    page = desk.visitor.enter_code(f"{desk.authority.url}/device",
                                   code.wait_for(r"\b[A-Z0-9]{9}\b").group(), ADA)
    assert "You have signed in" in page.text
    assert code.finish().code == 0
    again = desk.run(*words, env=env)
    assert (again.code, again.err) == (0, ""), again


@pytest.mark.parametrize("error, code", [
    ("interaction_required", 50076), ("invalid_grant", 50173), ("access_denied", 65004),
    ("invalid_grant", 70008), ("invalid_grant", 999999)])
def test_a_refused_sign_in_is_repeated_with_its_options(desk, error, code):
    """That of another configuration would sign in somebody else, or elsewhere."""
    path = elsewhere(desk)
    words = ("--config", path, "--api", "MyWebApi")
    desk.browser.will_sign_in(ADA)
    desk.authority.faults.inject(faults.refused("no", error, code, "Refused."), times=1)
    command = advised(desk.at_terminal("entra", "login", *words).finish(), LOGIN)
    desk.browser.will_sign_in(ADA)
    assert desk.at_terminal("sh", "-c", command).finish().code == 0, command
    assert desk.run("entra", "token", *words).code == 0


def test_a_keyring_that_keeps_nothing_is_named_before_a_sign_in(desk):
    outcome = token(desk, "--keyring", "none")
    assert "Name another one by --keyring, and run" in outcome.err
    assert desk.at_terminal("sh", "-c", advised(outcome, LOGIN)).finish().code == 0
    assert token(desk).code == 0
    by_variable = token(desk, env={"ENTRA_KEYRING": "none"})
    assert "Name another one by ENTRA_KEYRING, and run" in by_variable.err


def test_a_policy_against_device_codes_is_met_by_the_browser(desk):
    login(desk)
    desk.authority.faults.inject(faults.refused("policy", "invalid_grant", 53003, "Blocked."), times=1)
    command = advised(token(desk, "--force-refresh"), LOGIN)
    assert "--browser" in command
    assert desk.at_terminal("sh", "-c", command).finish().code == 0
    assert token(desk, "--force-refresh").code == 0
