"""Who comes late to a group is asked before anything more is written, and gets a code that nobody ever had."""

from __future__ import annotations

import json

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture import InterviewSheet
from qpm_widgets.capture.joining import add_to_group, codes_to_join
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.journal.writing import is_code
from qpm_widgets.reports.blocks import Block
from qpm_widgets.reports.visit_report import open_visit_report
from qpm_widgets.visits import load_interview
from qpm_widgets.visits.two_people import people_of

P1 = "interview:P1"
CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    """A group of two that has agreed and begun."""
    made = SmallJournal(kit.journal)
    made.interview("P1", "ps1", "ps2")
    made.write(P1, "state", {"state": "open", "reason": ""})
    made.note("P1", "P-CP-1", "Both spoke of it.")
    return made


@pytest.fixture
def opened(kit: Kit, small: SmallJournal, templates):
    def sheet(name: str = "P1") -> InterviewSheet:
        page = InterviewSheet(ASSESSMENT, name)
        page.kit, page.templates = kit, templates
        return page

    return sheet


def join(sheet: InterviewSheet, code: str) -> dict:
    answer = sheet.answer({"kind": "do", "name": "join", "arguments": {"code": code}, "request_id": "1"})
    return answer.get("result", answer)


def test_who_joins_is_asked_first_and_nobody_elses_agreement_changes(opened, small) -> None:
    agreed = load_interview(small.journal, ASSESSMENT, "P1").consents
    assert opened().view()["may_join"] == ["ps3-AS1"]
    assert join(opened(), "ps3-AS1")["path"].endswith("P1.ipynb")
    held = load_interview(small.journal, ASSESSMENT, "P1")
    assert (held.plan.respondents, held.consents) == (("ps1", "ps2", "ps3-AS1"), agreed)
    with pytest.raises(QpmError, match=r"CONSENT-002.*ps3-AS1"):
        small.note("P1", "P-CP-2", "Too soon.")
    for scope in ("talk", "notes"):
        small.consent("P1", scope, "ps3-AS1", "given")
    small.note("P1", "P-CP-2", "All three.")
    assert load_interview(small.journal, ASSESSMENT, "P1").notes_allowed
    assert opened().view()["values"]["answer:P-CP-1.note"]["text"] == "Both spoke of it."
    # The answer was lost, and it is asked once more.
    join(opened(), "ps3-AS1")
    assert load_interview(small.journal, ASSESSMENT, "P1").plan.respondents == ("ps1", "ps2", "ps3-AS1")
    assert opened().view()["may_join"] == ["ps4-AS1"], "the next one's number is another"


def test_who_turned_up_with_the_person_is_in_the_plan_and_the_report_and_can_be_taken_out_again(
    opened, small, kit, templates
) -> None:
    def note(who: str, here: bool) -> dict:
        asked = {"kind": "do", "name": "note_presence", "arguments": {"who": who, "here": here}, "request_id": "1"}
        answer = opened().answer(asked)
        return answer.get("result", answer)

    agreed = load_interview(small.journal, ASSESSMENT, "P1").consents
    for who in ("interpreter", "supporter"):
        assert note(who, True)["path"].endswith("P1.ipynb")
    view = opened().view()
    assert {"interpreter", "supporter"} <= set(view["plan"]["flags"])
    assert [one["id"] for one in view["modes"]] == ["group", "interpreter", "supporter"]
    note("supporter", False)
    held = load_interview(small.journal, ASSESSMENT, "P1")
    assert (held.plan.interpreter, held.plan.supporter, held.consents, held.state) == (True, False, agreed, "open")
    report = open_visit_report(ASSESSMENT, VISIT, "lead", kit=kit, templates=templates)
    told = json.dumps([one.to_json() for section in report.sections() for one in section if isinstance(one, Block)])
    assert "through an interpreter" in told.lower()
    assert "with a supporter" not in told.lower()
    assert note("somebody", True)["code"] == "CAPTURE-002"


