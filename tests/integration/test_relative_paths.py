# SPDX-License-Identifier: MIT
"""Names of files and programs that are relative. The working directory may be anybody's, such as a
repository that git has just cloned, so nothing in it is used unless the user typed its name."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
from pathlib import Path

import pytest

from authority import contoso
from integration.asking import ASK, EXEC_INFO, failed
from integration.credentials import configure, path, refused, register, token
from integration.test_federated import foreign_token, trusting

from world.app_certificate import AppCertificate
from world.waiting import SHORT_LIMIT, wait_until
from world.world import World

__all__ = ["trusting"]  # the fixture

STRANGER = pwd.getpwnam("nobody").pw_uid
NOT_ABSOLUTE = "is not an absolute path"


@pytest.fixture
def hostile(world: World, tmp_path: Path) -> Path:
    """A working directory whose files run a program of its owner's: `ran` tells whether they did."""
    folder = tmp_path / "repository"
    folder.mkdir()
    evil = folder / "evil"
    evil.write_text(f"#!/bin/sh\n: > {folder}/ran\n")
    evil.chmod(0o700)
    settings = world.appsettings()
    del settings["AzureAd"]["ClientSecret"]
    settings["AzureAd"]["ClientCredentials"] = [
        {"SourceType": "SignedAssertionCommand", "SignedAssertionCommand": [str(evil)]}]
    (folder / "appsettings.json").write_text(json.dumps(settings))
    return folder


def nothing_ran(folder: Path) -> bool:
    return not (folder / "ran").exists()


# ---- the configuration file ----

@pytest.mark.parametrize("name", ["appsettings.json", "./appsettings.json",
                                  "../repository/appsettings.json"])
@pytest.mark.parametrize("program", ASK)
def test_a_relative_entra_config_is_refused(world, hostile, program, name):
    outcome = ASK[program](world, env={"ENTRA_CONFIG": name}, cwd=hostile)
    assert (outcome.code, outcome.out) == (2, "")
    (line,) = outcome.err.splitlines()
    assert f"ENTRA_CONFIG: '{name}' {NOT_ABSOLUTE}" in line and "whole path" in line
    assert nothing_ran(hostile) and world.authority.requests == []


def test_the_advice_for_a_relative_entra_config_works(world, hostile):
    env = {"ENTRA_CONFIG": str(world.appsettings_file)}
    assert ASK["git-credential-entra"](world, env=env, cwd=hostile).code == 0


def as_uri(hostile: Path, file: Path) -> str:
    """A file URI that names the path of one file, and, taken for a path, a copy of the other in the
    hostile folder."""
    uri = f"file:{hostile.parent}/{file.name}"
    (hostile / uri).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, hostile / uri)
    return uri


@pytest.mark.parametrize("program", ASK)
def test_an_entra_config_that_is_a_uri_is_refused(world, hostile, program):
    uri = as_uri(hostile, hostile / "appsettings.json")
    outcome = ASK[program](world, env={"ENTRA_CONFIG": uri}, cwd=hostile)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"ENTRA_CONFIG: '{uri}' {NOT_ABSOLUTE}" in outcome.err
    assert nothing_ran(hostile)


@pytest.mark.parametrize("program", ["git-credential-entra", "exec-credential-entra"])
def test_a_host_tools_config_that_is_a_uri_is_refused(world, hostile, program):
    uri = as_uri(hostile, hostile / "appsettings.json")
    outcome = ASK[program](world, "--config", uri, cwd=hostile)
    assert (outcome.code, outcome.out) == (2, "")
    assert NOT_ABSOLUTE in outcome.err and nothing_ran(hostile)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "CURL_CA_BUNDLE"])
def test_the_authoritys_certificate_is_not_checked_by_a_uris_file_in_the_working_directory(
        world, hostile, variable):
    uri = as_uri(hostile, Path(world.session.env["SSL_CERT_FILE"]))
    outcome = token(world, env={variable: uri}, cwd=hostile)
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert f"{variable}: '{uri}' {NOT_ABSOLUTE}" in outcome.err


