# SPDX-License-Identifier: MIT
"""entra token --serve: what systemd's LoadCredential= reads from the socket, started by systemd's own
socket activation."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from authority import faults
from integration.test_recipes import literals
from integration.stored import age, kept
from integration.users import claims
from world.waiting import wait_until
from world.world import World

ACTIVATE = shutil.which("systemd-socket-activate")
pytestmark = pytest.mark.skipif(ACTIVATE is None, reason="there is no systemd-socket-activate")
USAGE = 2


class Service:
    """A socket, at which the program is started by the first connection."""

    def __init__(self, world: World, programs: Path, *words: str,
                 keyring: str = "runtime") -> None:
        self.path = world.session.home / "token.sock"
        env = world.session.env | {"ENTRA_KEYRING": keyring}
        names = [f"--setenv={name}" for name in env]
        self.process = subprocess.Popen(
            [ACTIVATE, f"--listen={self.path}", *names, str(programs / "entra"), "token", "--api",
             "MyWebApi", "--serve", *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)

    def connect(self) -> socket.socket:
        """As systemd does, which sends nothing."""
        connection = socket.socket(socket.AF_UNIX)
        wait_until(lambda: connection.connect_ex(str(self.path)) == 0, "the socket")
        connection.shutdown(socket.SHUT_WR)
        return connection

    def finish(self) -> str:
        """What was reported."""
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == 0 and out == "", err
        return "\n".join(line for line in err.splitlines() if line.startswith("entra: "))


@pytest.fixture
def serve(world, programs):
    services = []

    def start(*words: str, **how: str) -> Service:
        services.append(Service(world, programs, *words, **how))
        return services[-1]

    yield start
    for service in services:
        service.process.kill()
        service.process.communicate()


def read(connection: socket.socket) -> str:
    with connection, connection.makefile("r") as file:
        return file.read()


def test_a_connection_is_answered_with_the_bare_token(world, serve):
    service = serve()
    token = read(service.connect())
    assert "\n" not in token and claims(world, token)["appid"]
    assert service.finish() == ""


def test_all_that_wait_are_answered_with_one_request(world, serve):
    service = serve()
    connections = [service.connect() for _ in range(5)]
    tokens = {read(connection) for connection in connections}
    assert len(tokens) == 1 and len(world.authority.token_requests) == 1
    assert service.finish() == ""


def test_without_a_token_there_is_no_empty_answer(world, serve):
    """The answer comes when there is one."""
    world.authority.faults.inject(faults.refused("no", "invalid_client", 7000215, "No."), times=1)
    service = serve("--timeout", "2")
    token = read(service.connect())
    assert claims(world, token)["appid"]
    assert "AADSTS7000215" in service.finish()


def test_who_gives_up_is_not_waited_for(world, serve):
    world.authority.close()
    service = serve("--timeout", "2")
    service.connect().close()
    service.finish()


def test_a_token_that_is_due_is_renewed_and_nobody_waits_for_that(world, serve):
    """systemd ends what a service leaves behind, so the service ends after the renewal."""
    service = serve(keyring="secret-service")
    read(service.connect())
    service.finish()
    due = age(world, lives=1800, renew=True)
    release = threading.Event()
    world.authority.faults.inject(faults.held(release), times=1)
    service = serve(keyring="secret-service")
    assert [read(service.connect()) for _ in range(2)] == [due, due]
    wait_until(lambda: len(world.authority.token_requests) == 2, "the renewal")
    assert read(service.connect()) == due and service.process.poll() is None
    release.set()
    assert service.finish() == ""
    assert not world.session.is_running("entra")
    (token,) = kept(world, "access_token")
    assert json.loads(token.secret)["access_token"] == world.authority.issued_tokens[1]


@pytest.mark.parametrize("env", [{}, {"LISTEN_PID": "1", "LISTEN_FDS": "1"}])
def test_without_a_socket_it_fails(world, env):
    outcome = world.run("entra", "token", "--api", "MyWebApi", "--serve", env=env)
    assert outcome.code == USAGE and "no socket to serve" in outcome.err and outcome.out == ""


def test_a_socket_of_the_network_is_not_served(world, programs):
    with socket.create_server(("127.0.0.1", 0)) as server:
        outcome = subprocess.run(
            ["/bin/bash", "-c", f'exec 3<&{server.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"',
             str(programs / "entra"), "token", "--api", "MyWebApi", "--serve"],
            env=world.session.env, pass_fds=[server.fileno()], capture_output=True, text=True,
            check=False)
    assert outcome.returncode == USAGE and "no socket to serve" in outcome.stderr


def test_the_installed_units_are_in_order(programs, tmp_path):
    """What systemd itself says of them, for one API."""
    units = programs.parent / "lib" / "systemd" / "system"
    *_, enabling, credential, _ = literals("A service of systemd")
    assert enabling.strip() == "systemctl enable --now entra-token@Graph.socket"
    listen = re.search(r"^ListenStream=(.*)$", (units / "entra-token@.socket").read_text(), re.M)
    assert credential.strip() == f"LoadCredential=token:{listen.group(1).replace('%i', 'Graph')}"
    names = [f"entra-token@Graph.{kind}" for kind in ("socket", "service")]
    for name in names:
        (tmp_path / name).write_text((units / name.replace("Graph", "")).read_text())
    outcome = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], cwd=tmp_path,
                             capture_output=True, text=True, check=False)
    assert (outcome.returncode, outcome.stderr) == (0, "")


def test_no_number_of_starts_ends_the_socket(programs):
    """tests/systems/booted starts them; the defaults are a limit that ends it."""
    units = {}
    for kind in ("socket", "service"):
        units[kind] = configparser.ConfigParser(strict=False, interpolation=None)
        units[kind].read(programs.parent / "lib" / "systemd" / "system" / f"entra-token@.{kind}")
    assert units["service"]["Unit"]["StartLimitIntervalSec"] == "0"
    assert units["socket"]["Socket"]["TriggerLimitIntervalSec"] == "0"
    assert "sleep" in units["service"]["Service"]["ExecStopPost"]
