# SPDX-License-Identifier: MIT
"""Managed identities: a stand-in for each service of Azure checks the requests that it gets."""

from __future__ import annotations

import errno
import json
import os
import socket
import ssl
import threading
import time
from base64 import b64encode
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta, timezone
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qsl, quote

import flask
import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from flask import Response, jsonify

from authority import contoso
from integration.asking import EXEC_INFO
from integration.credentials import refused
from world import own_mounts
from world.app_certificate import AppCertificate
from world.identity_service import IdentityService
from world.waiting import PATIENCE, SHORT_LIMIT

VAULT = "https://vault.azure.net"
IDS = {"UserAssignedClientId": "b1a0d5c3-0000-4e5f-8a7b-5f77d35c6e05",
       "UserAssignedObjectId": "0b1ec7a0-0000-4e5f-8a7b-5f77d35c6e05",
       "UserAssignedResourceId": "/subscriptions/s/resourcegroups/g/providers/m/i"}
ID, OTHER_ID = IDS["UserAssignedClientId"], "c2b1e6d4-0000-4e5f-8a7b-5f77d35c6e05"


@pytest.fixture
def service():
    with IdentityService() as service:
        yield service


@pytest.fixture
def machine(world):
    """A machine without any configuration."""
    world.appsettings_file.unlink()
    return world


def token(world, *words, **how):
    return world.run("entra", "token", "--resource", VAULT, "--managed-identity", *words, **how)


def fields(request) -> dict[str, str]:
    return dict(parse_qsl(request.query)) | request.form


def test_the_request_to_imds_is_as_documented(machine, service):
    outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert (outcome.code, outcome.out, outcome.err) == (0, service.token + "\n", "")
    (request,) = service.requests
    assert (request.method, request.path) == ("GET", "/metadata/identity/oauth2/token")
    assert fields(request) == {"api-version": "2018-02-01", "resource": VAULT}
    assert request.headers["Metadata"] == "true"


