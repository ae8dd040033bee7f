# SPDX-License-Identifier: MIT
"""Signing in where a device code is forbidden or the browser is elsewhere: the browser of Windows
beside WSL, and one at the other end of ssh."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from authority import contoso, faults
from integration import users
from integration.users import enter, login, query, sign_in_url, start_device_code, token, whose
from world.ports import free_port
from world.waiting import SHORT_LIMIT

WSL = {"BROWSER": None, "WSL_DISTRO_NAME": "Debian", "WSL_INTEROP": "/run/WSL/1_interop"}
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a drive of Windows")


# ---- device codes that a policy forbids ----


@pytest.mark.parametrize("number", [53003, 530035, 50097, 53000, 53001, 530003, 50129])
def test_a_forbidden_device_code_names_the_browser_and_the_devices_broker(desk, number):
    desk.authority.device_codes.interval = 1
    desk.authority.faults.inject(faults.refused("policy", "invalid_grant", number, "Blocked."))
    terminal, _ = start_device_code(desk)
    outcome = terminal.finish()
    said = " ".join((outcome.out + outcome.err).split())
    assert outcome.code == 3 and f"AADSTS{number}" in said
    for word in ("entra login --browser", "identity broker", "ENTRA_REDIRECT_PORT"):
        assert word in said


def test_a_sign_in_that_a_policy_refuses_later_names_the_browser_too(desk):
    login(desk)
    desk.authority.faults.inject(faults.refused("policy", "invalid_grant", 53003, "Blocked."))
    outcome = token(desk)
    assert outcome.code == users.SIGN_IN_FIRST
    assert "Run 'entra login --browser --api MyWebApi'" in outcome.err
    assert "identity broker" in outcome.err


# ---- WSL ----


def opener(desk, path: Path, then: str = "") -> Path:
    """A program that opens the user's browser."""
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(f'#!/bin/sh\n{desk.session.env["BROWSER"]} "$@"\n{then}\n')
    path.chmod(0o755)
    return path


def test_on_wsl_the_browser_of_windows_opens(desk):
    folder = opener(desk, desk.session.root / "wsl" / "wslview").parent
    path = f"{desk.session.env['PATH']}:{folder}"
    assert desk.at_terminal("entra", "login", env=WSL | {"PATH": path}).finish().code == 0
    assert len(desk.browser.urls) == 1 and not desk.authority.device_code_requests


def test_elsewhere_it_is_not_looked_for(desk):
    folder = opener(desk, desk.session.root / "wsl" / "wslview").parent
    terminal = desk.at_terminal("entra", "login", env=users.NO_BROWSER | {
        "PATH": f"{desk.session.env['PATH']}:{folder}"})
    enter(desk, users.user_code(terminal))
    assert terminal.finish().code == 0 and desk.browser.starts == []


def test_one_in_the_working_folder_is_not_run(desk):
    opener(desk, desk.session.home / "wslview")
    terminal = desk.at_terminal("entra", "login", env=WSL | {
        "PATH": f".:{desk.session.env['PATH']}"}, cwd=desk.session.home)
    enter(desk, users.user_code(terminal))
    assert terminal.finish().code == 0 and desk.browser.starts == []


@only_root
def test_without_wslview_it_is_explorer_whose_exit_status_means_nothing(desk):
    explorer = opener(desk, desk.session.root / "explorer.exe", "exit 1")
    outcome = desk.at_terminal(
        "unshare", "--mount", "sh", "-c",
        f"mount -t tmpfs none /mnt && mkdir -p /mnt/c/Windows && cp {explorer} /mnt/c/Windows && "
        "exec entra login", env=WSL).finish()
    assert outcome.code == 0, outcome
    assert len(desk.browser.urls) == 1 and not desk.authority.device_code_requests


def test_the_users_choice_goes_first(desk):
    folder = desk.session.root / "wsl"
    opener(desk, folder / "wslview", "exit 1")
    (folder / "wslview").write_text("#!/bin/sh\nexit 1\n")
    env = {name: value for name, value in WSL.items() if name != "BROWSER"}
    outcome = desk.at_terminal("entra", "login", env=env | {
        "PATH": f"{desk.session.env['PATH']}:{folder}"}).finish()
    assert outcome.code == 0 and len(desk.browser.urls) == 1


# ---- a port that ssh forwards ----


def over_ssh(desk, port: int | str, *words: str):
    return desk.at_terminal("entra", "login", *words,
                            env=users.NO_BROWSER | {"ENTRA_REDIRECT_PORT": str(port)})


def test_the_answer_comes_to_the_port_that_ssh_forwards(desk):
    port = free_port()
    for user in (contoso.ADA, contoso.GRACE):  # twice: old connections do not keep the port
        terminal = over_ssh(desk, port)
        terminal.wait_for(f"ssh -L {port}:localhost:{port}")
        url = sign_in_url(desk, terminal)
        assert query(url)["redirect_uri"] == f"http://localhost:{port}"
        desk.visitor.sign_in(url, user)
        assert terminal.finish().code == 0
        assert whose(desk, token(desk)) == user.username
    assert not desk.authority.device_code_requests


def test_git_asks_in_the_same_way(desk):
    port = free_port()
    terminal = desk.at_terminal("entra", "token", *users.API, env=users.NO_BROWSER | {
        "ENTRA_REDIRECT_PORT": str(port)})
    desk.visitor.sign_in(sign_in_url(desk, terminal), contoso.ADA)
    assert whose(desk, terminal.finish()) == contoso.ADA.username


def test_a_device_code_can_be_asked_for_all_the_same(desk):
    terminal = over_ssh(desk, free_port(), "--device-code")
    enter(desk, users.user_code(terminal))
    assert terminal.finish().code == 0


def test_a_local_browser_answers_to_that_port_too(desk):
    port = free_port()
    login(desk, env={"ENTRA_REDIRECT_PORT": str(port)})
    assert query(desk.browser.urls[0])["redirect_uri"] == f"http://localhost:{port}"


def test_a_port_that_is_in_use_is_named(desk):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        outcome = over_ssh(desk, port, "--timeout", SHORT_LIMIT).finish()
    assert outcome.code == 1
    assert f"cannot listen on port {port} of localhost: Address already in use" in outcome.err


@pytest.mark.parametrize("port", ["80", "0", "-1", "65536", "8400x", " 8400", "+8400", "x",
                                  "99999999999999999999"])
def test_what_is_no_port_is_refused(desk, port):
    outcome = over_ssh(desk, port).finish()
    assert outcome.code == 2 and "ENTRA_REDIRECT_PORT must be a number" in outcome.err
