"""Quick notes: answers like any other to the journal, shown under the question they are filed to, or as unfiled."""

from __future__ import annotations

from typing import Any

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture import InterviewSheet
from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.capture.visit_evidence import read_visit_evidence
from qpm_widgets.errors import QpmError
from qpm_widgets.evidence import (
    answers_table,
    bearings_table,
    contradictions_table,
    coverage_table,
    left_out_table,
    quotes_table,
)
from qpm_widgets.journal import Edit, Kit, new_entry_id
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports.blocks import Heading, Quote, Table
from qpm_widgets.reports.visit_report import open_visit_report
from qpm_widgets.templates import Templates

BEGUN = 1_780_000_000_000
LINE, OTHER = "line-1", "line-2"
WORDS = "Said at the door that the advocate came twice."


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    journal = SmallJournal(kit.journal)
    journal.interview("P1", "ps1")
    return journal


def jot(small: SmallJournal, item: str, text: str, filed_to: str = "", meeting: str = "interview:P1") -> str:
    payload = {"text": text, "at": BEGUN, "filed_to": filed_to}
    return small.write(meeting, f"answer:{item}.note", payload)


def say(small: SmallJournal, item: str, text: str, filed_to: str = "", **more: Any) -> str:
    return small.quote("P1", item, text, "ps1", at=BEGUN, filed_to=filed_to, **more)


def blocks_of(kit: Kit, templates: Templates, edition: str) -> list[Any]:
    report = open_visit_report(ASSESSMENT, VISIT, edition, kit=kit, templates=templates)
    return [block for section in report.sections() for block in section]


def appendix(kit: Kit, templates: Templates, caption: str) -> list[str]:
    """What the rows of one table of the lead's edition say."""
    [table] = [one for one in blocks_of(kit, templates, "lead") if isinstance(one, Table) and one.caption == caption]
    return [" | ".join(map(str, row)) for row in table.rows]


# --- into the journal ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "payload"),
    [
        ("line-1.note", {"text": "words", "at": BEGUN, "filed_to": ""}),
        ("line-mq3x8k2p.note", {"text": "words", "at": BEGUN, "filed_to": "P-CP-1"}),
        ("line-1.quote.1", {"text": "words", "grade": "paraphrase", "respondent": "ps1", "filed_to": "P-CP-1"}),
        ("line-1.evidence.SA7", {"bearing": "supports", "strength": None}),
    ],
)
def test_a_quick_note_and_where_it_is_filed_is_recorded(field, payload, small, templates) -> None:
    record_edit(small.journal, templates, Edit(ASSESSMENT, "interview:P1", f"answer:{field}", payload))


@pytest.mark.parametrize(
    ("field", "payload"),
    [
        ("line-1.note", {"text": "words", "filed_to": "A-CP-1"}),  # a question of another guide
        ("line-1.note", {"text": "words", "filed_to": "line-2"}),
        ("P-CP-1.note", {"text": "words", "filed_to": "P-CP-2"}),  # a question's own note belongs where it stands
        ("line-1.evidence.XX9", {"bearing": "supports"}),
        ("line-1.missing", {"reason": "declined"}),
        ("lines-1.note", {"text": "words"}),
    ],
)
def test_what_is_no_quick_note_or_filed_nowhere_is_refused(field, payload, small, templates) -> None:
    with pytest.raises(QpmError, match="CAPTURE-001"):
        record_edit(small.journal, templates, Edit(ASSESSMENT, "interview:P1", f"answer:{field}", payload))


def test_what_is_no_quick_note_is_recorded_byte_for_byte_as_before(small, kit) -> None:
    small.note("P1", "P-CP-1", "words")
    small.quote("P1", "P-CP-1", "words", "ps1")
    jot(small, LINE, "words")
    kept = {one.field: one.payload for one in kit.journal.current(ASSESSMENT, field_prefix="answer:")}
    assert set(kept["answer:P-CP-1.note"]) == {"text", "wording", "language"}
    assert not {"at", "filed_to"} & set(kept["answer:P-CP-1.quote.1"])
    assert set(kept["answer:line-1.note"]) == {"text", "wording", "language", "at"}


def test_nothing_is_jotted_down_without_consent_or_after_erasure(small, kit) -> None:
    said = say(small, LINE, "I waited so long")
    noted = jot(small, OTHER, WORDS)
    small.mark("P1", OTHER, "CP1", "supports")
    small.consent("P1", "notes", "ps1", "withdrawn")
    with pytest.raises(QpmError, match="CONSENT-001"):
        jot(small, "line-3", "more")
    kit.journal.erase(Withdrawal(ASSESSMENT, "P1", "quotes"))
    assert [one.erased for one in kit.journal.find_entries((said, noted)).values()] == [True, False]
    kit.journal.erase(Withdrawal(ASSESSMENT, "P1", "interview"))
    assert all(one.erased for one in kit.journal.iter_entries(ASSESSMENT, field_prefix="answer:"))
    small.consent("P1", "notes", "ps1", "given")
    with pytest.raises(QpmError, match="CONSENT-005"):
        jot(small, "line-3", "more")


