# SPDX-License-Identifier: MIT
"""The fixtures of all tests: a world around the installed programs, removed afterwards."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from authority import contoso
from authority.authority import Authority
from authority.desktop_app import DesktopApp
from authority.faults import NAMED  # noqa: F401  (asserts that tests/ is on the path)
from world.tls import CertificateAuthority
from world import kernel_keyring, newer_git
from world.debian import NotAvailable
from world.world import World

ROOT = Path(__file__).resolve().parent.parent

if not kernel_keyring.is_own():
    kernel_keyring.enter()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list) -> None:
    """Gives each worker a kernel keyring of its own: it has threads before it gets here."""
    for spec in specs:
        spec.python = f"env PYTHONPATH={ROOT / 'tests'} {sys.executable} -m world.kernel_keyring " \
                      f"{sys.executable}"


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of the installed programs."""
    folder = Path(os.environ.get("ENTRA_PROGRAMS", ROOT / "build" / "installed" / "bin"))
    assert (folder / "entra").exists(), f"no programs in {folder}: make installed"
    return folder


@pytest.fixture
def world(programs: Path) -> Iterator[World]:
    """A desktop with a keyring, and a configuration with a client secret."""
    with World(programs=programs) as world:
        world.write_appsettings()
        yield world


@pytest.fixture
def shell(programs: Path) -> Iterator[World]:
    """Like world, but as over ssh or in a container: no session bus, so no desktop keyring."""
    with World(programs=programs, bus=False) as world:
        world.write_appsettings()
        yield world


@pytest.fixture
def desk(programs: Path) -> Iterator[World]:
    """A desktop with a user: a browser, a keyring, and a configuration that requires the user's
    tokens."""
    with World(programs=programs) as world:
        world.write_appsettings(world.user_appsettings())
        world.browser.will_sign_in(contoso.ADA)
        yield world


@pytest.fixture
def in_kernel() -> None:
    """For tests that store in the kernel keyring."""
    if not kernel_keyring.is_available():
        pytest.skip("user namespaces are forbidden here, so tests have no kernel keyring")


@pytest.fixture
def certificates(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path / "certificates")


@pytest.fixture
def app(certificates: CertificateAuthority) -> Iterator[DesktopApp]:
    """A client for users that is not one of ours, and an authority to sign in at."""
    with Authority(certificates.server_context()) as authority:
        app = DesktopApp(authority, certificates.certificate_file)
        yield app
        app.close()


@pytest.fixture(params=["this machine's git", "a newer git"])
def each_git(request: pytest.FixtureRequest, world: World) -> str:
    """The world with git 2.39 from Debian 12, and again with git 2.47 or later."""
    if request.param == "a newer git":
        request.getfixturevalue("newer")
    return request.param


@pytest.fixture
def newer(world: World) -> None:
    """The world with a git that supports authtype, state and continue."""
    try:
        newer_git.use_in(world.session.env)
    except NotAvailable as reason:
        pytest.skip(f"no newer git is available: {reason}")
