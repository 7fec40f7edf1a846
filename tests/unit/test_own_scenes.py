"""What an assessor looks at beyond an observation's guide, kept as their own; and which policy a scene is about."""

from __future__ import annotations

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture import InterviewSheet
from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.capture.visit_evidence import read_visit_evidence
from qpm_widgets.errors import QpmError
from qpm_widgets.evidence import answers_table, coverage_table, left_out_table
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.reports.blocks import Table
from qpm_widgets.reports.visit_report import open_visit_report

OWN = "own-1"
NAME = "The lift, and who has its key"


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    journal = SmallJournal(kit.journal)
    journal.observation("O1", guide="observation")
    journal.observation("O2", guide="document_check")
    return journal


def write(small: SmallJournal, templates, part: str, subject: str = "observation:O1", **payload: object) -> None:
    record_edit(small.journal, templates, Edit(ASSESSMENT, subject, f"answer:{part}", payload))


def a_scene(small: SmallJournal, templates) -> None:
    write(small, templates, f"{OWN}.question", text=NAME, standard="")
    write(small, templates, f"{OWN}.description", text="The key hangs at the council's desk.")
    write(small, templates, f"{OWN}.possible_meaning", text="Who comes to see their advocate is seen.")
    write(small, templates, f"{OWN}.evidence.IN6", bearing="contradicts", strength=None)
    write(small, templates, "line-1.note", text="It is out of order.", filed_to=OWN)


@pytest.mark.parametrize("part", ["description", "who_agrees", "note"])
def test_a_scene_of_ones_own_has_a_name_and_the_parts_of_a_scene(small, templates, part) -> None:
    write(small, templates, f"{OWN}.question", text=NAME)
    write(small, templates, f"{OWN}.{part}", text="words")
    write(small, templates, f"{OWN}.missing", reason="not_suitable")
    with pytest.raises(QpmError, match="CAPTURE-001"):
        write(small, templates, f"{OWN}.formal", text="a part of another guide")
    with pytest.raises(QpmError, match="CAPTURE-001"):
        write(small, templates, f"{OWN}.question", text=NAME, standard="kindness")
    with pytest.raises(QpmError, match="CAPTURE-001"):
        write(small, templates, f"{OWN}.quote.1", text="nobody is quoted", grade="verbatim", respondent="ps1")


def test_it_is_evidence_and_stands_in_debrief_coverage_and_report_as_the_assessors_own(small, kit, templates) -> None:
    a_scene(small, templates)
    rows = small.table(answers_table, templates)
    assert [(row.evidence_id, row.question_text, row.indicators, row.source_type) for row in rows] == [
        ("O1.own-1.description", NAME, ("IN6",), "O"), ("O1.own-1.possible_meaning", NAME, ("IN6",), "O"),
        ("O1.line-1.note", NAME, ("IN6",), "O"),
    ]  # fmt: skip
    assert next(row.O for row in small.table(coverage_table, templates) if row.indicator == "IN6") == 1
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    first = evidence.pieces[0]
    assert (first["asked"], first["part"], first["indicators"]) == (NAME, "seen", ["IN6"])
    assert evidence.sources_on("IN6") == {"O"}
    shown = {}
    for edition in ("lead", "provider"):
        report = open_visit_report(ASSESSMENT, VISIT, edition, kit=kit, templates=templates)
        shown[edition] = [block for section in report.sections() for block in section]
    assert NAME not in str(shown["provider"])
    [table] = [one for one in shown["lead"] if isinstance(one, Table) and one.caption == "Evidence from O1"]
    assert str(table.rows[0][1]).startswith(f"The assessor's own scene: {NAME}")
    left_out = {row.evidence_id: (row.kind, row.reason) for row in small.table(left_out_table, templates)}
    assert left_out["O1.own-1.question"] == ("question", "uncited_note")
    [assessment] = view_desk(kit, templates)["assessments"]
    assert assessment["visits"][0]["meetings"][0]["answered"] == 0, "the desk counts the guide's scenes"


def test_a_scene_names_one_policy_of_the_list(small, kit, templates) -> None:
    named = [one.name for one in templates.policies.policies if not one.nations]
    assert len(named) == 25
    for scene, policy in (("D-SG-1", "Safeguarding adults"), (OWN, "Safeguarding children"), ("D-CO-1", "")):
        write(small, templates, f"{scene}.policy", "observation:O2", text=policy)
    [assessment] = view_desk(kit, templates)["assessments"]
    assert [one["answered"] for one in assessment["visits"][0]["meetings"]] == [0, 0], "it describes nothing yet"
    with pytest.raises(QpmError, match="CAPTURE-001"):
        write(small, templates, "D-CO-1.policy", "observation:O2", text="Parking")
    sheet = InterviewSheet(ASSESSMENT, observation_id="O2")
    sheet.kit, sheet.templates = kit, templates
    offered = {nation: policies_of(sheet, small, nation) for nation in ("england", "wales")}
    assert offered["england"] == named
    assert offered["wales"] == [*named, "Welsh language"]
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    assert [(one["label"], one["text"]) for one in evidence.pieces] == [
        ("Policy of the list", "Safeguarding adults"), ("Policy of the list", "Safeguarding children")
    ]  # fmt: skip


def policies_of(sheet: InterviewSheet, small: SmallJournal, nation: str) -> list[str]:
    small.observation("O2", guide="document_check", nation=nation)
    return [one["label"] for one in sheet.view()["choices"]["policies"]]
