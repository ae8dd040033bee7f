# SPDX-License-Identifier: MIT
"""Shows the helpers at work: git, kubectl and curl authenticate with tokens that are in no file.

    python3 tests/demo/demo.py --programs build/installed/bin [--picture FILE.svg]

Everything runs in a private desktop session, with a real keyring daemon and servers on the loopback,
which have the names of the real ones there; nothing is left behind. The exit code is 0 if every step
succeeds. The picture is of the terminal of the first steps.
"""

from __future__ import annotations

import argparse
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from authority import contoso  # noqa: E402
from narration import Narration  # noqa: E402
from picture import COLUMNS, Picture, screen_text  # noqa: E402
from world import kernel_keyring  # noqa: E402
from world.kubeconfig import V1BETA1, ExecPlugin  # noqa: E402
from world.program import Outcome  # noqa: E402
from world.session import Session  # noqa: E402
from world.terminal import Terminal  # noqa: E402
from world.world import World  # noqa: E402

PROGRAMS = ("git-credential-entra", "exec-credential-entra", "curl-credential-entra",
            "keyring-credential-entra", "entra")
ENTRA = "https://login.microsoftonline.com"
REPOSITORY = "https://dev.azure.com/contoso/app/_git/app"
USER_CODE = "KD3VHQ9RX"
HOME = "/home/ada"
# What az writes into a kubeconfig for kubelogin.
BY_AZ = ["get-token", "--environment", "AzurePublicCloud", "--server-id", contoso.AKS, "--client-id",
         contoso.KUBELOGIN.client_id, "--tenant-id", contoso.TENANT.guid, "--login", "devicecode"]
DAY = "2026-01-01T12:00:00Z"  # of the commits, so that their hashes are the same each time
WARM_ANSWERS = 21
TITLE = "Microsoft Entra tokens for git, kubectl and curl"
DESCRIPTION = "Show the helpers at work, in a private session that is removed afterwards."