def test_a_number_in_a_quick_note_is_asked_about_first(small, kit, templates) -> None:
    sheet = InterviewSheet(ASSESSMENT, "P1")
    sheet.kit, sheet.templates = kit, templates
    message = {
        "kind": "commit", "entry_id": new_entry_id(), "field": "answer:line-1.note", "supersedes": [], "asked": [],
        "payload": {"text": "Ring 01632 960001", "at": BEGUN},
    }  # fmt: skip
    assert sheet.answer(message)["kind"] == "held"
    assert kit.journal.current_entry(ASSESSMENT, "interview:P1", "answer:line-1.note") is None


# --- out of it ----------------------------------------------------------------------------------------------------


def test_the_tables_show_it_under_its_question_or_last(small, templates) -> None:
    small.note("P1", "P-CP-2", "At the second question.")
    jot(small, OTHER, "Not filed.")
    jot(small, LINE, WORDS, "P-CP-1")
    small.missing("P1", "P-CP-1", "does_not_know")
    rows = small.table(answers_table, templates)
    assert [(row.evidence_id, row.question, row.standard) for row in rows] == [
        ("P1.line-1.note", "P-CP-1", "clarity_of_purpose"),
        ("P1.P-CP-2.note", "P-CP-2", "clarity_of_purpose"),
        ("P1.line-2.note", "", ""),
    ]
    assert (rows[0].question_text[:5], rows[0].indicators, rows[0].begun_at) == ("A fri", ("CP1",), BEGUN)
    assert (rows[0].missing_reason, rows[2].missing_reason) == ("does_not_know", "")
    jot(small, LINE, "", "P-CP-1")
    assert "P1.line-1.note" not in [row.evidence_id for row in small.table(answers_table, templates)]


def test_its_marks_are_evidence_of_their_own(small, templates) -> None:
    small.mark("P1", "P-CP-1", "CP1", "supports")
    say(small, LINE, "she never told me", "P-CP-1")
    small.mark("P1", LINE, "CP1", "contradicts")
    small.mark("P1", LINE, "SA1", "supports")
    marks = small.table(bearings_table, templates)
    assert [(row.evidence_id, row.indicator, row.question) for row in marks] == [
        ("P1.P-CP-1.evidence.CP1", "CP1", "P-CP-1"),
        ("P1.line-1.evidence.CP1", "CP1", "P-CP-1"),
        ("P1.line-1.evidence.SA1", "SA1", "P-CP-1"),
    ]
    covered = {row.indicator: row.P for row in small.table(coverage_table, templates)}
    assert (covered["CP1"], covered["SA1"]) == (2, 1)
    assert small.table(contradictions_table, templates) == []  # one person, who has weighed it


def test_a_quote_needs_consent_and_is_printed_where_it_is_filed(small, kit, templates) -> None:
    say(small, LINE, "she listened to the end", "P-PL-1")
    say(small, OTHER, "nobody rang me back")
    small.mark("P1", OTHER, "CP1", "contradicts")
    standards = {row.evidence_id: row.standard for row in small.table(quotes_table, templates)}
    assert standards == {"P1.line-1.quote.1": "person_led", "P1.line-2.quote.1": "clarity_of_purpose"}
    heading, found = "", {}
    for block in blocks_of(kit, templates, "provider"):
        heading = block.text if isinstance(block, Heading) and block.level == 2 else heading
        if isinstance(block, Quote):
            found[block.text] = heading
    names = {one.id: f"{one.number}. {one.name}" for one in templates.standards.standards}
    assert found == {
        "she listened to the end": names["person_led"],
        "nobody rang me back": names["clarity_of_purpose"],
    }
    small.consent("P1", "quotes", "ps1", "withdrawn")
    assert not [one for one in blocks_of(kit, templates, "provider") if isinstance(one, Quote)]


def test_the_lead_reads_it_in_the_appendix_and_unfiled_ones_by_themselves(small, kit, templates) -> None:
    small.note("P1", "P-CP-1", "At the question.")
    small.mark("P1", "P-CP-1", "CP1", "supports")
    jot(small, LINE, WORDS, "P-CP-1")
    small.mark("P1", LINE, "CP1", "contradicts")
    jot(small, OTHER, "Where does this belong?")
    first, second = appendix(kit, templates, "Evidence from P1")
    assert first.startswith("P1.P-CP-1.note | At the question.\nBears on CP1: supports")
    assert second.startswith(f"P1.line-1.note | {WORDS}\nBears on CP1: contradicts")
    assert "A quick note, filed to P-CP-1." in second
    [unfiled] = appendix(kit, templates, "Quick notes of P1 that are filed to no question")
    assert unfiled.startswith("P1.line-2.note | Where does this belong?")


