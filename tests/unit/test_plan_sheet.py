"""The planning sheet's Python end: what the page is told, what a form becomes, and what is refused."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from pdf_reading import read_text

from qpm_widgets.capture import own_process
from qpm_widgets.capture.interview_sheet import InterviewSheet
from qpm_widgets.capture.own_process import OUTPUTS_VARIABLE
from qpm_widgets.capture.plan_sheet import PlanSheet
from qpm_widgets.capture.recording import record_edit, record_edits
from qpm_widgets.evidence import coverage_table
from qpm_widgets.journal import Edit, Kit, new_entry_id
from qpm_widgets.reports.itinerary import compose_itinerary, read_itinerary
from qpm_widgets.reports.paper_form import form_of, write_form
from qpm_widgets.visits import create_assessment, load_interview, load_profile, load_visit
from qpm_widgets.visits.assessments import append_replacing


def open_plan(kit: Kit, visit_id: str = "V1") -> PlanSheet:
    sheet = PlanSheet("lantern", visit_id)
    sheet.kit = kit
    return sheet


def ask(sheet: PlanSheet, name: str, **arguments: object) -> dict:
    return sheet.answer({"kind": "do", "name": name, "arguments": arguments, "request_id": "r1"})


def manager_form(**changes: object) -> dict:
    return {
        "guide": "advocacy_manager", "role": "advocacy_manager", "respondents": ["MG3"], "team": "hospital", "area": "",
        "site": "S2", "nation": "england", "advocacy_roles": [], "day": "2026-10-14", "time": "16:30", "minutes": 60,
        "assessor": "AS1", "mode": "in_person", "language": "en", "easy_read": False, "supporter": False,
        "interpreter": False, "access_needs": "",
    } | changes  # fmt: skip


def add_interview(sheet: PlanSheet, entry_id: str | None = None, **changes: object) -> dict:
    form = manager_form(**changes)
    return ask(
        sheet,
        "plan_meeting",
        meeting_kind="interview",
        id="",
        entry_id=entry_id or new_entry_id(),
        supersedes=[],
        form=form,
    )


def rule(situation: dict, kind: str, code: str) -> dict:
    return next(one for one in situation["rules"] if (one["kind"], one["id"]) == (kind, code))


def meeting(situation: dict, meeting_id: str) -> dict:
    return next(one for one in situation["meetings"] if one["id"] == meeting_id)


def test_the_page_is_told_who_is_missing_and_who_is_planned_by_time(lantern):
    opened = open_plan(lantern).answer({"kind": "open"})
    assert opened["kind"] == "opened", opened
    situation = opened["view"]["situation"]
    missing = [(one["kind"], one["id"]) for one in situation["rules"] if not one["met"]]
    assert missing == [
        ("manager", "MG2"),
        ("manager", "MG3"),
        ("manager", "MG4"),
        ("senior_leaders", ""),
        ("board", ""),
    ]
    assert rule(situation, "manager", "MG2")["form"]["role"] == "advocacy_manager"
    times = [(one["day"], one["time"]) for one in situation["meetings"]]
    assert times == sorted(times)
    assert len(times) == 14
    json.dumps(opened)


def test_what_the_page_is_told_is_in_no_widget_state(lantern):
    sheet = open_plan(lantern)
    sheet.answer({"kind": "open"})
    state = json.dumps(sheet.get_state(), default=str)
    assert "MG2" not in state
    assert "Marlowshire" not in state


def test_planning_a_manager_meets_the_rule_and_is_in_the_journal(lantern_copy):
    sheet = open_plan(lantern_copy)
    done = add_interview(sheet)
    assert done["kind"] == "done", done
    result = done["result"]
    assert result["id"] == "M2"
    assert rule(result["situation"], "manager", "MG3")["met"]
    entry = lantern_copy.journal.find_entries([result["entry_id"]])[result["entry_id"]]
    assert (entry.subject, entry.field, entry.recorded_at) == ("interview:M2", "plan", result["recorded_at"])
    planned_at = load_interview(lantern_copy.journal, "lantern", "M2").plan.planned_at
    assert planned_at == datetime(2026, 10, 14, 15, 30, tzinfo=UTC), "British summer time, wherever the machine is"
    times = [(one["day"], one["time"]) for one in result["situation"]["meetings"]]
    assert times == sorted(times)
    shown = meeting(result["situation"], "M2")
    assert (shown["day"], shown["time"], shown["begun"], shown["page"]) == ("2026-10-14", "16:30", False, None)


def test_somebody_else_of_the_staff_is_planned_and_counts_as_a_source_of_their_own(lantern_copy, templates):
    sheet = open_plan(lantern_copy)
    offered = {one["id"]: one["guide"] for one in sheet.situation()["choices"]["roles"]}
    assert set(offered) == {role.id for role in templates.scheme.roles}
    staff = {"guide": "other_staff", "role": "other_staff", "respondents": ["OS1"]}
    done = add_interview(sheet, **staff)
    assert done["result"]["id"] == "S1", done
    journal, subject = lantern_copy.journal, "interview:S1"
    agreed = {"decision": "given", "how": "spoken"}
    edits = [Edit("lantern", subject, f"consent:{scope}.OS1", agreed) for scope in ("talk", "notes")]
    record_edits(journal, templates, edits)
    mark = {"bearing": "supports", "strength": "account"}
    record_edit(journal, templates, Edit("lantern", subject, "answer:S-IN-1.evidence.IN3", mark))
    table = coverage_table(journal, templates, "lantern", "V1")
    assert table.set_index("indicator").loc["IN3", "S"] == 1


def test_a_form_that_is_sent_twice_is_one_interview(lantern_copy):
    sheet, entry_id = open_plan(lantern_copy), new_entry_id()
    first, second = add_interview(sheet, entry_id), add_interview(sheet, entry_id)
    assert first["result"]["id"] == second["result"]["id"] == "M2"
    assert [one["id"] for one in second["result"]["situation"]["meetings"]].count("M2") == 1


def test_a_form_that_was_changed_after_its_answer_was_lost_is_still_one_interview(lantern_copy):
    sheet, first = open_plan(lantern_copy), new_entry_id()
    add_interview(sheet, first)
    assert add_interview(sheet, first, time="17:00")["code"] == "JOURNAL-004"
    following = {
        "meeting_kind": "interview",
        "id": "",
        "entry_id": new_entry_id(),
        "supersedes": [],
        "earlier": [first],
    }
    for _ in range(2):
        done = ask(sheet, "plan_meeting", **following, form=manager_form(time="17:00"))["result"]
        assert done["id"] == "M2"
    assert [(one["id"], one["time"]) for one in done["situation"]["meetings"] if one["id"] in ("M2", "M3")] == [
        ("M2", "17:00")
    ]
    assert not lantern_copy.journal.conflicts("lantern")


def test_changing_an_interview_replaces_its_plan(lantern_copy):
    sheet = open_plan(lantern_copy)
    situation = add_interview(sheet)["result"]["situation"]
    changed = ask(
        sheet, "plan_meeting", meeting_kind="interview", id="M2", entry_id=situation["entry_id"],
        supersedes=meeting(situation, "M2")["heads"], form=manager_form(time="17:00", language="cy"),
    )  # fmt: skip
    shown = meeting(changed["result"]["situation"], "M2")
    assert (shown["time"], shown["language"], shown["conflict"]) == ("17:00", "cy", False)
    assert not lantern_copy.journal.conflicts("lantern")


def test_a_plan_changed_on_two_machines_is_said_to_be_so(lantern_copy):
    sheet = open_plan(lantern_copy)
    situation = add_interview(sheet)["result"]["situation"]
    heads = meeting(situation, "M2")["heads"]
    for time in ("17:00", "18:00"):
        situation = ask(
            sheet, "plan_meeting", meeting_kind="interview", id="M2", entry_id=new_entry_id(), supersedes=heads,
            form=manager_form(time=time),
        )["result"]["situation"]  # fmt: skip
    assert meeting(situation, "M2")["conflict"]
    assert len(meeting(situation, "M2")["heads"]) == 2


def test_a_cancelled_interview_stays_in_the_record_and_counts_no_longer(lantern_copy):
    sheet = open_plan(lantern_copy)
    entry_id = add_interview(sheet)["result"]["situation"]["entry_id"]
    cancel = {"meeting_kind": "interview", "id": "M2", "supersedes": [], "reason": "the room is closed"}
    situation = ask(sheet, "cancel_meeting", entry_id=entry_id, **cancel)["result"]["situation"]
    assert (meeting(situation, "M2")["state"], meeting(situation, "M2")["reason"]) == (
        "cancelled",
        "the room is closed",
    )
    assert not rule(situation, "manager", "MG3")["met"]
    refused = ask(sheet, "cancel_meeting", entry_id=new_entry_id(), **cancel)
    assert (refused["kind"], refused["code"]) == ("failed", "PLAN-005")
    assert add_interview(sheet)["result"]["id"] == "M3", "an id is never used again"


@pytest.mark.parametrize("name", ["cancel_meeting", "plan_meeting"])
def test_what_has_begun_is_neither_cancelled_nor_planned_anew(lantern_copy, name):
    before = lantern_copy.journal.head()
    refused = ask(
        open_plan(lantern_copy), name, meeting_kind="interview", id="M1", entry_id=new_entry_id(), supersedes=[],
        form=manager_form(respondents=["MG1"]), reason="",
    )  # fmt: skip
    assert (refused["kind"], refused["code"]) == ("failed", "PLAN-005")
    assert lantern_copy.journal.head() == before


PLACES = (
    "The visit has no such place; choose among Hospital base, Marlowshire; Main office, Marlowshire; Wales office, "
    "Dyffryn Celyn."
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"site": "S9"}, PLACES),
        ({"nation": "northern_ireland"}, "The assessment has no such nation; choose among England; Wales."),
        ({"respondents": ["MG9"]}, "The assessment has no such manager; choose among MG1; MG2; MG3; MG4."),
    ],
)
def test_what_is_not_there_is_said_by_its_name(lantern_copy, changes, said):
    refused = ask(open_plan(lantern_copy), "plan_meeting", meeting_kind="interview", entry_id=new_entry_id(), id="",
                  form=manager_form(**changes), supersedes=[])  # fmt: skip
    assert refused["sentence"].endswith(said), refused


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"respondents": ["MG9"]}, "PLAN-002"),
        ({"team": "nowhere"}, "PLAN-002"),
        ({"site": "S9"}, "PLAN-002"),
        ({"assessor": "AS9"}, "PLAN-002"),
        ({"nation": "northern_ireland"}, "PLAN-002"),
        ({"guide": "advocate"}, "PLAN-004"),
        ({"respondents": []}, "JOURNAL-006"),
        ({"minutes": 0}, "JOURNAL-006"),
        ({"day": "tomorrow"}, "PLAN-012"),
        ({"time": ""}, "PLAN-012"),
    ],
)
def test_a_form_that_cannot_stand_is_refused_and_nothing_is_written(lantern_copy, changes, code):
    before = lantern_copy.journal.head()
    refused = add_interview(open_plan(lantern_copy), **changes)
    assert (refused["kind"], refused["code"]) == ("failed", code)
    assert refused["sentence"]
    assert lantern_copy.journal.head() == before


def test_anyone_not_in_the_profile_has_a_code_of_their_own(lantern_copy):
    done = add_interview(
        open_plan(lantern_copy), guide="person_supported", role="person_supported", respondents=["PS9"], easy_read=True
    )
    assert done["result"]["id"] == "P5"
    assert load_interview(lantern_copy.journal, "lantern", "P5").plan.respondents == ("PS9",)


def test_an_observation_is_planned_with_the_same_form(lantern_copy):
    form = {key: manager_form()[key] for key in ("team", "area", "site", "nation", "day", "time", "assessor")}
    done = ask(
        open_plan(lantern_copy), "plan_meeting", meeting_kind="observation", id="", entry_id=new_entry_id(),
        supersedes=[], form={**form, "guide": "observation", "minutes": 30},
    )  # fmt: skip
    assert done["result"]["id"] == "O3"
    assert meeting(done["result"]["situation"], "O3")["kind"] == "observation"


def test_a_new_visit_is_set_up_on_its_own_page(lantern_copy):
    sheet = open_plan(lantern_copy, "V2")
    assert sheet.answer({"kind": "open"})["view"]["situation"]["visit"] is None
    early = add_interview(sheet)
    assert (early["kind"], early["code"]) == ("failed", "PLAN-001")
    form = {
        "title": "Second visit", "starts": "2026-11-03", "ends": "2026-11-03", "sites": ["North office", "", "Hall "],
        "known_sites": [], "assessors": ["AS2"], "lead": "AS2",
    }  # fmt: skip
    situation = ask(sheet, "plan_visit", form=form)["result"]["situation"]
    assert [site["name"] for site in situation["visit"]["sites"]] == ["North office", "Hall"]
    # Whom the first visit has met need not be met again, and is told with the interview where they are planned.
    assert rule(situation, "manager", "MG1")["met"]
    assert situation["elsewhere"]["MG1"] == "M1"
    assert situation["meetings"] == []
    added = add_interview(sheet, day="2026-11-03", site=situation["visit"]["sites"][0]["id"])
    assert [one["id"] for one in added["result"]["situation"]["meetings"]] == ["M2"]


def with_places(kit: Kit, *names: str) -> dict:
    """What the visit's form sends with these places and nothing else changed."""
    plan = load_visit(kit.journal, "lantern", "V1").plan.model_dump(mode="json")
    return plan | {"sites": list(names), "known_sites": plan["sites"], "safeguarding": ringing(plan)}


