"""Which questions a plan calls for: group or single, instructed or not, what the desktop evidence asks to explore."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from evidence_journals import ASSESSMENT, SmallJournal

from qpm_widgets.capture import InterviewSheet
from qpm_widgets.capture.plan_files import read_plan_files
from qpm_widgets.capture.plan_forms import meeting_payload
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.payloads import InterviewPlan
from qpm_widgets.templates import check_templates
from qpm_widgets.templates.reading import TEMPLATES_FOLDER
from qpm_widgets.templates.records import Question, Text, Wording
from qpm_widgets.visits import is_called_for, load_interview, load_profile, load_visit


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    return SmallJournal(kit.journal)


def question(**when: object) -> Question:
    return Question(id="P-CP-1", indicators=("CP1",), ask=Wording(plain=Text(en="What?")), **when)


def planned(small: SmallJournal, *respondents: str, **plan: object) -> InterviewPlan:
    small.interview("P1", *respondents, **plan)
    return load_interview(small.journal, ASSESSMENT, "P1").plan


@pytest.mark.parametrize(("when", "plan", "asked"), [
    ({"setting": "group"}, {}, False), ({"setting": "group"}, {"respondents": ["a", "b"]}, True),
    ({"setting": "single"}, {}, True), ({"setting": "single"}, {"respondents": ["a", "b"]}, False),
    ({"instructed": "non_instructed"}, {}, True),
    ({"instructed": "non_instructed"}, {"instructed": "instructed"}, False),
    ({"instructed": "instructed"}, {"instructed": "instructed"}, True),
    ({"only_if_explored": True}, {}, False), ({"only_if_explored": True}, {"explore": ["CP2"]}, False),
    ({"only_if_explored": True}, {"explore": ["CP2", "CP1"]}, True),
    ({"only_if_explored": True, "setting": "group"}, {"explore": ["CP1"]}, False),
])  # fmt: skip
def test_a_question_is_asked_where_all_it_says_fits(small, when, plan, asked) -> None:
    assert is_called_for(question(**when), planned(small, **plan)) is asked


def test_a_plan_without_any_of_it_says_what_it_always_said(small) -> None:
    planned(small)
    payload = small.journal.current_entry(ASSESSMENT, "interview:P1", "plan").payload
    assert {"explore", "instructed"} & payload.keys() == set()


def test_what_is_to_be_explored_is_marked_and_an_answer_stays_whatever_the_plan_says(kit, small, templates) -> None:
    sheet = InterviewSheet(ASSESSMENT, "M1")
    sheet.kit, sheet.templates = kit, templates

    def shown() -> dict[str, dict]:
        return {one["id"]: one for section in sheet.view()["guide"]["sections"] for one in section["questions"]}

    small.interview("M1", explore=["SA3"])
    assert shown()["M-SA-8"]["explored"]
    assert "explored" not in shown()["M-CP-1"]
    assert not {"only_if_explored", "setting", "instructed"} & {key for one in shown().values() for key in one}
    small.note("M1", "M-SA-8", "Twice a month now.")
    small.note("M1", "M-PL-2", "By the file.")
    small.interview("M1", instructed="instructed")
    assert {"M-SA-8", "M-PL-2"} <= shown().keys()
    small.note("M1", "M-PL-2", "")
    assert "M-PL-2" in shown(), "a note that was emptied is still there to be read in its history"


def test_the_guides_ask_a_group_and_about_non_instructed_work_only_where_that_fits(kit, small, templates) -> None:
    def ids(name: str, *respondents: str, **plan: object) -> set[str]:
        small.interview(name, *respondents, **plan)
        sheet = InterviewSheet(ASSESSMENT, name)
        sheet.kit, sheet.templates = kit, templates
        return {one["id"] for section in sheet.view()["guide"]["sections"] for one in section["questions"]}

    one, group = ids("A1"), ids("A2", "adv1", "adv2")
    assert group - one == {"A-OPN-2"}
    assert one - ids("A3", instructed="instructed") == {"A-PL-3"}
    assert ids("P2", "ps1", "ps2") - ids("P3") == {"P-END-3"}


def test_an_indicator_that_the_standards_do_not_have_is_refused(kit, small, templates) -> None:
    small.interview("P1")
    payload = {**small.journal.current_entry(ASSESSMENT, "interview:P1", "plan").payload, "explore": ["ZZ9"]}
    with pytest.raises(QpmError, match="CAPTURE-001"):
        record_edit(kit.journal, templates, Edit(ASSESSMENT, "interview:P9", "plan", payload))


def test_the_planning_form_and_the_plan_folder_have_it(small, templates, tmp_path) -> None:
    form = {
        "guide": "person_supported", "role": "person_supported", "respondents": ["ps1"], "nation": "england",
        "day": "2026-05-12", "time": "10:00", "minutes": 60, "assessor": "AS1", "explore": ["PL3"],
        "instructed": "non_instructed",
    }  # fmt: skip
    profile, visit = load_profile(small.journal, ASSESSMENT), load_visit(small.journal, ASSESSMENT, "V1")
    payload = meeting_payload(form, "interview", "P1", profile, visit, templates)
    assert (payload["explore"], payload["instructed"]) == (["PL3"], "non_instructed")
    folder = Path(shutil.copytree(TEMPLATES_FOLDER / "samples" / "lantern", tmp_path / "plan"))
    read = read_plan_files(folder, templates)
    assert read.faults == ()
    assert [one.explore for one in read.visits[0].plans if one.explore] == [("IN3",)]
    text = (folder / "visit.yaml").read_text(encoding="utf-8")
    (folder / "visit.yaml").write_text(text.replace("explore: [IN3]", "explore: [IN3, ZZ9]"), encoding="utf-8")
    [fault] = read_plan_files(folder, templates).faults
    assert "explores ZZ9" in str(fault)


def test_the_check_of_templates_knows_the_new_fields(tmp_path) -> None:
    folder = Path(shutil.copytree(TEMPLATES_FOLDER, tmp_path / "templates"))
    guide = folder / "interview_guides" / "advocate.yaml"
    text = guide.read_text(encoding="utf-8")
    guide.write_text(text.replace("setting: group", "only_if_explored: true", 1), encoding="utf-8")
    assert [(one.code, one.place) for one in check_templates(folder)] == [
        ("TEMPLATE-012", "sections[0].questions[1].only_if_explored (A-OPN-2)")
    ]
    guide.write_text(text.replace("setting: group", "setting: crowd", 1), encoding="utf-8")
    assert {one.code for one in check_templates(folder)} == {"TEMPLATE-005"}
