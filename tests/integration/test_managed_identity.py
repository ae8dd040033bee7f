"""Managed identities: each of Azure's services, by a stand-in that checks how it is asked."""

from __future__ import annotations

import json
import os
import ssl
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import hashes
from flask import Response, jsonify

from world.app_certificate import AppCertificate
from world.identity_service import IdentityService

VAULT = "https://vault.azure.net"


@pytest.fixture
def service():
    with IdentityService() as service:
        yield service


@pytest.fixture
def machine(world):
    """A machine where nothing is configured."""
    world.appsettings_file.unlink()
    return world


def token(world, *words, **how):
    return world.run("entra", "token", "--resource", VAULT, "--managed-identity", *words, **how)


def fields(request) -> dict[str, str]:
    return dict(parse_qsl(request.query)) | request.form


def test_imds_is_asked_as_documented(machine, service):
    outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert (outcome.code, outcome.out, outcome.err) == (0, service.token + "\n", "")
    (request,) = service.requests
    assert (request.method, request.path) == ("GET", "/metadata/identity/oauth2/token")
    assert fields(request) == {"api-version": "2018-02-01", "resource": VAULT}
    assert request.headers["Metadata"] == "true"


def test_its_token_is_kept_like_any_other(machine, service):
    env = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}
    for _ in range(2):
        assert token(machine, env=env).code == 0
    assert len(service.requests) == 1
    listed = json.loads(machine.run("entra", "list", "--output", "json", "--keyring",
                                    "secret-service").out)
    assert listed[0]["clientId"] == "system-assigned"


def test_no_proxy_is_used(machine, service):
    outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url,
                                  "http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"})
    assert outcome.code == 0


@pytest.mark.parametrize("key, parameter", [
    ("UserAssignedClientId", "client_id"), ("UserAssignedObjectId", "object_id"),
    ("UserAssignedResourceId", "msi_res_id")])
