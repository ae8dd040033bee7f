# SPDX-License-Identifier: MIT
"""The configuration file that the programs read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from authority.directory import Client


def identity(authority_url: str, tenant: str, client: Client) -> dict[str, Any]:
    """An `AzureAd` section with a client secret."""
    return {
        "Instance": f"{authority_url}/",
        "TenantId": tenant,
        "ClientId": client.client_id,
        "ClientSecret": client.secret,
    }


def public_identity(authority_url: str, tenant: str, client: Client | None) -> dict[str, Any]:
    """An `AzureAd` section for users; without a client, it has no client id."""
    section = {"Instance": f"{authority_url}/", "TenantId": tenant}
    return section | ({} if client is None else {"ClientId": client.client_id})


def api(base_url: str, scope: str, relative_path: str | None = None,
        app_token: bool = True) -> dict[str, Any]:
    """The section of an API that takes the app's own token, or else a user's."""
    section: dict[str, Any] = {"BaseUrl": f"{base_url}/"}
    if relative_path is not None:
        section["RelativePath"] = relative_path
    return section | {"RequestAppToken": app_token, "Scopes": [scope]}


def write(path: Path, document: dict[str, Any], mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode)
    path.chmod(mode)
    path.write_text(json.dumps(document, indent=2) + "\n")
    return path
