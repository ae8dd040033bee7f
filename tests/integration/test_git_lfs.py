# SPDX-License-Identifier: MIT
"""git-lfs and submodules: many processes that need a token for the same host at once."""

from __future__ import annotations

import os
import shutil

import pytest

from git_asking import clone_of, push
from stored import forget_tokens
from world.world import World

SUBMODULES = 10


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")
def test_large_files_are_pushed_too(world, each_git):
    url = world.git_server.create_repository()
    clone = clone_of(world, url)
    contents = {f"{n}.bin": os.urandom(200_000) for n in range(8)}
    for name, content in contents.items():
        (clone / name).write_bytes(content)
    for command in (("git", "lfs", "install", "--skip-repo"), ("git", "lfs", "track", "*.bin"),
                    ("git", "add", "."), ("git", "commit", "--quiet", "-m", "Large"),
                    ("git", "push", "--quiet", "origin", "main")):
        outcome = world.run(*command, cwd=clone)
        assert outcome.code == 0, outcome
    assert sorted(world.git_server.large_files.values()) == sorted(contents.values())

    assert world.run("git", "clone", "--quiet", url, world.session.home / "copy").code == 0
    assert {file.name: file.read_bytes() for file in (world.session.home / "copy").glob("*.bin")} \
        == contents
    assert len(world.authority.token_requests) == 1


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
