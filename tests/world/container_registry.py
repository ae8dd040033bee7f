# SPDX-License-Identifier: MIT
"""An Azure Container Registry: its token endpoints, as strict as the real ones, before Debian's
docker-registry, which has the images.

Source: Azure/acr, docs/AAD-OAuth.md and Token-BasicAuth.md; distribution's docs/spec/auth.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import socket
import ssl
import time
import uuid
from pathlib import Path
from typing import Any, Callable, Mapping

import jwt
import requests
from flask import Flask, Response, jsonify, request

from authority.keys import SigningKey, process_key
from authority.request_log import LoggedRequest, RequestLog
from authority.web_server import WebServer
from world.gate import Gate, Rejected
from world.program import Daemon
from world.waiting import wait_until

NOBODY = "00000000-0000-0000-0000-000000000000"
REFRESH_LIFE = 3 * 3600
ACCESS_LIFE = 75 * 60
SCOPE = re.compile(r"repository:([a-z0-9/._-]+):([a-z,*]+)|registry:catalog:\*")
REPOSITORY = re.compile(r"/v2/(.+)/(?:manifests|blobs|tags)/.*")
ISSUER = "Azure Container Registry"

Answer = Callable[[], Response]


def _fail(status: int, code: str, message: str) -> Response:
    response = jsonify(errors=[{"code": code, "message": message, "detail": None}])
    response.status_code = status
    return response


def _unauthorized(message: str = "authentication required, visit "
                                 "https://aka.ms/acr/authorization for more information."
                  ) -> Response:
    return _fail(401, "UNAUTHORIZED", message)


class ContainerRegistry:
    """Takes Entra tokens for which the gate is open. `names` are those that it goes by, and the
    services that it takes. `exchange_answer`, if it is set, answers an exchange in its place.

    Repositories in `public` can be pulled by anybody. With `roles`, only those can pull or push whose
    user name or client ID has a role: "pull", or "pull,push".
    """

    def __init__(self, tls: ssl.SSLContext, gate: Gate, folder: Path, env: Mapping[str, str],
                 *names: str) -> None:
        self.gate = gate
        self.public: set[str] = set()
        self.roles: dict[str, str] | None = None
        self.exchange_answer: Answer | None = None
        self.issued_tokens: list[str] = []
        self._key: SigningKey = process_key()
        self._folder = folder
        self._env = env
        self._storage: Daemon | None = None
        self._port = 0
        self.log = RequestLog()
        self._server = WebServer(self._make_app, tls)
        self.url = self._server.url
        self.host = self.url.removeprefix("https://")
        self.names = (self.host, *names)

    def _make_app(self) -> Flask:
        app = Flask("registry", static_folder=None)
        self.log.attach(app)
        app.add_url_rule("/oauth2/exchange", "exchange", self._exchange, methods=["POST"])
        app.add_url_rule("/oauth2/token", "token", self._token, methods=["GET", "POST"])
        app.add_url_rule("/v2/", "root", self._serve, methods=["GET", "HEAD"])
        app.add_url_rule("/v2/<path:_>", "all", self._serve,
                         methods=["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"])
        return app

    @property
    def exchanges(self) -> list[LoggedRequest]:
        return [one for one in self.log.all() if one.path == "/oauth2/exchange"]

    # ---- tokens ----

    def _service(self) -> str | None:
        """The one that the request is for, if it is the one that it was sent to."""
        service = request.values.get("service")
        return service if service in self.names and service == request.host else None

    def refresh_token(self, service: str, **claims: Any) -> str:
        """One of ours, unless claims say otherwise."""
        now = int(time.time())
        token = self._key.sign({"jti": str(uuid.uuid4()), "nbf": now - 900, "exp": now +
                                REFRESH_LIFE, "iat": now - 900, "iss": ISSUER, "aud": service,
                                "version": "1.0", "grant_type": "refresh_token"} | claims)
        self.issued_tokens.append(token)
        return token

    def _exchange(self) -> Response:
        """POST /oauth2/exchange."""
        if self.exchange_answer is not None:
            return self.exchange_answer()
        if request.mimetype != "application/x-www-form-urlencoded" or \
                request.form.get("grant_type") != "access_token" or request.args:
            return _fail(400, "UNSUPPORTED", "the grant type is not supported")
        service = self._service()
        if service is None:
            return _fail(400, "NAME_INVALID", "the service is not this registry")
        try:
            claims = self.gate.claims(f"Bearer {request.form.get('access_token', '')}")
        except Rejected as rejected:
            return _unauthorized(f"authentication failed: {rejected.why}")
        if request.form.get("tenant", claims["tid"]) != claims["tid"]:
            return _unauthorized("the token is of another tenant")
        who = claims.get("upn") or claims["appid"]
        if self.roles is not None and who not in self.roles:
            return _unauthorized()
        return jsonify(refresh_token=self.refresh_token(service, sub=who, tenant=claims["tid"]))

    def _holder(self, refresh_token: str, service: str) -> str | None:
        """Whose refresh token it is; None: nobody's, of this registry."""
        try:
            claims = jwt.decode(refresh_token, self._key.public_key, algorithms=["RS256"],
                                audience=service, issuer=ISSUER)
        except jwt.InvalidTokenError:
            return None
        return claims["sub"] if claims.get("grant_type") == "refresh_token" else None

    def _token(self) -> Response:
        """GET with Basic authorization or none, POST with the refresh token in the form."""
        service = self._service()
        if service is None:
            return _fail(400, "NAME_INVALID", "the service is not this registry")
        password = None
        if request.method == "POST":
            if request.form.get("grant_type") not in ("refresh_token", "password"):
                return _fail(400, "UNSUPPORTED", "the grant type is not supported")
            password = request.form.get("refresh_token")
            if request.form.get("grant_type") == "password":
                if request.form.get("username") != NOBODY:
                    return _unauthorized()
                password = request.form.get("password")
        elif "Authorization" in request.headers:
            password = self._basic_password()
            if password is None:
                return _unauthorized()
        who = self._holder(password, service) if password is not None else None
        if password is not None and who is None:
            return _unauthorized("the refresh token is not valid")
        scopes = request.form.getlist("scope") if request.method == "POST" \
            else request.args.getlist("scope")
        return self._issue(who, service, [one for text in scopes for one in text.split()])

    @staticmethod
    def _basic_password() -> str | None:
        scheme, _, credential = request.headers["Authorization"].partition(" ")
        try:
            user, _, password = base64.b64decode(credential, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return password if scheme == "Basic" and user == NOBODY else None

    def _granted(self, who: str | None, repository: str, actions: str) -> list[str]:
        role = "pull,push" if self.roles is None else self.roles.get(who or "", "")
        may = role.split(",") if who is not None else []
        if repository in self.public:
            may = ["pull", *may]
        return [one for one in actions.split(",") if one in may]

    def _issue(self, who: str | None, service: str, scopes: list[str]) -> Response:
        access = []
        for scope in scopes:
            match = SCOPE.fullmatch(scope)
            if match is None:
                return _fail(400, "NAME_INVALID", f"the scope {scope} is not valid")
            if match[1]:
                actions = self._granted(who, match[1], match[2])
                if actions:
                    access.append({"type": "repository", "name": match[1], "actions": actions})
        if who is None and not access:
            return _unauthorized()
        now = int(time.time())
        token = self._key.sign({"jti": str(uuid.uuid4()), "sub": who or "", "nbf": now, "iat": now,
                                "exp": now + ACCESS_LIFE, "iss": ISSUER, "aud": service,
                                "grant_type": "access_token", "access": access})
        return jsonify(access_token=token, expires_in=ACCESS_LIFE)

    # ---- images ----

    def _serve(self, _: str = "") -> Response:
        needed = "pull" if request.method in ("GET", "HEAD") else "push"
        match = REPOSITORY.fullmatch(request.path)
        body = request.get_data()
        if not self._is_allowed(match[1] if match else None, needed):
            response = _unauthorized()
            realm = f'Bearer realm="https://{request.host}/oauth2/token",service="{request.host}"'
            if match:
                wanted = "pull" if needed == "pull" else "pull,push"
                realm += f',scope="repository:{match[1]}:{wanted}"'
            response.headers["WWW-Authenticate"] = realm
            response.headers["Docker-Distribution-Api-Version"] = "registry/2.0"
            return response
        return self._forward(body)

    def _is_allowed(self, repository: str | None, needed: str) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            claims = jwt.decode(token, self._key.public_key, algorithms=["RS256"],
                                audience=request.host, issuer=ISSUER)
        except jwt.InvalidTokenError:
            return False
        if scheme != "Bearer" or claims.get("grant_type") != "access_token":
            return False
        return repository is None or any(one["name"] == repository and needed in one["actions"]
                                         for one in claims["access"])

    def _forward(self, body: bytes) -> Response:
        """To Debian's docker-registry, whose locations are relative."""
        headers = {name: value for name, value in request.headers
                   if name.lower() not in ("host", "authorization", "connection")}
        answer = requests.request(
            request.method, f"http://127.0.0.1:{self._port}{request.full_path}", data=body,
            headers=headers | {"Accept-Encoding": "identity"}, allow_redirects=False)
        response = Response(answer.content, answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in ("connection", "transfer-encoding", "date"):
                response.headers[name] = value
        if request.method == "HEAD" and "Content-Length" in answer.headers:
            response.headers["Content-Length"] = answer.headers["Content-Length"]
            response.automatically_set_content_length = False
        return response

    def keep_images(self) -> None:
        """Starts docker-registry, which ends with the thread that calls this."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._folder.mkdir()
        config = self._folder / "config.json"
        config.write_text(json.dumps({
            "version": 0.1, "log": {"level": "error"},
            "storage": {"filesystem": {"rootdirectory": str(self._folder / "images")}},
            "http": {"addr": f"127.0.0.1:{self._port}", "relativeurls": True,
                     "secret": "of this test"}}))
        # It takes variables such as podman's REGISTRY_AUTH_FILE for settings.
        env = {name: value for name, value in self._env.items()
               if not name.startswith("REGISTRY_")}
        self._storage = Daemon(["docker-registry", "serve", config], env, self._folder / "log")
        wait_until(self._has_started, "the registry")

    def _has_started(self) -> bool:
        self._storage.check_alive()
        try:
            socket.create_connection(("127.0.0.1", self._port)).close()
        except ConnectionRefusedError:
            return False
        return True

    def close(self) -> None:
        self._server.close()
        if self._storage is not None:
            self._storage.stop()
