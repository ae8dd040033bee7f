# SPDX-License-Identifier: MIT
"""An option that says whose token is wanted has an effect, or is refused: it is never passed over."""

from __future__ import annotations

import json

import pytest

from authority import contoso
from integration.asking import EXEC_INFO, own_host
from integration.credentials import refused, token
from integration.run_asking import Endpoint
from integration.users import login
from world.identity_service import IdentityService

USAGE = 2
ADA, APP = contoso.ADA.username, contoso.DAEMON.client_id
ACCOUNT = ("--account", ADA)
MACHINE = "--managed-identity"
API = ("--api", "MyWebApi")
CHALLENGE = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
VAULT = ("--resource", "https://vault.azure.net")


@pytest.fixture
def service():
    with IdentityService() as service:
        yield service


def imds(service) -> dict[str, str]:
    return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}


# ---- an account, where the app's own token is requested ----

@pytest.mark.parametrize("command", [
    ("entra", "token", *API), ("entra", "run", "--env", "X=MyWebApi"),
    ("curl-credential-entra", *API), ("curl-credential-entra",), ("exec-credential-entra", *API)])
def test_an_account_is_refused_for_an_apps_token(world, command):
    words = {("curl-credential-entra",): (world.web_api.todo_list_url,)}.get(command, ())
    words = ("--", "true") if command[1:2] == ("run",) else words
    outcome = world.run(*command, *ACCOUNT, *words, env=EXEC_INFO)
    refused(outcome, USAGE, "--account has no effect: MyWebApi takes the app's own token",
            "RequestAppToken")
    assert world.authority.requests == []


def test_an_account_is_refused_where_a_command_asks(world):
    """The endpoint of entra run."""
    endpoint = Endpoint(world, *ACCOUNT)
    try:
        answer = endpoint.ask()
        assert answer.status == 400 and "--account has no effect" in answer.message
    finally:
        endpoint.close()


def test_a_line_that_serves_several_apis_may_name_an_account(world):
    """git's: what it asks for may be a user's, or the app's."""
    outcome = world.run("git-credential-entra", *ACCOUNT, "get", input=own_host(world))
    assert outcome.code == 0 and "password=" in outcome.out, outcome


def test_the_renewal_of_its_token_repeats_the_line(world):
    assert token(world, *ACCOUNT, "--renew").code == 0


def test_an_account_is_not_answered_by_the_machine(world, service):
    """Nothing is configured, so the machine's managed identity would be the first to be tried."""
    world.appsettings_file.unlink()
    assert token(world, *VAULT, "--api", "KeyVault", env=imds(service)).code == 0
    for words in (ACCOUNT, ("--claims", CHALLENGE)):
        outcome = world.run("entra", "token", *VAULT, *words, env=imds(service) | {"CI": "1"})
        assert (outcome.code, outcome.out) == (5, ""), outcome
        assert "managed identity" not in outcome.err
    assert sum("resource=" in request.query for request in service.requests) == 1


# ---- a managed identity ----

@pytest.mark.parametrize("words, named", [
    (ACCOUNT, "--account"), (("--tenant", "fabrikam.com"), "--tenant"),
    (("--claims", CHALLENGE), "--claims"),
    (("--authority", "https://login.microsoftonline.us/fabrikam.com"), "the tenant of --authority")])
@pytest.mark.parametrize("command", [
    ("entra", "token", *VAULT), ("entra", "run"), ("exec-credential-entra",),
    ("curl-credential-entra", *VAULT), ("git-credential-entra",), ("entra", "setup", "git")])
def test_a_managed_identity_has_no_such_thing(world, service, command, words, named):
    if command == ("entra", "run") and named == "--claims":
        return  # which it does not take
    end = {"run": ("--", "true"), "get": ("get",)}.get(
        "get" if command[0].startswith("git") else command[-1], ())
    if command[0].startswith("curl"):
        end = ("https://x.vault.azure.net/",)
    outcome = world.run(*command, MACHINE, *words, *end, env=imds(service) | EXEC_INFO,
                        input=own_host(world))
    assert (outcome.code, outcome.out) == (USAGE, ""), outcome
    assert f"--managed-identity and {named} cannot be used together" in outcome.err
    assert service.requests == []


@pytest.mark.parametrize("words, named", [
    (ACCOUNT, "--account"), (("--tenant", "fabrikam.com"), "--tenant"),
    (("--claims", CHALLENGE), "--claims"),
    (("--authority", "https://login.microsoftonline.us"), "--authority")])