def ringing(plan: dict) -> list[str]:
    """Whom to ring as the form has it: one on a line."""
    return [f"{one['who']}, {one['number']}" for one in plan["safeguarding"]]


def test_a_place_that_is_called_otherwise_keeps_its_code_once_it_is_said_to_be_the_same(lantern_copy):
    sheet = open_plan(lantern_copy)
    before = load_visit(lantern_copy.journal, "lantern", "V1").plan
    form = with_places(lantern_copy, "Head office, Marlowshire", *[site.name for site in before.sites[1:]], "Town hall")
    head = lantern_copy.journal.head()
    (renamed,) = ask(sheet, "plan_visit", form=form)["result"]["renamed"]
    assert (renamed["before"], renamed["after"]) == (before.sites[0].name, "Head office, Marlowshire")
    assert "M1" in renamed["ids"]
    assert lantern_copy.journal.head() == head, "its meetings would move without a word"
    after = ask(sheet, "plan_visit", form=form, same_places=True)["result"]["situation"]["visit"]
    assert [site["id"] for site in after["sites"][:3]] == [site.id for site in before.sites]
    assert after["sites"][3]["id"] not in {site.id for site in before.sites}


def test_a_place_that_meetings_are_planned_at_stays_until_they_are_somewhere_else(lantern_copy):
    sheet = open_plan(lantern_copy)
    plan = load_visit(lantern_copy.journal, "lantern", "V1").plan
    office, *others = [site.name for site in plan.sites]
    refused = ask(sheet, "plan_visit", form=with_places(lantern_copy, *others))
    assert refused["code"] == "PLAN-002", refused
    assert f"Keep {office}, where M1, " in refused["sentence"]
    # A place that nobody is planned at comes, is called otherwise and goes without a question.
    for more in (["Town hall"], ["City hall"], []):
        done = ask(sheet, "plan_visit", form=with_places(lantern_copy, office, *others, *more))
        assert [site["name"] for site in done["result"]["situation"]["visit"]["sites"]] == [office, *others, *more]
    # What was cancelled needs no place.
    there = [one for one in done["result"]["situation"]["meetings"] if one["site"] == plan.sites[0].id]
    for one in there:
        state = {"state": "cancelled", "reason": "", "kept": []}
        lantern_copy.journal.append(
            Edit("lantern", f"{one['kind']}:{one['id']}", "state", state, tuple(one["state_heads"]))
        )
    assert ask(sheet, "plan_visit", form=with_places(lantern_copy, *others))["kind"] == "done"


