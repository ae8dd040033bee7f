"""A git server as Azure DevOps is one: repositories behind HTTPS, and a token to get in."""

from __future__ import annotations

import ssl
import subprocess
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

from world import cgi_program
from world.api_server import ApiServer
from world.gate import Gate, Rejected


@lru_cache(maxsize=None)
def _http_backend() -> str:
    folder = subprocess.run(["git", "--exec-path"], check=True, capture_output=True, text=True)
    return f"{folder.stdout.strip()}/git-http-backend"


class GitServer(ApiServer):
    """Serves the bare repositories below `folder` with git's own http-backend.

    It turns away with Azure DevOps' challenges: Basic, and Bearer with the authority's address in
    `authorization_uri`. `tenant` is the GUID that X-VSS-ResourceTenant names.
    """

    def __init__(self, tls: ssl.SSLContext | None, gate: Gate, folder: Path, *,
                 authorization_uri: str, tenant: str) -> None:
        self.folder = folder
        self.authorization_uri = authorization_uri
        self.tenant = tenant
        gate.basic_too = True
        super().__init__(tls, gate)

    def create_repository(self, name: str = "contoso/app/_git/app") -> str:
        """Makes an empty repository and gives its URL; the path has Azure DevOps' form."""
        self._git("init", "--quiet", "--bare", "--initial-branch=main", self.folder / name)
        return f"{self.url}/{name}"

    def commits(self, name: str = "contoso/app/_git/app", branch: str = "main") -> list[str]:
        """The subjects of the commits that arrived, the newest first."""
        return self._git("-C", self.folder / name, "log", "--format=%s", branch).splitlines()

    def _git(self, *arguments: str | Path) -> str:
        done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True,
                              env=self._environment())
        return done.stdout

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}

    def add_paths(self, app: Flask) -> None:
        app.add_url_rule("/<path:_>", "git", self._serve, methods=["GET", "POST"])

    def _serve(self, _: str) -> Response:
        """REMOTE_USER tells http-backend that the gate was passed, so a push is allowed."""
        env = self._environment() | cgi_program.environment(request) | {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "token",
        }
        return cgi_program.respond([_http_backend()], env, request.stream)

    def turn_away(self, rejected: Rejected) -> Response:
        response = Response(rejected.why, rejected.status, mimetype="text/plain")
        response.headers.add("WWW-Authenticate",
                             f"Bearer authorization_uri={self.authorization_uri}")
        response.headers.add("WWW-Authenticate", f'Basic realm="{self.url}/"')
        response.headers["X-VSS-ResourceTenant"] = self.tenant
        return response