def test_its_token_is_stored_like_any_other(machine, service):
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
def test_a_user_assigned_identity_is_requested_by_its_id(world, service, key, parameter):
    settings = world.appsettings()
    settings["MyWebApi"]["AcquireTokenOptions"] = {"ManagedIdentity": {key: IDS[key]}}
    world.write_appsettings(settings)
    outcome = world.run("entra", "token", "--api", "MyWebApi",
                        env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert (outcome.code, outcome.err) == (0, "")
    assert fields(service.requests[0])[parameter] == IDS[key]
    assert world.authority.requests == []


def test_client_id_names_a_user_assigned_identity(machine, service):
    token(machine, "--client-id", ID, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert fields(service.requests[0])["client_id"] == ID


@pytest.mark.parametrize("command", [
    ("entra", "token", "--resource", VAULT), ("entra", "token", "--resource", VAULT, "--managed-identity"),
    ("exec-credential-entra", "--login", "msi"), ("exec-credential-entra", "--managed-identity"),
    ("git-credential-entra", "--managed-identity", "get"),
    ("curl-credential-entra", "--managed-identity", "https://x.vault.azure.net/")])
def test_the_variable_names_it_for_every_program(machine, service, command):
    """The same identity, whether it is asked for or nothing else is configured."""
    env = EXEC_INFO | {"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}
    git = "protocol=https\nhost=dev.azure.com\n"
    outcome = machine.run(*command, env=env | {"AZURE_CLIENT_ID": ID}, input=git)
    assert outcome.code == 0, outcome
    assert fields(service.requests[-1])["client_id"] == ID


def test_the_option_and_the_configuration_come_before_the_variable(world, service):
    settings = world.appsettings()
    settings["MyWebApi"]["AcquireTokenOptions"] = {"ManagedIdentity": {"UserAssignedClientId": ID}}
    world.write_appsettings(settings)
    env = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url, "AZURE_CLIENT_ID": OTHER_ID}
    last = "d3c2f7e5-0000-4e5f-8a7b-5f77d35c6e05"
    for words, id in (((), ID), (("--client-id", last), last)):
        assert world.run("entra", "token", "--api", "MyWebApi", *words, env=env).code == 0
        assert fields(service.requests[-1])["client_id"] == id


@pytest.mark.parametrize("words, env, source", [
    (("--client-id", "foo"), {}, "--client-id"), ((), {"AZURE_CLIENT_ID": "foo"}, "AZURE_CLIENT_ID"),
    (("--client-id", "/subscriptions/s"), {}, "--client-id")])
def test_a_client_id_that_is_none_is_named_before_anybody_is_asked(machine, service, words, env,
                                                                  source):
    env |= {"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}
    said = "is not the client id of a managed identity"
    refused(token(machine, *words, env=env), 2, f"{source}: '", said)
    plugin = ("exec-credential-entra", "--login", "msi", *words)
    refused(machine.run(*plugin, env=env | EXEC_INFO), 2, f"{source}: '", said)
    assert service.requests == []


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
def test_each_service_is_recognized_and_asked_in_its_own_way(machine, service, name):
    variables, method, header, asked = SERVICES[name]
    env = {key: service.url + "/token" if value == "URL" else value
           for key, value in variables.items()}
    outcome = token(machine, env=env)
    assert (outcome.code, outcome.err) == (0, "")
    (request,) = service.requests
    assert (request.method, fields(request)) == (method, asked)
    assert request.headers[header] == ("true" if header == "Metadata" else "key")



@pytest.mark.parametrize("right", [True, False])
def test_service_fabric_is_verified_by_its_certificate(machine, tmp_path, right):
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


@pytest.mark.parametrize("form", [
    "%m/%d/%Y %I:%M:%S %p +00:00", "%m/%d/%Y %H:%M:%S +00:00", "%Y-%m-%dT%H:%M:%SZ", "%s"])
def test_an_expiry_time_can_be_a_date(machine, service, form):
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=20)
    text = str(int(end.timestamp())) if form == "%s" else end.strftime(form)
    service.answer = lambda: jsonify(access_token="a.token", token_type="Bearer", expires_on=text)
    outcome = token(machine, "--output", "json",
                    env={"MSI_ENDPOINT": service.url, "MSI_SECRET": "key"})
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["expires_on"] == int(end.timestamp())


NOW = 1767366245  # by the service's clock


def jwt_until(end: int) -> str:
    return jwt.encode({"exp": end}, "a secret of thirty-two characters")


@pytest.mark.parametrize("variables", [
    lambda url: {"AZURE_POD_IDENTITY_AUTHORITY_HOST": url},
    lambda url: {"IDENTITY_ENDPOINT": url, "IDENTITY_HEADER": "key"}], ids=["IMDS", "App Service"])
@pytest.mark.parametrize("life, members", [
    (1200, {"expires_in": "86400", "expires_on": str(NOW + 1200), "token_type": "Bearer"}),
    (3599, {"expires_in": "0", "expires_on": str(NOW + 3599), "token_type": "Bearer"}),
    (3599, {"expires_on": str(NOW + 3599)}),
    (3600, {"expires_on": "2026-01-02T16:04:05.0000000+00:00", "token_type": "Bearer"}),
    (3599, {"expires_on": NOW + 3599.5, "token_type": "Bearer"}),
    (600, {"expires_in": "3600", "token_type": "Bearer", "access_token": jwt_until(NOW + 600)}),
    (None, {"token_type": "Bearer"}), (None, {"expires_in": "86400", "expires_on": str(NOW)})],
    ids=lambda value: "" if isinstance(value, dict) else str(value))
def test_a_token_is_not_used_after_its_end(machine, service, variables, life, members):
    def answer():
        response = jsonify({"access_token": "a.token"} | members)
        response.headers["Date"] = formatdate(NOW, usegmt=True)
        return response

    service.answer = answer
    began = int(time.time())
    outcome = token(machine, "--output", "json", env=variables(service.url))
    if life is None:
        assert outcome.code == 4 and outcome.out == "", outcome
    else:
        assert (outcome.code, outcome.err) == (0, "")
        assert 0 <= json.loads(outcome.out)["expires_on"] - began - life < PATIENCE


@pytest.mark.parametrize("has_date", [True, False])
@pytest.mark.parametrize("life, said", [
    (-5, "by this machine's clock, that is over"),
    (40 * 86400, "by this machine's clock, that is in more than four weeks")])
def test_an_end_that_is_not_plausible_may_be_the_clocks(machine, service, has_date, life, said):
    """Only if the answer does not say what time it is there."""
    def answer():
        response = jsonify(access_token="a.token", token_type="Bearer",
                           expires_on=str(int(time.time()) + life))
        response.headers["Date"] = formatdate(time.time(), usegmt=True) if has_date else ""
        return response

    service.answer = answer
    outcome = token(machine, env={"MSI_ENDPOINT": service.url, "MSI_SECRET": "key"})
    refused(outcome, 4, "its lifetime is not plausible")
    assert (said in outcome.err) == (not has_date), outcome


def test_a_number_of_seconds_that_is_not_plausible_is_not_the_clocks(machine, service):
    def answer():
        response = jsonify(access_token="a.token", token_type="Bearer", expires_in=40 * 86400)
        response.headers["Date"] = ""
        return response

    service.answer = answer
    outcome = token(machine, env={"MSI_ENDPOINT": service.url, "MSI_SECRET": "key"})
    refused(outcome, 4, "its lifetime is not plausible")
    assert "clock" not in outcome.err


@pytest.mark.parametrize("ahead", [-1800, 1800])
def test_an_expiry_date_uses_the_clock_of_the_service(machine, service, ahead):
    def answer():
        now = time.time() + ahead
        response = jsonify(access_token="a.token", token_type="Bearer",
                           expires_on=str(int(now) + 3600))
        response.headers["Date"] = formatdate(now, usegmt=True)
        return response

    service.answer = answer
    began = time.time()
    outcome = token(machine, "--output", "json",
                    env={"MSI_ENDPOINT": service.url, "MSI_SECRET": "key"})
    assert outcome.code == 0, outcome.err
    assert 3590 < json.loads(outcome.out)["expires_on"] - began < 3600 + PATIENCE


def test_azure_ml_has_a_default_identity(machine, service):
    env = {"MSI_ENDPOINT": service.url, "MSI_SECRET": "key",
           "DEFAULT_IDENTITY_CLIENT_ID": "the-default"}
    assert token(machine, env=env).code == 0
    assert token(machine, "--client-id", OTHER_ID, env=env).code == 0
    assert [fields(one)["clientid"] for one in service.requests] == ["the-default", OTHER_ID]


def test_no_identity_gets_the_token_of_another(machine, service):
    """Each token is requested once, and then it is in the keyring."""
    service.answer = lambda: jsonify(
        access_token=f"token.of-{flask.request.values.get('clientid', 'the-machine')}",
        token_type="Bearer", expires_in="86399", expires_on=str(int(time.time()) + 86399))
    learning = {"MSI_ENDPOINT": service.url, "MSI_SECRET": "key"}
    owners = {"a": learning | {"DEFAULT_IDENTITY_CLIENT_ID": "a"},
              "b": learning | {"DEFAULT_IDENTITY_CLIENT_ID": "b"},
              "the-machine": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}}
    for _ in range(2):
        for owner, env in owners.items():
            assert token(machine, env=env).out == f"token.of-{owner}\n"
    assert len(service.requests) == len(owners)


@pytest.mark.parametrize("name, id", [
    ("Cloud Shell", "UserAssignedClientId"), ("Azure ML", "UserAssignedObjectId")])
def test_an_id_that_the_service_does_not_support_is_an_error(world, service, name, id):
    settings = world.appsettings()
    settings["MyWebApi"]["AcquireTokenOptions"] = {"ManagedIdentity": {id: IDS[id]}}
    world.write_appsettings(settings)
    env = {key: service.url if value == "URL" else value
           for key, value in SERVICES[name][0].items()}
    refused(world.run("entra", "token", "--api", "MyWebApi", env=env), 2, "does not support a managed identity id")
    assert service.requests == []


# ---- endpoints ----

ENDPOINTS = {
    "http to another machine": ("http://identity.example/token", "is not https"),
    "http to a public address": ("http://8.8.8.8/token", "is not https"),
    "user info": ("http://localhost:1@evil.example/token", "user name"),
    "no URL": ("x", "cannot be used"),
    "no host": ("http://", "no usable host"),
    "another scheme": ("file:///etc/passwd", "does not begin with https://"),
    "a fragment": ("http://127.0.0.1:1/token#x", "has a fragment"),
    "a line break": ("http://127.0.0.1:1/\r\nHost: evil.example", "invalid character"),
}


@pytest.mark.parametrize("what", ENDPOINTS)
@pytest.mark.parametrize("variables", [
    {"IDENTITY_HEADER": "key"}, {"IMDS_ENDPOINT": "here"}, {"MSI_SECRET": "key"}])
def test_secrets_are_not_sent_to_a_foreign_endpoint(machine, what, variables):
    url, text = ENDPOINTS[what]
    name = "MSI_ENDPOINT" if "MSI_SECRET" in variables else "IDENTITY_ENDPOINT"
    refused(token(machine, env=variables | {name: url}), 2, name, text)


def test_arcs_key_does_not_leave_the_machine(machine):
    refused(token(machine, env={"IDENTITY_ENDPOINT": "http://10.1.2.3:1/token",
                                "IMDS_ENDPOINT": "here"}), 2, "IDENTITY_ENDPOINT", "is not https")


def test_service_fabric_is_not_asked_over_http(machine, service):
    refused(token(machine, env={"IDENTITY_ENDPOINT": service.url, "IDENTITY_HEADER": "key",
                                "IDENTITY_SERVER_THUMBPRINT": "00" * 20}), 2, "is not https")
    assert service.requests == []


def test_a_header_cannot_inject_another(machine, service):
    refused(token(machine, env={"IDENTITY_ENDPOINT": service.url,
                                "IDENTITY_HEADER": "key\r\nX-Forged: 1"}), 2, "line break")
    assert service.requests == []


# ---- a service that echoes what it got ----

KEY = "k3y+of/the=service"
ECHO = " ".join([KEY, quote(KEY, safe=""), b64encode(b"x" + KEY.encode()).decode(), KEY[:17]])
ECHOES = {
    "a refusal": (400, {"error": ECHO, "error_description": f"not {ECHO}"}),
    "a refusal under 200": (200, {"error": ECHO, "error_description": f"not {ECHO}"}),
    "a message": (403, {"message": f"not {ECHO}"}),
    "an inner message": (500, {"error": {"code": ECHO, "message": f"not {ECHO}"}}),
}
WITH_A_KEY = {
    "App Service": {"IDENTITY_ENDPOINT": "URL", "IDENTITY_HEADER": KEY},
    "Azure ML": {"MSI_ENDPOINT": "URL", "MSI_SECRET": KEY},
    "Service Fabric": {"IDENTITY_ENDPOINT": "URL", "IDENTITY_HEADER": KEY,
                       "IDENTITY_SERVER_THUMBPRINT": "THUMBPRINT"},
}


@pytest.mark.parametrize("what", ECHOES)
@pytest.mark.parametrize("name", WITH_A_KEY)
def test_an_echoed_key_is_in_no_message(machine, tmp_path, name, what):
    status, body = ECHOES[what]
    own = AppCertificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.pem())
    with IdentityService(context if name == "Service Fabric" else None) as service:
        service.answer = lambda: (jsonify(body), status)
        here = {"URL": service.url,
                "THUMBPRINT": own.certificate.fingerprint(hashes.SHA1()).hex()}
        outcome = token(machine, "--verbose", env={
            key: here.get(value, value) for key, value in WITH_A_KEY[name].items()})
    assert outcome.code in (3, 4)
    assert "not *" in outcome.err
    for part in (KEY[:17], quote(KEY[:17], safe=""), b64encode(b"x" + KEY.encode()).decode()[4:-4]):
        assert part not in outcome.err


