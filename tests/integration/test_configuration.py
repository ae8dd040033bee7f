# SPDX-License-Identifier: MIT
"""Where the configuration comes from, and the messages about a wrong one."""

from __future__ import annotations

import json

import pytest

from authority import contoso
from integration.examining import examine

DAEMON = contoso.DAEMON


def token(world, *words, **how):
    return world.run("entra", "token", "--api", "MyWebApi", *words, **how)


def test_the_daemons_file_works_unchanged(world):
    text = world.appsettings_file.read_text()
    commented = text.replace("{", "{ // Same AzureAd section as before.", 1).replace(
        '"Scopes"', '/* of the API */ "scopes"', 1)
    world.appsettings_file.write_text("\ufeff" + commented.rstrip().rstrip("}") + ",}")
    outcome = token(world)
    assert (outcome.code, outcome.err) == (0, "")


def test_flags_override_section_keys_the_file_and_azure_variables(world):
    def client_of(*words, **env):
        world.authority.log.clear()
        token(world, "--keyring", "none", *words, env=env)
        return world.authority.token_requests[0].form["client_id"]

    azure, section, flag = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(3))
    assert client_of(AZURE_CLIENT_ID=azure) == DAEMON.client_id
    assert client_of(AzureAd__ClientId=section) == section
    assert client_of("--client-id", flag, AzureAd__ClientId=section) == flag


def test_the_environment_alone_is_enough(world):
    world.appsettings_file.unlink()
    outcome = world.run("entra", "token", "--resource", contoso.GRAPH, env={
        "AZURE_TENANT_ID": contoso.TENANT.guid, "AZURE_CLIENT_ID": DAEMON.client_id,
        "AZURE_CLIENT_SECRET": DAEMON.secret, "AZURE_AUTHORITY_HOST": world.authority.url})
    assert (outcome.code, outcome.err) == (0, "")


def test_too_many_apis_are_an_error(world):
    settings = world.appsettings() | {f"Api{n}": {"Scopes": [f"api://{n}/.default"]}
                                      for n in range(64)}
    world.write_appsettings(settings)
    outcome = token(world)
    assert (outcome.code, outcome.out) == (2, "")
    assert "more than 64 APIs" in outcome.err and str(world.appsettings_file) in outcome.err


@pytest.mark.parametrize("how", ["--config", "ENTRA_CONFIG"])
def test_a_named_file_is_the_one_that_is_read(world, how, tmp_path):
    moved = tmp_path / "mine.json"
    world.appsettings_file.rename(moved)
    words, env = (("--config", moved), {}) if how == "--config" else ((), {how: str(moved)})
    assert token(world, *words, env=env).code == 0
    moved.unlink()
    outcome = token(world, *words, env=env)
    assert outcome.code == 2
    assert str(moved) in outcome.err


def test_broken_json_is_reported_with_its_line(world):
    world.appsettings_file.write_text('{\n  "AzureAd": {\n    "TenantId": "x",\n    oops\n  }\n}\n')
    outcome = token(world)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{world.appsettings_file}:4: " in outcome.err


def test_a_wrong_type_is_an_error_with_its_line(world):
    settings = world.appsettings()
    settings["MyWebApi"]["RequestAppToken"] = "yes"
    world.write_appsettings(settings)
    outcome = token(world)
    assert outcome.code == 2
    line = 1 + world.appsettings_file.read_text()[:world.appsettings_file.read_text().index(
        "RequestAppToken")].count("\n")
    assert f"{world.appsettings_file}:{line}: RequestAppToken must be true or false" in outcome.err


def test_an_unknown_key_is_a_warning_with_the_nearest_name(world):
    settings = world.appsettings()
    settings["AzureAd"]["ClientSecrets"] = "x"
    world.write_appsettings(settings)
    outcome = token(world)
    assert outcome.code == 0
    assert "unknown key 'ClientSecrets', did you mean 'ClientSecret'?" in outcome.err


