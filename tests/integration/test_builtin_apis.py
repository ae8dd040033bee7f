# SPDX-License-Identifier: MIT
"""The built-in APIs: nothing is configured but who asks, and git and clusters get none of them."""

from __future__ import annotations

from urllib.parse import parse_qs

import jwt
import pytest

from authority import contoso
from git_asking import ask as ask_git
from integration.users import login
from world.identity_service import IdentityService
from world.world import World

VAULT = "https://vault.azure.net"
STORAGE = "https://storage.azure.com"
DAEMON = contoso.DAEMON


@pytest.fixture
def bare(world: World) -> World:
    """Nothing is configured but where the authority is."""
    world.appsettings_file.unlink()
    world.session.env["AZURE_AUTHORITY_HOST"] = world.authority.url
    world.authority.directory.resources += [VAULT, STORAGE]
    return world


@pytest.fixture
def app(bare: World) -> World:
    """An app by variables."""
    bare.session.env |= {"AZURE_TENANT_ID": contoso.TENANT.guid,
                         "AZURE_CLIENT_ID": DAEMON.client_id,
                         "AZURE_CLIENT_SECRET": DAEMON.secret}
    return bare


def audience(token: str) -> str:
    return jwt.decode(token.strip(), options={"verify_signature": False})["aud"]


def bearer(config: str) -> str:
    (line,) = [line for line in config.splitlines() if line.startswith("oauth2-bearer")]
    return line.split('"')[1]


@pytest.mark.parametrize("api, resource", [
    ("Graph", contoso.GRAPH), ("graph", contoso.GRAPH), ("KeyVault", VAULT), ("Storage", STORAGE),
    ("SQL", contoso.AZURE_SQL)])
def test_an_app_needs_no_configuration(app, api, resource):
    outcome = app.run("entra", "token", "--api", api)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert audience(outcome.out) == resource


@pytest.mark.parametrize("url, resource", [
    (f"{contoso.GRAPH}/v1.0/me", contoso.GRAPH),
    ("https://contoso.vault.azure.net/secrets/a?api-version=7.4", VAULT),
    ("https://contoso.dfs.core.windows.net/a", STORAGE)])
def test_a_signed_in_user_needs_no_configuration(bare, url, resource):
    login(bare)
    outcome = bare.run("curl-credential-entra", url)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert f'url = "{url}"\n' in outcome.out
    assert audience(bearer(outcome.out)) == resource


def test_a_managed_identity_needs_no_configuration(bare):
    with IdentityService() as service:
        outcome = bare.run("curl-credential-entra", "https://contoso.vault.azure.net/secrets/a",
                           env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
        assert (outcome.code, outcome.err) == (0, ""), outcome
        assert bearer(outcome.out) == service.token
        assert parse_qs(service.requests[-1].query)["resource"] == [VAULT]


@pytest.mark.parametrize("host", [
    "graph.microsoft.com", "management.azure.com", "contoso.vault.azure.net",
    "contoso.blob.core.windows.net", "contoso.azurecr.io", "graph.microsoft.us"])
@pytest.mark.parametrize("words", [(), ("--api", "Graph")], ids=["", "named"])
def test_git_is_not_answered_for_them(app, host, words):
    lines = ("protocol=https", f"host={host}", "path=a/b")
    outcome = app.run("git-credential-entra", *words, "get",
                      input="".join(f"{line}\n" for line in lines))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert app.authority.requests == []


def test_git_is_answered_for_azure_devops_and_what_is_configured(app):
    assert "password=" in ask_git(app, "protocol=https", "host=dev.azure.com", "path=contoso/a").out
    app.write_appsettings({"Graph": {"BaseUrl": f"{contoso.GRAPH}/",
                                     "Scopes": [f"{contoso.GRAPH}/.default"]}})
    assert "password=" in ask_git(app, "protocol=https", "host=graph.microsoft.com").out


def test_a_section_without_a_base_url_opens_no_host_to_git(app):
    app.write_appsettings({"Graph": {"Scopes": [f"{contoso.GRAPH}/.default"]}})
    assert ask_git(app, "protocol=https", "host=graph.microsoft.com").out == ""
    assert app.run("curl-credential-entra", f"{contoso.GRAPH}/v1.0/me").code == 0


@pytest.mark.parametrize("words, said", [
    (("--api", "Graph"), "the API 'Graph' has no BaseUrl for git"),
    ((f"{contoso.GRAPH}/",), "no BaseUrl in the configuration covers https://graph.microsoft.com/")])
def test_git_is_not_set_up_for_them(app, words, said):
    outcome = app.run("entra", "setup", "git", *words)
    assert outcome.code == 2
    assert said in outcome.err
    assert "credential" not in app.run("git", "config", "--global", "--list").out


def test_no_api_is_the_default_one(app):
    outcome = app.run("entra", "token")
    assert outcome.code == 2
    assert "Which API?" in outcome.err


def test_doctor_knows_whose_url_it_is(app):
    outcome = app.run("entra", "doctor", f"{contoso.GRAPH}/v1.0/me")
    assert f"{contoso.GRAPH}/v1.0/me belongs to the API Graph" in outcome.out
