# SPDX-License-Identifier: MIT
"""git with a user's token: when the user is prompted, and when not."""

from __future__ import annotations

import jwt
import pytest

from authority import contoso
from git_asking import ask, attributes, clone_of, commit, host_of, push
from users import asked_nobody, login
from world import newer_git
from world.debian import NotAvailable
from world.world import World

AT_A_TERMINAL = ("git", "push", "--quiet", "origin", "main")


@pytest.fixture(params=["this machine's git", "a newer git"])
def git_desk(request: pytest.FixtureRequest, desk: World) -> World:
    """A user's desktop, with either git."""
    if request.param == "a newer git":
        try:
            newer_git.use_in(desk.session.env)
        except NotAvailable as reason:
            pytest.skip(f"no newer git is to be had: {reason}")
    return desk


def test_the_user_name_of_the_answer_is_the_account(desk):
    login(desk)
    filled = attributes(desk.run("git", "-c", "credential.helper=entra", "credential", "fill",
                                 input="\n".join((*host_of(desk), ""))).out)
    assert filled["username"] == contoso.ADA.username
    assert filled["password"] in desk.authority.issued_tokens


def upn(world: World, answer: str) -> str:
    token = attributes(answer)["password"]
    return jwt.decode(token, options={"verify_signature": False})["upn"]


def test_only_the_first_push_prompts(git_desk):
    clone = clone_of(git_desk, git_desk.git_server.create_repository())
    first = git_desk.at_terminal(*AT_A_TERMINAL, cwd=clone).finish()
    assert first.code == 0, first
    commit(git_desk, clone, "Second")
    second = push(git_desk, clone)
    assert (second.code, second.err) == (0, "")
    assert len(git_desk.authority.authorize_requests) == 1


@pytest.mark.parametrize("setting", [
    {"GIT_TERMINAL_PROMPT": "0"}, {"GIT_TERMINAL_PROMPT": "false"}, {"CI": "true"},
    *({"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "credential.interactive",
       "GIT_CONFIG_VALUE_0": value} for value in ("false", "never", "no", "0")),
], ids=lambda setting: " ".join(setting.values()))
def test_there_is_no_prompt_if_git_forbids_it(git_desk, setting):
    clone = clone_of(git_desk, git_desk.git_server.create_repository())
    outcome = git_desk.at_terminal(*AT_A_TERMINAL, cwd=clone,
                                   env={"GIT_ASKPASS": "true"} | setting).finish()
    assert outcome.code != 0
    said = "nobody can sign in" if "CI" in setting else "entra login"
    assert said in " ".join((outcome.out + outcome.err).split())
    assert asked_nobody(git_desk)


def test_a_setting_of_the_command_line_counts(git_desk):
    clone = clone_of(git_desk, git_desk.git_server.create_repository())
    outcome = git_desk.at_terminal("git", "-c", "credential.interactive=false", *AT_A_TERMINAL[1:],
                                   cwd=clone, env={"GIT_ASKPASS": "true"}).finish()
    assert outcome.code != 0 and "entra login" in outcome.out + outcome.err
    assert asked_nobody(git_desk)


@pytest.mark.parametrize("value", ["true", "always", "auto"])
def test_other_values_do_not_forbid_the_prompt(git_desk, value):
    git_desk.run("git", "config", "--global", "credential.interactive", value)
    clone = clone_of(git_desk, git_desk.git_server.create_repository())
    assert git_desk.at_terminal(*AT_A_TERMINAL, cwd=clone).finish().code == 0


def test_without_a_user_one_line_says_what_to_run(desk):
    outcome = ask(desk, *host_of(desk), env={"DISPLAY": None, "WAYLAND_DISPLAY": None})
    assert (outcome.code, outcome.out) == (5, "")
    assert len(outcome.err.splitlines()) == 1 and "entra login" in outcome.err
    assert asked_nobody(desk)


def test_a_user_name_in_the_url_selects_the_account(git_desk):
    login(git_desk, user=contoso.ADA)
    login(git_desk, user=contoso.GRACE)
    for user in (contoso.ADA, contoso.GRACE):
        answer = ask(git_desk, *host_of(git_desk), f"username={user.username}").out
        assert upn(git_desk, answer) == user.username
        assert attributes(answer)["username"] == user.username
    url = git_desk.git_server.create_repository()
    clone = clone_of(git_desk, url.replace("https://", "https://ada%40contoso.com@"))
    assert push(git_desk, clone).code == 0
    assert len(git_desk.authority.authorize_requests) == 2


def test_a_user_name_that_is_no_account_selects_the_default_one(desk):
    login(desk, user=contoso.ADA)
    answer = ask(desk, *host_of(desk), "username=contoso").out
    assert upn(desk, answer) == "ada@contoso.com"


def test_a_users_rejected_token_is_erased_and_the_sign_in_kept(desk):
    login(desk, user=contoso.ADA)
    token = attributes(ask(desk, *host_of(desk)).out)["password"]
    assert ask(desk, *host_of(desk), f"password={token}", operation="erase").code == 0
    again = attributes(ask(desk, *host_of(desk)).out)["password"]
    assert again != token
    assert len(desk.authority.authorize_requests) == 1


def test_a_users_token_is_not_stored_as_typed(desk):
    login(desk, user=contoso.ADA)
    token = attributes(ask(desk, *host_of(desk)).out)["password"]
    ask(desk, *host_of(desk), "username=ada@contoso.com", f"password={token}", operation="store")
    kinds = {item.attributes["kind"] for item in desk.session.keyring.items()}
    assert "git_credential" not in kinds
