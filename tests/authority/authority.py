# SPDX-License-Identifier: MIT
"""The authority as tests use it: a running server, its log, and the controls to make it fail."""

from __future__ import annotations

import os
import ssl
import time
from email.utils import formatdate

from flask import Flask, Response

from authority import application, contoso, pages
from authority.authorization_codes import AuthorizationCodes
from authority.device_codes import DeviceCodes
from authority.directory import Client, Directory
from authority.faults import FaultQueue
from authority.keys import SigningKey, process_key
from authority.refresh_tokens import RefreshTokens
from authority.request_log import LoggedRequest, RequestLog
from authority.token_server import TokenServer
from authority.tokens import TokenIssuer
from authority.web_server import WebServer


class Authority:
    """A running authority, over https or, without `tls`, http; close() stops it.

    `url` is the Instance of a configuration. `issuer.lifetime` and `issuer.refresh_in` apply to
    later tokens; `faults` and `device_faults` set what goes wrong at the token endpoint and at the
    device authorization endpoint. `authorization_codes`, `device_codes` and `refresh_tokens` are
    those that clients of users have been given, with controls of their own. The authority's clock
    is `clock_ahead` seconds fast.
    """

    def __init__(self, tls: ssl.SSLContext | None, directory: Directory | None = None,
                 key: SigningKey | None = None, port: int = 0) -> None:
        self.directory = directory or contoso.directory()
        self.key = key or process_key()
        self.clock_ahead = 0
        self.faults = FaultQueue()
        self.device_faults = FaultQueue()
        if tls is None:
            # Authlib otherwise refuses plain http, even on the loopback.
            os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
        self.log = RequestLog()
        self._web_server = WebServer(self._make_app, tls, port)
        self.url = self._web_server.url
        self.issuer = TokenIssuer(self.key, self.url)
        self._token_server = TokenServer(self.directory, self.issuer)

    def _make_app(self) -> Flask:
        app = Flask("authority", static_folder=None)
        app.json.sort_keys = False
        self.log.attach(app)
        self._token_server.init_app(app)
        application.add_token_endpoint(app, self._token_server, self.faults)
        application.add_device_code_endpoint(app, self._token_server, self.device_faults)
        pages.add_sign_in_page(app, self._token_server)
        pages.add_device_page(app, self._token_server)
        application.add_metadata(app, self.directory, self.issuer)
        app.after_request(application.echo_request_id)
        app.after_request(self._tell_time)
        return app

    def _tell_time(self, response: Response) -> Response:
        response.headers.setdefault(
            "Date", formatdate(time.time() + self.clock_ahead, usegmt=True))
        return response

    @property
    def requests(self) -> list[LoggedRequest]:
        """Every request since the start, or since log.clear()."""
        return self.log.all()

    @property
    def token_requests(self) -> list[LoggedRequest]:
        return self._requests_to("/oauth2/v2.0/token", "/adfs/oauth2/token")

    @property
    def refresh_requests(self) -> list[LoggedRequest]:
        return [one for one in self.token_requests if one.form.get("grant_type") == "refresh_token"]

    @property
    def device_code_requests(self) -> list[LoggedRequest]:
        return self._requests_to("/oauth2/v2.0/devicecode")

    @property
    def authorize_requests(self) -> list[LoggedRequest]:
        """The requests that opened a sign-in page."""
        return [one for one in self._requests_to("/oauth2/v2.0/authorize") if one.method == "GET"]

    @property
    def metadata_requests(self) -> list[LoggedRequest]:
        return self._requests_to("/.well-known/openid-configuration")

    def _requests_to(self, *ends: str) -> list[LoggedRequest]:
        return [one for one in self.requests if one.path.endswith(ends)]

    @property
    def authorization_codes(self) -> AuthorizationCodes:
        return self._token_server.authorization_codes

    @property
    def device_codes(self) -> DeviceCodes:
        return self._token_server.device_codes

    @property
    def refresh_tokens(self) -> RefreshTokens:
        return self._token_server.refresh_tokens

    @property
    def issued_tokens(self) -> list[str]:
        """Every access token that was signed, in order."""
        return [answer["access_token"] for answer in self._token_server.issued]

    def make_token(self, audience: str, client: Client = contoso.DAEMON) -> str:
        """A token like the one a request would get, without the request."""
        return self.issuer.app_token(contoso.TENANT, client, audience)["access_token"]

    def start(self) -> None:
        """Starts the authority again after close(), with the same URL."""
        self._web_server.start()

    def close(self) -> None:
        self._web_server.close()

    def __enter__(self) -> Authority:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
