"""The first of the README's two commands, as a stranger runs it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from qpm_widgets.demo import MARKER


def test_the_demo_leaves_reports_to_open_and_starts_clean(tmp_path: Path) -> None:
    leftover = tmp_path / "demo" / "kit" / "kit.json"
    leftover.parent.mkdir(parents=True)
    leftover.write_text("half a kit of a demo that was interrupted", encoding="utf-8")
    (tmp_path / "demo" / MARKER).write_text("", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "qpm_widgets", "demo", "--no-browser", "--outputs", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    reports = [Path(path) for path in re.findall(r"^report: (.+)$", done.stdout, re.MULTILINE)]
    assert sorted(path.suffix for path in reports) == [".docx", ".docx", ".html", ".html", ".pdf", ".pdf"]
    assert all(path.stat().st_size > 20_000 and path.is_relative_to(tmp_path) for path in reports)
    assert re.search(r"^passphrase: .+$", done.stdout, re.MULTILINE)
    assert re.search(r"^desk: http://127\.0\.0\.1:\d+/\S+token=\S+$", done.stdout, re.MULTILINE)
    assert "recording the sample visit" in done.stderr
    assert "100%" in done.stderr
