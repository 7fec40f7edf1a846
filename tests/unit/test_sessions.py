"""Sessions of a visit: what hours an assessor spends where, which meetings are in them, and what does not fit."""

from __future__ import annotations

import pytest

from qpm_widgets.capture.plan_sheet import PlanSheet
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit, new_entry_id
from qpm_widgets.reports.blocks import Heading, Paragraph, Table
from qpm_widgets.reports.itinerary import compose_itinerary, read_itinerary, write_calendar
from qpm_widgets.visits import load_visit, plan_visit

PASSPHRASE = "a test passphrase of many words"
MORNING = {"day": "2026-10-13", "starts": "09:00", "ends": "12:00", "site": "S1", "assessor": "AS1"}
AFTERNOON = {"day": "2026-10-13", "starts": "13:00", "ends": "15:30", "site": "S2", "assessor": "AS1"}


def ask(sheet: PlanSheet, name: str, **arguments: object) -> dict:
    return sheet.answer({"kind": "do", "name": name, "arguments": arguments, "request_id": "r1"})


@pytest.fixture
def sheet(lantern_copy: Kit, templates) -> PlanSheet:
    made = PlanSheet("lantern", "V1")
    made.kit, made.templates = lantern_copy, templates
    return made


def keep(sheet: PlanSheet, form: dict | None, before: dict | None = None) -> dict:
    done = ask(sheet, "keep_session", before=before, form=form)
    assert done["kind"] == "done", done
    return done["result"]["situation"]


def faults_of(situation: dict) -> dict[str, list[str]]:
    return {one["id"]: one["session_faults"] for one in situation["meetings"] if one["session_faults"]}


def test_a_plan_without_sessions_says_what_it_always_said(sheet, lantern_copy):
    before = lantern_copy.journal.current_entry("lantern", "visit:V1", "plan").payload
    assert "sessions" not in before
    keep(sheet, MORNING)
    assert lantern_copy.journal.current_entry("lantern", "visit:V1", "plan").payload["sessions"] == [MORNING]
    keep(sheet, None, before=MORNING)
    assert lantern_copy.journal.current_entry("lantern", "visit:V1", "plan").payload == before
    assert faults_of(ask(sheet, "look")["result"]["situation"]) == {}


def test_meetings_are_in_the_session_of_their_assessor_in_which_they_begin(sheet):
    keep(sheet, AFTERNOON)
    situation = keep(sheet, MORNING)
    morning, afternoon = situation["sessions"]
    assert (morning["plan"], afternoon["plan"]) == (MORNING, AFTERNOON), "by time, however they came"
    # M1 takes 75 minutes from 09:15, A1 90 from 11:00: it goes on when the session is over. P1 is the other assessor's.
    assert (morning["meetings"], morning["left"]) == (["M1", "A3"], 45), "only what is within it"
    assert afternoon["meetings"] == ["O1", "A1"]
    faults = faults_of(situation)
    assert faults["A3"] == ["past_session"]
    assert faults["P1"] == ["no_session"]
    assert "M1" not in faults


def test_a_session_counts_what_began_before_it_and_what_is_held_twice_at_a_time(sheet):
    late = keep(sheet, MORNING | {"starts": "09:45"})["sessions"][0]
    # Three quarters of an hour of M1, which began at 09:15, and an hour of A3.
    assert (late["meetings"], late["left"]) == (["A3"], 30)


def test_a_session_knows_when_the_next_meeting_can_begin(sheet):
    assert keep(sheet, MORNING)["sessions"][0]["free"] == "10:30", "only half an hour, but there is no more"
    longer = MORNING | {"ends": "14:00"}
    assert keep(sheet, longer, before=MORNING)["sessions"][0]["free"] == "12:30"
    full = MORNING | {"starts": "09:15", "ends": "10:30"}
    session = keep(sheet, full, before=longer)["sessions"][0]
    assert (session["free"], session["left"]) == ("", 0)


def test_a_meeting_planned_in_a_session_counts_until_it_is_cancelled(sheet, lantern_copy):
    keep(sheet, MORNING)
    form = {
        "guide": "advocacy_manager", "role": "advocacy_manager", "respondents": ["MG3"], "team": "", "area": "",
        "site": "S2", "nation": "england", "day": MORNING["day"], "time": "10:30", "minutes": 30, "assessor": "AS1",
    }  # fmt: skip
    planned = ask(sheet, "plan_meeting", meeting_kind="interview", id="", entry_id=new_entry_id(), form=form)["result"]
    (morning,) = planned["situation"]["sessions"]
    assert (morning["meetings"], morning["left"], morning["free"]) == (["M1", "M2", "A3"], 15, "09:00")
    assert faults_of(planned["situation"])["M2"] == ["other_place"]
    cancel = {"meeting_kind": "interview", "id": "M2", "entry_id": new_entry_id()}
    (morning,) = ask(sheet, "cancel_meeting", **cancel)["result"]["situation"]["sessions"]
    assert (morning["left"], morning["free"]) == (45, "10:30")


