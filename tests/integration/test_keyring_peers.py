# SPDX-License-Identifier: MIT
"""pip, uv, twine and Poetry with a feed that demands a token as Azure Artifacts does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from authority import contoso
from integration.keyring_asking import (HOST, INDEX, USERNAME, another, azure,  # noqa: F401
                                        calls)
from integration.run_asking import recipes
from integration.stored import age
from integration.test_setup_pip import NO_RIVALS, RIVALS, meet
from world.package_feed import FEED, PackageFeed, wheel
from world.program import Outcome
from world.world import World

PEERS = Path(__file__).resolve().parents[2] / "build" / "peers" / "python"
WITH_USERNAME = INDEX.replace("https://", f"https://{USERNAME}@")

pytestmark = pytest.mark.skipif(not PEERS.exists(),
                                reason="Python's package managers are not here: make check-peers")


@pytest.fixture
def feed(azure: World) -> World:  # noqa: F811
    """The world with a package in the feed, and what makes these programs trust its certificate."""
    azure.package_feed.add("app")
    for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE"):
        azure.session.env[name] = str(azure.certificates.certificate_file)
    azure.session.env |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_PYTHON_DOWNLOADS": "never",
                          "UV_PYTHON": "/usr/bin/python3"}
    return azure


def python(world: World, packages: str, *words: str, **how) -> Outcome:
    env = {"PYTHONPATH": str(PEERS / packages)} | how.pop("env", {})
    return world.run("/usr/bin/python3", "-m", *words, env=env, **how)


def pip(world: World, packages: str, index: str, *more: str, **how) -> Outcome:
    """Installs the package from this index, without being prompted."""
    return python(world, packages, "pip", "--no-input", "install", "--target",
                  str(world.session.home / "installed"), "--index-url", index, "--keyring-provider",
                  "subprocess", *more, "app", **how)


def uv(world: World, *words: str, **how) -> Outcome:
    return world.run(PEERS / "packages" / "bin" / "uv", *words, **how)


def uv_pip(world: World, *more: str, **how) -> Outcome:
    return uv(world, "pip", "install", "--target", str(world.session.home / "installed"), *more,
              "app", **how)


def is_installed(world: World) -> bool:
    return (world.session.home / "installed" / "app.py").read_text() == 'version = "1.0"\n'


def tokens_sent(feed: PackageFeed) -> int:
    """The requests that the feed accepted."""
    return sum(request.status == 200 for request in feed.requests)


# ---- pip ----

@pytest.mark.parametrize("packages, index", [
    ("pip-newest", INDEX), ("pip-newest", WITH_USERNAME), ("pip-oldest", WITH_USERNAME),
])
def test_pip_installs_from_the_feed(feed, packages, index):
    outcome = pip(feed, packages, index)
    assert outcome.code == 0, outcome
    assert is_installed(feed) and tokens_sent(feed.package_feed) >= 2
    assert len(feed.authority.issued_tokens) == 1


def test_pip_gets_the_password_of_another_index_from_the_other_keyring(feed):
    feed.package_feed.gate.personal_access_tokens.add("personal")
    other = another(feed, answer='echo \'{"username": "ada", "password": "personal"}\'')
    index = f"{feed.package_feed.url}{FEED}/simple/"
    outcome = pip(feed, "pip-newest", index)
    assert outcome.code == 0 and is_installed(feed), outcome
    assert calls(other) == ["--mode=creds", "--output=json", "get", index]
    assert feed.authority.requests == []


@pytest.mark.parametrize("packages", ["pip-newest", "pip-oldest"])
def test_pip_without_a_token_says_so(feed, packages):
    outcome = pip(feed, packages, WITH_USERNAME, env={"AzureAd__ClientSecret": "wrong"})
    assert outcome.code != 0
    assert "401" in outcome.err or "No matching distribution" in outcome.err
    assert tokens_sent(feed.package_feed) == 0


def test_pip_says_that_a_typed_password_is_not_saved(feed):
    """There is no other keyring that could."""
    feed.package_feed.gate.personal_access_tokens.add("typed")
    command = ("/usr/bin/python3", "-m", "pip", "install", "--target",
               str(feed.session.home / "installed"), "--index-url", INDEX, "--keyring-provider",
               "subprocess", "app")
    terminal = feed.at_terminal(*command, whole=True,
                                env={"PYTHONPATH": str(PEERS / "pip-newest"),
                                     "AzureAd__ClientSecret": "wrong"})
    for prompt, text in (("User for", "ada"), ("Password:", "typed"), ("Save credentials", "y")):
        terminal.wait_for(prompt)
        terminal.type(f"{text}\n")
    outcome = terminal.finish()
    assert outcome.code == 0 and is_installed(feed), outcome
    assert "no other keyring in PATH" in outcome.err
    assert "Failed to save credentials" in outcome.err


def test_after_setup_pip_and_uv_need_no_option(feed):
    """The commands of README.md and entra-setup-pip(1)."""
    home = feed.session.home
    feed.session.env["PATH"] = f"{home}/.local/bin:{PEERS}/packages/bin:" \
        f"{feed.session.env['PATH'].partition(':')[0]}:/usr/bin:/bin"
    outcome = feed.run("entra", "setup", "pip")
    assert outcome.code == 0, outcome
    assert f"come from {PEERS}/packages/bin/keyring as before" in outcome.err
    for packages, index in (("pip-newest", INDEX), ("pip-oldest", WITH_USERNAME)):
        outcome = python(feed, packages, "pip", "install", "--target", str(home / packages),
                         "--index-url", index, "app")
        assert outcome.code == 0 and (home / packages / "app.py").exists(), outcome
    outcome = uv_pip(feed, "--index-url", WITH_USERNAME)
    assert outcome.code == 0 and is_installed(feed), outcome
    listed = python(feed, "pip-newest", "pip", "config", "list").out
    assert "global.keyring-provider='subprocess'\n" in listed
    assert feed.run("entra", "setup", "pip", "--remove").code == 0
    assert "keyring" not in python(feed, "pip-newest", "pip", "config", "list").out


@pytest.mark.parametrize("name", [*RIVALS, *NO_RIVALS])
def test_what_setup_warns_of_keeps_pip_or_uv_from_asking(feed, name):
    """And nothing else does."""
    home = feed.session.home
    rival = (RIVALS | NO_RIVALS)[name]
    env, warned = meet(feed, rival)
    feed.session.env["PATH"] = f"{home}/.local/bin:{feed.session.env['PATH']}"
    assert warned in feed.run("entra", "setup", "pip", env=env).err
    assert feed.run("/usr/bin/python3", "-m", "venv", "--without-pip", str(home / "venv")).code == 0
    feed.run(home / "venv" / "bin" / "python", "-m", "pip", "--no-input", "install", "--target",
             str(home / "pip"), "--index-url", INDEX, "app",
             env=env | {"PYTHONPATH": str(PEERS / "pip-newest")})
    uv_pip(feed, "--index-url", WITH_USERNAME, env=env)
    assert (home / "pip" / "app.py").exists() == (rival.stops != "pip")
    assert (home / "installed" / "app.py").exists() == (rival.stops != "uv")


# ---- uv ----

def test_uv_installs_with_a_user_name(feed):
    outcome = uv_pip(feed, "--index-url", WITH_USERNAME, "--keyring-provider", "subprocess")
    assert outcome.code == 0 and is_installed(feed), outcome
    assert len(feed.authority.issued_tokens) == 1


def test_uv_installs_with_an_index_that_demands_authentication(feed):
    (feed.session.home / "uv.toml").write_text(
        f'[[index]]\nname = "app"\nurl = "{INDEX}"\nauthenticate = "always"\ndefault = true\n')
    outcome = uv_pip(feed, env={"UV_KEYRING_PROVIDER": "subprocess"})
    assert outcome.code == 0 and is_installed(feed), outcome


def test_uv_gets_no_token_for_an_http_index(feed):
    """It asks for the host too, and would send the token in the clear."""
    index = WITH_USERNAME.replace("https:", "http:")
    other = another(feed, answer="exit 1")
    outcome = uv_pip(feed, "--index-url", index, "--keyring-provider", "subprocess",
                     env={"http_proxy": feed.session.env["https_proxy"]})
    assert outcome.code != 0
    assert HOST in calls(other) and feed.authority.requests == []


def test_uv_publishes(feed):
    file, content = wheel("other")
    (feed.session.home / file).write_bytes(content)
    outcome = uv(feed, "publish", "--publish-url", f"https://{HOST}{FEED}/upload/", "--username",
                 USERNAME, "--keyring-provider", "subprocess", file)
    assert outcome.code == 0, outcome
    assert feed.package_feed.files[file] == content


# ---- Python's keyring, with artifacts-keyring ----

@pytest.fixture
def provider(feed: World) -> World:
    """Our program in the place of Microsoft's."""
    folder = feed.session.env["PATH"].partition(":")[0]
    feed.session.env["ARTIFACTS_KEYRING_CREDENTIALPROVIDER_PATH"] = \
        f"{folder}/keyring-credential-entra"
    return feed


