# SPDX-License-Identifier: MIT
"""npm and pnpm by their recipe in entra-credential-helpers(7), with a feed that requires a token."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from integration.test_recipes import literals
from world.program import Outcome

PNPM = Path(__file__).parents[2] / "build" / "peers" / "pnpm" / "node_modules" / "pnpm" / "bin" / "pnpm.cjs"
NPMRC, NPM_COMMAND, PNPM_NPMRC, HELPER = literals("npm and pnpm")

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm")


@pytest.fixture
def feed(world):
    """The app's token for Azure DevOps, whose name leads to the feed."""
    world.npm_registry
    settings = world.appsettings()
    world.write_appsettings({"AzureAd": settings["AzureAd"],
                             "AzureDevOps": {"RequestAppToken": True, "Scopes": settings["GitServer"]["Scopes"]}})
    world.session.env |= {"npm_config_cafile": str(world.certificates.certificate_file),
                          "npm_config_update_notifier": "false", "npm_config_fetch_retries": "0"}
    return world


def package(world, name: str, **more) -> Path:
    folder = world.session.home / name
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0"} | more))
    (folder / "index.js").write_text(f"module.exports = '{name}';\n")
    return folder


def configure(world, text: str) -> None:
    (world.session.home / ".npmrc").write_text(text)


def run(world, command: str, folder: Path) -> Outcome:
    outcome = world.run("sh", "-ec", command, cwd=folder)
    token = world.authority.issued_tokens[-1]
    assert world.session.files_holding(token.encode()) == []
    assert token not in outcome.out + outcome.err
    return outcome


def publish(world) -> None:
    configure(world, NPMRC)
    outcome = run(world, NPM_COMMAND.replace("install", "publish"), package(world, "greeting"))
    assert outcome.code == 0, outcome
    assert list(world.npm_registry.documents) == ["greeting"]


def test_npm_publishes_and_installs(feed):
    publish(feed)
    user = package(feed, "user", dependencies={"greeting": "^1.0.0"})
    outcome = run(feed, NPM_COMMAND, user)
    assert outcome.code == 0, outcome
    assert (user / "node_modules" / "greeting" / "index.js").exists()
    assert len(feed.authority.issued_tokens) == 1


def test_npm_without_a_token_is_refused(feed):
    publish(feed)
    user = package(feed, "user", dependencies={"greeting": "^1.0.0"})
    outcome = run(feed, "npm install", user)
    assert outcome.code != 0 and not (user / "node_modules").exists()


def test_without_a_token_npm_does_not_run(feed):
    configure(feed, NPMRC)
    user = package(feed, "user")
    settings = json.loads(feed.appsettings_file.read_text())
    settings["AzureAd"]["ClientSecret"] = "another"
    feed.write_appsettings(settings)
    outcome = feed.run("sh", "-ec", NPM_COMMAND, cwd=user)
    assert outcome.code == 3 and "AADSTS7000215" in outcome.err
    assert feed.npm_registry.requests == []


@pytest.mark.skipif(not PNPM.exists(), reason="pnpm is not here: make check-peers")
def test_pnpm_runs_a_program_for_the_header(feed):
    publish(feed)
    helper = feed.session.home / "bin" / "feed-token"
    helper.parent.mkdir()
    helper.write_text(HELPER)
    helper.chmod(0o755)
    configure(feed, PNPM_NPMRC.replace("/home/ada", str(feed.session.home)))
    user = package(feed, "user", dependencies={"greeting": "^1.0.0"})
    outcome = run(feed, f"node {PNPM} install", user)
    assert outcome.code == 0 and "deprecated" not in outcome.out + outcome.err, outcome
    assert (user / "node_modules" / "greeting" / "index.js").exists()
    assert len(feed.authority.issued_tokens) == 1
