# SPDX-License-Identifier: MIT
"""A feed of npm packages like those of Azure Artifacts, which requires a token for everything."""

from __future__ import annotations

import base64
import ssl
from typing import Any

from flask import Flask, Response, abort, jsonify, request

from world.api_server import ApiServer
from world.gate import Gate, Rejected

FEED = "contoso/_packaging/web/npm/registry"


class NpmRegistry(ApiServer):
    """`documents` are those of the published packages, by name, and `tarballs` their files. `base` is
    its address to its clients."""

    def __init__(self, tls: ssl.SSLContext | None, gate: Gate, base: str) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.tarballs: dict[str, bytes] = {}
        self.base = base
        super().__init__(tls, gate)

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule(f"/{FEED}/<name>", "read", self._read)
        app.add_url_rule(f"/{FEED}/<name>", "publish", self._publish, methods=["PUT"])
        app.add_url_rule(f"/{FEED}/<name>/-/<file>", "tarball",
                         lambda name, file: Response(self.tarballs[file]))

    def _read(self, name: str) -> Response:
        if name not in self.documents:
            abort(404)
        return jsonify(self.documents[name])

    def _publish(self, name: str) -> Response:
        document = request.get_json(force=True)
        for file, attachment in document.pop("_attachments").items():
            self.tarballs[file] = base64.b64decode(attachment["data"])
        for version in document["versions"].values():
            file = version["dist"]["tarball"].rpartition("/")[2]
            version["dist"]["tarball"] = f"{self.base}/{FEED}/{name}/-/{file}"
        self.documents[name] = document
        return jsonify(ok=True)

    def reject(self, rejected: Rejected) -> Response:
        response = Response(rejected.why, rejected.status, mimetype="text/plain")
        response.headers["WWW-Authenticate"] = 'Basic realm="https://pkgs.dev.azure.com/"'
        return response