def twine(world: World, **how) -> Outcome:
    file, content = wheel("other")
    (world.session.home / file).write_bytes(content)
    return python(world, "packages", "twine", "upload", "--non-interactive", "--repository-url",
                  f"https://{HOST}{FEED}/upload", str(world.session.home / file), **how)


def test_twine_uploads(provider):
    outcome = twine(provider)
    assert outcome.code == 0, outcome
    assert "other-1.0-py3-none-any.whl" in provider.package_feed.files


def test_twine_uploads_with_the_password_of_entra_run(feed):
    """By the recipe of entra-run(1), for another feed, and with nothing that finds ours."""
    (recipe,) = recipes("TWINE_PASSWORD")
    line = recipe.replace("twine upload", "/usr/bin/python3 -m twine upload").replace(
        "https://pkgs.dev.azure.com/ORG/_packaging/FEED/pypi/upload/",
        f"https://{HOST}{FEED}/upload")
    folder = feed.session.home / "dist"
    folder.mkdir()
    file, content = wheel("other")
    (folder / file).write_bytes(content)
    outcome = feed.run("sh", "-ec", line, cwd=feed.session.home, env={
        "AZURE_TENANT_ID": contoso.TENANT.guid, "PYTHONPATH": str(PEERS / "packages"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"})
    assert outcome.code == 0, outcome
    assert file in feed.package_feed.files and len(feed.authority.issued_tokens) == 1


def test_a_token_that_the_feed_refuses_is_replaced(provider):
    assert twine(provider).code == 0
    provider.package_feed.gate.revoked.update(provider.authority.issued_tokens)
    outcome = twine(provider)
    assert outcome.code == 0, outcome
    assert len(provider.authority.issued_tokens) == 2


def test_twine_shows_why_there_is_no_token(provider):
    outcome = twine(provider, env={"AzureAd__ClientSecret": "wrong"})
    assert outcome.code != 0 and "AADSTS7000215" in outcome.err
    assert provider.package_feed.files.keys() == {"app-1.0-py3-none-any.whl"}


def test_keyrings_own_command_asks_ours(provider):
    """As uv runs it, if it is not a link to ours."""
    outcome = python(provider, "packages", "keyring", "get", INDEX, USERNAME)
    assert outcome.out.strip() == provider.authority.issued_tokens[0], outcome


def test_ours_hands_on_to_keyrings_own_command(provider):
    real = provider.session.home / "real" / "keyring"
    real.parent.mkdir()
    real.write_text("#!/bin/sh\nexec /usr/bin/python3 -m keyring \"$@\"\n")
    real.chmod(0o755)
    provider.session.env |= {"PATH": f"{provider.session.env['PATH']}:{real.parent}",
                             "PYTHONPATH": str(PEERS / "packages")}
    stored = provider.run("keyring", "set", "https://pypi.contoso.example/", "ada", input="secret\n")
    assert stored.code == 0, stored
    for words, answer in ((("get", "https://pypi.contoso.example/", "ada"), "secret\n"),
                          (("get", "https://pypi.contoso.example/", "--mode", "creds"),
                           "ada\nsecret\n"),
                          (("get", INDEX, "ada"), None)):
        outcome = provider.run("keyring", *words)
        assert outcome.code == 0, outcome
        assert outcome.out == (answer or f"{provider.authority.issued_tokens[0]}\n")
    assert provider.run("keyring", "del", "https://pypi.contoso.example/", "ada").code == 0
    assert provider.run("keyring", "get", "https://pypi.contoso.example/", "ada").code == 1


# ---- Poetry ----

def test_poetry_locks_a_package_of_the_feed(provider):
    project = provider.session.home / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[project]\nname = "project"\nversion = "1.0"\nrequires-python = ">=3.9"\n'
        'dependencies = ["app"]\n'
        f'[[tool.poetry.source]]\nname = "app"\nurl = "{INDEX}"\npriority = "primary"\n'
        "[tool.poetry]\npackage-mode = false\n")
    outcome = python(provider, "packages", "poetry", "lock", "--no-interaction", cwd=project)
    assert outcome.code == 0, outcome
    assert re.search('name = "app"\nversion = "1.0"', (project / "poetry.lock").read_text())
