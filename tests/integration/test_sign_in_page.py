# SPDX-License-Identifier: MIT
"""What the user reads in the browser at the end of a sign-in: the truth, readable, and harmless
whatever the authority sent."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from collections.abc import Iterator

import pytest
import requests

from authority import contoso, faults
from integration import users
from integration.users import query, sign_in_url
from world import chromium
from world.chromium import Chromium
from world.terminal import Terminal
from world.world import World

REVERSED = "\u202e"
HOSTILE = (f"AADSTS65004: <script>window.ran = 1</script></style></title>{REVERSED}\x1b[2J "
           + "https://login.microsoftonline.com/" + "a" * 500
           + " Correlation ID: 11111111-2222-3333-4444-555555555555"
           + " Timestamp: 2026-11-29 08:15:30Z")
SIZES = [(1280, 800), (390, 844), (320, 600)]
CONTRAST_MIN = 4.5  # WCAG 2.2, 1.4.3


def rows(page: str) -> dict[str, str]:
    """The names and values on a page."""
    return {html.unescape(name): html.unescape(value)
            for name, value in re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page)}


# ---- what it says ----


def test_the_page_says_who_signed_in_for_what_and_where(desk):
    desk.run("git", "config", "--global", "credential.helper", "entra")
    desk.git_server.create_repository()
    url = f"{desk.git_server.url}/contoso/app/_git/app"
    assert desk.at_terminal("git", "ls-remote", url).finish().code == 0
    (page,) = desk.browser.pages
    host = desk.git_server.url.removeprefix("https://")
    assert rows(page) == {"Account": contoso.ADA.username, "For": "GitServer", "Server": host}
    assert "<h1>You are signed in</h1>" in page and "You can close this tab." in page
    assert "entra-credential-helpers" in page


def test_a_refusal_has_cause_remedy_and_correlation_id(desk):
    desk.browser.will_decline()
    outcome = desk.at_terminal("entra", "token", *users.API, "--output", "json").finish()
    error = json.loads(re.search(r'\{"kind".*', outcome.err).group())
    (page,) = desk.browser.pages
    assert "The authority refused: AADSTS65004: User declined to consent to access the app." in page
    assert rows(page) == {"For": "MyWebApi", "Error": "AADSTS65004",
                          "Correlation ID": error["correlationId"], "Time": error["timestamp"]}
    assert page.count(error["correlationId"]) == 1
    assert "<code>entra login <span>--api</span> MyWebApi</code>" in page


def test_of_a_wrong_account_both_are_named_and_what_to_do(desk):
    desk.browser.will_sign_in(contoso.GRACE)
    outcome = desk.at_terminal("entra", "token", *users.API, "--account",
                               contoso.ADA.username).finish()
    (page,) = desk.browser.pages
    assert rows(page) == {"Requested": contoso.ADA.username, "Signed in": contoso.GRACE.username,
                          "For": "MyWebApi"}
    for text in (page, outcome.err):
        assert "Sign in again with the requested account" in text


def test_a_sign_in_that_cannot_be_kept_is_not_called_one(desk):
    without = faults.altered("unlasting", refresh_token=faults.MISSING)
    with desk.authority.faults.injected(without):
        outcome = desk.at_terminal("entra", "login").finish()
    assert outcome.code == 3 and "is useless" in outcome.err
    (page,) = desk.browser.pages
    assert "Sign-in failed" in page and "is useless" in page
    assert "You are signed in" not in page


def test_where_another_client_asks_the_first_page_says_so(desk):
    clients = desk.authority.directory.clients
    clients[clients.index(contoso.AZURE_CLI)] = dataclasses.replace(
        contoso.AZURE_CLI, resources=(contoso.GRAPH,))
    desk.write_appsettings({"AzureAd": {"Instance": desk.authority.url,
                                        "TenantId": contoso.TENANT.guid}})
    outcome = desk.at_terminal("entra", "token", "--api", "AKS").finish()
    assert outcome.code == 0, outcome
    first, second = desk.browser.pages
    assert "Sign in once more" in first and "Sign-in failed" not in first
    assert "You are signed in" in second


def test_an_answer_to_an_earlier_sign_in_is_told_that_another_one_waits(desk):
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login")
    asked = query(sign_in_url(desk, terminal))
    page = requests.post(asked["redirect_uri"], timeout=10,
                         data={"code": "x", "state": "that-of-another"})
    assert page.status_code == 409 and "Another sign-in is waiting" in page.text
    desk.visitor.sign_in(sign_in_url(desk, terminal), contoso.ADA)
    assert terminal.finish().code == 0


# ---- how it looks, in a real browser ----


class Shown:
    """A page in Chromium."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.browser = Chromium(world.session.root / "chromium")

    def start(self, *words: str) -> Terminal:
        terminal = self._world.at_terminal("entra", "token", *users.API, *words,
                                           env={"BROWSER": str(self.browser.program)})
        self.browser.attach()
        return terminal

    def answer(self, terminal: Terminal, **fields: str) -> None:
        """Has the browser post a form to the listener, as the authority's page does."""
        asked = query(sign_in_url(self._world, terminal))
        inputs = "".join(f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
                         for name, value in (fields | {"state": asked["state"]}).items())
        form = self._world.session.home / "form.html"
        form.write_text(f'<!DOCTYPE html><meta charset="utf-8"><form method="post" '
                        f'action="{asked["redirect_uri"]}">{inputs}</form>'
                        "<script>document.forms[0].submit()</script>")
        self.browser.go_to(form.as_uri())


