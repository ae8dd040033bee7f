# SPDX-License-Identifier: MIT
"""Takes pictures of the pages that a sign-in shows, each of a real one in headless Chromium.

    python3 tests/demo/screenshots.py --programs build/installed/bin --folder build/screenshots
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from authority import contoso  # noqa: E402
from world import kernel_keyring  # noqa: E402
from world.chromium import Chromium  # noqa: E402
from world.terminal import INTERRUPT, Terminal  # noqa: E402
from world.world import World  # noqa: E402

SIZES = {"wide": (1280, 800), "phone": (390, 844)}
CARD = 600  # the width of a picture of the card alone, twice as fine
PUBLIC_CLOUD = "https://login.microsoftonline.com"
REPOSITORY = "https://dev.azure.com/contoso/app/_git/app"
LONG_NAME = "ada.with.a.name.that.goes.on." + "and.on." * 9 + "@contoso.com"
LONG_ERROR = "AADSTS50105: " + "Your administrator has configured the application to block users. " * 7
IDS = ("Trace ID: 2d0cbd1c-aae0-4ea1-b5b0-7a2f3a3f2b00 Correlation ID: "
       "3e7c4f2a-98d4-4a71-9df9-0f64f3f2a6a1 Timestamp: 2026-11-29 08:15:30Z")


def _git(world: World) -> list[str]:
    """A user's git at Azure DevOps, which names the tenant."""
    world.internet
    world.git_server.authorization_uri = f"{PUBLIC_CLOUD}/{contoso.TENANT.guid}"
    world.git_server.create_repository()
    world.appsettings_file.unlink(missing_ok=True)
    world.run("entra", "setup", "git")
    return ["git", "ls-remote", REPOSITORY]


def _url(world: World, terminal: Terminal) -> dict[str, str]:
    """The redirect_uri and state of the URL that is shown."""
    url = terminal.wait_for(r"https://\S+/authorize\?\S+").group()
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


def done(world: World, browser: Chromium, start: Callable[..., Terminal]) -> None:
    start(*_git(world))
    browser.sign_in(contoso.ADA)
    browser.wait_for_text("You are signed in")


def plain(world: World, browser: Chromium, start: Callable[..., Terminal]) -> None:
    start("entra", "login")
    browser.sign_in(contoso.ADA)
    browser.wait_for_text("You are signed in")


def refused(world: World, browser: Chromium, start: Callable[..., Terminal]) -> None:
    start(*_git(world))
    browser.decline()
    browser.wait_for_text("Sign-in failed")


def rejected(world: World, browser: Chromium, start: Callable[..., Terminal]) -> None:
    """The authority does not redeem the code."""
    world.authority.authorization_codes.lifetime = -1
    start("entra", "token", "--api", "MyWebApi")
    browser.sign_in(contoso.ADA)
    browser.wait_for_text("Sign-in failed")


def wrong(world: World, browser: Chromium, start: Callable[..., Terminal]) -> None:
    start("entra", "token", "--api", "MyWebApi", "--account", contoso.ADA.username)
    browser.sign_in(contoso.GRACE)
    browser.wait_for_text("Wrong account")


def again(world: World, browser: Chromium, start: Callable[..., Terminal]) -> None:
    """The client of the Azure CLI is refused, and another one follows."""
    clients = world.authority.directory.clients
    clients[clients.index(contoso.AZURE_CLI)] = dataclasses.replace(
        contoso.AZURE_CLI, resources=(contoso.GRAPH,))
    start(*_git(world))
    browser.wait_for_text("Sign in once more")


def used(world: World, browser: Chromium, start: Callable[..., Terminal]) -> None:
    start("entra", "login")
    browser.go_to(browser.start)
    browser.wait_for_text("used already")


def unexpected(world: World, browser: Chromium, start: Callable[..., Terminal]) -> None:
    terminal = start("entra", "login")
    browser.go_to(_url(world, terminal)["redirect_uri"])
    browser.wait_for_text("Unexpected request")


def long(world: World, browser: Chromium, start: Callable[..., Terminal]) -> None:
    """Another program of the user answers; its page is shown all the same."""
    terminal = start("entra", "token", "--api", "MyWebApi", "--account", LONG_NAME)
    asked = _url(world, terminal)
    page = requests.post(asked["redirect_uri"], timeout=20, data={
        "error": "access_denied", "state": asked["state"],
        "error_description": f"{LONG_ERROR}{IDS}"})
    copy = world.session.home / "page.html"
    copy.write_bytes(page.content)
    browser.go_to(f"file://{copy}")
    browser.wait_for_text("Sign-in failed")


PAGES = [done, plain, refused, rejected, wrong, again, used, unexpected, long]


def save(browser: Chromium, file: Path) -> None:
    file.write_bytes(browser.screenshot())
    print(file, flush=True)


def take(programs: Path, folder: Path, page: Callable[..., None]) -> None:
    with World(programs) as world:
        world.write_appsettings(world.user_appsettings())
        browser = Chromium(world.session.root / "chromium")

        def start(*command: str) -> Terminal:
            terminal = world.at_terminal(*command, env={"BROWSER": str(browser.program)})
            browser.attach()
            return terminal

        try:
            page(world, browser, start)
            for size, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    browser.look(width, height, scheme)
                    save(browser, folder / f"{page.__name__}-{size}-{scheme}.png")
            for scheme in ("light", "dark"):
                browser.look(CARD, 100, scheme)
                height = browser.evaluate("return document.documentElement.scrollHeight")
                browser.look(CARD, height, scheme, scale=2)
                save(browser, folder / f"{page.__name__}-card-{scheme}.png")
        finally:
            browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Take pictures of the pages of a sign-in.")
    parser.add_argument("--programs", type=Path, required=True, metavar="DIR",
                        help="the folder with the installed programs")
    parser.add_argument("--folder", type=Path, required=True, metavar="DIR",
                        help="where the pictures go")
    parser.add_argument("pages", nargs="*", metavar="PAGE",
                        help=" ".join(page.__name__ for page in PAGES))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    kernel_keyring.enter()
    for page in PAGES:
        if not arguments.pages or page.__name__ in arguments.pages:
            take(arguments.programs.resolve(), arguments.folder, page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