def test_the_code_is_nobodys_whatever_became_of_the_plans_that_had_it(opened, small) -> None:
    small.interview("P2", "PS3")  # the same letters for a reader
    plan = dict(small.journal.current_entry(ASSESSMENT, "interview:P2", "plan").payload)
    small.write("interview:P3", "plan", plan | {"respondents": ["ps4"]})
    small.write("interview:P3", "plan", plan | {"respondents": ["ps9"]})
    small.write("interview:P3", "state", {"state": "cancelled", "reason": ""})
    assert opened().view()["may_join"] == ["ps5-AS1"]
    for taken in ("ps1x", "ps4", "ps9", "ps5", "no code"):
        assert join(opened(), taken)["code"] == "PLAN-010"
    small.interview("A1", "adv1", "adv2")
    assert opened("A1").view()["may_join"] == ["adv3", "adv4", "adv5", "adv6"], "advocates have theirs"
    assert join(opened("A1"), "adv5")["path"]


def test_two_kits_never_give_two_people_one_code(kit, opened, small, templates, tmp_path) -> None:
    """Each assessor adds somebody to the same group; neither knows of the other until a visit is received."""
    with Kit.create(tmp_path / "other", "four words are good", assessor="AS2", cost=CHEAP) as other:
        other.journal.merge(kit.journal.bundle_visit(ASSESSMENT, "V1", kit="0.1.0", templates="0" * 64))
        theirs = InterviewSheet(ASSESSMENT, "P1")
        theirs.kit, theirs.templates = other, templates
        for sheet in (opened(), theirs):
            (code,) = sheet.view()["may_join"]
            assert join(sheet, code)["path"]
        kit.journal.merge(other.journal.bundle_visit(ASSESSMENT, "V1", kit="0.1.0", templates="0" * 64))
    held = load_interview(kit.journal, ASSESSMENT, "P1")
    assert held.mixed is not None, "who was there is for a person to say"
    assert {one for plan in held.mixed.plans for one in people_of(plan)} == {"ps1", "ps2", "ps3-AS1", "ps3-AS2"}


def test_who_joins_settles_nothing_that_two_machines_planned_differently(opened, small) -> None:
    plan = small.journal.current_entry(ASSESSMENT, P1, "plan")
    small.write(P1, "plan", dict(plan.payload) | {"minutes": 90})
    small.journal.append(Edit(ASSESSMENT, P1, "plan", dict(plan.payload) | {"minutes": 45}, (plan.entry_id,)))
    assert join(opened(), "ps3-AS1")["path"]
    current = small.journal.current(ASSESSMENT, subject=P1, field_prefix="plan")
    assert sorted((one.payload["minutes"], one.payload["respondents"]) for one in current) == [
        (45, ["ps1", "ps2", "ps3-AS1"]), (90, ["ps1", "ps2", "ps3-AS1"]),
    ]  # fmt: skip
    assert load_interview(small.journal, ASSESSMENT, "P1").mixed is None


@pytest.mark.parametrize(("respondent", "assessor"), [("p" * 39 + "1", "AS1"), ("ps1", "A" * 40)])
def test_a_code_is_never_too_long(respondent: str, assessor: str, templates, tmp_path) -> None:
    with Kit.create(tmp_path / "kit", "four words are good", assessor=assessor, cost=CHEAP) as kit:
        small = SmallJournal(kit.journal)
        small.interview("P1", respondent, "ps2")
        for _ in range(2):
            (code,) = codes_to_join(kit, ASSESSMENT, load_interview(kit.journal, ASSESSMENT, "P1"))
            assert is_code(code)
            add_to_group(kit, templates, ASSESSMENT, "P1", code)
        assert len(load_interview(kit.journal, ASSESSMENT, "P1").plan.respondents) == 4


def test_nobody_joins_one_person_alone_or_what_is_over_or_of_two_people(opened, small) -> None:
    small.interview("P4", "ps7")
    assert opened("P4").view()["may_join"] == []
    assert join(opened("P4"), "ps8")["code"] == "PLAN-010"
    plan = small.journal.current_entry(ASSESSMENT, "interview:P4", "plan")
    small.interview("P5", "ps10", "ps11")
    rival = Edit(ASSESSMENT, "interview:P5", "plan", dict(plan.payload) | {"respondents": ["ps12", "ps13"]})
    small.journal.append(rival)
    assert opened("P5").view()["may_join"] == []
    small.journal.erase(Withdrawal(ASSESSMENT, "P1"))
    assert opened().view()["may_join"] == []
    assert join(opened(), "ps3-AS1")["code"] == "PLAN-010"