# ---- Azure Arc ----

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
def arc_keys():
    """Azure Arc's folder of keys, which is the same on every machine."""
    with ExitStack() as mounts:
        try:
            mounts.enter_context(own_mounts.empty(Path("/var/opt")))
        except OSError as reason:
            pytest.skip(f"nothing can be mounted here: {reason}")
        folder = Path("/var/opt/azcmagent/tokens")
        folder.mkdir(parents=True)
        yield folder


def test_arcs_challenge_is_answered_with_its_key(machine, service, arc_keys):
    (arc_keys / "a1.key").write_text("the key of arc")
    challenge = Response(status=401, headers={
        "WWW-Authenticate": f"Basic realm={arc_keys}/a1.key"})
    answers = iter([lambda: challenge, service.token_answer])
    service.answer = lambda: next(answers)()
    outcome = token(machine, env={"IDENTITY_ENDPOINT": service.url, "IMDS_ENDPOINT": service.url})
    assert (outcome.code, outcome.err) == (0, "")
    first, second = service.requests
    assert fields(first) == {"api-version": "2020-06-01", "resource": VAULT}
    assert second.authorization == "Basic the key of arc"


@pytest.mark.parametrize("status", [200, 401])
def test_arcs_key_is_in_no_message(machine, service, arc_keys, status):
    (arc_keys / "a1.key").write_text("the key of arc")
    answers = iter([
        Response(status=401, headers={"WWW-Authenticate": f"Basic realm={arc_keys}/a1.key"}),
        Response('{"error": "x", "error_description": "not the key of arc"}', status=status)])
    service.answer = lambda: next(answers)
    outcome = token(machine, env={"IDENTITY_ENDPOINT": service.url, "IMDS_ENDPOINT": service.url})
    refused(outcome, 3 if status == 401 else 4, "Azure Arc", "not ****")
    assert "the key of arc" not in outcome.err


