# SPDX-License-Identifier: MIT
"""Stand-ins for the services that issue tokens inside Azure and build systems; they check the
requests that they get."""

from __future__ import annotations

import time
from typing import Any, Callable

from flask import Flask, Response, jsonify, request

from authority.request_log import RequestLog
from authority.web_server import WebServer

Answer = Callable[[], Response]
TOKEN = "a-managed-identitys.token"


class IdentityService:
    """Answers every request with `answer()`, a Flask view; `requests` lists the requests."""

    def __init__(self, tls=None, answer: Answer | None = None) -> None:
        self.answer = answer or self.token_answer
        self.token = TOKEN
        self.log = RequestLog()
        self._server = WebServer(self._make_app, tls)
        self.url = self._server.url

    def _make_app(self) -> Flask:
        app = Flask("identity", static_folder=None)
        self.log.attach(app)
        app.add_url_rule("/", "root", self._serve, methods=["GET", "POST"])
        app.add_url_rule("/<path:_>", "all", self._serve, methods=["GET", "POST"])
        return app

    def _serve(self, _: str = "") -> Response:
        return self.answer()

    def as_imds(self) -> Response:
        """IMDS refuses a request without the header that shows that it comes from this machine."""
        if request.headers.get("Metadata") != "true":
            return jsonify(error="invalid_request",
                           error_description="Required metadata header not specified"), 400
        return self.token_answer()

    def token_answer(self) -> Response:
        """As in IMDS: every number is a string, and the expiry time is given."""
        return jsonify(access_token=self.token, token_type="Bearer", expires_in="86399",
                       expires_on=str(int(time.time()) + 86399),
                       resource=request.values["resource"])

    @property
    def requests(self) -> list[Any]:
        return self.log.all()

    def close(self) -> None:
        self._server.close()

    def __enter__(self) -> IdentityService:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
