# SPDX-License-Identifier: MIT
"""Everything around the programs under test; each part is started on first use.

    with World(programs=Path("build/installed/bin")) as world:
        world.write_appsettings()
        outcome = world.run("entra", "token", "--api", "MyWebApi")
        assert outcome.code == 0 and len(world.authority.token_requests) == 1
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from authority import contoso
from authority.authority import Authority
from authority.directory import Client
from authority.visitor import Visitor
from world import appsettings
from world.browser import Browser
from world.cargo_registry import CargoRegistry
from world.container_registry import ContainerRegistry
from world.git_server import GitServer
from world.gate import Gate
from world.go_mirror import GoMirror
from world.graph import Graph
from world.identity_service import IdentityService
from world.kubeconfig import ExecPlugin, write_kubeconfig
from world.kubernetes_api import KubernetesApi
from world.maven_feed import MavenFeed
from world.package_feed import PackageFeed
from world.npm_registry import NpmRegistry
from world.program import Outcome
from world.proxy import Proxy
from world.session import Session
from world.terminal import Terminal
from world.tls import CertificateAuthority
from world.web_api import WebApi


class World:
    """A session, an authority, and three servers that require its tokens.

    `programs`, `bus` and `keyring` are passed to the session (see Session). `close()`, or the end
    of the `with` block, ends everything.
    """

    def __init__(self, programs: Path | None = None, *, bus: bool = True,
                 keyring: bool = True) -> None:
        self._programs = programs
        self._bus = bus
        self._keyring = keyring
        self._cleanup = ExitStack()

    @cached_property
    def certificates(self) -> CertificateAuthority:
        folder = Path(self._cleanup.enter_context(TemporaryDirectory(prefix="entra-world-tls-")))
        return CertificateAuthority(folder)

    @cached_property
    def session(self) -> Session:
        """Its programs trust only the throw-away certificate authority."""
        session = Session(programs=self._programs, bus=self._bus, keyring=self._keyring)
        self._cleanup.callback(session.close)
        session.trust(self.certificates.certificate_file)
        return session

    @cached_property
    def authority(self) -> Authority:
        authority = Authority(self.certificates.server_context("login.microsoftonline.com"))
        self._cleanup.callback(authority.close)
        return authority

    @cached_property
    def browser(self) -> Browser:
        """The user's browser, which is $BROWSER for programs of the session from now on."""
        browser = Browser(self.session.root / "browser", self.certificates.certificate_file)
        self._cleanup.callback(browser.close)
        self.session.env["BROWSER"] = str(browser.program)
        return browser

    @cached_property
    def visitor(self) -> Visitor:
        """The user at a browser on another machine."""
        return Visitor(self.certificates.certificate_file)

    @cached_property
    def git_server(self) -> GitServer:
        folder = self.session.root / "repositories"
        folder.mkdir()
        tenant = contoso.TENANT.guid
        server = GitServer(
            self.certificates.server_context("dev.azure.com", "contoso.visualstudio.com"),
            self._gate(contoso.AZURE_DEVOPS), folder,
            authorization_uri=f"{self.authority.url}/{tenant}", tenant=tenant)
        self._cleanup.callback(server.close)
        return server

    @cached_property
    def package_feed(self) -> PackageFeed:
        tenant = contoso.TENANT.guid
        server = PackageFeed(
            self.certificates.server_context("pkgs.dev.azure.com", "contoso.pkgs.visualstudio.com"),
            self._gate(contoso.AZURE_DEVOPS),
            authorization_uri=f"https://login.microsoftonline.com/{tenant}", tenant=tenant)
        self._cleanup.callback(server.close)
        return server

    @cached_property
    def web_api(self) -> WebApi:
        gate = self._gate(contoso.MY_WEB_API)
        gate.role = contoso.DAEMON.roles[0]
        server = WebApi(self.certificates.server_context(), gate)
        self._cleanup.callback(server.close)
        return server

    @cached_property
    def kubernetes(self) -> KubernetesApi:
        server = KubernetesApi(self.certificates.server_context(), self._gate(contoso.AKS))
        self._cleanup.callback(server.close)
        return server

    @cached_property
    def cargo_registry(self) -> CargoRegistry:
        """It can also serve as one of these hosts."""
        server = CargoRegistry(self.certificates.server_context("pkgs.dev.azure.com", "dev.azure.com"),
                               self._gate(contoso.AZURE_DEVOPS))
        self._cleanup.callback(server.close)
        return server

    @cached_property
    def go_mirror(self) -> GoMirror:
        server = GoMirror(self.certificates.server_context(), self._gate(contoso.AZURE_DEVOPS))
        self._cleanup.callback(server.close)
        return server

    @cached_property
    def maven_feed(self) -> MavenFeed:
        """Over http, since Java does not trust our certificates."""
        server = MavenFeed(None, self._gate(contoso.MY_WEB_API))
        self._cleanup.callback(server.close)
        return server

    @cached_property
    def npm_registry(self) -> NpmRegistry:
        """pkgs.dev.azure.com of `internet`."""
        server = NpmRegistry(self.certificates.server_context("pkgs.dev.azure.com"),
                             self._gate(contoso.AZURE_DEVOPS), "https://pkgs.dev.azure.com")
        self._cleanup.callback(server.close)
        self.internet.add("pkgs.dev.azure.com", server.url)
        return server

    @cached_property
    def identity_service(self) -> IdentityService:
        """The service of Azure that issues a managed identity's tokens."""
        service = IdentityService()
        self._cleanup.callback(service.close)
        return service

    @cached_property
    def graph(self) -> Graph:
        server = Graph(self.certificates.server_context("graph.microsoft.com"),
                       self._gate(contoso.GRAPH))
        self._cleanup.callback(server.close)
        return server

    @cached_property
    def registry(self) -> ContainerRegistry:
        """contoso.azurecr.io, for programs that get there by `internet`."""
        name = "contoso.azurecr.io"
        server = ContainerRegistry(
            self.certificates.server_context(name), self._gate(contoso.CONTAINER_REGISTRY),
            self.session.root / "registry", self.session.env, name)
        self._cleanup.callback(server.close)
        return server

    @cached_property
    def internet(self) -> Proxy:
        """Azure DevOps, Microsoft Graph and Entra's public cloud under their real names, which lead
        to the servers here; the session's programs can reach nothing else."""
        proxy = Proxy({"dev.azure.com:443": self.git_server.url,
                       "contoso.visualstudio.com:443": self.git_server.url,
                       "pkgs.dev.azure.com:443": self.package_feed.url,
                       "contoso.pkgs.visualstudio.com:443": self.package_feed.url,
                       "graph.microsoft.com:443": self.graph.url,
                       "contoso.azurecr.io:443": self.registry.url,
                       "login.microsoftonline.com:443": self.authority.url})
        self._cleanup.callback(proxy.close)
        self.session.env |= proxy.environment
        return proxy

    def _gate(self, audience: str) -> Gate:
        return Gate(self.authority.key, audience)

    @property
    def appsettings_file(self) -> Path:
        """The file that the programs read first."""
        return self.session.config / "entra" / "appsettings.json"

    def appsettings(self, client: Client = contoso.DAEMON,
                    tenant: str = contoso.TENANT.domains[0]) -> dict[str, Any]:
        """A configuration with the authority, the web API and the git server."""
        return {"AzureAd": appsettings.identity(self.authority.url, tenant, client)} | self._apis()

    def user_appsettings(self, client: Client | None = contoso.DESKTOP,
                           tenant: str = contoso.TENANT.domains[0]) -> dict[str, Any]:
        """The same without a credential, and with a user's tokens for both APIs."""
        return {"AzureAd": appsettings.public_identity(self.authority.url, tenant, client)
                } | self._apis(app_token=False)

    def _apis(self, app_token: bool = True) -> dict[str, Any]:
        return {
            "MyWebApi": appsettings.api(self.web_api.url, f"{contoso.MY_WEB_API}/.default",
                                        "api/TodoList", app_token),
            "GitServer": appsettings.api(self.git_server.url, f"{contoso.AZURE_DEVOPS}/.default",
                                         app_token=app_token),
        }

    def write_appsettings(self, document: dict[str, Any] | None = None) -> Path:
        """Writes that configuration, or another, to the file that the programs read first."""
        return appsettings.write(self.appsettings_file, document or self.appsettings())

    def write_kubeconfig(self, plugin: ExecPlugin) -> Path:
        """Writes the file that kubectl reads, with the plugin as the credentials of its user."""
        return write_kubeconfig(self.session.home / ".kube" / "config", self.kubernetes.url,
                                self.certificates.certificate_file, plugin)

    def run(self, *command: str | Path, **how: Any) -> Outcome:
        """Runs a program in the session; `how` are the arguments of Session.run."""
        return self.session.run(*command, **how)

    def at_terminal(self, *command: str | Path, env: dict[str, str | None] | None = None,
                    cwd: Path | None = None, **how: Any) -> Terminal:
        """Starts a program of the session on a terminal; see Session.run for `env`; `how` are the
        last arguments of Terminal."""
        merged = self.session.env | (env or {})
        given = {name: value for name, value in merged.items() if value is not None}
        terminal = Terminal(command, given, cwd or self.session.home, **how)
        self._cleanup.callback(terminal.close)
        return terminal

    def enter(self, context: AbstractContextManager) -> None:
        """Enters the context until the world is closed."""
        self._cleanup.enter_context(context)

    def close(self) -> None:
        self._cleanup.close()

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
