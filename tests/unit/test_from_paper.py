"""Words that were keyed in from a form on paper say so, and count like any others."""

from __future__ import annotations

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture.visit_evidence import read_visit_evidence
from qpm_widgets.evidence import answers_table, coverage_table, quotes_table
from qpm_widgets.journal import Kit
from qpm_widgets.reports.blocks import Quote, Table
from qpm_widgets.reports.visit_report import open_visit_report


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


def test_the_lead_reads_it_and_the_provider_does_not(small, kit, templates) -> None:
    shown = {}
    for edition in ("lead", "provider"):
        report = open_visit_report(ASSESSMENT, VISIT, edition, kit=kit, templates=templates)
        shown[edition] = [block for section in report.sections() for block in section]
    [table] = [one for one in shown["lead"] if isinstance(one, Table) and one.caption == "Evidence from P1"]
    assert ["From paper." in str(row[1]) for row in table.rows] == [True, True, False]
    assert "she came every week" in [one.text for one in shown["provider"] if isinstance(one, Quote)]
    assert "From paper" not in str(shown["provider"])
