# SPDX-License-Identifier: MIT
"""Where tokens are stored on machines without a desktop, and keyrings that fail."""

from __future__ import annotations

import json
import os
import pwd
import socket
import shutil
import subprocess
import sys
import threading
import uuid
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Iterator

import pytest
from gi.repository import GLib

from authority import contoso, faults
from integration import users
from integration.credentials import configure
from integration.examining import examine
from world import kernel_keyring, own_mounts, started_keyring
from world.bare_item import BareItem
from world.bus import MessageBus
from world.keyring import Keyring
from world.passing_item import STAYS, UNKNOWN_METHOD, PassingItem
from world.replaced_item import ReplacedItem
from world.secret_service import SecretService
from world.waiting import PATIENCE, SHORT_LIMIT, wait_until
from world.world import World


def token(world, *words, **how):
    return world.run("entra", "token", "--api", "MyWebApi", *words, **how)


# ---- a keyring that does not run yet ----


@pytest.mark.parametrize("name", ["org.freedesktop.secrets", "org.kde.secretservicecompat"])
def test_a_keyring_that_does_not_run_is_started(shell, name):
    """KDE installs its own under the second name only."""
    session = shell.session
    bus = MessageBus(session.runtime, session.logs, session.env, services=started_keyring.install(
        session.root / "services", name, session.runtime))
    session.env["DBUS_SESSION_BUS_ADDRESS"] = bus.address
    first, second = (token(shell, "--keyring", "secret-service") for _ in range(2))
    assert (first.code, first.err, second.out) == (0, "", first.out)
    bus.stop()


# ---- another user's bus ----

STRANGER = pwd.getpwnam("nobody").pw_uid  # dbus-daemon looks its user up


