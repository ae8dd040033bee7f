# SPDX-License-Identifier: MIT
"""The jobs that are tortured. A flow is one record here."""

from __future__ import annotations

import functools
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from flask import Response, request

from authority import contoso
from authority.directory import Federation, User
from authority.keys import process_key
from integration.asking import EXEC_INFO, own_host
from integration.credentials import configure, path, register
from integration.docker_asking import CONTOSO
from integration.docker_asking import configure as configure_registry
from integration.keyring_asking import INDEX
from integration.test_federated import ISSUER, SUBJECT, foreign_token
from integration.test_git_azure_devops import HOME, PUBLIC_CLOUD
from integration.test_git_claims import CLAIMS, challenge, encoded
from integration.test_kubectl_kubelogin import spn
from integration.test_kubectl_setup import KUBELOGIN, head
from integration.test_kubectl_setup import write as write_kubeconfig
from world import own_mounts
from world.app_certificate import AppCertificate
from world.container_registry import NOBODY
from world.identity_broker import IdentityBroker, account
from world.identity_service import TOKEN as MANAGED_TOKEN
from world.world import World

TYPED = "ftzl4kj5s7m2a9xq3wcb8vn6ye1rgd0uhptzl4kj5s7m2a9xq3wcb"
OTHER = TYPED[::-1]
ARC_KEY = "the-key-of-azure-arc"
BROKER_TOKEN = "opaque." + "of-the-devices-broker-" * 10


@dataclass(frozen=True)
class Job:
    """A command of ours, with what it reads from stdin, and who signs in if it asks a user. Unless
    it is `plain`, it is also given `--keyring` and `--timeout`."""

    program: str
    words: tuple[str, ...] = ()
    input: str | None = None
    env: dict[str, str] = field(default_factory=dict)
    user: User = contoso.ADA
    plain: bool = False


@dataclass(frozen=True)
class Flow:
    """`before` are jobs that prepare for the one that is tortured, in a world to which `setting`
    adds what the programs find. What success is, a run without a fault shows.

    `reports`: the program prints what it finds, and where it fails, what it found until then.
    `once`: after success, the same job does something else.
    `by_steps`: its files are written by several commands of another program, so that they may be
    between before and after, from where the same job goes on.
    `lock`: a file of another program's protocol. It stays if the program is killed or cannot remove
    it, and the user removes it, as the message says.
    `hinted`: an earlier process left a hint, without which the job gets another token.
    `code`: with which the job ends, if it is to say that there is no answer.
    `traced`: with a trace, which may have no secret.
    `until`: from the first call of this name on, it is as another flow, and not tried.
    `mounts`: only root can run it.
    `sample`: it is like another flow, with another keyring, so only this many faults are tried.
    `runs`: it runs a command, which goes on without an endpoint, and whose exit code is its own.
    """

    name: str
    job: Callable[[World], Job]
    before: tuple[Callable[[World], Job], ...] = ()
    setting: Callable[[World], None] = lambda world: None
    keyring: str = "runtime"
    reports: bool = False
    once: bool = False
    by_steps: bool = False
    lock: str = ""
    hinted: bool = False
    code: int = 0
    traced: bool = False
    until: str = ""
    mounts: bool = False
    sample: int = 0
    runs: bool = False

    def is_on_desktop(self) -> bool:
        return self.keyring in ("secret-service", "auto")


# ---- worlds ----


def app(world: World) -> None:
    world.write_appsettings()


def app_with_kept_secret(world: World) -> None:
    settings = world.appsettings()
    del settings["AzureAd"]["ClientSecret"]
    settings["AzureAd"]["ClientCredentials"] = [{"SourceType": "Keyring"}]
    world.write_appsettings(settings)


def app_with_certificate(world: World) -> None:
    app = AppCertificate(world.session.home / "keys")
    register(world, secret="", certificates=(app.certificate,))
    configure(world, path(app.pem()))


