# SPDX-License-Identifier: MIT
"""What the tests of git share: the credential protocol by hand, and repositories to push from."""

from __future__ import annotations

from pathlib import Path

from world.program import Outcome
from world.world import World


def attributes(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def ask(world: World, *lines: str, operation: str = "get", **how) -> Outcome:
    return world.run("git-credential-entra", operation, input="".join(f"{line}\n" for line in lines),
                     **how)


def host_of(world: World) -> tuple[str, str]:
    return "protocol=https", f"host={world.git_server.url.removeprefix('https://')}"


def clone_of(world: World, url: str) -> Path:
    """A repository with a commit and a remote at the URL, and git configured to use our helper."""
    world.run("git", "config", "--global", "credential.helper", "entra")
    folder = world.session.home / "app"
    assert world.run("git", "init", "--quiet", folder).code == 0
    assert world.run("git", "remote", "add", "origin", url, cwd=folder).code == 0
    commit(world, folder, "First")
    return folder


def commit(world: World, folder: Path, subject: str) -> None:
    assert world.run("git", "commit", "--quiet", "--allow-empty", "-m", subject, cwd=folder).code == 0


def push(world: World, folder: Path, **how) -> Outcome:
    return world.run("git", "push", "--quiet", "origin", "main", cwd=folder, **how)


class Askpass:
    """A user whom git prompts for a password, with GIT_ASKPASS."""

    def __init__(self, world: World, password: str = "x"):
        self._asked = world.session.home / "asked"
        self.program = world.session.home / "askpass"
        self.program.write_text(f'#!/bin/sh\necho "${{1%% *}}" >>{self._asked}\necho {password}\n')
        self.program.chmod(0o755)
        self.env = {"GIT_ASKPASS": str(self.program)}

    @property
    def questions(self) -> list[str]:
        """The first word of each prompt; the rest contains what was typed before."""
        return self._asked.read_text().splitlines() if self._asked.exists() else []
