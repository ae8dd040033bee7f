# SPDX-License-Identifier: MIT
"""Values that are not what they should be: placeholders of samples, an ID in the place of a secret,
what was copied along with a secret, a client ID that is none."""

from __future__ import annotations

import pytest

from authority import contoso, faults
from authority.directory import Tenant
from integration.credentials import configure, refused, token
from integration.users import NO_BROWSER
from world.waiting import SHORT_LIMIT

USAGE, REFUSED = 2, 3
SECRET = contoso.DAEMON.secret
SAMPLES = ["Enter_the_Client_Secret_Here", "[Enter the client secret here]",
           "<your-client-secret>", "‹client secret›", "your-client-secret", "{client-secret}",
           "#{ClientSecret}#", "xxxxxxxxxxxx"]


def untouched(world) -> bool:
    return world.authority.requests == []


# ---- placeholders ----


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_placeholder_is_not_sent_as_a_secret(world, sample):
    settings = world.appsettings()
    settings["AzureAd"]["ClientSecret"] = sample
    world.write_appsettings(settings)
    outcome = token(world)
    refused(outcome, USAGE, f"{world.appsettings_file}:6: ClientSecret", "placeholder")
    assert sample not in outcome.err and untouched(world)


def test_nor_one_of_a_variable_or_file(world, tmp_path):
    configure(world)
    outcome = token(world, env={"AZURE_CLIENT_SECRET": SAMPLES[0]})
    refused(outcome, USAGE, "AZURE_CLIENT_SECRET: ", "placeholder")
    file = tmp_path / "secret"
    file.write_text(SAMPLES[0])
    file.chmod(0o600)
    configure(world, {"SourceType": "ClientSecretPath", "ClientSecretPath": str(file)})
    outcome = token(world)
    refused(outcome, USAGE, f"{world.appsettings_file}:", "placeholder")
    assert untouched(world)


@pytest.mark.parametrize("key, sample", [
    ("ClientId", "Enter_the_Application_Id_here"), ("TenantId", "your-tenant-id"),
    ("TenantId", "<tenant>"), ("Instance", "{instance}")])
def test_each_setting_may_be_a_placeholder(world, key, sample):
    settings = world.appsettings()
    settings["AzureAd"][key] = sample
    world.write_appsettings(settings)
    refused(token(world), USAGE, f"{world.appsettings_file}:", key, "placeholder")
    assert untouched(world)


@pytest.mark.parametrize("name, text", [
    ("AZURE_CLIENT_ID", "AZURE_CLIENT_ID still has the placeholder"),
    ("AZURE_TENANT_ID", "'your-tenant-id' is not a tenant")])
def test_a_variable_may_have_one_too(world, name, text):
    world.appsettings_file.unlink()
    env = {"AZURE_CLIENT_ID": contoso.DAEMON.client_id, "AZURE_TENANT_ID": contoso.TENANT.guid,
           "AZURE_CLIENT_SECRET": SECRET, "AZURE_AUTHORITY_HOST": world.authority.url}
    env[name] = "your-tenant-id" if "TENANT" in name else "<YOUR_CLIENT_ID>"
    refused(world.run("entra", "token", "--resource", contoso.GRAPH, env=env), USAGE, text)
    assert untouched(world)


# ---- secrets ----


ODD = {
    "2f6d5a8e-91c4-4f0b-8d3e-7a1b2c3d4e5f": "Use the secret's value, not its ID.",
    f"{SECRET}\n": "Remove the blank or line break",
    f"{SECRET} ": "Remove the blank or line break",
    f" {SECRET}": "Remove the blank or line break",
    f'"{SECRET}"': "Remove the quotation marks",
    f"'{SECRET}'": "Remove the quotation marks",
}