@pytest.mark.parametrize("base, shown, fault", [
    ("https://*/", "https://*/", "covers no URL: '*' is not a usable host name"),
    ("https://*.com/", "https://*.com/", "covers no URL: '*.com' is not a usable host name"),
    ("https://b\u00fccher.example/", "https://b\u00fccher.example/",
     "covers no URL: the URL has an invalid character at position 10"),
    ("http://contoso.example/", "http://contoso.example/", "covers no URL: tokens are not sent"),
    ("contoso.example", "contoso.example", "covers no URL: "),
    ("https://contoso.example/a/../b", "https://contoso.example/a/../b",
     "covers no URL: its path has a segment that servers may read"),
    ("https://contoso.example/a?key=hunter2", "https://contoso.example/a",
     "has a query or a fragment, which is ignored"),
    ("https://contoso.example/#a", "https://contoso.example/", "has a query or a fragment"),
])
def test_a_misleading_base_url_draws_a_warning(world, base, shown, fault):
    settings = world.appsettings()
    settings["MyWebApi"]["BaseUrl"] = base
    world.write_appsettings(settings)
    text = world.appsettings_file.read_text()
    line = 1 + text[:text.index("BaseUrl")].count("\n")
    outcome = token(world)
    assert outcome.code == 0 and len(outcome.err.splitlines()) == 1
    assert f"warning: {world.appsettings_file}:{line}: BaseUrl '{shown}' {fault}" in outcome.err
    report = examine(world)
    assert report.crosses == [("configuration", "base_url")]
    assert "hunter2" not in outcome.err + report.of("configuration", "failed")[0]["message"]


def test_the_samples_placeholder_is_reported(world):
    settings = world.appsettings()
    settings["AzureAd"]["TenantId"] = "[Enter here the tenant ID]"
    world.write_appsettings(settings)
    outcome = token(world)
    assert outcome.code == 2
    assert "placeholder" in outcome.err


@pytest.mark.parametrize("mode", [0o660, 0o606, 0o666])
def test_a_file_that_others_can_write_is_refused(world, mode):
    world.appsettings_file.chmod(mode)
    outcome = token(world)
    assert (outcome.code, outcome.out) == (2, "")
    assert "others can write it" in outcome.err


def test_a_file_with_a_secret_that_others_can_read_draws_a_warning(world):
    world.appsettings_file.chmod(0o644)
    outcome = token(world)
    assert outcome.code == 0
    assert "others can read it" in outcome.err


def test_a_file_without_a_secret_can_be_readable_by_others(world):
    settings = world.appsettings()
    del settings["AzureAd"]["ClientSecret"]
    world.write_appsettings(settings).chmod(0o644)
    outcome = token(world, env={"AZURE_CLIENT_SECRET": DAEMON.secret})
    assert (outcome.code, outcome.err) == (0, "")


def test_an_api_can_name_its_identity(world):
    settings = world.appsettings()
    settings["Other"] = settings["AzureAd"] | {"ClientId": contoso.WITHOUT_ROLES.client_id,
                                              "ClientSecret": contoso.WITHOUT_ROLES.secret}
    settings["MyWebApi"]["AcquireTokenOptions"] = {"AuthenticationOptionsName": "Other",
                                                   "ForceRefresh": False, "Claims": None}
    world.write_appsettings(settings)
    answer = json.loads(token(world, "--output", "json").out)
    assert answer["clientId"] == contoso.WITHOUT_ROLES.client_id


def test_a_user_must_sign_in_if_the_app_may_not_request_its_own_token(world):
    settings = world.appsettings()
    settings["MyWebApi"]["RequestAppToken"] = False
    world.write_appsettings(settings)
    outcome = token(world)
    assert (outcome.code, outcome.out) == (5, "")


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r\n", "  "])
def test_a_blank_at_the_end_of_a_scope_is_left_out(world, blank):
    scope = f"{contoso.MY_WEB_API}/.default"
    settings = world.appsettings()
    settings["MyWebApi"]["Scopes"] = [f"{scope}{blank}"]
    world.write_appsettings(settings)
    for words in (("--api", "MyWebApi"), ("--scope", f" {scope}{blank}"),
                  ("--resource", f"{contoso.MY_WEB_API}{blank}")):
        outcome = world.run("entra", "token", "--force-refresh", *words)
        assert (outcome.code, outcome.err) == (0, "")
        assert world.authority.token_requests[-1].form["scope"] == scope
