# SPDX-License-Identifier: MIT
"""entra run: Maven itself by the recipe of the manual, word for word, with a feed that requires a
token. Its plugins are those of Debian's packages libmaven-deploy-plugin-java and
libmaven-install-plugin-java."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from authority import contoso
from integration.run_asking import PAGE, give_tokens, recipes
from world.maven_feed import FEED

PLUGINS = Path("/usr/share/maven-repo/org/apache/maven/plugins")
SERVER = re.search(r"^<server>.*?^</server>$", PAGE.read_text(), re.M | re.S)[0]

pytestmark = pytest.mark.skipif(
    shutil.which("mvn") is None or not (PLUGINS / "maven-deploy-plugin").exists()
    or not (PLUGINS / "maven-install-plugin").exists(),
    reason="there is no Maven, or it lacks plugins")


def version(plugin: str) -> str:
    return max(path.name for path in (PLUGINS / plugin).glob("[0-9]*.*"))


def project(folder: Path, url: str) -> Path:
    """Of a file that is only described: it needs no other plugins."""
    folder.mkdir()
    plugins = "".join(
        f"<plugin><groupId>org.apache.maven.plugins</groupId><artifactId>{name}</artifactId>"
        f"<version>{version(name)}</version></plugin>"
        for name in ("maven-deploy-plugin", "maven-install-plugin"))
    (folder / "pom.xml").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>contoso</groupId>"
        "<artifactId>app</artifactId><version>1</version><packaging>pom</packaging>"
        f"<distributionManagement><repository><id>FEED</id><url>{url}</url></repository>"
        "</distributionManagement><build><pluginManagement><plugins>"
        f"{plugins}</plugins></pluginManagement></build></project>")
    return folder


def test_maven_deploys_with_the_token(world):
    give_tokens(world, "AzureDevOps")
    home = world.session.home
    (home / ".m2").mkdir()
    (home / ".m2" / "settings.xml").write_text(
        "<settings><mirrors><mirror><id>debian</id><mirrorOf>central</mirrorOf>"
        "<url>file:///usr/share/maven-repo</url></mirror></mirrors>"
        f"<servers>{SERVER}</servers></settings>")
    folder = project(home / "app", f"{world.maven_feed.url}/{FEED}")
    (recipe,) = recipes("MAVEN_TOKEN")
    outcome = world.run("sh", "-c", recipe, cwd=folder, env={
        "MAVEN_ARGS": "--batch-mode", "MAVEN_OPTS": f"-Duser.home={home}"}, timeout=240)
    assert outcome.code == 0, outcome
    assert "contoso/app/1/app-1.pom" in world.maven_feed.files
    token = world.authority.issued_tokens[-1]
    assert token not in outcome.out + outcome.err
    assert world.session.files_holding(token.encode()) == []
    assert contoso.DAEMON.client_id in str(world.authority.token_requests[-1].form)
