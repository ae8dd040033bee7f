# SPDX-License-Identifier: MIT
"""entra run: an app's credential that it takes out of the environment, and our own programs in the
command, which then have no credential of that app."""

from __future__ import annotations

import json

import pytest

from authority import contoso
from integration.git_asking import clone_of
from integration.users import claims, login

USAGE, REFUSED, SIGN_IN_FIRST = 2, 3, 5
API = "MyWebApi"
TOKEN = ["entra", "token", "--api", API]
APP = contoso.DAEMON


def by_sdk(world, folder):
    """As Azure's SDKs have it, without an identity in the file."""
    settings = world.appsettings()
    del settings["AzureAd"]
    world.write_appsettings(settings)
    return {"AZURE_AUTHORITY_HOST": world.authority.url, "AZURE_CLIENT_ID": APP.client_id,
            "AZURE_TENANT_ID": contoso.TENANT.guid, "AZURE_CLIENT_SECRET": APP.secret}


def by_setting(world, folder):
    settings = world.appsettings()
    del settings["AzureAd"]["ClientSecret"]
    world.write_appsettings(settings)
    return {"AzureAd__ClientSecret": APP.secret}


def by_item(world, folder):
    settings = world.appsettings()
    del settings["AzureAd"]["ClientSecret"]
    settings["AzureAd"]["ClientCredentials"] = [{"SourceType": "ClientSecret"}]
    world.write_appsettings(settings)
    return {"AzureAd__ClientCredentials__0__ClientSecret": APP.secret}


def by_settings_alone(world, folder):
    env = by_sdk(world, folder)
    return env | {"AZURE_CLIENT_SECRET": None, "AzureAd:ClientSecret": APP.secret}


WAYS = [by_sdk, by_setting, by_item, by_settings_alone]


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def env(request, world, tmp_path):
    """An app whose secret is in the environment; what it requests does not say that it is an app."""
    env = request.param(world, tmp_path)
    settings = json.loads(world.appsettings_file.read_text())
    for name in (API, "GitServer"):
        settings[name].pop("RequestAppToken", None)
    world.write_appsettings(settings)
    return env


def run(world, *words, **how):
    return world.run("entra", "run", *words, **how)


def is_the_apps(world, outcome, audience=contoso.MY_WEB_API):
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return claims(world, outcome.out, audience)["appid"] == APP.client_id


def test_our_own_programs_get_the_apps_token(world, env):
    assert is_the_apps(world, run(world, "--", *TOKEN, env=env))
    assert is_the_apps(world, world.run(*TOKEN, env=env))


def test_a_user_who_is_signed_in_is_not_taken_for_the_app(world, env):
    login(world, "--client-id", contoso.DESKTOP.client_id, env=env)
    assert is_the_apps(world, run(world, "--", *TOKEN, env=env))


def test_git_pushes_as_the_app(world, env):
    clone = clone_of(world, world.git_server.create_repository())
    outcome = run(world, "--", "git", "push", "--quiet", "origin", "main", cwd=clone, env=env)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert world.git_server.commits() == ["First"]
    (token,) = world.authority.issued_tokens
    assert claims(world, token, contoso.AZURE_DEVOPS)["appid"] == APP.client_id


def test_one_runs_in_another(world, env):
    assert is_the_apps(world, run(world, "--", "entra", "run", "--", *TOKEN, env=env))
    assert is_the_apps(world, run(world, "--", "entra", "run", "--env", f"X={API}", "--",
                                  "printenv", "X", env=env))
    assert is_the_apps(world, run(world, "--", "entra", "run", "--no-endpoint", "--", *TOKEN,
                                  env=env))


def test_an_sdk_in_the_inner_one_gets_the_apps_token(world, env):
    """DefaultAzureCredential names the identity of AZURE_CLIENT_ID."""
    script = "curl -s -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" \"$IDENTITY_ENDPOINT?" \
             f"api-version=2019-08-01&client_id={APP.client_id}&resource={contoso.MY_WEB_API}\""
    outcome = run(world, "--", "entra", "run", "--", "sh", "-c", script, env=env)
    assert claims(world, json.loads(outcome.out)["access_token"])["appid"] == APP.client_id


@pytest.mark.parametrize("inner", [TOKEN, ["entra", "run", "--env", f"X={API}", "--", "true"]],
                         ids=["token", "run"])
