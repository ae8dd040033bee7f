# SPDX-License-Identifier: MIT
"""Scopes in requests."""

from __future__ import annotations

from dataclasses import dataclass

from authority.directory import ORGANIZATIONS, Client, Directory, Tenant
from authority.refusals import Refusal


def audience_for_app(scope: str, tenant: Tenant, client: Client, directory: Directory) -> str:
    """The audience of the token that an app requests; raises a Refusal.

    An app names one resource and gets all permissions that it was granted there, so its scope is
    the resource's identifier with "/.default". The audience is the scope up to its last slash. An
    AD FS knows the names of scopes instead, such as "openid".
    """
    if tenant is ORGANIZATIONS:
        raise Refusal(50059)
    if not scope:
        raise Refusal(900144, parameter="scope")
    of_apis = [one for one in scope.split() if one not in OF_OPENID]  # which MSAL for Go adds
    if len(of_apis) != 1:
        raise Refusal(70011, scope=scope)
    audience, slash, permission = of_apis[0].rpartition("/")
    if not slash or permission != ".default" and "adfs" not in tenant.domains:
        raise Refusal(1002012, scope=scope)
    resource = directory.resource(audience)
    if resource is None:
        raise Refusal(500011, resource=audience, tenant=tenant.domains[0])
    if not client.may_ask_for(resource):
        raise Refusal(501051, client_id=client.client_id, resource=resource)
    return audience


GRAPH = "https://graph.microsoft.com"
OF_OPENID = ("openid", "profile", "email", "offline_access")


@dataclass(frozen=True)
class UserScope:
    """What a client requests on behalf of a user: permissions of one API, and those of OpenID."""

    audience: str
    permissions: tuple[str, ...]
    openid: tuple[str, ...]

    @property
    def granted(self) -> tuple[str, ...]:
        """The permissions in the token; ".default" stands for those consented to before."""
        return tuple("user_impersonation" if one == ".default" else one
                     for one in self.permissions)

    @property
    def answered(self) -> str:
        """The `scope` of the response: what was granted, and ".default" if it was requested."""
        names = self.granted + tuple(one for one in self.permissions if one == ".default")
        return " ".join(f"{self.audience}/{name}" for name in names)


def scope_for_user(scope: str, tenant: Tenant, client: Client,
                   directory: Directory) -> UserScope:
    """The parsed scope; raises a Refusal. A name without an API belongs to Microsoft Graph."""
    names = scope.split()
    if not names:
        raise Refusal(900144, parameter="scope")
    openid = tuple(name for name in names if name in OF_OPENID)
    of_api = [name if "/" in name else f"{GRAPH}/{name}" for name in names if name not in OF_OPENID]
    parts = [name.rpartition("/") for name in of_api or [f"{GRAPH}/User.Read"]]
    audiences = {audience for audience, _, _ in parts}
    permissions = tuple(permission for _, _, permission in parts)
    if len(audiences) > 1:
        raise Refusal(28000, scope=scope)
    if not all(permissions) or ".default" in permissions and len(permissions) > 1:
        raise Refusal(70011, scope=scope)
    (audience,) = audiences
    resource = directory.resource(audience)
    if resource is None:
        raise Refusal(500011, resource=audience, tenant=tenant.domains[0])
    if not client.may_ask_for(resource):
        raise Refusal(65002, client_id=client.client_id, resource=resource)
    return UserScope(audience, permissions, openid)