def test_a_user_assigned_identity_is_asked_for_by_its_id(world, service, key, parameter):
    settings = world.appsettings()
    settings["MyWebApi"]["AcquireTokenOptions"] = {"ManagedIdentity": {key: "the/id"}}
    world.write_appsettings(settings)
    outcome = world.run("entra", "token", "--api", "MyWebApi",
                        env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert (outcome.code, outcome.err) == (0, "")
    assert fields(service.requests[0])[parameter] == "the/id"
    assert world.authority.requests == []


def test_client_id_names_a_user_assigned_identity(machine, service):
    token(machine, "--client-id", "abc", env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert fields(service.requests[0])["client_id"] == "abc"


SERVICES = {
    "App Service": (
        {"IDENTITY_ENDPOINT": "URL", "IDENTITY_HEADER": "key"}, "GET", "X-IDENTITY-HEADER",
        {"api-version": "2019-08-01", "resource": VAULT}),
    "Azure ML": (
        {"MSI_ENDPOINT": "URL", "MSI_SECRET": "key"}, "GET", "secret",
        {"api-version": "2017-09-01", "resource": VAULT}),
    "Cloud Shell": ({"MSI_ENDPOINT": "URL"}, "POST", "Metadata", {"resource": VAULT}),
}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_recognized_and_asked_in_its_way(machine, service, name):
    variables, method, header, asked = SERVICES[name]
    env = {key: service.url + "/token" if value == "URL" else value
           for key, value in variables.items()}
    outcome = token(machine, env=env)
    assert (outcome.code, outcome.err) == (0, "")
    (request,) = service.requests
    assert (request.method, fields(request)) == (method, asked)
    assert request.headers[header] == ("true" if header == "Metadata" else "key")



@pytest.mark.parametrize("right", [True, False])
def test_service_fabric_is_known_by_its_certificate(machine, tmp_path, right):
    own = AppCertificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.pem())
    thumbprint = own.certificate.fingerprint(hashes.SHA1()).hex()
    with IdentityService(context) as service:
        outcome = token(machine, env={
            "IDENTITY_ENDPOINT": f"{service.url}/token", "IDENTITY_HEADER": "key",
            "IDENTITY_SERVER_THUMBPRINT": thumbprint if right else "00" * 20})
        assert outcome.code == (0 if right else 4), outcome.err
        assert len(service.requests) == (1 if right else 0)
        if right:
            assert service.requests[0].headers["Secret"] == "key"


# ---- Azure Arc ----

TOKENS = Path("/var/opt/azcmagent/tokens")


@pytest.mark.parametrize("realm", [
    "/etc/hostname", "/var/opt/azcmagent/tokens/../../../../etc/hostname", "relative.key",
    "/var/opt/azcmagent/tokens/.key", "/var/opt/azcmagent/tokens/sub/x.key",
    "/var/opt/azcmagent/tokens/x.key.txt", "/var/opt/azcmagent/tokensx/x.key", ""])
def test_a_challenge_that_points_elsewhere_is_not_answered(machine, service, realm):
    service.answer = lambda: Response(status=401, headers={"WWW-Authenticate": f"Basic realm={realm}"})
    outcome = token(machine, env={"IDENTITY_ENDPOINT": service.url, "IMDS_ENDPOINT": service.url})
    assert (outcome.code, outcome.out) == (3, "")
    assert "not answered" in outcome.err
    assert len(service.requests) == 1


@pytest.fixture
def arc_folder():
    """Azure Arc's own folder, where the test may make it and nobody uses it."""
    if TOKENS.exists() or os.geteuid() != 0:
        pytest.skip("/var/opt/azcmagent cannot be made here")
    TOKENS.mkdir(parents=True)
    yield TOKENS
    for file in TOKENS.iterdir():
        file.unlink()
    TOKENS.rmdir()
    TOKENS.parent.rmdir()


@pytest.mark.xdist_group("arc")
def test_arcs_challenge_is_answered_with_its_key(machine, service, arc_folder):
    (arc_folder / "a1.key").write_text("the key of arc")
    challenge = Response(status=401, headers={
        "WWW-Authenticate": f"Basic realm={arc_folder}/a1.key"})
    answers = iter([lambda: challenge, service.token_answer])
    service.answer = lambda: next(answers)()
    outcome = token(machine, env={"IDENTITY_ENDPOINT": service.url, "IMDS_ENDPOINT": service.url})
    assert (outcome.code, outcome.err) == (0, "")
    first, second = service.requests
    assert fields(first) == {"api-version": "2020-06-01", "resource": VAULT}
    assert second.authorization == "Basic the key of arc"


@pytest.mark.xdist_group("arc")
@pytest.mark.parametrize("content", ["", "x" * 4097, "two\nlines"])
def test_a_key_of_arc_that_is_none_is_not_sent(machine, service, arc_folder, content):
    (arc_folder / "a1.key").write_text(content)
    service.answer = lambda: Response(status=401, headers={
        "WWW-Authenticate": f"Basic realm={arc_folder}/a1.key"})
    outcome = token(machine, env={"IDENTITY_ENDPOINT": service.url, "IMDS_ENDPOINT": service.url})
    assert outcome.code == 3
    assert len(service.requests) == 1


# ---- where there is none, or it fails ----


def test_an_identity_that_is_not_assigned_is_refused_without_another_try(machine, service):
    service.answer = lambda: (jsonify(error="invalid_request",
                                      error_description="Identity not found"), 400)
    outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert (outcome.code, outcome.out) == (3, "")
    assert "Identity not found" in outcome.err
    assert len(service.requests) == 1


def test_imds_is_asked_again_where_it_is_busy(machine, service):
    answers = iter([lambda: ("", 429), service.token_answer])
    service.answer = lambda: next(answers)()
    assert token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}).code == 0
    assert len(service.requests) == 2


def test_a_machine_outside_azure_is_noticed(machine):
    outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"})
    assert (outcome.code, outcome.out) == (4, "")
    assert "no managed identity on this machine" in outcome.err


def test_another_clouds_metadata_service_is_no_imds(machine, service):
    service.answer = lambda: ("no", 403)
    outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert outcome.code == 4
    assert "no managed identity on this machine" in outcome.err


def test_where_nothing_is_configured_a_managed_identity_is_the_last_resort(machine, service):
    outcome = machine.run("entra", "token", "--resource", VAULT,
                          env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert (outcome.code, outcome.err) == (0, "")


def test_git_goes_on_to_ask_a_person_where_nothing_is_configured(machine):
    outcome = machine.run("git-credential-entra", "get",
                          input="protocol=https\nhost=dev.azure.com\n",
                          env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"})
    assert outcome.out == ""
    assert "No identity is configured" in outcome.err


def test_a_configured_credential_that_fails_does_not_become_a_managed_identity(world, service):
    outcome = world.run("entra", "token", "--api", "MyWebApi", env={
        "AzureAd__ClientSecret": "wrong", "AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert outcome.code == 3
    assert service.requests == []
