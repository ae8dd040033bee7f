# SPDX-License-Identifier: MIT
"""git-lfs and submodules: many processes that need a token for the same host at once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from git_asking import clone_of, push
from stored import forget_tokens
from world.world import World

SUBMODULES = 10


def push_large(world: World, clone: Path, names: list[str]) -> dict[str, bytes]:
    contents = {name: os.urandom(200_000) for name in names}
    for name, content in contents.items():
        (clone / name).write_bytes(content)
    for command in (("git", "add", "."), ("git", "commit", "--quiet", "-m", "Large"),
                    ("git", "push", "--quiet", "origin", "main")):
        outcome = world.run(*command, cwd=clone)
        assert outcome.code == 0, outcome
    return contents


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")
def test_large_files_are_pushed_too(world, each_git):
    url = world.git_server.create_repository()
    clone = clone_of(world, url)
    world.run("git", "lfs", "install", "--skip-repo")
    world.run("git", "lfs", "track", "*.bin", cwd=clone)
    contents = push_large(world, clone, [f"{n}.bin" for n in range(8)])
    assert sorted(world.git_server.large_files.values()) == sorted(contents.values())
    copy = world.session.home / "copy"
    assert world.run("git", "clone", "--quiet", url, copy).code == 0
    assert {file.name: file.read_bytes() for file in copy.glob("*.bin")} == contents

    # git-lfs 3.6 sends back the state after the 404 of locks/verify. Where it had no challenge
    # before, that costs no token request.
    requests = len(world.authority.token_requests)
    assert requests in (1, 2)
    push_large(world, copy, ["more.bin"])
    assert len(world.authority.token_requests) == requests


@pytest.fixture
def family(world: World) -> str:
    """A repository with many submodules, each in its own repository; returns the URL."""
    world.run("git", "config", "--global", "protocol.file.allow", "always")
    names = [f"contoso/app/_git/{n}" for n in range(SUBMODULES)]
    urls = [world.git_server.create_repository(name) for name in names]
    parent = world.git_server.create_repository()
    clone = clone_of(world, urls[0])
    for url in urls:
        assert world.run("git", "push", "--quiet", url, "main", cwd=clone).code == 0
    for number, url in enumerate(urls):
        assert world.run("git", "submodule", "--quiet", "add", url, f"parts/{number}",
                         cwd=clone).code == 0
    assert world.run("git", "commit", "--quiet", "-m", "Parts", cwd=clone).code == 0
    assert world.run("git", "remote", "set-url", "origin", parent, cwd=clone).code == 0
    assert push(world, clone).code == 0
    return parent


def test_submodules_fetched_in_parallel_cost_one_token_request(world, each_git, family):
    forget_tokens(world)
    before = len(world.authority.token_requests)
    copy = world.session.home / "copy"
    outcome = world.run("git", "clone", "--quiet", "--recurse-submodules", "--jobs", str(SUBMODULES),
                        family, copy, timeout=120)
    assert (outcome.code, outcome.err) == (0, "")
    assert len(list(copy.glob("parts/*/.git"))) == SUBMODULES
    assert len(world.authority.token_requests) == before + 1

    forget_tokens(world)
    outcome = world.run("git", "fetch", "--quiet", "--recurse-submodules", "--jobs",
                        str(SUBMODULES), "--all", cwd=copy, timeout=120)
    assert outcome.code == 0
    assert len(world.authority.token_requests) == before + 2
