# SPDX-License-Identifier: MIT
"""entra run: the recipes of the manual for containers, word for word."""

from __future__ import annotations

import re

import pytest

from authority import contoso
from integration.run_asking import PAGE
from integration.users import claims
from world.podman import IMAGE, Podman

SECTION = re.search(r"^\.Ss Containers$(.*?)^\.Ss ", PAGE.read_text(), re.M | re.S)[1]
RECIPES = [line for block in re.findall(r"^\.Bd -literal.*?$\n(.*?)^\.Ed$", SECTION, re.M | re.S)
           for line in re.findall(r"^entra run .*?IMAGE'?$", block.replace(r"\e", "\\"), re.M | re.S)]
BRIDGES = [line for line in RECIPES if "--listen" in line]
HOSTS = [line for line in RECIPES if "--network=host" in line]


def get_token(world, podman, recipe):
    """What the image gets is in the keyring before, since no authority can be reached there."""
    known = world.run("entra", "token", "--api", "MyWebApi").out.strip()
    outcome = podman.run(recipe.replace("IMAGE", f"{IMAGE} {contoso.MY_WEB_API}"))
    assert outcome.code == 0 and f'"access_token":"{known}"' in outcome.out, outcome
    assert claims(world, known)["appid"] == contoso.DAEMON.client_id
    return outcome


def test_the_manual_has_a_recipe_for_each_network():
    assert (len(HOSTS), len(BRIDGES), len(RECIPES)) == (2, 2, 5)


@pytest.mark.parametrize("recipe", HOSTS)
def test_a_container_in_our_network_gets_a_token(world, recipe):
    outcome = get_token(world, Podman(world), recipe)
    assert outcome.out.splitlines()[-1] == "127.0.0.1 127.0.0.1"


@pytest.mark.parametrize("recipe", BRIDGES)
def test_a_container_behind_a_bridge_gets_a_token(world, recipe):
    """The bridge comes with the container, and has the address that the engine most often has."""
    address = re.search(r"--listen (\S+)", recipe)[1]
    subnet = re.sub(r"\d+\.\d+$", "0.0/16", address)
    outcome = get_token(world, Podman(world, subnet), recipe)
    assert outcome.out.splitlines()[-1] == f"{address} {address}"
    assert "is not an address of this machine yet" in outcome.err
