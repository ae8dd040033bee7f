# SPDX-License-Identifier: MIT
"""Images are pushed to contoso.azurecr.io and pulled from there by programs that ask our helper."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from authority import contoso
from integration.docker_asking import CONTOSO
from integration.stored import kept
from world import oci_image
from world.program import Outcome
from world.world import World


@pytest.fixture
def azure(world: World) -> World:
    """An app, contoso.azurecr.io, and a podman that is configured to ask us."""
    for program in ("skopeo", "docker-registry"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here")
    world.internet
    world.registry.keep_images()
    world.write_appsettings({"AzureAd": {"TenantId": contoso.TENANT.guid,
                                         "ClientId": contoso.DAEMON.client_id,
                                         "ClientSecret": contoso.DAEMON.secret}})
    file = world.session.config / "containers" / "auth.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"credHelpers": {CONTOSO: "entra"}}))
    world.session.env["REGISTRY_AUTH_FILE"] = str(file)
    return world


def copy(world: World, source: str, target: str, **how: object) -> Outcome:
    return world.run("skopeo", "--insecure-policy", "copy", source, target, **how)


def pushed(world: World, name: str = "hello") -> Path:
    """An image that has been pushed."""
    folder = oci_image.make(world.session.root / "image")
    outcome = copy(world, f"oci:{folder}:latest", f"docker://{CONTOSO}/{name}")
    assert outcome.code == 0, outcome
    return folder


def layers(folder: Path) -> list[bytes]:
    index = json.loads((folder / "index.json").read_text())
    manifest = json.loads(_blob(folder, index["manifests"][0]["digest"]))
    return [_blob(folder, layer["digest"]) for layer in manifest["layers"]]


def _blob(folder: Path, digest: str) -> bytes:
    return (folder / "blobs" / digest.replace(":", "/")).read_bytes()


def test_skopeo_pushes_and_pulls(azure):
    pushed_image = pushed(azure)
    pulled = azure.session.root / "pulled"
    outcome = copy(azure, f"docker://{CONTOSO}/hello", f"oci:{pulled}:latest")
    assert outcome.code == 0, outcome
    assert layers(pulled) == layers(pushed_image)
    assert len(azure.registry.exchanges) == 1
    (item,) = kept(azure, "registry_token")
    assert item.attributes["registry"] == CONTOSO


def test_a_public_image_is_pulled_without_a_sign_in(azure):
    pushed(azure)
    azure.registry.public.add("hello")
    azure.registry.log.clear()
    azure.run("entra", "forget", "--all")
    azure.appsettings_file.unlink()
    outcome = copy(azure, f"docker://{CONTOSO}/hello", f"dir:{azure.session.root / 'pulled'}")
    assert outcome.code == 0, outcome
    assert azure.registry.exchanges == [] and "entra login" in outcome.err


def test_a_public_image_is_pulled_by_an_app_that_the_registry_does_not_know(azure):
    pushed(azure)
    azure.registry.public.add("hello")
    azure.registry.roles = {}
    assert azure.run("entra", "forget", "--all").code == 0
    outcome = copy(azure, f"docker://{CONTOSO}/hello", f"dir:{azure.session.root / 'pulled'}")
    assert outcome.code == 0, outcome


def test_an_app_without_the_role_cannot_push(azure):
    azure.registry.roles = {contoso.DAEMON.client_id: "pull"}
    image = oci_image.make(azure.session.root / "image")
    outcome = copy(azure, f"oci:{image}:latest", f"docker://{CONTOSO}/hello")
    assert outcome.code != 0 and "authentication required" in outcome.err, outcome


def test_an_app_that_is_refused_learns_why_from_the_host_tool(azure):
    outcome = copy(azure, f"docker://{CONTOSO}/hello", f"dir:{azure.session.root / 'pulled'}",
                   env={"AzureAd__ClientSecret": "wrong"})
    assert outcome.code != 0
    said = [line for line in outcome.err.splitlines() if "error getting credentials" in line]
    assert said and "AADSTS7000215" in said[0], outcome


def test_if_the_helper_is_for_every_registry_others_are_not_disturbed(azure):
    registries = azure.session.root / "registries.conf"
    registries.write_text('credential-helpers = ["entra"]\n')
    azure.session.env.pop("REGISTRY_AUTH_FILE")
    other = azure.registry.host
    azure.registry.public.add("hello")
    env = {"CONTAINERS_REGISTRIES_CONF": str(registries)}
    image = oci_image.make(azure.session.root / "image")
    assert copy(azure, f"oci:{image}:latest", f"docker://{CONTOSO}/hello", env=env).code == 0
    outcome = copy(azure, f"docker://{other}/hello", f"dir:{azure.session.root / 'pulled'}",
                   env=env)
    assert outcome.code == 0, outcome
    assert len(azure.registry.exchanges) == 1


def test_skopeo_logs_out(azure):
    pushed(azure)
    outcome = azure.run("skopeo", "logout", CONTOSO)
    assert outcome.code == 0, outcome
    assert kept(azure, "registry_token") == []
