# SPDX-License-Identifier: MIT
"""entra status: where things stand, by the keyring and the configuration alone."""

from __future__ import annotations

import json
import re

import pytest

from authority import contoso
from integration.credentials import CLIENT_ID, configure
from integration.users import SIGN_IN_FIRST, login, token

ADA, GRACE = contoso.ADA.username, contoso.GRACE.username
NO_MACHINE = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"}


def status(world, *words, code: int = 0, **how) -> dict:
    outcome = world.run("entra", "status", "--output", "json", *words, **how)
    assert outcome.code == code, outcome
    return json.loads(outcome.out)


def lines(world, **how) -> dict[str, list[str]]:
    """The lines of each title."""
    shown, title = {}, ""
    for line in world.run("entra", "status", **how).out.splitlines():
        title = line[:11].strip() or title
        shown.setdefault(title, []).append(line[11:])
        assert len(line) <= 100
    return shown


def test_an_app_needs_nobody(world):
    assert world.run("entra", "token", "--api", "MyWebApi").code == 0
    asked = len(world.authority.requests)
    found = status(world)
    assert found["accounts"] == []
    assert found["identity"] == {
        "kind": "app", "clientId": CLIENT_ID, "tenant": contoso.TENANT.domains[0],
        "authority": world.authority.url, "credential": f"{world.appsettings_file}:6"}
    assert found["keyring"]["name"] == "secret-service"
    (one,) = found["tokens"]
    assert (one["api"], one["account"], one["tenant"], one["scope"]) == (
        "MyWebApi", CLIENT_ID, contoso.TENANT.domains[0], f"{contoso.MY_WEB_API}/.default")
    assert one["expiresOn"].endswith("Z")
    shown = lines(world)
    assert list(shown) == ["Signed in", "Identity", "Tokens", "Keyring"]
    assert shown["Signed in"] == ["nobody"]
    assert shown["Tokens"] == ["MyWebApi, of the app, expires in 59 min"]
    assert len(world.authority.requests) == asked


def test_users_are_shown_with_the_default_one(desk):
    login(desk)
    login(desk, user=contoso.GRACE)
    login(desk, "--client-id", contoso.AZURE_CLI.client_id, user=contoso.GRACE)
    token(desk)
    opened = len(desk.browser.urls)
    found = status(desk)
    assert [(one["username"], one["isDefault"], len(one["clients"])) for one in found["accounts"]] == [
        (ADA, False, 1), (GRACE, True, 2)]
    assert all("." in one["homeAccountId"] for one in found["accounts"])
    assert found["identity"]["kind"] == "user"
    assert {one["account"] for one in found["tokens"]} >= {GRACE}
    assert lines(desk)["Signed in"] == [ADA, f"{GRACE} (default)"]
    assert len(desk.browser.urls) == opened


def test_tokens_that_differ_in_their_tenant_alone_are_told_apart(desk):
    login(desk)
    token(desk)
    token(desk, "--tenant", contoso.TENANT.guid)
    shown = re.findall(r" (MyWebApi, .*)", desk.run("entra", "status").out)
    assert len(shown) == 2
    for tenant in (contoso.TENANT.domains[0], contoso.TENANT.guid):
        assert sum(line.startswith(f"MyWebApi, of {ADA}, expires ")
                   and line.endswith(f", tenant {tenant}") for line in shown) == 1


def test_nobody_is_signed_in(desk):
    found = status(desk, code=SIGN_IN_FIRST)
    assert (found["accounts"], found["tokens"]) == ([], [])
    outcome = desk.run("entra", "status")
    assert outcome.code == SIGN_IN_FIRST
    assert outcome.out.startswith("Signed in  nobody\n") and "entra login" in outcome.err


def test_without_a_configuration_it_says_so(world):
    world.appsettings_file.unlink()
    found = status(world, code=SIGN_IN_FIRST, env=NO_MACHINE)
    assert found["identity"] is None
    assert lines(world, env=NO_MACHINE)["Identity"] == [
        "none is configured; users sign in with the Azure CLI's client"]
    app_service = {"IDENTITY_ENDPOINT": "http://127.0.0.1:1", "IDENTITY_HEADER": "x"}
    assert world.run("entra", "status", env=app_service).code == 0


