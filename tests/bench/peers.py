# SPDX-License-Identifier: MIT
"""Other tools that give the same answer, each from its own warm cache. A peer that is not
installed, or cannot be made to answer, is left out, and the reason is reported."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

from authority import contoso
from authority.directory import Tenant
from authority.web_server import WebServer
from contestant import Contestant
from flask import Flask, request
from world.program import Daemon
from world.waiting import wait_until
from world.world import World

# git's helper in Debian 12 reads lines of up to 1023 bytes, and most Entra tokens are longer.
GIT_PASSWORD_MAX = 1000


def installed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise LookupError(f"{program} is not installed")
    return found


class Peers:
    """`token` is the answer that they give, for `url`; close() ends their daemons."""

    def __init__(self, world: World, folder: Path, url: str, token: str, scope: str) -> None:
        self._world = world
        self._folder = folder
        self._url = url
        self._token = token
        self._scope = scope
        self._cleanup = ExitStack()
        self.left_out: list[str] = []

    def close(self) -> None:
        self._cleanup.close()

    def all(self) -> list[Contestant]:
        found = []
        for ask in (self._secret_tool, self._git_libsecret, self._git_oauth, self._oidc_token,
                    self._az):
            try:
                found.append(ask())
            except (LookupError, RuntimeError, TimeoutError) as why:
                self.left_out.append(str(why))
        return found

    def _must(self, *command: str | Path, input: str | None = None) -> str:
        done = self._world.run(*command, input=input, timeout=120)
        if done.code != 0:
            raise RuntimeError(f"{Path(command[0]).name} does not answer here: "
                               f"{done.err.strip()[-200:]}")
        return done.out

    def _secret_tool(self) -> Contestant:
        return Contestant("secret-tool lookup",
                          [installed("secret-tool"), "lookup", "scope", self._scope])

    def _git_libsecret(self) -> Contestant:
        """git's own helper, with a credential that it stored itself."""
        helper = self._folder / "git-credential-libsecret"
        if not helper.exists():
            raise LookupError("git-credential-libsecret: its source is not installed here")
        password = self._token[:GIT_PASSWORD_MAX]
        protocol, host = self._url.split("://")
        asked = f"protocol={protocol}\nhost={host}\nusername=app\n"
        self._must(helper, "store", input=f"{asked}password={password}\n\n")
        file = self._folder / "git-request"
        file.write_text(f"{asked}\n")
        if password not in self._must(helper, "get", input=file.read_text()):
            raise RuntimeError("git-credential-libsecret does not return what it was given")
        name = "git-credential-libsecret get"
        if password != self._token:
            name += f" ({GIT_PASSWORD_MAX} bytes)"
        return Contestant(name, [str(helper), "get"], input=file)

    def _git_oauth(self) -> Contestant:
        installed("git-credential-oauth")
        raise LookupError("git-credential-oauth stores nothing: git asks another helper first")

    def _oidc_token(self) -> Contestant:
        """oidc-agent, whose agent keeps the tokens. It has its own provider, since it authenticates
        with HTTP Basic, which the authority does not support."""
        agent = installed("oidc-agent")
        provider = self._provider()
        socket = self._world.session.runtime / "oidc" / "agent"
        socket.parent.mkdir(mode=0o700)
        daemon = Daemon([agent, "--console", f"--socket-path={socket}"], self._world.session.env,
                        self._world.session.logs / "oidc-agent.log")
        self._cleanup.callback(daemon.stop)
        wait_until(socket.exists, "oidc-agent")
        self._world.session.env |= {"OIDC_SOCK": str(socket), "OIDC_ENCRYPTION_PW": "bench"}
        self._must("oidc-gen", "--manual", f"--iss={provider}/", "--client-id=bench",
                   "--client-secret=of-the-bench", "--redirect-uri=http://localhost:4242",
                   "--scope=openid offline_access", "--rt=refresh", "--pw-env", "--prompt=none",
                   f"--cert-path={self._world.certificates.certificate_file}",
                   "--confirm-default", "bench")
        if self._token not in self._must("oidc-token", "bench"):
            raise RuntimeError("oidc-token does not give the token")
        return Contestant("oidc-token, from its agent", ["oidc-token", "bench"])

    def _provider(self) -> str:
        """An OpenID provider that always issues the same token."""
        def configuration() -> dict:
            base = request.host_url.rstrip("/")
            return {"issuer": f"{base}/", "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/token", "jwks_uri": f"{base}/keys",
                    "scopes_supported": ["openid", "offline_access"],
                    "grant_types_supported": ["authorization_code", "refresh_token"],
                    "response_types_supported": ["code"]}

        app = Flask("provider")
        app.add_url_rule("/.well-known/openid-configuration", view_func=configuration)
        app.add_url_rule("/token", methods=["POST"], view_func=lambda: {
            "access_token": self._token, "token_type": "Bearer", "expires_in": 3600,
            "refresh_token": "refresh"})
        return self._serve(app)

    def _az(self) -> Contestant:
        """az, signed in as the app. It treats the authority as an AD FS, since it asks
        login.microsoftonline.com whether any other authority is genuine."""
        az = installed("az")
        world, daemon = self._world, contoso.DAEMON
        world.authority.directory.tenants.append(Tenant(contoso.TENANT.guid, ("adfs",)))
        resources = Flask("Azure Resource Manager")
        resources.add_url_rule("/subscriptions", view_func=lambda: {"value": []})
        manager = self._serve(resources)
        world.session.env |= {
            "AZURE_CONFIG_DIR": str(world.session.home / ".azure"),
            "AZURE_CORE_COLLECT_TELEMETRY": "no",
            "REQUESTS_CA_BUNDLE": str(world.certificates.certificate_file)}
        self._must(az, "cloud", "register", "--name=bench",
                   f"--endpoint-active-directory={world.authority.url}/adfs",
                   f"--endpoint-active-directory-resource-id={contoso.AZURE_DEVOPS}",
                   f"--endpoint-active-directory-graph-resource-id={contoso.GRAPH}",
                   f"--endpoint-management={manager}", f"--endpoint-resource-manager={manager}")
        self._must(az, "cloud", "set", "--name=bench")
        self._must(az, "login", "--service-principal", f"--username={daemon.client_id}",
                   f"--password={daemon.secret}", f"--tenant={contoso.TENANT.guid}",
                   "--allow-no-subscriptions")
        ask = [az, "account", "get-access-token", f"--resource={contoso.AZURE_DEVOPS}"]
        if "accessToken" not in self._must(*ask):
            raise RuntimeError("az does not give a token")
        return Contestant("az account get-access-token", ask, runs=1, every=5)

    def _serve(self, app: Flask) -> str:
        server = WebServer(lambda: app, self._world.certificates.server_context())
        self._cleanup.callback(server.close)
        return server.url


