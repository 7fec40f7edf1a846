"""Each benchmark can be asked what it does; none is started, for their figures are no test's business."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize("path", sorted(BENCHMARKS.glob("*.py")), ids=lambda path: path.stem)
def test_a_benchmark_says_what_it_takes(path: Path) -> None:
    said = subprocess.run([sys.executable, path, "--help"], capture_output=True, text=True, check=True, timeout=60)
    assert "--json" in said.stdout