def test_what_a_locked_keyring_has_is_not_called_nothing(desk):
    login(desk)
    desk.session.keyring.lock()
    outcome = desk.run("entra", "status")
    assert outcome.code not in (0, SIGN_IN_FIRST)
    assert "locked" in outcome.err and "nobody" not in outcome.out + outcome.err


# ---- whether there can be a token without a user ----

CLI = contoso.AZURE_CLI.client_id


def advised(outcome) -> list[str]:
    """The command that the message advises, without the name of the program."""
    return re.search(r"Run 'entra ([^']+)'", outcome.err).group(1).split()


def test_the_sign_in_of_another_client_is_not_one_of_this(desk):
    login(desk)
    other = ("--client-id", CLI)
    outcome = desk.run("entra", "status", *other)
    assert outcome.code == token(desk, *other).code == SIGN_IN_FIRST
    assert f"nobody is signed in for the client {CLI} at {desk.authority.url}" in outcome.err
    assert ADA in outcome.out
    login(desk, *advised(outcome)[1:])
    assert desk.run("entra", "status", *other).code == token(desk, *other).code == 0
    assert desk.run("entra", "status").code == 0


def test_nor_is_a_sign_in_at_another_authority(desk):
    login(desk)
    other = ("--authority", "https://login.microsoftonline.us")
    assert desk.run("entra", "status", *other).code == SIGN_IN_FIRST


def test_nor_one_for_the_identity_of_another_api(desk):
    settings = desk.user_appsettings()
    settings["Other"] = {"TenantId": contoso.TENANT.guid, "ClientId": CLI}
    settings["Zed"] = {"Scopes": ["api://zed/read"], "RequestAppToken": False,
                       "AcquireTokenOptions": {"AuthenticationOptionsName": "Other"}}
    desk.write_appsettings(settings)
    login(desk, "--api", "MyWebApi")
    assert desk.run("entra", "status").code == 0
    assert desk.run("entra", "status", "--api", "MyWebApi").code == 0
    assert desk.run("entra", "status", "--api", "Zed").code == SIGN_IN_FIRST


def test_a_token_of_the_client_is_enough_without_a_sign_in(desk):
    login(desk)
    assert token(desk).code == 0
    assert desk.run("secret-tool", "clear", "kind", "refresh_token").code == 0
    assert desk.run("entra", "status").code == 0
    assert desk.run("entra", "status", "--api", "MyWebApi").code == token(desk).code == 0
    assert desk.run("entra", "status", "--api", "Graph").code == SIGN_IN_FIRST
    assert desk.run("entra", "status", "--client-id", CLI).code == SIGN_IN_FIRST


@pytest.mark.parametrize("api", [(), ("--api", "AKS"), ("--api", "AzureDevOps")], ids=str)
def test_without_a_configuration_the_usual_sign_in_serves_every_api(desk, api):
    desk.appsettings_file.unlink()
    env = NO_MACHINE | {"AZURE_AUTHORITY_HOST": desk.authority.url,
                        "AZURE_TENANT_ID": contoso.TENANT.guid}
    assert desk.run("entra", "status", *api, env=env).code == SIGN_IN_FIRST
    login(desk, env=env)
    assert desk.run("entra", "status", *api, env=env).code == 0
    assert desk.run("entra", "status", *api).code == SIGN_IN_FIRST


# ---- whether an app has a credential ----


def without(world, code: int, *texts: str, env: dict[str, str] | None = None,
            api: str = "MyWebApi") -> None:
    """Expects that status fails as a token does, and shows no credential."""
    got = world.run("entra", "token", "--api", api, env=env)
    outcome = world.run("entra", "status", env=env)
    assert outcome.code == got.code == code, (outcome, got)
    for text in texts:
        assert text in outcome.err and text in got.err
    assert lines(world, env=env)["Identity"][-1] == "without a credential that can be used"
    assert status(world, code=code, env=env)["identity"]["credential"] is None


def test_a_client_secret_that_the_keyring_does_not_have_is_none(world):
    configure(world, {"SourceType": "Keyring"})
    without(world, 2, f"the keyring has no client secret for the app {CLIENT_ID}")
    secret = world.appsettings()["AzureAd"]["ClientSecret"]
    assert world.run("entra", "secret", "set", input=f"{secret}\n").code == 0
    assert status(world)["identity"]["credential"] == f"{world.appsettings_file}:7"
    world.session.keyring.lock()
    outcome = world.run("entra", "status")
    assert outcome.code not in (0, SIGN_IN_FIRST) and "locked" in outcome.err