@functools.cache
def federated_token() -> str:
    return foreign_token(expires_in=24 * 3600)


def federated_file(world: World) -> Path:
    """A file with the token of an issuer that the app trusts."""
    register(world, secret="", federations=(Federation(ISSUER, SUBJECT, process_key().public_key),))
    file = world.session.home / "token"
    file.write_text(federated_token())
    return file


def app_with_federated_file(world: World) -> None:
    configure(world, {"SourceType": "SignedAssertionFilePath",
                      "SignedAssertionFileDiskPath": str(federated_file(world))})


def app_with_command(world: World) -> None:
    configure(world, {"SourceType": "SignedAssertionCommand",
                      "SignedAssertionCommand": ["cat", str(federated_file(world))]})


def machine(world: World) -> None:
    """A virtual machine of Azure's, with a managed identity."""
    app(world)
    world.session.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = world.identity_service.url


def machine_of_arc(world: World) -> None:
    """A machine that Azure Arc manages: its service wants to see that the caller can read a key."""
    app(world)
    world.enter(own_mounts.empty(Path("/var/opt")))
    key = Path("/var/opt/azcmagent/tokens/a1.key")
    key.parent.mkdir(parents=True)
    key.write_text(ARC_KEY)
    service = world.identity_service
    service.answer = lambda: service.token_answer() if "Authorization" in request.headers else \
        Response(status=401, headers={"WWW-Authenticate": f"Basic realm={key}"})
    world.session.env |= {"IDENTITY_ENDPOINT": service.url, "IMDS_ENDPOINT": service.url}


def app_with_fast_kubectl(world: World) -> None:
    """There is no kubeconfig, and kubectl says so at once."""
    app(world)
    program = world.session.home / "bin" / "kubectl"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho '{}'\n")
    program.chmod(0o755)
    world.session.env["PATH"] = f"{program.parent}:{world.session.env['PATH']}"


def app_without_tenant(world: World) -> None:
    """The tenant of Azure DevOps' organization is what its server names."""
    world.internet
    world.git_server.authorization_uri = f"{PUBLIC_CLOUD}/{HOME}"
    world.write_appsettings({"AzureAd": {"ClientId": contoso.DAEMON.client_id,
                                         "ClientSecret": contoso.DAEMON.secret}})


def user(world: World) -> None:
    world.write_appsettings(world.user_appsettings())


def user_of_a_device(world: World) -> None:
    """A user who is signed in to a device that has an identity broker."""
    user(world)
    broker = IdentityBroker(world.session, accounts=[account(contoso.ADA)])
    broker.set(token=BROKER_TOKEN)
    world.enter(broker)


def user_without_prompts(world: World) -> None:
    """A user at a desktop, whom git's configuration forbids to prompt."""
    user(world)
    world.session.env["DISPLAY"] = ":0"
    world.run("git", "config", "--global", "credential.interactive", "never")


def kubeconfig(world: World) -> None:
    """Of kubelogin."""
    write_kubeconfig(world, head() + KUBELOGIN)


def cargo_config(world: World) -> None:
    file = world.session.home / ".cargo" / "config.toml"
    file.parent.mkdir()
    file.write_text('[registries]\ncontoso = { token = "hunter2" }\n')


def docker_configs(world: World) -> None:
    """Of docker and podman, with a login each."""
    for folder in (world.session.home / ".docker", world.session.config / "containers"):
        folder.mkdir()
        file = folder / ("config.json" if folder.name == ".docker" else "auth.json")
        file.write_text('{"auths": {"quay.io": {"auth": "aHVudGVyMjpodW50ZXIy"}}}')


def pip_and_uv(world: World) -> None:
    """Both are configured, and ~/.local/bin is in PATH."""
    for name, text in (("pip/pip.conf", "[global]\nindex-url = https://ada:hunter2@pypi.example/\n"),
                       ("uv/uv.toml", "offline = true\n")):
        file = world.session.config / name
        file.parent.mkdir()
        file.write_text(text)
    world.session.env["PATH"] = f"{world.session.home}/.local/bin:{world.session.env['PATH']}"


