# SPDX-License-Identifier: MIT
"""Shows the helpers at work: git, kubectl and curl get in with tokens that no file holds.

    python3 tests/demo/demo.py --programs build/installed/bin

Everything happens in a desktop session of its own, with a real keyring daemon, against servers on
the loopback; nothing of it is left afterwards. The exit code is 0 if every step did what it should.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from pathlib import Path
from typing import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from authority import contoso  # noqa: E402
from narration import Narration  # noqa: E402
from world.kubeconfig import V1BETA1, ExecPlugin  # noqa: E402
from world.program import Outcome, TimedOut  # noqa: E402
from world.world import World  # noqa: E402

PROGRAMS = ("git-credential-entra", "exec-credential-entra", "curl-credential-entra", "entra")
CONFIGURE_GIT = "git config --global credential.helper entra"
WARM_ANSWERS = 21
DESCRIPTION = "Shows the helpers at work, in a private session that is gone afterwards."


class Demo:
    """The steps in their order. Each runs a command line just as it is printed."""

    def __init__(self, world: World, narration: Narration) -> None:
        self._world = world
        self._narration = narration
        self._failures = 0
        self._work = world.session.home / "app"

    def run(self) -> bool:
        self._prepare()
        self.first_push()
        self.kubectl()
        self.curl()
        self.list_tokens()
        self.keyring_items()
        self.second_push()
        self.warm_answer()
        self.token_requests()
        self.files()
        return self._failures == 0

    def _prepare(self) -> None:
        """A configuration, a cluster in kubectl's, and a working copy with one commit."""
        self._world.write_appsettings()
        # v1beta1, which every kubectl still in use understands.
        self._world.write_kubeconfig(ExecPlugin("exec-credential-entra", ["get-token"],
                                                api_version=V1BETA1))
        remote = self._world.git_server.create_repository()
        for line in (CONFIGURE_GIT,
                     f"git init --quiet app && git -C app remote add origin {remote}",
                     "git -C app commit --quiet --allow-empty -m First"):
            outcome = self._world.run("sh", "-c", line)
            if outcome.code != 0:
                raise RuntimeError(f"{line}: {outcome.err}")
        self._narration.say("\nThe app's identity stands in ~/.config/entra/appsettings.json, "
                            "kubectl's user in\n~/.kube/config, and git was told once:")
        self._narration.command(CONFIGURE_GIT)

    # The steps.

    def first_push(self) -> None:
        self._step("git pushes to a server that wants a token", "git push origin main",
                   lambda outcome: self._git_token_requests() == 1
                   and self._world.git_server.commits() == ["First"], cwd=self._work)

    def kubectl(self) -> None:
        self._step("kubectl lists the pods of a cluster", "kubectl get pods",
                   lambda outcome: outcome.out.count("Running") == 2)

    def curl(self) -> None:
        url = self._world.web_api.todo_list_url
        self._step("curl calls a web API", f"curl-credential-entra {url} | curl --silent -K -",
                   lambda outcome: "Order coffee" in outcome.out)

    def list_tokens(self) -> None:
        resources = (contoso.AZURE_DEVOPS, contoso.AKS, contoso.MY_WEB_API)
        self._step("entra lists the tokens that it keeps", "entra list --keyring secret-service",
                   lambda outcome: all(resource in outcome.out for resource in resources))

    def keyring_items(self) -> None:
        items = self._world.session.keyring.items()
        self._narration.step("they rest in the desktop's keyring, under these labels",
                             good=self._note(len(items) == 3))
        self._narration.output("\n".join(sorted(item.label for item in items)))

    def second_push(self) -> None:
        self._step("git pushes again, with the token from the keyring",
                   "git commit --quiet --allow-empty -m Second && git push origin main",
                   lambda outcome: self._git_token_requests() == 1
                   and self._world.git_server.commits() == ["Second", "First"], cwd=self._work)

    def warm_answer(self) -> None:
        """What the helper itself takes of such a push; its answer is told without the token."""
        request = f"protocol=https\nhost={self._world.git_server.url.partition('//')[2]}\n\n"
        outcomes = [self._world.run("git-credential-entra", "get", input=request)
                    for _ in range(WARM_ANSWERS)]
        good = self._note(all("password=" in outcome.out for outcome in outcomes))
        median = statistics.median(outcome.seconds for outcome in outcomes)
        self._narration.step("of it, what git waits for the helper", good=good,
                             milliseconds=median * 1000)
        self._narration.command("git-credential-entra get")
        self._narration.output(re.sub(r"(?m)^password=.*$", "password=(the token)",
                                      outcomes[0].out + outcomes[0].err))
        self._narration.output(f"(the median of {WARM_ANSWERS} runs)")

    def token_requests(self) -> None:
        for_git, for_all = self._git_token_requests(), len(self._world.authority.token_requests)
        self._narration.step(
            f"the authority was asked {_times(for_git)} for git's two pushes",
            good=self._note(for_git == 1 and for_all == 3))
        self._narration.output(
            f"and {_times(for_all)} in all: each token was asked for once, and kept")

    def files(self) -> None:
        """Searches for the signatures, which no two tokens share, and for the secret."""
        session = self._world.session
        signatures = [token.rpartition(".")[2] for token in self._world.authority.issued_tokens]
        holders = {path for each in signatures for path in session.files_holding(each.encode())}
        count = sum(path.is_file() for path in session.root.rglob("*"))
        self._narration.step("no file holds a token", good=self._note(not holders))
        self._narration.output(f"{count} files were searched: the home, the configuration, "
                               "temporary files,\nlogs, and the keyring's own (it is encrypted)")
        for path in sorted(holders):
            self._narration.complaint(f"{path} holds one")

    # How a step is made.

    def _step(self, title: str, line: str, is_as_it_should: Callable[[Outcome], bool],
              cwd: Path | None = None) -> None:
        try:
            outcome = self._world.run("sh", "-c", line, cwd=cwd)
        except TimedOut as error:
            self._narration.step(title, good=self._note(False))
            self._narration.complaint(str(error))
            return
        good = self._note(outcome.code == 0 and is_as_it_should(outcome))
        self._narration.step(title, good=good, milliseconds=outcome.seconds * 1000)
        self._narration.command(line)
        self._narration.output(outcome.out + outcome.err)
        if not good:
            self._narration.complaint(f"That is not what should have happened (exit code "
                                      f"{outcome.code}).")

    def _note(self, good: bool) -> bool:
        self._failures += not good
        return good

    def _git_token_requests(self) -> int:
        return sum(contoso.AZURE_DEVOPS in request.form.get("scope", "")
                   for request in self._world.authority.token_requests)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _programs(argument: str) -> Path:
    folder = Path(argument).resolve()
    missing = [name for name in PROGRAMS if not (folder / name).is_file()]
    if missing:
        raise argparse.ArgumentTypeError(f"{folder} has no {', '.join(missing)}")
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=DESCRIPTION)
    parser.add_argument("--programs", type=_programs, required=True, metavar="DIR",
                        help="the folder with the installed programs")
    arguments = parser.parse_args()
    narration = Narration()
    with World(arguments.programs) as world:
        narration.heading("Tokens for programs that know how to ask")
        narration.say("Real git, kubectl, curl and GNOME Keyring in a session of their own; the\n"
                      f"authority ({world.authority.url}) and the servers are stand-ins.")
        good = Demo(world, narration).run()
    narration.say()
    narration.say("All of it did what it should, and all of it is gone." if good
                  else "Not all of it did what it should.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
