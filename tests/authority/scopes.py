"""What the scope of an app's request asks for."""

from __future__ import annotations

from authority.directory import Client, Directory, Tenant
from authority.refusals import Refusal


def audience_for_app(scope: str, tenant: Tenant, client: Client, directory: Directory) -> str:
    """The audience of the token that an app asks for, or a Refusal.

    An app names one resource and takes all that it was granted there, so its scope is the
    resource's identifier with "/.default". The audience is the scope up to its last slash.
    """
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
