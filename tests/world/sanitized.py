# SPDX-License-Identifier: MIT
"""Whether the programs were built with the sanitizers, which need more memory, and do themselves
what some tests watch."""

from __future__ import annotations

from pathlib import Path

import pytest


def are_sanitized(programs: Path) -> bool:
    return b"__asan_init" in (programs / "entra").read_bytes()


def skip_if_sanitized(programs: Path, why: str) -> None:
    if are_sanitized(programs):
        pytest.skip(why)
