# SPDX-License-Identifier: MIT
"""The stand-in authority signs in users like Entra: browser, device code, refresh token."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from authority import contoso, faults
from authority.desktop_app import DEVOPS_SCOPE, DesktopApp
from authority.directory import Client, User
from authority.refresh_tokens import Rotation
from authority.visitor import Page

def refused(answer: requests.Response, code: int, error: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (400, error, [code])


def location(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


# The browser.

def test_a_sign_in_posts_a_code_and_the_state_to_the_app(app: DesktopApp) -> None:
    page = app.visitor.sign_in(app.authorize_url(), contoso.ADA)
    assert "Back at the app." in page.text and urlsplit(page.url).query == ""
    (received,) = app.received
    assert set(received) == {"code", "state"} and received["state"] == "the state"


def test_a_code_can_be_redeemed_for_tokens_that_name_the_user(app: DesktopApp) -> None:
    answer = app.redeem(app.code()).json()
    assert list(answer) == ["token_type", "scope", "expires_in", "ext_expires_in", "access_token",
                            "refresh_token", "id_token", "client_info"]
    oid = contoso.ADA.object_ids[contoso.TENANT.guid]
    token = app.claims(answer["access_token"])
    assert (token["upn"], token["oid"], token["tid"], token["scp"]) == (
        "ada@contoso.com", oid, contoso.TENANT.guid, "user_impersonation")
    identity = app.claims(answer["id_token"], contoso.DESKTOP.client_id)
    assert (identity["preferred_username"], identity["oid"], identity["nonce"]) == (
        "ada@contoso.com", oid, "the nonce")
    assert json.loads(base64.urlsafe_b64decode(answer["client_info"] + "==")) == {
        "uid": oid, "utid": contoso.TENANT.guid}


def test_a_client_that_requests_a_query_gets_the_code_in_the_url(app: DesktopApp) -> None:
    page = app.visitor.sign_in(app.authorize_url(response_mode="query"), contoso.ADA)
    assert app.redeem(location(page)["code"][0]).status_code == 200


def test_a_code_can_be_used_once(app: DesktopApp) -> None:
    code = app.code()
    assert app.redeem(code).status_code == 200
    refused(app.redeem(code), 54005, "invalid_grant")


@pytest.mark.parametrize("code, error, changes", [
    (501481, "invalid_grant", {"code_verifier": "a" * 43}),
    (501481, "invalid_grant", {"code_verifier": "short"}),
    (900144, "invalid_request", {"code_verifier": None}),
    (500112, "invalid_grant", {"redirect_uri": "http://localhost:1"}),
    (70000, "invalid_grant", {"client_id": contoso.AZURE_CLI.client_id}),
])
def test_a_code_is_only_for_the_client_that_it_was_issued_to(app: DesktopApp, code: int, error: str,
                                                 changes: dict[str, str | None]) -> None:
    refused(app.redeem(app.code(), **changes), code, error)


def test_an_expired_code_is_refused(app: DesktopApp) -> None:
    app.authority.authorization_codes.lifetime = -1
    refused(app.redeem(app.code()), 70008, "invalid_grant")


@pytest.mark.parametrize("redirect_uri", ["http://localhost", "http://localhost:1/",
                                          "http://localhost:65535"])
def test_any_port_of_localhost_is_accepted(app: DesktopApp, redirect_uri: str) -> None:
    assert "Password" in app.visitor.open(app.authorize_url(redirect_uri=redirect_uri)).text


@pytest.mark.parametrize("redirect_uri", [
    "http://127.0.0.1:1", "http://[::1]:1", "https://localhost:1", "http://localhost:1/path",
    "http://localhost:1/?query", "http://localhost.evil.example:1", "http://x@localhost:1"])
def test_an_unregistered_redirect_uri_is_reported_to_the_user(app: DesktopApp,
                                                              redirect_uri: str) -> None:
    page = app.visitor.open(app.authorize_url(redirect_uri=redirect_uri))
    assert page.status == 400 and "AADSTS50011" in page.text and page.forms == []


@pytest.mark.parametrize("changes, code", [
    ({"code_challenge_method": "plain"}, 9002325), ({"code_challenge": ""}, 9002325),
    ({"scope": "api://unknown/.default"}, 500011), ({"prompt": "none"}, 50058)])
def test_other_errors_are_reported_to_the_app(app: DesktopApp, changes: dict[str, str],
                                            code: int) -> None:
    query = location(app.visitor.open(app.authorize_url(response_mode="query", **changes)))
    assert query["error_description"][0].startswith(f"AADSTS{code}: ")
    assert query["state"] == ["the state"]


def test_declining_sends_the_app_an_error(app: DesktopApp) -> None:
    app.visitor.decline(app.authorize_url())
    (received,) = app.received
    assert (received["error"], received["error_subcode"], received["state"]) == (
        "access_denied", "cancel", "the state")
    assert "AADSTS65004" in received["error_description"]


@pytest.mark.parametrize("user, password, text", [
    (contoso.ADA, "wrong", "invalid username or password"),
    (User("nobody@contoso.com", "x", "Nobody", {contoso.TENANT.guid: "x"}), None, "does not exist"),
    (contoso.BOB, None, "does not exist in tenant")])
def test_a_failed_sign_in_is_reported_on_the_page(app: DesktopApp, user: User, password: str | None,
                                                text: str) -> None:
    page = app.visitor.sign_in(app.authorize_url(), user, password)
    assert text in page.text and app.received == []
    assert page.forms[0].fields["username"] == user.username
    app.visitor.submit(page, username="ada@contoso.com", password=contoso.ADA.password)


def test_the_sign_in_page_fills_in_the_name_from_the_app(app: DesktopApp) -> None:
    page = app.visitor.open(app.authorize_url(login_hint="ada@contoso.com"))
    assert page.forms[0].fields["username"] == "ada@contoso.com"


def test_at_organizations_users_sign_in_to_their_home_tenant(app: DesktopApp) -> None:
    app.client = contoso.AZURE_CLI
    for user in (contoso.ADA, contoso.BOB):
        app.visitor.sign_in(app.authorize_url("organizations"), user)
        answer = app.redeem(app.received[-1]["code"], tenant="organizations").json()
        assert app.claims(answer["access_token"])["tid"] == user.home
        assert answer["foci"] == "1"


def test_an_app_of_one_tenant_is_not_known_at_organizations(app: DesktopApp) -> None:
    page = app.visitor.open(app.authorize_url("organizations"))
    assert "AADSTS50194" in page.text


# The device code.

def test_a_device_gets_a_token_once_a_user_has_entered_its_code(app: DesktopApp) -> None:
    app.authority.device_codes.interval = 0
    device = app.device_code()
    assert list(device) == ["user_code", "device_code", "verification_uri", "expires_in",
                            "interval", "message"]
    assert device["user_code"] in device["message"]
    refused(app.poll(device["device_code"]), 70016, "authorization_pending")
    app.visitor.enter_code(device["verification_uri"], device["user_code"].lower(), contoso.GRACE)
    answer = app.poll(device["device_code"]).json()
    assert app.claims(answer["access_token"])["upn"] == "grace@contoso.com"
    assert "refresh_token" in answer
    refused(app.poll(device["device_code"]), 70018, "bad_verification_code")


def test_a_device_that_polls_too_often_is_told_to_slow_down(app: DesktopApp) -> None:
    device = app.device_code()
    app.poll(device["device_code"])
    answer = app.poll(device["device_code"])
    assert (answer.status_code, answer.json()) == (400, {"error": "slow_down"})
    (code,) = app.authority.device_codes.all()
    assert code.interval == 10


def test_a_user_can_decline_a_device(app: DesktopApp) -> None:
    device = app.device_code()
    app.visitor.decline_code(device["verification_uri"], device["user_code"])
    refused(app.poll(device["device_code"]), 65004, "authorization_declined")


def test_a_device_code_expires(app: DesktopApp) -> None:
    device = app.device_code()
    app.authority.device_codes.expire()
    page = app.visitor.open(device["verification_uri"])
    assert "didn't work" in unescape(app.visitor.submit(page, user_code=device["user_code"]).text)
    refused(app.poll(device["device_code"]), 70020, "expired_token")


def test_an_unknown_device_code_is_refused(app: DesktopApp) -> None:
    refused(app.poll("never given"), 70018, "bad_verification_code")


def test_faults_also_answer_requests_for_a_device_code(app: DesktopApp) -> None:
    with app.authority.device_faults.injected(faults.unavailable()):
        assert app.post("devicecode", scope=DEVOPS_SCOPE).status_code == 503


# The refresh token.

def test_a_refresh_token_is_valid_for_every_api(app: DesktopApp) -> None:
    first = app.refresh_token()
    answer = app.refresh(first, f"{contoso.GRAPH}/.default offline_access").json()
    assert app.claims(answer["access_token"], contoso.GRAPH)["upn"] == "ada@contoso.com"
    assert answer["refresh_token"] != first
    assert len(app.authority.refresh_requests) == 1


@pytest.mark.parametrize("rotation, old_is_good, new_comes", [
    (Rotation.KEEPS_OLD, True, True), (Rotation.ENDS_OLD, False, True),
    (Rotation.NONE, True, False)])
def test_rotation_can_be_configured(app: DesktopApp, rotation: Rotation, old_is_good: bool,
                                          new_comes: bool) -> None:
    first = app.refresh_token()
    app.authority.refresh_tokens.rotation = rotation
    assert ("refresh_token" in app.refresh(first).json()) == new_comes
    assert (app.refresh(first).status_code == 200) == old_is_good


def test_a_refresh_token_is_issued_only_on_request(app: DesktopApp) -> None:
    answer = app.refresh(app.refresh_token(), f"{contoso.GRAPH}/.default").json()
    assert "refresh_token" not in answer and "id_token" not in answer


@pytest.mark.parametrize("code", [50173, 700082, 70043])
def test_a_revocation_ends_earlier_tokens(app: DesktopApp, code: int) -> None:
    ada, grace = app.refresh_token(), app.refresh_token(contoso.GRACE)
    app.authority.refresh_tokens.revoke(contoso.ADA, code)
    refused(app.refresh(ada), code, "invalid_grant")
    assert app.refresh(grace).status_code == 200
    assert app.refresh(app.refresh_token()).status_code == 200


def test_a_demand_names_what_the_next_sign_in_must_satisfy(app: DesktopApp) -> None:
    token = app.refresh_token()
    claims = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}'
    app.authority.refresh_tokens.revoke(contoso.ADA, 50076, suberror="basic_action", claims=claims)
    answer = app.refresh(token)
    refused(answer, 50076, "interaction_required")
    assert (answer.json()["suberror"], answer.json()["claims"]) == ("basic_action", claims)
    app.authority.refresh_tokens.restore()
    assert app.refresh(token).status_code == 200


def test_an_unknown_refresh_token_is_refused(app: DesktopApp) -> None:
    answer = app.refresh("never given")
    refused(answer, 70000, "invalid_grant")
    assert answer.json()["suberror"] == "bad_token"


def test_a_refresh_token_belongs_to_its_client_or_family(app: DesktopApp) -> None:
    of_desktop = app.refresh_token()
    app.client = contoso.AZURE_CLI
    refused(app.refresh(of_desktop), 70000, "invalid_grant")
    of_family = app.refresh_token()
    app.client = contoso.GIT_CREDENTIAL_MANAGER
    assert app.refresh(of_family).status_code == 200


def test_a_guest_has_another_id_in_the_other_tenant(app: DesktopApp) -> None:
    app.client = contoso.AZURE_CLI
    grace, ada = app.refresh_token(contoso.GRACE), app.refresh_token()
    there = contoso.OTHER_TENANT.guid
    claims = app.claims(app.refresh(grace, tenant=there).json()["access_token"])
    assert (claims["tid"], claims["oid"]) == (there, contoso.GRACE.object_ids[there])
    refused(app.refresh(ada, tenant=there), 50020, "invalid_grant")


@pytest.mark.parametrize("client, scope, code, error", [
    (contoso.KUBELOGIN, DEVOPS_SCOPE, 65002, "invalid_request"),
    (contoso.DESKTOP, f"{contoso.GRAPH}/.default {contoso.MY_WEB_API}/.default", 28000,
     "invalid_scope"),
    (contoso.DESKTOP, None, 900144, "invalid_request"),
    (contoso.DAEMON, DEVOPS_SCOPE, 7000218, "invalid_client"),
])
def test_a_device_is_refused_what_its_client_may_not_request(
        app: DesktopApp, client: Client, scope: str | None, code: int, error: str) -> None:
    app.client = client
    body = app.post("devicecode", scope=scope).json()
    assert (body["error"], body["error_codes"]) == (error, [code])


def test_a_public_client_that_sends_a_secret_is_refused(app: DesktopApp) -> None:
    answer = app.refresh(app.refresh_token(), client_secret="x")
    assert (answer.status_code, answer.json()["error_codes"]) == (401, [700025])


def test_no_app_gets_its_own_token_at_organizations(app: DesktopApp) -> None:
    app.client = replace(contoso.DAEMON, client_id="of-two-tenants", tenants=contoso.ANYWHERE)
    app.authority.directory.clients.append(app.client)
    refused(app.post("token", "organizations", grant_type="client_credentials",
                     scope=f"{contoso.GRAPH}/.default", client_secret=app.client.secret),
            50059, "invalid_request")