# ---- jobs ----


def git(operation: str, *lines: str) -> Callable[[World], Job]:
    return lambda world: Job("git-credential-entra", (operation,),
                             own_host(world) + "".join(f"{line}\n" for line in lines))


def kubectl(world: World) -> Job:
    return Job("exec-credential-entra", env=EXEC_INFO)


def kubelogin(world: World) -> Job:
    """As kubelogin's users call it."""
    return Job("exec-credential-entra", tuple(spn(world)), env=EXEC_INFO | {
        "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET": contoso.DAEMON.secret})


def curl(world: World) -> Job:
    return Job("curl-credential-entra", (world.web_api.todo_list_url,))


def keyring(world: World) -> Job:
    """As pip calls it, for a feed that the configuration has."""
    return Job("keyring-credential-entra", ("--mode=creds", "--output=json", "get",
                                            f"{world.git_server.url}/pypi/simple/"))


def azure_artifacts(world: World) -> Job:
    return Job("keyring-credential-entra", ("get", INDEX, "ada"))


def docker(operation: str) -> Callable[[World], Job]:
    return lambda world: Job("docker-credential-entra", (operation,), world.registry.host + "\n")


def docker_login(world: World) -> Job:
    """docker logs in with the token that it got from us."""
    (item,) = [file for file in (world.session.runtime / "entra").glob("*.token")
               if '"registry_token"' in file.read_text()]
    record = json.loads(item.read_text().split("\n")[1])
    return Job("docker-credential-entra", ("store",), json.dumps({
        "ServerURL": world.registry.host, "Username": NOBODY, "Secret": record["access_token"]}))


def bazel(world: World) -> Job:
    return Job("curl-credential-entra", ("get",), json.dumps({"uri": world.web_api.todo_list_url}))


def go(world: World) -> Job:
    return Job("curl-credential-entra", ("--goauth", world.web_api.todo_list_url), "")


ASK = """answer=$(curl -sS -f --max-time 30 -H "X-IDENTITY-HEADER: $IDENTITY_HEADER" \
    "$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=RESOURCE") || exit 6
echo "$TOKEN $answer"
"""


def run(*options: str, script: str = 'echo "$TOKEN"') -> Callable[[World], Job]:
    return lambda world: Job("entra", (
        "run", "--keyring", "runtime", "--timeout", "5", "--env", "TOKEN=MyWebApi", *options, "--",
        "sh", "-c", script.replace("RESOURCE", contoso.MY_WEB_API)), plain=True)


def when_due(job: Callable[[World], Job]) -> Callable[[World], Job]:
    """The time to renew what is in the keyring `runtime` has come."""
    def later(world: World) -> Job:
        (item,) = (world.session.runtime / "entra").glob("*.token")
        head, record = item.read_text().split("\n")
        record = json.loads(record) | {"refresh_on": int(time.time())}
        item.write_text(f"{head}\n{json.dumps(record)}")
        return job(world)
    return later


def entra(*words: str, **more: Any) -> Callable[[World], Job]:
    return lambda world: Job("entra", words, **more)


def git_rejects(world: World) -> Job:
    """git rejects the first token, and says what the server wants instead."""
    password = f"password={world.authority.issued_tokens[0]}"
    return git("erase", password, challenge(encoded(CLAIMS)))(world)


def azure_devops(world: World) -> Job:
    return Job("git-credential-entra", ("get",),
               "protocol=https\nhost=dev.azure.com\npath=contoso/app/_git/app\n")


