# SPDX-License-Identifier: MIT
"""A flow in its world: runs its job with a fault, and says what does not hold afterwards.

What must hold, for each fault:

- The program ends by itself, in time, with one of its exit codes, and says on stderr why if it is
  not 0. Neither stderr nor the trace has a secret.
- If an allocation failed, it says just that, with exit code 1.
- stdout is empty or the whole answer.
- The exit code is 0 only if everything is as after success.
- Each item and each file is as before, or as after success; nothing else is left, and no process.
- The same job then succeeds without a fault.

The exceptions are in excuses.py.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from torture.excuses import (
    AFTERWARDS, CRASHES, NOT_ONLY_MEMORY, PARTIAL, SILENT, UNANSWERED, is_excused,
    keeps_lock)
from torture.fault import COUNT, MEMORY, Counts, Fault, Injector
from torture.flows import Flow, Job
from torture.likeness import Likeness
from torture.orphans import Orphans
from torture.ready_user import ReadyUser
from torture.state import Belongings, State
from world.program import Outcome, TimedOut
from world.world import World

TMPFS = Path("/dev/shm")
TIMEOUT = "5"
# Seconds. The programs have a limit of TIMEOUT, and the machine may be slow.
PATIENCE = 40
# Bytes of a program that was told to go on without an answer, by its host's protocol.
REFUSALS = ("", "quit=1\n", "credentials not found in native keychain\n")
OUT_OF_MEMORY_JSON = '{"kind":"other","exitCode":1,"message":"out of memory"}\n'


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
        self._cleanup = ExitStack()
        tempfile.tempdir = str(TMPFS)
        self.world = self._cleanup.enter_context(World(
            programs=programs, bus=flow.is_on_desktop(), keyring=flow.is_on_desktop()))
        folder = self.world.session.temporary / "injector"
        folder.mkdir()
        self._injector = Injector(build, folder)
        self._trace = folder / "trace"
        # Long enough for tokens to stay fresh until every fault has happened.
        self.world.authority.issuer.lifetime = 24 * 3600
        flow.setting(self.world)
        self._user = ReadyUser(self.world)
        self._cleanup.callback(self._user.close)
        self._likeness = Likeness(self.world, programs)
        self._belongings = Belongings(self.world, flow.keyring)
        for job in flow.before:
            outcome = self._run(job(self.world))
            assert outcome.code == 0, outcome
        self._orphans = Orphans()
        self.before = self._belongings.read()
        outcome = self._run(flow.job(self.world))
        assert outcome.code == flow.code, outcome
        self.answer = self._likeness.general(outcome.out)
        self.said = self._likeness.general(outcome.err)
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
        self._trace.unlink(missing_ok=True)
        options = [] if job.plain else ["--keyring", self.flow.keyring, "--timeout", TIMEOUT]
        words, env = self._injector.command(fault, [
            job.program, *options, *job.words] if job.program != "entra" else
            [job.program, *job.words, *options])
        trace = {"ENTRA_TRACE": str(self._trace)} if self.flow.traced else {}
        return self.world.run(*words, input=job.input, env=job.env | trace | env, timeout=PATIENCE)

    def count(self) -> Counts:
        """What happens in a run of the job without a fault."""
        self._belongings.restore(self.before)
        outcome = self._run(self.flow.job(self.world), Fault(COUNT, 0))
        assert outcome.code == self.flow.code and self._is_answer(outcome), outcome
        counts = self._injector.counted()
        return counts.until(self.flow.until) if self.flow.until else counts

    def findings(self, fault: Fault) -> list[Finding]:
        """What does not hold after the job was run with this fault."""
        self._belongings.restore(self.before)
        job = self.flow.job(self.world)
        try:
            outcome = self._run(job, fault)
        except TimedOut:
            return [Finding(self.flow.name, fault, "hangs", "")]
        state = self._belongings.read()
        complaints = [*self._about_output(outcome), *self._about_memory(job, fault, outcome),
                      *self._about_state(outcome, state)]
        if not self.flow.once or self._likeness.differences(state, self.after, self.after):
            complaints += [AFTERWARDS + complaint for complaint in self._about_repetition(fault)]
        said = f"exit code {outcome.code}: {outcome.err.strip()}"
        return [Finding(self.flow.name, fault, complaint, said) for complaint in complaints
                if not is_excused(self.flow, fault, outcome, complaint)]

    # ---- judging ----

    def _is_answer(self, outcome: Outcome) -> bool:
        return self._likeness.general(outcome.out) == self.answer

    @staticmethod
    def _is_reason(outcome: Outcome) -> bool:
        """docker's helpers say on stdout too why they fail."""
        return outcome.code != 0 and outcome.out.startswith("docker-credential-entra: ") and \
            outcome.err.startswith(outcome.out.removesuffix("\n"))

    def _about_output(self, outcome: Outcome) -> list[str]:
        complaints = []
        if outcome.code not in range(7):
            complaints.append(CRASHES)
        if outcome.out not in REFUSALS and not self._is_answer(outcome) and \
                not self._is_reason(outcome):
            complaints.append(PARTIAL)
        if outcome.code == 0 and not (self.flow.code == 0 and self._is_answer(outcome)):
            complaints.append(UNANSWERED)
        if outcome.code != 0 and not outcome.err.strip():
            complaints.append(SILENT)
        shown = outcome.err
        if self._trace.exists():
            shown += self._trace.read_text(errors="replace")
        if any(secret in shown for secret in self._likeness.secrets()):
            complaints.append("shows a secret")
        return complaints

    def _about_memory(self, job: Job, fault: Fault, outcome: Outcome) -> list[str]:
        """The program may have said before, or in another thread, what it says without a fault."""
        if fault.kind not in MEMORY or not self._injector.happened(fault):
            return []
        message = f"{job.program}: out of memory\n"
        if "json" in job.words and OUT_OF_MEMORY_JSON in outcome.err:
            message = OUT_OF_MEMORY_JSON
        before, found, after = outcome.err.partition(message)
        is_alone = self.said.startswith(self._likeness.general(before + after))
        return [] if outcome.code == 1 and found and is_alone else [NOT_ONLY_MEMORY]

    def _about_state(self, outcome: Outcome, state: State) -> list[str]:
        complaints = self._likeness.differences(state, self.before, self.after)
        if outcome.code == 0:
            complaints += [f"says success, but {complaint}" for complaint in
                           self._likeness.differences(state, self.after, self.after)
                           if complaint not in complaints]
        if self._orphans.are_left():
            complaints.append("leaves a process")
        return complaints

    def _about_repetition(self, fault: Fault) -> list[str]:
        """Runs the job without a fault."""
        if keeps_lock(self.flow, fault):
            (self.world.session.root / self.flow.lock).unlink(missing_ok=True)
        outcome = self._run(self.flow.job(self.world))
        if outcome.code != self.flow.code or not self.flow.reports and not self._is_answer(outcome):
            return [f"does not succeed: {outcome.err.strip()}"]
        state = self._belongings.read()
        if self.flow.by_steps:
            self._run(self.flow.job(self.world))
            return self._likeness.differences(self._belongings.read(), state, state)
        return self._likeness.differences(state, self.after, self.after)