class Demo:
    """The steps in order. Each runs a command line exactly as printed."""

    def __init__(self, world: World, narration: Narration, picture: Picture) -> None:
        self._world = world
        self._narration = narration
        self._picture = picture
        self._failures = 0
        self._work = world.session.home / "app"

    def run(self) -> bool:
        self._prepare()
        self.set_up()
        self.clone()
        self.kubectl()
        self.curl()
        self.list()
        self.keyring_items()
        self.push()
        self.warm_answer()
        self.token_requests()
        self.files()
        return self._failures == 0

    def _prepare(self) -> None:
        """A server with one commit, a kubeconfig as az writes it, and nothing of ours."""
        world = self._world
        world.internet  # from now on
        world.authority.issuer.authority_url = ENTRA
        world.authority.device_codes.user_code = USER_CODE
        world.authority.device_codes.interval = 1
        world.session.env |= {"GIT_AUTHOR_DATE": DAY, "GIT_COMMITTER_DATE": DAY}
        world.write_kubeconfig(ExecPlugin("kubelogin", BY_AZ, api_version=V1BETA1,
                                          interactive_mode=None))
        world.git_server.create_repository()
        served = world.git_server.folder / "contoso/app/_git/app"
        line = "git init --quiet seed && git -C seed commit --quiet --allow-empty -m First && " \
               f"git -C seed push --quiet {served} main && rm -r seed"
        outcome = world.run("sh", "-c", line)
        if outcome.code != 0:
            raise RuntimeError(f"{line}: {outcome.err}")

    # The steps.

    def set_up(self) -> None:
        self._step("git and kubectl are set up, and a user signs in", "entra setup",
                   lambda shown: f"Signed in as {contoso.ADA.username}" in shown,
                   meanwhile=self._agree_and_sign_in)

    def _agree_and_sign_in(self, terminal: Terminal) -> None:
        """The user has a browser on another device."""
        terminal.wait_for("Go ahead")
        terminal.type("y\n")
        terminal.wait_for(USER_CODE)
        page = self._world.visitor.enter_code(f"{self._world.authority.url}/device", USER_CODE,
                                              contoso.ADA)
        assert "You have signed in" in page.text, page.text

    def clone(self) -> None:
        self._step("git clones from a server that requires a token",
                   f"git clone --quiet {REPOSITORY}",
                   lambda _: (self._work / ".git").is_dir() and self._git_token_requests() == 1)

    def kubectl(self) -> None:
        self._step("kubectl lists the pods of a cluster", "kubectl get pods",
                   lambda shown: shown.count("Running") == 2)

    def curl(self) -> None:
        self._step("curl calls Microsoft Graph",
                   "curl-credential-entra https://graph.microsoft.com/v1.0/me | curl -s -K -",
                   lambda shown: f'"{contoso.ADA.username}"' in shown)

    def list(self) -> None:
        self._step("entra lists what is in the keyring", "entra list",
                   lambda shown: all(api in shown for api in ("AzureDevOps", "AKS", "Graph")))

    def keyring_items(self) -> None:
        items = self._world.session.keyring.items()
        tokens = sorted(item.label for item in items if " token for " in item.label)
        self._narration.step("the desktop keyring has one item for each token",
                             good=self._note(len(tokens) == 3))
        self._narration.output("\n".join(tokens))

    def push(self) -> None:
        self._step("git pushes, with the token from the keyring",
                   "git commit --quiet --allow-empty -m Second && git push --quiet origin main",
                   lambda _: self._git_token_requests() == 1
                   and self._world.git_server.commits() == ["Second", "First"], cwd=self._work,
                   is_pictured=False)

    def warm_answer(self) -> None:
        """How long git waits for the helper during a push; the token is not shown."""
        request = "protocol=https\nhost=dev.azure.com\npath=contoso/app/_git/app\n\n"
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
        for_git = self._git_token_requests()
        self._narration.step(
            f"git's clone and push sent {_requests(for_git)} to the authority",
            good=self._note(for_git == 1))
        self._narration.output("The token was requested once, for the clone, and stored.")

    def files(self) -> None:
        """Searches for the signatures, which are different for every token."""
        session = self._world.session
        signatures = [token.rpartition(".")[2].encode() for token in
                      self._world.authority.issued_tokens]
        files = [path for folder in (session.root, session.home.resolve())
                 for path in folder.rglob("*") if path.is_file()]
        holders = [path for path in files if any(one in path.read_bytes() for one in signatures)]
        self._narration.step("no file contains a token", good=self._note(not holders))
        self._narration.output(f"{len(files)} files were searched: the home directory, the "
                               "configuration, temporary files,\nlogs, and the keyring's own "
                               "files (which are encrypted)")
        for path in holders:
            self._narration.complaint(f"{path} contains one")

    # How a step is run.

    def _step(self, title: str, line: str, succeeded: Callable[[str], bool],
              cwd: Path | None = None, meanwhile: Callable[[Terminal], None] | None = None,
              is_pictured: bool = True) -> None:
        """Runs the line on a terminal; `meanwhile` is what the user does there."""
        outcome = self._outcome(line, cwd, meanwhile)
        shown = "" if outcome is None else self._at_home(outcome.err)
        good = self._note(outcome is not None and outcome.code == 0 and succeeded(shown))
        self._narration.step(title, good=good,
                             milliseconds=1000 * outcome.seconds if outcome else None)
        self._narration.command(line)
        self._narration.output(screen_text(shown), lines_max=40)
        if not good:
            self._narration.complaint("This step failed: " + (
                f"exit code {outcome.code}." if outcome else "it did not end."))
        if is_pictured:
            self._picture.command(line)
            self._picture.output(shown)

    def _outcome(self, line: str, cwd: Path | None,
                 meanwhile: Callable[[Terminal], None] | None) -> Outcome | None:
        terminal = self._world.at_terminal("sh", "-c", line, cwd=cwd, whole=True, columns=COLUMNS)
        try:
            if meanwhile is not None:
                meanwhile(terminal)
            return terminal.finish()
        except (subprocess.TimeoutExpired, TimeoutError):
            return None

    def _at_home(self, shown: str) -> str:
        """What is shown if that is the home directory; its real name is a random one."""
        return shown.replace(self._world.session.env["HOME"], HOME)

    def _note(self, good: bool) -> bool:
        self._failures += not good
        return good

    def _git_token_requests(self) -> int:
        return sum(contoso.AZURE_DEVOPS in request.form.get("scope", "")
                   for request in self._world.authority.token_requests)


@contextmanager
def _short_home(session: Session) -> Iterator[None]:
    """Moves the home directory to a path that is as long as HOME, so that lines on the terminal end
    where they would with that one."""
    place = Path(tempfile.gettempdir(), secrets.token_hex(2))
    while place.exists():
        place = place.with_name(secrets.token_hex(2))
    session.home.rename(place)
    session.home.symlink_to(place)
    session.env["HOME"] = str(place)
    try:
        yield
    finally:
        session.home.unlink()
        place.rename(session.home)


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
    parser.add_argument("--picture", type=Path, metavar="FILE",
                        help="draw the terminal of the first steps into this SVG file")
    arguments = parser.parse_args()
    kernel_keyring.enter()
    narration, picture = Narration(), Picture(TITLE)
    with World(arguments.programs) as world:
        narration.heading(TITLE)
        narration.say("git, kubectl, curl and GNOME Keyring are real and run in a private session; the\n"
                      f"authority ({ENTRA}) and the servers are stand-ins.")
        with _short_home(world.session):
            good = Demo(world, narration, picture).run()
    narration.say()
    narration.say("Every step succeeded, and the session has been removed." if good
                  else "Some steps failed.")
    if good and arguments.picture is not None:
        arguments.picture.write_text(picture.svg(), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
