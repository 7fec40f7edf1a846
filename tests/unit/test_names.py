"""A visit's own list of names: how it gets into the kit, and that it gets nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import qpm_widgets.evidence
from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.findings_sheet import FindingsSheet
from qpm_widgets.capture.interview_sheet import InterviewSheet
from qpm_widgets.capture.plan_sheet import PlanSheet
from qpm_widgets.cli import app
from qpm_widgets.journal import Kit
from qpm_widgets.journal.history import field_histories
from qpm_widgets.reports.visit_report import open_visit_report
from qpm_widgets.visits import look_out_for, read_names

PASSPHRASE = "a test passphrase of many words"  # the sample kit's, as in tests/conftest.py
NAMES = ("Mair Quillfeather", "Dr Siân O'Zebedee (ward manager)")


def qpm(kit: Kit, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["names", *arguments, "--home", str(kit.home)], input=f"{PASSPHRASE}\n{typed}")


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    file = tmp_path / "people.txt"
    file.write_text("\ufeff" + "\r\n".join((NAMES[0], "", f"  {NAMES[1]} ", NAMES[0])), encoding="utf-8")
    return file


def test_the_command_keeps_counts_replaces_and_clears(lantern_copy, listed) -> None:
    done = qpm(lantern_copy, "lantern", "V1", "--from", str(listed))
    assert done.stdout.splitlines() == ["names: lantern V1, 2 names"]
    assert "people.txt is not encrypted" in done.stderr
    assert lantern_copy.journal.names("lantern") == {"V1": NAMES}
    assert qpm(lantern_copy, "lantern", "V1").stdout.splitlines() == ["names: lantern V1, 2 names"]
    typed = qpm(lantern_copy, "lantern", "V1", "--from", "-", typed="Jo Lane\nAnn Young\n")
    assert typed.stdout.splitlines() == ["names: lantern V1, 2 names"]
    assert lantern_copy.journal.names("lantern") == {"V1": ("Jo Lane", "Ann Young")}
    cleared = qpm(lantern_copy, "lantern", "V1", "--clear")
    assert cleared.stdout.splitlines() == ["names: lantern V1, none"]
    assert lantern_copy.journal.names("lantern") == {}
    assert not [name for name in ("Quill", "Zebedee", "Lane") if name in done.output + typed.output + cleared.output]


@pytest.mark.parametrize(
    ("arguments", "content", "code"),
    [
        (("lantern", "V9", "--clear"), None, "PLAN-001"),
        (("lantern", "V1"), b"x" * 101, "PLAN-007"),
        (("lantern", "V1"), b"a\n" + b"\n".join(b"n%d" % number for number in range(1000)), "PLAN-007"),
        (("lantern", "V1"), b"Si\xe2n", "PLAN-007"),
        (("lantern", "V1"), b"Jo\x00Lane", "PLAN-007"),
    ],
)
def test_what_is_no_list_is_refused(lantern_copy, tmp_path, arguments, content, code) -> None:
    file = tmp_path / "list.txt"
    if content is not None:
        file.write_bytes(content)
        arguments = (*arguments, "--from", str(file))
    done = qpm(lantern_copy, *arguments)
    assert done.exception.code == code
    assert lantern_copy.journal.names("lantern") == {}


def test_a_list_is_in_nothing_that_leaves_the_kit_and_on_no_page(lantern_copy, templates) -> None:
    journal = lantern_copy.journal
    head = journal.head()
    journal.keep_names("lantern", "V1", NAMES)
    assert look_out_for(journal, "lantern") == tuple(sorted(NAMES))
    told: list[object] = [journal.bundle_visit("lantern", "V1", kit="1", templates=templates.digest), journal.head()]
    told += [
        list(journal.iter_entries()),
        field_histories(journal, "lantern", "visit:V1"),
    ]
    told += [getattr(qpm_widgets.evidence, name)(journal, templates, "lantern", "V1").to_csv()
             for name in qpm_widgets.evidence.__all__]  # fmt: skip
    for edition in ("provider", "lead"):
        report = open_visit_report("lantern", "V1", edition, kit=lantern_copy, templates=templates)
        told += [block._repr_mimebundle_() for section in report.sections() for block in section]
    told.append(view_desk(lantern_copy, templates))
    for sheet in (InterviewSheet("lantern", "A1"), FindingsSheet("lantern", "V1"), PlanSheet("lantern", "V1")):
        sheet.kit = lantern_copy
        told += [opened := sheet.answer({"kind": "open"}), sheet.get_state()]
        assert opened["kind"] == "opened"
    everything = "".join(map(repr, told))
    assert not [name for name in ("Quillfeather", "Zebedee") if name in everything]
    assert journal.head() == head
    assert not [
        file for file in lantern_copy.home.rglob("*") if file.is_file() and b"Quillfeather" in file.read_bytes()
    ]


def test_the_planning_page_shows_the_list_to_whoever_changes_it(lantern_copy) -> None:
    sheet = PlanSheet("lantern", "V1")
    sheet.kit = lantern_copy

    def ask(name: str, **arguments: object) -> dict:
        return sheet.answer({"kind": "do", "name": name, "arguments": arguments, "request_id": "r1"})

    kept = ask("keep_names", names="\n".join(NAMES))["result"]
    assert kept["situation"]["names"] == 2
    assert kept["recorded_at"] > 0
    assert ask("list_names")["result"]["names"].splitlines() == list(NAMES)
    refused = ask("keep_names", names="x" * 101)
    assert (refused["kind"], refused["code"]) == ("failed", "PLAN-007")
    assert "xxx" not in json.dumps(refused)
    assert ask("keep_names", names=" \n")["result"]["situation"]["names"] == 0


def test_names_are_read_a_line_each() -> None:
    assert read_names("\n A  B \r\nC\n\tA B", "x") == ("A B", "C")