def test_the_provider_has_it_through_what_cites_its_question_only(small, templates) -> None:
    cited = small.note("P1", "P-CP-1", "At the question.")
    small.find("F1", "clarity_of_purpose", "People know what to expect.", cited)
    jot(small, LINE, WORDS, "P-CP-1")
    jot(small, OTHER, "Where does this belong?")
    jot(small, "line-3", "Nor this?")
    left_out = {row.evidence_id: row.reason for row in small.table(left_out_table, templates)}
    assert left_out == {"P1.line-2.note": "uncited_note", "P1.line-3.note": "uncited_note"}


def test_the_debrief_has_every_quick_note(small, kit, templates) -> None:
    small.observation("O1")
    jot(small, LINE, WORDS, "P-CP-1")
    small.mark("P1", LINE, "CP1", "supports")
    say(small, OTHER, "I waited")
    jot(small, LINE, "A queue at the door.", meeting="observation:O1")
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    found = {one["name"]: one for one in evidence.pieces}
    assert list(found) == ["P1.line-1.note", "P1.line-2.quote.1", "O1.line-1.note"]
    filed, unfiled, seen = found.values()
    assert (filed["question"], filed["asked"][:5], filed["marks"]) == (
        "P-CP-1", "A fri", {"CP1": {"bearing": "supports", "strength": "experience"}},
    )  # fmt: skip
    assert (unfiled["question"], unfiled["part"], unfiled["quotable"]) == ("", "quote", True)
    assert (seen["question"], seen["part"]) == ("", "note")
    assert evidence.sources_on("CP1") == {"P"}


def test_a_note_filed_to_a_question_of_which_nothing_is_left_is_unfiled_and_not_gone(small, kit, templates) -> None:
    jot(small, LINE, WORDS, "own-1")
    small.mark("P1", LINE, "CP1", "supports")
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    assert [(one["name"], one["question"]) for one in evidence.pieces] == [("P1.line-1.note", "")]
    assert evidence.sources_on("CP1") == {"P"}
    table = small.table(answers_table, templates)
    assert [(row.evidence_id, row.question) for row in table] == [("P1.line-1.note", "")]


def test_the_desk_counts_the_question_that_it_is_filed_to(small, kit, templates) -> None:
    jot(small, LINE, WORDS, "P-CP-1")
    jot(small, OTHER, "Where does this belong?")
    [assessment] = view_desk(kit, templates)["assessments"]
    assert assessment["visits"][0]["meetings"][0]["answered"] == 1


def test_the_page_opens_at_the_last_question_and_shows_the_one_that_it_is_filed_to(small, kit, templates) -> None:
    small.note("P1", "P-CP-1", "At the question.")
    jot(small, LINE, WORDS, "P-CP-2")
    sheet = InterviewSheet(ASSESSMENT, "P1")
    sheet.kit, sheet.templates = kit, templates
    view = sheet.answer({"kind": "open"})["view"]
    assert view["left_at"] == "P-CP-1"
    assert view["values"]["answer:line-1.note"]["at"] == BEGUN
    assert set(view["choices"]["indicators"]) == set(templates.indicator_ids)


def test_of_two_people_under_one_id_no_quick_note_is_used(small, kit, templates) -> None:
    jot(small, LINE, WORDS, "P-CP-1")
    [plan] = kit.journal.current(ASSESSMENT, subject="interview:P1", field_prefix="plan")
    assert plan.payload is not None
    small.write("interview:P1", "plan", {**plan.payload, "respondents": ["ps2"]}, replace=False)
    assert small.table(answers_table, templates) == []
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    assert (evidence.pieces, evidence.two_people) == ([], ["P1"])


def test_a_submitted_visit_carries_where_it_is_filed(small, kit, templates, tmp_path) -> None:
    jot(small, LINE, WORDS, "P-CP-1")
    said = say(small, OTHER, "I waited")
    cheap = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
    with Kit.create(tmp_path / "lead", "four words are good", assessor="AS2", cost=cheap) as lead:
        bundle = kit.journal.bundle_visit(ASSESSMENT, VISIT, kit="0.1.0", templates="0" * 64)
        lead.journal.merge(bundle)
        [row] = answers_table(lead.journal, templates, ASSESSMENT, VISIT).itertuples()
        assert (row.evidence_id, row.question, row.begun_at) == ("P1.line-1.note", "P-CP-1", BEGUN)
        kit.journal.erase(Withdrawal(ASSESSMENT, "P1", "quotes"))
        lead.journal.merge(kit.journal.bundle_visit(ASSESSMENT, VISIT, kit="0.1.0", templates="0" * 64))
        assert lead.journal.find_entries((said,))[said].erased
