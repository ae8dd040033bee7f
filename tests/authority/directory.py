# SPDX-License-Identifier: MIT
"""The directory of a tenant: names, users, registered applications, resources."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Any, Mapping
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin
from cryptography import x509


@dataclass(frozen=True)
class Tenant:
    """A tenant, which can be named by its GUID or any of its verified domains."""

    guid: str
    domains: tuple[str, ...]

    def is_called(self, name: str) -> bool:
        return name.lower() in (self.guid, *self.domains)


# The home tenant of the user who signs in, whichever it is; apps cannot get a token here.
ORGANIZATIONS = Tenant("organizations", ("common",))


@dataclass(frozen=True)
class User:
    """A user. `object_ids` maps the GUIDs of tenants to the user's object id in each, the home
    tenant first: a guest has a different id than at home."""

    username: str
    password: str
    name: str
    object_ids: Mapping[str, str]

    @property
    def home(self) -> str:
        return next(iter(self.object_ids))

    def check_password(self, password: str) -> bool:
        return hmac.compare_digest(self.password.encode(), password.encode())


@dataclass(frozen=True)
class Federation:
    """The federated token of an application: its issuer, its subject, and the issuer's key."""

    issuer: str
    subject: str
    public_key: Any
    audience: str = "api://AzureADTokenExchange"


@dataclass(frozen=True)
class Client(ClientMixin):
    """A registered application.

    `tenants` are the GUIDs of the tenants where it is installed, `roles` the application
    permissions in its tokens, `resources` those that it may request tokens for (None: any in the
    directory), `certificates` its registered certificates, `federations` its federated credentials.

    A `public` application has no credential and is used by users, with its `redirect_uris`. The
    refresh tokens of the clients in a `family` serve all of them, as with Microsoft's own clients.
    """

    client_id: str
    secret: str
    tenants: tuple[str, ...]
    roles: tuple[str, ...] = ()
    resources: tuple[str, ...] | None = None
    secret_expired: bool = False
    certificates: tuple[x509.Certificate, ...] = ()
    federations: tuple[Federation, ...] = ()
    object_id: str = "5f3d1c58-3a52-4c1e-8a8f-0d6f0a4a7c11"
    public: bool = False
    redirect_uris: tuple[str, ...] = ()
    family: bool = False

    def get_client_id(self) -> str:
        return self.client_id

    def is_in(self, tenant: Tenant) -> bool:
        return tenant is ORGANIZATIONS or tenant.guid in self.tenants

    @property
    def is_multi_tenant(self) -> bool:
        return len(self.tenants) > 1

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        return True

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def get_allowed_scope(self, scope: str) -> str:
        """Entra's scopes are not those of clients; the grants check them (authority/scopes.py)."""
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Any port of http://localhost is accepted; nothing else may differ."""
        return any(_same_redirect(known, redirect_uri) for known in self.redirect_uris)

    def may_ask_for(self, resource: str) -> bool:
        return self.resources is None or resource in self.resources


def _same_redirect(known: str, asked: str) -> bool:
    if known == asked:
        return True
    known_parts, parts = urlsplit(known), urlsplit(asked)
    return (known_parts.scheme == parts.scheme == "http"
            and known_parts.netloc == parts.hostname == "localhost" and parts.username is None
            and (known_parts.path or "/") == (parts.path or "/")
            and known_parts.query == parts.query and not parts.fragment)


@dataclass
class Directory:
    """All tenants, users, clients and resources that the authority knows."""

    tenants: list[Tenant] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)

    def tenant(self, name: str) -> Tenant | None:
        return next((tenant for tenant in (*self.tenants, ORGANIZATIONS)
                     if tenant.is_called(name)), None)

    def user(self, username: str) -> User | None:
        wanted = username.lower()
        return next((user for user in self.users if user.username == wanted), None)

    def client(self, client_id: str) -> Client | None:
        wanted = client_id.lower()
        return next((client for client in self.clients if client.client_id == wanted), None)

    def resource(self, identifier: str) -> str | None:
        """The registered resource that a token request names.

        A trailing slash makes no difference here, but the token's audience keeps it as requested;
        so a lost slash leads to a token that the resource does not accept.
        """
        wanted = identifier.rstrip("/")
        return next((known for known in self.resources if known.rstrip("/") == wanted), None)
