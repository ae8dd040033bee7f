# SPDX-License-Identifier: MIT
"""The programs run with another allocator in front of the C library's, as a container's LD_PRELOAD
or /etc/ld.so.preload may put it there for all programs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from integration.asking import ASK
from world import world as the_world
from world.sanitized import skip_if_sanitized

SOURCE = Path(the_world.__file__).with_name("allocator.c")


@pytest.fixture(params=["as jemalloc", "as libmemusage, without malloc_usable_size"])
def allocator(request, programs: Path, tmp_path: Path) -> Path:
    skip_if_sanitized(programs, "the sanitizers have an allocator of their own")
    library = tmp_path / "allocator.so"
    flags = ["-DWITHOUT_SIZES"] if "without" in request.param else []
    subprocess.run(["cc", "-O1", "-fno-builtin", "-shared", "-fPIC", *flags, "-o", library, SOURCE],
                   check=True)
    return library


@pytest.mark.parametrize("program", ASK)
def test_each_program_gets_tokens_with_another_allocator(world, allocator, program):
    """From the authority, then from the desktop keyring."""
    world.session.env["LD_PRELOAD"] = str(allocator)
    for _ in range(2):
        outcome = ASK[program](world)
        assert outcome.code == 0, outcome.err
        assert outcome.out != ""
