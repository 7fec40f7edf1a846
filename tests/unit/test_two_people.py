"""Two kits that were apart gave one interview id to two people: said everywhere, used nowhere, until it is settled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.findings_sheet import FindingsSheet
from qpm_widgets.capture.interview_sheet import InterviewSheet
from qpm_widgets.capture.plan_sheet import PlanSheet
from qpm_widgets.cli import app
from qpm_widgets.evidence import answers_table, left_out_table, met_table, quotes_table, ratings_table
from qpm_widgets.journal import Edit, Kit, new_entry_id
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.reports.visit_content import read_content
from qpm_widgets.visits import load_interview

THEIRS, QUOTED = "She was told on the ward.", "nobody ever asked me about the move"
CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)


def write_theirs(kit: Kit, subject: str = "interview:P1") -> None:
    """A second person, planned and interviewed under P1 by an assessor who was offline."""
    plan = {
        "visit": "V1", "guide": "person_supported", "role": "person_supported", "respondents": ["PS9"],
        "nation": "wales", "planned_at": "2026-10-13T10:00:00+01:00", "minutes": 45, "assessor": "AS2",
    }  # fmt: skip
    agreed = {"decision": "given", "how": "spoken"}
    for field, payload in (
        ("plan", plan),
        *((f"consent:{scope}.PS9", agreed) for scope in ("talk", "notes", "quotes")),
        ("answer:P-CP-1.note", {"text": THEIRS}),
        ("answer:P-IN-1.quote.9", {"text": QUOTED, "grade": "verbatim", "respondent": "PS9"}),
    ):
        kit.journal.append(Edit("lantern", subject, field, payload))


@pytest.fixture
def mixed(lantern_copy: Kit, tmp_path: Path) -> Iterator[Kit]:
    """The sample's kit after it received the visit of a second assessor, who planned somebody else as P1."""
    with Kit.create(tmp_path / "other", "four words are good", assessor="AS2", cost=CHEAP) as other:
        write_theirs(other)
        lantern_copy.journal.merge(other.journal.bundle_visit("lantern", "V1", kit="0.1.0", templates="0" * 64))
    return lantern_copy


def sheet(kind: type, kit: Kit, *about: str) -> Any:
    made = kind("lantern", *about)
    made.kit = kit
    return made


def planned(kit: Kit, meeting: str = "P1") -> dict[str, Any]:
    situation = sheet(PlanSheet, kit, "V1").situation()
    return next(one for one in situation["meetings"] if one["id"] == meeting)


def choose(kit: Kit, code: str) -> dict[str, Any]:
    (wanted,) = [one for one in planned(kit)["two_people"] if one["respondents"] == [code]]
    arguments = {"id": "P1", "chosen": wanted["entry_id"], "entry_id": new_entry_id()}
    page = sheet(PlanSheet, kit, "V1")
    asked = {"kind": "do", "name": "choose_plan", "arguments": arguments, "request_id": "r"}
    first, again = page.answer(asked), page.answer(asked)
    assert first["result"]["entry_id"] == again["result"]["entry_id"], "a lost answer is asked for again"
    return first["result"]


def shown_on_page(kit: Kit) -> dict[str, Any]:
    return sheet(InterviewSheet, kit, "P1").answer({"kind": "open"})["view"]


def reasons(kit: Kit, templates) -> dict[str, str]:
    rows = left_out_table(kit.journal, templates, "lantern", "V1").query("interview == 'P1' and editions == 'all'")
    return dict(zip(rows.entry_id, rows.reason, strict=True))


def test_every_page_says_it_and_no_word_of_either_is_used(mixed: Kit, templates) -> None:
    assert load_interview(mixed.journal, "lantern", "P1").is_two_people
    meetings = view_desk(mixed, templates)["assessments"][0]["visits"][0]["meetings"]
    assert [one["id"] for one in meetings if one.get("two_people")] == ["P1"]
    assert {tuple(one["respondents"]) for one in planned(mixed)["two_people"]} == {("PS1",), ("PS9",)}
    assert planned(mixed, "P2")["two_people"] == []
    assert [one["by"] for one in shown_on_page(mixed)["two_people"]] == ["AS1", "AS2"]
    recorded = sheet(FindingsSheet, mixed, "V1").recorded()
    assert (recorded["two_people"], "P1" in {piece["held"] for piece in recorded["pieces"]}) == (["P1"], False)

    for table in (answers_table, quotes_table):
        assert "P1" not in set(table(mixed.journal, templates, "lantern", "V1").interview)
    texts = [
        entry for entry in mixed.journal.current("lantern", subject="interview:P1", field_prefix="answer:")
        if entry.payload.get("text")
    ]  # fmt: skip
    assert reasons(mixed, templates) == {entry.entry_id: "two_people" for entry in texts}
    assert not [ids for ids in ratings_table(mixed.journal, templates, "lantern", "V1").evidence_ids
                if any(one.startswith("P1.") for one in ids)]  # fmt: skip


def test_who_was_met_is_not_guessed(mixed: Kit, lantern: Kit, templates) -> None:
    before, now = (met_table(one.journal, templates, "lantern", "V1").set_index("group") for one in (lantern, mixed))
    assert now.loc["P"].people == before.loc["P"].people - 1
    lead = read_content(mixed.journal, templates, "lantern", "V1", "lead")
    assert "two_people" in {row["reason"] for row in lead.left_out}


