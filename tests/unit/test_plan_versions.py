"""Undo and earlier versions of a plan: put back as a new entry, never what was erased, begun or changed meanwhile."""

from __future__ import annotations

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture.plan_sheet import PlanSheet
from qpm_widgets.journal import Edit, Kit, new_entry_id
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.visits import load_interview, load_visit

P1 = "interview:P1"


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    """An interview that was planned twice, and nobody was asked anything yet."""
    made = SmallJournal(kit.journal)
    made.interview("P2", "ps2")  # another, which has begun
    plan = dict(kit.journal.current_entry(ASSESSMENT, "interview:P2", "plan").payload)
    first = plan | {"respondents": ["ps1"], "planned_at": "2026-05-12T10:00:00+01:00", "access_needs": "breaks"}
    made.write(P1, "plan", first)
    made.write(P1, "plan", first | {"planned_at": "2026-05-12T11:30:00+01:00"})
    return made


@pytest.fixture
def sheet(kit: Kit, small: SmallJournal, templates) -> PlanSheet:
    page = PlanSheet(ASSESSMENT, VISIT)
    page.kit, page.templates = kit, templates
    return page


def ask(sheet: PlanSheet, name: str, **arguments: object) -> dict:
    answer = sheet.answer({"kind": "do", "name": name, "arguments": arguments, "request_id": "r1"})
    return answer.get("result", answer)


def versions(sheet: PlanSheet, subject: str = P1) -> list[dict]:
    return ask(sheet, "versions", field=subject)["versions"]


def meeting(sheet: PlanSheet, name: str = "P1") -> dict:
    return next(one for one in sheet.situation()["meetings"] if one["id"] == name)


def put_back(sheet: PlanSheet, version: str, subject: str = P1, heads: list[str] | None = None) -> dict:
    seen = meeting(sheet)["heads"] if heads is None else heads
    return ask(sheet, "put_back", subject=subject, version=version, supersedes=seen)


def when(small: SmallJournal) -> str:
    return f"{load_interview(small.journal, ASSESSMENT, 'P1').plan.planned_at:%H:%M}"


def test_versions_say_who_when_and_what_was_before_and_one_is_put_back_as_a_new_entry(sheet, small) -> None:
    newest, first = versions(sheet)
    assert (newest["by"], first["payload"]["before"], meeting(sheet)["versions"]) == ("AS1", None, 2)
    assert (newest["payload"]["plan"]["time"], newest["payload"]["before"]["time"]) == ("11:30", "10:00")
    heads = meeting(sheet)["heads"]
    done = put_back(sheet, first["payload"]["version"])
    assert (done["id"], when(small)) == ("P1", "10:00")
    assert done["entry_id"] not in {first["payload"]["version"], newest["payload"]["version"]}
    assert small.journal.find_entries([done["entry_id"]])[done["entry_id"]].supersedes == tuple(heads)
    # The answer was lost, and it is asked once more: nothing is written twice.
    assert put_back(sheet, first["payload"]["version"], heads=heads)["entry_id"] == done["entry_id"]
    assert meeting(sheet)["versions"] == 3


def test_what_has_begun_was_changed_meanwhile_or_is_not_there_any_more_is_not_put_back(sheet, small) -> None:
    first = versions(sheet)[-1]["payload"]["version"]
    stale = put_back(sheet, first, heads=[new_entry_id()])
    assert (stale["code"], when(small)) == ("PLAN-008", "11:30")
    assert "begun" not in stale["sentence"], "it says one thing"
    assert put_back(sheet, new_entry_id())["code"] == "PLAN-009"
    assert put_back(sheet, versions(sheet, "interview:P2")[0]["payload"]["version"])["code"] == "PLAN-009"
    small.write(P1, "plan", dict(small.journal.current_entry(ASSESSMENT, P1, "plan").payload) | {"team": "t1"})
    with_team = versions(sheet)[0]["payload"]["version"]
    small.write(P1, "plan", dict(small.journal.current_entry(ASSESSMENT, P1, "plan").payload) | {"team": None})
    profile = dict(small.journal.current_entry(ASSESSMENT, "assessment", "profile").payload)
    small.write("assessment", "profile", profile | {"teams": profile["teams"][1:], "advocates": []})
    assert put_back(sheet, with_team)["code"] == "PLAN-002"
    small.consent("P1", "talk", "ps1", "given")
    assert put_back(sheet, first)["code"] == "PLAN-005"


