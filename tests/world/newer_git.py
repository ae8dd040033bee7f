# SPDX-License-Identifier: MIT
"""The git of Debian 13 on Debian 12, run with the C library that it was built for; and git's own
tests of credential helpers."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from world.debian import Release, made_once

RELEASE = "trixie"
BUILD = Path(__file__).resolve().parents[2] / "build"


@lru_cache(maxsize=None)
def folder() -> Path:
    """The folder of its programs. Raises NotAvailable."""
    return made_once(BUILD / "newer-git", _make) / "exec"


def use_in(env: dict[str, str]) -> None:
    """Makes it the git of a session's environment. Raises NotAvailable."""
    env["PATH"] = f"{folder()}:{env['PATH']}"
    env["GIT_EXEC_PATH"] = str(folder())
    env["GIT_TEMPLATE_DIR"] = str(folder().parent / "root/usr/share/git-core/templates")


@lru_cache(maxsize=None)
def source() -> Path:
    """git's source, for its tests. Raises NotAvailable."""
    return made_once(BUILD / "newer-git-source", _make_source)


def _make(folder: Path) -> None:
    root = folder / "root"
    root.mkdir()
    Release(RELEASE, folder / "apt").unpack("git", root)
    (folder / "exec").mkdir()
    for program in sorted((root / "usr/lib/git-core").iterdir()):
        _make_entry(root, program, folder / "exec" / program.name)


def _make_entry(root: Path, program: Path, entry: Path) -> None:
    """The kernel would start a program with this machine's loader, so a script starts it with its
    own."""
    if program.is_symlink():
        entry.symlink_to(os.readlink(program))
    elif program.is_file() and program.read_bytes()[:4] != b"\x7fELF":
        entry.symlink_to(program)
    elif program.is_file():
        loader = next(root.glob("usr/lib*/ld-linux*.so*"))
        libraries = next(root.glob("usr/lib/*/libc.so.6")).parent
        entry.write_text("#!/bin/sh\n"
                         f'exec {loader} --library-path {libraries} --argv0 "$0" {program} "$@"\n')
        entry.chmod(0o755)


def _make_source(folder: Path) -> None:
    Release(RELEASE, BUILD / "newer-git-source.apt").unpack_source("git", folder)
