# SPDX-License-Identifier: MIT
"""Tokens that are bound to a client's key: token_type=pop and req_cnf in a token request, cnf in the
token (RFC 7800; draft-ietf-oauth-pop-key-distribution, 4.1)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any, Mapping

from authority.refusals import Refusal


def confirmation_of(form: Mapping[str, str]) -> dict[str, Any] | None:
    """The cnf of the token that the form requests, or None if it requests a bearer token. Only a key
    that is named by its thumbprint, and is in software, is accepted."""
    if form.get("token_type", "Bearer").lower() != "pop":
        if "req_cnf" in form:
            raise Refusal(9000410)
        return None
    if not form.get("req_cnf"):
        raise Refusal(900144, parameter="req_cnf")
    try:
        text = form["req_cnf"]
        confirmation = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", True))
    except (binascii.Error, ValueError):
        raise Refusal(9000410) from None
    if set(confirmation) != {"kid", "xms_ksl"} or confirmation["xms_ksl"] != "sw" or \
            not re.fullmatch(r"[\w-]{43}", confirmation["kid"], re.ASCII):
        raise Refusal(9000410)
    return confirmation