@pytest.mark.parametrize("kind", ["symlink", "folder", "fifo"])
def test_an_arc_key_must_be_a_file(machine, service, arc_keys, tmp_path, kind):
    key = arc_keys / "a1.key"
    if kind == "symlink":
        (tmp_path / "key").write_text("not arc's")
        key.symlink_to(tmp_path / "key")
    elif kind == "folder":
        key.mkdir()
    else:
        os.mkfifo(key)
    service.answer = lambda: Response(status=401, headers={
        "WWW-Authenticate": f"Basic realm={key}"})
    outcome = token(machine, env={"IDENTITY_ENDPOINT": service.url, "IMDS_ENDPOINT": service.url})
    refused(outcome, 3, str(key))
    assert len(service.requests) == 1


@pytest.mark.parametrize("content", ["", "x" * 4097, "two\nlines"])
def test_an_invalid_arc_key_is_not_sent(machine, service, arc_keys, content):
    (arc_keys / "a1.key").write_text(content)
    service.answer = lambda: Response(status=401, headers={
        "WWW-Authenticate": f"Basic realm={arc_keys}/a1.key"})
    outcome = token(machine, env={"IDENTITY_ENDPOINT": service.url, "IMDS_ENDPOINT": service.url})
    assert outcome.code == 3
    assert len(service.requests) == 1


