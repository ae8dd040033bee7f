# SPDX-License-Identifier: MIT
"""Gets a token by Azure's SDK for Python: get_token.py CREDENTIAL SCOPE"""

import json
import sys

import azure.identity

_, credential, scope = sys.argv
try:
    token = getattr(azure.identity, credential)().get_token(scope)
except Exception as error:
    sys.exit(str(error))
print(json.dumps({"token": token.token, "expires_on": token.expires_on}))
