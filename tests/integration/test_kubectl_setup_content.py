# SPDX-License-Identifier: MIT
"""entra setup kubectl replaces the credentials of a user, and nothing else below "user:"."""

from __future__ import annotations

import json

import pytest

from integration.credentials import refused
from integration.test_kubectl_setup import TENANT, set_up, user, write

HEAD = """\
clusters: [{name: one, cluster: {server: "https://one.example:443"}}]
contexts: [{name: one, context: {cluster: one, user: me}}]
users:
- name: me
  user:
"""
OTHERS = {"as": "breakglass", "as-groups": ["readers"], "as-user-extra": {"reason": ["drill"]},
          "extensions": [{"name": "example.com/colour", "extension": {"accent": "#0078d4"}}]}
CREDENTIALS = {"client-certificate-data": "Y2VydA==", "client-key-data": "c2VjcmV0LWtleQ==",
               "token": "s3cret", "tokenFile": "/run/token", "username": "u", "password": "s3cret",
               "client-certificate": "/a.crt", "client-key": "/a.key"}

BLOCK = """\
    # rotated by hand each spring
    client-certificate-data: bm90IGEgY2VydGlmaWNhdGU=
    as: breakglass # nobody else
    client-key-data: |
      bm90IGEga2V5
    # the groups
    as-groups: [readers]
    as-user-extra:
      reason: [drill]
    token: s3cret   # local account
    extensions:
    - name: example.com/colour
      extension:
        accent: "#0078d4"
# the end
"""
FLOW = """\
    {client-certificate-data: Y2VydA==, # rotated
     as: breakglass, token: s3cret, # local
     as-groups: [readers],
     as-user-extra: {reason: [drill]}, password: s3cret,
     extensions: [{name: example.com/colour, extension: {accent: "#0078d4"}}]}
# the end
"""


def others(world):
    return {key: value for key, value in user(world).items() if key != "exec"}


def convert(world, text: str, *options: str) -> str:
    path = write(world, text)
    outcome = set_up(world, "--context", "one", *options)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return path.read_text()


@pytest.mark.parametrize("text, comments", [
    (BLOCK, ["# rotated by hand each spring", "# nobody else", "# the groups", "# local account"]),
    (FLOW, ["# rotated", "# local"])])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_no_credential_stays(world, text, comments, newline):
    after = convert(world, (HEAD + text).replace("\n", newline))
    assert others(world) == OTHERS
    assert user(world)["exec"]["args"] == ["get-token"]
    for comment in [*comments, "# the end"]:
        assert comment in after
    assert "s3cret" not in after and "bm90" not in after and "Y2VydA==" not in after


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("indent", [None, 2])
def test_each_credential_is_replaced_anywhere(world, credential, place, indent):
    pairs = list(OTHERS.items())
    pairs.insert(place, (credential, CREDENTIALS[credential]))
    text = json.dumps({"users": [{"name": "me", "user": dict(pairs)}],
                       "contexts": [{"name": "one", "context": {"user": "me"}}]}, indent=indent)
    after = json.loads(convert(world, text))["users"][0]["user"]
    assert after.pop("exec")["command"] == "exec-credential-entra"
    assert after == OTHERS


@pytest.mark.parametrize("indent", [None, 2])
def test_all_credentials_are_replaced_by_one(world, indent):
    text = json.dumps({"users": [{"name": "me", "user": CREDENTIALS}],
                       "contexts": [{"name": "one", "context": {"user": "me"}}]}, indent=indent)
    assert list(json.loads(convert(world, text))["users"][0]["user"]) == ["exec"]


@pytest.mark.parametrize("text", [
    "    as: somebody # else\n", "    {as: somebody} # else\n",
    "    # first\n    as: somebody # else\n"])
def test_a_user_without_credentials_keeps_what_it_has(world, text):
    assert "# else" in convert(world, HEAD + text)
    assert others(world) == {"as": "somebody"}


PROVIDER = f"""\
    auth-provider:
      name: azure
      config: {{apiserver-id: 6dae42f8-4368-4678-94ff-3960e28e3630, tenant-id: {TENANT}, config-mode: "1"}}
"""


@pytest.mark.parametrize("text", [
    "    exec: null\n" + PROVIDER, PROVIDER + "    exec: null\n", PROVIDER + "    exec:\n",
    "    exec: ~ # none\n    as: somebody\n" + PROVIDER, "    token: null\n" + PROVIDER])
def test_a_null_beside_the_auth_provider_goes_with_it(world, text):
    convert(world, HEAD + text)
    assert user(world)["exec"]["args"][-2:] == ["--tenant-id", TENANT]
    assert "auth-provider" not in user(world)


def test_an_auth_provider_beside_kubelogin_goes_since_kubectl_takes_no_two(world):
    convert(world, HEAD + "    exec: {command: kubelogin, args: [get-token]}\n" + PROVIDER)
    assert list(user(world)) == ["exec"]


@pytest.mark.parametrize("text", ["    7\n", "    [a]\n"])
def test_a_user_that_is_no_mapping_is_refused(world, text):
    path = write(world, HEAD + text)
    refused(set_up(world, "--context", "one"), 2, "not a mapping")
    assert path.read_text() == HEAD + text


def test_comments_in_args_stay_if_their_options_go(world):
    after = convert(world, HEAD + """\
    exec:
      command: kubelogin
      args:
      - get-token   # first
      - --tenant-id   # of the tenant
      - contoso.com
      - --login
      - spn # by hand
""", "--login", "msi")
    assert user(world)["exec"]["args"] == ["get-token", "--login", "msi"]
    for comment in ("# first", "# of the tenant", "# by hand"):
        assert comment in after
