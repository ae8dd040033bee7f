# SPDX-License-Identifier: MIT
"""The endpoint of `entra run`, and what asks it from outside of the command."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from authority import contoso
from world.world import World

VERSION = "2019-08-01"
PAGE = Path(__file__).parents[2] / "man" / "entra-run.1"


def recipes(variable: str) -> list[str]:
    """The command lines of the manual that put a token into this variable."""
    texts = re.findall(r"^\.Bd -literal.*?$\n(.*?)^\.Ed$", PAGE.read_text(), re.M | re.S)
    return [text.replace(r"\e", "\\") for text in texts
            if re.search(rf"--env[\s\\e]+{variable}=", text)]


def beginning(ignored: str) -> str:
    """A script of Python that runs the command after it, which ignores this signal then, or has some
    blocked."""
    return "import os; from signal import *; [signal(n, SIG_DFL) for n in (SIGPIPE, SIGXFSZ)]; " \
        f"pthread_sigmask(SIG_BLOCK, {{SIGUSR1, SIGTERM}} if {ignored == 'blocked'} else ()); " \
        f"[signal(n, SIG_IGN) for n in Signals if n.name == 'SIG{ignored}']; " \
        "os.execvp(os.sys.argv[1], os.sys.argv[1:])"


def give_tokens(world: World, *names: str) -> None:
    """Configures these APIs, which are built in for the real clouds only."""
    settings = world.appsettings()
    for name in names:
        settings[name] = {"Scopes": [f"{contoso.MY_WEB_API}/.default"]}
    world.write_appsettings(settings)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def message(self) -> str:
        """Of an error, which App Service's form has."""
        assert self.json["statusCode"] == self.status
        return self.json["message"]


class Endpoint:
    """`entra run`, whose command waits until it is told to end. `within`: a command that runs it."""

    def __init__(self, world: World, *options: str, env: dict[str, str | None] | None = None,
                 within: Sequence[str] = ()) -> None:
        given = world.session.env | (env or {})
        self.process = subprocess.Popen(
            [*within, "entra", "run", *options, "--", "sh", "-c",
             "echo $IDENTITY_ENDPOINT $IDENTITY_HEADER; read line"],
            env={name: value for name, value in given.items() if value is not None},
            cwd=world.session.home, start_new_session=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        assert len(words) == 2, self.process.communicate()
        self.url, self.secret = words
        place = urlsplit(self.url)
        self.path = place.path
        self.address = (place.hostname, place.port)
        self.host = place.netloc

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=60)

    def client(self) -> http.client.HTTPConnection:
        """One that keeps its connection."""
        return http.client.HTTPConnection(*self.address, timeout=60)

    def ask(self, resource: str | None = contoso.MY_WEB_API, *, method: str = "GET",
            path: str | None = None, query: dict[str, Any] | None = None,
            headers: dict[str, str | None] | None = None, body: bytes | None = None,
            client: http.client.HTTPConnection | None = None) -> Answer:
        members = {"api-version": VERSION} | ({"resource": resource} if resource else {})
        members |= query or {}
        given = {"X-IDENTITY-HEADER": self.secret} | (headers or {})
        members = {name: value for name, value in members.items() if value is not None}
        connection = client or self.client()
        try:
            connection.request(method, f"{path or self.path}?{urlencode(members, doseq=True)}", body,
                               {name: value for name, value in given.items() if value is not None})
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read().decode())
        finally:
            if client is None:
                connection.close()

    def finish(self) -> str:
        """Lets the command end; returns what was said on stderr."""
        _, err = self.process.communicate("\n", timeout=60)
        assert self.process.returncode == 0, err
        return err

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
