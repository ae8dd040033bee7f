# SPDX-License-Identifier: MIT
"""The recipes in entra-credential-helpers(7), as they are there; test_ci_jobs.py has those of jobs."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from authority import contoso
from integration.users import login, whose
from world.world import World

PAGE = Path(__file__).parents[2] / "man" / "entra-credential-helpers.7"
TOKEN = ("entra", "token", "--api", "AzureDevOps")


def literals(title: str) -> list[str]:
    """The literal texts of a recipe."""
    recipe = re.search(rf"^\.Ss {title}$(.*?)^\.S[sh] ", PAGE.read_text(), re.M | re.S).group(1)
    return [text.replace(r"\e", "\\") for text in
            re.findall(r"^\.Bd -literal.*?$\n(.*?)^\.Ed$", recipe, re.M | re.S)]


def command(title: str) -> str:
    (text,) = literals(title)
    return text.replace("\\\n", " ").strip()


@pytest.fixture
def memory():
    """A folder of this test's in memory."""
    folder = Path("/dev/shm") / f"entra-test-{uuid.uuid4().hex}"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def service(shell: World) -> World:
    """Where nothing is configured but the authority, and there is no desktop."""
    shell.appsettings_file.unlink()
    shell.session.env["AZURE_AUTHORITY_HOST"] = shell.authority.url
    return shell


def answered_once(world: World, outcomes: list) -> None:
    """Each got the app's token, which was requested once."""
    assert [outcome.code for outcome in outcomes] == [0, 0], outcomes
    assert outcomes[0].out == outcomes[1].out
    assert [request.form["client_id"] for request in world.authority.token_requests] == \
        [contoso.DAEMON.client_id]


def test_a_container_keeps_the_token_in_memory(service, memory):
    words = shlex.split(command("A container"))
    env = dict(word.split("=", 1) for option, word in zip(words, words[1:]) if option == "--env")
    secret = memory / "secret"  # what --secret makes of it
    secret.touch(mode=0o400)
    secret.write_text(contoso.DAEMON.secret)
    assert env["AzureAd__ClientSecretPath"] == "/run/secrets/app"
    env |= {"AzureAd__ClientSecretPath": str(secret), "XDG_RUNTIME_DIR": str(memory)}
    answered_once(service, [service.run(sys.executable, "-m", "world.container", *TOKEN,
                                        env=env | {"PYTHONPATH": ":".join(sys.path)})
                            for _ in range(2)])
    assert list((memory / "entra").iterdir())


def test_a_service_of_systemd_gets_its_secret_and_leaves_nothing(service, memory):
    configuration, unit, *_ = literals("A service of systemd")
    assert dict(re.findall(r"^(RuntimeDirectory\w*)=(.*)$", unit, re.M)) == {
        "RuntimeDirectory": "report", "RuntimeDirectoryMode": "0700"}
    (memory / "report").mkdir(mode=0o700)
    credentials = memory / "credentials"
    credentials.mkdir(mode=0o700)
    (name,) = re.findall(r"^LoadCredential=([^:]+):/etc/report/app-secret$", unit, re.M)
    (credentials / name).write_text(contoso.DAEMON.secret + "\n")
    (credentials / name).chmod(0o400)
    (memory / "report.json").write_text(configuration)
    (memory / "report.json").chmod(0o644)
    env = dict(line.split("=", 1) for line in re.findall(r"^Environment=(.*)$", unit, re.M))
    env["XDG_RUNTIME_DIR"] = env["XDG_RUNTIME_DIR"].replace("%t", str(memory))
    env["ENTRA_CONFIG"] = env["ENTRA_CONFIG"].replace("/etc/entra", str(memory))
    env["CREDENTIALS_DIRECTORY"] = str(credentials)
    answered_once(service, [service.run(*TOKEN, env=env) for _ in range(2)])
    assert list((memory / "report" / "entra").iterdir())  # all of it goes with the folder
    shutil.rmtree(memory / "report" / "entra")
    assert service.run(*TOKEN, env=env).code == 0 and len(service.authority.token_requests) == 2


def test_systemd_takes_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze")
    unit = tmp_path / "report.service"
    unit.write_text(literals("A service of systemd")[1].replace("/usr/local/bin/report", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert str(unit) not in done.stderr and "report.service" not in done.stderr, done.stderr


def test_each_account_is_used_where_it_is_named(world):
    world.appsettings_file.unlink()
    world.session.env["AZURE_AUTHORITY_HOST"] = world.authority.url
    tenants, named, switched = (text.replace("admin@contoso.com", contoso.GRACE.username)
                                for text in literals("Several accounts and tenants"))

    def user_of(*words: str) -> str:
        return whose(world, world.run("entra", "token", "--api", "Graph", *words), contoso.GRAPH)

    for line, user in zip(tenants.splitlines()[:2], (contoso.ADA, contoso.GRACE)):
        login(world, *shlex.split(line)[2:], user=user)
    assert world.run(*shlex.split(tenants.splitlines()[2])).out.count("@contoso.com (default)") == 1
    assert user_of() == contoso.ADA.username
    assert user_of("--tenant", contoso.OTHER_TENANT.domains[0]) == contoso.GRACE.username
    words = shlex.split(named.splitlines()[-1])
    assert words[:4] == ["entra", "token", "--api", "Graph"]
    assert user_of(*words[4:]) == contoso.GRACE.username
    assert world.run(*shlex.split(switched)).code == 0
    assert user_of() == contoso.GRACE.username


def test_both_ways_to_a_proxy_are_shown_by_doctor(world):
    variables, settings = literals("Behind a proxy")
    proxy = "http://proxy.contoso.com:3128"
    assert variables.count(proxy) == settings.count(proxy) == 1
    env = dict(line.removeprefix("export ").split("=", 1) for line in variables.splitlines())
    report = world.run("entra", "doctor", "--timeout", "3", env=env).out
    assert "proxy.contoso.com" in report
    for line in settings.splitlines():
        assert world.run(*shlex.split(line)).code == 0
    assert "http.proxy" in world.run("git", "config", "--list").out.lower()


def test_many_machines_are_set_up_by_the_playbook_as_by_hand():
    """tests/systems/booted runs it."""
    playbook = (PAGE.parents[1] / "packaging" / "fleet.yml").read_text()
    commands, settings = literals("Many machines")
    for line in commands.splitlines()[2:]:
        assert f"ansible.builtin.command: {line} --output json" in playbook
    assert "dest: /etc/entra/appsettings.json" in playbook and "/etc/entra/appsettings.json" in commands
    for word in re.findall(r'"(\w[^"]*)"', settings):
        assert word in playbook