# ---- no managed identity, or one that fails ----

STRANGE_ANSWERS = {
    "garbage": (lambda: (b"\xff\x00<html>", 200), 4, "not a token endpoint"),
    "an empty body": (lambda: ("", 200), 4, "IMDS"),
    "a list": (lambda: ("[1]", 200), 4, "IMDS"),
    "too much": (lambda: ("x" * 300000, 200), 4, "more than"),
    "deep JSON": (lambda: ("[" * 100000, 200), 4, "IMDS"),
    "no token": (lambda: (jsonify(expires_in=1, token_type="Bearer"), 200), 4, "no access_token"),
    "a token that breaks its line": (lambda: (jsonify(
        access_token="a\r\nb", expires_in=99, token_type="Bearer"), 200), 4, "characters"),
    "a life of no end": (lambda: (jsonify(
        access_token="a", expires_in=2**62, token_type="Bearer"), 200), 4, "lifetime is not plausible"),
    "a redirect": (lambda: ("", 302, {"Location": "http://127.0.0.1:1/"}), 3, "HTTP 302"),
    "a refusal without a reason": (lambda: (jsonify(error="x"), 400), 3, "no reason given"),
    "a message": (lambda: (jsonify(message="not today"), 400), 3, "not today"),
    "a nested message": (lambda: (jsonify(error={"message": "not today"}), 400), 3, "not today"),
    "a text with true in it": (lambda: (jsonify(error="x", error_description="is it true?"), 400),
                               3, "is it true?"),
}