def test_without_an_endpoint_it_is_said_that_the_credential_is_withheld(world, env, inner):
    outcome = run(world, "--no-endpoint", "--", *inner, env=env)
    assert outcome.code == USAGE and outcome.out == ""
    assert f"the credential of the app {APP.client_id} is withheld by 'entra run'" in outcome.err
    assert "without --no-endpoint" in outcome.err and "entra login" not in outcome.err
    assert world.authority.token_requests == []
    assert is_the_apps(world, run(world, "--no-endpoint", "--env", f"X={API}", "--", "printenv",
                                  "X", env=env))


def test_the_inner_endpoint_says_so_too(world, env):
    script = "curl -s -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" " \
             f"\"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource={contoso.MY_WEB_API}\""
    outcome = run(world, "--no-endpoint", "--", "entra", "run", "--", "sh", "-c", script, env=env)
    answer = json.loads(outcome.out)
    assert answer["statusCode"] == 400 and "is withheld by 'entra run'" in answer["message"]


def test_another_tenant_is_not_that_of_the_endpoint(world, env):
    outcome = run(world, "--", *TOKEN, "--tenant", "fabrikam.example", env=env)
    assert outcome.code == USAGE and "Without --tenant and --authority" in outcome.err
    assert world.authority.token_requests == []


def test_another_app_is_refused_by_the_endpoint(world, env):
    """The outer one answers as the app that it was told of."""
    outcome = run(world, "--", *TOKEN, "--client-id", contoso.DESKTOP.client_id, env=env)
    assert outcome.code == REFUSED and outcome.out == "", outcome
    assert f"'entra run' answers as {APP.client_id}" in outcome.err


def test_the_status_says_whose_tokens_are_used(world, env):
    inside = run(world, "--", "entra", "status", env=env)
    assert f"the managed identity {APP.client_id} (the endpoint of entra run)" in inside.out
    without = run(world, "--no-endpoint", "--", "entra", "status", env=env)
    assert "the one that is configured cannot be used" in without.out
    assert "is withheld by 'entra run'" in without.err and "entra login" not in without.err


def test_a_users_api_stays_a_users(world, env):
    settings = json.loads(world.appsettings_file.read_text())
    settings[API]["RequestAppToken"] = False
    world.write_appsettings(settings)
    for mode in ((), ("--no-endpoint",)):
        outcome = run(world, *mode, "--", *TOKEN, env=env)
        assert outcome.code == SIGN_IN_FIRST and "signed in" in outcome.err


def test_an_identity_of_users_beside_the_app_stays_one(world):
    env = by_setting(world, None)
    settings = json.loads(world.appsettings_file.read_text())
    settings["People"] = world.user_appsettings()["AzureAd"]
    settings[API] = {"Scopes": settings[API]["Scopes"],
                     "AcquireTokenOptions": {"AuthenticationOptionsName": "People"}}
    world.write_appsettings(settings)
    outcome = run(world, "--no-endpoint", "--", *TOKEN, env=env)
    assert outcome.code == SIGN_IN_FIRST and "nobody is signed in" in outcome.err


def test_the_variable_alone_gives_no_credential(world):
    by_setting(world, None)
    env = {"ENTRA_WITHHELD": "AzureAd__ClientSecret", "IDENTITY_ENDPOINT": "http://127.0.0.1:1/x"}
    outcome = world.run(*TOKEN, env=env)
    assert outcome.code == USAGE and "is withheld by 'entra run'" in outcome.err
    assert world.authority.requests == []


def test_the_variable_does_no_harm_where_there_is_a_credential(world):
    for names in ("AzureAd__ClientSecret", "AZURE_CLIENT_SECRET", ",", "x,,__", "a" * 300):
        assert is_the_apps(world, world.run(*TOKEN, env={"ENTRA_WITHHELD": names}))


def variable(world, *options, env):
    outcome = run(world, *options, "--", "sh", "-c", "echo ${ENTRA_WITHHELD-unset}", env=env)
    assert outcome.code == 0, outcome
    return outcome.out.strip()


def test_the_variable_names_what_is_withheld(world, tmp_path):
    more = {"AzureAd__ClientSecret": APP.secret, "ENTRA_WITHHELD": "AZURE_CLIENT_SECRET",
            "ARM_CLIENT_SECRET": "s"}
    assert variable(world, env={}) == "unset"
    assert variable(world, env={"ARM_CLIENT_SECRET": "s", "AZURE_PASSWORD": "s"}) == "unset"
    assert variable(world, env=more) == "AZURE_CLIENT_SECRET,AzureAd__ClientSecret"
    assert variable(world, "--no-endpoint", env=by_setting(world, tmp_path)) == \
        "AzureAd__ClientSecret"