@pytest.mark.parametrize("code", ["PS1", "PS9"])
def test_once_it_is_settled_the_answers_of_the_other_stay_out(mixed: Kit, templates, code: str) -> None:
    journal = mixed.journal
    answers = list(journal.iter_entries("lantern", subject="interview:P1", field_prefix="answer:"))
    (device,) = {entry.device_id for entry in answers if entry.payload.get("text") == THEIRS}
    mine = {entry.entry_id for entry in answers if (entry.device_id == device) == (code == "PS9")}
    choose(mixed, code)
    held = load_interview(journal, "lantern", "P1")
    assert (held.is_two_people, held.plan.respondents, held.notes_allowed) == (False, (code,), True)
    assert {who for _, who in held.consents} == {code}
    assert planned(mixed)["two_people"] == []
    used = answers_table(journal, templates, "lantern", "V1").query("interview == 'P1'")
    assert set(used.entry_id) and set(used.entry_id) <= mine
    assert not used.conflict.any()
    assert THEIRS in set(used.text) if code == "PS9" else THEIRS not in set(used.text)
    left = reasons(mixed, templates)
    assert left and not set(left) & mine
    assert set(left.values()) == {"two_people"}
    pieces = [one for one in sheet(FindingsSheet, mixed, "V1").recorded()["pieces"] if one["held"] == "P1"]
    assert pieces and {one["id"] for one in pieces} <= mine
    assert QUOTED in {one["text"] for one in pieces} if code == "PS9" else QUOTED not in {one["text"] for one in pieces}

    # The page shows and replaces words of the right one only; what is written there now is theirs.
    view = shown_on_page(mixed)
    note = view["values"]["answer:P-CP-1.note"]["text"]
    assert (note == THEIRS) == (code == "PS9")
    looked = {"kind": "do", "name": "versions", "arguments": {"field": "answer:P-CP-1.note"}, "request_id": "r"}
    versions = sheet(InterviewSheet, mixed, "P1").answer(looked)["result"]["versions"]
    assert versions and all((one["payload"]["text"] == THEIRS) == (code == "PS9") for one in versions)
    heads = view["heads"]["answer:P-CP-1.note"]
    assert set(heads) <= mine
    edit = Edit("lantern", "interview:P1", "answer:P-CP-1.note", {"text": "Put right."}, tuple(heads))
    journal.append(edit)
    used = answers_table(journal, templates, "lantern", "V1").query("interview == 'P1'")
    assert "Put right." in set(used.text)


def test_a_word_of_the_other_in_a_finding_keeps_it_out(mixed: Kit, templates) -> None:
    cited = mixed.journal.current_entry("lantern", "interview:P2", "answer:P-CP-1.note").entry_id
    payload = {"standard": "independence", "kind": "finding", "text": f"One said that {QUOTED}.", "cites": [cited]}
    mixed.journal.append(Edit("lantern", "visit:V1", "finding:F99", payload))
    for settle in (False, True):
        if settle:
            choose(mixed, "PS1")
        lead = read_content(mixed.journal, templates, "lantern", "V1", "lead")
        assert {row["reason"] for row in lead.left_out if row["evidence_id"].endswith("F99")} == {"refused_words"}


def test_a_withdrawal_says_that_it_takes_the_words_of_both(mixed: Kit, tmp_path: Path) -> None:
    typed = "a test passphrase of many words\nno\n"
    done = CliRunner().invoke(app, ["withdraw", "lantern", "P1", "--home", str(mixed.home)], input=typed)
    assert "Different people were planned under this id: the words of all of them go." in done.stderr


@pytest.mark.parametrize("code", ["PS1", "PS9"])
def test_a_conclusion_from_the_other_ones_answers_does_not_come_to_rest_on_these(mixed: Kit, templates, code) -> None:
    """Both answered the same question, so that the evidence has one name; a conclusion cites one of the two answers."""
    both = mixed.journal.current("lantern", subject="interview:P1", field_prefix="answer:P-CP-1.note")
    other = mixed.journal.current_entry("lantern", "interview:P2", "answer:P-CP-1.note").entry_id
    for entry in both:
        name = "theirs" if entry.payload["text"] == THEIRS else "mine"
        payload = {"standard": "independence", "kind": "finding", "text": name, "cites": [entry.entry_id, other]}
        mixed.journal.append(Edit("lantern", "visit:V1", f"finding:{name}", payload))

    def printed() -> set[str]:
        content = read_content(mixed.journal, templates, "lantern", "V1", "lead")
        return {row["text"] for row in content.findings} & {"mine", "theirs"}

    assert printed() == set()
    choose(mixed, code)
    kept, left = ("mine", "theirs") if code == "PS1" else ("theirs", "mine")
    assert printed() == {kept}
    shown = {one["name"]: one for one in sheet(FindingsSheet, mixed, "V1").recorded()["findings"]}
    assert ([*map(len, (shown[kept]["cites"], shown[kept]["gone"]))], shown[left]["cites"]) == ([2, 0], [other])
    assert (shown[kept]["read_again"], shown[left]["read_again"]) == ("", "two_people")


def test_the_same_people_planned_twice_are_no_two_people(lantern_copy: Kit) -> None:
    plan = lantern_copy.journal.current_entry("lantern", "interview:P1", "plan").payload
    lantern_copy.journal.append(Edit("lantern", "interview:P1", "plan", {**plan, "minutes": 75}))
    assert load_interview(lantern_copy.journal, "lantern", "P1").mixed is None
    assert (planned(lantern_copy)["conflict"], planned(lantern_copy)["two_people"]) == (True, [])
