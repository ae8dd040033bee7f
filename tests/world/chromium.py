# SPDX-License-Identifier: MIT
"""A real browser: headless Chromium, if it is installed."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from authority.directory import User
from world.waiting import wait_until

# Any tab; no background traffic; and no sandbox, since containers do not support it.
SWITCHES = """--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run
--disable-background-networking --disable-component-update --disable-sync --disable-default-apps
--ignore-certificate-errors --remote-debugging-port=0""".split()

PROGRAM = """\
#!/bin/sh
[ -e '{pid}' ] || {{ echo $$ >'{pid}'; echo "$1" >'{start}'; }} # else it only opens a tab
exec chromium {switches} --user-data-dir='{profile}' "$1" >>'{log}' 2>&1
"""


def require() -> None:
    """Skips the test if Chromium or its driver is not installed."""
    pytest.importorskip("selenium", reason="selenium drives Chromium, and is not installed")
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


class Chromium:
    """`program` is the value for $BROWSER; the user signs in on the page that it shows."""

    def __init__(self, folder: Path) -> None:
        self._profile = folder / "profile"
        self._profile.mkdir(parents=True)
        self._pid_file = folder / "pid"
        self.program = folder / "chromium"
        self.program.write_text(PROGRAM.format(
            switches=" ".join(SWITCHES), profile=self._profile, pid=self._pid_file,
            log=folder / "log", start=folder / "start"))
        self.program.chmod(0o755)
        self._driver: Any = None

    def attach(self) -> None:
        """Waits until the browser is started, and connects to it."""
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        port_file = self._profile / "DevToolsActivePort"
        wait_until(lambda: port_file.exists() and "\n" in port_file.read_text(), "Chromium", 60)
        options = webdriver.ChromeOptions()
        options.debugger_address = f"localhost:{port_file.read_text().splitlines()[0]}"
        self._driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")),
                                        options=options)

    def sign_in(self, user: User) -> None:
        name = self._wait_for("[name=username]")
        name.clear()
        name.send_keys(user.username)
        self._driver.find_element("css selector", "[name=password]").send_keys(user.password)
        self._driver.find_element("css selector", "[value=sign-in]").click()

    def wait_for_text(self, text: str) -> str:
        """Waits for a page that contains this text, and returns the text of that page."""
        wait_until(lambda: text in self._text(), f"{text!r} in the browser", 30)
        return self._text()

    def decline(self) -> None:
        self._wait_for("[value=cancel]").click()

    def go_to(self, url: str) -> None:
        self._driver.get(url)

    def newest_tab(self) -> None:
        """Goes to the tab that was opened last."""
        self._driver.switch_to.window(self._driver.window_handles[-1])

    def look(self, width: int, height: int, scheme: str, scale: int = 1) -> None:
        """Shows pages in a window of this size, in the scheme "light" or "dark", at rest."""
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600})
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def evaluate(self, script: str) -> Any:
        """What a script returns that the user of the developer tools runs in the page."""
        return self._driver.execute_script(script)

    def screenshot(self) -> bytes:
        """The window as a PNG."""
        return self._driver.get_screenshot_as_png()

    @property
    def start(self) -> str:
        """The URL with which the browser was started."""
        return (self._profile.parent / "start").read_text().strip()

    @property
    def url(self) -> str:
        return self._driver.current_url

    def _text(self) -> str:
        """The text of the page; empty while the browser goes from one page to the next."""
        from selenium.common.exceptions import WebDriverException

        try:
            return self._driver.find_element("css selector", "body").text
        except WebDriverException:
            return ""

    def _wait_for(self, selector: str) -> Any:
        wait_until(lambda: self._driver.find_elements("css selector", selector) != [],
                   f"{selector} in the browser", 30)
        return self._driver.find_element("css selector", selector)

    def close(self) -> None:
        """Ends the browser, whether or not attach() was called."""
        if self._driver is not None:
            self._driver.service.stop()
            self._driver = None
        if self._pid_file.exists():
            pid = int(self._pid_file.read_text())
            self._pid_file.unlink()
            os.kill(pid, signal.SIGTERM)
