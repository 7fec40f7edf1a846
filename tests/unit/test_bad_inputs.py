"""The drill of bad inputs runs: each is refused in one sentence, and the kit is as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_bad_accounts_of_harm_are_refused_and_change_nothing() -> None:
    script = [sys.executable, BENCHMARKS / "bad_inputs.py", "--only", "account", "--json"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    rows = json.loads(done.stdout)
    assert len(rows) > 5
