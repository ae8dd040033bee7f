# SPDX-License-Identifier: MIT
"""Clients of container registries that ask our helper: docker's, crane and oras."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from integration.docker_asking import CONTOSO
from integration.test_docker_images import azure, layers, pushed  # noqa: F401
from integration.stored import kept
from world import oci_image
from world.program import Outcome
from world.world import World

PEERS = Path(__file__).parents[2] / "build" / "peers"
CRANE = PEERS / "crane" / "crane"
ORAS = PEERS / "oras" / "oras"
DOCKER = PEERS / "docker" / "usr" / "bin" / "docker"
PODMAN = shutil.which("podman")

needs_crane = pytest.mark.skipif(not CRANE.exists(), reason="make check-peers builds crane")
needs_oras = pytest.mark.skipif(not ORAS.exists(), reason="make check-peers builds oras")
needs_docker = pytest.mark.skipif(not DOCKER.exists(), reason="make check-peers fetches docker")


@pytest.fixture
def docker(azure: World) -> World:  # noqa: F811
    """docker's configuration as setup makes it."""
    outcome = azure.run("entra", "setup", "docker", CONTOSO)
    assert outcome.code == 0, outcome
    assert (azure.session.home / ".docker" / "config.json").exists()
    azure.session.env.pop("REGISTRY_AUTH_FILE")
    return azure


def run(world: World, *command: str | Path, **how: object) -> Outcome:
    outcome = world.run(*command, **how)
    assert outcome.code == 0, outcome
    return outcome


# ---- crane ----


@needs_crane
def test_crane_pushes_and_pulls(docker):
    image = oci_image.make(docker.session.root / "image")
    run(docker, CRANE, "push", image, f"{CONTOSO}/hello:latest")
    assert run(docker, CRANE, "ls", f"{CONTOSO}/hello").out == "latest\n"
    pulled = docker.session.root / "pulled"
    run(docker, CRANE, "pull", "--format=oci", f"{CONTOSO}/hello:latest", pulled)
    assert layers(pulled) == layers(image)
    assert len(docker.registry.exchanges) == 1


@needs_crane
def test_crane_pulls_a_public_image_without_a_sign_in(docker):
    pushed(docker)
    docker.registry.public.add("hello")
    assert docker.run("entra", "forget", "--all").code == 0
    docker.appsettings_file.unlink()
    run(docker, CRANE, "manifest", f"{CONTOSO}/hello:latest")


@needs_crane
def test_crane_says_why_an_app_is_refused(docker):
    outcome = docker.run(CRANE, "manifest", f"{CONTOSO}/hello:latest",
                         env={"AzureAd__ClientSecret": "wrong"})
    assert outcome.code != 0 and "AADSTS7000215" in outcome.err, outcome


# ---- oras ----


@needs_oras
def test_oras_pushes_and_pulls(docker):
    folder, target = docker.session.root / "files", docker.session.root / "target"
    folder.mkdir()
    (folder / "notes.txt").write_text("Hello.\n")
    run(docker, ORAS, "push", f"{CONTOSO}/notes:v1", "notes.txt:text/plain", cwd=folder)
    run(docker, ORAS, "pull", f"{CONTOSO}/notes:v1", "--output", target)
    assert (target / "notes.txt").read_text() == "Hello.\n"
    assert run(docker, ORAS, "repo", "tags", f"{CONTOSO}/notes").out == "v1\n"
    assert len(docker.registry.exchanges) == 1


@needs_oras
def test_oras_pulls_a_public_image_without_a_sign_in(docker):
    pushed(docker)
    docker.registry.public.add("hello")
    assert docker.run("entra", "forget", "--all").code == 0
    docker.appsettings_file.unlink()
    run(docker, ORAS, "manifest", "fetch", f"{CONTOSO}/hello:latest")


@needs_oras
def test_oras_says_why_an_app_is_refused(docker):
    outcome = docker.run(ORAS, "manifest", "fetch", f"{CONTOSO}/hello:latest",
                         env={"AzureAd__ClientSecret": "wrong"})
    assert outcome.code != 0 and "AADSTS7000215" in outcome.err, outcome


@needs_oras
def test_oras_logs_out(docker):
    pushed(docker)
    run(docker, ORAS, "logout", CONTOSO)
    assert kept(docker, "registry_token") == []


# ---- docker ----

def pushed_for_docker(world: World) -> None:
    """An image in docker's own format, which older clients know alone."""
    image = oci_image.make(world.session.root / "image")
    run(world, "skopeo", "--insecure-policy", "copy", "--format", "v2s2", f"oci:{image}:latest",
        f"docker://{CONTOSO}/hello")


@needs_docker
def test_dockers_client_looks_at_an_image(docker):
    pushed_for_docker(docker)
    outcome = run(docker, DOCKER, "manifest", "inspect", f"{CONTOSO}/hello")
    assert json.loads(outcome.out)["schemaVersion"] == 2
    assert len(docker.registry.exchanges) == 1


@needs_docker
def test_dockers_client_looks_at_a_public_image_without_a_sign_in(docker):
    pushed_for_docker(docker)
    docker.registry.public.add("hello")
    assert docker.run("entra", "forget", "--all").code == 0
    docker.appsettings_file.unlink()
    run(docker, DOCKER, "manifest", "inspect", f"{CONTOSO}/hello")


@needs_docker
def test_dockers_client_shows_why_an_app_is_refused(docker):
    pushed_for_docker(docker)
    assert docker.run("entra", "forget", "--all").code == 0
    outcome = docker.run(DOCKER, "manifest", "inspect", f"{CONTOSO}/hello",
                         env={"AzureAd__ClientSecret": "wrong"})
    assert outcome.code != 0 and "AADSTS7000215" in outcome.err, outcome


@needs_docker
def test_dockers_client_logs_out(docker):
    pushed_for_docker(docker)
    run(docker, DOCKER, "logout", CONTOSO)
    assert kept(docker, "registry_token") == []


# ---- podman ----


@pytest.mark.skipif(PODMAN is None, reason="there is no podman")
def test_podman_pulls_and_logs_out(docker):
    pushed(docker)
    docker.session.env["STORAGE_DRIVER"] = "vfs"
    if docker.run(PODMAN, "images").code != 0:
        pytest.skip("podman has no storage here")
    run(docker, PODMAN, "pull", f"{CONTOSO}/hello")
    assert f"{CONTOSO}/hello" in run(docker, PODMAN, "images").out
    assert len(docker.registry.exchanges) == 1
    run(docker, PODMAN, "logout", CONTOSO)
    assert kept(docker, "registry_token") == []
