"""`qpm show`: from a sentence of a lead's report to the entry behind it, as a person meets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence_journals import ASSESSMENT, SmallJournal
from typer.testing import CliRunner

from qpm_widgets.cli import app
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.journal.withdrawing import Withdrawal

PASSPHRASE = "four words are good"
SAMPLE_PASSPHRASE = "a test passphrase of many words"  # as in tests/conftest.py
QUOTE = "P1.P-CO-1.quote.1"
FIELD = "interview:P1 answer:P-CO-1.quote.1"


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    cost = KeyCost(time_cost=1, memory_kib=64, parallelism=1)
    with Kit.create(tmp_path / "kit", PASSPHRASE, assessor="AS1", cost=cost) as made:
        yield made


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    made = SmallJournal(kit.journal)
    made.interview("P1", "ps1")
    return made


def show(kit: Kit, *arguments: str, command: str = "show") -> tuple[list[str], str]:
    """What it prints: the lines for scripts, and what is said to people beside the questions."""
    done = CliRunner().invoke(app, [command, *arguments, "--home", str(kit.home)], input=f"{PASSPHRASE}\n")
    assert done.exit_code == 0, done.output + repr(done.exception)
    return done.stdout.splitlines(), done.stderr


def refusal(kit: Kit, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["show", *arguments, "--home", str(kit.home)], input=f"{PASSPHRASE}\n")
    assert isinstance(done.exception, QpmError), done.output
    assert not done.stdout
    return str(done.exception)


def test_an_evidence_id_leads_to_the_entry_that_stands_now(kit: Kit, small: SmallJournal) -> None:
    first = small.quote("P1", "P-CO-1", "I am heard.", "ps1")
    assert "earlier" not in show(kit, QUOTE)[1]
    second = small.quote("P1", "P-CO-1", "I am heard now.", "ps1")
    lines, said = show(kit, QUOTE)
    assert lines[0] == f"{ASSESSMENT} {FIELD}"
    assert lines[1].startswith("recorded ") and lines[1].endswith(f" UTC by AS1, current: {second}")
    assert lines[2] == f"replaces {first}"
    assert "text: I am heard now." in lines
    assert "text: I am heard." not in lines
    assert f"1 earlier version: `history {ASSESSMENT} {FIELD} --home {kit.home}` shows it." in said
    replaced, said = show(kit, first)
    assert replaced[1].endswith(f"replaced since: {first}")
    assert "text: I am heard." in replaced
    assert "1 other version: " in said
    everything, _ = show(kit, ASSESSMENT, *FIELD.split(), command="history")
    assert {"    text: I am heard.", "    text: I am heard now."} <= set(everything), "the next step leads to both"


def test_a_quick_note_says_when_it_was_begun_and_to_which_question_it_is_filed(kit: Kit, small: SmallJournal) -> None:
    noted = {"text": "A nurse stood in the door.", "at": 1_780_000_000_000, "filed_to": "P-CO-1"}
    small.write("interview:P1", "answer:line-1.note", noted)
    lines, _ = show(kit, "P1.line-1.note")
    assert {"text: A nurse stood in the door.", "at: 28 May 2026 20:26:40 UTC", "filed_to: P-CO-1"} <= set(lines)


@pytest.mark.parametrize("typed", [QUOTE.lower(), QUOTE.upper(), " p1.P-co-1.Quote.1"])
def test_an_id_may_be_typed_in_any_case(typed: str, kit: Kit, small: SmallJournal) -> None:
    entry_id = small.quote("P1", "P-CO-1", "I am heard.", "ps1")
    assert show(kit, typed)[0] == show(kit, QUOTE)[0] == show(kit, entry_id.upper())[0]


def test_of_two_ids_that_differ_in_case_alone_the_one_that_was_typed_is_meant(kit: Kit, small: SmallJournal) -> None:
    plan = small.journal.current_entry(ASSESSMENT, "interview:P1", "plan")
    assert plan is not None and plan.payload is not None
    small.write("interview:p1", "plan", dict(plan.payload) | {"respondents": ["ps2"]})
    for scope in ("talk", "notes"):
        small.consent("p1", scope, "ps2", "given")
    small.note("P1", "P-CO-1", "of the one")
    small.note("p1", "P-CO-1", "of the other")
    assert "text: of the one" in show(kit, "P1.P-CO-1.note")[0]
    assert "text: of the other" in show(kit, "p1.P-CO-1.note")[0]
    both, _ = show(kit, "P1.p-co-1.NOTE")
    assert {"text: of the one", "text: of the other"} <= set(both)


def test_where_several_assessments_have_the_id_it_asks_which(kit: Kit, small: SmallJournal) -> None:
    small.quote("P1", "P-CO-1", "of the one", "ps1")
    other = SmallJournal(kit.journal, "other")
    other.interview("P1", "ps1")
    other.quote("P1", "P-CO-1", "of the other", "ps1")
    said = refusal(kit, QUOTE)
    assert said.startswith(f"JOURNAL-018, {QUOTE}: ")
    assert said.endswith(f"`qpm show {QUOTE} --assessment other --home {kit.home}`: other, {ASSESSMENT}.")
    assert len(said.splitlines()) == 1
    assert "text: of the other" in show(kit, QUOTE, "--assessment", "other")[0]
    assert "text: of the one" in show(kit, QUOTE, "--assessment", ASSESSMENT)[0]
    assert refusal(kit, QUOTE, "--assessment", "third").startswith("PLAN-003, assessment third: ")


def test_both_of_two_entries_that_stand_side_by_side_are_shown(kit: Kit, small: SmallJournal) -> None:
    small.note("P1", "P-CO-1", "one side")
    small.note("P1", "P-CO-1", "another side", replace=False)
    lines, said = show(kit, "P1.P-CO-1.note")
    assert "CONFLICT: 2 entries stand side by side; neither writer knew of the other's." in lines
    assert {"text: one side", "text: another side"} <= set(lines)
    assert "version" not in said


def test_what_was_erased_says_when_and_by_which_entry(kit: Kit, small: SmallJournal) -> None:
    small.quote("P1", "P-CO-1", "I am heard.", "ps1")
    small.journal.erase(Withdrawal(ASSESSMENT, "P1"))
    [tombstone] = small.journal.iter_entries(ASSESSMENT, subject="interview:P1", field_prefix="erasure:")
    lines, _ = show(kit, QUOTE)
    assert lines[2].startswith("erased ") and lines[2].endswith(f"by AS1 (withdrawn), entry {tombstone.entry_id}")
    assert "I am heard." not in "\n".join(lines)
    assert show(kit, tombstone.entry_id)[0][0].startswith(f"{ASSESSMENT} interview:P1 erasure:")


@pytest.mark.parametrize("typed", ["P1.P-CO-1.note", "01900000-0000-7000-8000-000000000000", "nothing", "%", ""])
def test_an_unknown_id_is_told_which_kinds_there_are(typed: str, kit: Kit, small: SmallJournal) -> None:
    small.quote("P1", "P-CO-1", "I am heard.", "ps1")
    said = refusal(kit, typed)
    assert said.startswith("JOURNAL-016, ")
    for kind in ("P1.P-CO-1.quote.1", "V1.finding.F3", "V1.rating.CP1", "journal entries"):
        assert kind in said
    assert len(said.splitlines()) == 1


def test_what_a_finding_or_rating_cites_is_listed(kit: Kit, small: SmallJournal) -> None:
    small.interview("A2", "adv1")
    note, quote = small.note("A2", "A-CP-1", "kept"), small.quote("P1", "P-CP-1", "gone", "ps1")
    finding = small.find("F1", "clarity_of_purpose", "All say it alike.", note, quote)
    small.rate("CP1", "met", "As heard.", note)
    lines, _ = show(kit, "v1.finding.f1")
    assert lines == show(kit, finding)[0]
    assert lines[0] == f"{ASSESSMENT} visit:V1 finding:F1"
    assert lines[-3:] == ["cites:", f"  A2.A-CP-1.note, entry {note}", f"  {QUOTE.replace('CO', 'CP')}, entry {quote}"]
    assert show(kit, "V1.rating.CP1")[0][-2:] == ["cites:", f"  A2.A-CP-1.note, entry {note}"]
    corrected = small.note("A2", "A-CP-1", "kept, and corrected")
    assert show(kit, "V1.rating.CP1")[0][-1] == f"  A2.A-CP-1.note, entry {note}, replaced since"
    small.rate("CP1", "met", "As heard.", corrected)
    assert show(kit, "V1.rating.CP1")[0][-1] == f"  A2.A-CP-1.note, entry {corrected}"
    small.journal.erase(Withdrawal(ASSESSMENT, "P1"))
    assert show(kit, finding)[0][-1] == f"  P1.P-CP-1.quote.1, entry {quote}, erased"
    past, _ = show(kit, ASSESSMENT, "V1", "finding:F1", command="history")
    assert f"      P1.P-CP-1.quote.1, entry {quote}, erased" in past
    assert note not in "\n".join(line for line in past if line.startswith("    cites")), "one way to list them"


def test_the_handbook_s_steps_lead_from_a_sentence_of_the_sample_to_its_earlier_words(lantern: Kit) -> None:
    page = (Path(__file__).parents[2] / "docs/handbook/reports.md").read_text(encoding="utf-8")
    [section] = re.findall(r"^## Tracing a sentence.*?(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    steps = re.findall(r"`python kit\.py ((?:show|history) [^`]+)`", section)
    assert [one.split()[0] for one in steps] == ["show", "show", "history", "history"]
    said = []
    for step in steps:
        done = CliRunner().invoke(app, [*step.split(), "--home", str(lantern.home)], input=f"{SAMPLE_PASSPHRASE}\n")
        assert done.exit_code == 0, done.output
        said.append(done.output)
    sentence, words, past, visit = said
    assert re.findall(r"“(.+?)”", section.replace("\n", " "))[0] in sentence
    assert f"  {steps[1].split()[1]}, entry " in sentence, "the second step is one of what the first lists"
    assert f"There is 1 earlier version: `{steps[2]} " in words
    assert "replaced since" in past
    assert "finding:F301" in visit and "rating:CO1" in visit


def test_what_a_submitted_visit_may_cite_sends_no_control_characters(kit: Kit, small: SmallJournal) -> None:
    small.rate("CP1", "met", "As heard.", "\x1b]0;title\x07")
    lines, _ = show(kit, "V1.rating.CP1")
    assert lines[-1] == r"  entry \x1b]0;title\x07, which is not in this journal"