def test_a_team_that_the_desk_added_is_on_the_plan_page_that_is_open(lantern_copy):
    sheet = open_plan(lantern_copy)
    sheet.answer({"kind": "open"})
    profile = load_profile(lantern_copy.journal, "lantern").model_dump(mode="json")
    team = profile["teams"][0] | {"id": "harbour", "name": "Harbour"}
    create_assessment(lantern_copy.journal, "lantern", profile | {"teams": [*profile["teams"], team]})
    choices = ask(sheet, "look")["result"]["situation"]["choices"]
    assert "Harbour" in [one["name"] for one in choices["teams"]]


def test_whom_to_ring_about_harm_is_in_the_plan_on_the_meetings_pages_and_on_paper(lantern_copy, templates):
    sheet = open_plan(lantern_copy)
    before = lantern_copy.journal.current_entry("lantern", "visit:V1", "plan").payload
    form = with_places(lantern_copy, *[site["name"] for site in before["sites"]])
    assert ask(sheet, "plan_visit", form=form | {"safeguarding": ["", " "]})["kind"] == "done"
    left = {name: value for name, value in before.items() if name != "safeguarding"}
    assert lantern_copy.journal.current_entry("lantern", "visit:V1", "plan").payload == left, "left out where empty"
    for wrong in ("01632 960111", "The council's team", "The council's team, later", "The council's team, 0x1"):
        assert ask(sheet, "plan_visit", form=form | {"safeguarding": [wrong]})["code"] in ("PLAN-012", "JOURNAL-006")
    lines = ["The council's adults team, days, 01632 960111", "  Scheme's lead,(+44) 1632 960-112 "]
    done = ask(sheet, "plan_visit", form=form | {"safeguarding": lines})["result"]["situation"]
    ring = [
        {"who": "The council's adults team, days", "number": "01632 960111"},
        {"who": "Scheme's lead", "number": "(+44) 1632 960-112"},
    ]
    assert done["visit"]["safeguarding"] == ring
    assert ask(sheet, "keep_session", form=None)["result"]["situation"]["visit"]["safeguarding"] == ring
    for page in (InterviewSheet("lantern", "P1"), InterviewSheet("lantern", observation_id="O1")):
        page.kit = lantern_copy
        assert page.view()["plan"]["visit"]["safeguarding"] == ring
    itinerary = compose_itinerary(templates, read_itinerary(lantern_copy.journal, "lantern", "V1"))
    assert "The council's adults team, days: 01632 960111" in str(itinerary.title)
    held = load_interview(lantern_copy.journal, "lantern", "P1")
    paper = write_form(templates, form_of(templates, held, "plain", load_visit(lantern_copy.journal, "lantern", "V1")))
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert "The council's adults team, days: 01632 960111" in read_text(pdf)


