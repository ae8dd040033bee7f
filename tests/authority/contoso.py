"""The directory that tests meet unless they bring their own: one company, a few applications."""

from __future__ import annotations

from authority.directory import Client, Directory, Tenant

TENANT = Tenant("8f1c9d52-6f0a-4c3b-9a51-2d7e4b0c6a13", ("contoso.onmicrosoft.com", "contoso.com"))
OTHER_TENANT = Tenant("c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e4f", ("fabrikam.onmicrosoft.com",))

GRAPH = "https://graph.microsoft.com"
MY_WEB_API = "api://my-web-api"
AZURE_DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"
AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
AZURE_SQL = "https://database.windows.net/"

# The secret has the characters that a form, a JSON text and a shell each treat in their own way.
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


def directory() -> Directory:
    """A fresh copy, so that a test may add to it."""
    return Directory(
        tenants=[TENANT, OTHER_TENANT],
        clients=[DAEMON, EXPIRED, WITHOUT_ROLES, OF_FABRIKAM],
        resources=[GRAPH, MY_WEB_API, AZURE_DEVOPS, AKS, AZURE_SQL],
    )
