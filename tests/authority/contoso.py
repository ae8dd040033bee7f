# SPDX-License-Identifier: MIT
"""The directory that tests use by default: two companies, a few users, a few applications."""

from __future__ import annotations

from typing import Any

from authority.directory import Client, Directory, Tenant, User

TENANT = Tenant("8f1c9d52-6f0a-4c3b-9a51-2d7e4b0c6a13", ("contoso.onmicrosoft.com", "contoso.com"))
OTHER_TENANT = Tenant("c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e4f", ("fabrikam.onmicrosoft.com",))

GRAPH = "https://graph.microsoft.com"
MY_WEB_API = "api://my-web-api"
AZURE_DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"
AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
ARC = "6256c85f-0aad-4d50-b960-e6e9b21efe35"
CONTAINER_REGISTRY = "https://containerregistry.azure.net"
AZURE_SQL = "https://database.windows.net/"
STORAGE = "https://storage.azure.com"

# The secret contains characters that are special in a form, in JSON or in a shell.
DAEMON = Client(
    client_id="97e0a5b7-d745-40b6-94fe-5f77d35c6e05",
    secret="Ab8Q~daemon+secret&of=contoso%41/it's \"here\".",
    tenants=(TENANT.guid,),
    roles=("access_as_application",),
)
EXPIRED = Client(
    client_id="0b2d6c1e-7a44-4f6b-8a0e-3c5d9e1f2a01",
    secret="Zx7Q~long-past-its-day",
    tenants=(TENANT.guid,),
    secret_expired=True,
)
WITHOUT_ROLES = Client(
    client_id="5d9e3b70-2c18-4a6d-b7f1-6e8a0c4d2b02",
    secret="Yw6Q~nobody-consented",
    tenants=(TENANT.guid,),
)
OF_FABRIKAM = Client(
    client_id="a7c5e3f1-9b8d-4c6a-8e2f-1d3b5a7c9e03",
    secret="Vu5Q~of-another-tenant",
    tenants=(OTHER_TENANT.guid,),
)

# Users. Grace belongs to Contoso and is a guest of Fabrikam.
ADA = User("ada@contoso.com", "Ada's pass&word=1%", "Ada Müller-Ødegård 🔑",
           {TENANT.guid: "0a5d7a1e-52f4-4e0b-9c3d-6b1f2e8c4d01"})
GRACE = User("grace@contoso.com", "Grace's password", "Grace Example",
             {TENANT.guid: "1b6e8b2f-63a5-4f1c-8d4e-7c2a3f9d5e02",
              OTHER_TENANT.guid: "2c7f9c3a-74b6-4a2d-9e5f-8d3b4a0e6f03"})
BOB = User("bob@fabrikam.onmicrosoft.com", "Bob's password", "Bob Example",
           {OTHER_TENANT.guid: "3d8a0d4b-85c7-4b3e-8f6a-9e4c5b1f7a04"})

ANYWHERE = (TENANT.guid, OTHER_TENANT.guid)


def _public(client_id: str, **more: Any) -> Client:
    """A public client for users, on a desktop."""
    return Client(client_id=client_id, secret="", public=True, redirect_uris=("http://localhost",),
                  **{"tenants": ANYWHERE} | more)


DESKTOP = _public("e2b4c6d8-0f1a-4b3c-9d5e-7f8a9b0c1d04", tenants=(TENANT.guid,))
# Microsoft's own public clients that tools use, each with the resources that it may request.
GIT_CREDENTIAL_MANAGER = _public("872cd9fa-d31f-45e0-9eab-6e460a02d1f1", family=True,
                                 resources=(AZURE_DEVOPS, GRAPH))
ARC_CLIENT = _public("3f4439ff-e698-4d6d-84fe-09c9d574f06b", resources=(ARC,))
KUBELOGIN = _public("80faf920-1908-4b52-b5ef-a8e7bedfc67a", resources=(AKS,))
AZURE_CLI = _public("04b07795-8ddb-461a-bbee-02f9e1bf7b46", family=True)


def directory() -> Directory:
    """A new copy, so that a test can add to it."""
    return Directory(
        tenants=[TENANT, OTHER_TENANT],
        users=[ADA, GRACE, BOB],
        clients=[DAEMON, EXPIRED, WITHOUT_ROLES, OF_FABRIKAM, DESKTOP, GIT_CREDENTIAL_MANAGER,
                 ARC_CLIENT, KUBELOGIN, AZURE_CLI],
        resources=[GRAPH, MY_WEB_API, AZURE_DEVOPS, AKS, ARC, CONTAINER_REGISTRY, AZURE_SQL,
                   STORAGE],
    )