@pytest.mark.parametrize("program", ["git-credential-entra", "exec-credential-entra"])
def test_a_host_tools_relative_config_is_refused(world, hostile, program):
    outcome = ASK[program](world, "--config", "appsettings.json", cwd=hostile)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"--config: 'appsettings.json' {NOT_ABSOLUTE}" in outcome.err
    assert nothing_ran(hostile)
    assert ASK[program](world, "--config", str(world.appsettings_file), cwd=hostile).code == 0


@pytest.mark.parametrize("program", ["curl-credential-entra", "entra"])
@pytest.mark.parametrize("name", ["mine.json", "./mine.json", "../here/mine.json"])
def test_a_relative_config_that_a_user_types_is_in_the_working_directory(world, tmp_path, program,
                                                                        name):
    here = tmp_path / "here"
    here.mkdir()
    shutil.copy2(world.appsettings_file, here / "mine.json")
    world.appsettings_file.unlink()
    assert ASK[program](world, "--config", name, cwd=here).code == 0


def test_setup_writes_the_whole_path_of_the_config(world, tmp_path):
    (tmp_path / "link.json").symlink_to(world.appsettings_file)
    for words, name in ((("git", "--config", "link.json"), "link.json"),
                        (("git", "--config", "./link.json"), "link.json")):
        assert world.run("entra", "setup", *words, cwd=tmp_path).code == 0
        helper = world.run("git", "config", "--get", "credential.https://dev.azure.com.helper")
        assert f"--config {tmp_path}/{name}" in helper.out


def test_setup_names_the_whole_path_of_a_config_that_is_not_there(world, tmp_path):
    outcome = world.run("entra", "setup", "git", "--config", "later.json", "--dry-run",
                        cwd=tmp_path)
    failed("entra", outcome, 2, f"{tmp_path}/later.json: No such file")


# ---- paths in the file ----

def beside(world: World, name: str) -> Path:
    """A file next to the configuration, in a folder of its own."""
    file = world.appsettings_file.parent / "keys" / name
    file.parent.mkdir(exist_ok=True)
    return file


def decoy(hostile: Path, name: str) -> None:
    file = hostile / "keys" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("not the right one")


@pytest.mark.parametrize("name", ["keys/secret", "./keys/secret", "file:keys/secret",
                                  "file://{}/keys/secret"])
def test_a_client_secrets_path_is_relative_to_the_configuration(world, hostile, name):
    beside(world, "secret").write_text(contoso.DAEMON.secret)
    beside(world, "secret").chmod(0o600)
    decoy(hostile, "secret")
    configure(world, ClientSecretPath=name.format(world.appsettings_file.parent))
    outcome = token(world, cwd=hostile)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("uri", ["", "file:"])
@pytest.mark.parametrize("form", ["one file", "two files"])
def test_a_certificates_path_is_relative_to_the_configuration(world, hostile, form, uri):
    app = AppCertificate(beside(world, "x").parent)
    register(world, secret="", certificates=(app.certificate,))
    certificate, more = app.pem(), {}
    if form == "two files":
        certificate = app.certificate_file()
        more = {"CertificateKeyDiskPath": f"{uri}keys/{app.key_file().name}"}
        decoy(hostile, app.key_file().name)
    decoy(hostile, certificate.name)
    configure(world, path(f"{uri}keys/{certificate.name}", **more))
    outcome = token(world, cwd=hostile)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("name", ["keys/token", "file:keys/token"])
def test_a_federated_tokens_path_is_relative_to_the_configuration(trusting, hostile, name):
    beside(trusting, "token").write_text(foreign_token())
    decoy(hostile, "token")
    configure(trusting, {"SourceType": "SignedAssertionFilePath",
                         "SignedAssertionFileDiskPath": name})
    outcome = token(trusting, cwd=hostile)
    assert (outcome.code, outcome.err) == (0, "")


# ---- paths in variables and arguments ----

VARIABLES = ["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE",
             "AzureAd__ClientSecretPath"]


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_relative_path_in_a_variable_is_refused(trusting, hostile, variable):
    (hostile / "mine").write_text(foreign_token())
    refused(token(trusting, env={variable: "mine"}, cwd=hostile), 2, variable, f"'mine' {NOT_ABSOLUTE}")
    assert trusting.authority.requests == []


