"""The consent gate: a table of cases on the pure rule, then the gate at work inside the journal."""

from __future__ import annotations

import threading

import pytest
from journal_interviews import ASSESSMENT, INTERVIEW, agree, consent, note, plan, quote

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Journal
from qpm_widgets.journal.consent import check_consent, read_decisions, read_standing

# respondents of the plan | current consents as "scope.code=decision" | what the gate answers (None: it opens)
CASES = [
    ("R1", "", "CONSENT-001"),
    ("R1", "talk.R1=given", "CONSENT-001"),
    ("R1", "talk.R1=given notes.R1=declined", "CONSENT-001"),
    ("R1", "talk.R1=given notes.R1=withdrawn", "CONSENT-001"),
    ("R1", "talk.R1=given notes.R1=not_applicable", "CONSENT-001"),
    ("R1", "talk.R1=given quotes.R1=given supporter.R1=given", "CONSENT-001"),
    ("R1", "talk.R1=given notes.R1=given", None),
    ("R1", "notes.R1=given", None),
    ("R1", "talk.R1=given notes.R1=given quotes.R1=declined", None),
    ("R1", "talk.R1=withdrawn notes.R1=given", None),  # stopped half-way and lets the notes stay
    # A group: everyone has agreed to talk and to notes, or takes no part.
    ("R1 R2", "talk.R1=given notes.R1=given", "CONSENT-002"),  # R2 was never asked
    ("R1 R2", "talk.R1=given notes.R1=given notes.R2=given", "CONSENT-002"),
    ("R1 R2", "talk.R1=given notes.R1=given quotes.R2=given", "CONSENT-002"),
    ("R1 R2", "talk.R1=given notes.R1=given talk.R2=not_applicable", None),  # was not there
    ("R1 R2", "talk.R1=given notes.R1=given talk.R2=erased", None),
    ("R1 R2", "talk.R1=given notes.R1=given talk.R2=given notes.R2=given", None),
    ("R1 R2", "talk.R1=given notes.R1=given talk.R2=given", "CONSENT-002"),
    ("R1 R2", "talk.R1=given notes.R1=given talk.R2=given notes.R2=declined", "CONSENT-002"),
    ("R1 R2", "talk.R1=given notes.R1=given talk.R2=given notes.R2=withdrawn", "CONSENT-002"),
    ("R1 R2", "talk.R1=given notes.R1=given talk.R2=declined notes.R2=declined", None),  # takes no part
    ("R1 R2", "talk.R1=given notes.R1=given talk.R2=withdrawn notes.R2=withdrawn", None),
    ("R1 R2", "talk.R1=given notes.R1=declined talk.R2=declined notes.R2=given", "CONSENT-002"),
    ("R1 R2", "talk.R1=declined notes.R1=declined talk.R2=declined", "CONSENT-001"),
    ("R1 R2 R3", "notes.R3=given talk.R1=given talk.R2=given notes.R2=given", "CONSENT-002"),
    ("R1 R2 R3", "talk.R3=declined talk.R1=given notes.R1=given talk.R2=given notes.R2=given", None),
    # Someone who is not in the plan gives no consent for it, and counts when they talk.
    ("R1", "talk.R9=given notes.R9=given", "CONSENT-001"),
    ("R1", "talk.R1=given notes.R1=given talk.R9=given", "CONSENT-002"),
    ("R1", "talk.R1=given notes.R1=given talk.R9=given notes.R9=given", None),
    ("", "talk.R1=given notes.R1=given", "CONSENT-001"),  # not planned
    # Two assessors disagree: the more restrictive counts, whichever was first.
    ("R1", "talk.R1=given notes.R1=given notes.R1=declined", "CONSENT-001"),
    ("R1", "talk.R1=given notes.R1=withdrawn notes.R1=given", "CONSENT-001"),
    ("R1 R2", "notes.R1=given talk.R2=given notes.R2=not_applicable notes.R2=given", "CONSENT-002"),
    ("R1", "talk.R1=given notes.R1=given notes.R1=given", None),
    # An erased consent permits nothing.
    ("R1", "talk.R1=given notes.R1=erased", "CONSENT-001"),
    ("R1", "talk.R1=given notes.R1=given notes.R1=erased", "CONSENT-001"),
]


def facts(respondents: str, consents: str):
    plans = [("plan", {"respondents": respondents.split()})] if respondents else []
    return plans + [
        (f"consent:{place}", None if decision == "erased" else {"decision": decision, "how": "spoken"})
        for place, decision in (one.split("=") for one in consents.split())
    ]


def answer(respondents: str, consents: str, payload=None, field: str = "answer:A-CP-1.note") -> str | None:
    try:
        check_consent(INTERVIEW, field, payload or {"text": "x"}, read_standing(facts(respondents, consents)))
    except QpmError as error:
        return error.code
    return None


@pytest.mark.parametrize(("respondents", "consents", "expected"), CASES)
def test_the_rule(respondents, consents, expected) -> None:
    assert answer(respondents, consents) == expected
    for field in ("answer:A-CP-1.missing", "answer:A-CP-1.evidence.CP1"):
        assert answer(respondents, consents, field=field) == expected
    assert answer(respondents, consents, {"respondent": "R1"}, "answer:A-CP-1.quote.1") == expected