def test_where_a_language_is_to_be_offered_the_plan_and_the_interview_say_so(lantern_copy):
    choices = ask(open_plan(lantern_copy), "look")["result"]["situation"]["choices"]
    assert {one["id"]: "in Welsh" in one["language_offer"] for one in choices["nations"]} == {
        "england": False,
        "wales": True,
    }
    offers = {}
    for name in ("P1", "P2"):
        page = InterviewSheet("lantern", name)
        page.kit = lantern_copy
        offers[name] = "in Welsh" in page.view()["plan"]["language_offer"]
    assert offers == {"P1": False, "P2": True}  # P2 is met in Wales


def test_a_visit_cannot_end_before_it_starts_nor_be_led_by_a_stranger(lantern_copy):
    sheet = open_plan(lantern_copy)
    plan = load_visit(lantern_copy.journal, "lantern", "V1").plan.model_dump(mode="json")
    form = plan | {"sites": ["Main office"], "known_sites": [], "safeguarding": ringing(plan)}
    assert ask(sheet, "plan_visit", form=form | {"ends": "2026-10-01"})["code"] == "PLAN-012"
    assert ask(sheet, "plan_visit", form=form | {"lead": "AS9"})["code"] == "PLAN-002"


def test_prepared_pages_are_linked(lantern_copy):
    sheet = open_plan(lantern_copy)
    add_interview(sheet)
    situation = ask(sheet, "prepare")["result"]["situation"]
    assert meeting(situation, "M2")["page"] == {
        "path": "lantern/V1/M2.ipynb",
        "address": "/doc/tree/lantern/V1/M2.ipynb",
    }
    page = json.loads((lantern_copy.notebooks / "lantern" / "V1" / "M2.ipynb").read_text(encoding="utf-8"))
    assert "MG3" not in json.dumps(page)
    assert all(
        Path(lantern_copy.notebooks, "lantern", "V1", f"{one['id']}.ipynb").exists() for one in situation["meetings"]
    )


