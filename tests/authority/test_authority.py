# SPDX-License-Identifier: MIT
"""The stand-in authority answers like Entra, and misbehaves on demand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import jwt
import pytest
import requests

from authority import contoso, faults
from authority.authority import Authority
from world.tls import CertificateAuthority


class Caller:
    """Requests tokens from the authority, as a well-behaved client unless told otherwise."""

    def __init__(self, authority: Authority, trust: Path) -> None:
        self.authority = authority
        self._trust = str(trust)

    def ask(self, tenant: str = contoso.TENANT.guid, headers: dict[str, str] | None = None,
            **changes: str | None) -> requests.Response:
        form = {"grant_type": "client_credentials", "client_id": contoso.DAEMON.client_id,
                "client_secret": contoso.DAEMON.secret, "scope": f"{contoso.GRAPH}/.default"}
        return requests.post(f"{self.authority.url}/{tenant}/oauth2/v2.0/token",
                             data=form | changes, headers=headers, verify=self._trust,
                             allow_redirects=False, timeout=10)


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    certificates = CertificateAuthority(tmp_path)
    with Authority(certificates.server_context()) as authority:
        yield Caller(authority, certificates.certificate_file)


def claims_of(answer: requests.Response, caller: Caller, audience: str) -> dict[str, Any]:
    return jwt.decode(answer.json()["access_token"], caller.authority.key.public_key,
                      algorithms=["RS256"], audience=audience)


def test_an_app_gets_a_signed_token(caller: Caller) -> None:
    answer = caller.ask(tenant="contoso.com")
    assert answer.status_code == 200
    assert list(answer.json()) == ["token_type", "expires_in", "ext_expires_in", "access_token"]
    claims = claims_of(answer, caller, contoso.GRAPH)
    assert (claims["appid"], claims["tid"]) == (contoso.DAEMON.client_id, contoso.TENANT.guid)


def test_all_tokens_differ(caller: Caller) -> None:
    assert caller.ask().json()["access_token"] != caller.ask().json()["access_token"]


def test_the_audience_is_the_scope_up_to_its_last_slash(caller: Caller) -> None:
    answer = caller.ask(scope="https://database.windows.net//.default")
    claims_of(answer, caller, "https://database.windows.net/")


REFUSALS = [
    (7000215, 401, "invalid_client", {"client_secret": "wrong"}),
    (7000216, 401, "invalid_client", {"client_secret": None}),
    (7000222, 401, "invalid_client", {"client_id": contoso.EXPIRED.client_id,
                                      "client_secret": contoso.EXPIRED.secret}),
    (90002, 400, "invalid_request", {"tenant": "nowhere.example"}),
    (900023, 400, "invalid_request", {"tenant": "nowhere"}),
    (700016, 400, "unauthorized_client", {"client_id": contoso.OF_FABRIKAM.client_id}),
    (1002012, 400, "invalid_scope", {"scope": "https://graph.microsoft.com/User.Read"}),
    (70011, 400, "invalid_scope", {"scope": "api://my-web-api/.default api://other/.default"}),
    (500011, 400, "invalid_resource", {"scope": "api://unknown/.default"}),
    (900144, 400, "invalid_request", {"scope": None}),
    (70003, 400, "unsupported_grant_type", {"grant_type": "password"}),
]


@pytest.mark.parametrize("code, status, error, changes", REFUSALS)
def test_a_refusal_has_entras_form(caller: Caller, code: int, status: int, error: str,
                                          changes: dict[str, Any]) -> None:
    answer = caller.ask(**changes)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [code])
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert f"Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']} " \
           f"Timestamp: {body['timestamp']}" in body["error_description"]


def test_the_callers_request_id_is_returned(caller: Caller) -> None:
    mine = "11111111-2222-3333-4444-555555555555"
    answer = caller.ask(client_secret="wrong", headers={
        "client-request-id": mine, "return-client-request-id": "true"})
    assert answer.json()["correlation_id"] == answer.headers["client-request-id"] == mine


def test_faults_answer_as_many_requests_as_they_were_injected_for(caller: Caller) -> None:
    caller.authority.faults.inject(faults.unavailable(), times=2)
    assert [caller.ask().status_code for _ in range(3)] == [503, 503, 200]


@pytest.mark.parametrize("name", faults.NAMED)
def test_a_named_fault_reaches_the_caller(caller: Caller, name: str) -> None:
    with caller.authority.faults.injected(faults.NAMED[name]):
        assert caller.ask().status_code != 500


def test_each_request_is_logged_with_its_form(caller: Caller) -> None:
    caller.ask(scope="api://my-web-api/.default")
    (logged,) = caller.authority.token_requests
    assert (logged.method, logged.form["scope"]) == ("POST", "api://my-web-api/.default")
    assert logged.status == 200
