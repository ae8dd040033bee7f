# SPDX-License-Identifier: MIT
"""A flow in its world: runs its job with a fault, and says what does not hold afterwards.

What must hold, for each fault:

- The program ends by itself, in time, with one of its exit codes, and says on stderr why if it is
  not 0. stderr has no secret.
- stdout is empty or the whole answer.
- The exit code is 0 only if everything is as after success.
- Each item and each file is as before, or as after success; nothing else is left, and no process.
- The same job then succeeds without a fault.

A killed program cannot do all of this: it may leave files that are not whole, under names of their
own, which the next job removes. What else a flow is excused for is in its record.
"""

from __future__ import annotations

import json
import re
import signal
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from torture.fault import COUNT, KILL, Counts, Fault, Injector
from torture.flows import SECRETS, Flow, Job
from torture.orphans import Orphans
from torture.ready_user import ReadyUser
from torture.state import SHARED, Belongings, State
from world.program import Outcome, TimedOut
from world.world import World

MEMORY = Path("/dev/shm")
TIMEOUT = "5"
# Seconds. The programs have a limit of TIMEOUT, and the machine may be slow.
PATIENCE = 40
# Bytes of a program that was told to go on without an answer, by its host's protocol.
REFUSALS = ("", "quit=1\n")
# At these, a library that the desktop keyring needs ends the process: GLib without a thread, of which
# it had as many as it needs a moment ago, and libgcrypt without a file.
ENDED_BY_LIBRARY = ("clone3", "openat:/proc/sys/crypto/fips_enabled", "openat:/etc/gcrypt/hwf.deny")
ABORTED = (128 + signal.SIGTRAP, 128 + signal.SIGABRT)
VOLATILE = ("received_on", "expires_on", "refresh_on", "stored_on")


@dataclass(frozen=True)
class Finding:
    flow: str
    fault: Fault
    complaint: str
    said: str