def test_papers_are_written_in_a_process_of_their_own(lantern, tmp_path, monkeypatch):
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(tmp_path))
    sheet = open_plan(lantern)
    files = ask(sheet, "write_papers")["result"]["files"]
    assert [Path(file).name for file in files] == ["itinerary.pdf", "itinerary.docx", "itinerary.ics"]
    wanted = {"invited": "P2", "language": "", "reading": "easy_read", "contact": " y swyddfa "}
    files = ask(sheet, "write_papers", **wanted)["result"]["files"]
    assert [Path(file).name for file in files] == [f"invitation-P2-cy-easy-read.{kind}" for kind in ("pdf", "docx")]
    assert all(Path(file).is_relative_to(tmp_path) and Path(file).exists() for file in files)
    for meeting, name in (("interview:P2", "form-P2-cy-plain"), ("observation:O1", "form-O1-en-plain")):
        files = ask(sheet, "write_papers", meeting=meeting, language="", reading="")["result"]["files"]
        assert [Path(file).name for file in files] == [f"{name}.pdf"]


def test_papers_that_cannot_be_written_are_told_in_a_sentence(lantern, tmp_path, monkeypatch):
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(tmp_path / "file"))
    (tmp_path / "file").write_text("in the way")
    sheet = open_plan(lantern)
    assert ask(sheet, "write_papers")["code"] == "REPORT-006"
    assert ask(sheet, "write_papers", invited="P99")["code"] == "PLAN-001"
    monkeypatch.setattr(own_process, "PAPERS", "qpm_widgets.nothing")
    assert ask(sheet, "write_papers")["code"] == "CAPTURE-004"