@pytest.fixture
def shown(desk: World) -> Iterator[Shown]:
    chromium.require()
    shown = Shown(desk)
    yield shown
    shown.browser.close()


# For each element with a text of its own: the text, its color, and the color behind it.
COLORS = """
return [...document.body.querySelectorAll('*')]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .map(one => {
    let behind = one;
    while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)')
      behind = behind.parentElement;
    return [one.textContent, getComputedStyle(one).color, getComputedStyle(behind).backgroundColor];
  });
"""


def luminance(color: str) -> float:
    """WCAG 2.2's relative luminance of rgb(r, g, b)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                        for part in (int(each) / 255 for each in re.findall(r"\d+", color)))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def is_readable_everywhere(browser: Chromium) -> None:
    """At each size without scrolling sideways, and in both schemes, which differ."""
    backgrounds = set()
    for width, height in SIZES:
        for scheme in ("light", "dark"):
            browser.look(width, height, scheme)
            assert browser.evaluate(
                "return document.documentElement.scrollWidth <= innerWidth"), (width, scheme)
            widest = browser.evaluate(
                "return Math.max(...[...document.querySelectorAll('main *')]"
                ".map(one => one.getBoundingClientRect().right)) <="
                "document.querySelector('main').getBoundingClientRect().right")
            assert widest, (width, scheme)
            colors = browser.evaluate(COLORS)
            assert len(colors) > 2
            for text, color, behind in colors:
                assert contrast(color, behind) >= CONTRAST_MIN, (text, color, behind)
            backgrounds.add(browser.evaluate(
                "return getComputedStyle(document.body).backgroundColor"))
    assert len(backgrounds) == 2


def test_a_page_runs_no_script_and_is_styled_and_readable(shown):
    terminal = shown.start()
    shown.browser.sign_in(contoso.ADA)
    shown.browser.wait_for_text("You are signed in")
    assert terminal.finish().code == 0
    ran = shown.browser.evaluate(
        "const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
        "document.head.append(script);"
        "const style = document.createElement('style');"
        "style.textContent = 'h1 { display: none }'; document.head.append(style);"
        "return [window.ran === 1, getComputedStyle(document.querySelector('h1')).display]")
    assert ran == [False, "block"]
    assert shown.browser.evaluate("return document.documentElement.lang") == "en"
    assert shown.browser.evaluate("return document.querySelectorAll('h1').length") == 1
    assert shown.browser.evaluate("return document.title").startswith("You are signed in")
    assert shown.browser.evaluate(  # the hash is that of the style
        "return getComputedStyle(document.querySelector('main')).borderRadius") == "16px"
    is_readable_everywhere(shown.browser)


def test_a_hostile_and_long_refusal_stays_text_within_the_card(shown):
    account = "<script>window.ran=1</script>" + "a" * 90 + "@contoso.com"
    terminal = shown.start("--account", account)
    shown.answer(terminal, error="access_denied", error_description=HOSTILE)
    text = shown.browser.wait_for_text("Sign-in failed")
    assert terminal.finish().code == 3
    assert account in text and "<script>window.ran = 1</script></style></title>????[2J" in text
    assert "11111111-2222-3333-4444-555555555555" in text
    assert "https://login.microsoftonline.com/" + "a" * 500 in text  # no blank is in it
    assert shown.browser.evaluate("return [window.ran === 1, document.scripts.length]") == [False, 0]
    assert REVERSED not in shown.browser.evaluate("return document.documentElement.outerHTML")
    is_readable_everywhere(shown.browser)
