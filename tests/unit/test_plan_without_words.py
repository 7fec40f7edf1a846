"""A visit to somebody who does not use words is planned as with a person: what they need, and who agrees."""

from __future__ import annotations

import pytest
from test_plan_sheet import ask, meeting, open_plan

from qpm_widgets.capture.desk_sheet import DeskSheet
from qpm_widgets.capture.interview_sheet import InterviewSheet
from qpm_widgets.capture.plan_files import read_plan_files
from qpm_widgets.journal import Kit, new_entry_id
from qpm_widgets.journal.payloads import ObservationPlan
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports.itinerary import compose_itinerary, read_itinerary
from qpm_widgets.templates import load_templates
from qpm_widgets.visits import load_observation

OLD = {
    "visit": "V1", "guide": "person_without_words", "team": None, "area": None, "site": "S1", "nation": "wales",
    "planned_at": "2026-10-14T15:00:00+01:00", "minutes": 30, "assessor": "AS1",
}  # fmt: skip
NEEDED = {
    "language": "cy", "easy_read": True, "supporter": True, "interpreter": True, "access_needs": "Quiet",
    "no_objection": "care_worker",
}  # fmt: skip
PHONE = "07700 900 321"


def plan_visit_to_a_person(kit: Kit, **changes: object) -> dict:
    form = {**OLD, "day": "2026-10-14", "time": "15:00", "nation": "england", "explore": [], **NEEDED, **changes}
    form = {key: value for key, value in form.items() if key not in ("visit", "planned_at")}
    facts = {"meeting_kind": "observation", "id": "", "entry_id": new_entry_id(), "supersedes": [], "asked": []}
    return ask(open_plan(kit), "plan_meeting", form=form, **facts)["result"]


def test_a_plan_of_before_reads_as_before_and_says_what_it_always_said() -> None:
    plan = ObservationPlan.model_validate(OLD)
    assert plan.model_dump(mode="json") == OLD
    assert (plan.language, plan.supporter, plan.no_objection) == ("en", False, "")


def test_what_the_person_needs_and_who_agrees_is_planned_and_stands_on_every_page(lantern_copy, templates) -> None:
    told = plan_visit_to_a_person(lantern_copy)
    plan = load_observation(lantern_copy.journal, "lantern", told["id"]).plan
    assert {key: getattr(plan, key) for key in NEEDED} == NEEDED
    shown = meeting(told["situation"], told["id"])
    assert {key: shown[key] for key in NEEDED} == NEEDED
    earlier = meeting(told["situation"], "O1")
    assert (earlier["language"], earlier["no_objection"]) == ("en", ""), "its parts can be told apart in the versions"

    sheet = InterviewSheet("lantern", observation_id=told["id"])
    sheet.kit = lantern_copy
    view = sheet.answer({"kind": "open"})["view"]["plan"]
    assert (view["language"], view["easy_read"], view["access_needs"]) == ("cy", True, "Quiet")
    assert view["flags"] == ["familiar", "interpreter"]

    desk = DeskSheet()
    desk.kit = lantern_copy
    visits = desk.answer({"kind": "open"})["view"]["situation"]["assessments"][0]["visits"]
    (flags,) = [one["flags"] for one in visits[0]["meetings"] if one["id"] == told["id"]]
    assert flags == ["easy_read", "welsh", "familiar", "interpreter"]

    document = compose_itinerary(templates, read_itinerary(lantern_copy.journal, "lantern", "V1"))
    rows = [row for block in document.blocks for row in getattr(block, "rows", ()) if f"{told['id']}," in row[1]]
    arranged = "in Welsh, Easy Read, interpreter, somebody who knows the person, access needs: see the page"
    assert rows[0][-1] == arranged


@pytest.mark.parametrize("guide", ["person_without_words", "observation"])
def test_that_nobody_was_asked_yet_is_said_of_a_person_alone(lantern_copy, templates, guide) -> None:
    nothing = {"language": "en", "easy_read": False, "supporter": False, "interpreter": False}
    told = plan_visit_to_a_person(lantern_copy, guide=guide, access_needs="", no_objection="", **nothing)
    sheet = InterviewSheet("lantern", observation_id=told["id"])
    sheet.kit = lantern_copy
    with_person = guide == "person_without_words"
    assert sheet.answer({"kind": "open"})["view"]["plan"]["flags"] == (["unasked"] if with_person else [])
    document = compose_itinerary(templates, read_itinerary(lantern_copy.journal, "lantern", "V1"))
    (row,) = [row for block in document.blocks for row in getattr(block, "rows", ()) if f"{told['id']}," in row[1]]
    assert row[-1] == ("nobody who knows the person asked yet" if with_person else "")


def test_a_number_in_what_they_need_is_asked_about(lantern_copy) -> None:
    held = plan_visit_to_a_person(lantern_copy, access_needs=f"Ring {PHONE} before")
    assert [(one["kind"], one["key"]) for one in held["held"]] == [("phone", "access_needs")]


def test_a_plan_file_says_it_too(tmp_path) -> None:
    (tmp_path / "visit.yaml").write_text(
        "visit_id: V1\n"
        "plan: {title: T, starts: 2026-10-14, ends: 2026-10-14, sites: [{id: S1, name: Office}], assessors: [AS1],"
        " lead: AS1}\n"
        "observations:\n"
        "  O1: {visit: V1, guide: person_without_words, site: S1, nation: wales, minutes: 30, assessor: AS1,\n"
        "    planned_at: 2026-10-14T15:00:00+01:00, language: cy, supporter: true, no_objection: family}\n"
    )
    read = read_plan_files(tmp_path, load_templates())
    plan = read.visits[0].observations["O1"]
    assert (plan.language, plan.supporter, plan.no_objection) == ("cy", True, "family")


def test_what_the_person_needs_is_erased_with_the_visit(lantern_copy) -> None:
    told = plan_visit_to_a_person(lantern_copy)
    lantern_copy.journal.erase(Withdrawal("lantern", told["id"], kind="observation"))
    plan = load_observation(lantern_copy.journal, "lantern", told["id"]).plan
    assert (plan.access_needs, plan.language, plan.no_objection) == ("", "cy", "care_worker")
    recorded = lantern_copy.journal.iter_entries("lantern", subject=f"observation:{told['id']}")
    assert not [one for one in recorded if NEEDED["access_needs"] in str(one.payload)]
