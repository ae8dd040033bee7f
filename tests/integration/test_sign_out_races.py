# SPDX-License-Identifier: MIT
"""Signing out, and changing who is signed in, while other processes are at work."""

from __future__ import annotations

import json
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from authority import contoso, faults
from integration.credentials import CLIENT_ID
from integration.stored import age, forget_tokens, kept
from integration.test_damaged_items import (
    TOKEN, access_token, account, account_record, every_keyring, id_of, refresh_token, sign_in, stored)
from integration.test_kubectl_accounts import ask as kubelogin, bare_desk, sign_in as sign_in_to
from integration.users import login, token, whose
from world.identity_broker import IdentityBroker, account as device_account
from world.program import Outcome
from world.waiting import wait_until
from world.world import World

ADA, GRACE, BOB = contoso.ADA, contoso.GRACE, contoso.BOB
NAME, OTHER = ADA.username, GRACE.username
KINDS = ("refresh_token", "access_token", "account")
SIGN_OUTS = [["logout"], ["logout", "--all"], ["logout", "--account", ADA.username],
             ["forget", "--account", ADA.username], ["forget", "--all"]]


def left(world: World) -> dict[str, int]:
    return {kind: len(kept(world, kind)) for kind in KINDS}


def nothing_is_left(world: World) -> bool:
    return left(world) == dict.fromkeys(KINDS, 0)


@contextmanager
def under_way(world: World, *words: str,
              ask: Callable[..., Outcome] = token) -> Iterator[Future[Outcome]]:
    """The authority has a request for a token, and answers when this ends."""
    release = threading.Event()
    before = len(world.authority.token_requests)
    world.authority.faults.inject(faults.held(release), times=1)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask, world, *words)
        try:
            wait_until(lambda: len(world.authority.token_requests) > before, "request")
            yield asking
        finally:
            release.set()


def is_idle(world: World) -> None:
    wait_until(lambda: not world.session.is_running("entra"), "end of the renewal")


@pytest.mark.parametrize("words", SIGN_OUTS, ids=" ".join)
def test_a_refresh_that_is_under_way_leaves_nothing_behind(desk, words):
    login(desk)
    with under_way(desk) as asking:
        assert desk.run("entra", *words).code == 0
        assert nothing_is_left(desk)
    assert asking.result().code == 0  # it was asked before
    assert nothing_is_left(desk)


@pytest.mark.parametrize("words", SIGN_OUTS, ids=" ".join)
def test_nor_does_a_renewal_in_the_background(desk, words):
    login(desk)
    token(desk)
    age(desk, lives=1800, renew=True)
    with under_way(desk):
        assert desk.run("entra", *words).code == 0
    is_idle(desk)
    assert nothing_is_left(desk)


def test_nor_does_that_of_an_app_after_all_was_deleted(world):
    with under_way(world):
        assert world.run("entra", "forget", "--all").code == 0
    assert nothing_is_left(world)
    assert token(world).code == 0 and left(world)["access_token"] == 1


@pytest.mark.parametrize("name", [CLIENT_ID, CLIENT_ID.upper()])
def test_nor_after_what_the_app_had_was_deleted(world, name):
    """Also the first token, of which the keyring had none."""
    with under_way(world):
        assert world.run("entra", "forget", "--account", name).code == 0
    assert nothing_is_left(world)
    with under_way(world, "--api", "Graph"):
        assert world.run("entra", "forget", "--account", str(uuid.uuid4())).code == 0
    assert left(world)["access_token"] == 1


@pytest.mark.parametrize("more", [(), ("--pop-enabled", "--pop-claims", "u=/a/b")],
                         ids=["bearer", "bound"])
def test_nor_does_a_refresh_with_kubelogins_client_after_its_tokens_were_removed(bare_desk, more):
    client = ("--client-id", contoso.KUBELOGIN.client_id, "--api", "AKS")
    sign_in_to(bare_desk, ADA, *client)
    forget_tokens(bare_desk)
    with under_way(bare_desk, *more, ask=kubelogin) as asking:
        outcome = bare_desk.run("exec-credential-entra", "remove-tokens")
        assert "1 sign-in with kubelogin's client" in outcome.err, outcome
    assert asking.result().code == 0
    for kind in ("refresh_token", "access_token", "bound_token", "pop_key"):
        assert kept(bare_desk, kind) == []
    sign_in_to(bare_desk, ADA, *client)
    assert kubelogin(bare_desk, *more).code == 0 and len(kept(bare_desk, "refresh_token")) == 1


