# SPDX-License-Identifier: MIT
"""A simulated user at a browser: fetches pages, and fills in and submits their forms.

    visitor = Visitor(trust=certificate_file)
    last = visitor.sign_in(authorize_url, contoso.ADA)      # what the client's own page says
    visitor.enter_code(verification_uri, user_code, contoso.ADA)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

from authority.directory import User

TIMEOUT = 20
LONGEST_WAY = 10


@dataclass
class Form:
    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """A page that was fetched, and its forms."""

    url: str
    status: int
    text: str
    forms: list[Form]


class _FormReader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self._url, given.get("action") or self._url)
            self.forms.append(Form(given.get("method", "get"), action))
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")


class Visitor:
    """Trusts the servers that `trust` certifies. It knows only what it is told to type."""

    def __init__(self, trust: Path | str) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(trust)

    def open(self, url: str) -> Page:
        return self._read(self._session.get(url, timeout=TIMEOUT))

    def sent_on(self, url: str) -> str:
        """Where a server on this machine sends the browser; the URL itself if it does not."""
        response = self._session.get(url, timeout=TIMEOUT, allow_redirects=False)
        return response.headers.get("Location", url)

    def submit(self, page: Page, **fields: str) -> Page:
        """Submits the page's form with these fields filled in."""
        (form,) = page.forms
        data = form.fields | fields
        how = {"params": data} if form.method.lower() == "get" else {"data": data}
        return self._read(self._session.request(form.method, form.action, timeout=TIMEOUT, **how))

    def sign_in(self, url: str, user: User, password: str | None = None) -> Page:
        """Signs in on the page with this URL, and returns the page where the browser ends up."""
        return self._follow(self._sign_in(self.open(url), user, password))

    def sign_in_until_redirect(self, url: str, user: User) -> Page:
        """Stops at the page whose form would pass the code to the client."""
        return self._sign_in(self.open(url), user, None)

    def decline(self, url: str) -> Page:
        return self._follow(self.submit(self.open(url), decision="cancel"))

    def enter_code(self, url: str, user_code: str, user: User, password: str | None = None) -> Page:
        return self._sign_in(self._enter(url, user_code), user, password)

    def decline_code(self, url: str, user_code: str) -> Page:
        return self.submit(self._enter(url, user_code), decision="cancel")

    def _enter(self, url: str, user_code: str) -> Page:
        return self.submit(self.open(url), user_code=user_code, decision="next")

    def _sign_in(self, page: Page, user: User, password: str | None) -> Page:
        return self.submit(page, username=user.username, password=password or user.password,
                           decision="sign-in")

    def _follow(self, page: Page) -> Page:
        """A script submits the form of a page without questions; this does the same."""
        for _ in range(LONGEST_WAY):
            if len(page.forms) != 1 or "username" in page.forms[0].fields:
                return page
            page = self.submit(page)
        raise RuntimeError(f"{page.url} leads nowhere")

    @staticmethod
    def _read(response: requests.Response) -> Page:
        reader = _FormReader(response.url)
        reader.feed(response.text)
        return Page(response.url, response.status_code, response.text, reader.forms)