def test_an_assessment_that_is_not_there_is_told_in_a_sentence(kit):
    failed = open_plan(kit).answer({"kind": "open"})
    assert (failed["kind"], failed["code"]) == ("failed", "PLAN-003")


def test_a_state_recorded_by_the_interview_page_shows_as_begun(lantern_copy):
    sheet = open_plan(lantern_copy)
    add_interview(sheet)
    lantern_copy.journal.append(
        Edit("lantern", "interview:M2", "consent:talk.MG3", {"decision": "given", "how": "spoken"})
    )
    assert meeting(ask(sheet, "look")["result"]["situation"], "M2")["begun"]


def chief(**changes: object) -> dict:
    return {
        "guide": "other_staff",
        "role": "other_staff",
        "respondents": ["OS1"],
        "team": "",
        "counts_as": "senior_leader",
    } | changes


def test_senior_leaders_and_the_board_are_counted_as_soon_as_a_plan_says_who_is_one(lantern_copy):
    sheet = open_plan(lantern_copy)
    before = sheet.situation()
    assert [rule(before, kind, "")["known"] for kind in ("senior_leaders", "board")] == [True, True]
    assert rule(before, "senior_leaders", "")["form"]["counts_as"] == "senior_leader"
    after = add_interview(sheet, **chief())["result"]["situation"]
    assert rule(after, "senior_leaders", "")["met"]
    assert meeting(after, "S1")["counts_as"] == "senior_leader"
    assert not rule(after, "board", "")["met"]
    family = {"guide": "family_carer", "role": "family_carer", "respondents": ["FC1"], "team": "", "counts_as": "board"}
    assert rule(add_interview(sheet, **family)["result"]["situation"], "board", "")["met"]


def test_an_older_kit_opens_and_says_that_it_is_not_known_who_is_a_senior_leader(lantern_copy):
    journal = lantern_copy.journal
    profile = load_profile(journal, "lantern").model_dump(mode="json")
    older = {key: value for key, value in profile.items() if key not in ("senior_leaders", "involvement_board")}
    create_assessment(journal, "lantern", older)
    sheet = open_plan(lantern_copy)
    rules = {one["kind"]: one for one in sheet.situation()["rules"]}
    assert [(rules[kind]["known"], rules[kind]["need"]) for kind in ("senior_leaders", "board")] == [(False, None)] * 2
    # Its plans say nothing either, and that of what has begun cannot be changed any more.
    plan = load_interview(journal, "lantern", "T1").plan.model_dump(mode="json") | {"counts_as": ""}
    append_replacing(journal, "lantern", "interview:T1", "plan", plan)
    create_assessment(journal, "lantern", profile)
    rules = {one["kind"]: one for one in sheet.situation()["rules"]}
    assert [(rules[kind]["known"], rules[kind]["unsaid"]) for kind in ("senior_leaders", "board")] == [
        (False, ["T1"])
    ] * 2


def test_a_provider_without_a_board_is_not_asked_for_one(lantern_copy):
    journal = lantern_copy.journal
    profile = load_profile(journal, "lantern").model_dump(mode="json") | {"involvement_board": False}
    create_assessment(journal, "lantern", profile)
    situation = open_plan(lantern_copy).situation()
    assert "board" not in {one["kind"] for one in situation["rules"]}
    assert list(situation["choices"]["sampling"]["counts_as"]) == ["senior_leader"]
