"""What can go wrong between us and the authority: one clear line, the documented exit code, nothing
on stdout, nothing lost, no secret shown."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

import pytest

from authority import contoso, faults
from authority.authority import Authority
from world.tls import CertificateAuthority
from world.kubeconfig import V1
from world.waiting import PATIENCE, SHORT_LIMIT

DAEMON = contoso.DAEMON
EXEC_INFO = json.dumps({"apiVersion": V1, "kind": "ExecCredential", "spec": {"interactive": False}})
HARMLESS = {"numbers as strings", "lower-case bearer"}


def token(world, *words, **how):
    return world.run("entra", "token", "--api", "MyWebApi", *words, **how)


@pytest.mark.parametrize("change, code, text", [
    ({"ClientSecret": "wrong"}, 3, "AADSTS7000215"),
    ({"ClientId": contoso.EXPIRED.client_id, "ClientSecret": contoso.EXPIRED.secret}, 3,
     "AADSTS7000222"),
    ({"ClientId": "0f0f0f0f-0000-4000-8000-000000000000"}, 3, "AADSTS700016"),
    ({"TenantId": "nowhere.example"}, 3, "AADSTS90002"),
    ({"TenantId": "common"}, 2, "stands for many"),
], ids=["wrong secret", "expired secret", "unknown client", "unknown tenant", "no one tenant"])
def test_a_wrong_identity_is_refused_with_the_reason(world, change, code, text):
    settings = world.appsettings()
    settings["AzureAd"] |= change
    world.write_appsettings(settings)
    outcome = token(world)
    assert (outcome.code, outcome.out) == (code, "")
    assert text in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_an_unknown_resource_is_refused_with_the_reason(world):
    outcome = world.run("entra", "token", "--resource", "api://nobody")
    assert (outcome.code, outcome.out) == (3, "")
    assert "AADSTS500011" in outcome.err and "api://nobody" in outcome.err


def test_the_message_has_what_was_wanted_what_to_do_and_the_correlation_id(world):
    outcome = token(world, env={"AzureAd__ClientSecret": "wrong"})
    assert "no token for MyWebApi" in outcome.err
    assert "Use the secret's value, not its id." in outcome.err
    assert world.authority.token_requests[0].headers["client-request-id"] in outcome.err


def test_an_authority_that_is_down_is_the_network(world):
    world.authority.close()
    outcome = token(world)
    assert (outcome.code, outcome.out) == (4, "")
    assert "cannot be reached" in outcome.err


def test_a_certificate_that_is_not_trusted_is_the_network(world, tmp_path):
    other = CertificateAuthority(tmp_path, "Another CA")
    with Authority(other.server_context()) as impostor:
        outcome = token(world, "--authority", impostor.url)
        assert (outcome.code, outcome.out) == (4, "")
        assert "SSL_CERT_FILE" in outcome.err
        assert impostor.requests == []


@pytest.mark.parametrize("name", sorted(set(faults.NAMED) - HARMLESS))
def test_a_misbehaving_authority_yields_no_token_and_no_secret(world, name):
    world.authority.faults.inject(faults.NAMED[name])
    outcome = token(world, "--timeout", SHORT_LIMIT)
    if outcome.code == 0:  # a fault may leave a usable answer; then it is a whole token
        assert outcome.out.strip() in world.authority.issued_tokens
        return
    assert outcome.code in (3, 4)
    assert outcome.out == ""
    assert len(outcome.err.splitlines()) == 1
    assert outcome.err.isprintable() or outcome.err.rstrip("\n").isprintable()
    for secret in (DAEMON.secret, quote(DAEMON.secret, safe=""), quote_plus(DAEMON.secret)):
        assert secret not in outcome.err
    assert world.session.keyring.items() == []


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_an_answer_that_is_only_odd_is_taken(world, name):
    world.authority.faults.inject(faults.NAMED[name])
    assert token(world).code == 0


def test_redirects_are_not_followed(world):
    with Authority(world.certificates.server_context()) as elsewhere:
        world.authority.faults.inject(faults.redirected(f"{elsewhere.url}/x", status=307))
        outcome = token(world)
        assert (outcome.code, outcome.out) == (4, "")
        assert elsewhere.requests == []


def test_an_endless_answer_is_cut_off(world):
    world.authority.faults.inject(faults.endless_body())
    outcome = token(world, "--timeout", SHORT_LIMIT)
    assert (outcome.code, outcome.out) == (4, "")


def test_an_authority_that_hangs_costs_no_more_than_the_time_given(world):
    world.authority.faults.inject(faults.delayed(PATIENCE))
    outcome = token(world, "--timeout", SHORT_LIMIT)
    assert (outcome.code, outcome.out) == (4, "")
    assert "in time" in outcome.err
    assert outcome.seconds < 25  # the limit without the option is 30


def test_a_failure_leaves_the_token_that_is_there(world):
    good = token(world).out
    world.authority.faults.inject(faults.NAMED["captive portal"] if "captive portal" in faults.NAMED
                                  else next(iter(faults.NAMED.values())))
    assert token(world, "--force-refresh").code != 0
    world.authority.faults.clear()
    assert token(world).out == good


@pytest.mark.parametrize("command, env, out", [
    (["exec-credential-entra"], {"KUBERNETES_EXEC_INFO": EXEC_INFO}, ""),
    (["curl-credential-entra", "URL"], {}, ""),
    (["entra", "token", "--api", "MyWebApi"], {}, ""),
])
def test_every_program_reports_a_wrong_secret_alike(world, command, env, out):
    words = [world.web_api.todo_list_url if word == "URL" else word for word in command]
    outcome = world.run(*words, env=env | {"AzureAd__ClientSecret": "wrong-and-secret"})
    assert (outcome.code, outcome.out) == (3, out)
    assert "AADSTS7000215" in outcome.err
    assert "wrong-and-secret" not in outcome.err


def test_the_secret_stands_in_no_file_and_no_output(world):
    outputs = []
    for words in (["token", "--api", "MyWebApi", "--verbose"], ["list", "--verbose"],
                  ["token", "--api", "GitServer", "--verbose", "--output", "json"]):
        outcome = world.run("entra", *words)
        outputs.append(outcome.out + outcome.err)
    assert not any(DAEMON.secret in output for output in outputs)
    holders = world.session.files_holding(json.dumps(DAEMON.secret)[1:-1].encode())
    assert holders == [world.appsettings_file]
