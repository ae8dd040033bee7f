# SPDX-License-Identifier: MIT
"""entra doctor as tests call it: its report, read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from world.program import Outcome
from world.world import World

CHECKS = ["configuration", "permissions", "host", "clock", "network", "credential", "token",
          "keyring", "git", "kubectl"]
TICK, CROSS, DASH = "✓", "✗", "–"


@dataclass(frozen=True)
class Report:
    outcome: Outcome
    ok: bool
    findings: list[dict[str, Any]]

    def of(self, check: str, status: str | None = None) -> list[dict[str, Any]]:
        """The findings of one check, or those among them of one status."""
        return [one for one in self.findings
                if one["check"] == check and status in (None, one["status"])]

    def statuses(self, check: str) -> set[str]:
        return {one["status"] for one in self.of(check)}

    def details(self, check: str) -> dict[str, tuple[str, str]]:
        """What stands below a check's lines, and where it came from, by name."""
        return {detail["name"]: (detail["value"], detail.get("where", ""))
                for one in self.of(check) for detail in one.get("details", [])}

    @property
    def crosses(self) -> list[tuple[str, str]]:
        """Which checks failed, and what the catalogue calls it."""
        return [(one["check"], one.get("code", "")) for one in self.findings
                if one["status"] == "failed"]


def examine(world: World, *words: str, **how: Any) -> Report:
    """The report, which has a finding of every check, in their order, and all that is said."""
    outcome = world.run("entra", "doctor", "--output", "json", *words, **how)
    document = json.loads(outcome.out)
    report = Report(outcome, document["ok"], document["checks"])
    order = [one["check"] for one in report.findings]
    assert sorted(order, key=CHECKS.index) == order and set(order) == set(CHECKS)
    assert (outcome.code == 0) == report.ok == (report.crosses == [])
    if report.ok:
        assert outcome.err == "", outcome.err
    else:
        assert json.loads(outcome.err)["exitCode"] == outcome.code
    return report
