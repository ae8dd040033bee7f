# SPDX-License-Identifier: MIT
"""A module mirror of Go's that requires a token. Source: The Go reference, "GOPROXY protocol"."""

from __future__ import annotations

import io
import json
import ssl
import zipfile

from flask import Flask, Response, abort

from world.api_server import ApiServer
from world.gate import Gate, Rejected

FEED = "contoso/_packaging/go"


class GoMirror(ApiServer):
    """`proxy` is its URL, for GOPROXY. It has the `modules`: version 1.0.0 of each, with a function
    that returns its name. A rejected request gets the `status` and the `challenges`."""

    def __init__(self, tls: ssl.SSLContext | None, gate: Gate) -> None:
        self.modules: set[str] = set()
        self.challenges: list[str] = ['Basic realm="feed"']
        self.status = 401
        super().__init__(tls, gate)

    @property
    def proxy(self) -> str:
        return f"{self.url}/{FEED}"

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule(f"/{FEED}/<path:module>/@v/<file>", "file", self._file)

    def _file(self, module: str, file: str) -> Response:
        if module not in self.modules:
            abort(404)
        package = module.rpartition("/")[2]
        mod = f"module {module}\n\ngo 1.21\n"
        if file == "list":
            return Response("v1.0.0\n")
        if file == "v1.0.0.info":
            return Response(json.dumps({"Version": "v1.0.0", "Time": "2026-01-02T15:04:05Z"}))
        if file == "v1.0.0.mod":
            return Response(mod)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as written:
            written.writestr(f"{module}@v1.0.0/go.mod", mod)
            written.writestr(f"{module}@v1.0.0/{package}.go",
                             f'package {package}\n\nfunc Name() string {{ return "{package}" }}\n')
        return Response(archive.getvalue())

    def reject(self, rejected: Rejected) -> Response:
        response = Response(rejected.why, self.status, mimetype="text/plain")
        for challenge in self.challenges:
            response.headers.add("WWW-Authenticate", challenge)
        return response