class Scene:
    """A world of its own for one flow, on a tmpfs."""

    def __init__(self, flow: Flow, programs: Path, build: Path) -> None:
        self.flow = flow
        self._programs = programs
        self._cleanup = ExitStack()
        tempfile.tempdir = str(MEMORY)
        desktop = self._on_desktop = flow.keyring in ("secret-service", "auto")
        self.world = self._cleanup.enter_context(
            World(programs=programs, bus=desktop, keyring=desktop))
        folder = self.world.session.temporary / "injector"
        folder.mkdir()
        self._injector = Injector(build, folder)
        # Long enough for tokens to stay fresh until every fault has happened.
        self.world.authority.issuer.lifetime = 24 * 3600
        flow.setting(self.world)
        self._user = ReadyUser(self.world)
        self._cleanup.callback(self._user.close)
        self._belongings = Belongings(self.world, flow.keyring)
        for job in flow.before:
            self._succeed(job(self.world))
        self._orphans = Orphans()
        self.before = self._belongings.read()
        outcome = self._succeed(flow.job(self.world))
        self.answer = self._general(outcome.out)
        self.after = self._belongings.read()

    def close(self) -> None:
        self._cleanup.close()

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- running ----

    def _run(self, job: Job, fault: Fault | None = None) -> Outcome:
        self._user.user = job.user
        words, env = self._injector.command(fault, [
            job.program, "--keyring", self.flow.keyring, "--timeout", TIMEOUT, *job.words]
            if job.program != "entra" else
            [job.program, *job.words, "--keyring", self.flow.keyring, "--timeout", TIMEOUT])
        return self.world.run(*words, input=job.input, env=job.env | env, timeout=PATIENCE)

    def _succeed(self, job: Job) -> Outcome:
        outcome = self._run(job)
        assert outcome.code == 0, outcome
        return outcome

    def count(self) -> Counts:
        """What happens in a run of the job without a fault."""
        self._belongings.restore(self.before)
        outcome = self._run(self.flow.job(self.world), Fault(COUNT, 0))
        assert outcome.code == 0 and self._general(outcome.out) == self.answer, outcome
        return self._injector.counted()

    def findings(self, fault: Fault) -> list[Finding]:
        """What does not hold after the job was run with this fault."""
        self._belongings.restore(self.before)
        try:
            outcome = self._run(self.flow.job(self.world), fault)
        except TimedOut:
            return [Finding(self.flow.name, fault, "hangs", "")]
        state = self._belongings.read()
        complaints = [*self._about_output(fault, outcome), *self._about_state(fault, outcome, state)]
        if not self.flow.once or self._differences(state, self.after, self.after):
            complaints += [f"afterwards: {complaint}" for complaint in self._about_repetition(fault)]
        said = f"exit code {outcome.code}: {outcome.err.strip()}"
        return [Finding(self.flow.name, fault, complaint, said) for complaint in complaints]

    # ---- judging ----

    def _about_output(self, fault: Fault, outcome: Outcome) -> list[str]:
        killed = fault.kind == KILL and outcome.code == 137 or \
            self._on_desktop and outcome.code in ABORTED and \
            any(fault.is_named(name) for name in ENDED_BY_LIBRARY)
        complaints = []
        if outcome.code not in range(7) and not killed:
            complaints.append("crashes")
        if not self._is_report(outcome) and outcome.out not in REFUSALS and self._general(outcome.out) != self.answer:
            complaints.append("prints a part of an answer, or a wrong one")
        if outcome.code == 0 and self._general(outcome.out) != self.answer:
            complaints.append("says success without an answer")
        if outcome.code != 0 and not killed and not self._is_report(outcome) and \
                not outcome.err.strip():
            complaints.append("does not say why it fails")
        if any(secret in outcome.err for secret in self._secrets()):
            complaints.append("shows a secret")
        return complaints

    def _about_repetition(self, fault: Fault) -> list[str]:
        """Runs the job without a fault."""
        if self._keeps_lock(fault):
            (self.world.session.root / self.flow.lock).unlink(missing_ok=True)
        outcome = self._run(self.flow.job(self.world))
        if outcome.code != 0 or not self.flow.reports and self._general(outcome.out) != self.answer:
            return [f"does not succeed: {outcome.err.strip()}"]
        state = self._belongings.read()
        if self.flow.by_steps:
            self._run(self.flow.job(self.world))
            return self._differences(self._belongings.read(), state, state)
        return self._without_left(fault, self._differences(state, self.after, self.after))

    def _keeps_lock(self, fault: Fault) -> bool:
        lock = self.flow.lock
        return lock != "" and (fault.kind == KILL or fault.place.endswith(lock))

    def _without_left(self, fault: Fault, complaints: list[str]) -> list[str]:
        """Without what a killed program may leave."""
        left = f": {self.flow.leaves}"
        return [one for one in complaints
                if fault.kind != KILL or left == ": " or left not in one]

    def _is_report(self, outcome: Outcome) -> bool:
        return self.flow.reports and outcome.code != 0 and outcome.out != ""

    def _about_state(self, fault: Fault, outcome: Outcome, state: State) -> list[str]:
        complaints = self._differences(state, self.before, self.after)
        if self.flow.by_steps:
            complaints = [one for one in complaints if not one.startswith("changed: home/")]
        complaints = self._without_left(fault, complaints)
        if fault.kind == KILL or self._keeps_lock(fault):
            complaints = [one for one in complaints if not one.startswith("left behind")]
        if outcome.code == 0:
            complaints += [f"says success, but {complaint}" for complaint in
                           self._differences(state, self.after, self.after)
                           if complaint not in complaints]
        if self._orphans.are_left():
            complaints.append("left behind: a process")
        return complaints

    def _differences(self, state: State, *allowed: State) -> list[str]:
        """What is neither as in one of the allowed states nor as in the other."""
        complaints = []
        for kind in ("items", "files"):
            found = self._known(getattr(state, kind))
            known = [self._known(getattr(one, kind)) for one in allowed]
            for name in sorted(found.keys() | known[0].keys() | known[1].keys()):
                if not any(self._alike(found.get(name), one.get(name)) for one in known):
                    word = "lost" if name not in found else \
                        "changed" if any(name in one for one in known) else "left behind"
                    complaints.append(f"{word}: {name}")
        return complaints

    @staticmethod
    def _known(things: dict) -> dict:
        """Without what processes share, and test items, which soon expire; and an item is no file."""
        return {name: thing for name, thing in things.items()
                if not SHARED.fullmatch(name) and not name.endswith(".token")
                and '"kind": "self_test"' not in name}

    def _alike(self, one, other) -> bool:
        """Whether they are equal except for what is new in each run."""
        if one == other or one is None or other is None:
            return one == other
        if isinstance(one, tuple):
            return one[0] == other[0] and self._general(_text(one[1])) == self._general(
                _text(other[1]))
        return self._general_record(one) == self._general_record(other)

    def _general_record(self, record: bytes) -> object:
        try:
            members = json.loads(record)
        except ValueError:
            return record
        return {name: "" if name in VOLATILE else self._general(value)
                if isinstance(value, str) else value for name, value in members.items()}

    def _general(self, text: str) -> str:
        """The text with valid tokens replaced by a word, and by # what depends on the clock. The path
        of our program for git does as well as its name."""
        text = text.replace(f"!{self._programs}/git-credential-entra", "entra")
        for kind, values in (("ACCESS", self.world.authority.issued_tokens),
                             ("REFRESH", [one.value for one in
                                          self.world.authority.refresh_tokens.all()])):
            for value in re.findall(r"[\w.-]{200,}", text):
                if value in values:
                    text = text.replace(value, kind)
        return re.sub(r"\d+|ahead of|behind", "#", text)

    def _secrets(self) -> list[str]:
        return [*SECRETS, *self.world.authority.issued_tokens,
                *(one.value for one in self.world.authority.refresh_tokens.all())]


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
