# SPDX-License-Identifier: MIT
"""A user is prompted only if there is one, and only once; otherwise one line says what to run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from authority import contoso
from integration import users
from integration.users import all_at_once, asked_nobody, token, whose
from world.kubeconfig import V1, ExecPlugin
from world.program import Outcome
from world.waiting import PATIENCE, SHORT_LIMIT, wait_until
from world.world import World

DISPLAY = {"DISPLAY": ":0"}


def kubectl_asks(interactive: bool) -> dict[str, str]:
    return {"KUBERNETES_EXEC_INFO": json.dumps({
        "apiVersion": V1, "kind": "ExecCredential", "spec": {"interactive": interactive}})}


def git_request(world: World) -> str:
    return f"protocol=https\nhost={world.git_server.url.removeprefix('https://')}\n"


def add_aks(world: World) -> None:
    """AKS for users, with the authority of the tests."""
    world.write_appsettings(world.user_appsettings(None) | {
        "AKS": {"RequestAppToken": False, "Scopes": [f"{contoso.AKS}/.default"]}})


COMMANDS = {
    "entra": lambda world: ("entra", "token", *users.API),
    "curl-credential-entra": lambda world: ("curl-credential-entra", world.web_api.todo_list_url),
    "exec-credential-entra": lambda world: ("exec-credential-entra",),
    "keyring-credential-entra": lambda world: ("keyring-credential-entra", "get",
                                               f"{world.git_server.url}/pypi/simple/", "ada"),
    "git-credential-entra": lambda world: ("git-credential-entra", "get"),
}


def run(world: World, program: str, **how) -> Outcome:
    env = kubectl_asks(True) | how.pop("env", {})
    return world.run(*COMMANDS[program](world), input=git_request(world), env=env, **how)


@pytest.mark.parametrize("program", COMMANDS)
def test_without_a_user_one_line_says_what_to_run(desk, program):
    add_aks(desk)
    outcome = run(desk, program)
    assert outcome.code == (0 if program == "git-credential-entra" and outcome.out else
                            users.SIGN_IN_FIRST), outcome
    assert outcome.out in ("", "quit=1\n")
    lines = outcome.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith(f"{program}: ") and "entra login" in lines[0]
    assert asked_nobody(desk) and desk.browser.urls == []


def test_the_line_can_be_run_as_it_is(desk):
    """With the tenant and account that it needs, so that the next attempt succeeds."""
    outcome = token(desk, "--account", contoso.GRACE.username)
    command = outcome.err[outcome.err.index("entra login"):].split("'")[0].rstrip(". \n")
    desk.browser.will_sign_in(contoso.GRACE)
    done = desk.at_terminal("sh", "-c", command).finish()
    assert done.code == 0, (command, done)
    assert whose(desk, token(desk, "--account",
                             contoso.GRACE.username)) == contoso.GRACE.username


def test_the_line_can_be_pasted_whatever_the_account_name(desk):
    outcome = token(desk, "--account", "$(reboot)@contoso.com")
    assert outcome.code == users.SIGN_IN_FIRST
    assert "$(" not in outcome.err[outcome.err.index("entra login"):], outcome


def test_a_refresh_does_not_wait_for_a_users_sign_in(desk):
    assert users.login(desk).code == 0
    terminal, _ = users.start_device_code(desk, "entra", "login", "--device-code")
    with terminal:
        outcome = token(desk, "--force-refresh", "--timeout", "20")
        assert whose(desk, outcome) == contoso.ADA.username
        assert terminal.is_running


# kubectl says that it is interactive only if its stdin is a terminal.
@pytest.mark.parametrize("program", [one for one in COMMANDS if one != "exec-credential-entra"])
def test_on_a_display_a_browser_opens(desk, program):
    add_aks(desk)
    outcome = run(desk, program, env=DISPLAY)
    assert outcome.code == 0, outcome
    assert len(desk.browser.urls) == 1


NOBODY = {
    "GIT_TERMINAL_PROMPT": ("git-credential-entra", {"GIT_TERMINAL_PROMPT": "0"}),
    "spec.interactive": ("exec-credential-entra", kubectl_asks(False)),
    **{f"CI, {program}": (program, {"CI": "true"}) for program in COMMANDS},
}


@pytest.mark.parametrize("name", NOBODY)
def test_the_host_can_say_that_there_is_no_user(desk, name):
    program, env = NOBODY[name]
    add_aks(desk)
    outcome = run(desk, program, env=DISPLAY | env)
    said = "Where CI is set, nobody can sign in" if "CI" in env else "entra login"
    assert outcome.out in ("", "quit=1\n") and said in outcome.err
    assert asked_nobody(desk) and desk.browser.urls == []


@pytest.mark.parametrize("value", ["false", "never", "0"])
def test_gits_configuration_can_forbid_the_prompt(desk, value):
    desk.run("git", "config", "--global", "credential.interactive", value)
    outcome = run(desk, "git-credential-entra", env=DISPLAY)
    assert outcome.out in ("", "quit=1\n") and "entra login" in outcome.err
    assert asked_nobody(desk)


FORBIDDEN = "[credential]\ninteractive = never\n"
UNREADABLE = {
    "an error behind it": FORBIDDEN + "[credential\n",
    "very often": FORBIDDEN * 300,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_prompt_that_git_may_have_forbidden_is_not_shown(desk, name):
    """There is no git around the helper here, which would end before it."""
    with (desk.session.home / ".gitconfig").open("a") as file:
        file.write(UNREADABLE[name])
    outcome = run(desk, "git-credential-entra", env=DISPLAY)
    assert outcome.out in ("", "quit=1\n") and "entra login" in outcome.err
    assert "credential.interactive" in outcome.err
    assert asked_nobody(desk) and desk.browser.urls == []


GITS = {
    "cannot be started": None,
    "fails": "exit 2",
    "answers without end": "exec yes",
    "ends by a signal": "kill -KILL $$",
}


@pytest.mark.parametrize("name", GITS)
def test_a_git_that_does_not_answer_allows_no_prompt(desk, tmp_path, name):
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\n{GITS[name]}\n" if GITS[name] is not None else "")
    git.chmod(0o700)
    env = DISPLAY | {"PATH": f"{tmp_path}:{desk.session.env['PATH']}"}
    outcome = run(desk, "git-credential-entra", env=env)
    assert outcome.out in ("", "quit=1\n") and "entra login" in outcome.err
    assert "credential.interactive" in outcome.err
    assert asked_nobody(desk) and desk.browser.urls == []


@pytest.mark.parametrize("value", ["true", "auto", "always"])
def test_gits_configuration_can_allow_the_prompt(desk, value):
    desk.run("git", "config", "--global", "credential.interactive", value)
    assert "password=" in run(desk, "git-credential-entra", env=DISPLAY).out


INTERACTIVE = {
    "no value": ("[credential]\ninteractive\n", True),
    "an empty value": ("[credential]\ninteractive =\n", False),
    "the last word": ("[credential]\ninteractive = false\ninteractive = true\n", True),
    "another key": ("[credential]\ninteractiveness = false\n", True),
    "a host's": ('[credential "https://example.com"]\ninteractive = false\n', True),
}


@pytest.mark.parametrize("name", INTERACTIVE)
def test_gits_configuration_is_read_as_git_reads_it(desk, name):
    text, is_there = INTERACTIVE[name]
    with (desk.session.home / ".gitconfig").open("a") as file:
        file.write(text)
    assert ("password=" in run(desk, "git-credential-entra", env=DISPLAY).out) is is_there


@pytest.mark.parametrize("keyring", ["secret-service", "kernel"])
def test_twenty_at_once_show_one_prompt(request, desk, keyring):
    if keyring == "kernel":
        request.getfixturevalue("in_kernel")
    commands = [("entra", "token", *users.API, "--keyring", keyring, "--timeout",
                 str(PATIENCE))] * 20
    outcomes = all_at_once(desk, commands, env=DISPLAY)
    assert {whose(desk, outcome) for outcome in outcomes} == {contoso.ADA.username}
    assert len(desk.browser.urls) == 1


def test_twenty_for_two_apis_show_one_prompt(desk):
    commands = [("entra", "token", *users.API), ("entra", "token", "--api", "GitServer")] * 10
    outcomes = all_at_once(desk, commands, env=DISPLAY)
    assert {outcome.code for outcome in outcomes} == {0}, outcomes
    assert len(desk.browser.urls) == 1


@pytest.mark.parametrize("upset", ["lock", "freeze"])
def test_twenty_at_once_show_none_while_the_keyring_is_locked(desk, upset):
    assert users.login(desk).code == 0
    getattr(desk.session.keyring, upset)()
    commands = [("entra", "token", *users.API, "--timeout", SHORT_LIMIT)] * 20
    outcomes = all_at_once(desk, commands, env=DISPLAY)
    assert {outcome.code for outcome in outcomes} == {users.SIGN_IN_FIRST}
    assert all("the keyring does not show who has signed in" in outcome.err for outcome in outcomes)
    assert len(desk.browser.urls) == 1


def test_a_prompt_that_is_declined_is_declined_for_all(desk):
    desk.browser.will_decline()
    outcomes = all_at_once(desk, [("entra", "token", *users.API)] * 20, env=DISPLAY)
    assert all(outcome.code in (3, users.SIGN_IN_FIRST) for outcome in outcomes)
    assert len(desk.browser.urls) <= 2


@pytest.fixture
def clone(desk: World) -> Path:
    """A repository with a commit and a remote that requires a token, and git set up to get one."""
    url = desk.git_server.create_repository()
    desk.run("git", "config", "--global", "credential.helper", "entra")
    folder = desk.session.home / "app"
    for command in (("git", "init", "--quiet", folder),
                    ("git", "-C", folder, "remote", "add", "origin", url),
                    ("git", "-C", folder, "commit", "--quiet", "--allow-empty", "-m", "First")):
        assert desk.run(*command).code == 0
    return folder


def test_a_push_signs_in_on_the_terminal_and_the_next_does_not_prompt(desk, clone):
    push = ("git", "push", "--quiet", "origin", "main")
    outcome = desk.at_terminal(*push, cwd=clone, whole=True).finish()
    assert outcome.code == 0, outcome
    assert desk.git_server.commits() == ["First"]
    assert len(desk.browser.urls) == 1
    desk.run("git", "commit", "--quiet", "--allow-empty", "-m", "Second", cwd=clone)
    outcome = desk.run(*push, cwd=clone)
    assert (outcome.code, outcome.err) == (0, "")
    assert len(desk.browser.urls) == 1


def test_a_push_over_ssh_signs_in_by_device_code(desk, clone):
    terminal = desk.at_terminal("git", "push", "--quiet", "origin", "main", cwd=clone, whole=True,
                                env=users.NO_BROWSER | {"SSH_CONNECTION": "::1 1 ::1 22"})
    users.enter(desk, users.user_code(terminal))
    outcome = terminal.finish()
    assert outcome.code == 0, outcome
    assert desk.git_server.commits() == ["First"]


def test_kubectl_does_not_prompt_in_ci(desk):
    """Some CI systems have a terminal."""
    add_aks(desk)
    outcome = desk.at_terminal("exec-credential-entra",
                               env=kubectl_asks(True) | {"CI": "true"}).finish()
    assert outcome.code == users.SIGN_IN_FIRST and asked_nobody(desk)


def test_kubectl_signs_in_on_the_terminal(desk):
    add_aks(desk)
    desk.write_kubeconfig(ExecPlugin("exec-credential-entra", interactive_mode="IfAvailable"))
    outcome = desk.at_terminal("kubectl", "get", "pods").finish()
    assert outcome.code == 0, outcome
    assert "Running" in outcome.out and len(desk.browser.urls) == 1


def test_a_prompt_waits_longer_than_a_request(desk):
    """A user may take minutes; the time limit for a request to the authority does not apply."""
    desk.browser.will_wait()
    process = subprocess.Popen(["entra", "token", *users.API], env=desk.session.env | DISPLAY,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: desk.browser.pages != [], "the page")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)
    desk.visitor.sign_in(desk.browser.urls[0], contoso.ADA)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err


@pytest.mark.parametrize("words, audience", [
    (("--api", "AzureDevOps"), contoso.AZURE_DEVOPS), (("--api", "AKS"), contoso.AKS),
    (users.API, contoso.MY_WEB_API)], ids=["git", "kubectl", "the rest"])
def test_without_a_configured_client_a_well_known_one_is_used(desk, words, audience):
    add_aks(desk)
    outcome = desk.at_terminal("entra", "token", *words).finish()
    assert whose(desk, outcome, audience) == contoso.ADA.username
    assert users.query(desk.browser.urls[0])["client_id"] == contoso.AZURE_CLI.client_id


def test_a_configured_client_serves_all_apis(desk):
    for words in (users.API, ("--api", "GitServer")):
        assert desk.at_terminal("entra", "token", *words).finish().code == 0
    assert len(desk.browser.urls) == 1
    assert users.query(desk.browser.urls[0])["client_id"] == contoso.DESKTOP.client_id


# ---- which keyring was looked into ----

DESKTOP = ", and the desktop's is not looked into: "
NO_BUS = {"DBUS_SESSION_BUS_ADDRESS": None, "XDG_RUNTIME_DIR": "{other}"}
KEYRINGS = {
    "no bus, as in cron": (NO_BUS, (), "kernel",
                           DESKTOP + "there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set)"),
    "a bus that has gone, as in tmux": (
        {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/bus"}, (), "kernel",
        DESKTOP + "the session bus cannot be reached (Could not connect: No such file"),
    "a keyring that is named": (NO_BUS, ("--keyring", "kernel"), "kernel", ". Run"),
    "the desktop's": ({}, (), "secret-service", ". Run"),
}


def in_other_session(desk: World, env: dict[str, str | None]) -> dict[str, str | None]:
    """The variables of a session whose runtime folder has no bus."""
    other = desk.session.root / "other-run"
    other.mkdir(mode=0o700, exist_ok=True)
    return {name: value and value.format(other=other) for name, value in env.items()}


@pytest.mark.parametrize("name", KEYRINGS)
def test_nobody_is_signed_in_as_far_as_this_keyring_shows(desk, name):
    env, words, keyring, reason = KEYRINGS[name]
    env = in_other_session(desk, env)
    for ask in (lambda: token(desk, *words, env=env),
                lambda: desk.run("git-credential-entra", *words, "get", input=git_request(desk),
                                 env=env)):
        outcome = ask()
        assert outcome.code == users.SIGN_IN_FIRST
        assert f"nobody is signed in: the keyring {keyring} has no such sign-in{reason}" in outcome.err
        assert ("If you have signed in at the desktop" in outcome.err) == (DESKTOP in reason)


def test_a_sign_in_at_the_desktop_is_missed_without_its_bus_and_that_is_said(desk):
    assert users.login(desk).code == 0
    outcome = token(desk, env=in_other_session(desk, NO_BUS))
    assert outcome.code == users.SIGN_IN_FIRST and "DBUS_SESSION_BUS_ADDRESS" in outcome.err
    bus = desk.session.env["DBUS_SESSION_BUS_ADDRESS"]
    assert whose(desk, token(desk, env=in_other_session(desk, NO_BUS) | {
        "DBUS_SESSION_BUS_ADDRESS": bus})) == contoso.ADA.username


def test_an_account_that_has_not_signed_in_is_missed_in_a_keyring_too(desk):
    outcome = token(desk, "--account", contoso.GRACE.username,
                    env=in_other_session(desk, NO_BUS))
    assert f"{contoso.GRACE.username} has not signed in: the keyring kernel has no such sign-in, and " \
        in outcome.err
