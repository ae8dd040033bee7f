# SPDX-License-Identifier: MIT
"""The user's browser: the program that $BROWSER names, and the user in front of it.

Like a real browser, it is a separate program: it is started with a URL, prints some noise on its
stdout and stderr, and does what the user would do on the page.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from authority import contoso
from authority.directory import User
from authority.visitor import Visitor
from world.waiting import wait_until

TESTS = Path(__file__).resolve().parent.parent
CHATTER = "Opening in existing browser session."

PROGRAM = """\
#!/usr/bin/python3
import sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from world.browser import play
play(Path({folder!r}), sys.argv[1:])
"""


class Browser:
    """`program` is the value for $BROWSER. The `will_...` methods set what the user does from then
    on; by default, Ada signs in."""

    def __init__(self, folder: Path, trust: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._trust = trust
        self.program = folder / "browser"
        self.program.write_text(PROGRAM.format(tests=str(TESTS), folder=str(folder)))
        self.program.chmod(0o755)
        self.will_sign_in(contoso.ADA)

    @property
    def starts(self) -> list[str]:
        """The URLs that the program was started with so far."""
        return self._lines("starts")

    @property
    def urls(self) -> list[str]:
        """The URL of each page that was visited so far."""
        return self._lines("urls")

    def _lines(self, name: str) -> list[str]:
        file = self._folder / name
        return file.read_text().splitlines() if file.exists() else []

    @property
    def pages(self) -> list[str]:
        """The text of the last page of each visit. A program may end before the browser has it."""
        def files() -> list[Path]:
            return sorted(self._folder.glob("page-*"))

        wait_until(lambda: len(files()) == len(self.urls), "the page of each visit")
        return [file.read_text() for file in files()]

    def will_sign_in(self, user: User) -> None:
        self._will("sign in", username=user.username, password=user.password)

    def will_decline(self) -> None:
        self._will("decline")

    def will_wait(self) -> None:
        """The user looks at the page, and does nothing."""
        self._will("wait")

    def will_fail(self) -> None:
        """No browser can be started: the program exits with an error."""
        self._will("fail")

    def _will(self, do: str, **who: str) -> None:
        new = self._folder / "user.new"
        new.write_text(json.dumps({"do": do, "trust": str(self._trust), "who": who}))
        new.rename(self._folder / "user")


def write_line(file: Path, line: str) -> None:
    with file.open("a") as lines:
        lines.write(f"{line}\n")


def play(folder: Path, words: list[str]) -> None:
    """The program: visits the URL that it was started with."""
    user = json.loads((folder / "user").read_text())
    print(CHATTER, flush=True)
    print(CHATTER, file=sys.stderr, flush=True)
    (start,) = words
    write_line(folder / "starts", start)
    if user["do"] == "fail":
        sys.exit(3)
    visitor = Visitor(user["trust"])
    url = visitor.sent_on(start) if start.startswith("http:") else start
    write_line(folder / "urls", url)
    if user["do"] == "sign in":
        page = visitor.sign_in(url, User(**user["who"], name="", object_ids={}))
    elif user["do"] == "decline":
        page = visitor.decline(url)
    else:
        page = visitor.open(url)
    count = len(list(folder.glob("page-*")))
    new = folder / f"new-{count:03}"
    new.write_text(page.text)
    new.rename(folder / f"page-{count:03}")
