# SPDX-License-Identifier: MIT
"""What all servers that require a token have in common: HTTPS, a gate, and a log."""

from __future__ import annotations

import ssl
from typing import IO

from flask import Flask, Response, g, request

from authority.request_log import LoggedRequest, RequestLog
from authority.web_server import WebServer
from world.gate import Gate, Rejected


def _drain(body: IO[bytes]) -> None:
    """A client that is still sending when the connection closes may never see the response."""
    while body.read(64 * 1024):
        pass


class ApiServer:
    """Starts serving when it is created. A subclass adds its paths, and the response to a rejected
    request."""

    def __init__(self, tls: ssl.SSLContext | None, gate: Gate) -> None:
        self.gate = gate
        self.log = RequestLog()
        self._web_server = WebServer(self._make_app, tls)
        self.url = self._web_server.url

    def _make_app(self) -> Flask:
        app = Flask(type(self).__name__, static_folder=None)
        app.json.sort_keys = False
        self.log.attach(app)
        app.before_request(self._check)
        app.register_error_handler(Rejected, self.reject)
        self.add_paths(app)
        return app

    def add_paths(self, app: Flask) -> None:
        raise NotImplementedError

    def reject(self, rejected: Rejected) -> Response:
        raise NotImplementedError

    def _check(self) -> None:
        """Every path is behind the gate; flask.g.claims has the claims of the accepted token."""
        try:
            g.claims = self.gate.claims(request.headers.get("Authorization", ""))
        except Rejected:
            _drain(request.stream)
            raise

    @property
    def requests(self) -> list[LoggedRequest]:
        return self.log.all()

    def close(self) -> None:
        self._web_server.close()