def test_nor_has_one_of_the_configuration(world, service, words, named):
    settings = world.appsettings()
    settings["MyWebApi"]["AcquireTokenOptions"] = {"ManagedIdentity": {}}
    world.write_appsettings(settings)
    assert token(world, env=imds(service)).code == 0
    refused(token(world, *words, env=imds(service)), USAGE,
            f"{named} has no effect: MyWebApi takes a managed identity's token")
    assert len(service.requests) == 1


def test_the_cloud_decides_which_resource_a_built_in_api_is(world, service):
    us = ("--authority", "https://login.microsoftonline.us")
    env = imds(service)
    assert world.run("entra", "token", MACHINE, "--api", "Graph", *us, env=env).code == 0
    assert "graph.microsoft.us" in service.requests[0].query
    refused(world.run("entra", "token", MACHINE, *VAULT, *us, env=env), USAGE,
            "--authority has no effect: https://vault.azure.net takes a managed identity's token")


def test_variables_are_no_options(world, service):
    env = imds(service) | {"AZURE_TENANT_ID": contoso.TENANT.guid,
                           "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com"}
    outcome = world.run("entra", "token", MACHINE, *VAULT, env=env)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("login_words", [("--login", "msi"), ("-l", "msi")])
def test_what_az_wrote_for_kubelogin_stays_accepted(world, service, login_words):
    words = ("get-token", *login_words, "--server-id", contoso.AKS, "--tenant-id",
             contoso.TENANT.guid, "--environment", "AzurePublicCloud", "--client-id", APP,
             "--login-hint", ADA)
    outcome = world.run("exec-credential-entra", *words, env=EXEC_INFO | imds(service))
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out)["status"]["token"] == service.token
    outcome = world.run("exec-credential-entra", *words, "--tenant", "fabrikam.com",
                        env=EXEC_INFO | imds(service))
    refused(outcome, USAGE, "--tenant has no effect: ", "takes a managed identity's token")


def test_a_user_is_no_managed_identity(world):
    outcome = world.run("exec-credential-entra", "get-token", "--login", "devicecode", "--server-id",
                        contoso.AKS, MACHINE, env=EXEC_INFO)
    refused(outcome, USAGE, "--managed-identity has no effect: ", "takes a user's token")


# ---- two tenants ----

def test_two_tenants_are_a_contradiction(world):
    there = f"{world.authority.url}/{contoso.OTHER_TENANT.guid}"
    for command in (("entra", "token", *API), ("entra", "login"), ("entra", "secret", "set")):
        outcome = world.run(*command, "--authority", there, "--tenant", contoso.TENANT.guid)
        refused(outcome, USAGE, f"--tenant {contoso.TENANT.guid} and the tenant of --authority, "
                                f"{contoso.OTHER_TENANT.guid}, cannot be used together")
    here = f"{world.authority.url}/{contoso.TENANT.guid}"
    assert token(world, "--authority", here, "--tenant", contoso.TENANT.guid.upper()).code == 0
    assert token(world, "--authority", world.authority.url, "--tenant", contoso.TENANT.guid).code == 0


# ---- options of one command ----

@pytest.mark.parametrize("words, text", [
    (("run", "--allow-containers", "--", "true"), "--allow-containers has no effect without --listen"),
    (("run", "--allow-containers", "--no-endpoint", "--", "true"), "--allow-containers has no effect"),
    (("run", "--no-endpoint", *ACCOUNT, "--", "true"),
     "--account has no effect with --no-endpoint and without --env"),
    (("run", "--no-endpoint", "--tenant", "x.com", "--", "true"), "--tenant has no effect"),
    (("doctor", "--explain", "AADSTS50105", *API), "--explain and --api cannot be used together"),
    (("doctor", "--explain", "AADSTS50105", "--tenant", "x.com"), "--explain and --tenant"),
    (("doctor", "--explain", "AADSTS50105", "--timeout", "9"), "--explain and --timeout")])
def test_an_option_that_a_command_has_no_use_for_is_refused(world, words, text):
    refused(world.run("entra", *words), USAGE, text)


def test_a_form_of_output_needs_a_command(world):
    outcome = world.run("entra", "--output", "json")
    assert (outcome.code, outcome.out) == (USAGE, "")
    error = json.loads(outcome.err)
    assert error["message"] == "--output has no effect without a command"
    assert json.loads(world.run("entra", "--version", "--output", "json").out)["version"]
    assert world.run("entra", "--output", "text").code == USAGE


def test_a_user_may_still_be_named(world):
    world.write_appsettings(world.user_appsettings())
    login(world)
    assert token(world, *ACCOUNT).code == 0
