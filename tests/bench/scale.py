# SPDX-License-Identifier: MIT
"""Measures the helpers in keyrings that have many items, of ours or of others, beside what the
keyring itself takes for the same.

    python3 tests/bench/scale.py --programs build/installed/bin --folder build/bench

The table is written to stdout and to scale.md in the folder.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from authority import contoso  # noqa: E402
from contestant import machine  # noqa: E402
from integration import users  # noqa: E402
from integration.test_scale import passwords, tokens  # noqa: E402
from world import kernel_keyring  # noqa: E402
from world.plain_keyring import PlainKeyring  # noqa: E402
from world.world import World  # noqa: E402

SIZES = (10, 100, 1000, 5000)
ROUNDS = 3
RECORD = "x" * 1500  # as long as a token
SCOPE = f"{contoso.MY_WEB_API}/.default"
ASK = ("entra", "token", "--api", "MyWebApi", "--timeout", "300")


@dataclass
class Job:
    """A command of ours and, if there is one, a tool's that has the keyring do the same; each with
    what is done before."""

    name: str
    ours: Callable[[], None]
    tool: Callable[[], None] | None = None
    before: Callable[[], None] = lambda: None


def milliseconds(job: Callable[[], None], before: Callable[[], None]) -> float:
    """The median; a job that takes long is not done again."""
    times = []
    while len(times) < ROUNDS and sum(times) < 5:
        before()
        began = time.perf_counter()
        job()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def cell(job: Job) -> str:
    ours = milliseconds(job.ours, job.before)
    if job.tool is None:
        return f"{ours:.0f}"
    tool = milliseconds(job.tool, job.before)
    return f"{ours:.0f} / {tool:.0f} = {ours / tool:.2f}"


class Measurement:
    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.rows: dict[str, dict[int, str]] = {}

    def _add(self, size: int, whose: str, jobs: list[Job]) -> None:
        for job in jobs:
            print(f"  {size} {whose}: {job.name} ...", file=sys.stderr, flush=True)
            try:
                text = cell(job)
            except (AssertionError, RuntimeError) as failure:
                print(str(failure)[-500:], file=sys.stderr)
                text = "fails"
            self.rows.setdefault(f"{whose}: {job.name}", {})[size] = text

    def desktop(self, size: int, whose: str, entries: Callable) -> None:
        with World(programs=self._programs) as world:
            world.write_appsettings(world.user_appsettings())
            keyring = PlainKeyring(world.session, entries(world, size, RECORD))
            keyring.encipher()
            world.session.env["ENTRA_KEYRING"] = "secret-service"
            self._add(size, whose, [sign_in(world)])
            world.write_appsettings()
            self._add(size, whose, desktop_jobs(world))

    def kernel(self, size: int) -> None:
        with World(programs=self._programs, bus=False) as world:
            world.write_appsettings()
            for entry in tokens(world, size):
                attributes = {name: value for name, value in entry.attributes.items() if ":" not in name}
                kernel_keyring.add(attributes, RECORD.encode())
            self._add(size, "kernel, ours", kernel_jobs(world))

    def table(self) -> str:
        head = ["ms: ours / a tool = ratio", *map(str, SIZES)]
        lines = [head, ["---", *["---:"] * len(SIZES)]]
        lines += [[name, *(row.get(size, "") for size in SIZES)] for name, row in self.rows.items()]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def runner(world: World) -> Callable[..., Callable[[], None]]:
    def does(*command: str, codes: tuple[int, ...] = (0,), **how: str) -> Callable[[], None]:
        def act() -> None:
            outcome = world.run(*command, timeout=600, **how)
            if outcome.code not in codes:
                raise RuntimeError(f"{' '.join(command)}: {outcome.err}")
        return act
    return does


def sign_in(world: World) -> Job:
    """The tool only stores as many items."""
    does = runner(world)
    def three_times() -> None:
        for name in ("one", "two", "three"):
            does("secret-tool", "store", "--label=bench", "bench", name, input="x")()
    return Job("sign in", lambda: users.login(world, "--timeout", "300"), three_times)


def desktop_jobs(world: World) -> list[Job]:
    does = runner(world)
    clear = does("secret-tool", "clear", "scope", SCOPE, codes=(0, 1))
    return [
        Job("a new token, stored", does(*ASK),
            does("secret-tool", "store", "--label=bench", "scope", SCOPE, input=RECORD), clear),
        Job("a stored token", does(*ASK), does("secret-tool", "lookup", "scope", SCOPE), does(*ASK)),
        Job("list", does("entra", "list", "--timeout", "600", "--output", "json", codes=(0, 6)),
            does("secret-tool", "search", "--all", "kind", "access_token")),
    ]


def kernel_jobs(world: World) -> list[Job]:
    does = runner(world)
    ask = does(*ASK)

    def forget() -> None:
        for serial, attributes in kernel_keyring.keys().items():
            if attributes["scope"] == SCOPE:
                kernel_keyring.drop(serial)

    ask()
    (description,) = (kernel_keyring.description(serial).split(";", 4)[4]
                      for serial, attributes in kernel_keyring.keys().items()
                      if attributes["scope"] == SCOPE)
    kind = kernel_keyring.description(next(iter(kernel_keyring.keys()))).split(";")[0]
    return [
        Job("a new token, stored", ask,
            does("keyctl", "add", kind, "bench", RECORD, "@u"), forget),
        Job("a stored token", ask, does("keyctl", "search", "@u", kind, description), ask),
        Job("list", does("entra", "list", "--output", "json", "--keyring", "kernel", codes=(0, 6)),
            does("keyctl", "list", "@u")),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    arguments = parser.parse_args()
    kernel_keyring.enter()
    measurement = Measurement(arguments.programs)
    for size in arguments.sizes:
        measurement.desktop(size, "desktop, ours", tokens)
        measurement.desktop(size, "desktop, others'", passwords)
        measurement.kernel(size)
    text = f"{measurement.table()}\n\n{machine()}\n"
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / "scale.md").write_text(text)
    print(f"\n{text}")


if __name__ == "__main__":
    main()
