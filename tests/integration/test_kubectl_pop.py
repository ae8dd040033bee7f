# SPDX-License-Identifier: MIT
"""Proofs of possession, which Arc-enabled clusters take: as kubelogin makes them and guard checks
them, with a token and a key that stay in the keyring."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any

import jwt
import pytest

from authority import contoso, faults
from authority.directory import User
from integration.asking import EXEC_INFO, failed
from integration.stored import change, kept
from integration.test_kubectl_users import VERSION, bare_desk, status_token
from integration.test_modules import loaded
from integration.users import (NO_BROWSER, SIGN_IN_FIRST, all_at_once, enter, login, user_code)
from world.identity_broker import IdentityBroker, account
from world.identity_service import IdentityService
from world.kubeconfig import ExecPlugin
from world.proof import BadProof, access_token_of, thumbprint

APP, TENANT = contoso.DAEMON, contoso.TENANT.guid
HELPER = "exec-credential-entra"
CLUSTER = ("/subscriptions/33333333-4444-4555-8666-777777777777/resourceGroups/Küche (West)/providers/"
           "Microsoft.Kubernetes/connectedClusters/edge-1")
OTHER_CLUSTER = CLUSTER.replace("edge-1", "edge-2")

__all__ = ["bare_desk"]  # the fixture


def pop(cluster: str = CLUSTER) -> list[str]:
    return ["--pop-enabled", "--pop-claims", f"u={cluster}"]


def spn(world, *more: str) -> list[str]:
    return ["get-token", "--login", "spn", "--server-id", contoso.ARC, "--client-id", APP.client_id,
            "--tenant-id", TENANT, "--authority-host", f"{world.authority.url}/", *more]


def ask(world, *words: str, **env: str):
    """The app of the configuration asks, whose secret is in a variable."""
    return world.run(HELPER, *spn(world, *words), env=EXEC_INFO | {
        "AZURE_CLIENT_SECRET": APP.secret} | env)


def of_user(world, *more: str, method: str = "interactive") -> list[str]:
    """As az writes it for an Arc-enabled cluster."""
    return ["get-token", "--login", method, "--server-id", contoso.ARC, "--client-id",
            contoso.ARC_CLIENT.client_id, "--tenant-id", TENANT, "--authority-host",
            f"{world.authority.url}/", *more]


def sign_in(world, user: User = contoso.ADA) -> None:
    """As the user of those arguments."""
    login(world, "--client-id", contoso.ARC_CLIENT.client_id, "--scope", f"{contoso.ARC}/.default",
          "--tenant", TENANT, "--authority", world.authority.url, user=user)
    world.authority.log.clear()


def said(proof: str) -> dict[str, Any]:
    """The claims of a proof that a cluster accepts."""
    claims = jwt.decode(proof, options={"verify_signature": False})
    assert access_token_of(proof, claims["u"]) == claims["at"]
    return claims


def proof_of(outcome) -> dict[str, Any]:
    return said(status_token(outcome))


def decoded(text: str) -> dict[str, Any]:
    assert re.fullmatch(r"[\w-]+", text, re.ASCII)
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def bound_to(token: str) -> str:
    return jwt.decode(token, options={"verify_signature": False})["cnf"]["kid"]


# ---- the proof ----

def test_a_proof_has_the_members_that_kubelogins_has_and_no_others(world):
    proof = status_token(ask(world, *pop()))
    header, claims, _ = proof.split(".")
    key = decoded(claims)["cnf"]["jwk"]
    assert list(decoded(header).items()) == [("typ", "pop"), ("alg", "RS256"),
                                             ("kid", thumbprint(key))]
    assert list(decoded(claims)) == ["at", "ts", "u", "cnf", "nonce"]
    assert list(decoded(claims)["cnf"]) == ["jwk"]
    assert list(key) == ["e", "kty", "n", "alg", "kid"]
    assert (key["e"], key["kty"], key["alg"], key["kid"]) == ("AQAB", "RSA", "RS256",
                                                              thumbprint(key))
    assert len(base64.urlsafe_b64decode(key["n"] + "==")) == 256
    assert decoded(claims)["u"] == CLUSTER
    assert re.fullmatch("[0-9a-f]{32}", decoded(claims)["nonce"])
    assert abs(decoded(claims)["ts"] - time.time()) < 60
    assert said(proof)["at"] == world.authority.issued_tokens[0]


def test_the_token_is_requested_as_msal_does(world):
    claims = proof_of(ask(world, *pop()))
    (request,) = world.authority.token_requests
    kid = claims["cnf"]["jwk"]["kid"]
    assert request.form["token_type"] == "pop"
    assert list(decoded(request.form["req_cnf"]).items()) == [("kid", kid), ("xms_ksl", "sw")]
    assert bound_to(claims["at"]) == kid


def test_a_later_call_signs_the_same_token_anew(world):
    proofs = [status_token(ask(world, *pop())) for _ in range(2)]
    first, second = map(said, proofs)
    assert first["at"] == second["at"] and first["cnf"] == second["cnf"]
    assert first["nonce"] != second["nonce"]
    assert len(world.authority.token_requests) == 1


def test_one_token_is_signed_for_each_cluster(world):
    assert proof_of(ask(world, *pop()))["u"] == CLUSTER
    assert proof_of(ask(world, *pop(OTHER_CLUSTER)))["u"] == OTHER_CLUSTER
    assert len(world.authority.token_requests) == 1
    with pytest.raises(BadProof, match="host mismatch"):
        access_token_of(status_token(ask(world, *pop())), OTHER_CLUSTER)


def test_client_go_asks_again_before_a_cluster_takes_the_signature_for_old(world):
    """It would otherwise use the proof as long as the token is valid, and be refused."""
    outcome = ask(world, *pop())
    until = json.loads(outcome.out)["status"]["expirationTimestamp"]
    left = time.mktime(time.strptime(until, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone - time.time()
    assert 0 < left <= 600, until


def test_a_proof_expires_no_later_than_its_token(world):
    ask(world, *pop())
    now = int(time.time())
    change(world, kind="bound_token", received_on=now - 3000, expires_on=now + 400, refresh_on=0)
    outcome = ask(world, *pop())
    until = json.loads(outcome.out)["status"]["expirationTimestamp"]
    left = time.mktime(time.strptime(until, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone - time.time()
    assert left <= 100 and len(world.authority.token_requests) == 1


@pytest.mark.parametrize("claims", [
    f"u={CLUSTER},k=v", f"k=v , u = {CLUSTER} "])
def test_other_claims_and_spaces_do_not_count_as_in_kubelogin(world, claims):
    outcome = ask(world, "--pop-enabled=true", f"--pop-claims={claims}")
    assert set(proof_of(outcome)) == {"at", "ts", "u", "cnf", "nonce"}
    assert proof_of(outcome)["u"] == CLUSTER


@pytest.mark.parametrize("words, text", [
    (["--pop-enabled"], "--pop-enabled needs --pop-claims"),
    (["--pop-claims", "u=x"], "--pop-claims means nothing without --pop-enabled"),
    (["--pop-enabled=false", "--pop-claims", "u=x"], "means nothing without --pop-enabled"),
    (["--pop-enabled", "--pop-claims", "k=v"], "--pop-claims has no u"),
    (["--pop-enabled", "--pop-claims", "U=v"], "--pop-claims has no u"),
    (["--pop-enabled", "--pop-claims", " "], "is not of the form"),
    (["--pop-enabled", "--pop-claims", "u"], "is not of the form"),
    (["--pop-enabled", "--pop-claims", "u="], "is not of the form"),
    (["--pop-enabled", "--pop-claims", "u=x,"], "is not of the form"),
    (["--pop-enabled", "--pop-claims", "u=x=y"], "is not of the form"),
    (["--pop-enabled", "--pop-claims", "u=x,u=y"], "two values for u"),
    (["--pop-enabled", "--pop-claims", "u=a\x1b[2J"], "has a character"),
    (["--pop-enabled", "--pop-claims", "u=" + "a" * 4096], "is too long")])
def test_claims_that_name_no_cluster_are_refused(world, words, text):
    failed(HELPER, ask(world, *words), 2, text)
    assert world.authority.requests == []


def test_a_cluster_cannot_write_claims_of_its_own_into_the_proof(world):
    cluster = 'x";"at":"forged\\'
    proof = status_token(ask(world, *pop(cluster)))
    assert jwt.decode(proof, options={"verify_signature": False})["u"] == cluster
    assert said(proof)["at"] == world.authority.issued_tokens[0]


# ---- bearer tokens and bound ones ----

def test_a_bearer_token_is_never_signed_and_a_bound_one_never_given_as_it_is(world):
    bearer = status_token(ask(world))
    bound = proof_of(ask(world, *pop()))["at"]
    assert "cnf" not in jwt.decode(bearer, options={"verify_signature": False})
    assert bound != bearer and len(world.authority.token_requests) == 2
    assert status_token(ask(world)) == bearer
    assert proof_of(ask(world, *pop()))["at"] == bound
    assert len(world.authority.token_requests) == 2


def test_only_kubectls_plugin_proves_possession(world):
    proof_of(ask(world, *pop()))
    outcome = world.run("entra", "token", "--scope", f"{contoso.ARC}/.default", "--tenant", TENANT)
    assert outcome.code == 0, outcome
    assert outcome.out.strip() == world.authority.issued_tokens[1]
    assert "cnf" not in jwt.decode(outcome.out.strip(), options={"verify_signature": False})
    assert "req_cnf" not in world.authority.token_requests[1].form


@pytest.mark.parametrize("words, type_", [(pop(), "Bearer"), ([], "pop"), (pop(), "DPoP")])
def test_a_token_of_another_type_than_was_asked_for_is_refused(world, words, type_):
    with world.authority.faults.injected(faults.altered("other type", token_type=type_)):
        failed(HELPER, ask(world, *words), 4, "token_type is not")
    assert kept(world, "access_token") + kept(world, "bound_token") + kept(world, "pop_key") == []


@pytest.mark.parametrize("kind, words", [("bound_token", pop()), ("access_token", [])])
def test_an_item_whose_token_is_of_the_other_kind_is_ignored(world, kind, words):
    """As an item that another program wrote, or that was copied."""
    ask(world, *words)
    if kind == "access_token":
        change(world, key_id="A" * 43)
    else:
        change(world, kind=kind, key_id=None)
    status_token(ask(world, *words))
    assert len(world.authority.token_requests) == 2


def test_a_managed_identity_gives_no_proof(bare_desk):
    with IdentityService() as service:
        outcome = bare_desk.run(HELPER, "get-token", "--login", "msi", "--server-id", contoso.ARC,
                                *pop(), env=EXEC_INFO | {
                                    "AZURE_POD_IDENTITY_AUTHORITY_HOST": service.url})
        failed(HELPER, outcome, 2, "managed identity cannot be bound to a key")
        assert service.requests == []


# ---- the key ----

def test_there_is_one_key_for_an_app_whatever_api_a_token_is_for(world):
    of_arc = proof_of(ask(world, *pop()))
    of_aks = proof_of(world.run(HELPER, *[word.replace(contoso.ARC, contoso.AKS)
                                          for word in spn(world, *pop())],
                                env=EXEC_INFO | {"AZURE_CLIENT_SECRET": APP.secret}))
    assert of_arc["cnf"] == of_aks["cnf"] and of_arc["at"] != of_aks["at"]
    assert len(kept(world, "pop_key")) == 1 and len(kept(world, "bound_token")) == 2


def test_a_new_token_is_bound_to_the_same_key(world):
    before, after = proof_of(ask(world, *pop())), proof_of(ask(world, *pop(), "--force-refresh"))
    assert before["cnf"] == after["cnf"] and before["at"] != after["at"]


def test_a_token_that_is_due_is_renewed_with_the_same_key(world):
    before = proof_of(ask(world, *pop()))
    now = int(time.time())
    change(world, kind="bound_token", received_on=now - 3600, expires_on=now + 1800,
           refresh_on=now - 1)
    after = proof_of(ask(world, *pop()))
    assert before["cnf"] == after["cnf"]
    assert after["at"] == world.authority.issued_tokens[1]
    assert not world.session.is_running("entra")


@pytest.mark.parametrize("harm", ["gone", "not a key", "another one's id"])
def test_a_key_that_is_lost_is_replaced_and_so_is_what_was_bound_to_it(world, harm):
    before = proof_of(ask(world, *pop()))
    if harm == "gone":
        assert world.run("secret-tool", "clear", "kind", "pop_key").code == 0
    elif harm == "not a key":
        change(world, kind="pop_key", private_key="AAAA")
    else:
        change(world, kind="pop_key", id="A" * 43)
    after = proof_of(ask(world, *pop()))
    assert after["cnf"] != before["cnf"] and after["at"] != before["at"]
    assert proof_of(ask(world, *pop()))["cnf"] == after["cnf"]
    assert len(world.authority.token_requests) == 2


def test_without_a_keyring_each_proof_has_a_key_of_its_own(world):
    first, second = (proof_of(ask(world, *pop(), "--keyring", "none")) for _ in range(2))
    assert first["cnf"] != second["cnf"]


def test_the_key_is_nowhere_but_in_the_keyring(world):
    outcome = ask(world, *pop(), "--verbose")
    (key,) = kept(world, "pop_key")
    secret = json.loads(key.secret)["private_key"]
    assert secret[:64] not in outcome.out + outcome.err and secret not in key.label
    assert all(secret not in value for value in key.attributes.values())


def test_only_a_proof_needs_openssl_when_it_is_warm(world):
    ask(world), ask(world, *pop())
    environment = {"AZURE_CLIENT_SECRET": APP.secret} | EXEC_INFO
    world.session.env |= environment
    assert "libcrypto" not in loaded(world, HELPER, *spn(world))
    files = loaded(world, HELPER, *spn(world, *pop()))
    assert "entra-pop.so" in files and "libcrypto" in files
    assert "entra-acquire.so" not in files and "libcurl" not in files


# ---- users ----

def test_a_user_signs_in_once_for_every_cluster(bare_desk):
    """The first sign-in binds its token, before it is known whose it is."""
    bare_desk.browser.will_sign_in(contoso.ADA)
    bare_desk.kubernetes.gate.audience, bare_desk.kubernetes.gate.proof_for = contoso.ARC, CLUSTER
    bare_desk.write_kubeconfig(ExecPlugin(HELPER, of_user(bare_desk, *pop()), api_version=VERSION,
                                          interactive_mode="IfAvailable"))
    done = bare_desk.at_terminal("kubectl", "get", "pods").finish()
    assert done.code == 0 and "Running" in done.out, done
    later = bare_desk.run("kubectl", "get", "pods")
    assert (later.code, later.err) == (0, "") and "Running" in later.out
    assert len(bare_desk.authority.token_requests) == 1
    (key,), (token,) = kept(bare_desk, "pop_key"), kept(bare_desk, "bound_token")
    assert key.attributes["account"] == token.attributes["account"] != "app"


def test_a_cluster_takes_neither_a_bearer_token_nor_another_clusters_proof(bare_desk):
    sign_in(bare_desk)
    bare_desk.kubernetes.gate.audience, bare_desk.kubernetes.gate.proof_for = contoso.ARC, CLUSTER
    for words in ([], pop(OTHER_CLUSTER)):
        bare_desk.write_kubeconfig(ExecPlugin(HELPER, of_user(bare_desk, *words),
                                              api_version=VERSION))
        outcome = bare_desk.run("kubectl", "get", "pods")
        assert outcome.code != 0 and "logged in" in outcome.err, outcome


def test_a_device_code_is_enough(bare_desk):
    terminal = bare_desk.at_terminal(HELPER, *of_user(bare_desk, *pop(), method="devicecode"),
                                     env=NO_BROWSER | {"KUBERNETES_EXEC_INFO": EXEC_INFO[
                                         "KUBERNETES_EXEC_INFO"].replace("false", "true")})
    terminal.wait_for(rf"{re.escape(bare_desk.authority.url)}/device")
    enter(bare_desk, user_code(terminal))
    done = terminal.finish()
    assert done.code == 0, done
    outcome = bare_desk.run(HELPER, *of_user(bare_desk, *pop()), env=EXEC_INFO)
    assert proof_of(outcome)["at"] == bare_desk.authority.issued_tokens[0]


def test_entra_login_is_enough_too(bare_desk):
    sign_in(bare_desk)
    claims = proof_of(bare_desk.run(HELPER, *of_user(bare_desk, *pop()), env=EXEC_INFO))
    (request,) = bare_desk.authority.token_requests
    assert request.form["grant_type"] == "refresh_token"
    assert decoded(request.form["req_cnf"])["kid"] == bound_to(claims["at"])


def test_each_account_has_a_key_of_its_own(bare_desk):
    sign_in(bare_desk)
    sign_in(bare_desk, contoso.GRACE)
    keys = [proof_of(bare_desk.run(HELPER, *of_user(bare_desk, *pop(), "--login-hint", who.username),
                                   env=EXEC_INFO))["cnf"] for who in (contoso.ADA, contoso.GRACE)]
    assert keys[0] != keys[1]


@pytest.mark.parametrize("words", [[], ["--all"], ["--account", contoso.ADA.username]])
def test_signing_out_takes_the_key_and_the_token_away(bare_desk, words):
    sign_in(bare_desk)
    proof_of(bare_desk.run(HELPER, *of_user(bare_desk, *pop()), env=EXEC_INFO))
    assert bare_desk.run("entra", "logout", *words).code == 0
    assert bare_desk.session.keyring.items() == []
    outcome = bare_desk.run(HELPER, *of_user(bare_desk, *pop()), env=EXEC_INFO)
    assert outcome.code == SIGN_IN_FIRST


def test_the_list_shows_a_bound_token(world):
    ask(world, *pop())
    outcome = world.run("entra", "list", "--output", "json")
    (row,) = json.loads(outcome.out)
    assert row["scope"] == f"{contoso.ARC}/.default"


def test_processes_that_want_the_same_proof_make_one_request(world):
    words = [HELPER, *spn(world, *pop())]
    outcomes = all_at_once(world, [words] * 6, env=EXEC_INFO | {"AZURE_CLIENT_SECRET": APP.secret})
    assert len({proof_of(one)["at"] for one in outcomes}) == 1
    assert len(world.authority.token_requests) == 1


@pytest.mark.parametrize("command", ["remove-tokens", "remove-cache-dir"])
def test_kubelogins_removal_takes_bound_tokens_with_their_keys(world, command):
    first = proof_of(ask(world, *pop()))
    outcome = world.run(HELPER, command)
    assert outcome.code == 0 and "1 bound token and 1 key" in outcome.err, outcome
    assert not kept(world, "bound_token") and not kept(world, "pop_key")
    second = proof_of(ask(world, *pop()))
    assert second["at"] != first["at"] and second["cnf"] != first["cnf"]


# ---- by the device's broker ----


@pytest.mark.parametrize("dialect", ["native", "himmelblau"])
def test_the_devices_broker_binds_a_users_token_to_our_key(bare_desk, dialect):
    with IdentityBroker(bare_desk.session, dialect, accounts=[account(contoso.ADA)]) as broker:
        outcome = bare_desk.run(HELPER, *of_user(bare_desk, *pop()), env=EXEC_INFO)
        given = json.loads(outcome.out)["status"]["token"]  # stderr tells of the sign-in
        proof = jwt.decode(given, options={"verify_signature": False})
        bound = jwt.decode(proof["at"], options={"verify_signature": False})
        sent = broker.parameters()["popParams"]
        assert sent["authenticationScheme"] == "pop" and sent["kid"] == bound["cnf"]["kid"]
        again = bare_desk.run(HELPER, *of_user(bare_desk, *pop()), env=EXEC_INFO)
        assert again.code == 0 and broker.methods() == ["getAccounts", "acquireTokenSilently"]


def test_a_token_of_the_broker_that_is_not_bound_is_refused(bare_desk):
    with IdentityBroker(bare_desk.session, accounts=[account(contoso.ADA)]) as broker:
        broker.will("acquireTokenSilently", "unbound")
        outcome = bare_desk.run(HELPER, *of_user(bare_desk, *pop()), env=EXEC_INFO)
        failed(HELPER, outcome, SIGN_IN_FIRST, "it is not bound to the key")
