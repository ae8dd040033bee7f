# SPDX-License-Identifier: MIT
"""git: pushes with real git, and the credential protocol by hand."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from authority import contoso
from git_asking import Askpass, ask, attributes, clone_of, commit, host_of, push
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
    assert token.encode() in item.secret
    assert item.label.startswith("Microsoft Entra token for GitServer")
    assert item.attributes["client_id"] == contoso.DAEMON.client_id
    assert item.attributes["scope"] == f"{contoso.AZURE_DEVOPS}/.default"
    assert world.session.files_holding(token.encode()) == []


def test_a_revoked_token_is_erased_and_the_next_push_gets_another(world, clone):
    version = world.run("git", "version").out.split()[2].split(".")
    if tuple(map(int, version[:2])) >= (2, 46):
        pytest.skip("this git gets another in the same push")
    assert push(world, clone).code == 0
    world.git_server.gate.revoked.add(world.authority.issued_tokens[0])
    commit(world, clone, "Second")
    assert push(world, clone).code != 0
    assert push(world, clone).code == 0
    assert len(world.authority.token_requests) == 2


def test_git_does_not_prompt_if_the_secret_is_wrong(world, each_git, clone):
    askpass = Askpass(world)
    outcome = push(world, clone, env={**askpass.env, "AzureAd__ClientSecret": "wrong"})
    assert outcome.code != 0
    assert "AADSTS7000215" in outcome.err
    assert askpass.questions == []


SICK_KEYRINGS = {
    "an option that is none": ("kernell", {}, "kernell"),
    "no bus": ("secret-service", {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}, "keyring"),
}


@pytest.mark.parametrize("keyring, env, text", SICK_KEYRINGS.values(), ids=SICK_KEYRINGS)
def test_git_does_not_prompt_if_the_keyring_fails(world, each_git, clone, keyring, env, text):
    askpass = Askpass(world)
    world.run("git", "config", "--global", "credential.helper", f"entra --keyring {keyring}")
    outcome = push(world, clone, env={**askpass.env, **env})
    assert outcome.code != 0 and text in outcome.err
    assert askpass.questions == []
    assert world.authority.token_requests == []


def test_git_prompts_if_the_keyring_fails_and_no_app_is_configured(world, clone):
    settings = world.appsettings()
    del settings["AzureAd"]["ClientSecret"]
    world.write_appsettings(settings)
    askpass = Askpass(world)
    world.run("git", "config", "--global", "credential.helper", "entra --keyring kernell")
    assert "kernell" in push(world, clone, env=askpass.env).err
    assert askpass.questions == ["Username", "Password"]


def test_get_answers_with_user_name_and_password(world):
    outcome = ask(world, *host_of(world))
    answer = attributes(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert list(answer) == ["username", "password", "password_expiry_utc"]
    assert answer["username"] == contoso.DAEMON.client_id
    assert answer["password"] == world.authority.issued_tokens[0]
    assert int(answer["password_expiry_utc"]) > time.time()


def test_get_keeps_the_user_name_of_the_request(world):
    outcome = ask(world, *host_of(world), "username=contoso")
    assert attributes(outcome.out)["username"] == "contoso"


def test_a_newer_git_replaces_a_revoked_token_in_the_same_push(world, newer, clone):
    assert push(world, clone).code == 0
    world.git_server.gate.revoked.add(world.authority.issued_tokens[0])
    commit(world, clone, "Second")
    outcome = push(world, clone)
    assert (outcome.code, outcome.err) == (0, "")
    assert len(world.authority.token_requests) == 2


def test_a_newer_git_gives_up_if_every_token_is_rejected(world, newer, clone):
    world.git_server.gate.audience = "somebody else"
    outcome = push(world, clone, env={"GIT_TERMINAL_PROMPT": "0"})
    assert outcome.code != 0 and "Authentication failed" in outcome.err
    assert len(world.authority.token_requests) == 2
    assert world.session.keyring.items() == []


def test_get_offers_to_continue_if_git_supports_it(world):
    first = ask(world, "capability[]=authtype", "capability[]=state", *host_of(world)).out
    assert "capability[]=state\n" in first and "continue=1\n" in first
    (state,) = [line for line in first.splitlines() if line.startswith("state[]=")]
    assert state.startswith("state[]=entra:")
    again = ask(world, "capability[]=authtype", "capability[]=state", state,
                "state[]=other:entra:1", "wwwauth[]=Bearer", *host_of(world)).out
    assert "continue" not in again and "state" not in again
    assert attributes(again)["credential"] == world.authority.issued_tokens[1]


def test_a_state_without_a_challenge_is_no_refusal(world):
    """git-lfs 3.6 sends the state back after a 404."""
    first = ask(world, "capability[]=authtype", "capability[]=state", *host_of(world)).out
    (state,) = [line for line in first.splitlines() if line.startswith("state[]=")]
    again = ask(world, "capability[]=authtype", "capability[]=state", state, *host_of(world)).out
    assert "continue" not in again
    assert attributes(again)["credential"] == attributes(first)["credential"]
    assert len(world.authority.token_requests) == 1


def test_a_token_newer_than_the_rejected_one_needs_no_request(world):
    ask(world, *host_of(world))
    answer = ask(world, "capability[]=authtype", "capability[]=state",
                 "state[]=entra:received_on=1700000000", "wwwauth[]=Bearer", *host_of(world)).out
    assert attributes(answer)["credential"] == world.authority.issued_tokens[0]
    assert len(world.authority.token_requests) == 1


@pytest.mark.parametrize("state", ["entra:", "entra:received_on=", "entra:received_on=x", "other:1",
                                   "entra:received_on=-1", "entra:received_on=" + "9" * 400])
def test_a_foreign_state_is_ignored(world, state):
    answer = ask(world, "capability[]=authtype", "capability[]=state", f"state[]={state}",
                 *host_of(world)).out
    assert "continue=1\n" in answer


def test_get_answers_with_bearer_if_git_supports_it(world):
    outcome = ask(world, "capability[]=authtype", *host_of(world))
    assert outcome.out.splitlines()[0] == "capability[]=authtype"
    assert "continue" not in outcome.out and "state" not in outcome.out
    answer = attributes(outcome.out)
    assert answer["authtype"] == "Bearer"
    assert answer["ephemeral"] == "1"
    assert answer["credential"] == world.authority.issued_tokens[0]
    assert "password" not in answer


@pytest.mark.parametrize("line, key", [("password", "password"), ("credential", "credential")])
def test_erase_removes_the_rejected_token(world, line, key):
    ask(world, *host_of(world))
    (token,) = world.authority.issued_tokens
    outcome = ask(world, *host_of(world), f"{line}={token}", operation="erase")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert world.session.keyring.items() == []


def test_erase_keeps_a_token_that_was_not_rejected(world):
    ask(world, *host_of(world))
    assert ask(world, *host_of(world), "password=another", operation="erase").code == 0
    assert len(world.session.keyring.items()) == 1


def test_a_base_url_may_have_a_percent_sign(world, each_git):
    """git passes the path decoded."""
    settings = world.appsettings()
    settings["GitServer"]["BaseUrl"] += "100%25 Wool/".replace(" ", "%20")
    world.write_appsettings(settings)
    url = world.git_server.create_repository("100% Wool/app/_git/app")
    clone = clone_of(world, url.replace("100% Wool", "100%25%20Wool"))
    world.run("git", "config", "--global", "credential.useHttpPath", "true")
    outcome = push(world, clone)
    assert (outcome.code, outcome.err) == (0, "")
    for path in ("100% Wool/../other", "100%25 Wool/app", "100 Wool/app", "100% Wool/%2e%2e/other"):
        assert ask(world, *host_of(world), f"path={path}").out == ""


def credential(world, action: str, *lines: str):
    """git credential, with our helper."""
    outcome = world.run("git", "-c", "credential.helper=entra", "credential", action,
                        input="".join(f"{line}\n" for line in (*host_of(world), *lines)))
    assert (outcome.code, outcome.err) == (0, "")
    return attributes(outcome.out)


def test_reject_without_a_password_erases_what_matches(world, each_git):
    credential(world, "fill")
    credential(world, "approve", "username=ada", "password=typed")
    assert len(world.session.keyring.items()) == 2
    credential(world, "reject")
    assert world.session.keyring.items() == []


def test_reject_for_another_user_name_keeps_what_was_typed(world, each_git):
    credential(world, "approve", "username=ada", "password=typed")
    credential(world, "reject", "username=grace")
    assert credential(world, "fill")["password"] == "typed"


def test_capability_lists_the_capabilities(world):
    outcome = ask(world, operation="capability")
    assert outcome.out == "version 0\ncapability authtype\ncapability state\n"


def test_an_unknown_operation_is_ignored(world):
    outcome = ask(world, *host_of(world), operation="frobnicate")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_a_failure_for_its_own_host_tells_git_to_quit(world):
    outcome = ask(world, *host_of(world), env={"AzureAd__ClientSecret": "wrong"})
    assert (outcome.code, outcome.out) == (3, "quit=1\n")
    assert "AADSTS7000215" in outcome.err


def test_requests_for_other_hosts_show_no_configuration_warnings(world):
    settings = world.appsettings()
    settings["AzureAd"]["TennantId"] = "x"
    world.write_appsettings(settings)
    assert ask(world, "protocol=https", "host=github.com").err == ""
    assert "did you mean 'TenantId'?" in ask(world, *host_of(world)).err


@pytest.fixture
def wrong_type(world: World) -> World:
    """A readable configuration in which a setting of the git server's API has the wrong type."""
    settings = world.appsettings()
    settings["GitServer"]["RequestAppToken"] = "yes"
    world.write_appsettings(settings)
    return world