def test_what_was_erased_is_no_version(sheet, small) -> None:
    first = versions(sheet)[-1]["payload"]["version"]
    small.journal.erase(Withdrawal(ASSESSMENT, "P1"))
    left = versions(sheet)
    assert [one["payload"]["plan"]["access_needs"] for one in left] == [""]
    assert "breaks" not in str(left)
    assert put_back(sheet, first)["code"] == "PLAN-005"


def test_a_meeting_that_was_cancelled_takes_place_again_and_one_that_was_added_is_cancelled(sheet, small) -> None:
    def turn(state: str) -> dict:
        return ask(sheet, "put_back", subject=P1, state=state, supersedes=meeting(sheet)["state_heads"])

    small.write(P1, "state", {"state": "cancelled", "reason": "The day is too short."})
    assert turn("planned")["id"] == "P1"
    assert (meeting(sheet)["state"], meeting(sheet)["begun"]) == ("planned", False)
    turn("cancelled")
    assert (meeting(sheet)["state"], meeting(sheet)["reason"]) == ("cancelled", "The day is too short.")
    turn("planned")
    small.write(P1, "state", {"state": "open", "reason": ""})
    assert turn("cancelled")["code"] == "PLAN-005"
    assert turn("finished")["code"] == "PLAN-005"


def test_a_visit_goes_back_with_its_sessions_if_nothing_stands_against_it(sheet, small) -> None:
    def visit() -> dict:
        return sheet.situation()["visit"]

    before = visit()["heads"]
    session = {"day": "2026-05-12", "starts": "09:00", "ends": "12:00", "site": "hq", "assessor": "AS1"}
    ask(sheet, "keep_session", before=None, form=session)
    with_session = visit()["heads"]
    done = put_back(sheet, before[0], f"visit:{VISIT}", with_session)
    assert (done["id"], load_visit(small.journal, ASSESSMENT, VISIT).plan.sessions) == (VISIT, ())
    put_back(sheet, with_session[0], f"visit:{VISIT}", visit()["heads"])
    assert len(load_visit(small.journal, ASSESSMENT, VISIT).plan.sessions) == 1
    ask(sheet, "plan_visit", form={
        "title": "Both", "starts": "2026-05-12", "ends": "2026-05-13", "sites": ["Harbour House", "Annexe"],
        "known_sites": visit()["sites"], "assessors": ["AS1"], "lead": "AS1", "safeguarding": [],
    })  # fmt: skip
    places = {one["name"]: one["id"] for one in visit()["sites"]}
    small.write(
        P1, "plan", dict(small.journal.current_entry(ASSESSMENT, P1, "plan").payload) | {"site": places["Annexe"]}
    )
    refused = put_back(sheet, with_session[0], f"visit:{VISIT}", visit()["heads"])
    assert (refused["code"], "P1" in refused["sentence"]) == ("PLAN-002", True)


def test_another_persons_plan_under_the_same_id_is_no_version(sheet, small) -> None:
    plan = dict(small.journal.current_entry(ASSESSMENT, P1, "plan").payload)
    first = next(small.journal.iter_entries(ASSESSMENT, subject=P1, field_prefix="plan"))
    theirs = Edit(ASSESSMENT, P1, "plan", plan | {"respondents": ["ps9"]}, supersedes=(first.entry_id,))
    small.journal.append(theirs)
    rivals = meeting(sheet)["two_people"]
    ours = next(one for one in rivals if one["respondents"] == ["ps1"])
    ask(sheet, "choose_plan", id="P1", chosen=ours["entry_id"], entry_id=new_entry_id())
    assert {tuple(one["payload"]["plan"]["respondents"]) for one in versions(sheet)} == {("ps1",)}
    assert put_back(sheet, theirs.entry_id)["code"] == "PLAN-009"