def test_nor_does_a_token_of_the_devices_broker(desk):
    with IdentityBroker(desk.session, accounts=[device_account(ADA)]) as broker:
        assert token(desk).code == 0
        forget_tokens(desk)
        asked = len(broker.calls("acquireTokenSilently"))
        with broker.held("acquireTokenSilently") as release, ThreadPoolExecutor(1) as pool:
            asking = pool.submit(token, desk)
            wait_until(lambda: len(broker.calls("acquireTokenSilently")) > asked, "request")
            assert desk.run("entra", "logout").code == 0
            release()
            assert asking.result().code == 0
    assert nothing_is_left(desk)


def test_a_sign_out_of_another_account_does_not_matter(desk):
    login(desk, user=GRACE)
    login(desk, user=ADA)
    with under_way(desk):
        assert desk.run("entra", "logout", "--account", GRACE.username).code == 0
    assert left(desk)["access_token"] == 1
    assert whose(desk, token(desk)) == ADA.username


# ---- in two keyrings of one user ----

IN_MEMORY = ("--keyring", "runtime")


def has(world: World, *keyring: str) -> set[str]:
    """The kinds of what the keyring has, as the list shows them."""
    listed = world.run("entra", "list", "--output", "json", *keyring)
    return {row["kind"] for row in json.loads(listed.out)}


@pytest.fixture
def signed_in_twice(desk: World) -> World:
    login(desk)
    login(desk, *IN_MEMORY)
    return desk


@pytest.mark.parametrize("words", [["logout"], ["logout", "--account", ADA.username],
                                   ["forget", "--account", ADA.username]], ids=" ".join)
@pytest.mark.parametrize("here, there", [((), IN_MEMORY), (IN_MEMORY, ())])
def test_a_sign_out_of_one_keyring_leaves_the_other_one_alone(signed_in_twice, words, here, there):
    with under_way(signed_in_twice, *here) as asking:
        assert signed_in_twice.run("entra", *words, *there).code == 0
    assert asking.result().code == 0
    assert has(signed_in_twice, *here) == {"sign_in", "token"}
    assert has(signed_in_twice, *there) == set()


