# SPDX-License-Identifier: MIT
"""entra doctor: the connection to the authority, the credential, and the token."""

from __future__ import annotations

import re
import socket
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes

from authority import contoso, faults
from authority.authority import Authority
from integration.credentials import configure, path, register
from integration.examining import examine
from integration.test_federated import ISSUER, SUBJECT, foreign_token
from world.app_certificate import AppCertificate
from world.connect_proxy import ConnectProxy
from world.identity_service import IdentityService
from world.tls import CertificateAuthority
from world.waiting import PATIENCE, SHORT_LIMIT

# ---- clock ----


@pytest.mark.parametrize("ahead, words", [(0, "s "), (100, "s behind"), (-100, "s ahead of")])
def test_a_clock_that_is_slightly_off_passes(world, ahead, words):
    world.authority.clock_ahead = ahead
    (finding,) = examine(world).of("clock")
    assert finding["status"] == "ok" and words in finding["message"]


@pytest.mark.parametrize("ahead, words", [(900, "behind"), (-900, "ahead of")])
def test_a_wrong_clock_fails(world, ahead, words):
    world.authority.clock_ahead = ahead
    report = examine(world)
    assert report.crosses == [("clock", "clock_wrong")]
    assert words in report.of("clock")[0]["message"]


# ---- network ----


def test_the_connection_to_the_authority_is_shown(world):
    details = examine(world).details("network")
    assert details["proxy"][0] == "none"
    assert details["DNS"][0] == "127.0.0.1"
    assert details["TLS certificate issuer"] == ("CN = Throw-away test CA", "")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", details["expires"][0])


def test_a_proxy_is_shown_without_its_password(world):
    with ConnectProxy() as proxy:
        report = examine(world, env={
            "https_proxy": proxy.url.replace("//", "//ada:hunter2@"), "no_proxy": "none.example"})
    assert report.ok
    assert report.details("network")["proxy"] == (proxy.url, "127.0.0.1")
    assert proxy.connects[0] == world.authority.url.removeprefix("https://")
    assert "hunter2" not in report.outcome.out


def test_a_proxy_that_is_not_used_for_this_host_is_recognized(world):
    details = examine(world, env={"https_proxy": "http://127.0.0.1:1",
                                  "no_proxy": "localhost"}).details("network")
    assert details["proxy"] == ("http://127.0.0.1:1", "not used for this host, or a SOCKS proxy")


def test_an_unreachable_proxy_is_reported_without_a_reason(world):
    report = examine(world, env={"https_proxy": "http://127.0.0.1:1"})
    assert [check for check, _ in report.crosses] == ["network"]
    assert report.details("network") == {"proxy": ("http://127.0.0.1:1", "")}


def test_a_proxy_that_refuses_fails(world):
    with ConnectProxy(refusal=407) as proxy:
        report = examine(world, env={"https_proxy": proxy.url})
    assert ("network", "proxy_refused") in report.crosses


def test_an_unknown_host_name_fails(world):
    report = examine(world, "--authority", "https://login.invalid", "--timeout", SHORT_LIMIT)
    assert ("network", "name_not_resolved") in report.crosses
    assert report.statuses("clock") == {"skipped"}


def test_an_untrusted_certificate_fails(world, tmp_path):
    with Authority(CertificateAuthority(tmp_path, "Another CA").server_context()) as impostor:
        report = examine(world, "--authority", impostor.url)
    assert report.crosses == [("network", "tls_untrusted")]


def test_a_silent_authority_costs_only_the_time_limit_of_each_check(world):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        report = examine(world, "--timeout", SHORT_LIMIT, "--authority",
                         f"https://localhost:{silent.getsockname()[1]}")
    assert ("network", "timed_out") in report.crosses
    assert report.outcome.seconds < PATIENCE / 2


def test_an_unknown_tenant_fails(world):
    report = examine(world, "--tenant", "nowhere.example")
    assert report.crosses == [("network", "AADSTS90002")]
    (unseen,) = report.of("token")
    assert unseen["message"] == "not checked, since the check network failed"


def test_a_server_that_is_not_an_authority_fails(world):
    report = examine(world, "--authority", world.web_api.url)
    assert ("network", "not_a_token_endpoint") in report.crosses


