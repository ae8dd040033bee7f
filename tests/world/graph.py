# SPDX-License-Identifier: MIT
"""Microsoft Graph, as far as the demonstration and README.md need it: who the user is."""

from __future__ import annotations

from flask import Flask, Response, g, jsonify

from world.web_api import WebApi


class Graph(WebApi):
    """GET /v1.0/me answers from the claims of the user's token."""

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule("/v1.0/me", "me", self._me)

    @staticmethod
    def _me() -> Response:
        return jsonify(userPrincipalName=g.claims["upn"])