class Keepers:
    """Helpers that keep a password in the desktop keyring, and give what they were given."""

    def __init__(self, world: World, folder: Path, docker_answer: str, password: str) -> None:
        self._world = world
        self._folder = folder
        self._docker_answer = docker_answer
        self._password = password
        self.left_out: list[str] = []

    def _kept(self, name: str, store: list[str], stored: str, get: list[str],
              input: Path | None = None) -> list[Contestant]:
        """Has it keep what it is to give."""
        try:
            program = installed(store[0])
        except LookupError as why:
            self.left_out.append(str(why))
            return []
        done = self._world.run(*store, input=stored)
        answer = self._world.run(*get, input=input.read_text() if input else None)
        if done.code != 0 or answer.code != 0:
            self.left_out.append(f"{name} does not answer here: {(done.err + answer.err)[-200:]}")
            return []
        return [Contestant(name, [program, *get[1:]], input=input)]

    def for_docker(self, server: Path) -> list[Contestant]:
        helper = "docker-credential-secretservice"
        return self._kept(f"{helper} get", [helper, "store"], self._docker_answer, [helper, "get"],
                          server)

    def for_pip(self, get: list[str]) -> list[Contestant]:
        _, url, user = get
        return self._kept("keyring get", ["keyring", "set", url, user], f"{self._password}\n",
                          ["keyring", *get])
