# SPDX-License-Identifier: MIT
"""Real Cargo with a registry over https that requires a token for everything."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

from authority import contoso
from world.program import Outcome

FIRST_VERSION = (1, 74)  # the first whose credential providers are stable


@lru_cache(maxsize=None)
def cargo() -> Path | None:
    """Cargo itself, not rustup's stand-in, which needs its user's home."""
    rustup = shutil.which("rustup")
    found = subprocess.run([rustup, "which", "cargo"], capture_output=True, text=True).stdout.strip() \
        if rustup else shutil.which("cargo")
    if not found:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
    version = re.match(r"cargo (\d+)\.(\d+)", said)
    return Path(found) if version and tuple(map(int, version.groups())) >= FIRST_VERSION else None


pytestmark = pytest.mark.skipif(cargo() is None, reason="there is no Cargo 1.74 or newer")


@pytest.fixture
def feed(world):
    """The registry as an API of the configuration, and Cargo that asks us about it."""
    settings = world.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": world.cargo_registry.url}
    world.write_appsettings(settings)
    configure(world, '[registries.contoso]\ncredential-provider = "cargo-credential-entra"\n')
    return world


def configure(world, more: str) -> None:
    folder = world.session.home / ".cargo"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(
        f'{more}index = "{world.cargo_registry.index}"\n'
        f'[http]\ncainfo = "{world.certificates.certificate_file}"\nmultiplexing = false\n')


def run(world, *words: str, folder: Path | None = None, **how) -> Outcome:
    path = f"{cargo().parent}:{world.session.env['PATH']}"
    return world.run(cargo(), *words, cwd=folder, env={"PATH": path} | how.pop("env", {}), **how)


def package(world, name: str, dependencies: str = "") -> Path:
    folder = world.session.home / name
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "lib.rs").write_text("pub fn one() -> u32 { 1 }\n")
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "{name}"\nversion = "1.0.0"\nedition = "2021"\nlicense = "MIT"\n'
        f'description = "{name}"\n{dependencies}')
    return folder


def publish(world, **how) -> Outcome:
    return run(world, "publish", "--registry", "contoso", "--no-verify", "--allow-dirty",
               folder=package(world, "greeting"), **how)


USES_GREETING = '[dependencies]\ngreeting = { version = "1", registry = "contoso" }\n'


def test_a_crate_is_published_and_fetched(feed):
    outcome = publish(feed)
    assert outcome.code == 0, outcome
    assert list(feed.cargo_registry.crates) == [("greeting", "1.0.0")]
    user = package(feed, "user", USES_GREETING)
    outcome = run(feed, "fetch", folder=user)
    assert outcome.code == 0, outcome
    assert list((feed.session.home / ".cargo" / "registry" / "cache").glob("*/greeting-1.0.0.crate"))
    outcome = run(feed, "build", "--offline", folder=user)
    assert outcome.code == 0, outcome
    assert len(feed.authority.issued_tokens) == 1


def test_a_variable_goes_before_the_file(feed):
    """Setup warns of that: test_setup_cargo.py."""
    outcome = publish(feed, env={"CARGO_REGISTRIES_CONTOSO_CREDENTIAL_PROVIDER": "cargo:token"})
    assert outcome.code != 0 and feed.authority.issued_tokens == [], outcome
    ours = "cargo-credential-entra --keyring none"
    outcome = run(feed, "publish", "--registry", "contoso", "--no-verify", "--allow-dirty",
                  folder=feed.session.home / "greeting",
                  env={"CARGO_REGISTRIES_CONTOSO_CREDENTIAL_PROVIDER": ours})
    assert outcome.code == 0, outcome


FORMS = {
    "a table": '[registries.contoso]\nindex = "INDEX"\n',
    "an inline table": '[registries]\ncontoso = { index = "INDEX" }\n',
    "keys of several parts": 'registries.contoso.index = "INDEX"\n',
    "the project's configuration": "",
}


@pytest.mark.parametrize("form", FORMS)
def test_cargo_takes_what_setup_writes(feed, form):
    file = feed.session.home / ".cargo" / "config.toml"
    rest = file.read_text().partition("[http]\n")[2]
    file.write_text(f"{FORMS[form].replace('INDEX', feed.cargo_registry.index)}[http]\n{rest}")
    assert feed.run("entra", "setup", "cargo", "contoso", "--keyring", "none").code == 0
    project = feed.session.home / "greeting" / ".cargo" / "config.toml"
    folder = package(feed, "greeting")
    project.parent.mkdir()
    project.write_text(f'[registries.contoso]\nindex = "{feed.cargo_registry.index}"\n')
    outcome = run(feed, "publish", "--registry", "contoso", "--no-verify", "--allow-dirty",
                  folder=folder)
    assert outcome.code == 0 and list(feed.cargo_registry.crates), outcome
    assert feed.session.keyring.items() == []


def test_a_version_is_yanked_and_its_owners_are_shown(feed):
    publish(feed)
    for words, yanked in ((["yank"], True), (["yank", "--undo"], False)):
        outcome = run(feed, *words, "--registry", "contoso", "--version", "1.0.0", "greeting")
        assert outcome.code == 0, outcome
        assert feed.cargo_registry.crates["greeting", "1.0.0"][0]["yanked"] is yanked
    outcome = run(feed, "owner", "--list", "--registry", "contoso", "greeting")
    assert outcome.code == 0 and "ada" in outcome.out


def test_a_failure_is_shown_with_what_to_do(feed):
    settings = feed.appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": feed.cargo_registry.url}
    settings["AzureAd"]["ClientSecret"] = "another"
    feed.write_appsettings(settings)
    outcome = publish(feed)
    assert outcome.code != 0 and "no token for Feed: " in outcome.err
    assert "AADSTS7000215" in outcome.err and "Check ClientId" in outcome.err
    assert feed.cargo_registry.crates == {}


def test_the_token_is_nowhere_to_be_seen(feed):
    shown = publish(feed, env={"CARGO_LOG": "trace"})
    assert shown.code == 0
    (token,) = feed.authority.issued_tokens
    assert feed.session.files_holding(token.encode()) == []


# ---- users ----

@pytest.fixture
def of_user(desk):
    settings = desk.user_appsettings()
    settings["Feed"] = settings["GitServer"] | {"BaseUrl": desk.cargo_registry.url}
    desk.write_appsettings(settings)
    configure(desk, '[registries.contoso]\ncredential-provider = "cargo-credential-entra"\n')
    return desk


LOGIN = ["cargo", "login", "--registry", "contoso"]


@pytest.mark.parametrize("command", ["what is advised", LOGIN], ids=["advice", "cargo login"])
def test_a_user_signs_in_and_out(of_user, command):
    outcome = publish(of_user)
    assert outcome.code != 0 and "no token found for `contoso`" in outcome.err
    if command == LOGIN:
        outcome = run(of_user, *LOGIN[1:], env={"CI": "1"})
    else:
        (advised,) = re.findall(r"Run '(entra login[^']*)'", outcome.err)
        outcome = of_user.run("sh", "-c", advised)
    assert outcome.code == 0 and f"Signed in as {contoso.ADA.username}." in outcome.err, outcome
    outcome = run(of_user, "publish", "--registry", "contoso", "--no-verify", "--allow-dirty",
                  folder=of_user.session.home / "greeting", env={"CI": "1"})
    assert outcome.code == 0, outcome
    outcome = run(of_user, "logout", "--registry", "contoso")
    assert outcome.code == 0 and "'entra logout' signs out" in outcome.err
    outcome = run(of_user, "logout", "--registry", "contoso")
    assert outcome.code == 0 and "not currently logged in" in outcome.err, outcome


def test_a_provider_that_comes_next_has_its_turn(of_user):
    """Cargo asks the last one first."""
    configure(of_user, '[registry]\nglobal-credential-providers = ["cargo:token", '
                       '"cargo-credential-entra --account ada@contoso.com"]\n'
                       '[registries.contoso]\n')
    of_user.cargo_registry.gate.personal_access_tokens.add("pat")
    outcome = publish(of_user, env={"CI": "1", "CARGO_REGISTRIES_CONTOSO_TOKEN": "Bearer pat"})
    assert outcome.code == 0, outcome


# ---- Azure Artifacts under its real name ----

def test_the_registry_names_the_tenant(world):
    world.cargo_registry.serve_as(world.internet, "pkgs.dev.azure.com")
    world.cargo_registry.challenges = [
        f"Bearer authorization_uri=https://login.microsoftonline.com/{contoso.TENANT.guid}",
        'Basic realm="https://pkgs.dev.azure.com/"', "TFS-Federated"]
    world.write_appsettings({"AzureAd": {"ClientId": contoso.DAEMON.client_id,
                                         "ClientSecret": contoso.DAEMON.secret}})
    configure(world, '[registries.contoso]\ncredential-provider = "cargo-credential-entra"\n')
    outcome = publish(world)
    assert outcome.code == 0, outcome
    assert list(world.cargo_registry.crates) == [("greeting", "1.0.0")]
    assert {one.path.split("/")[1] for one in world.authority.token_requests} == {contoso.TENANT.guid}


# ---- what a project may name ----

@pytest.mark.parametrize("host, gets_token", [("pkgs.dev.azure.com", True), ("dev.azure.com", False)])
def test_an_index_that_a_project_names_gets_a_token_only_if_it_is_a_feed(world, host, gets_token):
    """Azure Repos serves files of anybody's, and one could say that crates are elsewhere."""
    registry = world.cargo_registry
    registry.serve_as(world.internet, host)
    world.write_appsettings({"AzureAd": world.appsettings()["AzureAd"]})
    configure(world, '[registry]\nglobal-credential-providers = ["cargo:token", "cargo-credential-entra"]\n'
                     '[registries.unused]\n')
    user = package(world, "user", f'[dependencies]\ngreeting = {{ version = "1", registry-index = '
                                  f'"{registry.index}" }}\n')
    outcome = run(world, "fetch", folder=user)
    assert outcome.code != 0 and registry.requests, outcome
    sent = [request for request in registry.requests if "Authorization" in request.headers]
    assert bool(sent) == bool(world.authority.issued_tokens) == gets_token, outcome
