"""Assessments, visits and interviews as the journal has them."""

from __future__ import annotations

import json
import shutil

import nbformat
import pytest

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit
from qpm_widgets.visits import (
    create_assessment,
    find_typed,
    iter_interviews,
    iter_observations,
    iter_visits,
    load_interview,
    load_profile,
    plan_visit,
    prepare_working_notebooks,
    repair_notebooks,
)

PROFILE = {
    "provider": "Test Advocacy",
    "edition": "qpm_4",
    "band": 1,
    "jurisdictions": ["england"],
    "advocacy_roles": ["imca"],
    "areas": [{"id": "hills", "name": "the hills"}],
    "managers": [{"id": "MG1", "name": "the hill team"}],
    "teams": [{"id": "north", "name": "north", "area": "hills", "manager": "MG1"}],
    "advocates": [{"id": "AD1", "team": "north", "manager": "MG1"}],
    "assessors": [{"id": "AS1", "name": "first assessor"}],
}
VISIT = {
    "title": "First visit",
    "starts": "2026-05-04",
    "ends": "2026-05-04",
    "sites": [],
    "assessors": ["AS1"],
    "lead": "AS1",
}


def interview_plan(*respondents: str, hour: int = 10, role: str = "advocate") -> dict[str, object]:
    return {
        "visit": "V1", "guide": role, "role": role, "respondents": list(respondents), "team": "north",
        "nation": "england", "planned_at": f"2026-05-04T{hour:02}:00:00+01:00", "minutes": 60,
        "assessor": "AS1",
    }  # fmt: skip


@pytest.fixture
def journal(kit):
    create_assessment(kit.journal, "test", PROFILE)
    plan_visit(kit.journal, "test", "V1", VISIT)
    return kit.journal


def add(journal, subject, field, payload, supersedes=()):
    return journal.append(Edit("test", subject, field, payload, supersedes=supersedes)).entry_id


def test_an_unknown_assessment_names_those_there_are(journal):
    with pytest.raises(QpmError, match=r"PLAN-003.*Assessments in this kit: test\."):
        load_profile(journal, "tset")


def test_a_profile_that_does_not_hang_together_is_refused_with_every_loose_end(kit):
    loose = {**PROFILE, "areas": [], "managers": []}
    with pytest.raises(QpmError) as refused:
        create_assessment(kit.journal, "test", loose)
    assert refused.value.code == "PLAN-002"
    assert "team north: area hills; team north: manager MG1; advocate AD1: manager MG1" in refused.value.remedy
    assert kit.journal.assessment_ids() == []


def test_a_visit_wants_assessors_of_the_assessment(journal):
    with pytest.raises(QpmError, match=r"PLAN-002.*AS9"):
        plan_visit(journal, "test", "V2", {**VISIT, "assessors": ["AS9"]})


def test_correcting_a_plan_leaves_one_current_plan(journal):
    plan_visit(journal, "test", "V1", {**VISIT, "title": "Corrected"})
    assert [visit.plan.title for visit in iter_visits(journal, "test")] == ["Corrected"]
    assert journal.conflicts("test") == []


def test_interviews_come_in_the_order_of_the_day(journal):
    add(journal, "interview:A2", "plan", interview_plan("AD2", hour=9))
    add(journal, "interview:A1", "plan", interview_plan("AD1", hour=11))
    add(journal, "interview:A1", "state", {"state": "open"})
    assert [(one.id, one.state) for one in iter_interviews(journal, "test", "V1")] == [
        ("A2", "planned"),
        ("A1", "open"),
    ]
    assert iter_interviews(journal, "test", "V9") == []
    assert iter_observations(journal, "test") == []


def test_consents_are_read_as_they_stand_now(journal):
    add(journal, "interview:P1", "plan", interview_plan("PS1", role="person_supported"))
    assert not load_interview(journal, "test", "P1").notes_allowed
    given = {"decision": "given", "how": "spoken"}
    add(journal, "interview:P1", "consent:notes.PS1", given)
    quotes = add(journal, "interview:P1", "consent:quotes.PS1", given)
    assert load_interview(journal, "test", "P1").quotes_allowed("PS1")
    add(
        journal,
        "interview:P1",
        "consent:quotes.PS1",
        {**given, "decision": "withdrawn"},
        supersedes=(quotes,),
    )
    withdrawn = load_interview(journal, "test", "P1")
    assert withdrawn.notes_allowed
    assert not withdrawn.quotes_allowed("PS1")


def test_who_was_never_asked_keeps_a_group_out_of_every_report_until_noted_as_not_there(journal):
    add(journal, "interview:P1", "plan", interview_plan("PS1", "PS2", role="person_supported"))
    given = {"decision": "given", "how": "spoken"}
    for scope in ("talk", "notes", "quotes"):
        add(journal, "interview:P1", f"consent:{scope}.PS1", given)
    assert not load_interview(journal, "test", "P1").quotes_allowed("PS1")
    add(journal, "interview:P1", "consent:talk.PS2", {**given, "decision": "not_applicable"})
    met = load_interview(journal, "test", "P1")
    assert (met.quotes_allowed("PS1"), met.taking_part) == (True, ("PS1",))


