# SPDX-License-Identifier: MIT
"""Programs in the background do not prompt again and again: a caller can forbid it, and a prompt
that nobody has answered is remembered."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from authority import contoso
from integration import users
from integration.asking import EXEC_INFO
from integration.git_asking import ask, clone_of, host_of
from integration.users import asked_nobody
from world.waiting import PATIENCE, SHORT_LIMIT, wait_until

DISPLAY = {"DISPLAY": ":0"}
BACKGROUND = {
    "GCM_INTERACTIVE": ["0", "false", "never", "Never", "no", "off"],
    "VSCODE_GIT_FETCH_SILENT": ["true", "1"],
}


@pytest.fixture
def idle(desk) -> Path:
    """Nobody is at the browser. The file gets a line each time it is opened."""
    log, program = desk.session.root / "opened", desk.session.root / "idle-browser"
    program.write_text(f'#!/bin/sh\necho "$1" >>{log}\n')
    program.chmod(0o755)
    log.touch()
    desk.session.env |= DISPLAY | {"BROWSER": str(program)}
    return log


def opened(log: Path) -> int:
    return len(log.read_text().splitlines())


def get(desk, *lines: str, **how):
    return desk.run("git-credential-entra", "--timeout", SHORT_LIMIT, "get",
                    input="".join(f"{line}\n" for line in (*host_of(desk), *lines)), **how)


# ---- callers that forbid it ----


@pytest.mark.parametrize("name, value", [(name, value) for name, values in BACKGROUND.items()
                                         for value in values])
def test_a_caller_in_the_background_forbids_the_prompt(desk, name, value):
    outcome = ask(desk, *host_of(desk), env=DISPLAY | {name: value})
    assert outcome.out in ("", "quit=1\n") and "entra login" in outcome.err
    assert asked_nobody(desk) and desk.browser.urls == []


def test_a_silent_fetch_of_gits_own_does_not_prompt(desk, each_git):
    clone = clone_of(desk, desk.git_server.create_repository())
    outcome = desk.run("git", "fetch", "--quiet", cwd=clone, env=DISPLAY | {
        "VSCODE_GIT_COMMAND": "fetch", "VSCODE_GIT_FETCH_SILENT": "true", "GIT_ASKPASS": "true"})
    assert outcome.code != 0 and "entra login" in outcome.err
    assert asked_nobody(desk)


@pytest.mark.parametrize("env", [{"GCM_INTERACTIVE": "1"}, {"GCM_INTERACTIVE": "auto"},
                                 {"GCM_INTERACTIVE": ""}, {"VSCODE_GIT_FETCH_SILENT": ""}])
def test_other_values_do_not_forbid_it(desk, env):
    assert "password=" in ask(desk, *host_of(desk), env=DISPLAY | env).out


# ---- prompts that nobody answers ----


def test_a_prompt_that_nobody_answers_is_the_only_one(desk, idle):
    assert get(desk).code == users.SIGN_IN_FIRST
    second = get(desk)
    assert (second.code, second.out) == (users.SIGN_IN_FIRST, "")
    assert "; the prompt of 20" in second.err
    assert "Run 'entra login" in second.err
    assert opened(idle) == 1


def test_nor_is_there_another_one_if_the_program_is_killed_meanwhile(desk, idle):
    process = subprocess.Popen(["git-credential-entra", "get"], env=desk.session.env,
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True,
                               executable=f"{desk.session.env['PATH'].split(':')[0]}/"
                                          "git-credential-entra")
    process.stdin.write("".join(f"{line}\n" for line in host_of(desk)).encode())
    process.stdin.close()
    wait_until(lambda: opened(idle) == 1, "the browser")
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    assert "led to no sign-in" in get(desk).err
    assert opened(idle) == 1


def test_it_is_the_same_for_other_programs(desk, idle):
    get(desk)
    desk.run("entra", "token", *users.API, "--timeout", SHORT_LIMIT)
    desk.run("curl-credential-entra", "--timeout", SHORT_LIMIT, desk.web_api.todo_list_url)
    assert opened(idle) == 1


def test_another_account_may_be_prompted_for(desk, idle):
    get(desk)
    get(desk, f"username={contoso.GRACE.username}")
    assert opened(idle) == 2


def test_a_terminal_prompts_all_the_same(desk, idle):
    get(desk)
    terminal = desk.at_terminal("entra", "token", *users.API, "--timeout", SHORT_LIMIT)
    assert "led to no sign-in" not in terminal.finish().out
    assert opened(idle) == 2


def test_a_prompt_on_a_terminal_keeps_nobody_away(desk, idle):
    desk.at_terminal("entra", "token", *users.API, "--timeout", SHORT_LIMIT).finish()
    get(desk)
    assert opened(idle) == 2


def test_entra_login_ends_it(desk, idle):
    get(desk)
    desk.session.env["BROWSER"] = str(desk.browser.program)
    users.login(desk)
    assert "password=" in get(desk).out
    desk.run("entra", "logout", "--all")
    assert "password=" in get(desk).out, "a prompt, which is answered now"


def test_an_authority_that_is_not_reached_is_no_prompt(desk, idle):
    get(desk, env={"BROWSER": None, "DISPLAY": ":0", "https_proxy": "http://127.0.0.1:1"})
    get(desk)
    assert opened(idle) == 1


# ---- what a prompt says ----


def test_a_prompt_names_the_api_the_host_and_the_account(desk, idle):
    outcome = get(desk, f"username={contoso.GRACE.username}")
    host = desk.git_server.url.removeprefix("https://")
    assert f"Sign in as {contoso.GRACE.username} for GitServer at {host}.\n" in outcome.err


def test_a_prompt_names_the_organization(desk, idle):
    desk.internet
    desk.write_appsettings({"AzureAd": {"ClientId": contoso.DESKTOP.client_id,
                                        "TenantId": contoso.TENANT.guid}})
    outcome = desk.run("git-credential-entra", "--timeout", SHORT_LIMIT, "get",
                       input="protocol=https\nhost=dev.azure.com\npath=contoso/app/_git/app\n")
    assert "Sign in for AzureDevOps at dev.azure.com/contoso.\n" in outcome.err


def test_a_prompt_of_curls_names_its_host(desk, idle):
    outcome = desk.run("curl-credential-entra", "--timeout", SHORT_LIMIT, desk.web_api.todo_list_url)
    assert "Sign in for MyWebApi at localhost.\n" in outcome.err \
        or "Sign in for MyWebApi at 127.0.0.1.\n" in outcome.err


@pytest.mark.parametrize("user", ["", "ada:hunter2@"], ids=["alone", "without a password"])
def test_a_prompt_of_kubectls_names_its_cluster(desk, idle, user):
    info = EXEC_INFO["KUBERNETES_EXEC_INFO"].replace(
        '"interactive": false', '"interactive": true, "cluster": {"server": "https://USERk8s.example"}')
    outcome = desk.run("exec-credential-entra", "--api", "MyWebApi", "--timeout", SHORT_LIMIT,
                       env={"KUBERNETES_EXEC_INFO": info.replace("USER", user)})
    assert "Sign in for MyWebApi at https://k8s.example.\n" in outcome.err
