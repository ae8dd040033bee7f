# SPDX-License-Identifier: MIT
"""The pages for users: the sign-in page, and the page to enter the code of a device."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oidc.core.grants.util import create_response_mode_response
from flask import Flask, Response, make_response, render_template, request

from authority import users
from authority.device_codes import DeviceCode
from authority.grants import AuthorizationCode
from authority.refusals import Refusal
from authority.token_server import TokenServer, as_entra_refusal
from authority.tokens import client_info


def _page(template: str, status: int = 200, **values: Any) -> Response:
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store, no-cache"
    return response


def _sign_in_page(error: str = "", **hidden: str) -> Response:
    username = request.form.get("username") or request.args.get("login_hint", "")
    return _page("sign_in.html", error=error, username=username, hidden=hidden)


def _declined() -> bool:
    return request.form.get("decision") == "cancel"


def _to_client(grant: AuthorizationCode, **members: str | None) -> Response:
    """Makes the browser pass the members to the client, in the response mode of the request."""
    asked = grant.request
    given = {name: value for name, value in (members | {"state": asked.state}).items() if value}
    mode = asked.data.get("response_mode", "query")
    if mode == "form_post":
        return _page("form_post.html", action=asked.redirect_uri, members=given)
    status, body, headers = create_response_mode_response(
        asked.redirect_uri, list(given.items()), mode)
    return Response(body, status, headers)


def _refuse_client(grant: AuthorizationCode, refusal: Refusal, **more: str) -> Response:
    authority_url = grant.server.issuer.authority_url
    body = refusal.body(authority_url, request.headers)
    named = {name: body[name] for name in ("error", "error_description", "error_uri")}
    return _to_client(grant, **named, **more)


def add_sign_in_page(app: Flask, server: TokenServer) -> None:
    def authorize(tenant: str) -> Response:
        asked = None
        try:
            asked = server.create_oauth2_request(None)
            grant = server.get_authorization_grant(asked)
            grant.validate_authorization_request()
        except OAuth2Error as error:
            refusal = as_entra_refusal(asked, error)
            if refusal.redirect_uri:
                return _refuse_client(grant, refusal)
            message = f"AADSTS{refusal.code}: {refusal.description}"
            return _page("message.html", 400, message=message)
        return _ask(server, grant)

    app.add_url_rule("/<tenant>/oauth2/v2.0/authorize", view_func=authorize,
                     methods=["GET", "POST"])


def _ask(server: TokenServer, grant: AuthorizationCode) -> Response:
    """The page, or the result of its form."""
    asked = grant.request
    if request.method == "GET":
        if asked.data.get("prompt") == "none":
            return _refuse_client(grant, Refusal(50058))
        return _sign_in_page()
    if _declined():
        return _refuse_client(grant, Refusal(65004), error_subcode="cancel")
    try:
        user = users.sign_in(server.directory, request.form["username"],
                             request.form["password"], asked.tenant, asked.client)
    except Refusal as refusal:
        return _sign_in_page(refusal.description)
    return _to_client(grant, code=server.authorization_codes.issue(asked, user),
                      client_info=client_info(user) if asked.data.get("client_info") else None)


def add_device_page(app: Flask, server: TokenServer) -> None:
    def device() -> Response:
        if request.method == "GET":
            return _page("device.html")
        code = server.device_codes.of_user(request.form["user_code"])
        if code is None or code.is_expired():
            return _page("device.html", error="That code didn't work.")
        return _enter(server, code)

    app.add_url_rule("/device", view_func=device, methods=["GET", "POST"])


def _enter(server: TokenServer, code: DeviceCode) -> Response:
    """The sign-in page after the code, or the result of its form."""
    if _declined():
        code.declined = True
        return _page("message.html", message="You have declined. You may now close this window.")
    if "username" not in request.form:
        return _sign_in_page(user_code=code.user_code)
    try:
        code.user = users.sign_in(server.directory, request.form["username"],
                                  request.form["password"], code.tenant, code.client)
    except Refusal as refusal:
        return _sign_in_page(refusal.description, user_code=code.user_code)
    return _page("message.html", message="You have signed in to the application on your device. "
                 "You may now close this window.")
