# SPDX-License-Identifier: MIT
"""What newcomers run first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).resolve().parents[1] / "demo" / "demo.py"


def test_every_step_of_the_demo_succeeds(programs):
    done = subprocess.run([sys.executable, DEMO, "--programs", programs], capture_output=True,
                          text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✘" not in done.stdout and "Every step succeeded" in done.stdout
