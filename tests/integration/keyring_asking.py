# SPDX-License-Identifier: MIT
"""What the tests of `keyring` share: the feed, our program under that name, and another one."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from authority import contoso
from world.package_feed import FEED
from world.program import Outcome
from world.world import World

HOST = "pkgs.dev.azure.com"
INDEX = f"https://{HOST}{FEED}/simple/"
USERNAME = "VssSessionToken"
PUBLIC_CLOUD = "https://login.microsoftonline.com"


# For what is so only if there is no other.
NO_OTHER_KEYRING = pytest.mark.skipif(
    shutil.which("keyring", path="/usr/local/bin:/usr/bin:/bin") is not None,
    reason="the machine has a keyring of its own")


def identity_alone() -> dict[str, dict[str, str]]:
    """A configuration with no tenant, in the public cloud."""
    return {"AzureAd": {"ClientId": contoso.DAEMON.client_id,
                        "ClientSecret": contoso.DAEMON.secret}}


def link(world: World, folder: str = "links") -> Path:
    """Puts a folder with our program, called keyring, first in PATH."""
    target = Path(world.session.env["PATH"].split(":")[0]) / "keyring-credential-entra"
    return put_first(world, folder, lambda file: file.symlink_to(target))


def put_first(world: World, folder: str, make) -> Path:
    file = world.session.home / folder / "keyring"
    file.parent.mkdir(exist_ok=True)
    make(file)
    put_before_the_systems(world, file.parent)
    return file


def put_before_the_systems(world: World, folder: Path) -> None:
    """Puts a folder into PATH, after those that were put there before; the machine may have a
    keyring."""
    folders = world.session.env["PATH"].split(":")
    folders.insert(next(i for i, name in enumerate(folders) if name.startswith("/usr/")), str(folder))
    world.session.env["PATH"] = ":".join(folders)


def another(world: World, folder: str = "another", answer: str = "echo of the other; exit 3",
            first: bool = False) -> Path:
    """Puts another program called keyring into PATH, which writes down how it was called."""
    file = world.session.home / folder / "keyring"
    file.parent.mkdir(exist_ok=True)
    log = shlex.quote(str(file.parent / "calls"))
    file.write_text(f'#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done >>{log}\n{answer}\n')
    file.chmod(0o755)
    if first:
        world.session.env["PATH"] = f"{file.parent}:{world.session.env['PATH']}"
    else:
        put_before_the_systems(world, file.parent)
    return file


def calls(file: Path) -> list[str]:
    """The words with which the other one was called."""
    log = file.parent / "calls"
    return log.read_text().splitlines() if log.exists() else []


def keyring(world: World, *words: str, **how) -> Outcome:
    return world.run("keyring", *words, **how)


def provider(world: World, url: str = INDEX, *, retry: bool = False, more: tuple[str, ...] = (),
             **how) -> Outcome:
    """As artifacts-keyring runs it."""
    return world.run("keyring-credential-entra", "-Uri", url, "-IsRetry", str(retry),
                     "-NonInteractive", "False", "-CanShowDialog", "True", "-OutputFormat", "Json",
                     "-Verbosity", "Information", *more, **how)


@pytest.fixture
def azure(world: World) -> World:
    """Azure Artifacts and login.microsoftonline.com are reachable, our program is called keyring,
    and the app's tenant is not known."""
    world.internet
    world.write_appsettings(identity_alone())
    link(world)
    return world
