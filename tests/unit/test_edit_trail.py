"""A mark that was taken back counts nowhere, and earlier versions are shown to whom the page may show them."""

from __future__ import annotations

import pytest
from evidence_journals import ASSESSMENT, VISIT, SmallJournal

from qpm_widgets.capture import InterviewSheet
from qpm_widgets.capture.desk_view import view_desk
from qpm_widgets.capture.visit_evidence import read_visit_evidence
from qpm_widgets.evidence import answers_table, bearings_table, contradictions_table, coverage_table, ratings_table
from qpm_widgets.journal import Kit
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports.blocks import Table
from qpm_widgets.reports.visit_report import open_visit_report


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    journal = SmallJournal(kit.journal)
    journal.interview("P1", "ps1")
    return journal


def versions(kit: Kit, templates, field: str) -> list[str]:
    sheet = InterviewSheet(ASSESSMENT, "P1")
    sheet.kit, sheet.templates = kit, templates
    message = {"kind": "do", "name": "versions", "arguments": {"field": field}, "request_id": "1"}
    answer = sheet.answer(message)
    return [one["payload"].get("text", one["payload"].get("bearing")) for one in answer["result"]["versions"]]


def test_a_rating_that_was_taken_back_is_no_rating(small, kit, templates) -> None:
    cited = small.note("P1", "P-CP-1", "At the question.")
    small.rate("CP1", "partly", "One says so.", cited)
    small.rate("CP1", "", "What I thought then.", cited)
    assert [row.indicator for row in small.table(ratings_table, templates) if row.level] == []
    report = open_visit_report(ASSESSMENT, VISIT, "lead", kit=kit, templates=templates)
    said = str([block for section in report.sections() for block in section])
    assert "V1.rating.CP1" not in said and "What I thought then." not in said
    assert next(iter(small.table(ratings_table, templates))).rationale == ""
    # Another machine rates it meanwhile: that is not settled.
    small.rate("CP1", "met", "All say so.", cited, replace=False)
    [row] = [row for row in small.table(ratings_table, templates) if row.level]
    assert (row.level, row.conflict) == ("met", True)


def test_a_mark_that_was_taken_back_counts_nowhere(small, kit, templates) -> None:
    small.interview("P2", "ps2")
    small.mark("P2", "P-CP-1", "CP1", "supports")
    small.note("P1", "P-CP-1", "At the question.")
    cited = small.mark("P1", "P-CP-1", "CP1", "contradicts")
    small.mark("P1", "own-1", "CP1", "contradicts")
    small.mark("P1", "line-1", "CP1", "contradicts")
    small.rate("CP1", "partly", "One says so.", cited)
    assert len(small.table(contradictions_table, templates)) == 1
    for item in ("P-CP-1", "own-1", "line-1"):
        small.mark("P1", item, "CP1", "", None)
    assert [row.interview for row in small.table(bearings_table, templates)] == ["P2"]
    assert next(row.pieces for row in small.table(coverage_table, templates) if row.indicator == "CP1") == 1
    assert small.table(contradictions_table, templates) == []
    [row] = small.table(answers_table, templates)
    assert row.evidence_id == "P1.P-CP-1.note"
    [rating] = [row for row in small.table(ratings_table, templates) if row.level]
    assert (rating.evidence_ids, rating.cites_lost) == ((), 1)  # what it rested on is not there
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    assert [(one["name"], list(one["marks"])) for one in evidence.pieces] == [
        ("P1.P-CP-1.note", []), ("P2.P-CP-1.evidence.CP1", ["CP1"]),
    ]  # fmt: skip
    report = open_visit_report(ASSESSMENT, VISIT, "lead", kit=kit, templates=templates)
    tables = [block for section in report.sections() for block in section if isinstance(block, Table)]
    [table] = [one for one in tables if one.caption == "Evidence from P1"]
    assert [str(row[0]) for row in table.rows] == ["P1.P-CP-1.note"] and "Bears on" not in str(table.rows)
    [assessment] = view_desk(kit, templates)["assessments"]
    assert {one["id"]: one["answered"] for one in assessment["visits"][0]["meetings"]} == {"P1": 1, "P2": 0}, (
        "a mark is no answer"
    )


def test_earlier_versions_are_there_newest_first_and_erased_ones_never(small, kit, templates) -> None:
    for text in ("first", "second", ""):
        small.note("P1", "P-CP-1", text)
    small.note("P1", "P-CP-10", "another field")
    small.quote("P1", "P-CP-1", "said so", "ps1")
    small.quote("P1", "P-CP-1", "said it otherwise", "ps1")
    assert versions(kit, templates, "answer:P-CP-1.note") == ["", "second", "first"]
    assert versions(kit, templates, "answer:P-CP-1.quote.1") == ["said it otherwise", "said so"]
    assert versions(kit, templates, "consent:notes.ps1") == []
    sheet = InterviewSheet(ASSESSMENT, "P1")
    sheet.kit, sheet.templates = kit, templates
    view = sheet.answer({"kind": "open"})["view"]
    assert view["versions"] == {"answer:P-CP-1.note": 3, "answer:P-CP-1.quote.1": 2}
    began = {"began": 1_790_000_000_000, "why": "break"}
    small.write("interview:P1", "pause:1", began)
    small.write("interview:P1", "pause:1", {**began, "why": "distress"})
    assert len(versions(kit, templates, "pause:1")) == 2  # consents and the state have none to put back
    assert [versions(kit, templates, field) for field in ("state", "consent:talk.ps1", "plan")] == [[], [], []]
    kit.journal.erase(Withdrawal(ASSESSMENT, "P1", "quotes"))
    assert versions(kit, templates, "answer:P-CP-1.quote.1") == []
    assert versions(kit, templates, "answer:P-CP-1.note") == ["", "second", "first"]


def test_what_was_agreed_and_how_it_went_on_is_listed_oldest_first_and_erased_is_not(small, kit, templates) -> None:
    small.consent("P1", "quotes", "ps1", "withdrawn")
    for state, reason in (("open", ""), ("stopped", "A word of the reason.")):
        small.write("interview:P1", "state", {"state": state, "reason": reason})
    small.note("P1", "P-CP-1", "no part of it")
    sheet = InterviewSheet(ASSESSMENT, "P1")
    sheet.kit, sheet.templates = kit, templates

    def told() -> list[tuple[str, str]]:
        answer = sheet.answer({"kind": "do", "name": "history", "arguments": {}, "request_id": "1"})
        history = answer["result"]["history"]
        assert all(one["by"] == "AS1" and one["at"] > 0 for one in history)
        return [(one["field"], one["payload"].get("decision") or one["payload"]["state"]) for one in history]

    agreed = [(f"consent:{scope}.ps1", "given") for scope in ("talk", "notes", "quotes")]
    assert told() == [*agreed, ("consent:quotes.ps1", "withdrawn"), ("state", "open"), ("state", "stopped")]
    kit.journal.erase(Withdrawal(ASSESSMENT, "P1"))
    assert "A word of the reason." not in str(sheet.do("history", {}))
