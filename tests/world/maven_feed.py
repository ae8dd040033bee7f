# SPDX-License-Identifier: MIT
"""A feed of Maven artifacts like those of Azure Artifacts, which requires a token for everything."""

from __future__ import annotations

import ssl

from flask import Flask, Response, abort, request

from world.api_server import ApiServer
from world.gate import Gate, Rejected

FEED = "contoso/_packaging/app/maven/v1"


class MavenFeed(ApiServer):
    """`files` are what has been deployed, by their paths."""

    def __init__(self, tls: ssl.SSLContext | None, gate: Gate) -> None:
        self.files: dict[str, bytes] = {}
        gate.basic_too = True
        super().__init__(tls, gate)

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule(f"/{FEED}/<path:path>", "read", self._read)
        app.add_url_rule(f"/{FEED}/<path:path>", "deploy", self._deploy, methods=["PUT"])

    def _read(self, path: str) -> Response:
        if path not in self.files:
            abort(404)
        return Response(self.files[path])

    def _deploy(self, path: str) -> Response:
        self.files[path] = request.get_data()
        return Response(status=201)

    def reject(self, rejected: Rejected) -> Response:
        return Response(rejected.why, status=rejected.status,
                        headers={"WWW-Authenticate": 'Basic realm="pkgs.dev.azure.com"'})