def test_a_quote_is_of_someone_in_the_plan() -> None:
    consents = "talk.R1=given notes.R1=given quotes.R1=declined talk.R2=declined"
    assert answer("R1 R2", consents, {"respondent": "R2"}, "answer:A-CP-1.quote.1") is None
    assert answer("R1 R2", consents, {"respondent": "R3"}, "answer:A-CP-1.quote.12") == "CONSENT-003"


def test_two_plans_in_conflict_both_count() -> None:
    both = [*facts("R1", "notes.R2=given"), ("plan", {"respondents": ["R2"]}), ("plan", None)]
    check_consent(INTERVIEW, "answer:A-CP-1.note", {}, read_standing(both))


def test_whom_every_plan_in_conflict_has_must_have_been_asked() -> None:
    both = [*facts("R1 R2", "talk.R1=given notes.R1=given"), ("plan", {"respondents": ["R2", "R1"]})]
    assert read_standing(both).refusing == ["R2"]


def test_decisions_are_read_per_scope_and_code() -> None:
    found = read_decisions(facts("R1", "talk.R1=given talk.R2=declined quotes.R1=given quotes.R1=withdrawn"))
    assert found == {("talk", "R1"): "given", ("talk", "R2"): "declined", ("quotes", "R1"): "withdrawn"}


def refused(journal: Journal, edit: Edit) -> str:
    before = journal.head()
    with pytest.raises(QpmError) as caught:
        journal.append(edit)
    assert journal.head() == before
    return caught.value.code


def test_the_journal_asks_the_gate(journal) -> None:
    assert refused(journal, note()) == "CONSENT-001"
    journal.append_all([plan("R1", "R2"), consent("talk", "R1"), consent("talk", "R2"), consent("notes", "R1")])
    assert refused(journal, note()) == "CONSENT-002"
    asked = consent("notes", "R2")
    journal.append(asked)
    journal.append_all([note(), quote("words", "R2")])
    assert refused(journal, quote("words", "R3", entry_id=note().entry_id)) == "CONSENT-003"
    journal.append(consent("notes", "R2", "withdrawn", supersedes=(asked.entry_id,)))
    assert refused(journal, note()) == "CONSENT-002"
    assert len(journal.current(ASSESSMENT, field_prefix="answer:")) == 2, "what was written stays until erased"


def test_a_withdrawal_beside_a_renewal_is_a_conflict_that_blocks(agreed) -> None:
    given = agreed.current_entry(ASSESSMENT, INTERVIEW, "consent:notes.R1").entry_id
    agreed.append(consent("notes", "R1", "withdrawn", supersedes=(given,)))
    agreed.append(consent("notes", "R1", supersedes=(given,)))  # written on another page, unaware of it
    assert refused(agreed, note()) == "CONSENT-001"
    both = tuple(entry.entry_id for group in agreed.conflicts(ASSESSMENT) for entry in group)
    agreed.append(consent("notes", "R1", supersedes=both))
    agreed.append(note())


def test_consent_is_for_one_interview_of_one_assessment(agreed) -> None:
    agreed.append(plan(subject="interview:A2"))
    assert refused(agreed, note(subject="interview:A2")) == "CONSENT-001"
    agreed.append(Edit("other", INTERVIEW, "plan", plan().payload))
    assert refused(agreed, Edit("other", INTERVIEW, note().field, {"text": "x"})) == "CONSENT-001"


def test_the_gate_sees_what_the_same_batch_says(journal) -> None:
    journal.append_all([plan(), consent("talk", "R1"), consent("notes", "R1"), note()])
    given = journal.current_entry(ASSESSMENT, INTERVIEW, "consent:notes.R1").entry_id
    batch = [consent("notes", "R1", "withdrawn", supersedes=(given,)), note("after")]
    with pytest.raises(QpmError, match="CONSENT-001"):
        journal.append_all(batch)
    assert journal.current_entry(ASSESSMENT, INTERVIEW, "consent:notes.R1").entry_id == given


def test_an_observation_asks_nobody(journal) -> None:
    journal.append(note("a poster on the wall", subject="observation:O1", field="answer:O-IN-1.description"))


def test_no_answer_slips_in_after_a_withdrawal(agreed) -> None:
    """Answers and the withdrawal race from several threads; in the journal's order none comes after it."""
    given = agreed.current_entry(ASSESSMENT, INTERVIEW, "consent:notes.R1").entry_id
    start = threading.Barrier(5)

    def write() -> None:
        start.wait()
        for number in range(40):
            try:
                agreed.append(note(str(number)))
            except QpmError as error:
                assert error.code == "CONSENT-001"
                return

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    start.wait()
    agreed.append(consent("notes", "R1", "withdrawn", supersedes=(given,)))
    for thread in threads:
        thread.join()
    order = [entry.field for entry in agreed.iter_entries(subject=INTERVIEW)]
    withdrawn = len(order) - 1 - order[::-1].index("consent:notes.R1")
    assert not [field for field in order[withdrawn:] if field.startswith("answer:")]


def test_everyone_in_a_group_who_agreed_can_be_noted(journal) -> None:
    agree(journal, "R1", "R2", "R3")
    journal.append_all([note(), quote("so do I", "R3")])
