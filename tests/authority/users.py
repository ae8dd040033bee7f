# SPDX-License-Identifier: MIT
"""How users authenticate, and which tenants they can sign in to."""

from __future__ import annotations

from authority.directory import ORGANIZATIONS, Client, Directory, Tenant, User
from authority.refusals import Refusal


def sign_in(directory: Directory, username: str, password: str, tenant: Tenant,
            client: Client) -> User:
    """The user of that name, who may sign in to the tenant; raises a Refusal."""
    user = directory.user(username)
    if user is None:
        raise Refusal(50034, username=username, tenant=tenant.domains[0])
    if not user.check_password(password):
        raise Refusal(50126)
    tenant_of(user, tenant, client)
    return user


def tenant_of(user: User, tenant: Tenant, client: Client) -> str:
    """The GUID of the tenant of the user's token: the user's home tenant if any is allowed."""
    if tenant is ORGANIZATIONS:
        return user.home
    if tenant.guid not in user.object_ids:
        raise Refusal(50020, username=user.username, home=user.home, tenant=tenant.domains[0],
                      client_id=client.client_id)
    return tenant.guid
