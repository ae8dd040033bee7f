# SPDX-License-Identifier: MIT
"""How often a program waits for a server that is far away: no more often than curl for the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing

import pytest

from authority import contoso
from authority.authority import Authority
from integration import users
from world import far_network
from world.far_network import THERE, FarNetwork
from world.identity_service import IdentityService
from world.proxy import Proxy
from world.world import World

SECONDS = 0.05
TCP, CONNECT, TLS, REQUEST = 1, 1, 1, 1


class Far:
    """A world whose authority is far away, at `url`."""

    def __init__(self, network: FarNetwork, world: World) -> None:
        authority = Authority(world.certificates.server_context(THERE))
        world.enter(closing(authority))
        world.authority = authority
        self.network = network
        self.world = world
        self.url = network.url_of(authority.url)

    def configure(self, settings: dict) -> None:
        settings["AzureAd"]["Instance"] = f"{self.url}/"
        self.world.write_appsettings(settings)

    def token(self, *words: str, **how) -> None:
        outcome = self.world.run("entra", "token", "--api", "MyWebApi", *words, **how)
        assert (outcome.code, outcome.err) == (0, "")

    def waits(self) -> list[int]:
        """The round trips of each connection since the last time."""
        counts = [one.round_trips for one in self.network.connections]
        self.network.forget()
        return counts


@pytest.fixture
def far(programs) -> Callable[[Callable[[Far], None]], None]:
    """Runs a test in a far world."""
    def start(test: Callable[[Far], None]) -> None:
        def act(network: FarNetwork) -> None:
            with World(programs=programs) as world:
                test(Far(network, world))
        far_network.run(act, SECONDS)
    return start


def curl(far: Far) -> None:
    """The same request as for an app's token."""
    daemon = contoso.DAEMON
    form = {"grant_type": "client_credentials", "client_id": daemon.client_id,
            "client_secret": daemon.secret, "scope": f"{contoso.MY_WEB_API}/.default"}
    outcome = far.world.run("curl", "--silent", "--fail", "--http1.1", *(
        word for name, value in form.items() for word in ("--data-urlencode", f"{name}={value}")),
        f"{far.url}/{contoso.TENANT.domains[0]}/oauth2/v2.0/token")
    assert outcome.code == 0 and "access_token" in json.loads(outcome.out)


def test_an_apps_token_costs_what_curl_pays_for_it(far):
    def test(far: Far) -> None:
        far.configure(far.world.appsettings())
        far.token()
        assert far.waits() == [TCP + TLS + REQUEST]
        curl(far)
        assert far.waits() == [TCP + TLS + REQUEST]
        far.token()  # from the keyring
        assert far.waits() == []

    far(test)


def test_a_users_token_costs_one_request(far):
    def test(far: Far) -> None:
        far.configure(far.world.user_appsettings())
        users.login(far.world)
        far.waits()
        far.token()
        assert far.waits() == [TCP + TLS + REQUEST]

    far(test)


def test_a_proxy_costs_one_more(far):
    def test(far: Far) -> None:
        settings = far.world.appsettings()
        far.configure(settings)
        with closing(Proxy({far.url.removeprefix("https://"): far.world.authority.url})) as proxy:
            address = far.network.url_of(proxy.environment["https_proxy"])
            far.token(env={"https_proxy": address})
            assert far.waits() == [TCP + CONNECT + TLS + REQUEST]

    far(test)


def test_a_machines_token_costs_one_request(far):
    def test(far: Far) -> None:
        with IdentityService() as service:
            service.answer = service.as_imds
            far.network.url_of(service.url, port=80)
            far.configure(far.world.appsettings())
            far.token("--managed-identity", "--resource", "https://vault.azure.net/")
            assert far.waits() == [TCP + REQUEST]

    far(test)
