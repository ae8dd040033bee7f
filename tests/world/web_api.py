# SPDX-License-Identifier: MIT
"""A company's own web API, that of the daemon sample: GET /api/TodoList."""

from __future__ import annotations

from flask import Flask, Response, g, jsonify

from world.api_server import ApiServer
from world.gate import Rejected

TODO_LIST = [
    {"id": 1, "title": "Rotate the certificates", "owner": "daemon"},
    {"id": 2, "title": "Order coffee", "owner": "daemon"},
]


class WebApi(ApiServer):
    """`todo_list_url` requires a token; `/api/WhoAmI` answers with the claims of the token."""

    @property
    def todo_list_url(self) -> str:
        return f"{self.url}/api/TodoList"

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule("/api/TodoList", "todo", lambda: jsonify(TODO_LIST))
        app.add_url_rule("/api/WhoAmI", "who", lambda: jsonify(g.claims))

    def reject(self, rejected: Rejected) -> Response:
        """401 as from the framework's token check, 403 in the form of Microsoft Graph."""
        if rejected.status == 401:
            response = Response(status=401)
            response.headers["WWW-Authenticate"] = \
                f'Bearer error="invalid_token", error_description="{rejected.why}"'
            return response
        response = jsonify(error={"code": "Authorization_RequestDenied", "message": rejected.why})
        response.status_code = rejected.status
        return response
