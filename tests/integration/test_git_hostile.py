# SPDX-License-Identifier: MIT
"""Requests to git's helper that try to obtain a token or to break it, including known attacks on
other helpers: there is no answer, and nothing is sent to the network."""

from __future__ import annotations

import random

import pytest

from git_asking import ask, host_of
from world.world import World

CAPABLE = ("capability[]=authtype", "capability[]=state")


@pytest.fixture
def watched(world: World) -> World:
    """An app whose tenant is not known, so that our own hosts would be asked for theirs."""
    world.internet
    settings = world.appsettings()
    del settings["AzureAd"]["TenantId"]
    world.write_appsettings(settings)
    return world


def nothing_went_out(world: World) -> None:
    assert world.authority.requests == []
    assert world.git_server.requests == []
    assert world.internet.asked == []


HOSTS = [
    # other hosts, and other schemes
    "github.com", "azure.com", "com", "localhost", "127.0.0.1", "login.microsoftonline.com",
    # names that begin, end or continue like ours (CVE-2024-53859, vscode #320634)
    "dev.azure.com.evil.example", "evil-dev.azure.com", "xdev.azure.com", "dev.azure.comx",
    "visualstudio.com", ".visualstudio.com", "evilvisualstudio.com",
    "contoso.visualstudio.com.evil.example", "contoso.visualstudio.comx",
    # ports
    "dev.azure.com:80", "dev.azure.com:444", "dev.azure.com:0443", "dev.azure.com:65979",
    "dev.azure.com:443x", "dev.azure.com:-443", "dev.azure.com:+443", "dev.azure.com: 443",
    "dev.azure.com:443:443", "dev.azure.com:443@evil.example", "dev.azure.com:", ":443",
    # dots, user info, path, query and fragment within the host
    "dev.azure.com.", "dev.azure.com..", ".dev.azure.com", "dev..azure.com",
    "dev.azure.com@evil.example", "evil.example@dev.azure.com", "user:dev.azure.com@evil.example",
    "evil.example/dev.azure.com", "dev.azure.com/evil", "evil.example?dev.azure.com",
    "evil.example#dev.azure.com", "evil.example\\dev.azure.com", "dev.azure.com;evil.example",
    "dev.azure.com,evil.example", "dev.azure.com evil.example", " dev.azure.com", "dev.azure.com ",
    "dev.azure.com\t", "*.visualstudio.com", "con*.visualstudio.com",
    # encodings
    "dev%2eazure.com", "%64ev.azure.com", "dev.azure.com%00.evil.example", "dev.azure.com%0a",
    "dev.azure.com%2f@evil.example",
    # look-alikes: Cyrillic, full width, ideographic full stop, soft hyphen, zero width, punycode
    "dev.аzure.com", "ｄｅｖ.azure.com", "dev。azure。com", "dev\u00adazure.com", "dev\u200b.azure.com",
    "xn--dev-azure-com", "xn--dv-8ja.azure.com", "dev.azure.cοm", "\u212a.visualstudio.com",
    # addresses
    "[::1]", "[::1]:443", "[::ffff:127.0.0.1]", "[dev.azure.com]", "[::1", "::1", "0x7f000001",
    "2130706433", "127.1", "017700000001",
    # bytes that are not text
    "dev.azure.com\udcff", "\udc80", "dev.azure.com\x7f", "dev.azure.com\x1b[0m", "dev.azure.com\x0b",
]


@pytest.mark.parametrize("operation", ["get", "store", "erase"])
def test_other_hosts_get_no_answer(watched, operation):
    for host in HOSTS:
        outcome = ask(watched, *CAPABLE, "protocol=https", f"host={host}", "username=contoso",
                      "password=secret", operation=operation)
        assert (outcome.code, outcome.out, outcome.err) == (0, "", ""), host
    nothing_went_out(watched)
    assert watched.session.keyring.items() == []


@pytest.mark.parametrize("protocol", ["http", "HTTP", "ssh", "git", "file", "imap", "smtp", "cert",
                                      "https ", " https", "httpss", "https:", "https://", "ftp"])
def test_other_protocols_get_no_answer(watched, protocol):
    outcome = ask(watched, f"protocol={protocol}", "host=dev.azure.com", "username=contoso")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    nothing_went_out(watched)


def test_requests_for_a_certificate_password_get_no_answer(watched):
    outcome = ask(watched, "protocol=cert", "host=", "path=/home/ada/key.pem")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    nothing_went_out(watched)


@pytest.mark.parametrize("url", [
    "http://dev.azure.com/contoso/", "https://dev.azure.com@evil.example/", "https:/dev.azure.com/",
    "https://evil.example/https://dev.azure.com/", "https:dev.azure.com", "//dev.azure.com/contoso",
    "https://contoso@dev.azure.com/contoso", "https://dev.azure.com\\@evil.example/", "",
    "https://dev.azure.com:443@evil.example/contoso", "https://" + "a" * 9000 + "/",
])
def test_other_urls_get_no_answer(watched, url):
    outcome = ask(watched, f"url={url}")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    nothing_went_out(watched)


@pytest.mark.parametrize("spelling", ["DEV.AZURE.COM", "dev.azure.com:443", "Dev.Azure.Com:443"])
def test_other_spellings_of_our_own_host_get_an_answer(watched, spelling):
    watched.git_server.authorization_uri = None
    outcome = ask(watched, "protocol=HTTPS", f"host={spelling}", "path=contoso/app")
    assert "password=" in outcome.out


