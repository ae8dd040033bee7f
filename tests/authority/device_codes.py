# SPDX-License-Identifier: MIT
"""The device codes that wait for a user, and what the user decided."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field

from authlib.oauth2.rfc8628 import DeviceCredentialMixin

from authority.directory import Client, Tenant, User

# Entra's user codes have nine characters, none of which looks like another.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# A client that waits as long as it was told may still be early by the resolution of its clock.
GRAIN = 0.02


@dataclass
class DeviceCode(DeviceCredentialMixin):
    """One request of a device. `user` is set when a user signs in, `declined` if they decline."""

    client: Client
    tenant: Tenant
    scope: str
    interval: float
    expires_on: float
    device_code: str = field(default_factory=lambda: f"D{secrets.token_urlsafe(150)}")
    user_code: str = field(
        default_factory=lambda: "".join(secrets.choice(ALPHABET) for _ in range(9)))
    user: User | None = None
    declined: bool = False
    redeemed: bool = False
    last_poll: float = 0

    def get_client_id(self) -> str:
        return self.client.client_id

    def get_scope(self) -> str:
        return self.scope

    def get_user_code(self) -> str:
        return self.user_code

    def is_expired(self) -> bool:
        return time.time() > self.expires_on


class DeviceCodes:
    """The codes of one authority. `interval` and `expires_in`, in seconds, and `message` apply to
    codes issued from then on, and so does `user_code`, which is random if it is None. A client that
    polls too early is told to slow down, and so are the next `slow_downs` polls."""

    def __init__(self) -> None:
        self.interval: int = 5
        self.expires_in: int = 900
        self.message = "To sign in, use a web browser to open the page {uri} and enter the code " \
                       "{code} to authenticate."
        self.user_code: str | None = None
        self.slow_downs = 0
        self._lock = threading.Lock()
        self._codes: list[DeviceCode] = []

    def issue(self, client: Client, tenant: Tenant, scope: str) -> DeviceCode:
        issued = DeviceCode(client, tenant, scope, self.interval, time.time() + self.expires_in)
        issued.user_code = self.user_code or issued.user_code
        with self._lock:
            self._codes.append(issued)
        return issued

    def all(self) -> list[DeviceCode]:
        with self._lock:
            return list(self._codes)

    def of_device(self, device_code: str) -> DeviceCode | None:
        return next((one for one in self.all() if one.device_code == device_code), None)

    def of_user(self, user_code: str) -> DeviceCode | None:
        """The user may have typed it in lower case."""
        wanted = user_code.strip().upper()
        return next((one for one in self.all() if one.user_code == wanted), None)

    def expire(self) -> None:
        """Makes all codes expire now."""
        for code in self.all():
            code.expires_on = 0

    def is_too_soon(self, code: DeviceCode) -> bool:
        """Records this poll and returns whether it must be told to slow down, which adds five
        seconds to the interval (RFC 8628, section 3.5)."""
        now = time.monotonic()
        with self._lock:
            early = bool(code.last_poll) and now < code.last_poll + code.interval - GRAIN
            code.last_poll = now
            if not early and self.slow_downs == 0:
                return False
            self.slow_downs = max(0, self.slow_downs - 1)
            code.interval += 5
            return True