def test_the_visits_own_plan_has_its_versions_and_goes_back_to_any(sheet, small) -> None:
    subject = f"visit:{VISIT}"
    session = {"day": "2026-05-12", "starts": "09:00", "ends": "12:00", "site": "hq", "assessor": "AS1"}
    ask(sheet, "keep_session", before=None, form=session)
    newest, first = versions(sheet, subject)
    visit = sheet.situation()["visit"]
    assert (visit["versions"], newest["payload"]["version"]) == (2, visit["heads"][0])
    assert newest["payload"]["plan"]["sessions"] == [session]
    assert (newest["payload"]["before"]["sessions"], first["payload"]["before"]) == ([], None)
    put_back(sheet, first["payload"]["version"], subject, visit["heads"])
    assert load_visit(small.journal, ASSESSMENT, VISIT).plan.sessions == ()


def test_what_two_machines_planned_differently_is_settled_by_nothing_unasked(sheet, small) -> None:
    subjects = {P1: "plan", f"visit:{VISIT}": "plan"}
    for subject in subjects:
        own = versions(sheet, subject)[0]["payload"]["version"]
        payload = dict(small.journal.find_entries([own])[own].payload or {})
        theirs = {"title": "Theirs"} if subject != P1 else {"planned_at": "2026-05-12T09:00:00+01:00"}
        small.write(subject, "plan", payload | theirs, replace=False)
        at = sheet.situation()["visit"] if subject != P1 else meeting(sheet)
        assert at["conflict"] and len(at["heads"]) == 2
        refused = put_back(sheet, own, subject, at["heads"])
        assert (refused["code"], "two machines" in refused["sentence"]) == ("PLAN-011", True)
        asked = ask(sheet, "put_back", subject=subject, version=own, supersedes=at["heads"], settle=True)
        settled = small.journal.find_entries([asked["entry_id"]])[asked["entry_id"]]
        assert (settled.payload, set(settled.supersedes)) == (payload, set(at["heads"]))
    small.write(P1, "state", {"state": "cancelled", "reason": ""})
    small.write(P1, "state", {"state": "planned", "reason": ""}, replace=False)
    heads = meeting(sheet)["state_heads"]
    assert ask(sheet, "put_back", subject=P1, state="planned", supersedes=heads)["code"] == "PLAN-011"


def test_what_is_put_back_goes_through_the_guard_as_what_is_typed_does(sheet, small) -> None:
    plan = dict(small.journal.current_entry(ASSESSMENT, P1, "plan").payload)
    small.write(P1, "plan", plan | {"access_needs": "ring 01632 960001"})
    with_number = meeting(sheet)["heads"]
    small.write(P1, "plan", plan | {"access_needs": ""})
    heads = meeting(sheet)["heads"]

    def again(**more: object) -> dict:
        return ask(sheet, "put_back", subject=P1, version=with_number[0], supersedes=heads, **more)

    assert again(asked=[])["held"] == [{"kind": "phone", "said": "01632 960001"}]
    assert meeting(sheet)["heads"] == heads, "nothing is recorded before it was read"
    assert again(asked=["01632 960001"])["id"] == "P1"
    assert meeting(sheet)["access_needs"] == "ring 01632 960001"
    # What stands already is nothing new.
    heads = meeting(sheet)["heads"]
    small.write(P1, "plan", plan | {"access_needs": "ring 01632 960001", "minutes": 90})
    heads = meeting(sheet)["heads"]
    assert again(asked=[])["id"] == "P1"
