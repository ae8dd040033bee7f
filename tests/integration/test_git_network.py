# SPDX-License-Identifier: MIT
"""The proxy and the CAs of git's configuration are used for the authority, if the user or the
machine configured them, and not a repository."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from authority import contoso
from integration.asking import ask_curl, ask_entra, failed
from integration.examining import examine
from integration.git_asking import ask, clone_of, host_of, push
from integration.stored import age
from world.connect_proxy import ConnectProxy
from world.tls import CertificateAuthority
from world.waiting import wait_until

NO_CAS = {"SSL_CERT_FILE": None, "CURL_CA_BUNDLE": None, "GIT_SSL_CAINFO": None}


@pytest.fixture
def proxy():
    with ConnectProxy() as proxy:
        yield proxy


def configure(world, *words: str | Path, cwd: Path | None = None) -> None:
    assert world.run("git", "config", *words, cwd=cwd).code == 0


def authority_of(world) -> str:
    return world.authority.url.removeprefix("https://")


def count_git(world) -> Path:
    """A file that gets a line each time a program of the session runs git."""
    log, folder = world.session.root / "git-log", world.session.root / "bin"
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\necho "$*" >>{log}\nexec /usr/bin/git "$@"\n')
    (folder / "git").chmod(0o755)
    log.touch()
    world.session.env["PATH"] = f"{folder}:{world.session.env['PATH']}"
    return log


# ---- the proxy ----


def test_the_users_proxy_is_used(world, each_git, proxy):
    configure(world, "--global", "http.proxy", proxy.url)
    assert "password=" in ask(world, *host_of(world)).out
    assert proxy.connects == [authority_of(world)]


def test_a_url_with_a_path_and_a_pattern_are_matched_as_git_does(world, each_git, proxy):
    configure(world, "--global", "http.proxy", "http://127.0.0.1:1")
    configure(world, "--global", f"http.{world.authority.url}/{contoso.TENANT.domains[0]}.proxy",
              proxy.url)
    assert "password=" in ask(world, *host_of(world)).out
    assert proxy.connects == [authority_of(world)]


def test_the_proxy_of_another_url_is_not_used(world, proxy):
    configure(world, "--global", "http.https://elsewhere.example.proxy", proxy.url)
    assert "password=" in ask(world, *host_of(world)).out
    assert proxy.connects == []


def test_the_proxy_of_a_command_line_is_used(world, each_git, proxy):
    clone = clone_of(world, world.git_server.create_repository())
    outcome = world.run("git", "-c", f"http.{world.authority.url}.proxy={proxy.url}", "push",
                        "--quiet", "origin", "main", cwd=clone)
    assert (outcome.code, proxy.connects) == (0, [authority_of(world)]), outcome


def test_an_empty_value_for_a_url_means_no_proxy(world, proxy):
    configure(world, "--global", "http.proxy", proxy.url)
    configure(world, "--global", f"http.{world.authority.url}.proxy", "")
    assert "password=" in ask(world, *host_of(world)).out
    assert proxy.connects == []


def test_the_environments_proxy_goes_first(world, proxy):
    configure(world, "--global", "http.proxy", "http://127.0.0.1:1")
    assert "password=" in ask(world, *host_of(world), env={"https_proxy": proxy.url}).out
    assert proxy.connects == [authority_of(world)]


def test_no_proxy_applies_to_gits_proxy(world, proxy):
    configure(world, "--global", "http.proxy", proxy.url)
    assert "password=" in ask(world, *host_of(world), env={"no_proxy": "localhost,127.0.0.1"}).out
    assert proxy.connects == []


def test_other_programs_do_not_ask_git(world, proxy):
    configure(world, "--global", "http.proxy", proxy.url)
    assert (ask_entra(world).code, ask_curl(world).code) == (0, 0)
    assert proxy.connects == []


def test_a_proxy_that_is_reached_by_https_is_verified_by_its_own_ca(world, tmp_path):
    theirs = CertificateAuthority(tmp_path, "The proxy's CA")
    with ConnectProxy(tls=theirs.server_context()) as proxy:
        configure(world, "--global", "http.proxy", proxy.url)
        failed("git-credential-entra", ask(world, *host_of(world)), 4, "certificate")
        configure(world, "--global", "http.proxySSLCAInfo", theirs.certificate_file)
        assert "password=" in ask(world, *host_of(world)).out
    assert proxy.connects == [authority_of(world)]


def test_its_password_is_sent_to_it_and_shown_nowhere(world):
    with ConnectProxy(refusal=407) as proxy:
        configure(world, "--global", "http.proxy", proxy.url.replace("//", "//ada:hunter2@"))
        configure(world, "--global", "http.proxyAuthMethod", "basic")
        outcome = world.run("git-credential-entra", "--verbose", "get",
                            input="\n".join(host_of(world)))
    assert (outcome.code, outcome.out) == (4, "quit=1\n")
    assert proxy.url in outcome.err and "407" in outcome.err
    assert set(proxy.credentials) == {"Basic " + base64.b64encode(b"ada:hunter2").decode()}
    assert "hunter2" not in outcome.err


def test_the_server_is_asked_for_its_tenant_by_the_proxy(world, proxy):
    world.write_appsettings(world.user_appsettings(tenant=""))
    configure(world, "--global", f"http.{world.git_server.url}.proxy", proxy.url)
    ask(world, *host_of(world), env={"GIT_TERMINAL_PROMPT": "0"})
    assert proxy.connects == [world.git_server.url.removeprefix("https://")]


def test_a_renewal_in_the_background_uses_it_too(world, proxy):
    ask(world, *host_of(world))
    age(world, lives=1800, renew=True)
    configure(world, "--global", "http.proxy", proxy.url)
    assert "password=" in ask(world, *host_of(world)).out
    wait_until(lambda: len(world.authority.token_requests) == 2, "the renewal")
    assert proxy.connects == [authority_of(world)]


# ---- what a repository says ----


def hostile(world, proxy) -> Path:
    """A repository whose own configuration, worktree's configuration and included file name a
    proxy."""
    folder = clone_of(world, world.git_server.create_repository())
    included = folder / "included"
    included.write_text(f"[http]\n\tproxy = {proxy.url}\n")
    configure(world, "extensions.worktreeConfig", "true", cwd=folder)
    for scope in ("--local", "--worktree"):
        configure(world, scope, "http.proxy", proxy.url, cwd=folder)
        configure(world, scope, f"http.{world.authority.url}.proxy", proxy.url, cwd=folder)
        configure(world, scope, "include.path", included, cwd=folder)
    return folder


def test_a_repositorys_proxy_is_not_used(world, each_git, proxy):
    folder = hostile(world, proxy)
    assert push(world, folder).code == 0
    assert set(proxy.connects) == {world.git_server.url.removeprefix("https://")}
    assert len(world.authority.token_requests) == 1


WAYS = {
    "the working folder": {},
    "GIT_DIR": {"GIT_DIR": "{folder}/.git"},
    "GIT_COMMON_DIR": {"GIT_DIR": "{folder}/.git", "GIT_COMMON_DIR": "{folder}/.git",
                       "GIT_WORK_TREE": "{folder}"},
    "GIT_CONFIG": {"GIT_CONFIG": "{folder}/included"},
    "GIT_CONFIG_GLOBAL": {"GIT_CONFIG_GLOBAL": "included"},
    "XDG_CONFIG_HOME": {"XDG_CONFIG_HOME": ".", "HOME": "."},
}


@pytest.mark.parametrize("env", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("where", ["", ".git"])
def test_nor_is_it_however_git_is_led_to_it(world, each_git, proxy, env, where):
    repository = hostile(world, proxy)
    env = {name: value.format(folder=repository) for name, value in env.items()}
    folder = repository / where
    for name in ("git/config", ".gitconfig", "included"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"[http]\n\tproxy = {proxy.url}\n")
    ask(world, *host_of(world), cwd=folder,
        env=env | {"ENTRA_CONFIG": str(world.appsettings_file)})
    assert len(world.authority.token_requests) == 1
    assert proxy.connects == []


def test_nor_is_one_that_the_user_includes_for_some_repositories(world, each_git, proxy):
    folder = hostile(world, proxy)
    configure(world, "--global", f"includeIf.gitdir:{folder}/.path", folder / "included")
    configure(world, "--global", f"includeIf.hasconfig:remote.*.url:{world.git_server.url}/**.path",
              folder / "included")
    ask(world, *host_of(world), cwd=folder)
    assert (len(world.authority.token_requests), proxy.connects) == (1, [])


def test_a_repositorys_ca_is_not_trusted(world, each_git):
    folder = clone_of(world, world.git_server.create_repository())
    configure(world, "http.sslCAInfo", world.certificates.certificate_file, cwd=folder)
    failed("git-credential-entra", ask(world, *host_of(world), cwd=folder, env=NO_CAS), 4,
           "certificate")


# ---- CAs ----


def test_the_users_ca_is_trusted(world, each_git):
    configure(world, "--global", f"http.{world.authority.url}.sslCAInfo",
              world.certificates.certificate_file)
    assert "password=" in ask(world, *host_of(world), env=NO_CAS).out


def test_a_path_may_begin_with_the_home_folder(world, each_git):
    (world.session.home / "ca.pem").write_bytes(world.certificates.certificate_file.read_bytes())
    configure(world, "--global", "http.sslCAInfo", "~/ca.pem")
    assert "password=" in ask(world, *host_of(world), env=NO_CAS).out


def test_a_folder_of_cas_is_trusted(world):
    folder = world.session.home / "cas"
    folder.mkdir()
    (folder / "ca.pem").write_bytes(world.certificates.certificate_file.read_bytes())
    assert world.run("openssl", "rehash", folder).code == 0
    configure(world, "--global", "http.sslCAPath", folder)
    assert "password=" in ask(world, *host_of(world), env=NO_CAS).out


def test_gits_variable_goes_before_its_configuration(world, tmp_path):
    other = CertificateAuthority(tmp_path, "Another CA").certificate_file
    configure(world, "--global", "http.sslCAInfo", other)
    trusting = NO_CAS | {"GIT_SSL_CAINFO": str(world.certificates.certificate_file)}
    assert "password=" in ask(world, *host_of(world), env=trusting).out


def test_the_environments_cas_go_first(world, tmp_path):
    other = CertificateAuthority(tmp_path, "Another CA").certificate_file
    configure(world, "--global", "http.sslCAInfo", other)
    assert "password=" in ask(world, *host_of(world)).out


def test_certificates_are_verified_whatever_git_says(world):
    configure(world, "--global", "http.sslVerify", "false")
    failed("git-credential-entra",
           ask(world, *host_of(world), env=NO_CAS | {"GIT_SSL_NO_VERIFY": "1"}), 4, "certificate")


def test_a_relative_path_is_refused(world):
    (world.session.home / "ca.pem").write_bytes(world.certificates.certificate_file.read_bytes())
    configure(world, "--global", "http.sslCAInfo", "ca.pem")
    failed("git-credential-entra", ask(world, *host_of(world), env=NO_CAS), 2,
           "http.sslCAInfo: 'ca.pem' is not an absolute path")


def test_a_fifo_is_refused(world):
    os.mkfifo(world.session.home / "ca.pem")
    configure(world, "--global", "http.sslCAInfo", world.session.home / "ca.pem")
    failed("git-credential-entra", ask(world, *host_of(world), env=NO_CAS), 2, "is not a file")


# ---- what it costs, and what if git fails ----


def test_git_is_asked_when_a_request_is_sent_and_not_otherwise(world):
    log = count_git(world)
    env = NO_CAS | {"SSL_CERT_FILE": str(world.certificates.certificate_file)}
    ask(world, *host_of(world), env=env)
    assert len(log.read_text().splitlines()) == 1
    token = world.authority.issued_tokens[0]
    ask(world, *host_of(world), env=env)
    ask(world, *host_of(world), f"password={token}", "username=x", operation="store", env=env)
    ask(world, *host_of(world), f"password={token}", "username=x", operation="erase", env=env)
    ask(world, "protocol=https", "host=elsewhere.example", env=env)
    assert len(log.read_text().splitlines()) == 1
    assert len(world.authority.token_requests) == 1


def test_git_is_not_asked_if_the_environment_says_all(world, proxy):
    log = count_git(world)
    assert "password=" in ask(world, *host_of(world), env={"https_proxy": proxy.url}).out
    assert log.read_text() == ""


def test_a_configuration_that_git_cannot_read_is_an_error(world):
    (world.session.home / ".gitconfig").write_text("[http\n")
    outcome = ask(world, *host_of(world))
    assert (outcome.code, outcome.out) == (2, "quit=1\n")
    assert "git does not say which proxy it uses" in outcome.err
    assert world.authority.token_requests == []


def test_git_need_not_be_installed(world):
    programs = world.session.env["PATH"].split(":")[0]
    assert "password=" in ask(world, *host_of(world), env={"PATH": programs}).out


# ---- entra doctor ----


def uses_our_helper(world) -> None:
    configure(world, "--global", "credential.helper", "entra")


def test_doctor_shows_them_and_tries_them(world, proxy):
    uses_our_helper(world)
    configure(world, "--global", "http.proxy", proxy.url.replace("//", "//ada:hunter2@"))
    report = examine(world)
    assert report.ok
    assert report.details("git")["http.proxy"] == (proxy.url, "for git-credential-entra")
    assert report.details("network")["proxy"] == ("none", "")
    assert proxy.connects == [authority_of(world)]
    assert "hunter2" not in report.outcome.out


def test_doctor_fails_if_they_lead_nowhere(world):
    uses_our_helper(world)
    configure(world, "--global", "http.proxy", "http://127.0.0.1:1")
    report = examine(world)
    assert report.crosses == [("git", "not_connected")]


def test_doctor_says_what_is_not_used(world, proxy):
    uses_our_helper(world)
    configure(world, "--global", "http.proxy", "http://127.0.0.1:1")
    report = examine(world, env={"https_proxy": proxy.url})
    assert report.ok
    assert report.details("git")["http.proxy"] == (
        "http://127.0.0.1:1", "not used, since https_proxy is set")


def test_doctor_passes_over_what_a_repository_says(world, proxy):
    folder = hostile(world, proxy)
    report = examine(world, cwd=folder)
    assert report.ok and "http.proxy" not in report.details("git")
    assert proxy.connects == []
