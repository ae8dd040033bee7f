# SPDX-License-Identifier: MIT
"""The commands in README.md: they run as they are there, in that order, and do what it says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from authority import contoso
from integration.users import login
from world.kubeconfig import V1BETA1, ExecPlugin
from world.world import World

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
NOT_HERE = {"make", "sudo", "az", "docker", "pip"}  # pip is in test_keyring_peers.py
OURS = {"entra", "git", "kubectl", "curl-credential-entra"}
BY_AZ = ["get-token", "--environment", "AzurePublicCloud", "--server-id", contoso.AKS, "--client-id",
         contoso.KUBELOGIN.client_id, "--tenant-id", contoso.TENANT.guid, "--login", "devicecode"]
# What `git-credential-manager configure` writes.
BY_GCM = """[credential]
\thelper =
\thelper = /usr/local/bin/git-credential-manager
[credential "https://dev.azure.com"]
\tuseHttpPath = true
"""


def section(title: str) -> str:
    return re.search(rf"^## {title}$(.*?)(?=^## |\Z)", README, re.M | re.S).group(1)


def commands(title: str) -> list[str]:
    """The commands of a section, without those that cannot be run here."""
    lines = [line.partition("  #")[0].strip() for block in
             re.findall(r"^```sh\n(.*?)^```", section(title), re.M | re.S) for line in block.splitlines()]
    assert {line.split()[0] for line in lines} <= NOT_HERE | OURS
    return [line for line in lines if line.split()[0] not in NOT_HERE]


@pytest.fixture
def newcomer(world: World) -> World:
    """A user who has configured nothing, with a repository, a cluster and Graph."""
    if shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl")
    world.internet
    world.appsettings_file.unlink()
    world.session.env |= {"AZURE_AUTHORITY_HOST": world.authority.url, "PATH":
                          f"{world.session.home}/.local/bin:{world.session.env['PATH']}"}
    world.git_server.create_repository("contoso/project/_git/repository")
    world.write_kubeconfig(ExecPlugin("kubelogin", BY_AZ, api_version=V1BETA1, interactive_mode=None))
    return world


def agree(world: World, line: str) -> str:
    """Runs a command that asks once whether to go ahead."""
    world.browser.will_sign_in(contoso.ADA)
    terminal = world.at_terminal(*line.split(), whole=True)
    terminal.wait_for("Go ahead")
    terminal.type("y\n")
    outcome = terminal.finish()
    assert outcome.code == 0, outcome
    return outcome.err


def run(world: World, line: str) -> str:
    """What the command printed; it must succeed."""
    if line == "entra login":
        return login(world).err
    if line in ("entra setup", "entra setup --remove"):
        return agree(world, line)
    outcome = world.run("sh", "-ec", line)
    assert outcome.code == 0, outcome
    return outcome.out


def test_three_lines_each_serve_git_kubectl_curl_and_pip(newcomer):
    printed = {line: run(newcomer, line) for line in commands("git, kubectl, curl and pip")}
    for line in ("entra setup", "entra login"):
        assert f"Signed in as {contoso.ADA.username}" in printed[line]
    assert (newcomer.session.home / "repository" / ".git").is_dir()
    assert printed["kubectl get pods"].count("Running") == 2
    calls = [out for line, out in printed.items() if line.startswith("curl-credential-entra")]
    assert len(calls) == 2 and all(contoso.ADA.username in out for out in calls)
    assert printed["entra token --api Graph"].count(".") == 2
    assert (newcomer.session.home / ".local" / "bin" / "keyring").exists()
    for line in commands("When something goes wrong"):
        assert run(newcomer, line)


def test_who_comes_from_another_helper_can_go_back(newcomer):
    git = newcomer.session.home / ".gitconfig"
    kubeconfig = newcomer.session.home / ".kube" / "config"
    git.write_text(git.read_text() + BY_GCM)
    before = {file: file.read_text() for file in (git, kubeconfig)}
    login(newcomer)
    for line in commands("Coming from another helper, and going back"):
        printed = run(newcomer, line)
        changed = {file for file, text in before.items() if file.read_text() != text}
        expected = {"entra setup git": {git}, "entra setup kubectl": {kubeconfig}}
        assert changed == expected.get(line, set()), line
    for name in ("accessToken", "expiresOn", "expires_on", "tenant", "tokenType"):
        assert f'"{name}"' in printed


def test_uninstalling_leaves_no_setting_and_no_sign_in(newcomer):
    git = newcomer.session.home / ".gitconfig"
    before = git.read_text()
    for line in ("entra setup", "entra token --api Graph", *commands("Uninstall")):
        run(newcomer, line)
    assert git.read_text() == before
    assert json.loads(newcomer.run("entra", "list", "--output", "json").out) == []


def test_uninstalling_removes_what_was_installed(tmp_path):
    for goal in ("install", "uninstall"):
        done = subprocess.run(["make", "-s", goal, f"DESTDIR={tmp_path}", "PREFIX=/usr"], cwd=ROOT,
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        files = [path for path in tmp_path.rglob("*") if not path.is_dir()]
        assert (tmp_path / "usr/bin/entra" in files) == (goal == "install")
    assert files == [] and not (tmp_path / "usr/lib/entra").exists()


def test_links_lead_to_something():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        file, _, anchor = target.partition("#")
        if "://" in target:
            continue
        text = README if not file else ""
        if file:
            assert (ROOT / file).is_file(), target
            text = (ROOT / file).read_text() if anchor else ""
        titles = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
                  for title in re.findall(r"^#+ (.*)$", text, re.M)]
        assert not anchor or anchor in titles, target