def test_nor_does_it_take_back_what_is_being_written_there(bare_desk, memory, tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("there is no strace")
    of_ada = ("--resource", contoso.GRAPH, "--authority", bare_desk.authority.url)
    sign_in_to(bare_desk, ADA)
    sign_in_to(bare_desk, ADA, "--keyring", "secret-service")
    with before_it_writes(bare_desk, memory, tmp_path / "trace", "entra", "token", *of_ada):
        assert bare_desk.run("entra", "logout", "--keyring", "secret-service").code == 0
    assert has(bare_desk) == {"sign_in", "token"}


def test_all_of_one_keyring_is_not_all_of_another(signed_in_twice):
    with under_way(signed_in_twice):
        outcome = signed_in_twice.run("entra", "forget", "--all", *IN_MEMORY)
        assert outcome.code == 0, outcome
    assert has(signed_in_twice) == {"sign_in", "token"}
    assert has(signed_in_twice, *IN_MEMORY) == set()


def test_but_all_includes_the_keyring_in_memory(signed_in_twice):
    with under_way(signed_in_twice, *IN_MEMORY):
        assert signed_in_twice.run("entra", "forget", "--all").code == 0
    assert has(signed_in_twice, *IN_MEMORY) == has(signed_in_twice) == set()


# ---- and in again ----

def test_who_signs_in_again_is_signed_in(desk):
    """Also in the process that was waiting for the user when all was deleted."""
    login(desk)
    desk.browser.will_wait()
    terminal = desk.at_terminal("entra", "login")
    url = terminal.wait_for(r"https://\S+/authorize\?\S+").group()
    with under_way(desk):
        assert desk.run("entra", "logout").code == 0
        assert desk.run("entra", "forget", "--all").code == 0
    desk.visitor.sign_in(url, ADA)
    assert terminal.finish().code == 0
    assert left(desk)["refresh_token"] == 1
    requests = len(desk.authority.token_requests)
    assert whose(desk, token(desk)) == whose(desk, token(desk)) == ADA.username
    assert len(desk.authority.token_requests) == requests + 1


# ---- one at a time ----

@pytest.fixture
def memory(bare_desk: World) -> Iterator[Path]:
    """The keyring `runtime`, whose files can be looked at."""
    folder = Path("/dev/shm") / f"entra-test-{uuid.uuid4().hex}"
    folder.mkdir(mode=0o700)
    bare_desk.session.env |= {"XDG_RUNTIME_DIR": str(folder), "ENTRA_KEYRING": "runtime"}
    yield folder / "entra"
    shutil.rmtree(folder)


@contextmanager
def before_it_writes(world: World, memory: Path, trace: Path, *command: str) -> Iterator[None]:
    """The command has read the default account, and writes it when this ends, or in seconds."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(world.run, "strace", "-f", "-o", trace, "-e", "trace=renameat",
                              "-e", "inject=renameat:delay_enter=4000000", *command, timeout=60,
                              env={"ASAN_OPTIONS": "detect_leaks=0"})  # it is traced already
        wait_until(lambda: any(memory.glob("*.token.*.new")), "a file that is being written")
        yield
        assert running.result().code == 0, running.result()


@pytest.mark.parametrize("command", [
    ("entra", "switch", ADA.username), ("entra", "logout", "--account", GRACE.username),
    ("exec-credential-entra", "remove-tokens", "--cache-dir", "/k/grace")], ids=" ".join)
def test_a_sign_in_is_not_overwritten_by_what_changes_the_accounts(bare_desk, memory, tmp_path,
                                                                   command):
    if shutil.which("strace") is None:
        pytest.skip("there is no strace")
    sign_in_to(bare_desk, ADA)
    sign_in_to(bare_desk, GRACE)
    sign_in_to(bare_desk, GRACE, "--cache-dir", "/k/grace")
    of_bobs = ("--tenant", BOB.home, "--resource", contoso.GRAPH, "--authority",
               bare_desk.authority.url)
    with before_it_writes(bare_desk, memory, tmp_path / "trace", *command):
        sign_in_to(bare_desk, BOB, "--tenant", BOB.home)
    outcome = bare_desk.run("entra", "token", *of_bobs)
    assert whose(bare_desk, outcome, contoso.GRAPH) == BOB.username


# ---- sign-ins that an earlier version left behind ----

@every_keyring
def test_a_sign_in_whose_account_is_gone_goes_with_a_logout(stored):
    stored.put(refresh_token(NAME), account_record(NAME, refresh_token="secret"))
    stored.put(access_token(NAME), TOKEN)
    outcome = stored.entra("logout")
    assert (outcome.code, outcome.err) == (0, "Signed out of 1 account.\n")
    assert stored.attributes() == []


@every_keyring
def test_it_counts_beside_the_default_account_and_no_other_goes(stored):
    sign_in(stored, OTHER)
    sign_in(stored, NAME, is_default=True)
    for client in ("a-client", "b-client"):
        stored.put(refresh_token("bob@contoso.com") | {"client_id": client},
                   account_record("bob@contoso.com", refresh_token="secret"))
    assert stored.entra("logout").err == "Signed out of 2 accounts.\n"
    assert {item["account"] for item in stored.attributes() if "account" in item} == {id_of(OTHER)}


@every_keyring
def test_a_token_alone_is_deleted_and_not_called_an_account(stored):
    stored.put(access_token(NAME), TOKEN)
    outcome = stored.entra("logout")
    assert (outcome.code, outcome.err) == (0, "Nobody is signed in.\n")
    assert stored.attributes() == []


@every_keyring
@pytest.mark.parametrize("item, record", [
    (account(OTHER), b"null"), (account("*"), None)], ids=["unreadable", "of a tenant"])
def test_a_sign_in_that_may_belong_to_an_account_stays(stored, item, record):
    """An account that cannot be read may be its own, and a tenant may have it."""
    of_ada = f'{{"home_account_id":"{id_of(NAME)}","username":"{NAME}"}}'
    if record is None:
        record = (account_record(OTHER)[:-1] +
                  f',"tenants":{{"{uuid.uuid4()}":{of_ada}}}}}'.encode())
    stored.put(refresh_token(NAME), account_record(NAME, refresh_token="secret"))
    stored.put(item, record)
    stored.entra("logout")
    assert refresh_token(NAME)["account"] in {
        found.get("account") for found in stored.attributes()}
