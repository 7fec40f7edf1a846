"""Questions that an assessor asks beyond the guide: recorded, and shown as the assessor's own, never as the guide's."""

from __future__ import annotations

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.capture.visit_evidence import read_visit_evidence
from qpm_widgets.errors import QpmError
from qpm_widgets.evidence import answers_table, coverage_table, left_out_table, quotes_table
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.reports.blocks import Table
from qpm_widgets.reports.completeness import check_complete
from qpm_widgets.reports.document import Document
from qpm_widgets.reports.visit_report import open_visit_report

OWN = "own-1"
ASKED = "What do you do when the ward phone is broken?"


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    journal = SmallJournal(kit.journal)
    journal.interview("P1", "ps1")
    return journal


def ask(small: SmallJournal, text: str = ASKED, standard: str = "accountability", item: str = OWN) -> str:
    return small.write("interview:P1", f"answer:{item}.question", {"text": text, "standard": standard})


@pytest.mark.parametrize(
    ("field", "payload"),
    [
        ("own-1.question", {"text": "Why?", "standard": "accountability"}),
        ("own-1.question", {"text": "Why?"}),
        ("own-1.note", {"text": "words"}),
        ("own-1.quote.2", {"text": "words", "grade": "verbatim", "respondent": "ps1"}),
        ("own-1.evidence.SA7", {"bearing": "mixed"}),
        ("own-1.missing", {"reason": "declined"}),
        ("line-1.note", {"text": "words", "filed_to": "own-1"}),
    ],
)
def test_a_question_of_ones_own_and_its_answers_are_recorded(field, payload, small, templates) -> None:
    record_edit(small.journal, templates, Edit(ASSESSMENT, "interview:P1", f"answer:{field}", payload))


@pytest.mark.parametrize(
    ("subject", "field", "payload", "code"),
    [
        ("interview:P1", "own-1.question", {"text": "Why?", "standard": "kindness"}, "CAPTURE-001"),
        ("interview:P1", "own-1.evidence.XX9", {"bearing": "mixed"}, "CAPTURE-001"),
        ("interview:P1", "P-CP-1.question", {"text": "Why?"}, "JOURNAL-007"),  # the guide's words are the guide's
        ("interview:P1", "own-1.description", {"text": "words"}, "CAPTURE-001"),  # a scene's, and this is no scene
    ],
)
def test_what_is_no_question_of_ones_own_is_refused(subject, field, payload, code, small, templates) -> None:
    small.observation("O1")
    with pytest.raises(QpmError, match=code):
        record_edit(small.journal, templates, Edit(ASSESSMENT, subject, f"answer:{field}", payload))


def test_the_tables_show_it_in_the_assessor_s_words_after_the_guide(small, templates) -> None:
    ask(small)
    small.note("P1", OWN, "The nurse lends hers.")
    small.quote("P1", OWN, "they always find me one", "ps1")
    small.mark("P1", OWN, "AC1", "supports")
    small.note("P1", "P-END-1", "At the last question.")
    small.write("interview:P1", "answer:line-1.note", {"text": "Pays herself.", "filed_to": OWN})
    rows = small.table(answers_table, templates)
    assert [(row.evidence_id, row.question) for row in rows] == [
        ("P1.P-END-1.note", "P-END-1"), ("P1.own-1.note", OWN), ("P1.line-1.note", OWN),
    ]  # fmt: skip
    assert {(row.question_text, row.standard, row.indicators) for row in rows[1:]} == {
        (ASKED, "accountability", ("AC1",))
    }
    [quote] = small.table(quotes_table, templates)
    assert (quote.question, quote.standard) == (OWN, "accountability")
    assert next(row.P for row in small.table(coverage_table, templates) if row.indicator == "AC1") == 1


def test_the_lead_reads_question_and_answer_and_the_provider_neither(small, kit, templates) -> None:
    asked = ask(small)
    small.note("P1", OWN, "The nurse lends hers.")
    small.mark("P1", OWN, "AC1", "supports")
    shown = {}
    for edition in ("lead", "provider"):
        report = open_visit_report(ASSESSMENT, VISIT, edition, kit=kit, templates=templates)
        blocks = [block for section in report.sections() for block in section]
        check_complete(Document(blocks[0], tuple(blocks[1:-1]), blocks[-1]))
        shown[edition] = blocks
    assert ASKED not in str(shown["provider"]) and "lends" not in str(shown["provider"])
    [table] = [one for one in shown["lead"] if isinstance(one, Table) and one.caption == "Evidence from P1"]
    question, note = [list(map(str, row)) for row in table.rows]
    assert question == ["P1.own-1.question", f"The assessor's own question: {ASKED}\nJournal entry {asked}"]
    assert note[1].startswith("The nurse lends hers.\nBears on AC1: supports")
    left_out = {row.evidence_id: (row.kind, row.reason) for row in small.table(left_out_table, templates)}
    assert left_out["P1.own-1.question"] == ("question", "uncited_note")


def test_the_debrief_has_it_and_the_desk_counts_the_guide_s_questions_only(small, kit, templates) -> None:
    ask(small)
    small.note("P1", OWN, "The nurse lends hers.")
    small.mark("P1", OWN, "AC1", "supports")
    ask(small, "Anything else?", "", "own-2")
    small.missing("P1", "own-2", "declined")
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    [piece] = evidence.pieces
    assert (piece["name"], piece["question"], piece["asked"]) == ("P1.own-1.note", OWN, ASKED)
    assert (piece["standard"], piece["indicators"], list(piece["marks"])) == ("accountability", ["AC1"], ["AC1"])
    assert [(gap["question"], gap["reason"]) for gap in evidence.gaps] == [("own-2", "declined")]
    [assessment] = view_desk(kit, templates)["assessments"]
    assert assessment["visits"][0]["meetings"][0]["answered"] == 0


def test_the_desk_says_when_an_interview_that_is_under_way_was_saved_last(small, kit, templates) -> None:
    def saved_at() -> int | None:
        [assessment] = view_desk(kit, templates)["assessments"]
        return assessment["visits"][0]["meetings"][0]["saved_at"]

    assert saved_at() is None, "it has not begun"
    kit.journal.append(Edit(ASSESSMENT, "interview:P1", "state", {"state": "open"}))
    note = small.note("P1", "P-CP-1", "She had two days of training for it.")
    assert saved_at() == kit.journal.find_entries([note])[note].recorded_at
    state = kit.journal.current_entry(ASSESSMENT, "interview:P1", "state").entry_id
    kit.journal.append(Edit(ASSESSMENT, "interview:P1", "state", {"state": "finished"}, (state,)))
    assert saved_at() is None


def test_any_indicator_can_be_marked_on_a_question_of_the_guide(small, kit, templates) -> None:
    small.note("P1", "P-CP-1", "She had two days of training for it.")
    small.mark("P1", "P-CP-1", "SA1", "supports")
    assert next(row.P for row in small.table(coverage_table, templates) if row.indicator == "SA1") == 1
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    assert list(evidence.pieces[0]["marks"]) == ["SA1"] and evidence.sources_on("SA1") == {"P"}
