# SPDX-License-Identifier: MIT
"""Credentials that a user typed for one of our own hosts are stored, returned and removed; those
for other hosts, and our own tokens, are never stored."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Iterator

import pytest

from git_asking import Askpass, ask, attributes, clone_of, commit, host_of, push
from stored import change
from world import newer_git
from world.debian import NotAvailable
from world.world import World

PAT = "ftzl4kj5s7m2a9xq3wcb8vn6ye1rgd0uhptzl4kj5s7m2a9xq3wcb"


def typed(world: World) -> list[dict[str, str]]:
    return [item.attributes for item in world.session.keyring.items()
            if item.attributes.get("kind") == "git_credential"]


def store(world: World, *lines: str, host: tuple[str, ...] = ()):
    outcome = ask(world, *(host or host_of(world)), *lines, operation="store")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def erase(world: World, *lines: str):
    outcome = ask(world, *host_of(world), *lines, operation="erase")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def get(world: World, *lines: str) -> dict[str, str]:
    return attributes(ask(world, *host_of(world), *lines).out)


# ---- git's own tests ----

HOSTS = ("example.com", "sso.tld", "git.example.com", "git2.example.com", "victim.example.com",
         "other.tld", "timeout.tld")


@pytest.fixture
def own_tests(tmp_path: Path) -> Path:
    """git's t/, as if git had been built. Of the build results, these tests use only test-tool, and
    only to read a bool from the environment: all keep their default."""
    try:
        source = newer_git.source()
    except NotAvailable as reason:
        pytest.skip(f"git's source is not to be had: {reason}")
    subprocess.run(["cp", "-r", "--reflink=auto", source, tmp_path / "git"], check=True)
    folder = tmp_path / "git"
    subprocess.run(["make", "-s", "GIT-BUILD-OPTIONS"], cwd=folder, check=True, capture_output=True)
    (folder / "templates" / "blt").mkdir(exist_ok=True)
    tool = folder / "t" / "helper" / "test-tool"
    tool.write_text('#!/bin/sh\ntest "$1 $3" = "env-helper --default=true"\n')
    tool.chmod(0o755)
    test = folder / "t" / "t0303-credential-external.sh"
    last = 'helper_test_oauth_refresh_token "$GIT_TEST_CREDENTIAL_HELPER"\n'
    text = test.read_text()
    assert last in text
    test.write_text(text.replace(last, last + 'helper_test_authtype "$GIT_TEST_CREDENTIAL_HELPER"\n'))
    return test


def test_gits_own_tests_of_helpers_pass(world, newer, own_tests):
    settings = world.appsettings()
    for host in HOSTS:
        settings[host.replace(".", "")] = {"BaseUrl": f"https://{host}/", "Scopes": []}
    file = world.write_appsettings(settings)
    script = world.session.root / "bin" / "git-credential-tested"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec git-credential-entra --config {file} "$@"\n')
    script.chmod(0o755)
    outcome = world.run("sh", own_tests, cwd=own_tests.parent, timeout=120, env={
        "GIT_TEST_CREDENTIAL_HELPER": "tested", "GIT_TEST_INSTALLED": str(newer_git.folder()),
        "PATH": f"{script.parent}:{world.session.env['PATH']}"})
    failures = [line for line in outcome.out.splitlines() if line.startswith("not ok")]
    assert (outcome.code, failures) == (0, []), outcome.out[-3000:] + outcome.err[-3000:]
    assert outcome.out.count("\nok ") + 1 >= 27
    assert world.authority.requests == []


@pytest.fixture
def memory(shell: World) -> Iterator[None]:
    """A folder on a tmpfs as XDG_RUNTIME_DIR."""
    with TemporaryDirectory(dir="/dev/shm", prefix="entra-test-") as folder:
        shell.session.env["XDG_RUNTIME_DIR"] = folder
        yield


# ---- with real git ----

def test_a_typed_credential_is_prompted_for_once(world, each_git):
    """The token of the identity is rejected, and a personal access token is accepted."""
    settings = world.appsettings()
    settings["GitServer"]["Scopes"] = []
    world.write_appsettings(settings)
    world.git_server.gate.personal_access_tokens.add(PAT)
    clone = clone_of(world, world.git_server.create_repository())
    askpass = Askpass(world, PAT)
    for subject in ("Second", "Third"):
        commit(world, clone, subject)
        outcome = push(world, clone, env=askpass.env)
        assert (outcome.code, outcome.err) == (0, "")
    assert askpass.questions == ["Username", "Password"]
    assert world.session.files_holding(PAT.encode()) == [askpass.program]

    world.git_server.gate.personal_access_tokens.clear()
    commit(world, clone, "Fourth")
    assert push(world, clone).code != 0
    assert typed(world) == []


def test_our_own_token_is_not_stored_as_typed(world, each_git):
    clone = clone_of(world, world.git_server.create_repository())
    assert push(world, clone).code == 0
    assert typed(world) == []
    assert len(world.session.keyring.items()) == 1


# ---- by hand ----

def test_it_takes_precedence_over_a_token_until_rejected(world):
    token = get(world)["password"]
    store(world, "username=ada", f"password={PAT}")
    assert get(world) == {"username": "ada", "password": PAT}
    assert get(world, "capability[]=authtype") == {"username": "ada", "password": PAT}
    erase(world, "username=ada", f"password={PAT}")
    assert get(world)["password"] == token


def test_a_password_other_than_the_rejected_one_is_kept(world):
    store(world, "username=ada", f"password={PAT}")
    erase(world, "username=ada", "password=another")
    assert get(world)["password"] == PAT


def test_gits_other_attributes_are_returned(world):
    end = int(time.time()) + 1000
    store(world, "username=ada", f"password={PAT}", f"password_expiry_utc={end}",
          "oauth_refresh_token=refresh")
    assert get(world) == {"username": "ada", "password": PAT, "password_expiry_utc": str(end),
                          "oauth_refresh_token": "refresh"}


def test_an_expired_credential_is_not_returned(world):
    store(world, "username=ada", f"password={PAT}", f"password_expiry_utc={int(time.time()) - 1}")
    assert get(world)["password"] == world.authority.issued_tokens[0]


def test_one_with_an_authtype_is_only_for_git_that_supports_it(world):
    store(world, "capability[]=authtype", "authtype=Token", f"credential={PAT}")
    assert get(world, "capability[]=authtype") == {
        "capability[]": "authtype", "authtype": "Token", "credential": PAT}
    assert get(world)["password"] == world.authority.issued_tokens[0]


def test_each_user_name_has_its_own(world):
    for name in ("ada", "grace"):
        store(world, f"username={name}", f"password=of-{name}")
    assert get(world, "username=ada")["password"] == "of-ada"
    assert get(world, "username=grace")["password"] == "of-grace"
    assert get(world, "username=bob")["password"] == world.authority.issued_tokens[0]


@pytest.mark.parametrize("names", [("ada", "grace"), ("grace", "ada")])
def test_without_a_user_name_the_latest_is_returned(world, names):
    for name in names:
        store(world, f"username={name}", f"password=of-{name}")
    assert get(world)["password"] == f"of-{names[-1]}"


def test_each_path_has_its_own(world):
    store(world, "path=contoso/app", "username=ada", "password=of-app")
    assert get(world, "path=contoso/app")["password"] == "of-app"
    assert get(world)["password"] == "of-app"
    assert get(world, "path=contoso/other")["password"] == world.authority.issued_tokens[0]


def test_in_azure_devops_one_serves_the_whole_organization(world):
    azure = ("protocol=https", "host=dev.azure.com")
    store(world, "path=contoso/app/_git/app", "username=ada", f"password={PAT}", host=azure)
    assert attributes(ask(world, *azure, "path=contoso/other/_git/other").out)["password"] == PAT
    assert typed(world)[0]["path"] == "contoso"
    assert PAT not in ask(world, *azure, "path=fabrikam/app/_git/app").out


@pytest.mark.parametrize("stored, asked", [("Contoso", "contoso"), ("contoso", "CONTOSO")])
def test_in_azure_devops_the_organization_has_no_letter_case(world, stored, asked):
    azure = ("protocol=https", "host=dev.azure.com")
    store(world, f"path={stored}/app/_git/app", "username=ada", f"password={PAT}", host=azure)
    get_it = ask(world, *azure, f"path={asked}/other/_git/other")
    assert attributes(get_it.out)["password"] == PAT
    outcome = ask(world, *azure, f"path={asked}/other", f"password={PAT}", operation="erase")
    assert (outcome.code, outcome.err) == (0, "")
    assert typed(world) == []


def test_one_that_was_stored_with_capital_letters_is_still_found(world):
    azure = ("protocol=https", "host=dev.azure.com")
    store(world, "path=contoso/app", "username=ada", f"password={PAT}", host=azure)
    (item,) = world.session.keyring.items(with_secrets=True)
    attributes_then = item.attributes | {"path": "Contoso"}
    world.run("secret-tool", "clear", "kind", "git_credential")
    world.run("secret-tool", "store", "--label", "x",
              *[word for pair in attributes_then.items() for word in pair],
              input=item.secret.decode())
    assert attributes(ask(world, *azure, "path=contoso/app").out)["password"] == PAT
    ask(world, *azure, "path=contoso/app", f"password={PAT}", operation="erase")
    assert typed(world) == []


PLACES = {
    "dev.azure.com": ("host=dev.azure.com", "path=contoso/app/_git/app"),
    "visualstudio.com": ("host=contoso.visualstudio.com", "path=DefaultCollection/app/_git/app"),
    "another host": None,
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_one_that_was_typed_before_the_path_was_told_is_found_after(world, place):
    host, path = place or (host_of(world)[1], "path=contoso/app")
    store(world, "username=ada", f"password={PAT}", host=("protocol=https", host))
    assert attributes(ask(world, "protocol=https", host, path).out)["password"] == PAT
    assert "password=" + PAT in ask(world, "protocol=https", host).out
    ask(world, "protocol=https", host, path, f"password={PAT}", operation="erase")
    assert typed(world) == []


@pytest.mark.parametrize("order", [1, -1], ids=["first", "last"])
def test_one_for_the_path_goes_before_one_for_any(world, order):
    for path, password in [((), "of-any"), (("path=contoso/app",), "of-app")][::order]:
        store(world, *path, "username=ada", f"password={password}")
    assert get(world, "path=contoso/app")["password"] == "of-app"
    assert get(world, "path=contoso/other")["password"] == "of-any"
    erase(world, "path=contoso/other", "password=of-any")
    assert get(world, "path=contoso/app")["password"] == "of-app"


def test_one_serves_a_whole_organization_of_visualstudio_com(world):
    old_name = ("protocol=https", "host=contoso.visualstudio.com")
    store(world, "path=app/_git/app", "username=ada", f"password={PAT}", host=old_name)
    assert attributes(ask(world, *old_name, "path=other/_git/other").out)["password"] == PAT
    assert PAT not in ask(world, "protocol=https", "host=fabrikam.visualstudio.com",
                          "path=app/_git/app").out


@pytest.mark.parametrize("user", ["", "contoso@"])
@pytest.mark.parametrize("path", [("path=contoso/app/_git/app",), ()], ids=["a path", "no path"])
def test_gitoxide_may_repeat_the_place_as_a_url(world, path, user):
    azure = ("protocol=https", "host=dev.azure.com", *path)
    url = f"url=https://{user}dev.azure.com/contoso/app/_git/app"
    store(world, "username=ada", f"password={PAT}", host=(url, *azure))
    assert attributes(ask(world, *azure).out)["password"] == PAT
    assert attributes(ask(world, url, *azure).out)["password"] == PAT
    outcome = ask(world, *azure, url, "username=ada", f"password={PAT}", operation="erase")
    assert (outcome.code, outcome.err) == (0, "")
    assert typed(world) == []


def test_gitoxide_may_repeat_the_place_as_a_url_if_a_token_is_refused(world):
    url = f"url={world.git_server.url}/contoso/app/_git/app"
    token = get(world)["password"]
    erase(world, url, f"password={token}")
    assert world.session.keyring.items() == []


def test_storing_it_again_writes_nothing(world):
    store(world, "username=ada", f"password={PAT}")
    before = [item.path for item in world.session.keyring.items()]
    (written,) = [line for line in world.run(
        "git-credential-entra", "--verbose", "store",
        input="\n".join((*host_of(world), "username=ada", f"password={PAT}", ""))
    ).err.splitlines() if "store: " in line] or [None]
    assert written is None
    assert [item.path for item in world.session.keyring.items()] == before


def test_its_attributes_are_not_those_of_gits_libsecret_helper(world):
    store(world, "username=ada", f"password={PAT}")
    (item,) = typed(world)
    assert not {"user", "object", "protocol", "port", "server"} & set(item)


def test_gits_libsecret_helper_does_not_erase_ours(world):
    """It looks only at the attributes, as secret-tool does, and not at the author of the item."""
    store(world, "username=ada", f"password={PAT}")
    world.run("secret-tool", "clear", "protocol", "https")
    assert get(world)["password"] == PAT


@pytest.mark.parametrize("keyring", ["kernel", "runtime"])
def test_every_keyring_stores_it(request, shell, keyring, memory):
    if keyring == "kernel":
        request.getfixturevalue("in_kernel")
    lines = "\n".join((*host_of(shell), "username=ada", f"password={PAT}", ""))
    asked = "\n".join((*host_of(shell), ""))

    def helper(operation: str, request: str):
        return shell.run("git-credential-entra", "--keyring", keyring, operation, input=request)

    assert (helper("store", lines).code, helper("store", lines).err) == (0, "")
    assert attributes(helper("get", asked).out)["password"] == PAT
    assert helper("erase", lines).code == 0
    assert attributes(helper("get", asked).out)["password"] == shell.authority.issued_tokens[0]


@pytest.mark.parametrize("lines", [
    ("username=ada", "ephemeral=1"), ("username=ada", "ephemeral=true"), (),
], ids=["ephemeral", "ephemeral by a word", "no user name"])
def test_what_must_not_be_stored_is_not(world, lines):
    store(world, *lines, f"password={PAT}")
    assert world.session.keyring.items() == []


@pytest.mark.parametrize("host", [
    ("protocol=https", "host=github.com"), ("protocol=http", "host=dev.azure.com"),
    ("protocol=https", "host=dev.azure.com.evil.example"), ("protocol=cert", "path=/key.pem"),
])
def test_credentials_of_other_hosts_are_never_stored(world, host):
    store(world, "username=ada", f"password={PAT}", host=host)
    assert world.session.keyring.items() == []


def test_a_token_from_any_program_is_not_stored(world):
    """A git before 2.46 offers the token that it was given, and users paste those of az."""
    token = get(world)["password"]
    store(world, "username=ada", f"password={token}")
    store(world, "username=ada", "password=" + "E" * 600)
    assert typed(world) == []


def test_an_opaque_token_is_recognized_by_the_stored_one(world):
    """Tokens need not be JSON Web Tokens: a user could have typed this one."""
    get(world)
    change(world, access_token="EwAoA8l6BAAU")
    store(world, "username=ada", "password=EwAoA8l6BAAU")
    assert typed(world) == []
    store(world, "username=ada", "password=EwAoA8l6BAAV")
    assert len(typed(world)) == 1


@pytest.mark.parametrize("line", ["username=" + "a" * 2000, "path=" + "a" * 2000,
                                  "username=\udcff\udcfe", "path=\x1b[2J"])
def test_a_credential_without_a_key_is_not_stored(world, line):
    store(world, "username=ada", line, f"password={PAT}")
    assert typed(world) == []
    assert get(world, line)["password"] == world.authority.issued_tokens[0]


def test_a_damaged_record_is_not_returned(world):
    store(world, "username=ada", f"password={PAT}")
    (item,) = world.session.keyring.items()
    words = [word for pair in item.attributes.items() for word in pair]
    for record in ("", "x", "{}", '{"username":"ada","password":"a\\nhost=evil","expires_on":0,'
                   '"stored_on":1}'):
        world.run("secret-tool", "store", "--label", "x", *words, input=record)
        assert get(world)["password"] == world.authority.issued_tokens[0]