def test_a_managed_identity_has_no_authority_to_check(world):
    world.appsettings_file.unlink()
    with IdentityService() as service:
        report = examine(world, "--managed-identity", "--resource", "https://vault.azure.net",
                         env={"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
    assert report.ok
    for check in ("clock", "network", "credential"):
        assert report.statuses(check) == {"skipped"}
    assert "the claims cannot be read" in report.of("token", "skipped")[0]["message"]


def test_an_authority_that_is_not_needed_does_not_fail(world):
    """A machine with a managed identity, in a network without a way to the authority."""
    world.appsettings_file.unlink()
    with IdentityService() as service:
        env = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url,
               "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us",
               "HTTPS_PROXY": "http://127.0.0.1:1"}
        report = examine(world, env=env)
        assert report.ok and report.of("token", "ok")
        (network,) = report.of("network")
        assert network["message"] == ("a managed identity's token comes from this machine, not "
                                      "from an authority")
        assert report.statuses("clock") == report.statuses("network") == {"skipped"}
        service.close()
        report = examine(world, env=env)
    assert ("network", "") in [(check, "") for check, _ in report.crosses]


# ---- credential ----


@pytest.fixture
def app(world, tmp_path) -> AppCertificate:
    return AppCertificate(tmp_path, days=90)


def registered(world, app: AppCertificate) -> AppCertificate:
    register(world, secret="", certificates=(app.certificate,))
    return app


def test_a_certificate_is_shown_with_its_thumbprint_and_expiry(world, app):
    configure(world, path(registered(world, app).pem()))
    report = examine(world)
    assert report.ok
    (finding,) = report.of("credential")
    assert app.certificate.fingerprint(hashes.SHA1()).hex().upper() in finding["message"]
    assert f"until {app.certificate.not_valid_after:%Y-%m-%dT%H:%M:%SZ} (" in finding["message"]


def test_a_certificate_that_expires_soon_is_reported(world, tmp_path):
    configure(world, path(registered(world, AppCertificate(tmp_path, days=10)).pem()))
    assert "make a new one soon" in examine(world).of("credential")[0]["message"]


def test_an_expired_certificate_fails(world, tmp_path):
    old = registered(world, AppCertificate(tmp_path, days=-1))
    configure(world, path(old.pem()))
    crosses = examine(world).crosses
    assert crosses[0] == ("credential", "certificate_expired")
    assert len([one for one in crosses if one[0] == "credential"]) == 1


def test_a_key_of_another_certificate_fails(world, app, tmp_path):
    other = AppCertificate(tmp_path / "other", number=2)
    configure(world, path(app.certificate_file(), CertificateKeyDiskPath=str(other.key_file())))
    report = examine(world)
    assert ("credential", "certificate_no_match") in report.crosses


def test_a_credential_that_cannot_be_loaded_is_skipped(world, app, tmp_path):
    configure(world, path(tmp_path / "nothing.pem"), path(registered(world, app).pem()))
    report = examine(world)
    assert report.ok
    assert [one["status"] for one in report.of("credential")] == ["skipped", "ok"]


def test_a_secrets_id_is_not_its_value(world):
    report = examine(world, env={"AzureAd__ClientSecret": "0f0f0f0f-0000-4000-8000-000000000000"})
    assert "looks like a secret's id" in report.of("credential")[0]["message"]


def test_a_keyring_without_the_secret_fails(world):
    configure(world, {"SourceType": "Keyring"})
    assert examine(world).crosses[0] == ("credential", "keyring_no_secret")


def test_a_federated_token_is_shown_with_what_must_be_registered(world, tmp_path):
    file = tmp_path / "token"
    file.write_text(foreign_token())
    configure(world, {"SourceType": "SignedAssertionFilePath",
                      "SignedAssertionFileDiskPath": str(file)})
    report = examine(world)
    message = report.of("credential")[0]["message"]
    assert ISSUER in message and SUBJECT in message
    assert file.read_text() not in report.outcome.out
    file.write_text(foreign_token(expires_in=-10))
    assert ("credential", "federated_stale") in examine(world).crosses


# ---- token ----


def test_the_claims_are_shown_but_not_the_token(world):
    report = examine(world)
    details = {name: value for name, (value, _) in report.details("token").items()}
    assert details == {"aud": contoso.MY_WEB_API, "appid": contoso.DAEMON.client_id,
                       "tid": contoso.TENANT.guid, "roles": "access_as_application"}
    assert "until" in report.of("token")[0]["message"]
    (token,) = world.authority.issued_tokens
    assert not any(part in report.outcome.out for part in token.split("."))


def test_a_new_token_is_requested(world):
    world.run("entra", "token", "--api", "MyWebApi")
    assert world.authority.url in examine(world).of("token")[0]["message"]
    assert len(world.authority.token_requests) == 2


def without_roles(world) -> None:
    world.write_appsettings(world.appsettings(contoso.WITHOUT_ROLES))


def test_a_token_without_roles_will_be_refused_by_a_custom_api(world):
    without_roles(world)
    report = examine(world)
    assert report.crosses == [("token", "no_app_roles")]
    (cross,) = report.of("token", "failed")
    assert "403" in cross["message"] and "app roles" in cross["hint"]
    assert report.details("token")["roles"][0] == "(none)"


def test_graph_will_refuse_it_for_lack_of_privileges(world):
    without_roles(world)
    report = examine(world, "--resource", contoso.GRAPH)
    assert report.crosses == [("token", "Authorization_RequestDenied")]
    assert "administrator" in report.of("token", "failed")[0]["hint"]


@pytest.mark.parametrize("resource", [contoso.AZURE_DEVOPS, contoso.AKS, contoso.AZURE_SQL])
def test_apis_with_their_own_access_lists_need_no_roles(world, resource):
    without_roles(world)
    assert examine(world, "--resource", resource).ok


def test_azure_sql_without_its_slash_will_refuse_it(world):
    report = examine(world, "--resource", contoso.AZURE_SQL.rstrip("/"))
    (cross,) = report.of("token", "failed")
    assert "401" in cross["message"] and "database.windows.net//.default" in cross["hint"]


def test_the_audience_of_another_api_will_be_refused(world):
    settings = world.appsettings()
    settings["MyWebApi"]["BaseUrl"] = "https://graph.microsoft.com/v1.0/"
    world.write_appsettings(settings)
    report = examine(world, "--api", "MyWebApi")
    assert report.crosses == [("token", "invalid_token")]
    assert contoso.GRAPH in report.of("token", "failed")[0]["message"]


def test_a_token_that_is_not_a_jwt_is_reported(world):
    world.authority.faults.inject(faults.altered("opaque", access_token="opaque-and-secret"))
    report = examine(world)
    assert report.ok and "opaque-and-secret" not in report.outcome.out
    assert "not a readable JWT" in report.of("token", "skipped")[0]["message"]


def test_verbose_token_reports_what_the_api_will_do(world):
    without_roles(world)
    outcome = world.run("entra", "token", "--api", "MyWebApi", "--verbose")
    assert outcome.code == 0 and "403" in outcome.err
    assert world.run("entra", "token", "--api", "MyWebApi").err == ""
