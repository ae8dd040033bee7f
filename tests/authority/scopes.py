# SPDX-License-Identifier: MIT
"""What the scope of a request asks for."""

from __future__ import annotations

from dataclasses import dataclass

from authority.directory import ORGANIZATIONS, Client, Directory, Tenant
from authority.refusals import Refusal


def audience_for_app(scope: str, tenant: Tenant, client: Client, directory: Directory) -> str:
    """The audience of the token that an app asks for, or a Refusal.

    An app names one resource and takes all that it was granted there, so its scope is the
    resource's identifier with "/.default". The audience is the scope up to its last slash.
    """
    if tenant is ORGANIZATIONS:
        raise Refusal(50059)
    if not scope:
        raise Refusal(900144, parameter="scope")
    if len(scope.split()) != 1:
        raise Refusal(70011, scope=scope)
    audience, slash, permission = scope.rpartition("/")
    if not slash or permission != ".default":
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
class PersonScope:
    """What a client asks for in a person's name: permissions at one API, and those of OpenID."""

    audience: str
    permissions: tuple[str, ...]
    openid: tuple[str, ...]

    @property
    def granted(self) -> tuple[str, ...]:
        """The permissions of the token; ".default" stands for what was consented to before."""
        return tuple("user_impersonation" if one == ".default" else one
                     for one in self.permissions)

    @property
    def answered(self) -> str:
        """The `scope` of the answer: what was granted, and ".default" where it was asked for."""
        names = self.granted + tuple(one for one in self.permissions if one == ".default")
        return " ".join(f"{self.audience}/{name}" for name in names)


def scope_for_person(scope: str, tenant: Tenant, client: Client,
                     directory: Directory) -> PersonScope:
    """What the scope says, or a Refusal. A name without an API is one of Microsoft Graph's."""
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
    return PersonScope(audience, permissions, openid)
