# SPDX-License-Identifier: MIT
"""Shows the helpers at work: git, kubectl and curl authenticate with tokens that are in no file.

    python3 tests/demo/demo.py --programs build/installed/bin

Everything runs in a private desktop session, with a real keyring daemon and servers on the
loopback; nothing is left behind. The exit code is 0 if every step succeeds.
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
from world import kernel_keyring  # noqa: E402
from world.kubeconfig import V1BETA1, ExecPlugin  # noqa: E402
from world.program import Outcome, TimedOut  # noqa: E402
from world.world import World  # noqa: E402

PROGRAMS = ("git-credential-entra", "exec-credential-entra", "curl-credential-entra", "entra")
CONFIGURE_GIT = "git config --global credential.helper entra"
WARM_ANSWERS = 21
DESCRIPTION = "Show the helpers at work, in a private session that is removed afterwards."


class Demo:
    """The steps in order. Each runs a command line exactly as printed."""

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
        """Writes a configuration, a kubeconfig, and a repository with one commit."""
        self._world.write_appsettings()
        # v1beta1, which every kubectl still in use supports.
        self._world.write_kubeconfig(ExecPlugin("exec-credential-entra", ["get-token"],
                                                api_version=V1BETA1))
        remote = self._world.git_server.create_repository()
        for line in (CONFIGURE_GIT,
                     f"git init --quiet app && git -C app remote add origin {remote}",
                     "git -C app commit --quiet --allow-empty -m First"):
            outcome = self._world.run("sh", "-c", line)
            if outcome.code != 0:
                raise RuntimeError(f"{line}: {outcome.err}")
        self._narration.say("\nThe app's identity is configured in "
                            "~/.config/entra/appsettings.json, kubectl's user\n"
                            "in ~/.kube/config, and git with:")
        self._narration.command(CONFIGURE_GIT)

    # The steps.

    def first_push(self) -> None:
        self._step("git pushes to a server that requires a token", "git push origin main",
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
        apis = ("GitServer", "AKS", "MyWebApi")
        self._step("entra lists the stored tokens", "entra list --keyring secret-service",
                   lambda outcome: all(api in outcome.out for api in apis))

    def keyring_items(self) -> None:
        items = self._world.session.keyring.items()
        self._narration.step("the desktop keyring has one item for each token",
                             good=self._note(len(items) == 3))
        self._narration.output("\n".join(sorted(item.label for item in items)))

    def second_push(self) -> None:
        self._step("git pushes again, with the token from the keyring",
                   "git commit --quiet --allow-empty -m Second && git push origin main",
                   lambda outcome: self._git_token_requests() == 1
                   and self._world.git_server.commits() == ["Second", "First"], cwd=self._work)

    def warm_answer(self) -> None:
        """How long git waits for the helper during a push; the token is not shown."""
        request = f"protocol=https\nhost={self._world.git_server.url.partition('//')[2]}\n\n"
        outcomes = [self._world.run("git-credential-entra", "get", input=request)
                    for _ in range(WARM_ANSWERS)]
        good = self._note(all("password=" in outcome.out for outcome in outcomes))
        median = statistics.median(outcome.seconds for outcome in outcomes)
        self._narration.step("of this time, git waits for the helper", good=good,
                             milliseconds=median * 1000)
        self._narration.command("git-credential-entra get")
        self._narration.output(re.sub(r"(?m)^password=.*$", "password=(the token)",
                                      outcomes[0].out + outcomes[0].err))
        self._narration.output(f"(the median of {WARM_ANSWERS} runs)")

    def token_requests(self) -> None:
        for_git, for_all = self._git_token_requests(), len(self._world.authority.token_requests)
        self._narration.step(
            f"git's two pushes sent {_requests(for_git)} to the authority",
            good=self._note(for_git == 1 and for_all == 3))
        self._narration.output(
            f"There were {_requests(for_all)} in total: each token was requested once and stored.")

    def files(self) -> None:
        """Searches for the signatures, which are different for every token."""
        session = self._world.session
        signatures = [token.rpartition(".")[2] for token in self._world.authority.issued_tokens]
        holders = {path for each in signatures for path in session.files_holding(each.encode())}
        count = sum(path.is_file() for path in session.root.rglob("*"))
        self._narration.step("no file contains a token", good=self._note(not holders))
        self._narration.output(f"{count} files were searched: the home directory, the "
                               "configuration, temporary files,\nlogs, and the keyring's own "
                               "files (which are encrypted)")
        for path in sorted(holders):
            self._narration.complaint(f"{path} contains one")

    # How a step is run.

    def _step(self, title: str, line: str, succeeded: Callable[[Outcome], bool],
              cwd: Path | None = None) -> None:
        try:
            outcome = self._world.run("sh", "-c", line, cwd=cwd)
        except TimedOut as error:
            self._narration.step(title, good=self._note(False))
            self._narration.complaint(str(error))
            return
        good = self._note(outcome.code == 0 and succeeded(outcome))
        self._narration.step(title, good=good, milliseconds=outcome.seconds * 1000)
        self._narration.command(line)
        self._narration.output(outcome.out + outcome.err)
        if not good:
            self._narration.complaint(f"This step failed (exit code {outcome.code}).")

    def _note(self, good: bool) -> bool:
        self._failures += not good
        return good

    def _git_token_requests(self) -> int:
        return sum(contoso.AZURE_DEVOPS in request.form.get("scope", "")
                   for request in self._world.authority.token_requests)


def _requests(count: int) -> str:
    return "one request" if count == 1 else f"{count} requests"


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
    kernel_keyring.enter()
    narration = Narration()
    with World(arguments.programs) as world:
        narration.heading("Microsoft Entra tokens for git, kubectl and curl")
        narration.say("git, kubectl, curl and GNOME Keyring are real and run in a private session; "
                      f"the\nauthority ({world.authority.url}) and the servers are stand-ins.")
        good = Demo(world, narration).run()
    narration.say()
    narration.say("Every step succeeded, and the session has been removed." if good
                  else "Some steps failed.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