def test_of_two_conflicting_consents_the_stricter_counts(journal):
    add(journal, "interview:P1", "plan", interview_plan("PS1", role="person_supported"))
    for decision in ("given", "declined", "given"):
        add(journal, "interview:P1", "consent:notes.PS1", {"decision": decision, "how": "spoken"})
    assert not load_interview(journal, "test", "P1").notes_allowed


def test_a_working_notebook_holds_ids_and_nothing_else(kit, journal):
    add(journal, "interview:A1", "plan", interview_plan("AD1"))
    add(journal, "interview:A2", "plan", interview_plan("AD2"))
    add(journal, "interview:A2", "state", {"state": "cancelled"})
    paths = prepare_working_notebooks(kit, "test", "V1")
    assert [path.relative_to(kit.notebooks).as_posix() for path in paths] == [
        "test/V1/plan.ipynb", "test/V1/debrief.ipynb", "test/V1/A1.ipynb",
    ]  # fmt: skip
    notebook = nbformat.read(paths[-1], as_version=4)
    injected = next(cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", []))
    assert 'assessment_id = "test"' in injected.source
    assert 'interview_id = "A1"' in injected.source
    assert "papermill" not in notebook.metadata
    assert not [cell for cell in notebook.cells if cell.get("outputs")]


def test_a_deleted_working_notebook_is_made_again_the_same(kit, journal):
    add(journal, "interview:A1", "plan", interview_plan("AD1"))
    path = prepare_working_notebooks(kit, "test", "V1")[-1]
    before = nbformat.read(path, as_version=4)
    path.unlink()
    prepare_working_notebooks(kit, "test", "V1")
    after = nbformat.read(path, as_version=4)
    assert [cell.source for cell in after.cells] == [cell.source for cell in before.cells]
    assert not list(path.parent.glob(".*"))


def test_repair_makes_again_what_was_deleted_renamed_or_edited_and_leaves_the_rest_alone(kit, journal):
    for number in range(1, 6):
        add(journal, f"interview:A{number}", "plan", interview_plan(f"AD{number}"))
    prepare_working_notebooks(kit, "test", "V1")
    folder = kit.notebooks / "test" / "V1"

    def sources() -> dict[str, list[str]]:
        return {path.name: [cell.source for cell in nbformat.read(path, 4).cells] for path in folder.iterdir()}

    sound = sources()
    head = [entry.entry_id for entry in journal.iter_entries()]
    (folder / "A1.ipynb").unlink()
    (folder / "A2.ipynb").rename(folder / "A2 of Tuesday.ipynb")
    edited = nbformat.read(folder / "A3.ipynb", as_version=4)
    edited.cells.append(nbformat.v4.new_code_cell("print('the canary sang at noon')"))
    nbformat.write(edited, folder / "A3.ipynb")
    (folder / "A4.ipynb").write_text('{"cells": 7', encoding="utf-8")
    # Saved by JupyterLab, which writes in a way of its own: no change.
    saved = json.loads((folder / "A5.ipynb").read_text())
    saved["metadata"]["language_info"] = {"name": "python", "version": "3.11"}
    (folder / "A5.ipynb").write_text(json.dumps(saved))
    as_saved = (folder / "A5.ipynb").read_bytes()
    shutil.copyfile(folder / "plan.ipynb", folder / "plan-Copy1.ipynb")

    # Only what somebody typed into a page of the kit is told of, and how much, not what.
    emptied = nbformat.read(folder / "plan.ipynb", as_version=4)
    emptied.cells = [*emptied.cells[:1], nbformat.v4.new_markdown_cell(" \n")]
    nbformat.write(emptied, folder / "plan.ipynb")
    assert find_typed(kit) == {"test/V1/A3.ipynb": 1, "test/V1/A4.ipynb": None}
    shutil.copyfile(folder / "plan-Copy1.ipynb", folder / "plan.ipynb")

    missing = repair_notebooks(kit, only_missing=True)
    assert (missing.made, missing.replaced) == (("test/V1/A1.ipynb", "test/V1/A2.ipynb"), ())
    (folder / "A1.ipynb").unlink()
    found = repair_notebooks(kit)
    assert found.made == ("test/V1/A1.ipynb",)
    assert found.replaced == ("test/V1/A3.ipynb", "test/V1/A4.ipynb")
    assert find_typed(kit) == {}
    assert found.strangers == ("test/V1/A2 of Tuesday.ipynb", "test/V1/plan-Copy1.ipynb")
    assert (folder / "A5.ipynb").read_bytes() == as_saved
    assert sources() == sound | {"A2 of Tuesday.ipynb": sound["A2.ipynb"], "plan-Copy1.ipynb": sound["plan.ipynb"]}
    assert not [path for path in folder.iterdir() if b"canary" in path.read_bytes()]
    assert [entry.entry_id for entry in journal.iter_entries()] == head
    assert (repair_notebooks(kit).made, repair_notebooks(kit).replaced) == ((), ())