def test_a_relative_key_in_a_variable_is_refused(world, hostile, tmp_path):
    configure(world)
    env = {"AZURE_CLIENT_CERTIFICATE_PATH": str(tmp_path / "app.pem"),
           "ENTRA_CLIENT_CERTIFICATE_KEY_PATH": "key.pem"}
    refused(token(world, env=env, cwd=hostile), 2, f"'key.pem' {NOT_ABSOLUTE}")


def test_a_relative_path_in_a_variable_of_the_section_is_refused(world, hostile):
    configure(world, path("/nonexistent.pem"))
    variable = "AzureAd__ClientCredentials__0__CertificateDiskPath"
    refused(token(world, env={variable: "app.pem"}, cwd=hostile), 2, f"'app.pem' {NOT_ABSOLUTE}")


@pytest.mark.parametrize("words", [["--login", "spn", "--client-certificate", "app.pem"],
                                   ["--login", "workloadidentity", "--federated-token-file", "jwt"]])
def test_a_relative_path_in_kubelogins_arguments_is_refused(world, hostile, words):
    outcome = world.run("exec-credential-entra", "get-token", *words, env=EXEC_INFO, cwd=hostile)
    failed("exec-credential-entra", outcome, 2, words[2], NOT_ABSOLUTE)


@pytest.mark.parametrize("variable", ["CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_relative_file_of_cas_is_refused(world, hostile, variable):
    shutil.copy2(world.certificates.certificate_file, hostile / "cas.pem")
    env = {"CURL_CA_BUNDLE": None, "SSL_CERT_FILE": None} | {variable: "cas.pem"}
    refused(token(world, env=env, cwd=hostile), 2, f"{variable}: 'cas.pem' {NOT_ABSOLUTE}")
    assert world.authority.requests == []


@pytest.mark.parametrize("variable", VARIABLES)
def test_doctor_does_not_look_at_a_relative_path_either(trusting, hostile, variable):
    (hostile / "mine").write_text(foreign_token())
    (hostile / "mine").chmod(0o644)
    configure(trusting)
    outcome = trusting.run("entra", "doctor", "--api", "MyWebApi", env={variable: "mine"}, cwd=hostile)
    assert "✗ configuration no token for MyWebApi: " in outcome.out
    assert "with the issuer" not in outcome.out and "✓ credential" not in outcome.out
    assert "mine (mode" not in outcome.out and "mine holds a secret" not in outcome.out
    assert f"'mine' {NOT_ABSOLUTE}" in outcome.out.split("credential ")[-1]


# ---- the home directory ----


@pytest.fixture
def at_home(world) -> Path:
    """The home directory, with the certificate of the app, its secret and its configuration."""
    home = Path(world.session.env["HOME"])
    app = AppCertificate(home / "keys")
    register(world, certificates=(app.certificate,))
    app.pem()
    app.key_file()
    app.certificate_file()
    app.write("secret", contoso.DAEMON.secret.encode())
    return home


IN_HOME = {
    "a certificate": {"SourceType": "Path", "CertificateDiskPath": "~/keys/app.pem"},
    "its key": {"SourceType": "Path", "CertificateDiskPath": "~/keys/certificate.pem",
                "CertificateKeyDiskPath": "~/keys/key.pem"},
    "a secret": {"SourceType": "ClientSecretPath", "ClientSecretPath": "~/keys/secret"},
}


@pytest.mark.parametrize("what", IN_HOME)
def test_a_path_of_the_file_may_be_in_the_home_directory(world, at_home, hostile, what):
    configure(world, IN_HOME[what])
    outcome = token(world, cwd=hostile)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("variables", [
    {"AZURE_CLIENT_CERTIFICATE_PATH": "~/keys/app.pem"},
    {"AZURE_CLIENT_CERTIFICATE_PATH": "~/keys/certificate.pem",
     "ENTRA_CLIENT_CERTIFICATE_KEY_PATH": "~/keys/key.pem"},
    {"AzureAd__ClientCredentials__0__SourceType": "Path",
     "AzureAd__ClientCredentials__0__CertificateDiskPath": "~/keys/app.pem"},
    {"AzureAd__ClientSecretPath": "~/keys/secret"}], ids=lambda one: next(iter(one)))
def test_so_may_that_of_a_variable_which_no_shell_has_read(world, at_home, hostile, variables):
    configure(world)
    outcome = token(world, env=variables, cwd=hostile)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("program", ASK)
def test_so_may_the_configuration(world, at_home, hostile, program):
    world.appsettings_file.rename(at_home / "my settings.json")
    assert ASK[program](world, env={"ENTRA_CONFIG": "~/my settings.json"}, cwd=hostile).code == 0


def test_doctor_finds_it_there_even_if_the_request_is_incomplete(world, at_home, hostile):
    configure(world, IN_HOME["a secret"])
    outcome = world.run("entra", "doctor", "--api", "MyWebApi", "--scope", "api://x/read",
                        cwd=hostile)
    assert f"{at_home}/keys/secret (mode " in outcome.out
    assert "a client secret is configured" in outcome.out


def test_without_a_home_directory_it_is_refused(world, at_home, hostile):
    configure(world, IN_HOME["a certificate"])
    env = {"ENTRA_CONFIG": str(world.appsettings_file), "HOME": ""}
    refused(token(world, env=env, cwd=hostile), 2, f"'~/keys/app.pem' {NOT_ABSOLUTE}")


@pytest.mark.parametrize("name", ["~", "~root/app.pem", "~app.pem", "./~/app.pem"])
def test_nothing_else_with_a_tilde_is_the_home_directory(world, at_home, name):
    """In the file, such a name is relative as any other."""
    configure(world, path(name))
    refused(token(world), 2, f"{world.appsettings_file.parent}/")
    refused(token(world, env={"AZURE_CLIENT_CERTIFICATE_PATH": name,
                              "AzureAd__ClientCredentials": None}), 2)


# ---- programs ----

@pytest.mark.parametrize("program", ["./evil", "../repository/evil"])
def test_a_relative_command_is_refused(world, hostile, program):
    configure(world, {"SourceType": "SignedAssertionCommand", "SignedAssertionCommand": [program]})
    refused(token(world, cwd=hostile), 2, f"the program '{program}' {NOT_ABSOLUTE}")
    assert nothing_ran(hostile)


@pytest.mark.parametrize("before", ["", ".", "../repository"])
def test_a_command_is_not_looked_for_in_the_working_directory(world, hostile, before):
    configure(world, {"SourceType": "SignedAssertionCommand", "SignedAssertionCommand": "evil"})
    env = {"PATH": f"{before}:{world.session.env['PATH']}:"}
    refused(token(world, env=env, cwd=hostile), 2, "'evil' cannot be run", "PATH")
    assert nothing_ran(hostile)


@pytest.mark.parametrize("before", ["", ".", "../repository"])
def test_a_command_is_found_in_an_absolute_folder_behind_relative_ones(trusting, hostile, tmp_path,
                                                                     before):
    (tmp_path / "bin").mkdir()
    good = tmp_path / "bin" / "evil"
    good.write_text(f"#!/bin/sh\necho {foreign_token()}\n")
    good.chmod(0o700)
    configure(trusting, {"SourceType": "SignedAssertionCommand", "SignedAssertionCommand": "evil"})
    outcome = token(trusting, env={"PATH": f"{before}:{good.parent}:{trusting.session.env['PATH']}"},
                    cwd=hostile)
    assert (outcome.code, outcome.err) == (0, "") and nothing_ran(hostile)


def test_a_command_finds_no_code_in_the_working_directory(trusting, hostile):
    """python3 -m and others look there first."""
    (hostile / "issuer.py").write_text(f"open({str(hostile / 'ran')!r}, 'w')")
    configure(trusting, {"SourceType": "SignedAssertionCommand",
                         "SignedAssertionCommand": ["python3", "-m", "issuer"]})
    outcome = token(trusting, cwd=hostile)
    assert (outcome.code, outcome.out) == (2, "") and "No module named issuer" in outcome.err
    assert nothing_ran(hostile)


def test_a_command_runs_in_the_root(trusting, hostile):
    configure(trusting, {"SourceType": "SignedAssertionCommand", "SignedAssertionCommand": [
        "sh", "-c", f'[ "$(pwd -P)" = / ] && echo {foreign_token()}']})
    outcome = token(trusting, cwd=hostile)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("browser", ["evil", "./evil %s", "evil:./evil"])
def test_a_browser_is_not_looked_for_in_the_working_directory(desk, hostile, browser):
    terminal = desk.at_terminal("entra", "login", cwd=hostile, env={
        "BROWSER": browser, "PATH": f":{desk.session.env['PATH']}"})
    terminal.wait_for(rf"{desk.authority.url}/")  # shown, since no browser could be started
    terminal.close()
    assert nothing_ran(hostile)


@pytest.mark.parametrize("address", ["autolaunch:", "unix:path=/nowhere;autolaunch:",
                                     "tcp:host=127.0.0.1,port=1;autolaunch:"])
def test_a_program_that_starts_a_bus_is_not_looked_for_in_the_working_directory(world, hostile,
                                                                                address):
    (hostile / "evil").rename(hostile / "dbus-launch")
    env = {"DBUS_SESSION_BUS_ADDRESS": address, "DISPLAY": ":99",
           "PATH": f".:{world.session.env['PATH']}"}
    outcome = token(world, env=env, cwd=hostile)
    assert (outcome.code, outcome.err) == (0, "") and nothing_ran(hostile)


def test_nor_is_it_if_the_bus_in_the_runtime_folder_is_another_users(world, hostile, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    (hostile / "evil").rename(hostile / "dbus-launch")
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(tmp_path / "bus"))
        os.chown(tmp_path / "bus", STRANGER, STRANGER)
        env = {"DBUS_SESSION_BUS_ADDRESS": None, "XDG_RUNTIME_DIR": str(tmp_path),
               "DISPLAY": ":99", "PATH": f".:{world.session.env['PATH']}"}
        outcome = token(world, env=env, cwd=hostile)
    assert (outcome.code, outcome.err) == (0, "") and nothing_ran(hostile)


def program(file: Path, script: str) -> str:
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o700)
    return str(file)


def test_a_browser_finds_no_code_in_the_working_directory(desk, hostile):
    """python3 -m and others look there first."""
    (hostile / "opener.py").write_text(f"open({str(hostile / 'ran')!r}, 'w')")
    desk.at_terminal("entra", "login", "--browser", "--timeout", SHORT_LIMIT, cwd=hostile,
                     env={"BROWSER": "python3 -m opener"}).finish()
    assert nothing_ran(hostile)


@pytest.mark.parametrize("variable", [True, False], ids=["BROWSER", "xdg-open"])
def test_a_browser_runs_in_the_root_and_keeps_no_folder_busy(desk, hostile, tmp_path, variable):
    (tmp_path / "bin").mkdir()
    opener = program(tmp_path / "bin" / "xdg-open", f"pwd -P >{tmp_path}/where.new\n"
                                                    f"mv {tmp_path}/where.new {tmp_path}/where")
    terminal = desk.at_terminal("entra", "login", "--browser", cwd=hostile, env={
        "PATH": f"{tmp_path}/bin:{desk.session.env['PATH']}", "DISPLAY": ":0",
        "BROWSER": opener if variable else None})
    wait_until((tmp_path / "where").exists, "the browser")
    terminal.close()
    assert (tmp_path / "where").read_text() == "/\n"


def test_git_is_not_looked_for_in_the_working_directory(world, hostile):
    (hostile / "evil").rename(hostile / "git")
    world.run("entra", "setup", "git", env={"PATH": f":{world.session.env['PATH']}"}, cwd=hostile)
    world.run("entra", "doctor", env={"PATH": f".:{world.session.env['PATH']}"}, cwd=hostile)
    assert nothing_ran(hostile)
