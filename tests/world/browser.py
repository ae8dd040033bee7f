# SPDX-License-Identifier: MIT
"""The user's browser: the program that $BROWSER names, and the user in front of it.

As with a real browser that is open already, what is started with a URL is a small program, which
prints some noise on its stdout and stderr and hands the URL to the browser: a thread of this process
does what the user would do on the page. The small program lives as long as the visit.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer

from authority import contoso
from authority.directory import User
from authority.visitor import Page, Visitor
from world.waiting import wait_until

CHATTER = "Opening in existing browser session."
CANNOT_START = 3

PROGRAM = """\
#!/usr/bin/python3 -IS
import socket, sys
print({chatter!r}, flush=True)
print({chatter!r}, file=sys.stderr, flush=True)
(start,) = sys.argv[1:]
browser = socket.socket(socket.AF_UNIX)
browser.connect({socket!r})
browser.sendall(start.encode() + b"\\n")
sys.exit(int(browser.makefile().read() or 1))
"""


@dataclass(frozen=True)
class _Mood:
    """What the user does with a page."""

    do: str
    user: User | None = None


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        start = self.rfile.readline().decode().rstrip("\n")
        self.wfile.write(str(self.server.browser.visit(start)).encode())


class _Server(ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, browser: Browser, path: Path) -> None:
        self.browser = browser
        super().__init__(str(path), _Handler)

    def handle_error(self, *_: object) -> None:
        """The small program ends with an error, or has been killed."""


class Browser:
    """`program` is the value for $BROWSER. The `will_...` methods set what the user does from then
    on; by default, Ada signs in."""

    def __init__(self, folder: Path, trust: Path) -> None:
        folder.mkdir()
        self._trust = trust
        self._mood = _Mood("sign in", contoso.ADA)
        self._starts: list[str] = []
        self._urls: list[str] = []
        self._pages: list[str] = []
        self.program = folder / "browser"
        socket = folder / "socket"
        self.program.write_text(PROGRAM.format(chatter=CHATTER, socket=str(socket)))
        self.program.chmod(0o755)
        self._server = _Server(self, socket)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01},
                         daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def starts(self) -> list[str]:
        """The URLs that the program was started with so far."""
        return list(self._starts)

    @property
    def urls(self) -> list[str]:
        """The URL of each page that was visited so far."""
        return list(self._urls)

    @property
    def pages(self) -> list[str]:
        """The text of the last page of each visit. A program may end before the browser has it."""
        wait_until(lambda: len(self._pages) == len(self._urls), "the page of each visit")
        return list(self._pages)

    def will_sign_in(self, user: User) -> None:
        self._mood = _Mood("sign in", user)

    def will_decline(self) -> None:
        self._mood = _Mood("decline")

    def will_wait(self) -> None:
        """The user looks at the page, and does nothing."""
        self._mood = _Mood("wait")

    def will_fail(self) -> None:
        """No browser can be started: the program exits with an error."""
        self._mood = _Mood("fail")

    def visit(self, start: str) -> int:
        """Visits the URL that the program was started with; returns the program's exit code."""
        mood = self._mood
        self._starts.append(start)
        if mood.do == "fail":
            return CANNOT_START
        visitor = Visitor(self._trust)
        url = visitor.sent_on(start) if start.startswith("http:") else start
        self._urls.append(url)
        self._pages.append(self._act(visitor, mood, url).text)
        return 0

    @staticmethod
    def _act(visitor: Visitor, mood: _Mood, url: str) -> Page:
        if mood.do == "sign in":
            return visitor.sign_in(url, mood.user)
        return visitor.decline(url) if mood.do == "decline" else visitor.open(url)
