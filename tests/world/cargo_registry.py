# SPDX-License-Identifier: MIT
"""A feed of Cargo's like those of Azure Artifacts: a sparse index that requires a token.

Source: The Cargo Book, "Registry Index" and "Registry Web API".
"""

from __future__ import annotations

import hashlib
import json
import ssl

from flask import Flask, Response, jsonify, request

from world.api_server import ApiServer
from world.gate import Gate, Rejected
from world.proxy import Proxy

FEED = "contoso/_packaging/feed/Cargo"


def _index_path(name: str) -> str:
    """Where the index has a crate."""
    if len(name) < 4:
        return f"{len(name)}/{name}" if len(name) < 3 else f"3/{name[0]}/{name}"
    return f"{name[:2]}/{name[2:4]}/{name}"


class CargoRegistry(ApiServer):
    """`index` is the URL of its index, as Cargo's configuration has it. `crates` are the published
    ones: by name and version, the entry and the file. A rejected request gets the `challenges`."""

    def __init__(self, tls: ssl.SSLContext | None, gate: Gate) -> None:
        self.crates: dict[tuple[str, str], tuple[dict, bytes]] = {}
        self.challenges: list[str] = []
        super().__init__(tls, gate)
        self.base = self.url

    @property
    def index(self) -> str:
        return f"sparse+{self.base}/{FEED}/index/"

    def serve_as(self, internet: Proxy, host: str) -> None:
        """Is this host to everything that uses the proxy."""
        internet.add(host, self.url)
        self.base = f"https://{host}"

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule(f"/{FEED}/index/config.json", "config", self._config)
        app.add_url_rule(f"/{FEED}/index/<path:path>", "index", self._entries)
        app.add_url_rule(f"/{FEED}/api/v1/crates/new", "publish", self._publish, methods=["PUT"])
        app.add_url_rule(f"/{FEED}/api/v1/crates/<name>/<version>/download", "download",
                         lambda name, version: Response(self.crates[name, version][1]))
        app.add_url_rule(f"/{FEED}/api/v1/crates/<name>/<version>/yank", "yank",
                         lambda name, version: self._yank(name, version, True), methods=["DELETE"])
        app.add_url_rule(f"/{FEED}/api/v1/crates/<name>/<version>/unyank", "unyank",
                         lambda name, version: self._yank(name, version, False), methods=["PUT"])
        app.add_url_rule(f"/{FEED}/api/v1/crates/<name>/owners", "owners",
                         lambda name: jsonify(users=[{"id": 1, "login": "ada", "name": "Ada"}]))

    def _config(self) -> Response:
        api = f"{self.base}/{FEED}"
        return jsonify({"dl": f"{api}/api/v1/crates", "api": api, "auth-required": True})

    def _entries(self, path: str) -> Response:
        entries = [entry for (name, _), (entry, _) in self.crates.items() if _index_path(name) == path]
        return Response("".join(json.dumps(entry) + "\n" for entry in entries),
                        200 if entries else 404, mimetype="text/plain")

    def _publish(self) -> Response:
        body = request.get_data()
        size = int.from_bytes(body[:4], "little")
        told, crate = json.loads(body[4:4 + size]), body[8 + size:]
        assert int.from_bytes(body[4 + size:8 + size], "little") == len(crate)
        entry = {"name": told["name"], "vers": told["vers"], "deps": [], "features": {},
                 "cksum": hashlib.sha256(crate).hexdigest(), "yanked": False}
        self.crates[told["name"], told["vers"]] = (entry, crate)
        return jsonify(warnings={"invalid_categories": [], "invalid_badges": [], "other": []})

    def _yank(self, name: str, version: str, yanked: bool) -> Response:
        self.crates[name, version][0]["yanked"] = yanked
        return jsonify(ok=True)

    def reject(self, rejected: Rejected) -> Response:
        response = Response(rejected.why, rejected.status, mimetype="text/plain")
        for challenge in self.challenges:
            response.headers.add("WWW-Authenticate", challenge)
        return response
