"""A document that the kit wrote is opened from a page with the system's own program, and nothing else is."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from qpm_widgets.capture import DeskSheet, PlanSheet
from qpm_widgets.capture.own_process import OUTPUTS_VARIABLE
from qpm_widgets.journal import Kit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the system's opener is put in place of another there")

# Notes what it was asked to open, and what it could read of the kit's own.
OPENER = '#!/bin/sh\nenv > "$OPENED.env"\nprintf "%s" "$1" > "$OPENED.partial"\nmv "$OPENED.partial" "$OPENED"\n'


@pytest.fixture
def opened(tmp_path, monkeypatch) -> Path:
    """Where the opener notes what it was asked for."""
    (tmp_path / "bin").mkdir()
    opener = tmp_path / "bin" / "xdg-open"
    opener.write_text(OPENER)
    opener.chmod(0o700)
    monkeypatch.setenv("PATH", f"{opener.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("OPENED", str(tmp_path / "opened"))
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(tmp_path / "outputs"))
    monkeypatch.setenv("QPM_ANYTHING", "of the kit's own")
    return tmp_path / "opened"


def ask_to_open(sheet, path: Path) -> dict:
    return sheet.answer({"kind": "do", "name": "open_file", "arguments": {"path": str(path)}, "request_id": "1"})


def unlocked(kit: Kit, sheet):
    sheet.kit = kit
    return sheet


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-")
    return path


def test_a_document_is_opened_by_the_systems_program_which_learns_nothing_of_the_kit(lantern, opened):
    wanted = put(opened.parent / "outputs" / "lantern" / "V1" / "a run" / "itinerary.pdf")
    for sheet in (unlocked(lantern, PlanSheet("lantern", "V1")), unlocked(lantern, DeskSheet())):
        assert ask_to_open(sheet, wanted)["kind"] == "done"
        deadline = time.monotonic() + 20
        while not opened.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert opened.read_text() == str(wanted.resolve())
        assert "QPM_" not in Path(f"{opened}.env").read_text()
        opened.unlink()


def test_nothing_but_documents_of_the_outputs_is_opened(lantern, opened):
    outputs = opened.parent / "outputs"
    refused = [
        put(opened.parent / "elsewhere.pdf"),
        put(outputs / "script.sh"),
        put(outputs / "report.html"),
        outputs / "nothing.pdf",
        outputs / ".." / "elsewhere.pdf",
        Path("https://example.org/x.pdf"),
    ]
    (outputs / "linked.pdf").symlink_to(refused[0])
    for path in (*refused, outputs / "linked.pdf"):
        answer = ask_to_open(unlocked(lantern, DeskSheet()), path)
        assert (answer["kind"], answer["code"]) == ("failed", "CAPTURE-007"), path
    assert not opened.exists()


def test_where_the_system_has_no_opener_the_page_says_where_the_file_lies(lantern, opened, monkeypatch):
    wanted = put(opened.parent / "outputs" / "itinerary.pdf")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    answer = ask_to_open(unlocked(lantern, DeskSheet()), wanted)
    assert (answer["code"], str(wanted.parent) in answer["sentence"]) == ("CAPTURE-007", True)
    monkeypatch.setenv("DISPLAY", ":0")
    (opened.parent / "bin" / "xdg-open").write_text("#!/bin/sh\nexit 3\n")
    assert ask_to_open(unlocked(lantern, DeskSheet()), wanted)["code"] == "CAPTURE-007"
    assert not opened.exists()