@pytest.mark.parametrize("what", STRANGE_ANSWERS)
def test_an_unexpected_answer_is_reported_in_one_line(machine, service, what):
    answer, code, text = STRANGE_ANSWERS[what]
    service.answer = answer
    refused(token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}), code, text)
    assert len(service.requests) == 1


def test_a_service_that_does_not_answer_ends_at_the_time_limit(machine, service):
    stop = threading.Event()
    service.answer = lambda: stop.wait(PATIENCE) and ""
    try:
        outcome = token(machine, "--timeout", SHORT_LIMIT,
                        env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    finally:
        stop.set()
    refused(outcome, 4, "did not answer in time")


@pytest.mark.parametrize("status", [400, 401, 403, 405])
def test_a_refusal_of_imds_is_final(machine, service, status):
    service.answer = lambda: ("{}", status)
    assert token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}).code in (3, 4)
    assert len(service.requests) == 1


def test_an_unassigned_identity_is_refused_without_a_retry(machine, service):
    service.answer = lambda: (jsonify(error="invalid_request",
                                      error_description="Identity not found"), 400)
    outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert (outcome.code, outcome.out) == (3, "")
    assert "Identity not found" in outcome.err
    assert len(service.requests) == 1


def not_found() -> tuple[Response, int]:
    return jsonify(error="invalid_request", error_description="Identity not found"), 400


@pytest.mark.parametrize("words, env, said", [
    ((), {}, "for the system-assigned identity"),
    (("--client-id", ID), {}, f"for the identity with the client id {ID} (--client-id)"),
    ((), {"AZURE_CLIENT_ID": ID}, f"for the identity with the client id {ID} (AZURE_CLIENT_ID)")])
