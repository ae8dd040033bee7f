# SPDX-License-Identifier: MIT
"""What the authority publishes about itself: OpenID Connect discovery, and its keys."""

from __future__ import annotations

from typing import Any

from authority.directory import ORGANIZATIONS, Tenant


def openid_configuration(authority_url: str, tenant: Tenant) -> dict[str, Any]:
    base = f"{authority_url}/{tenant.guid}"
    issuer = "{tenantid}" if tenant is ORGANIZATIONS else tenant.guid
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{authority_url}/{issuer}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
    }


def adfs_configuration(authority_url: str) -> dict[str, Any]:
    """What AD FS publishes: one issuer, without tenants."""
    base = f"{authority_url}/adfs"
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth2/authorize",
        "token_endpoint": f"{base}/oauth2/token",
        "jwks_uri": f"{base}/discovery/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }
