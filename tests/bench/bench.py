# SPDX-License-Identifier: MIT
"""Measures the helpers, and compares them with floors in C and other tools.

    python3 tests/bench/bench.py --programs build/installed/bin --folder build/bench

Everything runs in a private session with a real message bus and keyring daemon, against the test
authority. The table is written to stdout and to table.md in the folder, and a plot to bench.svg.
The folder contains the floors: minimal programs (see bench.mk).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from authority import contoso  # noqa: E402
from contestant import Contestant, Section, Stopwatch, machine  # noqa: E402
from integration import docker_asking  # noqa: E402
from integration.asking import EXEC_INFO  # noqa: E402
from integration.run_asking import VERSION, Endpoint  # noqa: E402
from peers import Keepers, Peers  # noqa: E402
from report import Goal, plot, table  # noqa: E402
from world import kernel_keyring  # noqa: E402
from world.world import World  # noqa: E402

CROWD = 200
CROWD_ROUNDS = 5
CLEAR = ["secret-tool", "clear", "kind", "access_token"]
KUBELOGIN = Path(__file__).resolve().parents[2] / "build/peers/kubelogin/kubelogin"
SCOPE = f"{contoso.AZURE_DEVOPS}/.default"


class Bench:
    """The sections in order; those that empty the keyring come last."""

    def __init__(self, world: World, folder: Path, rounds: int) -> None:
        self._world = world
        self._folder = folder
        self._rounds = rounds
        self._stopwatch = Stopwatch(folder / "launch", folder, world.session.env)
        self._request = folder / "request"
        world.write_appsettings()
        self._request.write_text(f"url={world.git_server.url}\n\n")
        self.left_out: list[str] = []
        self.sections = [self._secret_service(), self._kernel(), self._cold(), self._crowd()]
        self.sections += [*self._kubelogin(), *self._hosts(), *self._run()]

    def _floor(self, name: str, *words: str) -> list[str]:
        return [str(self._folder / name), *words]

    def _must(self, *command: str) -> str:
        done = self._world.run(*command, input=self._request.read_text())
        if done.code != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.err}")
        return done.out

    def _measured(self, title: str, contestants: list[Contestant],
                  rounds: int | None = None) -> Section:
        print(f"  {title} ...", file=sys.stderr, flush=True)
        section = Section(title, contestants)
        self._stopwatch.run(section, rounds or self._rounds)
        return section

    def _secret_service(self) -> Section:
        answer = self._must("git-credential-entra", "get")
        token = next(line.partition("=")[2] for line in answer.splitlines()
                     if line.startswith("password="))
        peers = Peers(self._world, self._folder, self._world.git_server.url, token, SCOPE)
        contestants = [
            Contestant("git-credential-entra get", ["git-credential-entra", "get"],
                       input=self._request, ours=True),
            Contestant("floor: one libsecret lookup",
                       self._floor("libsecret_lookup", SCOPE)),
            *peers.all(),
        ]
        self.left_out = peers.left_out
        section = self._measured("Warm, from the desktop keyring", contestants)
        peers.close()
        return section

    def _kernel(self) -> Section:
        ours = ["git-credential-entra", "--keyring", "kernel", "get"]
        self._must(*ours)
        (key,) = kernel_keyring.keys()
        description = kernel_keyring.description(key).split(";", 4)[4]
        return self._measured("Warm, from the kernel keyring", [
            Contestant("git-credential-entra get", ours, input=self._request, ours=True),
            Contestant("floor: an empty program", self._floor("empty")),
            Contestant("floor: linked to json-c", self._floor("json_c")),
            Contestant("floor: one search, one read", self._floor("keyctl_read", description)),
        ])

    def _cold(self) -> Section:
        """Each part of the floor has its own row; their sum is the row after them."""
        daemon = contoso.DAEMON
        form = {"grant_type": "client_credentials", "client_id": daemon.client_id,
                "client_secret": daemon.secret, "scope": f"{contoso.MY_WEB_API}/.default"}
        settings = self._folder / "curl.conf"
        answer = self._folder / "answer"
        url = f"{self._world.authority.url}/{contoso.TENANT.domains[0]}/oauth2/v2.0/token"
        settings.write_text(f'url = "{url}"\nsilent\nfail\noutput = "{answer}"\n' + "".join(
            'data-urlencode = "{}={}"\n'.format(name, value.replace('"', '\\"'))
            for name, value in form.items()))
        settings.chmod(0o600)
        post = Contestant("curl making the same request", ["curl", "-K", str(settings)])
        store = Contestant("secret-tool storing the answer",
                           ["secret-tool", "store", "--label=bench", "kind", "access_token"],
                           input=answer, prepare=CLEAR)
        section = self._measured("Cold: requested and stored", [
            Contestant("entra token", ["entra", "token", "--api", "MyWebApi"], prepare=CLEAR,
                       ours=True), post, store])
        section.contestants.append(
            Contestant("floor: the sum of these two", [],
                       seconds=[a + b for a, b in zip(post.seconds, store.seconds)]))
        settings.unlink()
        answer.unlink()
        return section

    def _crowd(self) -> Section:
        """The warm answers run one after another on one core; the crowd uses all cores."""
        numbers = self._folder / "numbers"
        numbers.write_text("".join(f"{number}\n" for number in range(CROWD)))
        xargs = ["xargs", "-a", str(numbers), "-I{}"]
        ask = ["entra", "token", "--api", "MyWebApi"]
        self._world.authority.log.clear()
        section = self._measured(f"{CROWD} processes, until the last answer", [
            Contestant("all at once, with an empty keyring", [*xargs, "-P", str(CROWD), *ask],
                       prepare=CLEAR, runs=1, ours=True),
            Contestant("one after another, warm, on one core",
                       ["taskset", "-c", "0", *xargs, *ask], runs=1),
        ], CROWD_ROUNDS)
        # One crowd to measure memory, and in each round one to warm up and one that counts.
        self.requests_per_crowd = len(self._world.authority.token_requests) / (1 + 2 * CROWD_ROUNDS)
        for one in section.contestants:
            one.memory = 0  # it would include that of xargs
        return section

    def _kubelogin(self) -> list[Section]:
        """kubectl's plugin and Azure's kubelogin: the same arguments and variables, warm and cold, a
        bearer token and a proof of possession. Not among the goals: there is no floor."""
        if not KUBELOGIN.exists():
            self.left_out.append("kubelogin is not built here: make check-peers")
            return []
        daemon = contoso.DAEMON
        words = ["get-token", "--login", "spn", "--client-id", daemon.client_id, "--tenant-id",
                 contoso.TENANT.guid, "--authority-host", f"{self._world.authority.url}/",
                 "--disable-instance-discovery", "--server-id"]
        bearer = [*words, contoso.AKS]
        proof = [*words, contoso.ARC, "--pop-enabled", "--pop-claims", "u=/cluster"]
        self._world.session.env |= EXEC_INFO | {"AZURE_CLIENT_SECRET": daemon.secret}
        ours, theirs = "exec-credential-entra", str(KUBELOGIN)
        home = self._world.session.home
        # Its tokens, in two places; the key stays, as ours does.
        forget = ["rm", "-rf", str(home / ".cache/.IdentityService"),
                  str(home / ".kube/cache/kubelogin/pop_tokens.cache")]
        sections = []
        for what, asked, kind in (("A token", bearer, "access_token"),
                                  ("A proof of possession", proof, "bound_token")):
            clear = ["secret-tool", "clear", "kind", kind]
            self._must(ours, *asked)
            self._must(theirs, *asked)
            sections.append(self._measured(f"{what} for kubectl, warm", [
                Contestant(ours, [ours, *asked], ours=True), Contestant("kubelogin", [theirs, *asked])]))
            sections.append(self._measured(f"{what} for kubectl, cold", [
                Contestant(ours, [ours, *asked], prepare=clear, ours=True),
                Contestant("kubelogin", [theirs, *asked], prepare=forget)]))
        return sections

    def _hosts(self) -> list[Section]:
        """Other hosts' helpers, and those that only keep what they were given. Not among the goals."""
        docker_asking.configure(self._world)
        registry, feed = self._world.registry.url, f"{self._world.git_server.url}/feed"
        server = self._folder / "server"
        server.write_text(registry)
        docker, keyring = "docker-credential-entra", "keyring-credential-entra"
        pip = ["get", feed, "VssSessionToken"]
        answers = [self._world.run(docker, "get", input=registry), self._world.run(keyring, *pip)]
        peers = Keepers(self._world, self._folder, answers[0].out, answers[1].out.strip())
        sections = [
            self._measured("For docker, warm", [
                Contestant(f"{docker} get", [docker, "get"], input=server, ours=True),
                *peers.for_docker(server)]),
            self._measured("For pip, warm", [
                Contestant(f"{keyring} get", [keyring, *pip], ours=True), *peers.for_pip(pip)])]
        self.left_out += peers.left_out
        return sections

    def _run(self) -> list[Section]:
        """entra run, which has no peer: what it adds to a command, and what asking it takes."""
        empty = self._floor("empty")
        sections = [self._measured("A command that does nothing", [
            Contestant("entra run", ["entra", "run", "--", *empty], ours=True),
            Contestant("entra run --no-endpoint", ["entra", "run", "--no-endpoint", "--", *empty]),
            Contestant("the command alone", empty)])]
        endpoint = Endpoint(self._world)
        settings = self._folder / "endpoint.conf"
        settings.touch(mode=0o600)
        settings.write_text(f'url = "{endpoint.url}?api-version={VERSION}&resource={contoso.MY_WEB_API}"\n'
                            f'header = "X-IDENTITY-HEADER: {endpoint.secret}"\nsilent\nfail\n')
        answer = self._folder / "answer"
        answer.write_text(self._must("curl", "-K", str(settings)))
        sections.append(self._measured("A token from the endpoint, warm", [
            Contestant("curl asking entra run", ["curl", "-K", str(settings)], ours=True),
            Contestant("curl reading a file", ["curl", "--silent", answer.as_uri()]),
            Contestant("entra token", ["entra", "token", "--api", "MyWebApi"])]))
        endpoint.close()
        settings.unlink()
        answer.unlink()
        return sections

    def goals(self, installed: list[Path]) -> list[Goal]:
        """The goals, each with what limits it if it is missed, as far as that was measured."""
        service, kernel, cold, crowd = self.sections[:4]
        lookup = service.named("floor: one libsecret lookup")
        tool = service.named("secret-tool lookup")
        empty = kernel.named("floor: an empty program")
        json_c = kernel.named("floor: linked to json-c")
        post = cold.named("curl making the same request")
        store = cold.named("secret-tool storing the answer")
        sizes = {file: file.lstat().st_size / 1e6 for file in installed}
        largest = max(sizes, key=sizes.get)
        return [
            Goal("warm, Secret Service, vs. secret-tool", service.ours.median / tool.median, 1.05,
                 " times", f"A bare libsecret lookup takes {lookup.median:.4f} s, "
                 f"{lookup.median / tool.median:.2f} times."),
            Goal("warm, kernel, vs. an empty program", kernel.ours.median / empty.median, 2.2,
                 " times",
                 f"Linking json-c alone makes it {json_c.median / empty.median:.2f} times."),
            Goal("cold, vs. curl and secret-tool",
                 cold.ours.median / cold.contestants[-1].median, 1.15, " times",
                 f"The request alone takes {post.median:.4f} s with curl, and storing the answer "
                 f"{store.median:.4f} s with secret-tool."),
            Goal(f"{CROWD} at once, vs. {CROWD} warm in turn on one core",
                 crowd.ours.median / crowd.contestants[1].median, 2, " times",
                 f"The answer that all wait for takes {cold.ours.median:.4f} s, and as many empty "
                 f"programs in turn {CROWD * empty.median:.4f} s."),
            Goal(f"requests of {CROWD} at once", self.requests_per_crowd, 1, "",
                 "Nothing limits this: processes that find no token wait for the first one."),
            Goal("peak memory, Secret Service", service.ours.memory, 12, " MB",
                 f"A bare libsecret lookup uses {lookup.memory:.1f} MB."),
            Goal("peak memory, kernel", kernel.ours.memory, 4, " MB",
                 f"An empty program uses {empty.memory:.1f} MB, one linked to json-c "
                 f"{json_c.memory:.1f} MB."),
            Goal("everything installed", sum(sizes.values()), 2, " MB",
                 f"{largest.name} alone takes {sizes[largest]:.2f} MB."),
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    kernel_keyring.enter()
    installed = [file for file in arguments.programs.parent.rglob("*") if file.is_file()]
    with World(programs=arguments.programs) as world:
        bench = Bench(world, arguments.folder, arguments.rounds)
    text = f"{table(bench.sections)}\n\n{machine()}\n"
    (arguments.folder / "table.md").write_text(text)
    plot(bench.sections, arguments.folder / "bench.svg")
    print(f"\n{text}", *bench.goals(installed), sep="\n")
    for why in bench.left_out:
        print(f"left out: {why}")


if __name__ == "__main__":
    main()
