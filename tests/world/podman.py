# SPDX-License-Identifier: MIT
"""Podman, which has root's rights in namespaces of its own and leaves those of the machine alone:
users, mounts, control groups, and a network in which there is nothing but loopback and podman's
bridge.

    podman = Podman(world)
    podman.run(f"podman run {IMAGE} {RESOURCE}")

It has one image, of asker.c. The program is also there under the name of docker, as with Debian's
podman-docker.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from world.program import Outcome
from world.world import World

SOURCE = Path(__file__).with_name("asker.c")
OWN_USERS = Path(__file__).with_name("own_users.py")
IMAGE = "localhost/asker"
PREPARE = "mount -t cgroup2 none /sys/fs/cgroup && ip link set lo up || exit 125\n"

CONTAINERS = """
[containers]
default_ulimits = ["nofile=256:256", "nproc=256:256"]
cgroups = "disabled"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_config_dir = "{folder}/networks"
default_subnet = "{subnet}"
"""
STORAGE = """
[storage]
driver = "vfs"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
"""


class Podman:
    """Skips the test where it cannot run a container."""

    def __init__(self, world: World, subnet: str = "10.88.0.0/16") -> None:
        if shutil.which("podman") is None or os.geteuid() != 0:
            pytest.skip("there is no podman, or the user is not root")
        self._world = world
        folder = world.session.root / "podman"
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "docker").symlink_to(shutil.which("podman"))
        for name, text in (("CONTAINERS_CONF", CONTAINERS), ("CONTAINERS_STORAGE_CONF", STORAGE)):
            file = folder / name
            file.write_text(text.format(folder=folder, subnet=subnet))
            world.session.env[name] = str(file)
        world.session.env["PATH"] = f"{folder}/bin:{world.session.env['PATH']}:/usr/sbin:/sbin"
        self._make_image(folder)

    def _make_image(self, folder: Path) -> None:
        subprocess.run(["cc", "-static", "-O2", "-o", folder / "asker", SOURCE], check=True)
        with tarfile.open(folder / "files.tar", "w") as tar:
            tar.add(folder / "asker", "asker")
        outcome = self.run(f"podman import --change 'ENTRYPOINT [\"/asker\"]' {folder}/files.tar "
                           f"{IMAGE} && podman run --rm --network=host {IMAGE}")
        if "usage: /asker RESOURCE" not in outcome.err:
            pytest.skip(f"podman cannot run a container here: {outcome.err.strip()[-300:]}")

    def run(self, script: str) -> Outcome:
        """Each time in a network of its own."""
        return self._world.run(sys.executable, OWN_USERS, "unshare", "--mount", "--net", "--cgroup",
                               "sh", "-c", PREPARE + script)
