# SPDX-License-Identifier: MIT
"""The authority's HTTP endpoints."""

from __future__ import annotations

from typing import Callable

from flask import Flask, Response, jsonify, request

from authority.device_authorization import DeviceAuthorization
from authority.directory import Directory
from authority.faults import Exchange, FaultQueue
from authority.metadata import adfs_configuration, openid_configuration
from authority.refusals import Refusal
from authority.token_server import TokenServer
from authority.tokens import TokenIssuer


def echo_request_id(response: Response) -> Response:
    """Returns the caller's own request id, if the caller asked for that."""
    if request.headers.get("return-client-request-id", "").lower() == "true":
        response.headers["client-request-id"] = request.headers.get("client-request-id", "")
    return response


def _answer(normal: Callable[[], Response], faults: FaultQueue, server: TokenServer) -> Response:
    fault = faults.take()
    if fault is None:
        return normal()
    return fault.answer(Exchange(request, normal, server.issuer.authority_url))


def add_token_endpoint(app: Flask, server: TokenServer, faults: FaultQueue) -> None:
    def token(tenant: str) -> Response:
        return _answer(server.create_token_response, faults, server)

    app.add_url_rule("/<tenant>/oauth2/v2.0/token", view_func=token, methods=["POST"])
    # AD FS has one endpoint, with an older form of path.
    app.add_url_rule("/adfs/oauth2/token", defaults={"tenant": "adfs"}, view_func=token,
                     methods=["POST"])
    app.register_error_handler(Refusal, server.refuse)


def add_device_code_endpoint(app: Flask, server: TokenServer, faults: FaultQueue) -> None:
    def device_code(tenant: str) -> Response:
        return _answer(lambda: server.create_endpoint_response(DeviceAuthorization.ENDPOINT_NAME),
                       faults, server)

    app.add_url_rule("/<tenant>/oauth2/v2.0/devicecode", view_func=device_code, methods=["POST"])


def add_metadata(app: Flask, directory: Directory, issuer: TokenIssuer) -> None:
    def configuration(tenant: str) -> Response:
        found = directory.tenant(tenant)
        if found is None:
            raise Refusal(90002, tenant=tenant)
        return jsonify(openid_configuration(issuer.authority_url, found))

    def keys(tenant: str) -> Response:
        return jsonify(issuer.key.jwks())

    def of_adfs() -> Response:
        return jsonify(adfs_configuration(issuer.authority_url))

    app.add_url_rule("/<tenant>/v2.0/.well-known/openid-configuration", view_func=configuration)
    app.add_url_rule("/adfs/.well-known/openid-configuration", view_func=of_adfs)
    app.add_url_rule("/<tenant>/discovery/v2.0/keys", view_func=keys)
