"""git: pushes through real git, and the credential protocol by hand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from authority import contoso
from git_asking import ask, attributes, clone_of, commit, host_of, push
from world.world import World


@pytest.fixture
def clone(world: World) -> Path:
    return clone_of(world, world.git_server.create_repository())


def test_two_pushes_cost_one_token_request(world, each_git, clone):
    assert push(world, clone).code == 0
    commit(world, clone, "Second")
    outcome = push(world, clone)
    assert (outcome.code, outcome.err) == (0, "")
    assert world.git_server.commits() == ["Second", "First"]
    assert len(world.authority.token_requests) == 1


def test_the_token_is_in_the_keyring_and_in_no_file(world, clone):
    assert push(world, clone).code == 0
    (token,) = world.authority.issued_tokens
    (item,) = world.session.keyring.items(with_secrets=True)
    assert token.encode() in bytes(item.secret, "utf-8") if isinstance(item.secret, str) else item.secret
    assert item.label.startswith("Microsoft Entra token for GitServer")
    assert item.attributes["client_id"] == contoso.DAEMON.client_id
    assert item.attributes["scope"] == f"{contoso.AZURE_DEVOPS}/.default"
    assert world.session.files_holding(token.encode()) == []


def test_a_revoked_token_is_dropped_and_the_next_push_gets_another(world, clone):
    assert push(world, clone).code == 0
    world.git_server.gate.revoked.add(world.authority.issued_tokens[0])
    commit(world, clone, "Second")
    assert push(world, clone).code != 0
    assert push(world, clone).code == 0
    assert len(world.authority.token_requests) == 2


def test_git_does_not_ask_a_person_where_the_secret_is_wrong(world, each_git, clone):
    asked = world.session.home / "asked"
    askpass = world.session.home / "askpass"
    askpass.write_text(f"#!/bin/sh\ntouch {asked}\necho x\n")
    askpass.chmod(0o755)
    outcome = world.run("git", "push", "origin", "main", cwd=clone,
                        env={"GIT_ASKPASS": str(askpass), "AzureAd__ClientSecret": "wrong"})
    assert outcome.code != 0
    assert "AADSTS7000215" in outcome.err
    assert not asked.exists()


def test_get_answers_with_user_name_and_password(world):
    outcome = ask(world, *host_of(world))
    answer = attributes(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert list(answer) == ["username", "password", "password_expiry_utc"]
    assert answer["username"] == contoso.DAEMON.client_id
    assert answer["password"] == world.authority.issued_tokens[0]
    assert int(answer["password_expiry_utc"]) > time.time()


def test_get_keeps_the_user_name_that_git_asked_with(world):
    outcome = ask(world, *host_of(world), "username=contoso")
    assert attributes(outcome.out)["username"] == "contoso"


def test_a_newer_git_replaces_a_revoked_token_in_the_same_push(world, newer, clone):
    assert push(world, clone).code == 0
    world.git_server.gate.revoked.add(world.authority.issued_tokens[0])
    commit(world, clone, "Second")
    outcome = push(world, clone)
    assert (outcome.code, outcome.err) == (0, "")
    assert len(world.authority.token_requests) == 2


def test_a_newer_git_does_not_go_on_asking_where_no_token_is_taken(world, newer, clone):
    world.git_server.gate.audience = "somebody else"
    outcome = push(world, clone, env={"GIT_TERMINAL_PROMPT": "0"})
    assert outcome.code != 0 and "Authentication failed" in outcome.err
    assert len(world.authority.token_requests) == 2
    assert world.session.keyring.items() == []


def test_get_offers_to_be_asked_again_where_git_announces_it(world):
    first = ask(world, "capability[]=authtype", "capability[]=state", *host_of(world)).out
    assert "capability[]=state\n" in first and "continue=1\n" in first
    (state,) = [line for line in first.splitlines() if line.startswith("state[]=")]
    assert state.startswith("state[]=entra:")
    again = ask(world, "capability[]=authtype", "capability[]=state", state,
                "state[]=other:entra:1", *host_of(world)).out
    assert "continue" not in again and "state" not in again
    assert attributes(again)["credential"] == world.authority.issued_tokens[1]


def test_a_token_that_came_since_the_refusal_is_given_without_another_request(world):
    ask(world, *host_of(world))
    answer = ask(world, "capability[]=authtype", "capability[]=state",
                 "state[]=entra:received_on=1700000000", *host_of(world)).out
    assert attributes(answer)["credential"] == world.authority.issued_tokens[0]
    assert len(world.authority.token_requests) == 1


@pytest.mark.parametrize("state", ["entra:", "entra:received_on=", "entra:received_on=x", "other:1",
                                   "entra:received_on=-1", "entra:received_on=" + "9" * 400])
def test_a_state_that_is_not_ours_means_nothing(world, state):
    answer = ask(world, "capability[]=authtype", "capability[]=state", f"state[]={state}",
                 *host_of(world)).out
    assert "continue=1\n" in answer


def test_get_answers_with_bearer_where_git_announces_it(world):
    outcome = ask(world, "capability[]=authtype", *host_of(world))
    assert outcome.out.splitlines()[0] == "capability[]=authtype"
    assert "continue" not in outcome.out and "state" not in outcome.out
    answer = attributes(outcome.out)
    assert answer["authtype"] == "Bearer"
    assert answer["ephemeral"] == "1"
    assert answer["credential"] == world.authority.issued_tokens[0]
    assert "password" not in answer


@pytest.mark.parametrize("line, key", [("password", "password"), ("credential", "credential")])
def test_erase_drops_the_token_that_was_refused(world, line, key):
    ask(world, *host_of(world))
    (token,) = world.authority.issued_tokens
    outcome = ask(world, *host_of(world), f"{line}={token}", operation="erase")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert world.session.keyring.items() == []


def test_erase_leaves_a_token_that_was_not_refused(world):
    ask(world, *host_of(world))
    assert ask(world, *host_of(world), "password=another", operation="erase").code == 0
    assert len(world.session.keyring.items()) == 1


def test_capability_says_what_it_knows(world):
    outcome = ask(world, operation="capability")
    assert outcome.out == "version 0\ncapability authtype\ncapability state\n"


def test_an_operation_that_is_not_known_is_ignored(world):
    outcome = ask(world, *host_of(world), operation="frobnicate")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


@pytest.mark.parametrize("lines", [
    ("protocol=https", "host=github.com"),
    ("protocol=http", "host=dev.azure.com"),
    ("protocol=https", "host=dev.azure.com.evil.example"),
    ("protocol=https", "host=evil-dev.azure.com"),
    ("protocol=https", "host=dev.azure.com."),
    ("protocol=https", "host=dev.azure.com:444"),
    ("protocol=https", "host=visualstudio.com"),
    ("protocol=https", "host=contoso.visualstudio.com.evil.example"),
    ("protocol=https", "host=evil.example/dev.azure.com"),
    ("protocol=https", "host=dev.azure.com@evil.example"),
    ("protocol=https", "host=evil.example#dev.azure.com"),
    ("protocol=https", "host=dev%2eazure.com"),
    ("protocol=https", "host=dev.аzure.com"),
    ("protocol=https", "host=[::1]:443"),
    ("protocol=cert", "host=", "path=/home/ada/key.pem"),
    ("protocol=ssh", "host=dev.azure.com"),
])
def test_what_is_not_ours_is_met_with_silence(world, lines):
    outcome = ask(world, *lines)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert world.authority.requests == []


@pytest.mark.parametrize("text", [
    b"protocol=https\nhost=dev.azure.com\rhost=evil.example\n",
    b"protocol=https\nhost=dev.azure.com\0\n",
    b"protocol=https\nhost\n",
    b"protocol=https\n",
    b"protocol=https\nhost=\n",
    b"host=dev.azure.com\n",
    b"protocol=https\nhost=dev.azure.com\nwwwauth[]=" + b"a" * 65536 + b"\n",
    b"\xff" * (2 << 20),
], ids=["carriage return", "NUL", "no equals sign", "no host", "empty host", "no protocol",
        "an over-long line", "two megabytes"])
def test_hostile_input_is_an_error_without_a_request(world, text):
    outcome = world.run("git-credential-entra", "get", input=text)
    assert outcome.code == 2
    assert outcome.out == ""
    assert len(outcome.err.splitlines()) == 1
    assert world.authority.requests == []


def test_a_failure_for_its_own_host_tells_git_to_quit(world):
    outcome = ask(world, *host_of(world), env={"AzureAd__ClientSecret": "wrong"})
    assert (outcome.code, outcome.out) == (3, "quit=1\n")
    assert "AADSTS7000215" in outcome.err


def test_warnings_about_the_configuration_are_kept_from_requests_that_are_not_ours(world):
    settings = world.appsettings()
    settings["AzureAd"]["TennantId"] = "x"
    world.write_appsettings(settings)
    assert ask(world, "protocol=https", "host=github.com").err == ""
    assert "did you mean 'TenantId'?" in ask(world, *host_of(world)).err


def test_a_base_url_with_a_path_serves_that_path_only(world):
    settings = world.appsettings()
    settings["GitServer"]["BaseUrl"] += "contoso/"
    world.write_appsettings(settings)
    assert "password" in attributes(ask(world, *host_of(world), "path=contoso/app/_git/app").out)
    for path in ("fabrikam/app", "contoso-evil/app", "contoso/../fabrikam", "Contoso/app"):
        assert ask(world, *host_of(world), f"path={path}").out == ""
    assert ask(world, *host_of(world)).out == ""
