# SPDX-License-Identifier: MIT
"""A git server like Azure DevOps: repositories over HTTPS that require a token."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterator

from flask import Flask, Response, request

from world import cgi_program
from world.api_server import ApiServer
from world.gate import INSUFFICIENT_CLAIMS, Gate, Rejected


@lru_cache(maxsize=None)
def _http_backend() -> str:
    folder = subprocess.run(["git", "--exec-path"], check=True, capture_output=True, text=True)
    return f"{folder.stdout.strip()}/git-http-backend"


class GitServer(ApiServer):
    """Serves the bare repositories below `folder` with git's own http-backend.

    Rejected requests get the challenges of Azure DevOps: Basic, and Bearer with the authority's
    address in `authorization_uri`; with `unavailable`, they get that HTTP status and nothing else. `tenant` is the GUID in X-VSS-ResourceTenant; if None, there is
    no such header. `claims` is the claims challenge for tokens that do not meet the gate's demand.

    Each repository also has a git-lfs server; `large_files` has the uploaded objects.
    """

    def __init__(self, tls: ssl.SSLContext | None, gate: Gate, folder: Path, *,
                 authorization_uri: str | None, tenant: str | None) -> None:
        self.folder = folder
        self.claims: dict[str, Any] = {}
        self.large_files: dict[str, bytes] = {}
        self.authorization_uri = authorization_uri
        self.tenant = tenant
        self.unavailable: int | None = None
        gate.basic_too = True
        super().__init__(tls, gate)

    def create_repository(self, name: str = "contoso/app/_git/app") -> str:
        """Creates an empty repository and returns its URL; the path has Azure DevOps' form."""
        self._git("init", "--quiet", "--bare", "--initial-branch=main", self.folder / name)
        return f"{self.url}/{name}"

    def commits(self, name: str = "contoso/app/_git/app", branch: str = "main") -> list[str]:
        """The subjects of the pushed commits, newest first."""
        return self._git("-C", self.folder / name, "log", "--format=%s", branch).splitlines()

    def _git(self, *arguments: str | Path) -> str:
        done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True,
                              env=self._environment())
        return done.stdout

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule("/<path:_>", "git", self._serve, methods=["GET", "POST"])
        app.add_url_rule("/<path:repository>/info/lfs/objects/batch", "lfs", self._offer,
                         methods=["POST"])
        app.add_url_rule("/<path:_>/info/lfs/objects/<name>", "lfs object", self._object,
                         methods=["GET", "PUT"])

    def _serve(self, _: str) -> Response:
        """REMOTE_USER tells http-backend that the user is authenticated, so a push is allowed."""
        env = self._environment() | cgi_program.environment(request) | {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "token",
        }
        return cgi_program.respond([_http_backend()], env, request.stream)

    def _offer(self, repository: str) -> Response:
        """The batch API of git-lfs: where to upload or download each object."""
        batch = request.get_json(force=True)
        objects = []
        for one in batch["objects"]:
            missing = one["oid"] not in self.large_files
            wanted = missing == (batch["operation"] == "upload")
            action = {"href": f"{request.host_url}{repository}/info/lfs/objects/{one['oid']}"}
            objects.append(one | ({"actions": {batch["operation"]: action}} if wanted else {}))
        return _lfs({"transfer": "basic", "objects": objects})

    def _object(self, _: str, name: str) -> Response:
        if request.method == "PUT":
            self.large_files[name] = request.get_data()
        return Response(self.large_files[name], mimetype="application/octet-stream")

    def reject(self, rejected: Rejected) -> Response:
        if self.unavailable is not None:
            return Response(status=self.unavailable)
        response = Response(rejected.why, rejected.status, mimetype="text/plain")
        for challenge in self._challenges(rejected):
            response.headers.add("WWW-Authenticate", challenge)
        if self.tenant is not None:
            response.headers["X-VSS-ResourceTenant"] = self.tenant
        return response

    def _challenges(self, rejected: Rejected) -> Iterator[str]:
        bearer = "Bearer"
        if self.authorization_uri is not None:
            bearer += f" authorization_uri={self.authorization_uri}"
        if rejected.why == INSUFFICIENT_CLAIMS:
            claims = base64.b64encode(json.dumps(self.claims).encode()).decode()
            bearer = f'Bearer error="{INSUFFICIENT_CLAIMS}", claims="{claims}"'
        yield bearer
        yield f'Basic realm="{self.url}/"'


def _lfs(answer: dict[str, Any]) -> Response:
    return Response(json.dumps(answer), mimetype="application/vnd.git-lfs+json")