# ---- invalid requests ----

LINE = b"protocol=https\nhost=dev.azure.com\npath=contoso/app\n"
BROKEN = {
    "carriage return for a newline (CVE-2024-50338)": b"protocol=https\nhost=dev.azure.com\r\n",
    "carriage return within (CVE-2024-52006)":
        b"protocol=https\nhost=dev.azure.com\rhost=evil.example\n",
    "carriage return in another attribute (CVE-2024-53263)": LINE + b"username=a\rb\n",
    "NUL": b"protocol=https\nhost=dev.azure.com\0.evil.example\n",
    "NUL at the end": LINE + b"\0",
    "no host (CVE-2020-11008)": b"protocol=https\n",
    "empty host (CVE-2020-11008)": b"protocol=https\nhost=\n",
    "no protocol (CVE-2020-11008)": b"host=dev.azure.com\n",
    "empty protocol (CVE-2020-11008)": b"protocol=\nhost=dev.azure.com\n",
    "nothing": b"",
    "an empty line": b"\n",
    "no equals sign": b"protocol=https\nhost\n",
    "a line of 65536 bytes": LINE + b"username=" + b"a" * (65536 - 10) + b"\n",
    "a line of 65536 bytes without an end": LINE + b"username=" + b"a" * (65536 - 9),
    "a host smuggled behind a long challenge (git 71201ab0e5)":
        b"protocol=https\nhost=evil.example\nwwwauth[]=" + b"a" * 65536 + b"host=dev.azure.com\n",
    "another path": LINE + b"url=https://dev.azure.com/contoso\n",
    "another host in the URL": LINE + b"url=https://evil.example/contoso/app\n",
    "another host beside the URL": b"url=https://dev.azure.com/contoso\nhost=evil.example\n",
    "another host as a user name": LINE + b"url=https://dev.azure.com@evil.example/contoso/app\n",
    "a user name that hides a host": LINE + b"url=https://evil.example\\@dev.azure.com/contoso/app\n",
    "two megabytes of one letter": b"a" * (2 << 20),
    "two megabytes of lines": LINE + b"a=b\n" * (2 << 18),
    "two megabytes of challenges": LINE + b"wwwauth[]=Bearer\n" * (2 << 16),
}


@pytest.mark.parametrize("operation", ["get", "store", "erase"])
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_an_invalid_request_is_only_an_error(watched, operation, text):
    outcome = watched.run("git-credential-entra", operation, input=text)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1 and outcome.err.strip().isprintable()
    nothing_went_out(watched)


@pytest.mark.parametrize("seed", range(6))
def test_two_megabytes_of_random_bytes_break_nothing(watched, seed):
    text = random.Random(seed).randbytes(2 << 20)
    for before in (b"", LINE):
        outcome = watched.run("git-credential-entra", "get", input=before + text)
        assert (outcome.code, outcome.out) == (2, "")
        assert len(outcome.err.splitlines()) == 1
    nothing_went_out(watched)


@pytest.mark.parametrize("seed", range(4))
def test_random_requests_break_nothing(watched, seed):
    """Well-formed lines around random bytes, none for our own hosts."""
    chance = random.Random(seed)
    for _ in range(15):
        noise = bytes(b for b in chance.randbytes(300) if b not in b"\r\n\0")
        text = b"protocol=https\nhost=" + noise + b"\nwwwauth[]=Bearer " + noise + b"\n"
        outcome = watched.run("git-credential-entra", "get", input=text)
        assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    nothing_went_out(watched)


# ---- malicious requests for one of our own hosts ----

def test_a_line_of_65535_bytes_is_read(world):
    line = "wwwauth[]=Bearer realm="
    outcome = ask(world, *host_of(world), line + "a" * (65534 - len(line)))
    assert "password=" in outcome.out


def test_input_after_an_empty_line_is_not_read(watched):
    outcome = watched.run("git-credential-entra", "get",
                          input="protocol=https\nhost=github.com\n\nhost=dev.azure.com\n")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    nothing_went_out(watched)


@pytest.mark.parametrize("name", ["a:b", "a%0ahost=evil", "\x1b]0;title\x07", "x" * 60000, "\udcff"])
def test_a_user_name_cannot_inject_into_the_answer(world, name):
    outcome = ask(world, *host_of(world), f"username={name}")
    keys = [line.split("=", 1)[0] for line in outcome.out.split("\n") if line]
    assert keys == ["username", "password", "password_expiry_utc"]


@pytest.mark.parametrize("line", [
    "quit=1", "password=theirs", "credential=theirs", "authtype=Basic", "continue=1", "ephemeral=0",
    "password_expiry_utc=1", "oauth_refresh_token=theirs", "unknown[]=x", "=", "=value",
    "wwwauth[]=", "state[]=", "wwwauth[]=" + "Bearer, " * 8000,
    'wwwauth[]=Bearer authorization_uri="' + '\\"' * 20000,
])
def test_other_attributes_do_not_change_whose_token_it_is(world, line):
    outcome = ask(world, *host_of(world), line)
    (token,) = world.authority.issued_tokens
    assert f"password={token}\n" in outcome.out


def test_hundreds_of_challenges_are_read_quickly(world):
    lines = [f'wwwauth[]=Bearer realm="{"a" * 4000}"'] * 200
    outcome = ask(world, *host_of(world), *lines)
    assert "password=" in outcome.out and outcome.seconds < 10