token = entra("token", "--api", "MyWebApi")
renewal = entra("token", "--api", "MyWebApi", env={"ENTRA_RENEWAL": "inline"})
managed = entra("token", "--api", "MyWebApi", "--managed-identity")
git_token = entra("token", "--api", "GitServer")
# Either user can still sign in, or sign in again, when the other one has.
login = entra("login", "--browser")
login_grace = entra("login", "--browser", "--account", contoso.GRACE.username, user=contoso.GRACE)
store = git("store", "username=ada", f"password={TYPED}")
store_other = git("store", "username=grace", f"password={OTHER}")
erase = git("erase", "username=ada", f"password={TYPED}")
set_secret = entra("secret", "set", input=contoso.DAEMON.secret)
docker_get = docker("get")
setup_docker = entra("setup", "docker", CONTOSO, plain=True)
setup_pip = entra("setup", "pip", plain=True)
setup_context = entra("setup", "kubectl", "--context", "admin", "--login", "msi")

RECORDS = (
    Flow("git get, warm", git("get"), (git("get"),), app),
    Flow("kubectl get, warm", kubectl, (kubectl,), app),
    Flow("curl get, warm", curl, (curl,), app),
    Flow("keyring get, warm", keyring, (keyring,), app),
    Flow("entra token, warm", token, (token,), app),
    Flow("entra token, cold", token, (git_token,), app),
    Flow("entra token, cold, kept secret", token, (set_secret,), app_with_kept_secret),
    Flow("entra token, refresh", token, (login_grace, login), user),
    Flow("entra token, renewal", renewal, (token, when_due(entra("list"))), app),
    Flow("entra login", login, (), user),
    Flow("entra login, second user", login, (login_grace, token), user),
    Flow("entra logout", entra("logout"), (login_grace, login, token), user, once=True),
    Flow("entra logout --all", entra("logout", "--all"), (login_grace, login, token), user),
    Flow("git get, typed", git("get"), (store, store_other), user),
    Flow("git store", store, (token, store_other), app),
    Flow("git erase", erase, (token, store, store_other), app),
    Flow("entra list", entra("list", "--output", "json"), (login, token, store), user,
         reports=True),
    Flow("entra doctor", entra("doctor"), (token,), app_with_fast_kubectl, reports=True),
    Flow("entra secret set", set_secret, (git_token,), app),
    Flow("entra secret clear", entra("secret", "clear"), (set_secret, token), app_with_kept_secret),
    Flow("entra setup git", entra("setup", "git"), reports=True, by_steps=True),
    Flow("entra setup git --remove", entra("setup", "git", "--remove"), (entra("setup", "git"),),
         reports=True, by_steps=True),
    Flow("entra setup kubectl", entra("setup", "kubectl"), (), kubeconfig, reports=True,
         lock="home/.kube/config.lock"),
    Flow("entra setup kubectl --remove", entra("setup", "kubectl", "--remove"),
         (entra("setup", "kubectl"),), kubeconfig, reports=True, lock="home/.kube/config.lock"),
    Flow("entra setup cargo", entra("setup", "cargo", "contoso"), (), cargo_config, reports=True),
    Flow("entra setup cargo --remove", entra("setup", "cargo", "--remove"),
         (entra("setup", "cargo", "contoso"),), cargo_config, reports=True),
    Flow("entra setup docker", setup_docker, (), docker_configs, reports=True),
    Flow("entra setup docker --remove", entra("setup", "docker", "--remove", plain=True),
         (setup_docker,), docker_configs, reports=True),
    Flow("entra setup pip", setup_pip, (), pip_and_uv, reports=True),
    Flow("entra setup pip --remove", entra("setup", "pip", "--remove", plain=True), (setup_pip,),
         pip_and_uv, reports=True),
    Flow("entra run", run(script=ASK), (token,), app, runs=True),
    Flow("entra run --no-endpoint", run("--no-endpoint"), (token,), app, runs=True),
    Flow("entra token, warm, kernel", token, (token,), app, "kernel"),
    Flow("entra token, refresh, kernel", token, (login,), user, "kernel"),
    Flow("git store, kernel", store, (token, store_other), app, "kernel"),
    Flow("git erase, kernel", erase, (token, store, store_other), app, "kernel"),
    Flow("entra token, warm, desktop", token, (token,), app, "secret-service"),
    Flow("entra token, refresh, desktop", token, (login,), user, "secret-service", sample=1500),
    Flow("git get, typed, desktop", git("get"), (store, store_other), user, "secret-service"),
    Flow("git get, typed, auto", git("get"), (store, store_other), user, "auto", sample=250),
    Flow("git store, desktop", store, (token, store_other), app, "secret-service"),
    Flow("entra token, certificate", token, (), app_with_certificate, until="connect"),
    Flow("entra token, command", token, (), app_with_command, until="connect", traced=True),
    Flow("entra token, federated file", token, (), app_with_federated_file, until="connect"),
    Flow("entra token, managed identity", managed, (), machine),
    Flow("entra token, Azure Arc", managed, (), machine_of_arc, mounts=True, sample=500),
    Flow("git get, no prompts", git("get"), (), user_without_prompts, code=5),
    Flow("git get, learned tenant", azure_devops, (), app_without_tenant, sample=500),
    Flow("keyring get, learned tenant", azure_artifacts, (), app_without_tenant, sample=500),
    Flow("git get, claims challenge", git("get", challenge(encoded(CLAIMS))), (git("get"),), app,
         sample=250),
    Flow("git erase, claims challenge", git_rejects, (git("get"),), app),
    Flow("git get, kept claims", git("get"), (git("get"), git_rejects), app, hinted=True,
         sample=250),
    Flow("docker get, warm", docker_get, (docker_get,), configure_registry),
    Flow("docker get, cold", docker_get, (token,), configure_registry, sample=500),
    Flow("docker list", docker("list"), (docker_get,), configure_registry),
    Flow("docker erase", docker("erase"), (token, docker_get), configure_registry),
    Flow("docker store", docker_login, (docker_get,), configure_registry),
    Flow("Bazel get, warm", bazel, (bazel,), app),
    Flow("Go get, warm", go, (go,), app),
    Flow("entra forget", entra("forget", "--api", "MyWebApi"), (token, git_token), app, once=True,
         sample=250),
    Flow("entra switch", entra("switch", contoso.GRACE.username), (login_grace, login), user),
    Flow("kubectl get, kubelogin, warm", kubelogin, (kubelogin,)),
    Flow("kubectl get, kubelogin, cold", kubelogin, until="connect"),
    Flow("entra setup kubectl --context", setup_context, (), kubeconfig, reports=True,
         lock="home/.kube/config.lock"),
    Flow("entra login, kernel", login, (), user, "kernel", sample=250),
    Flow("entra logout, kernel", entra("logout"), (login_grace, login, token), user, "kernel",
         once=True, sample=250),
    Flow("entra list, kernel", entra("list", "--output", "json"), (login, token, store), user,
         "kernel", reports=True, sample=250),
    Flow("entra token, broker", token, (), user_of_a_device, "secret-service", sample=250),
    Flow("entra login, desktop", login, (), user, "secret-service", sample=250),
    Flow("entra logout, desktop", entra("logout"), (login_grace, login, token), user,
         "secret-service", once=True, sample=250),
    Flow("entra list, desktop", entra("list", "--output", "json"), (login, token, store), user,
         "secret-service", reports=True, sample=250),
    Flow("git erase, desktop", erase, (token, store, store_other), app, "secret-service",
         sample=250),
    Flow("entra secret set, desktop", set_secret, (git_token,), app, "secret-service", sample=250),
    Flow("entra secret clear, desktop", entra("secret", "clear"), (set_secret, token),
         app_with_kept_secret, "secret-service", sample=250),
)
FLOWS = {flow.name: flow for flow in RECORDS if os.geteuid() == 0 or not flow.mounts}


def secrets() -> tuple[str, ...]:
    return contoso.DAEMON.secret, TYPED, OTHER, "s3cret", federated_token(), MANAGED_TOKEN, ARC_KEY, \
        BROKER_TOKEN
