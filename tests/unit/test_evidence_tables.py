"""Evidence tables: a small journal typed beside what each table must make of it."""

from __future__ import annotations

import inspect
import re

import pandas as pd
import pytest
from evidence_journals import PLAN, VISIT, Shelf, SmallJournal
from hypothesis import given, settings
from hypothesis import strategies as st

from qpm_widgets import evidence
from qpm_widgets.errors import QpmError
from qpm_widgets.evidence import (
    answers_table,
    bearings_table,
    contradictions_table,
    coverage_table,
    findings_table,
    left_out_table,
    met_table,
    quotes_table,
    ratings_table,
)
from qpm_widgets.journal import Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.templates import Templates, load_templates
from qpm_widgets.visits import plan_visit

CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
TABLES = [getattr(evidence, name) for name in evidence.__all__]


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    return SmallJournal(kit.journal)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory):
    """A journal with one interview, to be written over again and again."""
    home = tmp_path_factory.mktemp("talk") / "kit"
    with Kit.create(home, "a passphrase of words", assessor="AS1", cost=CHEAP) as kit:
        shelf = Shelf(kit, load_templates())
        shelf.fresh().interview("P1", "ps1")
        yield shelf


def documented_columns(table) -> list[tuple[str, str]]:
    section = inspect.getdoc(table).split("Columns\n-------\n")[1].split("\n\n")[0]
    lines = re.findall(r"^(\w+) : (\w+) — \S.*$", section, re.MULTILINE)
    assert len(lines) == len([line for line in section.splitlines() if not line.startswith(" ")])
    return lines