def job_of(world) -> dict[str, str]:
    """The variables of an app in a job, which has no configuration file."""
    world.appsettings_file.unlink(missing_ok=True)
    return {"AZURE_AUTHORITY_HOST": world.authority.url, "AZURE_TENANT_ID": contoso.TENANT.guid,
            "AZURE_CLIENT_ID": CLIENT_ID}


@pytest.mark.parametrize("env, text", [
    ({"GITHUB_ACTIONS": "true"}, "ACTIONS_ID_TOKEN_REQUEST_URL"),
    ({"TF_BUILD": "True", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "x"}, "SYSTEM_OIDCREQUESTURI"),
], ids=str)
def test_a_job_that_may_not_ask_for_its_token_has_none(world, env, text):
    without(world, 2, text, env=job_of(world) | env, api="AzureDevOps")


@pytest.mark.parametrize("env, text", [
    ({"AZURE_FEDERATED_TOKEN_FILE": "/nowhere/token"}, "/nowhere/token: No such file"),
    ({"AZURE_CLIENT_CERTIFICATE_PATH": "/nowhere/app.pem"}, "/nowhere/app.pem: No such file"),
    ({"AZURE_CLIENT_SECRET": "your-client-secret"}, "placeholder"),
], ids=str)
def test_one_that_a_variable_names_and_is_not_there_is_none(world, env, text):
    configure(world)
    without(world, 2, text, env=env)


def test_a_job_that_may_ask_for_its_token_needs_nobody_and_asks_nobody(world):
    env = job_of(world) | {
        "GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:1/",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret"}
    assert status(world, env=env)["identity"]["credential"] == "ACTIONS_ID_TOKEN_REQUEST_URL"


def test_a_credential_after_one_that_is_not_there_is_shown(world, tmp_path):
    configure(world, {"SourceType": "Keyring"},
              {"SourceType": "ClientSecret", "ClientSecret": "a-secret-of-the-app~1"})
    where = status(world)["identity"]["credential"]
    assert where.startswith(f"{world.appsettings_file}:") and not where.endswith(":7")


def test_a_token_of_the_app_is_enough(world):
    assert world.run("entra", "token", "--api", "MyWebApi").code == 0
    configure(world, {"SourceType": "Keyring"})
    assert world.run("entra", "status").code == 0


def test_a_faulty_identity_is_not_blamed_on_an_api_that_nobody_asked_for(world):
    outcome = world.run("entra", "status", "--tenant", "x y")
    assert outcome.code == 2 and "MyWebApi" not in outcome.err and "'x y'" in outcome.err
    asked = world.run("entra", "status", "--tenant", "x y", "--api", "MyWebApi")
    assert asked.err.startswith("entra: no token for MyWebApi: ")


def test_an_identity_that_cannot_be_used_hides_nothing_else(desk):
    login(desk)
    settings = desk.user_appsettings()
    settings["MyWebApi"]["RequestAppToken"] = True
    settings["AzureAd"]["ClientCredentials"] = [{"SourceType": "Wrong"}]
    desk.write_appsettings(settings)
    outcome = desk.run("entra", "status")
    assert outcome.code == 2 and "unknown SourceType 'Wrong'" in outcome.err
    assert f"Signed in  {ADA} (default)\n" in outcome.out
    assert "Identity   the one that is configured cannot be used\n" in outcome.out


@pytest.mark.parametrize("words, env, reason", [
    (["--keyring", "none"], {}, "named by --keyring"),
    ([], {"ENTRA_KEYRING": "none"}, "named by ENTRA_KEYRING"),
])
def test_the_reason_for_the_keyring_is_given(world, words, env, reason):
    keyring = status(world, *words, env=env)["keyring"]
    assert keyring == {"name": "none", "reason": reason}


def test_why_the_desktop_keyring_is_not_used_is_said(shell):
    keyring = status(shell)["keyring"]
    assert keyring["name"] in ("kernel", "none") and "session bus" in keyring["reason"]


def test_locked_tokens_are_not_called_none(world):
    assert world.run("entra", "token", "--api", "MyWebApi").code == 0
    world.session.keyring.lock()
    assert lines(world)["Tokens"] == ["MyWebApi, of the app, locked"]
    (one,) = status(world)["tokens"]
    assert (one["api"], one["expiresOn"]) == ("MyWebApi", None)
