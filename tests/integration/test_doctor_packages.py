# SPDX-License-Identifier: MIT
"""entra doctor: docker, Cargo, NuGet and pip, as their configurations are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from integration.examining import examine

FEED = "sparse+https://pkgs.dev.azure.com/contoso/_packaging/feed/Cargo/index/"
CARGO = "cargo-credential-entra"


def of(report, check: str) -> tuple[str, str]:
    (finding,) = report.of(check)
    return finding["status"], finding["message"]


def script(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


# ---- docker ----


def write_docker(world, **members) -> Path:
    file = world.session.home / ".docker" / "config.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(members))
    return file


def test_docker_that_is_not_set_up_is_skipped(world):
    expected = ("skipped", "docker and podman do not ask our helper (see 'entra setup docker')")
    assert of(examine(world), "docker") == expected
    write_docker(world, credHelpers={"contoso.azurecr.io": "acr-env"}, auths={"contoso.azurecr.io": {}})
    assert of(examine(world), "docker") == expected


def test_what_docker_asks_us_for_is_reported(world):
    file = write_docker(world)
    podmans = world.session.config / "containers" / "auth.json"
    podmans.parent.mkdir()
    podmans.write_text("{}")
    assert world.run("entra", "setup", "docker", "contoso.azurecr.io").code == 0
    report = examine(world)
    assert [one["message"] for one in report.of("docker", "ok")] == [
        f"{reader} asks our helper for contoso.azurecr.io" for reader in ("docker", "podman")]
    assert report.of("docker")[0]["details"] == [{"name": "file", "value": str(file)}]


def test_a_registry_that_is_not_ours_fails(world):
    write_docker(world, credHelpers={"ghcr.io": "entra", "contoso.azurecr.io": "entra"})
    report = examine(world)
    assert {one["message"] for one in report.of("docker", "failed")} == {
        "ghcr.io is not a container registry of ours"}
    assert len(report.of("docker", "ok")) == 1
    (command,) = re.findall(r"Run '(.*?)'", report.of("docker", "failed")[0]["hint"])
    assert world.run("sh", "-ec", command).code == 0
    assert examine(world).statuses("docker") == {"ok"}


def test_a_login_that_is_used_first_fails_with_the_command_that_mends_it(world):
    write_docker(world, credHelpers={"contoso.azurecr.io": "entra"})
    logins = world.session.runtime / "containers" / "auth.json"
    logins.parent.mkdir()
    logins.write_text(json.dumps({"auths": {"contoso.azurecr.io": {"auth": "eDp5"}}}))
    path = f"{script(world.session.home / 'bin' / 'podman').parent}:{world.session.env['PATH']}"
    (finding,) = examine(world, env={"PATH": path}).of("docker", "failed")
    assert "use the login for contoso.azurecr.io" in finding["message"]
    assert finding["hint"] == "Run 'podman logout contoso.azurecr.io'."


def test_a_helper_that_docker_does_not_find_fails(world, programs):
    write_docker(world, credHelpers={"contoso.azurecr.io": "entra"})
    report = examine(world, program=programs / "entra", env={"PATH": "/usr/bin:/bin"})
    assert ("docker", "program_not_found") in report.crosses
    other = script(world.session.home / "other" / "docker-credential-entra")
    path = f"{other.parent}:{world.session.env['PATH']}"
    (finding,) = examine(world, env={"PATH": path}).of("docker", "failed")
    assert finding["message"] == f"docker's helper 'entra' runs another program than ours: {other}"


def test_a_configuration_of_docker_that_cannot_be_read_fails(world):
    file = write_docker(world)
    file.write_text('{\n  "auths": {},\n}')
    report = examine(world)
    assert of(report, "docker") == (
        "failed", f"{file}: line 3 is not valid JSON: name in double quotes expected")
    assert report.error["hint"] == "Repair the file: docker cannot read it either."


# ---- Cargo ----


def write_cargo(world, index: str = FEED, provider: object = CARGO) -> Path:
    file = world.session.home / ".cargo" / "config.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'[registries.contoso]\nindex = "{index}"\ncredential-provider = '
                    f'{json.dumps(provider)}\n')
    return file


def test_cargo_that_is_not_set_up_is_skipped(world):
    expected = ("skipped", "Cargo does not ask our provider (see 'entra setup cargo')")
    assert of(examine(world), "cargo") == expected
    write_cargo(world, provider="cargo:token")
    assert of(examine(world), "cargo") == expected


@pytest.mark.parametrize("provider", [CARGO, [CARGO, "--account", "ada@contoso.com"], "{}/" + CARGO])
def test_what_cargo_asks_us_for_is_reported(world, programs, provider):
    if isinstance(provider, str):
        provider = provider.format(programs)
    file = write_cargo(world, provider=provider)
    report = examine(world)
    assert of(report, "cargo") == ("ok", "Cargo asks our provider for the registry 'contoso'")
    assert report.details("cargo") == {"file": (str(file), "")}


@pytest.mark.parametrize("index, why, advice", [
    ("https://pkgs.dev.azure.com/contoso/index", "is not a sparse one",
     "Begin its index with sparse+https://"),
    ("sparse+http://pkgs.dev.azure.com/contoso/index/", "is not a URL over https",
     "Begin its index with sparse+https://"),
    ("sparse+pkgs.dev.azure.com", "is not a URL over https", "Begin its index with sparse+https://"),
    ("sparse+https://cargo.example/", "is below no BaseUrl of an API",
     "Give an API of the configuration a BaseUrl that is above the index"),
])
def test_a_registry_that_gets_no_token_fails_and_there_is_advice(world, index, why, advice):
    write_cargo(world, index=index)
    report = examine(world)
    assert of(report, "cargo") == ("failed",
                                   f"the registry 'contoso' gets no token: its index {why}")
    assert report.error["hint"] == f"{advice}; or run 'entra setup cargo --remove contoso'."
    (command,) = re.findall(r"run '(.*?)'", report.error["hint"])
    assert world.run(*command.split()).code == 0
    assert examine(world).statuses("cargo") == {"skipped"}


def test_a_variable_that_names_another_provider_fails(world):
    write_cargo(world)
    report = examine(world, env={"CARGO_REGISTRIES_CONTOSO_CREDENTIAL_PROVIDER": "cargo:token"})
    status, message = of(report, "cargo")
    assert status == "failed" and "does not ask entra for the registry 'contoso'" in message


def test_a_provider_that_cargo_does_not_find_fails(world):
    write_cargo(world, provider="/nowhere/" + CARGO)
    report = examine(world)
    assert report.crosses == [("cargo", "program_not_found")]
    assert of(report, "cargo")[1] == (
        "Cargo's registry 'contoso' needs /nowhere/cargo-credential-entra, which is not there")


def test_a_configuration_of_cargo_that_cannot_be_read_fails(world):
    file = write_cargo(world)
    file.write_text("[registries")
    report = examine(world)
    status, message = of(report, "cargo")
    assert status == "failed" and message.startswith(f"{file}: line 1 is not TOML")
    assert report.error["hint"].startswith("Correct the file; ")


# ---- NuGet ----


@pytest.fixture
def dotnet(world):
    """A user who has dotnet. It is not run."""
    folder = script(world.session.home / "dotnet" / "dotnet").parent
    world.session.env["PATH"] = f"{folder}:{world.session.env['PATH']}"
    return world


def test_nuget_is_not_looked_at_without_dotnet(world):
    assert of(examine(world), "nuget") == ("skipped", "dotnet is not in PATH")


def test_nuget_that_finds_our_plugin_is_reported(dotnet, programs):
    assert of(examine(dotnet), "nuget") == (
        "ok", f"NuGet 6.13 or later finds our plugin: {programs}/nuget-plugin-entra")


@pytest.mark.parametrize("variable", ["NUGET_PLUGIN_PATHS", "NUGET_NETCORE_PLUGIN_PATHS"])
def test_a_variable_that_keeps_our_plugin_away_fails(dotnet, variable):
    status, message = of(examine(dotnet, env={variable: "/opt/other.dll"}), "nuget")
    assert status == "failed" and variable in message


def test_another_plugin_before_ours_fails(dotnet):
    other = script(dotnet.session.home / "dotnet" / "nuget-plugin-entra")
    status, message = of(examine(dotnet), "nuget")
    assert status == "failed" and str(other) in message


# ---- pip ----


@pytest.fixture
def pip(world):
    """A user with ~/bin in PATH, where setup has made the link."""
    world.session.env["PATH"] = f"{world.session.home}/bin:{world.session.env['PATH']}"
    assert world.run("entra", "setup", "pip").code == 0
    return world


def test_pip_that_is_not_set_up_is_skipped(world):
    assert of(examine(world), "pip") == ("skipped",
                                      "pip does not run our helper (see 'entra setup pip')")


def test_pip_that_runs_our_helper_is_reported(pip):
    status, message = of(examine(pip), "pip")
    assert status == "ok" and message.endswith(f": {pip.session.home}/bin/keyring")


def test_pip_that_is_not_told_to_run_keyring_is_skipped(pip):
    status, message = of(examine(pip, "--config", str(pip.appsettings_file),
                                 env={"XDG_CONFIG_HOME": "/nowhere"}), "pip")
    assert status == "skipped" and "pip is not told to run it" in message


def test_pip_that_a_variable_tells_to_run_keyring_is_reported(pip):
    report = examine(pip, "--config", str(pip.appsettings_file),
                     env={"XDG_CONFIG_HOME": "/nowhere", "PIP_KEYRING_PROVIDER": "subprocess"})
    assert of(report, "pip")[0] == "ok"


@pytest.mark.parametrize("env, message", [
    ({"PIP_KEYRING_PROVIDER": "disabled"}, "PIP_KEYRING_PROVIDER is set to 'disabled'"),
    ({"PIP_CONFIG_FILE": "/dev/null"}, "PIP_CONFIG_FILE is set, so pip does not read"),
])
def test_what_keeps_pip_from_running_keyring_fails(pip, env, message):
    report = examine(pip, env=env)
    assert of(report, "pip")[0] == "failed" and message in of(report, "pip")[1]
    assert report.error["hint"].startswith("Unset it")


def test_uv_has_a_finding_of_its_own(pip):
    script(pip.session.home / "bin" / "uv")
    pips, uvs = examine(pip).of("pip")
    assert (pips["status"], uvs["status"]) == ("ok", "skipped")
    assert "uv is not told to run it" in uvs["message"]
    assert pip.run("entra", "setup", "pip").code == 0
    assert [one["message"].partition(":")[0] for one in examine(pip).of("pip", "ok")] == [
        "pip runs our helper as keyring", "uv runs our helper as keyring"]
    for env in ({"UV_KEYRING_PROVIDER": "disabled"}, {"UV_NO_CONFIG": "1"}):
        report = examine(pip, env=env)
        assert [one["status"] for one in report.of("pip")] == ["ok", "failed"], report


def test_another_keyring_before_ours_fails(pip):
    other = script(pip.session.home / "other" / "keyring")
    report = examine(pip, env={"PATH": f"{other.parent}:{pip.session.env['PATH']}"})
    assert of(report, "pip") == ("failed", f"pip is set up, but the keyring that it runs is not ours: {other}")
    assert "entra setup pip" in report.error["hint"]


def test_a_link_that_is_gone_fails_until_it_is_set_up_again(pip):
    (pip.session.home / "bin" / "keyring").unlink()
    assert of(examine(pip), "pip")[0] == "failed"
    assert pip.run("entra", "setup", "pip").code == 0
    assert of(examine(pip), "pip")[0] == "ok"
