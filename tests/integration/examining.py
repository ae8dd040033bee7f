# SPDX-License-Identifier: MIT
"""Runs entra doctor, and parses its report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from world.program import Outcome
from world.world import World

CHECKS = ["configuration", "permissions", "host", "clock", "network", "keyring", "broker",
          "credential", "token", "git", "kubectl", "docker", "cargo", "nuget", "pip"]
TICK, CROSS, DASH = "✓", "✗", "–"


@dataclass(frozen=True)
class Report:
    outcome: Outcome
    ok: bool
    findings: list[dict[str, Any]]
    error: dict[str, Any]

    def of(self, check: str, status: str | None = None) -> list[dict[str, Any]]:
        """The findings of one check, all of them or those with one status."""
        return [one for one in self.findings
                if one["check"] == check and status in (None, one["status"])]

    def statuses(self, check: str) -> set[str]:
        return {one["status"] for one in self.of(check)}

    def details(self, check: str) -> dict[str, tuple[str, str]]:
        """The details of a check and where they come from, by name."""
        return {detail["name"]: (detail["value"], detail.get("where", ""))
                for one in self.of(check) for detail in one.get("details", [])}

    @property
    def crosses(self) -> list[tuple[str, str]]:
        """The failed checks, and their codes in the error catalogue."""
        return [(one["check"], one.get("code", "")) for one in self.findings
                if one["status"] == "failed"]


def examine(world: World, *words: str, program: str | Path = "entra", **how: Any) -> Report:
    """The report, which must have a finding of every check, in order, and all the output."""
    outcome = world.run(program, "doctor", "--output", "json", *words, **how)
    document = json.loads(outcome.out)
    error = json.loads(outcome.err.splitlines()[-1]) if outcome.err else {}
    report = Report(outcome, document["ok"], document["checks"], error)
    order = [one["check"] for one in report.findings]
    assert sorted(order, key=CHECKS.index) == order and set(order) == set(CHECKS)
    assert (outcome.code == 0) == report.ok == (report.crosses == [])
    if report.ok:
        assert outcome.err == "", outcome.err
    else:
        assert error["exitCode"] == outcome.code
    return report
