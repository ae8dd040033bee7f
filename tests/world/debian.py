# SPDX-License-Identifier: MIT
"""Packages of a different Debian release than this machine's: downloaded by apt, with its own
state, from the mirror that this machine uses. Nothing is installed."""

from __future__ import annotations

import subprocess
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Callable, Iterator

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class NotAvailable(Exception):
    """The package is not available, or there is no mirror."""


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True,
                          timeout=300)
    if done.returncode != 0:
        raise NotAvailable(f"{' '.join(done.args[:2])}: {done.stderr.strip()[-300:]}")
    return done.stdout


def _mirror() -> str:
    """The mirror from which this machine gets Debian's main archive."""
    lines = _run("apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)").splitlines()
    for line in lines:
        label, _, uri = line.partition(" ")
        if label == "Debian":
            return uri
    raise NotAvailable("apt knows no mirror of Debian's here")


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Calls `make` to fill the folder, unless this or another process has done so already."""
    done = folder / "done"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not done.exists():
            subprocess.run(["rm", "-rf", str(folder)], check=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


class Release:
    """One release, given by code name; `folder` holds apt's lists and downloads."""

    def __init__(self, name: str, folder: Path) -> None:
        self._folder = folder
        for part in ("state/lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        mirror = _mirror()
        (folder / "sources").write_text("".join(
            f"{kind} [signed-by={KEYRING}] {mirror} {name} main\n" for kind in ("deb", "deb-src")))
        self._apt("update")

    def _apt(self, *words: str, cwd: Path | None = None) -> None:
        settings = {
            "Dir::State": self._folder / "state", "Dir::State::status": self._folder / "status",
            "Dir::Cache": self._folder / "cache", "Dir::Etc::sourcelist": self._folder / "sources",
            "Dir::Etc::sourceparts": "-", "Dir::Etc::main": "-", "Dir::Etc::parts": "-",
            "APT::Sandbox::User": "", "Debug::NoLocking": "true",
        }
        options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        _run("apt-get", "-qq", *options, *words, cwd=cwd)

    def unpack(self, package: str, root: Path) -> None:
        """Unpacks a package and everything that it depends on below root."""
        self._apt("--download-only", "--no-install-recommends", "-y", "install", package)
        for archive in self._archives():
            _run("dpkg-deb", "-x", archive, root)

    def _archives(self) -> Iterator[Path]:
        return (self._folder / "cache" / "archives").glob("*.deb")

    def unpack_source(self, package: str, folder: Path) -> None:
        """Unpacks a package's upstream source into the folder."""
        self._apt("--download-only", "source", package, cwd=self._folder)
        (archive,) = self._folder.glob(f"{package}_*.orig.tar.*")
        _run("tar", "-xf", archive, "--strip-components=1", "-C", folder)