@pytest.mark.parametrize("secret", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("by", ["file", "variable"])
def test_a_refused_secret_is_looked_at(world, secret, by):
    settings = world.appsettings()
    settings["AzureAd"]["ClientSecret"] = secret if by == "file" else ""
    world.write_appsettings(settings)
    outcome = token(world, env={"AZURE_CLIENT_SECRET": secret} if by == "variable" else {})
    where = f"{world.appsettings_file}:6" if by == "file" else "AZURE_CLIENT_SECRET"
    refused(outcome, REFUSED, "AADSTS7000215", f"The secret from {where} is odd: ", ODD[secret])
    assert secret.strip() not in outcome.err


def test_a_secret_without_oddities_is_not_called_an_id(world):
    outcome = token(world, env={"AzureAd__ClientSecret": "Ab8Q~another"})
    refused(outcome, REFUSED, "AADSTS7000215", "that the secret is one of this app's")
    assert "not its ID" not in outcome.err and "is odd" not in outcome.err


def test_a_refusal_for_another_reason_is_not_the_secrets(world):
    world.authority.faults.inject(faults.refused("no", "invalid_request", 900144, "No."))
    outcome = token(world, env={"AzureAd__ClientSecret": f"{SECRET}\n"})
    refused(outcome, REFUSED, "AADSTS900144")
    assert "is odd" not in outcome.err


# ---- client ids ----


@pytest.mark.parametrize("client_id, shown", [
    ("my-daemon", True), ("11111111-1111-1111-11111111111111111", True),
    (f"{contoso.DAEMON.client_id}.", True), ("Ab8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789.", False)])
def test_a_client_id_that_is_no_guid_is_named_before_the_network_is_asked(world, client_id, shown):
    """A secret that was put there is not shown."""
    settings = world.appsettings()
    settings["AzureAd"]["ClientId"] = client_id
    world.write_appsettings(settings)
    outcome = token(world)
    refused(outcome, USAGE, f"{world.appsettings_file}:5: ClientId", "not a GUID",
            "Application (client) ID")
    assert (client_id in outcome.err) == shown and untouched(world)


@pytest.mark.parametrize("words, env, name", [
    (("--client-id", "my-app"), {}, "--client-id"),
    ((), {"AzureAd__ClientId": "my-app"}, "the environment variable AzureAd__ClientId: ClientId")])
def test_it_is_named_wherever_it_comes_from(world, words, env, name):
    refused(token(world, *words, env=env), USAGE, f"{name}: 'my-app' is not a GUID")
    assert untouched(world)


SECRETS = ["abcDEF+ghi/JKL=mnopqrstuvwxyz0123456789ABCD=", "Ab8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789.",
           "Ab8Q~short"]


@pytest.mark.parametrize("variable", ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AzureAd__ClientId",
                                      "AzureAd__TenantId"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_the_place_of_an_id_is_not_shown(world, secret, variable):
    env = {"AZURE_CLIENT_ID": contoso.DAEMON.client_id, "AZURE_TENANT_ID": contoso.TENANT.guid,
           "AZURE_CLIENT_SECRET": "x", variable: secret}
    if variable.startswith("AZURE"):
        world.appsettings_file.write_text("{}")
    words = ("entra", "token", "--resource", contoso.GRAPH)
    refused(world.run(*words, env=env), USAGE, "'...' is not a")
    assert untouched(world)
    traced = world.run(*words, "--verbose", env=env)
    doctor = world.run("entra", "doctor", "--resource", contoso.GRAPH, env=env)
    assert f"{variable.replace('__', ':')}: set" in doctor.out
    status = [world.run("entra", "status", *more, env=env) for more in ((), ("--output", "json"))]
    for told in (traced.err, doctor.out + doctor.err, *(one.out + one.err for one in status)):
        assert secret[:10] not in told


@pytest.mark.parametrize("secret", SECRETS)
def test_nor_in_that_of_an_app_without_a_credential(world, secret):
    settings = world.appsettings()
    del settings["AzureAd"]["ClientSecret"]
    settings["AzureAd"]["ClientId"] = secret
    world.write_appsettings(settings)
    outcome = token(world)
    assert outcome.code == USAGE and secret[:10] not in outcome.err


@pytest.mark.parametrize("secret", SECRETS[1:])
def test_nor_in_that_of_an_app_whose_secret_is_in_no_keyring(world, secret):
    configure(world, {"SourceType": "Keyring"})
    outcome = world.run("entra", "doctor", "--api", "MyWebApi", env={"AzureAd__ClientId": secret})
    assert "the keyring has no client secret for the app ..." in outcome.out
    assert secret[:10] not in outcome.out + outcome.err


def test_nor_in_that_of_a_managed_identity(world):
    outcome = world.run("entra", "token", "--managed-identity", "--resource", contoso.GRAPH,
                        "--client-id", SECRETS[0])
    refused(outcome, USAGE, "'...' is not the client id of a managed identity")


@pytest.mark.parametrize("key, form, oddity", [
    ("ClientId", "{} ", "has a blank or line break at an end"),
    ("ClientId", "{{{}}}", "is in braces"), ("TenantId", "{} ", "has a blank or line break"),
    ("TenantId", "https://login.microsoftonline.com/{}", "is a URL")])
def test_what_was_copied_along_with_an_id_is_named(world, key, form, oddity):
    settings = world.appsettings()
    text = settings["AzureAd"][key] = form.format(contoso.DAEMON.client_id)
    world.write_appsettings(settings)
    refused(token(world), USAGE, f"{world.appsettings_file}:", f": {key}: '{text}' is not a ",
            f": it {oddity}")
    assert untouched(world)


def test_a_users_client_is_a_guid_too(world):
    world.write_appsettings(world.user_appsettings())
    outcome = world.at_terminal("entra", "login", "--client-id", "my-app", "--timeout", SHORT_LIMIT,
                                env=NO_BROWSER).finish()
    assert outcome.code == USAGE and "--client-id: 'my-app' is not a GUID" in outcome.err
    assert untouched(world)


def test_ad_fs_takes_any_name(world):
    world.authority.directory.tenants.append(
        Tenant("3f2504e0-4f89-41d3-9a0c-0305e82c3301", ("adfs",)))
    settings = world.appsettings()
    settings["AzureAd"] |= {"TenantId": "adfs", "ClientId": "my-daemon"}
    world.write_appsettings(settings)
    outcome = token(world)
    assert outcome.code == REFUSED and "my-daemon" in world.authority.token_requests[0].form.values()