def test_a_refusal_says_which_identity_was_requested(machine, service, words, env, said):
    service.answer = not_found
    refused(token(machine, *words, env=env | {"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}), 3,
            f"IMDS returned no token {said}", "Identity not found")


@pytest.mark.parametrize("key, kind", [
    ("UserAssignedClientId", "client id"), ("UserAssignedObjectId", "object id"),
    ("UserAssignedResourceId", "resource id")])
def test_and_which_setting_named_it(world, service, key, kind):
    settings = world.appsettings()
    settings["MyWebApi"]["AcquireTokenOptions"] = {"ManagedIdentity": {key: IDS[key]}}
    world.write_appsettings(settings)
    (line,) = [number for number, text in
               enumerate(world.appsettings_file.read_text().splitlines(), 1) if key in text]
    service.answer = not_found
    refused(world.run("entra", "token", "--api", "MyWebApi",
                      env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}), 3,
            f"the {kind} {IDS[key]} ({world.appsettings_file}:{line}: {key})")


def test_or_which_variable(machine, service):
    service.answer = lambda: service.as_imds() if "Metadata" not in flask.request.headers \
        else not_found()
    outcome = machine.run("entra", "token", "--resource", VAULT, env={
        "AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url, "AZURE_CLIENT_ID": ID})
    refused(outcome, 3, f"the client id {ID} (AZURE_CLIENT_ID)")
    service.answer = lambda: ("{}", 401)
    outcome = token(machine, env={"MSI_ENDPOINT": service.url, "MSI_SECRET": "key",
                                  "DEFAULT_IDENTITY_CLIENT_ID": "another"})
    refused(outcome, 3, "the client id another (DEFAULT_IDENTITY_CLIENT_ID)")


def test_imds_is_asked_again_if_it_is_busy(machine, service):
    answers = iter([lambda: ("", 429), service.token_answer])
    service.answer = lambda: next(answers)()
    assert token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}).code == 0
    assert len(service.requests) == 2


def test_imds_is_asked_again_if_the_connection_breaks(machine):
    with closing_listener() as (url, connections):
        outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": url})
    assert outcome.code == 4 and "no managed identity" not in outcome.err
    assert len(connections) == 4


@contextmanager
def closing_listener():
    """A server that accepts connections and closes them; its URL, and a list with one item for
    each."""
    connections = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        def serve():
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connections.append(connection.recv(1))
                    connection.close()
        threading.Thread(target=serve, daemon=True).start()
        yield "http://127.0.0.1:%d" % server.getsockname()[1], connections
        server.shutdown(socket.SHUT_RDWR)


def app_service(service) -> dict[str, str]:
    return {"IDENTITY_ENDPOINT": service.url, "IDENTITY_HEADER": "key"}


@pytest.mark.parametrize("status", [429, 503])
def test_a_throttling_service_is_not_asked_again(machine, service, status):
    service.answer = lambda: ("{}", status, {"Retry-After": "60"})
    for _ in range(2):
        outcome = token(machine, env=app_service(service))
        refused(outcome, 3 if status == 429 else 4, "App Service returned no token",
                "wait until 20")
    assert len(service.requests) == 1


def test_a_server_error_of_a_service_is_retried_twice(machine, service):
    answers = iter([lambda: ("", 500), lambda: ("", 502), service.token_answer])
    service.answer = lambda: next(answers)()
    assert token(machine, env=app_service(service)).code == 0
    assert len(service.requests) == 3


def test_imds_is_asked_again_while_it_is_being_updated(machine, service):
    answers = iter([lambda: ("", 410), lambda: ("", 410), service.token_answer])
    service.answer = lambda: next(answers)()
    outcome = token(machine, "--timeout", "60",
                    env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert outcome.code == 0, outcome.err
    assert len(service.requests) == 3


def test_imds_that_is_still_being_updated_is_not_a_refusal(machine, service):
    service.answer = lambda: ("", 410)
    refused(token(machine, "--timeout", SHORT_LIMIT,
                  env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url}), 4,
            "being updated", "--timeout 100")


def test_a_machine_outside_azure_is_recognized(machine):
    outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"})
    assert (outcome.code, outcome.out) == (4, "")
    assert "no managed identity on this machine" in outcome.err


@pytest.fixture
def silence():
    """The URL of an address that neither accepts nor refuses connections."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        host, port = listener.getsockname()
        for _ in range(5):  # more than fit into the backlog
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex((host, port))
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex((host, port)) != errno.EAGAIN:
                pytest.skip("this system's loopback takes connections past the backlog")
        yield f"http://{host}:{port}"


@pytest.mark.parametrize("words", [["--managed-identity"], []], ids=["asked for", "tried"])
def test_silence_at_the_address_of_imds_is_noticed_early(machine, silence, words):
    """Within a second, plus the time for the rest of the program."""
    outcome = machine.run("entra", "token", "--resource", VAULT, *words, "--timeout",
                          str(PATIENCE), env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": silence})
    assert (outcome.code, outcome.out) == (4 if words else 5, "")
    assert "no managed identity on this machine" in outcome.err
    assert outcome.seconds < PATIENCE / 3


def test_the_metadata_service_of_another_cloud_is_not_imds(machine, service):
    service.answer = lambda: ("no", 403)
    outcome = token(machine, env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert outcome.code == 4
    assert "no managed identity on this machine" in outcome.err


def unconfigured(machine, service, *words):
    return machine.run("entra", "token", "--resource", VAULT, *words,
                       env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})


def test_if_unconfigured_a_managed_identity_is_the_last_resort(machine, service):
    service.answer = service.as_imds
    outcome = unconfigured(machine, service)
    assert (outcome.code, outcome.err) == (0, "")
    probe, request = service.requests
    assert "Metadata" not in probe.headers and request.headers["Metadata"] == "true"


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404])
def test_if_unconfigured_another_service_at_its_address_is_ignored(machine, service, status):
    service.answer = lambda: ("another cloud's", status)
    outcome = unconfigured(machine, service, "--verbose")
    assert (outcome.code, outcome.out) == (5, "")
    assert "there is no managed identity on this machine" in outcome.err
    assert f"HTTP {status}" in outcome.err
    assert len(service.requests) == 1


def test_if_unconfigured_silence_at_its_address_is_noticed(machine, service):
    stop = threading.Event()
    service.answer = lambda: stop.wait(PATIENCE) and ""
    try:
        outcome = unconfigured(machine, service, "--timeout", "60")
    finally:
        stop.set()
    assert (outcome.code, outcome.out) == (5, "")
    assert "nobody is signed in, and the service of managed identities (IMDS) did not answer in " \
        "time" in outcome.err
    assert "no managed identity" not in outcome.err
    assert outcome.seconds < 30


def test_if_unconfigured_silence_is_no_answer_for_an_app_either(machine, service):
    stop = threading.Event()
    service.answer = lambda: stop.wait(PATIENCE) and ""
    machine.write_appsettings({"Vault": {"Scopes": [f"{VAULT}/.default"], "RequestAppToken": True}})
    try:
        outcome = machine.run("entra", "token", "--api", "Vault", "--timeout", SHORT_LIMIT,
                              env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    finally:
        stop.set()
    refused(outcome, 4, "(IMDS) did not answer in time", "--timeout")


def test_if_unconfigured_a_slow_imds_is_waited_for(machine, service):
    """For longer than the second in which it must be reached."""
    def answer():
        time.sleep(1.5)
        return service.as_imds()

    service.answer = answer
    outcome = unconfigured(machine, service)
    assert (outcome.code, outcome.out, outcome.err) == (0, service.token + "\n", "")


def test_if_unconfigured_a_user_requests_what_no_app_can(machine, service):
    outcome = machine.run("entra", "token", "--scope", "https://graph.microsoft.com/User.Read",
                          env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert (outcome.code, outcome.out) == (5, "")
    assert "entra login --scope https://graph.microsoft.com/User.Read" in outcome.err
    assert service.requests == []


@pytest.mark.parametrize("variables, offered", [
    ({"MSI_ENDPOINT": "URL", "MSI_SECRET": "key"}, True),
    ({"IDENTITY_ENDPOINT": "URL", "IDENTITY_HEADER": "key"}, True),
    ({"MSI_ENDPOINT": "URL"}, False), ({}, False)])
def test_if_a_tenant_is_configured_managed_identity_is_suggested(machine, service, variables,
                                                                 offered):
    env = {key: service.url if value == "URL" else value for key, value in variables.items()}
    outcome = machine.run("entra", "token", "--resource", VAULT, env=env | {
        "AZURE_TENANT_ID": "contoso.onmicrosoft.com", "AZURE_CLIENT_ID": contoso.DESKTOP.client_id})
    assert (outcome.code, outcome.out) == (5, ""), outcome.err
    assert ("--managed-identity" in outcome.err) == offered
    assert service.requests == []


def test_if_unconfigured_git_goes_on_to_prompt(machine):
    outcome = machine.run("git-credential-entra", "get",
                          input="protocol=https\nhost=dev.azure.com\n",
                          env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"})
    assert outcome.out == ""
    assert "no identity is configured" in outcome.err


def test_a_configured_credential_that_fails_does_not_become_a_managed_identity(world, service):
    outcome = world.run("entra", "token", "--api", "MyWebApi", env={
        "AzureAd__ClientSecret": "wrong", "AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert outcome.code == 3
    assert service.requests == []
