# SPDX-License-Identifier: MIT
"""The user of a simulated browser that starts as fast as a shell, since it starts very often."""

from __future__ import annotations

import os
import threading

import requests

from authority import contoso
from world.world import World

PROGRAM = """\
#!/bin/sh
echo "$1" >'{pipe}'
"""


class ReadyUser:
    """`user` signs in at each URL that $BROWSER is started with, in this process, and has signed in
    for each device code."""

    def __init__(self, world: World) -> None:
        self.user = contoso.ADA
        self._world = world
        folder = world.session.root / "browser"
        folder.mkdir()
        pipe, program = folder / "urls", folder / "browser"
        os.mkfifo(pipe)
        program.write_text(PROGRAM.format(pipe=pipe))
        program.chmod(0o755)
        world.session.env["BROWSER"] = str(program)
        self._urls = open(os.open(pipe, os.O_RDWR), "r+b", buffering=0)
        self._thread = threading.Thread(target=self._sign_in, daemon=True)
        self._thread.start()

    def _sign_in(self) -> None:
        """Returns at the line that close() writes."""
        while url := self._urls.readline().decode().strip():
            try:
                self._world.visitor.sign_in(url, self.user)
            except (requests.RequestException, ValueError, RuntimeError):
                """The program that started the browser has ended, or the authority says on its
                page what is wrong with the URL."""

    def close(self) -> None:
        self._urls.write(b"\n")
        self._thread.join()
        self._urls.close()
