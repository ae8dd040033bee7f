# SPDX-License-Identifier: MIT
"""The client authentication methods.

Each is a function in the form that Authlib expects: it takes a function that looks up the client,
and the request; it returns the client, or None if the request has no credential of this kind, or
raises a Refusal.
"""

from __future__ import annotations

from typing import Callable

from authlib.oauth2 import OAuth2Request
from flask import request as http_request

from authority.assertions import ASSERTION_TYPE, check_assertion
from authority.directory import ORGANIZATIONS, Client
from authority.refusals import Refusal

ClientLookup = Callable[[str], "Client | None"]


def client_of(find_client: ClientLookup, request: OAuth2Request) -> Client:
    """The client that the request names, if it is installed in the request's tenant."""
    client_id = request.client_id
    if not client_id:
        raise Refusal(900144, parameter="client_id")
    client = find_client(client_id)
    if client is None or not client.is_in(request.tenant):
        raise Refusal(700016, client_id=client_id, tenant=request.tenant.domains[0])
    if request.tenant is ORGANIZATIONS and not client.is_multi_tenant:
        raise Refusal(50194, client_id=client_id)
    return client


def client_secret_post(find_client: ClientLookup, request: OAuth2Request) -> Client | None:
    """The secret is in the form itself."""
    client = client_of(find_client, request)
    secret = request.form.get("client_secret")
    if not secret:
        return None
    if client.public:
        raise Refusal(700025)
    if not client.check_client_secret(secret):
        raise Refusal(7000215, client_id=client.client_id)
    if client.secret_expired:
        raise Refusal(7000222, client_id=client.client_id)
    return client


def client_assertion(find_client: ClientLookup, request: OAuth2Request) -> Client | None:
    """The client presents a token signed by itself or by an issuer that it trusts."""
    client = client_of(find_client, request)
    assertion = request.form.get("client_assertion")
    if not assertion:
        return None
    if client.public:
        raise Refusal(700025)
    if request.form.get("client_assertion_type") != ASSERTION_TYPE:
        raise Refusal(900144, parameter="client_assertion_type")
    check_assertion(client, assertion, http_request.url)
    return client


def public_client(find_client: ClientLookup, request: OAuth2Request) -> Client:
    """The client need not authenticate; the user does."""
    client = client_of(find_client, request)
    if not client.public:
        raise Refusal(7000218)
    return client


METHODS = {
    "client_secret_post": client_secret_post,
    "client_assertion": client_assertion,
    "none": public_client,
}
