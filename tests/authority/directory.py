"""What a tenant's directory holds: its names, its registered applications, its resources."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin
from cryptography import x509


@dataclass(frozen=True)
class Tenant:
    """A tenant goes by its GUID and by its verified domains; all of them mean the same."""

    guid: str
    domains: tuple[str, ...]

    def is_called(self, name: str) -> bool:
        return name.lower() in (self.guid, *self.domains)


@dataclass(frozen=True)
class Federation:
    """A foreign token that an application may show: who issued it, for whom, and the issuer's key."""

    issuer: str
    subject: str
    public_key: Any
    audience: str = "api://AzureADTokenExchange"


@dataclass(frozen=True)
class Client(ClientMixin):
    """A registered application.

    `tenants` are the GUIDs of the tenants it was installed in, `roles` the application permissions
    that its tokens carry, `resources` those that it may ask tokens for (None: any of the
    directory), `certificates` those registered with it, `federations` its federated credentials.
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

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        return True

    def may_ask_for(self, resource: str) -> bool:
        return self.resources is None or resource in self.resources


@dataclass
class Directory:
    """All tenants, clients and resources that the authority knows."""

    tenants: list[Tenant] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)

    def tenant(self, name: str) -> Tenant | None:
        return next((tenant for tenant in self.tenants if tenant.is_called(name)), None)

    def client(self, client_id: str) -> Client | None:
        wanted = client_id.lower()
        return next((client for client in self.clients if client.client_id == wanted), None)

    def resource(self, identifier: str) -> str | None:
        """The registered resource that a token request names.

        A trailing slash makes no difference here, but the token's audience keeps it as it was
        asked for; this is how a lost slash leads to a token that the resource does not take.
        """
        wanted = identifier.rstrip("/")
        return next((known for known in self.resources if known.rstrip("/") == wanted), None)