@pytest.fixture(params=["path", "abstract"])
def strangers_keyring(request, in_kernel, shell):
    """A keyring on the bus of another user, which su has left in the environment."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    folder = shell.session.root / "stranger"
    folder.mkdir()
    os.chown(folder, STRANGER, STRANGER)
    shell.session.root.chmod(0o711)
    shell.session.logs.chmod(0o755)
    name = {"path": folder / "bus", "abstract": f"entra-test-{uuid.uuid4()}"}[request.param]
    bus = MessageBus(folder, shell.session.logs, shell.session.env,
                     elsewhere=f"unix:{request.param}={name}", uid=STRANGER)
    shell.session.env["DBUS_SESSION_BUS_ADDRESS"] = bus.address
    keyring = Keyring(bus.address, shell.session.logs, shell.session.env)
    yield keyring
    keyring.stop()
    bus.stop()


def test_another_users_bus_gets_no_token(shell, strangers_keyring):
    first, second = (token(shell) for _ in range(2))
    assert (first.code, first.err) == (0, "")
    assert first.out == second.out  # the kernel has stored it
    assert strangers_keyring.items() == []
    named = token(shell, "--keyring", "secret-service", "--force-refresh")
    assert (named.code, named.out) == (6, "")
    assert f"the session bus belongs to another user (uid {STRANGER})" in named.err
    assert "DBUS_SESSION_BUS_ADDRESS" in named.err and "export ENTRA_KEYRING=kernel" in named.err
    assert token(shell, "--keyring", "kernel").out == first.out
    assert strangers_keyring.items() == []


def test_doctor_says_why_another_users_bus_is_not_used(shell, strangers_keyring):
    (finding,) = examine(shell).of("keyring")
    assert finding["message"].startswith("kernel ")
    (detail,) = finding["details"]
    assert detail["where"] == f"the session bus belongs to another user (uid {STRANGER})"


# ---- the kernel keyring ----


@pytest.mark.parametrize("words", [[], ["--keyring", "kernel"]])
def test_without_a_desktop_the_kernel_stores_the_token(in_kernel, shell, words):
    first, second = (token(shell, *words) for _ in range(2))
    assert (first.code, first.err) == (0, "")
    assert first.out == second.out
    assert len(shell.authority.token_requests) == 1


def test_a_bus_without_a_keyring_is_not_a_desktop(in_kernel, programs):
    with World(programs=programs, keyring=False) as world:
        world.write_appsettings()
        assert token(world).err == ""
        assert token(world).code == 0
        assert len(world.authority.token_requests) == 1


def test_a_refreshed_token_is_stored_there_too(in_kernel, programs):
    with World(programs=programs, keyring=False) as world:
        world.write_appsettings()
        first = token(world, "--force-refresh")
        assert (first.code, first.err) == (0, "")
        assert token(world).out == first.out


def test_a_client_secret_is_stored_and_removed_there_too(in_kernel, programs):
    with World(programs=programs, keyring=False) as world:
        configure(world, {"SourceType": "Keyring"})
        outcome = world.run("entra", "secret", "set", input=contoso.DAEMON.secret)
        assert (outcome.code, "(kernel)" in outcome.err) == (0, True), outcome
        assert token(world).code == 0
        cleared = world.run("entra", "secret", "clear")
        assert (cleared.code, "no longer stored in the keyring (kernel)" in cleared.err) == (0, True)
        assert token(world, "--force-refresh").code == 2


def test_what_was_never_stored_is_not_said_to_be_removed(world):
    outcome = world.run("entra", "secret", "clear")
    assert outcome.code == 0
    assert outcome.err == ("There is nothing to remove: the keyring (secret-service) has no client "
                           f"secret of app {contoso.DAEMON.client_id}.\n")


@pytest.mark.parametrize("name", ["G_MESSAGES_DEBUG", "G_DBUS_DEBUG"])
def test_messages_of_glib_are_not_on_stdout(world, name):
    outcome = token(world, env={name: "all"})
    assert (outcome.code, outcome.out) == (0, world.authority.issued_tokens[0] + "\n")
    assert outcome.out.strip() not in outcome.err


def test_entra_list_and_git_erase_handle_kernel_keys(in_kernel, shell):
    lines = f"protocol=https\nhost={shell.git_server.url.removeprefix('https://')}\n"
    shell.run("git-credential-entra", "get", input=lines)
    (issued,) = shell.authority.issued_tokens
    listed = json.loads(shell.run("entra", "list", "--output", "json").out)
    assert [row["store"] for row in listed] == ["kernel"]
    shell.run("git-credential-entra", "erase", input=lines + f"password={issued}\n")
    assert json.loads(shell.run("entra", "list", "--output", "json").out) == []


def in_container(world, *words):
    return world.run(sys.executable, "-m", "world.container", "entra", "token", "--api",
                     "MyWebApi", *words, env={"PYTHONPATH": str(Path(__file__).parents[1])})


def test_in_a_container_the_token_is_given_with_a_warning(shell):
    outcome = in_container(shell)
    assert (outcome.code, outcome.out.strip()) == (0, shell.authority.issued_tokens[0])
    (line,) = outcome.err.splitlines()
    for text in ("could not be stored", "the kernel keyring", "export ENTRA_KEYRING=runtime"):
        assert text in line
    again = in_container(shell)
    assert (again.code, again.err) == (0, "")  # once a boot
    assert len(shell.authority.token_requests) == 2
    named = in_container(shell, "--keyring", "kernel")
    assert (named.code, named.out) == (6, "")


def test_a_variable_says_where_tokens_are_stored(shell, memory):
    shell.session.env["ENTRA_KEYRING"] = "runtime"
    first, second = token(shell), token(shell)
    assert (first.code, first.err) == (0, "") and first.out == second.out
    assert len(list((memory / "entra").glob("*.token"))) == 1
    assert json.loads(shell.run("entra", "list", "--output", "json").out)[0]["store"] == "runtime"
    lines = f"protocol=https\nhost={shell.git_server.url.removeprefix('https://')}\n"
    assert "password=" in shell.run("git-credential-entra", "get", input=lines).out
    assert len(list((memory / "entra").glob("*.token"))) == 2
    stronger = token(shell, "--keyring", "none")
    assert stronger.out != first.out
    assert examine(shell).details("configuration")["ENTRA_KEYRING"] == ("runtime", "the environment")


def test_a_keyring_that_the_variable_names_must_work(shell):
    outcome = token(shell, env={"ENTRA_KEYRING": "secret-service", "DBUS_SESSION_BUS_ADDRESS": ""})
    assert (outcome.code, outcome.out) == (6, "")
    assert "ENTRA_KEYRING: " in outcome.err
    wrong = token(shell, env={"ENTRA_KEYRING": "pocket"})
    assert wrong.code == 2 and "ENTRA_KEYRING: there is no keyring 'pocket'" in wrong.err
    assert token(shell, env={"ENTRA_KEYRING": ""}).code == 0


def test_if_a_container_forbids_one_keyring_the_other_is_listed(world):
    token(world, "--keyring", "secret-service")
    outcome = world.run(sys.executable, "-m", "world.container", "entra", "list",
                        env={"PYTHONPATH": str(Path(__file__).parents[1])})
    assert (outcome.code, outcome.err) == (0, "")
    assert "secret-service" in outcome.out


# ---- in memory ----


@pytest.fixture
def memory(shell):
    """A folder on a tmpfs as XDG_RUNTIME_DIR."""
    folder = Path("/dev/shm") / f"entra-test-{uuid.uuid4().hex}"
    folder.mkdir(mode=0o700)
    shell.session.env["XDG_RUNTIME_DIR"] = str(folder)
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def test_in_a_container_files_in_memory_work_if_requested(shell, memory):
    first, second = (token(shell, "--keyring", "runtime") for _ in range(2))
    assert (first.code, first.err) == (0, "") and first.out == second.out
    assert len(shell.authority.token_requests) == 1
    (file,) = (memory / "entra").glob("*.token")
    assert file.stat().st_mode & 0o777 == 0o600
    listed = json.loads(shell.run("entra", "list", "--output", "json",
                                    "--keyring", "runtime").out)
    assert [row["store"] for row in listed] == ["runtime"]
    third = in_container(shell, "--keyring", "runtime")
    assert (third.code, third.out, third.err) == (0, first.out, "")


def end(file: Path) -> None:
    """Makes what is stored in it expire."""
    head, record = file.read_bytes().split(b"\n", 1)
    file.write_bytes(json.dumps(json.loads(head) | {"expires_on": 1}).encode() + b"\n" + record)


@pytest.mark.parametrize("words", [("list",), ("token", "--api", "GitServer")])
def test_expired_tokens_are_removed_from_memory(shell, memory, words):
    token(shell, "--keyring", "runtime")
    (file,) = (memory / "entra").glob("*.token")
    end(file)
    assert shell.run("entra", *words, "--keyring", "runtime").code == 0
    assert not file.exists()


@pytest.mark.parametrize("words", [("list",), ("logout", "--all")], ids=" ".join)
def test_a_list_that_would_be_too_long_is_not_called_whole(shell, memory, words):
    token(shell, "--keyring", "runtime")
    (file,) = (memory / "entra").glob("*.token")
    for number in range(1000):
        shutil.copy2(file, file.with_name(f"{number:0{len(file.stem)}x}.token"))
    outcome = shell.run("entra", *words, "--keyring", "runtime")
    assert outcome.code == 6, outcome
    assert "more than 1000 items" in outcome.err and "Signed out" not in outcome.err


# What another program of the user can write there.
ODD_ATTRIBUTES = {"x": None, "y": 1, "z": ["a"]}


def test_attributes_that_are_not_texts_are_left_out_of_a_file_in_memory(shell, memory):
    token(shell, "--keyring", "runtime")
    (file,) = (memory / "entra").glob("*.token")
    head, record = file.read_bytes().split(b"\n", 1)
    header = json.loads(head)
    header["attributes"] = ODD_ATTRIBUTES | header["attributes"]
    file.write_bytes(json.dumps(header).encode() + b"\n" + record)
    outcome = shell.run("entra", "list", "--output", "json", "--keyring", "runtime")
    assert (outcome.code, outcome.err) == (0, "")
    (row,) = json.loads(outcome.out)
    assert row["clientId"] == shell.authority.token_requests[0].form["client_id"]


def test_attributes_that_are_not_texts_are_left_out_of_a_key(in_kernel, shell):
    token(shell)
    ((serial, attributes),) = kernel_keyring.keys().items()
    odd = ODD_ATTRIBUTES | {"kind": "access_token", "client_id": attributes["client_id"]}
    kernel_keyring.add(odd, kernel_keyring.read(serial))
    outcome = shell.run("entra", "list", "--output", "json", "--keyring", "kernel")
    assert (outcome.code, outcome.err) == (0, "")
    assert [row["clientId"] for row in json.loads(outcome.out)] == 2 * [attributes["client_id"]]


def test_where_no_directory_is_in_memory_the_keyring_is_refused(shell, tmp_path):
    with own_mounts.no_memory(tmp_path):
        outcome = token(shell, "--keyring", "runtime")
    assert (outcome.code, outcome.out) == (6, "")
    assert "tmpfs" in outcome.err


@pytest.mark.parametrize("runtime", ["on a disk", "missing", "another user's", "not set"])
def test_the_next_directory_in_memory_is_used(shell, tmp_path, runtime):
    with own_mounts.only_memory(Path("/dev/shm"), tmp_path):
        if runtime == "missing":
            shell.session.env["XDG_RUNTIME_DIR"] = "/nowhere"
        elif runtime == "another user's":
            shell.session.env["XDG_RUNTIME_DIR"] = "/proc/1"
        elif runtime == "not set":
            del shell.session.env["XDG_RUNTIME_DIR"]
        first, second = (token(shell, "--keyring", "runtime") for _ in range(2))
        (folder,) = Path("/dev/shm").iterdir()
        assert len(list(folder.glob("*.token"))) == 1
        listed = shell.run("entra", "list", "--output", "json", "--keyring", "runtime")
        signed_out = shell.run("entra", "logout", "--all", "--keyring", "runtime")
    assert (first.code, first.err) == (0, "") and first.out == second.out
    assert len(shell.authority.token_requests) == 1
    assert [row["store"] for row in json.loads(listed.out)] == ["runtime"]
    assert signed_out.code == 0, signed_out


# ---- none ----


def test_none_stores_nothing_silently(world):
    for _ in range(2):
        outcome = token(world, "--keyring", "none")
        assert (outcome.code, outcome.err) == (0, "")
    assert len(world.authority.token_requests) == 2
    assert world.session.keyring.items() == []


# ---- keyrings that fail ----


def delivered(world, *texts: str, **how) -> None:
    """The token is printed, and one line says why it could not be stored."""
    outcome = token(world, "--timeout", str(2 * int(SHORT_LIMIT)), **how)
    assert outcome.code == 0
    assert outcome.out.strip() == world.authority.issued_tokens[-1]
    (line,) = outcome.err.splitlines()
    for text in ("could not be stored", *texts):
        assert text in line


@pytest.mark.parametrize("display", [None, ":99"])
def test_a_locked_keyring(world, display):
    token(world)
    world.session.keyring.lock()
    delivered(world, "locked", env={"DISPLAY": display})
    world.session.keyring.unlock()
    assert token(world).out.strip() == world.authority.issued_tokens[0]


def test_a_keyring_that_hangs(world):
    token(world)
    world.session.keyring.freeze()
    delivered(world, "in time")
    world.session.keyring.thaw()
    assert token(world).out.strip() == world.authority.issued_tokens[0]


def test_a_keyring_that_dies_during_a_call(world, programs):
    release = threading.Event()
    world.authority.faults.inject(faults.held(release))
    process = subprocess.Popen([programs / "entra", "token", "--api", "MyWebApi"],
                               env=world.session.env, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    wait_until(lambda: len(world.authority.token_requests) == 1, "the request")
    world.session.keyring.stop()
    release.set()
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out.strip()) == (0, world.authority.issued_tokens[-1])
    assert "could not be stored" in err


def test_a_keyring_restarted_during_a_call_stores_the_token(world, programs):
    again = threading.Event()
    world.authority.faults.inject(faults.held(again), times=1)
    process = subprocess.Popen([programs / "entra", "token", "--api", "MyWebApi"],
                               env=world.session.env, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    wait_until(lambda: len(world.authority.token_requests) == 1, "the request")
    world.session.keyring.stop()
    world.session.keyring.start()
    again.set()
    assert process.communicate(timeout=PATIENCE) == (world.authority.issued_tokens[0] + "\n", "")
    assert len(world.session.keyring.items()) == 1


@pytest.mark.parametrize("error", [None, "org.freedesktop.Secret.Error.NoSuchObject",
                                   "org.freedesktop.DBus.Error.UnknownObject"])
def test_an_item_replaced_while_it_is_read_is_read_again(world, error):
    first = token(world).out
    (item,) = world.session.keyring.items(with_secrets=True)
    world.session.keyring.stop()
    with ReplacedItem(world.session.bus.address, item.secret, 1, error):
        assert token(world).out == first
    assert len(world.authority.token_requests) == 1


GONE = [UNKNOWN_METHOD, "org.freedesktop.DBus.Error.UnknownObject",
        "org.freedesktop.DBus.Error.UnknownInterface",
        "org.freedesktop.Secret.Error.NoSuchObject"]


def passing(world: World, before: str, error: str = UNKNOWN_METHOD) -> PassingItem:
    """Two unreadable tokens."""
    world.session.keyring.stop()
    return PassingItem(world.session.bus.address,
                       {"xdg:schema": "org.entra_credential_helpers.Token", "kind": "access_token", "account": "ada"}, b"{}",
                       before, error)


@pytest.mark.parametrize("before, error", [
    *(("GetAll", error) for error in GONE), ("GetSecrets", UNKNOWN_METHOD)])
def test_an_item_that_goes_away_is_passed_over_by_a_list(world, before, error):
    with passing(world, before, error):
        outcome = world.run("entra", "list", "--keyring", "secret-service", "--output", "json")
    assert (outcome.code, outcome.err) == (0, "")
    assert [row["expiresOn"] for row in json.loads(outcome.out)] == ["unreadable"]


@pytest.mark.parametrize("before", ["GetAll", "GetSecrets", "Delete"])
def test_an_item_that_goes_away_is_passed_over_by_a_sign_out(world, before):
    with passing(world, before) as service:
        outcome = world.run("entra", "logout", "--all", "--keyring", "secret-service")
        assert service.deleted == [STAYS]
    assert (outcome.code, outcome.err) == (0, "Signed out of 1 account.\n")


@pytest.mark.parametrize("words", [["list"], ["logout", "--all"]], ids=" ".join)
def test_an_item_that_cannot_be_read_is_not_taken_for_gone(world, words):
    with passing(world, "GetAll", "org.freedesktop.DBus.Error.LimitsExceeded") as service:
        outcome = world.run("entra", *words, "--keyring", "secret-service")
        assert service.deleted == []
    assert outcome.code == 6 and "limit" in outcome.err and "Signed out" not in outcome.err


def test_an_item_without_attributes_is_listed_as_unreadable(world):
    world.session.keyring.stop()
    with BareItem(world.session.bus.address) as service:
        outcome = world.run("entra", "list", "--keyring", "secret-service", "--output", "json")
        assert service.reads > 0
    assert (outcome.code, outcome.err) == (0, "")
    assert {(row["account"], row["clientId"], row["expiresOn"]) for row in json.loads(outcome.out)} \
        == {("an item", None, "unreadable")}


# ---- a keyring that was silent ----

LIMIT = ("--timeout", str(PATIENCE - 20))
HALF = (PATIENCE - 20) / 2  # seconds, which a keyring has unless it was silent


def memory_of_silence(world: World) -> list[Path]:
    return list((world.session.runtime / "entra").glob("*.silent"))


def test_a_silent_keyring_is_waited_for_once(world):
    first = token(world)
    world.session.keyring.freeze()
    delivered(world, "in time")
    assert len(memory_of_silence(world)) == 1
    for _ in range(2):
        outcome = token(world, *LIMIT)
        assert (outcome.code, outcome.err) == (0, "") and outcome.seconds < HALF
    named = token(world, "--keyring", "secret-service", *LIMIT)
    assert (named.code, named.out) == (6, "") and named.seconds < HALF
    world.session.keyring.thaw()
    wait_until(lambda: token(world).out == first.out, "the keyring, which is asked all the same")


def test_what_a_silent_keyring_may_have_is_not_said_to_be_missing(desk):
    users.login(desk)
    desk.session.keyring.freeze()
    for words in (["--timeout", SHORT_LIMIT], LIMIT):
        outcome = users.token(desk, *words)
        assert outcome.code == users.SIGN_IN_FIRST and outcome.seconds < HALF
        assert "does not show who has signed in" in outcome.err
    assert len(desk.browser.urls) == 1
    desk.session.keyring.thaw()
    wait_until(lambda: users.token(desk).code == 0, "the keyring")
    assert len(desk.browser.urls) == 1


@pytest.mark.parametrize("words", [["list"], ["logout"], ["doctor"], ["secret", "clear"]],
                         ids=" ".join)
def test_whoever_looks_at_a_keyring_forgets_that_it_was_silent(world, words):
    token(world)
    world.session.keyring.freeze()
    delivered(world, "in time")
    assert len(memory_of_silence(world)) == 1
    world.session.keyring.thaw()
    assert world.run("entra", *words).code == 0
    assert memory_of_silence(world) == []


def test_that_a_keyring_was_silent_does_not_concern_another_session(world):
    world.session.keyring.freeze()
    delivered(world, "in time")
    with limited(world) as keyring:
        keyring.freeze()
        assert token(world, "--timeout", str(2 * int(SHORT_LIMIT))).code == 0
        assert len(memory_of_silence(world)) == 2
        keyring.thaw()
    world.session.keyring.thaw()


# ---- buses that fail ----


@contextmanager
def limited(world: World, **limits: int) -> Iterator[Keyring]:
    """The session has another bus, with these limits and a keyring."""
    bus = MessageBus(world.session.root, world.session.logs, world.session.env, limits=limits,
                     elsewhere=f"unix:path={world.session.root}/limited")
    world.session.env["DBUS_SESSION_BUS_ADDRESS"] = bus.address
    keyring = Keyring(bus.address, world.session.logs, world.session.env)
    try:
        yield keyring
    finally:
        keyring.stop()
        bus.stop()


def test_a_message_that_is_too_long_for_the_bus_ends_with_an_error(world):
    """Not by a signal, with which GLib ends the process when the bus closes its connection."""
    configure(world, {"SourceType": "Keyring"})
    with limited(world, max_message_size=2000):
        outcome = world.run("entra", "secret", "set", input="x" * 4000)
        assert outcome.code == 6 and "too long" in outcome.err, outcome
        assert len(outcome.err.splitlines()) == 1


def test_a_limit_of_the_bus_is_not_taken_for_a_missing_keyring(world):
    with limited(world, max_connections_per_user=20), ExitStack() as others:
        with suppress(GLib.Error):
            while True:
                client = SecretService(world.session.env["DBUS_SESSION_BUS_ADDRESS"])
                others.callback(client.close)
        delivered(world, "a limit of the session bus is reached")
        for words in (["list"], ["logout"], ["logout", "--all"]):
            outcome = world.run("entra", *words)
            assert outcome.code == 1 and "a limit of the session bus" in outcome.err, outcome
            assert len(outcome.err.splitlines()) == 1


def test_a_bus_that_ends_during_a_call_does_not_end_the_program(world, programs):
    again = threading.Event()
    world.authority.faults.inject(faults.held(again), times=1)
    process = subprocess.Popen([programs / "entra", "token", "--api", "MyWebApi"],
                               env=world.session.env, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    wait_until(lambda: len(world.authority.token_requests) == 1, "the request")
    world.session.bus.stop()
    again.set()
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out.strip()) == (0, world.authority.issued_tokens[0])
    assert "could not be stored" in err


@pytest.fixture(params=["busy", "closing"])
def unreachable(request, world) -> str:
    """A bus that takes no more connections at the moment, or ends them at once; and what is said of
    it."""
    path = str(world.session.root / "unreachable")
    world.session.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={path}"
    with ExitStack() as cleanup:
        listening = cleanup.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(path)
        listening.listen(0)
        if request.param == "closing":
            def close_all() -> None:
                with suppress(OSError):
                    while True:
                        listening.accept()[0].close()
            threading.Thread(target=close_all, daemon=True).start()
            cleanup.callback(listening.shutdown, socket.SHUT_RDWR)
        with suppress(BlockingIOError):
            while request.param == "busy":
                waiting = cleanup.enter_context(socket.socket(socket.AF_UNIX))
                waiting.setblocking(False)
                waiting.connect(path)
        yield "a limit of the session bus" if request.param == "busy" else "the desktop keyring"


def test_a_bus_that_cannot_be_reached_now_is_not_taken_for_none(world, unreachable):
    delivered(world, unreachable)
    outcome = world.run("entra", "logout")
    assert outcome.code == 1 and "Nobody" not in outcome.err


NO_BUS = ["unix:path=/nowhere", "unix:path=/dev/null", "unix:path=/dev/null/bus", "nonsense",
          "unix:abstract=nobody-listens-here", "tcp:host=127.0.0.1,port=1", "disabled:"]


@pytest.mark.parametrize("address", NO_BUS)
def test_an_address_of_no_bus_is_no_desktop(shell, in_kernel, address):
    env = {"DBUS_SESSION_BUS_ADDRESS": address}
    first, second = (token(shell, env=env) for _ in range(2))
    assert (first.code, first.err) == (0, "")
    assert first.out == second.out  # the kernel has stored it


def test_an_error_that_nobody_knows_is_not_taken_for_a_missing_keyring(world):
    world.session.keyring.stop()
    with PassingItem(world.session.bus.address, {}, b"", "SearchItems", "org.example.Odd"):
        delivered(world, "the desktop keyring failed")


@pytest.mark.parametrize("sickness", ["locked", "frozen", "gone"])
def test_a_named_keyring_must_work(world, sickness):
    token(world)
    keyring = world.session.keyring
    {"locked": keyring.lock, "frozen": keyring.freeze, "gone": keyring.stop}[sickness]()
    outcome = token(world, "--keyring", "secret-service", "--timeout", SHORT_LIMIT)
    assert (outcome.code, outcome.out) == (6, "")
    assert len(outcome.err.splitlines()) == 1
    host = world.git_server.url.removeprefix("https://")
    outcome = world.run("git-credential-entra", "--keyring", "secret-service", "--timeout",
                        SHORT_LIMIT, "get", input=f"protocol=https\nhost={host}\n")
    assert (outcome.code, outcome.out) == (6, "quit=1\n")  # git does not prompt then
    assert len(outcome.err.splitlines()) == 1
    if sickness == "frozen":
        keyring.thaw()


def test_a_named_keyring_without_a_bus(shell):
    outcome = token(shell, "--keyring", "secret-service")
    assert (outcome.code, outcome.out) == (6, "")
    assert "no session bus" in outcome.err


@pytest.mark.parametrize("record", [
    "garbage", "{}", '{"access_token":"a\\nb","received_on":1,"expires_on":2,"refresh_on":0}',
    '{"access_token":"stolen","received_on":1795000000,"expires_on":99999999999,"refresh_on":0}',
    "[" * 5000])
def test_an_item_that_is_not_a_token_is_replaced(world, record):
    token(world)
    (item,) = world.session.keyring.items()
    words = [word for pair in item.attributes.items() for word in pair]
    assert world.run("secret-tool", "store", "--label", "x", *words, input=record).code == 0
    outcome = token(world)
    assert outcome.out.strip() == world.authority.issued_tokens[1]
    assert token(world).out == outcome.out
    assert len(world.session.keyring.items()) == 1
