# SPDX-License-Identifier: MIT
"""entra token and entra list, and the requests to the authority."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from authority import contoso

GRAPH_SCOPE = f"{contoso.GRAPH}/.default"


def test_the_token_is_printed_alone(world):
    outcome = world.run("entra", "token", "--api", "MyWebApi")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == world.authority.issued_tokens[0] + "\n"


def test_json_has_the_documented_names(world):
    first = json.loads(world.run("entra", "token", "--api", "MyWebApi", "--output", "json").out)
    second = json.loads(world.run("entra", "token", "--api", "MyWebApi", "--output", "json").out)
    assert list(first) == ["accessToken", "expiresOn", "expires_on", "tokenType", "tenant",
                           "clientId", "scope", "source"]
    assert first["tenant"] == contoso.TENANT.domains[0]
    assert (first["source"], second["source"]) == ("authority", "keyring")
    assert first | {"source": ""} == second | {"source": ""}


def test_a_token_that_cannot_be_written_is_an_error(world):
    outcome = world.run("sh", "-c", "entra token --api MyWebApi >&-")
    assert outcome.code == 1 and "cannot write to stdout" in outcome.err, outcome


SHOWING = ["doctor --explain all", "doctor", "list", "status", "help", "list --output json",
           "token --api MyWebApi", "setup git --dry-run"]


@pytest.mark.parametrize("words", SHOWING)
def test_a_reader_that_has_left_is_no_news(world, words):
    """As after `| head -1`. Who needs the answer sees the exit code."""
    assert world.run("entra", "token", "--api", "MyWebApi").code == 0
    outcome = world.run("bash", "-c", f"set -o pipefail; entra {words} | sleep 0")
    if words.startswith("setup"):
        assert "not run: Broken pipe" in outcome.err or outcome.err == ""
    else:
        assert outcome.err == ""
    outcome = world.run("bash", "-c", f"exec 3> >(exec sleep 0); wait $!; entra {words} >&3")
    assert outcome.code == 1
    assert outcome.err == "" or words.startswith("setup")


@pytest.mark.parametrize("words", SHOWING)
def test_why_nothing_can_be_written_is_said(world, words):
    assert world.run("entra", "token", "--api", "MyWebApi").code == 0
    outcome = world.run("bash", "-c", f"entra {words} >/dev/full")
    assert outcome.code == 1 and outcome.err.count("\n") == 1
    assert "cannot write to stdout" in outcome.err
    assert ": No space left on device" in outcome.err


@pytest.mark.parametrize("words", [("token",), ("login",), ("logout",), ("list",),
                                   ("doctor", "https://api.example/"), ("setup", "kubectl")],
                         ids=lambda words: words[0])
def test_an_argument_too_many_is_an_error(world, words):
    outcome = world.run("entra", *words, "more")
    assert (outcome.code, outcome.out) == (2, "")
    assert "unexpected argument 'more'" in outcome.err
    assert world.authority.requests == []


def test_header_is_ready_for_http(world):
    outcome = world.run("entra", "token", "--api", "MyWebApi", "--output", "header")
    assert outcome.out == f"Authorization: Bearer {world.authority.issued_tokens[0]}\n"


def test_the_form_is_as_documented(world):
    world.run("entra", "token", "--resource", contoso.GRAPH)
    (request,) = world.authority.token_requests
    assert request.method == "POST"
    assert request.path == f"/{contoso.TENANT.domains[0]}/oauth2/v2.0/token"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.form == {
        "grant_type": "client_credentials",
        "client_id": contoso.DAEMON.client_id,
        "client_secret": contoso.DAEMON.secret,
        "scope": GRAPH_SCOPE,
    }


def test_a_resource_keeps_its_slash(world):
    world.run("entra", "token", "--resource", "https://database.windows.net/")
    (request,) = world.authority.token_requests
    assert request.form["scope"] == "https://database.windows.net//.default"


@pytest.mark.parametrize("scope", ["https://graph.microsoft.com/User.Read", "openid", "/.default",
                                   "a/.default b/.default", ""])
def test_a_scope_that_no_app_can_request_is_refused_without_network(world, scope):
    outcome = world.run("entra", "token", "--scope", scope)
    assert (outcome.code, outcome.out) == (2, "")
    assert world.authority.requests == []


def test_the_reason_names_default(world):
    outcome = world.run("entra", "token", "--scope", "https://graph.microsoft.com/User.Read")
    assert "does not end in /.default" in outcome.err
    assert "--resource" in outcome.err


def test_force_refresh_bypasses_the_keyring(world):
    first = world.run("entra", "token", "--api", "MyWebApi").out
    second = world.run("entra", "token", "--api", "MyWebApi", "--force-refresh").out
    third = world.run("entra", "token", "--api", "MyWebApi").out
    assert first != second == third


def test_force_refresh_can_be_abbreviated_to_its_first_letter(world):
    for _ in range(2):
        assert world.run("entra", "token", "--api", "MyWebApi", "--f").code == 0
    assert len(world.authority.token_requests) == 2


def test_list_shows_app_and_expiry_but_no_token(world):
    world.run("entra", "token", "--api", "MyWebApi")
    world.run("entra", "token", "--resource", contoso.GRAPH)
    table = world.run("entra", "list").out
    assert " Graph " in table and " MyWebApi " in table and "secret-service" in table
    assert " in 59 min " in table
    listed = json.loads(world.run("entra", "list", "--output", "json",
                                    "--keyring", "secret-service").out)
    assert {row["scope"] for row in listed} == {GRAPH_SCOPE, f"{contoso.MY_WEB_API}/.default"}
    for token in world.authority.issued_tokens:
        assert token not in table + json.dumps(listed)


def test_list_shows_each_token_with_its_own_expiry(world):
    """They are not listed in the order in which they were stored."""
    lives = {contoso.MY_WEB_API: 7000, contoso.GRAPH: 4000}
    for resource, life in lives.items():
        world.authority.issuer.lifetime = life
        world.run("entra", "token", "--resource", resource)
    rows = {row["scope"]: row["expiresOn"]
            for row in json.loads(world.run("entra", "list", "--output", "json").out)}
    ends = [datetime.fromisoformat(rows[f"{resource}/.default"]) for resource in lives]
    assert timedelta(seconds=2900) < ends[0] - ends[1] < timedelta(seconds=3100)


def test_the_command_comes_first(world):
    outcome = world.run("entra", "--verbose", "token")
    assert outcome.code == 2
    assert outcome.err.strip() == "entra: the command must come first: entra token [OPTION]..."


def test_tls_keys_are_not_logged(world, tmp_path):
    log = tmp_path / "keys"
    assert world.run("entra", "token", "--api", "MyWebApi", env={"SSLKEYLOGFILE": str(log)}).code == 0
    assert not log.exists()


@pytest.mark.parametrize("words", [
    ["token", "--api", "Nonsense"], ["token", "--frobnicate"], ["token", "extra"], ["token"],
    ["token", "--timeout", "0"], ["token", "--timeout", "x"], ["token", "--output", "xml"],
    ["token", "--keyring", "pocket"], ["token", "--client-secret=hunter2", "--api", "MyWebApi"],
    ["token", "--tenant", "../x", "--api", "MyWebApi"],
    ["token", "--claims", "[]", "--api", "MyWebApi"],
    ["token", "--authority", "http://login.example", "--api", "MyWebApi"],
    ["frobnicate"],
])
def test_wrong_usage_is_one_line_and_exit_2(world, words):
    outcome = world.run("entra", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1
    assert "hunter2" not in outcome.err
    assert world.authority.requests == []