KINDS = {"str": "str", "int": "int64", "Int64": "Int64", "bool": "bool", "tuple": "object"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_column_is_documented_with_its_dtype_and_in_its_order(table, small, templates) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-CP-1", "Says what she does.")
    small.find("F1", "clarity_of_purpose", "Clear.", cited)
    for frame in (
        table(small.journal, templates, "small", VISIT),
        table(SmallJournal(small.journal, "empty").journal, templates, "empty"),
    ):
        assert [(name, str(dtype)) for name, dtype in frame.dtypes.items()] == [
            (name, KINDS[kind]) for name, kind in documented_columns(table)
        ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_unknown_assessment_or_visit_is_one_clear_error(table, small, templates) -> None:
    with pytest.raises(QpmError, match="PLAN-003"):
        table(small.journal, templates, "nowhere")
    with pytest.raises(QpmError, match="PLAN-001"):
        table(small.journal, templates, "small", "V9")


# --- answers ------------------------------------------------------------------------------------------------------


def test_an_answer_is_described_from_its_plan_and_its_question(small, templates) -> None:
    small.interview("A1", "adv1", team="t2")
    entry_id = small.note("A1", "A-CP-1", "Says what she does.")
    [row] = small.table(answers_table, templates)
    assert (row.evidence_id, row.entry_id, row.interview) == ("A1.A-CP-1.note", entry_id, "A1")
    assert (row.kind, row.role, row.source_type) == ("note", "advocate", "A")
    assert (row.team, row.area, row.nation) == ("t2", "south", "england")
    assert (row.standard, row.indicators, row.part) == ("clarity_of_purpose", ("CP1",), "note")
    assert row.question_text.startswith("Take me through the first ten minutes")
    assert (row.text, row.recorded_by, row.missing_reason, row.conflict) == ("Says what she does.", "AS1", "", False)


def test_a_correction_replaces_and_an_emptied_note_is_gone(small, templates) -> None:
    small.interview("A1", "adv1")
    small.note("A1", "A-CP-1", "first")
    small.note("A1", "A-CP-1", "second")
    small.note("A1", "A-CP-2", "something")
    small.note("A1", "A-CP-2", "")
    assert [row.text for row in small.table(answers_table, templates)] == ["second"]


def test_two_versions_of_one_note_are_both_there(small, templates) -> None:
    small.interview("A1", "adv1")
    small.note("A1", "A-CP-1", "here")
    small.note("A1", "A-CP-1", "there", replace=False)
    rows = small.table(answers_table, templates)
    assert [(row.text, row.conflict) for row in rows] == [("here", True), ("there", True)]
    assert len({row.evidence_id for row in rows}) == 1


def test_answers_come_in_the_order_of_meetings_questions_and_parts(small, templates) -> None:
    small.interview("P2", "ps2")
    small.interview("A1", "adv1")
    small.observation("O1")
    small.seen("O1", "O-IN-1", "who_agrees", "an advocate")
    small.seen("O1", "O-IN-1", "description", "a shared door")
    for interview, question in (("P2", "P-CP-1"), ("A1", "A-IN-1"), ("A1", "A-CP-1"), ("A1", "A-OPN-1")):
        small.note(interview, question, "words")
    assert [row.evidence_id for row in small.table(answers_table, templates)] == [
        "A1.A-OPN-1.note", "A1.A-CP-1.note", "A1.A-IN-1.note", "P2.P-CP-1.note",
        "O1.O-IN-1.description", "O1.O-IN-1.who_agrees",
    ]  # fmt: skip


def test_a_missing_answer_has_a_row_only_where_nothing_was_written(small, templates) -> None:
    small.interview("P1", "ps1")
    small.missing("P1", "P-CP-1", "declined")
    small.missing("P1", "P-CP-2", "does_not_know")
    small.note("P1", "P-CP-2", "Looked at the supporter.")
    small.missing("P1", "P-IN-1", "not_asked")
    small.missing("P1", "P-IN-1", "")
    rows = small.table(answers_table, templates)
    assert [(row.question, row.kind, row.missing_reason, row.text) for row in rows] == [
        ("P-CP-1", "missing", "declined", ""),
        ("P-CP-2", "note", "does_not_know", "Looked at the supporter."),
    ]


def test_a_question_that_the_guides_no_longer_have_keeps_its_answer(small, templates) -> None:
    small.interview("A1", "adv1")
    small.note("A1", "A-CP-99", "Asked by an older guide.")
    [row] = small.table(answers_table, templates)
    assert (row.text, row.standard, row.question_text, row.indicators) == ("Asked by an older guide.", "", "", ())


def test_a_visit_shows_only_its_own_and_an_assessment_all(small, templates) -> None:
    plan_visit(small.journal, "small", "V2", PLAN | {"starts": "2026-06-01", "ends": "2026-06-01"})
    small.interview("A1", "adv1", visit="V2")
    small.interview("A2", "adv2")
    small.note("A1", "A-CP-1", "later visit")
    small.note("A2", "A-CP-1", "first visit")
    assert [row.text for row in small.table(answers_table, templates)] == ["first visit"]
    assert [row.text for row in small.table(answers_table, templates, None)] == ["first visit", "later visit"]


@settings(deadline=None)
@given(text=st.text(min_size=1, max_size=300))
def test_any_text_survives_journal_and_table(text, talk) -> None:
    small, templates = talk.newest, talk.templates
    small.note("P1", "P-CP-1", text)
    small.quote("P1", "P-CP-1", text, "ps1", translation=text)
    [answer] = small.table(answers_table, templates)
    [quote] = small.table(quotes_table, templates)
    assert (answer.text, quote.text, quote.translation) == (text, text, text)


# --- bearings, coverage, contradictions -----------------------------------------------------------------------------


def test_bearings_come_by_indicator_with_strength(small, templates) -> None:
    small.interview("A1", "adv1")
    small.interview("P2", "ps2")
    small.mark("P2", "P-IN-1", "IN4", "contradicts", "account")
    small.mark("P2", "P-CP-1", "CP1", "not_explored", None)
    small.mark("A1", "A-CP-1", "CP1", "supports")
    rows = small.table(bearings_table, templates)
    assert [(row.evidence_id, row.bearing, row.strength, row.explored) for row in rows] == [
        ("A1.A-CP-1.evidence.CP1", "supports", "experience", True),
        ("P2.P-CP-1.evidence.CP1", "not_explored", "", False),
        ("P2.P-IN-1.evidence.IN4", "contradicts", "account", True),
    ]
    assert [row.standard for row in rows] == ["clarity_of_purpose", "clarity_of_purpose", "independence"]


def test_coverage_has_every_indicator_and_counts_what_was_explored(small, templates) -> None:
    small.interview("A1", "adv1")
    small.interview("A2", "adv2")
    small.interview("P3", "ps3")
    small.observation("O1")
    small.mark("A1", "A-CP-1", "CP1", "supports")
    small.mark("A2", "A-CP-1", "CP1", "mixed")
    small.mark("P3", "P-CP-1", "CP1", "not_explored")
    small.mark("O1", "O-IN-1", "IN6", "contradicts")
    frame = coverage_table(small.journal, templates, "small", VISIT).set_index("indicator")
    assert list(frame.index) == list(templates.indicator_ids)
    assert set("PAMFTRSOCD") <= set(frame.columns)
    cp1, in6, sa1 = frame.loc["CP1"], frame.loc["IN6"], frame.loc["SA1"]
    assert (cp1["A"], cp1["P"], cp1["pieces"], cp1["source_types"]) == (2, 0, 2, ("A",))
    assert cp1["not_heard"] == tuple(code for code in templates.indicator("CP1").sources if code != "A")
    assert (in6["O"], in6["source_types"]) == (1, ("O",))
    assert (sa1["pieces"], sa1["source_types"], sa1["not_heard"]) == (0, (), sa1["could_speak"])


def test_sources_against_each_other_are_a_contradiction(small, templates) -> None:
    for name in ("A1", "A2", "P3", "M4"):
        small.interview(name)
    small.mark("A1", "A-CO-1", "CO1", "supports")
    small.mark("A2", "A-CO-1", "CO1", "mixed")
    small.mark("P3", "P-CO-1", "CO1", "contradicts")
    small.mark("A1", "A-SA-3", "SA3", "supports")
    small.mark("M4", "M-SA-3", "SA3", "contradicts")
    # Two of one kind differ as well; one person of two minds, and agreement with doubts, are no contradiction.
    small.mark("A1", "A-CP-3", "CP4", "supports")
    small.mark("A1", "A-CP-4", "CP4", "contradicts")
    small.mark("A1", "A-CP-1", "CP1", "supports")
    small.mark("A2", "A-CP-1", "CP1", "contradicts")
    small.mark("A1", "A-CO-2", "CO2", "supports")
    small.mark("P3", "P-CO-2", "CO2", "mixed")
    rows = small.table(contradictions_table, templates)
    assert [(row.indicator, row.supported_by, row.contradicted_by, row.experience_against) for row in rows] == [
        ("CO1", ("A",), ("P",), True),
        ("CP1", ("A",), ("A",), False),
        ("SA3", ("A",), ("M",), False),
    ]
    assert (rows[0].mixed, rows[0].mixed_ids) == (("A",), ("A2.A-CO-1.evidence.CO1",))
    assert rows[0].contradicting_ids == ("P3.P-CO-1.evidence.CO1",)


def test_people_s_experience_against_a_claim_comes_first(small, templates) -> None:
    for name in ("A1", "P2", "M3"):
        small.interview(name)
    small.mark("A1", "A-CP-1", "CP1", "contradicts")
    small.mark("P2", "P-CP-1", "CP1", "supports")
    small.mark("P2", "P-SG-1", "SG3", "contradicts")
    small.mark("M3", "M-SG-2", "SG3", "supports")
    assert [row.indicator for row in small.table(contradictions_table, templates)] == ["SG3", "CP1"]


# --- ratings and findings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "confidence"),
    [
        ([], "none"),
        (["P"], "limited"),
        (["P", "P2"], "limited"),  # two remarks, one kind of source
        (["M", "T"], "limited"),  # two kinds, none of which is people, advocates or files
        (["A", "T"], "sufficient"),
        (["A", "M", "T"], "high"),
        (["M", "T", "R"], "limited"),
    ],
)
def test_confidence_follows_kinds_of_source_and_not_counts(heard, confidence, small, templates) -> None:
    for place, code in enumerate(heard, 1):
        name = f"{code[0]}{place}"
        small.interview(name)
        small.mark(name, f"{code[0]}-CP-1", "CP1", "supports")
    small.interview("F9")
    small.mark("F9", "F-CP-1", "CP1", "not_explored")
    rows = {row.indicator: row for row in small.table(ratings_table, templates)}
    assert rows["CP1"].confidence == confidence
    assert len(rows) == len(templates.indicator_ids)


def test_a_rating_carries_its_grounds_and_its_gates(small, templates) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-SG-1", "Friday, step by step.")
    entry_id = small.rate("SG1", "met", "Known by heart.", cited)
    rows = {row.indicator: row for row in small.table(ratings_table, templates)}
    row = rows["SG1"]
    assert (row.level, row.level_label, row.rationale, row.entry_id) == ("met", "Met", "Known by heart.", entry_id)
    assert (row.cites, row.evidence_ids, row.cites_lost) == ((cited,), ("A1.A-SG-1.note",), 0)
    assert row.gates == ("live_safeguarding_failure",)
    assert (rows["CP1"].level, rows["CP1"].entry_id, rows["CP1"].gates) == ("", "", ())


def test_ratings_that_differ_are_both_kept(small, templates) -> None:
    small.rate("CP1", "met", "one")
    small.rate("CP1", "partly", "other", replace=False)
    rows = [row for row in small.table(ratings_table, templates) if row.indicator == "CP1"]
    assert [(row.level, row.conflict) for row in rows] == [("met", True), ("partly", True)]


def test_a_finding_keeps_its_evidence_through_corrections_and_loses_what_is_withdrawn(small, templates) -> None:
    small.interview("A1", "adv1")
    small.interview("P2", "ps2")
    first = small.note("A1", "A-CP-1", "first words")
    heard = small.note("P2", "P-CP-1", "heard the same")
    small.find("F1", "clarity_of_purpose", "Clear to all.", first, heard)
    small.note("A1", "A-CP-1", "corrected words")
    [row] = small.table(findings_table, templates)
    assert (row.evidence_ids, row.cites_lost) == (("A1.A-CP-1.note", "P2.P-CP-1.note"), 0)
    assert row.source_types == ("P", "A")
    small.consent("P2", "notes", "ps2", "withdrawn")
    [row] = small.table(findings_table, templates)
    assert (row.evidence_ids, row.cites_lost, row.source_types) == (("A1.A-CP-1.note",), 1, ("A",))


def test_findings_come_by_standard_kind_and_order_and_can_be_taken_back(small, templates) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-CP-1", "words")
    small.find("F1", "independence", "third", cited)
    small.find("F2", "clarity_of_purpose", "second", cited, kind="area_to_develop")
    small.find("F3", "clarity_of_purpose", "first", cited)
    small.find("F4", "clarity_of_purpose", "taken back", cited)
    small.find("F4", "clarity_of_purpose", "", cited)
    assert [row.text for row in small.table(findings_table, templates)] == ["first", "second", "third"]


# --- whoever was met, and what is left out --------------------------------------------------------------------------


def test_small_groups_are_counted_together_and_not_below_three(small, templates) -> None:
    for name in ("P1", "P2", "P3", "T4", "M5"):
        small.interview(name)
    small.interview("A6", "adv1", "adv2", "adv3")
    small.interview("A7", "adv3")
    rows = {row.group: row for row in small.table(met_table, templates)}
    assert (rows["P"].people, rows["A"].people, rows["F"].people) == (3, 3, 0)
    assert pd.isna(rows["pool"].people) and rows["pool"].suppressed
    assert {"trustee", "advocacy_manager", "referrer_commissioner"} <= set(rows["pool"].roles)
    small.interview("R8")
    rows = {row.group: row for row in small.table(met_table, templates)}
    assert (rows["pool"].people, rows["pool"].suppressed) == (3, False)


def test_three_trustees_stand_alone_and_those_who_stopped_talking_are_not_met(small, templates) -> None:
    small.interview("T1", "tr1", "tr2", "tr3")
    assert {row.group: row.people for row in small.table(met_table, templates)}["T"] == 3
    small.consent("T1", "talk", "tr3", "withdrawn")
    assert "T" not in {row.group for row in small.table(met_table, templates)}


def test_what_is_left_out_says_why_and_from_which_editions(small, templates) -> None:
    small.interview("A1", "adv1", "adv2")
    small.interview("P2", "ps2", quotes="declined")
    small.interview("P3", "ps3", quotes="")
    small.interview("P4", "ps4")
    small.interview("T5", "tr5")
    cited = small.note("A1", "A-CP-1", "cited")
    small.note("A1", "A-CP-2", "cited by nothing")
    small.find("F1", "clarity_of_purpose", "A finding.", cited)
    small.quote("A1", "A-CP-1", "in other words", "adv1", grade="paraphrase")
    small.quote("A1", "A-CP-2", "may be used", "adv2")
    small.quote("P2", "P-CP-1", "these are words of mine", "ps2")
    small.quote("P3", "P-CP-1", "nobody asked me about this", "ps3")
    gone = small.note("P4", "P-CP-1", "to be withdrawn")
    small.find("F2", "clarity_of_purpose", "Rests on one voice.", gone)
    small.quote("T5", "T-CP-1", "the only trustee", "tr5")
    small.quote("P2", "P-CP-2", "mine", "ps2")
    small.consent("P4", "notes", "ps4", "withdrawn")
    rows = small.table(left_out_table, templates)
    assert {(row.evidence_id, row.kind, row.reason, row.editions) for row in rows} == {
        ("A1.A-CP-1.quote.1", "quote", "paraphrase", "provider"),
        ("A1.A-CP-2.note", "note", "uncited_note", "provider"),
        ("P2.P-CP-1.quote.1", "quote", "quote_declined", "all"),
        ("P2.P-CP-2.quote.1", "quote", "quote_declined", "all"),
        ("P3.P-CP-1.quote.1", "quote", "quote_not_asked", "all"),
        ("P4.P-CP-1.note", "note", "notes_consent", "all"),
        ("T5.T-CP-1.quote.1", "quote", "small_group", "provider"),
        ("V1.finding.F2", "finding", "lost_ground", "all"),
    }


def test_table_values_hold_no_words_of_what_was_left_out(small: SmallJournal, templates: Templates) -> None:
    small.interview("P1", "ps1", quotes="declined")
    small.quote("P1", "P-CP-1", "never to be printed anywhere", "ps1", translation="byth i'w argraffu")
    for table in TABLES:
        assert "printed anywhere" not in table(small.journal, templates, "small").to_csv()
        assert "argraffu" not in table(small.journal, templates, "small").to_csv()
