# SPDX-License-Identifier: MIT
"""An identity that is refused, and an authority that is not reachable: one clear line, the
documented exit code, nothing on stdout. For a faulty authority, see test_faults.py."""

from __future__ import annotations

import pytest

from authority import contoso
from authority.authority import Authority
from integration.asking import ASK, ask_entra, failed
from world.tls import CertificateAuthority

USAGE, REFUSED, NETWORK = 2, 3, 4


@pytest.mark.parametrize("change, code, text", [
    ({"ClientSecret": "wrong"}, REFUSED, "AADSTS7000215"),
    ({"ClientId": contoso.EXPIRED.client_id, "ClientSecret": contoso.EXPIRED.secret}, REFUSED,
     "AADSTS7000222"),
    ({"ClientId": "0f0f0f0f-0000-4000-8000-000000000000"}, REFUSED, "AADSTS700016"),
    ({"TenantId": "nowhere.example"}, REFUSED, "AADSTS90002"),
    ({"TenantId": "common"}, USAGE, "does not name a single tenant"),
], ids=["wrong secret", "expired secret", "unknown client", "unknown tenant", "no one tenant"])
def test_a_wrong_identity_is_refused_with_the_reason(world, change, code, text):
    settings = world.appsettings()
    settings["AzureAd"] |= change
    world.write_appsettings(settings)
    failed("entra", ask_entra(world), code, text)


def test_an_unknown_resource_is_refused_with_the_reason(world):
    failed("entra", world.run("entra", "token", "--resource", "api://nobody"), REFUSED,
           "AADSTS500011", "api://nobody")


def test_the_message_has_what_was_wanted_what_to_do_and_the_correlation_id(world):
    outcome = ask_entra(world, env={"AzureAd__ClientSecret": "wrong"})
    failed("entra", outcome, REFUSED, "no token for MyWebApi",
           "that the secret is one of this app's",
           world.authority.token_requests[0].headers["client-request-id"])


@pytest.mark.parametrize("program", ASK)
def test_every_program_reports_a_wrong_secret_alike(world, program):
    outcome = ASK[program](world, env={"AzureAd__ClientSecret": "wrong-and-secret"})
    failed(program, outcome, REFUSED, "AADSTS7000215")
    assert "wrong-and-secret" not in outcome.err


@pytest.mark.parametrize("program", ASK)
def test_an_unreachable_authority_is_a_network_error(world, program):
    world.authority.close()
    failed(program, ASK[program](world), NETWORK, "cannot be reached")


@pytest.mark.parametrize("secret", ["s", "e", "to"])
def test_a_short_secret_does_not_show_by_what_is_missing(world, secret):
    """libcurl's reason has it, like most texts."""
    world.authority.close()
    outcome = ask_entra(world, env={"AzureAd__ClientSecret": secret})
    failed("entra", outcome, NETWORK, "cannot be reached")
    assert "*" not in outcome.err, outcome.err


def test_an_untrusted_certificate_is_a_network_error(world, tmp_path):
    other = CertificateAuthority(tmp_path, "Another CA")
    with Authority(other.server_context()) as impostor:
        failed("entra", ask_entra(world, "--authority", impostor.url), NETWORK, "SSL_CERT_FILE")
        assert impostor.requests == []
