# SPDX-License-Identifier: MIT
"""The endpoint where a device requests a code to show."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint

from authority.grants import JSON_HEADERS
from authority.scopes import scope_for_user


class DeviceAuthorization(DeviceAuthorizationEndpoint):
    """Answers in Entra's form: with a message to show, and without verification_uri_complete."""

    CLIENT_AUTH_METHODS = ["none"]

    def get_verification_uri(self) -> str:
        return f"{self.server.issuer.authority_url}/device"

    def create_endpoint_response(
            self, request: OAuth2Request) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        client = self.authenticate_client(request)
        scope_for_user(request.scope or "", request.tenant, client, self.server.directory)
        codes = self.server.device_codes
        issued = codes.issue(client, request.tenant, request.scope)
        return 200, {
            "user_code": issued.user_code,
            "device_code": issued.device_code,
            "verification_uri": self.get_verification_uri(),
            "expires_in": codes.expires_in,
            "interval": codes.interval,
            "message": codes.message.format(uri=self.get_verification_uri(), code=issued.user_code),
        }, JSON_HEADERS
