# SPDX-License-Identifier: MIT
"""The user in the tests: at a simulated browser, at a terminal, and at a real browser."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Iterator

import pytest

from authority import contoso
from authority.desktop_app import DesktopApp
from world import chromium
from world.browser import CHATTER, Browser
from world.chromium import Chromium
from world.terminal import INTERRUPT, Terminal
from world.tls import CertificateAuthority

ENV = {"PATH": "/usr/bin:/bin"}


@pytest.fixture
def browser(certificates: CertificateAuthority) -> Iterator[Browser]:
    with TemporaryDirectory(prefix="entra-") as folder:
        browser = Browser(Path(folder) / "browser", certificates.certificate_file)
        yield browser
        browser.close()


def visit(browser: Browser, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([browser.program, url], env=ENV, capture_output=True, text=True,
                          check=False, timeout=30)


def test_the_user_at_the_browser_signs_in(app: DesktopApp, browser: Browser) -> None:
    browser.will_sign_in(contoso.GRACE)
    done = visit(browser, app.authorize_url())
    assert (done.returncode, done.stdout) == (0, f"{CHATTER}\n"), done.stderr
    assert browser.urls == [app.authorize_url()]
    assert "Back at the app." in browser.pages[0]
    answer = app.redeem(app.received[0]["code"]).json()
    assert app.claims(answer["access_token"])["upn"] == contoso.GRACE.username


def test_the_user_can_decline_wait_or_have_no_browser(app: DesktopApp, browser: Browser) -> None:
    browser.will_wait()
    assert visit(browser, app.authorize_url()).returncode == 0 and app.received == []
    browser.will_fail()
    assert visit(browser, app.authorize_url()).returncode == 3 and app.received == []
    browser.will_decline()
    assert visit(browser, app.authorize_url()).returncode == 0
    assert app.received[0]["error"] == "access_denied"
    assert len(browser.starts) == 3


def test_a_terminal_shows_everything_except_stdout() -> None:
    script = "echo answer; echo aside >&2; echo name: >/dev/tty; read name; echo hello, $name >&2"
    with Terminal(["sh", "-c", script], ENV) as terminal:
        terminal.wait_for("name:\n")
        terminal.type("Ada\n")
        outcome = terminal.finish()
    assert (outcome.code, outcome.out) == (0, "answer\n")
    assert outcome.err == "aside\nname:\nAda\nhello, Ada\n"


def test_a_terminal_can_be_stdin_stdout_and_stderr() -> None:
    with Terminal(["sh", "-c", "test -t 0 && test -t 1 && test -t 2 && echo yes"], ENV,
                  whole=True) as terminal:
        assert terminal.finish().err == "yes\n"


def test_an_interrupt_ends_the_program_on_the_terminal() -> None:
    with Terminal(["sh", "-c", "trap 'exit 7' INT; echo ready; read line"], ENV,
                  whole=True) as terminal:
        terminal.wait_for("ready")
        terminal.type(INTERRUPT)
        assert terminal.finish().code == 7


def test_a_real_browser_brings_the_app_its_code(app: DesktopApp, tmp_path: Path) -> None:
    chromium.require()
    browser = Chromium(tmp_path / "chromium")
    process = subprocess.Popen([browser.program, app.authorize_url()],
                               env=ENV | {"HOME": str(tmp_path)})
    try:
        browser.attach()
        browser.sign_in(contoso.ADA)
        browser.wait_for_text("Back at the app.")
        assert browser.url == f"{app.redirect_uri}/"
    finally:
        browser.close()
        process.wait(30)
    assert set(app.received[0]) == {"code", "state"}
