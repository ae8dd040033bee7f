# SPDX-License-Identifier: MIT
"""Complaints that are passed over. An excuse is one record here; what it takes from a flow is in the
flow's record."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Callable

from torture.fault import CALL, KILL, Fault
from torture.flows import Flow
from world.program import Outcome

CRASHES, SILENT = "crashes", "does not say why it fails"
PARTIAL = "prints a part of an answer, or a wrong one"
UNANSWERED = "says success without an answer"
NOT_ONLY_MEMORY = "does not say that memory ran out, and only that"
AFTERWARDS = "afterwards: "

# GLib without a thread, of which it had as many as it needs a moment ago, and libgcrypt without a
# file.
ENDED_BY_LIBRARY = ("clone3", "openat:/proc/sys/crypto/fips_enabled", "openat:/etc/gcrypt/hwf.deny")
ABORTED = (128 + signal.SIGTRAP, 128 + signal.SIGABRT)


@dataclass(frozen=True)
class Excuse:
    """`covers` is given the complaint, too."""

    reason: str
    covers: Callable[[Flow, Fault, Outcome, str], bool]


def keeps_lock(flow: Flow, fault: Fault) -> bool:
    return flow.lock != "" and (fault.kind == KILL or fault.place.endswith(flow.lock))


def names_program_by_path(flow: Flow, fault: Fault, outcome: Outcome, complaint: str) -> bool:
    """Its next run, without the fault, replaces the path by the name."""
    return (flow.name == "entra setup cargo" and outcome.code == 0
            and fault.name in ("newfstatat", "access", "readlink")
            and complaint in ("changed: home/.cargo/config.toml",
                              f"{AFTERWARDS}left behind: home/.cargo/config.toml.before-entra.2"))


def shows_scopes(flow: Flow, fault: Fault, outcome: Outcome, complaint: str) -> bool:
    return (flow.name.startswith("entra list") and outcome.code == 0
            and "APIs are shown by their scopes" in outcome.err
            and complaint in (PARTIAL, UNANSWERED))


def goes_on_without(flow: Flow, _fault: Fault, outcome: Outcome, complaint: str) -> bool:
    """Without the configuration, it is not known whether the URL is one of ours."""
    return (flow.name in ("Go get, warm", "Bazel get, warm") and outcome.code == 0
            and "warning: " in outcome.err and "appsettings.json: " in outcome.err
            and complaint in (PARTIAL, UNANSWERED))


EXCUSES = (
    Excuse("a host tool may go on without a token, and the user is told why", goes_on_without),
    Excuse("without the configuration, the list has no names of APIs, and says so", shows_scopes),
    Excuse("a helper that cannot be looked for in PATH is named by its path", names_program_by_path),
    Excuse("a killed program says nothing",
           lambda flow, fault, outcome, complaint: complaint in (CRASHES, SILENT)
           and fault.kind == KILL and outcome.code == 128 + signal.SIGKILL),
    Excuse("a library that the desktop keyring needs ends the process",
           lambda flow, fault, outcome, complaint: complaint in (CRASHES, SILENT)
           and flow.is_on_desktop() and outcome.code in ABORTED
           and any(fault.is_named(name) for name in ENDED_BY_LIBRARY)),
    Excuse("a thread of GLib's runs out of memory while the program, which is done, is about to end",
           lambda flow, fault, outcome, complaint: complaint == NOT_ONLY_MEMORY
           and flow.is_on_desktop() and outcome.code == 0),
    Excuse("the message itself could not be written",
           lambda flow, fault, outcome, complaint: complaint == SILENT
           and fault.name in ("write", "writev") and flow.code != 0 and outcome.code == flow.code),
    Excuse("a report has what was found until it failed, and says there what failed",
           lambda flow, fault, outcome, complaint: complaint in (PARTIAL, SILENT)
           and flow.reports and outcome.code != 0 and outcome.out != ""),
    Excuse("a killed program leaves files that are not whole, which the next one removes",
           lambda flow, fault, outcome, complaint: complaint.startswith("left behind: ")
           and fault.kind == KILL),
    Excuse("a command that cannot be run has env's exit codes, with a reason",
           lambda flow, fault, outcome, complaint: complaint == CRASHES
           and flow.runs and outcome.code in (126, 127)),
    Excuse("the endpoint, or one answer of it, ends for want of memory, and says just that: the "
           "command goes on, and says what it makes of it",
           lambda flow, fault, outcome, complaint: complaint == NOT_ONLY_MEMORY
           and flow.runs and "entra: out of memory\n" in outcome.err),
    Excuse("the lock stays, and the user removes it",
           lambda flow, fault, outcome, complaint: complaint.startswith("left behind: ")
           and keeps_lock(flow, fault)),
    Excuse("a hint that cannot be read is not followed",
           lambda flow, fault, outcome, complaint: complaint.startswith("changed: {")
           and flow.hinted and fault.kind == CALL and outcome.code == 0),
    Excuse("files that are written by steps may be between before and after",
           lambda flow, fault, outcome, complaint: complaint.startswith("changed: home/")
           and flow.by_steps),
)


def is_excused(flow: Flow, fault: Fault, outcome: Outcome, complaint: str) -> bool:
    return any(excuse.covers(flow, fault, outcome, complaint) for excuse in EXCUSES)