def test_two_sessions_of_one_assessor_at_one_time_are_told(sheet):
    keep(sheet, MORNING)
    assert not any(one["clashes"] for one in keep(sheet, MORNING | {"assessor": "AS2"})["sessions"])
    situation = keep(sheet, AFTERNOON | {"starts": "11:59"})
    assert [one["clashes"] for one in situation["sessions"]] == [True, False, True]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends": "09:00"}, "JOURNAL-006"),
        ({"starts": "9 o'clock"}, "JOURNAL-006"),
        ({"day": ""}, "JOURNAL-006"),
        ({"site": "S9"}, "PLAN-002"),
        ({"assessor": "AS9"}, "PLAN-002"),
    ],
)
def test_a_session_that_cannot_be_is_refused_and_nothing_is_written(sheet, lantern_copy, changes, code):
    head = lantern_copy.journal.head()
    refused = ask(sheet, "keep_session", before=None, form=MORNING | changes)
    assert (refused["kind"], refused["code"]) == ("failed", code), refused
    assert lantern_copy.journal.head() == head


def test_one_that_was_changed_meanwhile_is_not_changed_again_and_one_sent_twice_is_one(sheet):
    keep(sheet, MORNING)
    earlier = MORNING | {"starts": "08:30"}
    for _ in range(2):  # the answer to the first was lost
        assert [one["plan"] for one in keep(sheet, earlier, before=MORNING)["sessions"]] == [earlier]
    refused = ask(sheet, "keep_session", before=MORNING, form=MORNING | {"ends": "11:00"})
    assert refused["code"] == "PLAN-008"
    assert "interview" not in refused["sentence"], "it is a session that was changed"
    assert [keep(sheet, None, before=earlier)["sessions"] for _ in range(2)] == [[], []]


def test_the_visits_own_form_keeps_its_sessions_and_cannot_take_their_places_away(sheet, lantern_copy):
    keep(sheet, AFTERNOON)
    plan = load_visit(lantern_copy.journal, "lantern", "V1").plan.model_dump(mode="json")
    ring = [f"{one['who']}, {one['number']}" for one in plan["safeguarding"]]
    sites = {"known_sites": plan["sites"], "sites": [site["name"] for site in plan["sites"]]}
    form = plan | sites | {"title": "Autumn", "safeguarding": ring}
    done = ask(sheet, "plan_visit", form=form)["result"]["situation"]
    assert (done["visit"]["title"], [one["plan"] for one in done["sessions"]]) == ("Autumn", [AFTERNOON])
    refused = ask(sheet, "plan_visit", form=form | {"sites": ["Main office, Marlowshire"]})
    assert (refused["code"], "a place for the session at 13:00 on 13 October" in refused["sentence"]) == (
        "PLAN-002",
        True,
    )
    refused = ask(sheet, "plan_visit", form=form | {"assessors": ["AS2"], "lead": "AS2"})
    assert "AS1, for the session" in refused["sentence"]
    with pytest.raises(QpmError, match="PLAN-002"):
        plan_visit(lantern_copy.journal, "lantern", "V1", plan | {"sites": plan["sites"][:1]})


def test_sessions_of_two_machines_come_together_as_a_plan_that_is_told_to_be_two(sheet, lantern_copy, tmp_path):
    with Kit.create(tmp_path / "other", PASSPHRASE, assessor="AS2") as other:
        plan = load_visit(lantern_copy.journal, "lantern", "V1").plan.model_dump(mode="json")
        other.journal.append(Edit("lantern", "visit:V1", "plan", plan | {"sessions": [AFTERNOON]}))
        keep(sheet, MORNING)
        assert not ask(sheet, "look")["result"]["situation"]["visit"]["conflict"]
        lantern_copy.journal.merge(other.journal.bundle_visit("lantern", "V1", kit="0.1.0", templates="0" * 64))
    situation = ask(sheet, "look")["result"]["situation"]
    assert situation["visit"]["conflict"]
    (shown,) = situation["sessions"]
    settled = keep(sheet, shown["plan"] | {"ends": "16:00"}, before=shown["plan"])
    assert not settled["visit"]["conflict"]


def test_the_itinerary_goes_by_session_and_the_calendar_stays_as_it_was(sheet, lantern_copy, templates):
    before = write_calendar(templates, read_itinerary(lantern_copy.journal, "lantern", "V1"))
    keep(sheet, MORNING)
    keep(sheet, {"day": "2026-10-14", "starts": "18:00", "ends": "19:00", "site": "S3", "assessor": "AS2"})
    itinerary = read_itinerary(lantern_copy.journal, "lantern", "V1")
    blocks = compose_itinerary(templates, itinerary).blocks
    headings = [(one.level, one.text) for one in blocks if isinstance(one, Heading)]
    assert headings == [
        (1, "Tuesday 13 October 2026"),
        (2, "09:00 to 12:00, Main office, Marlowshire, AS1"),
        (2, "In no session"),
        (1, "Wednesday 14 October 2026"),
        (2, "18:00 to 19:00, Wales office, Dyffryn Celyn, AS2"),
        (2, "In no session"),
    ]
    tables = [one for one in blocks if isinstance(one, Table)]
    assert [row[0] for row in tables[0].rows] == ["09:15–10:30", "11:00–12:30"]
    assert sum(len(one.rows) for one in tables) == 14
    assert [one.text for one in blocks if isinstance(one, Paragraph)][1:] == ["Nothing is planned yet."]
    assert write_calendar(templates, itinerary) == before