@pytest.mark.parametrize("operation", ["get", "store", "erase"])
def test_configuration_errors_are_not_shown_for_other_hosts(wrong_type, operation):
    outcome = ask(wrong_type, "protocol=https", "host=github.com", "username=a", "password=b",
                  operation=operation)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_configuration_errors_are_shown_where_they_matter(wrong_type):
    outcome = ask(wrong_type, *host_of(wrong_type))
    assert (outcome.code, outcome.out) == (2, "")
    assert "RequestAppToken must be true or false" in outcome.err


def test_a_wrong_type_in_another_api_is_a_warning_only(world):
    settings = world.appsettings()
    settings["MyWebApi"]["RequestAppToken"] = "yes"
    world.write_appsettings(settings)
    outcome = ask(world, *host_of(world))
    assert outcome.code == 0 and "password=" in outcome.out
    (line,) = outcome.err.splitlines()
    assert "warning: " in line and "RequestAppToken must be true or false" in line


UNUSABLE = {
    "broken": lambda file: file.write_text("{"),
    "writable by others": lambda file: file.chmod(0o666),
    "a wrong type": lambda file: None,
}


@pytest.mark.parametrize("spoil", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_configuration_is_reported_once_per_push(wrong_type, clone, spoil):
    world = wrong_type
    spoil(world.appsettings_file)
    world.git_server.gate.personal_access_tokens.add("typed")
    outcome = push(world, clone, env=Askpass(world, "typed").env)
    assert outcome.code == 0
    assert len(outcome.err.splitlines()) == 1
    for operation in ("store", "erase"):
        outcome = ask(world, *host_of(world), "username=a", "password=b", operation=operation)
        assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_a_path_that_git_does_not_send_is_asked_for(world, each_git):
    """The advised command makes git send it."""
    settings = world.appsettings()
    settings["GitServer"]["BaseUrl"] += "contoso/"
    world.write_appsettings(settings)
    world.run("git", "config", "--global", "credential.helper", "entra")
    request = "".join(f"{line}\n" for line in (*host_of(world), "path=contoso/app/_git/app"))
    askpass = Askpass(world)
    first = world.run("git", "credential", "fill", input=request, env=askpass.env)
    assert len(askpass.questions) == 2 and world.authority.token_requests == []
    (line,) = first.err.splitlines()
    advised = re.search(r"'(git config [^']+)'", line).group(1)
    assert world.run(*advised.split()).code == 0
    second = world.run("git", "credential", "fill", input=request, env=askpass.env)
    assert (second.code, second.err) == (0, "") and len(askpass.questions) == 2
    assert attributes(second.out)["password"] == world.authority.issued_tokens[0]


def test_the_base_url_may_be_a_pattern(world):
    settings = world.appsettings()
    settings["GitServer"]["BaseUrl"] = "https://*.contoso.example/team/"
    world.write_appsettings(settings)
    outcome = ask(world, "protocol=https", "host=git.contoso.example")
    assert (outcome.code, outcome.out) == (0, "")
    assert "credential.https://git.contoso.example.useHttpPath true" in outcome.err


@pytest.mark.parametrize("lines", [("host=elsewhere.example",), ("host=localhost:1",)])
def test_no_path_is_asked_for_at_another_host(world, lines):
    settings = world.appsettings()
    settings["GitServer"]["BaseUrl"] += "contoso/"
    world.write_appsettings(settings)
    outcome = ask(world, "protocol=https", *lines)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_a_base_url_with_a_path_serves_only_that_path(world):
    settings = world.appsettings()
    settings["GitServer"]["BaseUrl"] += "contoso/"
    world.write_appsettings(settings)
    assert "password" in attributes(ask(world, *host_of(world), "path=contoso/app/_git/app").out)
    for path in ("fabrikam/app", "contoso-evil/app", "contoso/../fabrikam", "Contoso/app"):
        assert ask(world, *host_of(world), f"path={path}").out == ""
    assert ask(world, *host_of(world)).out == ""
