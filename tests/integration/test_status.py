# SPDX-License-Identifier: MIT
"""entra status: where things stand, by the keyring and the configuration alone."""

from __future__ import annotations

import json
import re

import pytest

from authority import contoso
from integration.credentials import CLIENT_ID
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
