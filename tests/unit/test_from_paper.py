"""Words that were keyed in from a form on paper say so, and count like any others."""

from __future__ import annotations

import pandas as pd
import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture.visit_evidence import read_visit_evidence
from qpm_widgets.errors import QpmError
from qpm_widgets.evidence import answers_table, coverage_table, quotes_table
from qpm_widgets.journal import Kit
from qpm_widgets.reports.blocks import Quote, Table
from qpm_widgets.reports.visit_report import open_visit_report

HELD = 1_773_151_500_000  # 10 March 2026, 14:05 in Cardiff


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    journal = SmallJournal(kit.journal)
    journal.interview("P1", "ps1")
    journal.write("interview:P1", "answer:P-CP-1.note", {"text": "From the form.", "source": "paper"})
    journal.quote("P1", "P-CP-1", "she came every week", "ps1", source="paper")
    journal.note("P1", "P-CP-2", "Typed there and then.")
    journal.mark("P1", "P-CP-1", "CP1", "supports")
    return journal


def test_tables_and_debrief_say_it_and_count_it_like_any_other(small, kit, templates) -> None:
    notes = small.table(answers_table, templates)
    assert [(row.evidence_id, row.from_paper) for row in notes] == [
        ("P1.P-CP-1.note", True), ("P1.P-CP-2.note", False),
    ]  # fmt: skip
    [quote] = small.table(quotes_table, templates)
    assert (quote.from_paper, quote.may_be_used) == (True, True)
    assert next(row.P for row in small.table(coverage_table, templates) if row.indicator == "CP1") == 1
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    assert [one["from_paper"] for one in evidence.pieces] == [True, True, False]
    typed = kit.journal.current_entry(ASSESSMENT, "interview:P1", "answer:P-CP-2.note")
    assert "source" not in typed.payload  # as it was recorded before there was paper


MARKED = [
    ("consent:quotes.ps1", {"decision": "declined", "how": "spoken"}),
    ("assent:ps1", {"sign": "assent", "how": "gesture"}),
    ("pause:1", {"began": HELD, "ended": HELD + 60_000, "why": "break"}),
    ("closing:check_back", {"done": True, "at": HELD}),
    ("answer:P-CP-2.evidence.CP2", {"bearing": "supports", "strength": "account"}),
    ("answer:P-IN-1.missing", {"reason": "declined"}),
    ("answer:own-1.question", {"text": "What about the garden?", "standard": ""}),
]


@pytest.mark.parametrize(("field", "payload"), MARKED)
def test_whatever_is_recorded_of_a_meeting_can_be_marked_and_is_as_it_was_where_it_is_not(small, kit, field, payload):
    small.write("interview:P1", field, payload)
    assert "source" not in kit.journal.current_entry(ASSESSMENT, "interview:P1", field).payload
    small.write("interview:P1", field, {**payload, "source": "paper"})
    assert kit.journal.current_entry(ASSESSMENT, "interview:P1", field).payload["source"] == "paper"
    with pytest.raises(QpmError, match="JOURNAL-006"):
        small.write("interview:P1", field, {**payload, "source": "a friend"})


def test_when_a_meeting_was_held_on_paper_stands_in_tables_and_in_the_leads_report(small, kit, templates) -> None:
    times = [[row.held_at for row in small.table(table, templates)] for table in (answers_table, quotes_table)]
    assert [len(one) for one in times] == [2, 1]
    assert all(pd.isna(at) for one in times for at in one)
    small.write("interview:P1", "on_paper", {"began": HELD, "ended": HELD + 65 * 60_000})
    times = [[row.held_at for row in small.table(table, templates)] for table in (answers_table, quotes_table)]
    assert times == [[HELD, HELD], [HELD]]
    shown = {edition: str(blocks_of(kit, templates, edition)) for edition in ("lead", "provider")}
    assert "on paper, 10 March 2026, 14:05 to 15:10" in shown["lead"]
    assert "From paper, held 10 March 2026, 14:05 to 15:10." in shown["lead"]
    assert "14:05" not in shown["provider"]
    small.write("interview:P1", "on_paper", {"began": HELD, "ended": None})
    assert "From paper, held 10 March 2026, 14:05." in str(blocks_of(kit, templates, "lead"))


def blocks_of(kit: Kit, templates, edition: str) -> list[object]:
    report = open_visit_report(ASSESSMENT, VISIT, edition, kit=kit, templates=templates)
    return [block for section in report.sections() for block in section]


def test_the_lead_reads_it_and_the_provider_does_not(small, kit, templates) -> None:
    shown = {edition: blocks_of(kit, templates, edition) for edition in ("lead", "provider")}
    [table] = [one for one in shown["lead"] if isinstance(one, Table) and one.caption == "Evidence from P1"]
    assert ["From paper." in str(row[1]) for row in table.rows] == [True, True, False]
    assert "she came every week" in [one.text for one in shown["provider"] if isinstance(one, Quote)]
    assert "From paper" not in str(shown["provider"])
