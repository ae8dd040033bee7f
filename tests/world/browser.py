# SPDX-License-Identifier: MIT
"""The person's browser: the program that $BROWSER names, with the person in front of it.

It is a program of its own, as a browser is: it is started with a URL, says this and that on its
stdout and stderr, and there does what the person would.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from authority import contoso
from authority.directory import User
from authority.visitor import Visitor

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
    """`program` is what goes into $BROWSER. Who sits before it is said by a `will_...`, and
    holds from then on; Ada signs in where nothing is said."""

    def __init__(self, folder: Path, trust: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._trust = trust
        self.program = folder / "browser"
        self.program.write_text(PROGRAM.format(tests=str(TESTS), folder=str(folder)))
        self.program.chmod(0o755)
        self.will_sign_in(contoso.ADA)

    @property
    def urls(self) -> list[str]:
        """What it was opened with so far, one for each time."""
        file = self._folder / "urls"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def pages(self) -> list[str]:
        """The text of the page that each visit ended on."""
        return [file.read_text() for file in sorted(self._folder.glob("page-*"))]

    def will_sign_in(self, user: User) -> None:
        self._will("sign in", username=user.username, password=user.password)

    def will_decline(self) -> None:
        self._will("decline")

    def will_wait(self) -> None:
        """The person looks at the page, and does nothing."""
        self._will("wait")

    def will_fail(self) -> None:
        """No browser can be started: the program ends with an error."""
        self._will("fail")

    def _will(self, do: str, **who: str) -> None:
        new = self._folder / "person.new"
        new.write_text(json.dumps({"do": do, "trust": str(self._trust), "who": who}))
        new.rename(self._folder / "person")


def play(folder: Path, words: list[str]) -> None:
    """The program: one visit to the URL that it was started with."""
    person = json.loads((folder / "person").read_text())
    print(CHATTER, flush=True)
    print(CHATTER, file=sys.stderr, flush=True)
    (url,) = words
    with (folder / "urls").open("a") as urls:
        urls.write(f"{url}\n")
    if person["do"] == "fail":
        sys.exit(3)
    visitor = Visitor(person["trust"])
    if person["do"] == "sign in":
        page = visitor.sign_in(url, User(**person["who"], name="", object_ids={}))
    elif person["do"] == "decline":
        page = visitor.decline(url)
    else:
        page = visitor.open(url)
    count = len(list(folder.glob("page-*")))
    (folder / f"page-{count:03}").write_text(page.text)
