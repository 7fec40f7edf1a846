import pytest
from journal_interviews import ASSESSMENT, INTERVIEW, NOTE, agree, consent, note

from qpm_widgets.journal import Edit


def ids(entries) -> list[str]:
    return [entry.entry_id for entry in entries]


def test_an_empty_journal(journal) -> None:
    assert list(journal.iter_entries()) == []
    assert journal.current(ASSESSMENT) == []
    assert journal.current_entry(ASSESSMENT, INTERVIEW, NOTE) is None
    assert journal.conflicts(ASSESSMENT) == []
    assert journal.assessment_ids() == []
    assert journal.find_entries([]) == {}
    assert journal.verify().ok
    assert journal.verify().entries == 0
    assert len(journal.head()) == 64


def test_current_is_what_nothing_replaces(agreed) -> None:
    first = note("first")
    second = note("second", first.entry_id)
    agreed.append_all([first, second])
    assert agreed.current_entry(ASSESSMENT, INTERVIEW, NOTE).payload["text"] == "second"
    assert first.entry_id not in ids(agreed.current(ASSESSMENT))
    assert agreed.find_entries([first.entry_id])[first.entry_id].payload["text"] == "first"
    assert agreed.conflicts(ASSESSMENT) == []


def test_two_changes_of_one_entry_are_a_conflict_until_one_replaces_both(agreed) -> None:
    start = note("start")
    mine, yours = note("mine", start.entry_id), note("yours", start.entry_id)
    other = [note("a", field="answer:A-CP-2.note"), note("b", field="answer:A-CP-2.note")]
    agreed.append_all([start, mine, yours, *other])
    assert [ids(group) for group in agreed.conflicts(ASSESSMENT)] == [[mine.entry_id, yours.entry_id], ids(other)]
    assert agreed.current_entry(ASSESSMENT, INTERVIEW, NOTE).entry_id == yours.entry_id
    settled = note("settled", mine.entry_id, yours.entry_id)
    agreed.append(settled)
    assert [ids(group) for group in agreed.conflicts(ASSESSMENT)] == [ids(other)]
    entry = agreed.current_entry(ASSESSMENT, INTERVIEW, NOTE)
    assert set(entry.supersedes) == {mine.entry_id, yours.entry_id}


def test_filters(agreed) -> None:
    agree(agreed, subject="interview:A10")
    agreed.append_all([note("one"), note("ten", subject="interview:A10")])
    agreed.append(Edit("other", "visit:V1", "finding:F_1", {
        "standard": "independence", "kind": "finding", "text": "x", "cites": ["e"],
    }))  # fmt: skip
    assert agreed.assessment_ids() == ["other", ASSESSMENT]
    assert len(agreed.current(ASSESSMENT, subject=INTERVIEW)) == 4
    assert len(agreed.current(ASSESSMENT, subject_prefix="interview:A1")) == 8
    assert len(agreed.current(ASSESSMENT, field_prefix="consent:")) == 4
    assert len(agreed.current(ASSESSMENT, subject=INTERVIEW, field_prefix="answer:")) == 1
    assert len(agreed.current("other", field_prefix="finding:F_")) == 1
    # Neither a wildcard nor blind to case.
    assert agreed.current("other", field_prefix="finding:F%") == []
    assert agreed.current("other", field_prefix="finding:f_") == []
    assert agreed.current(ASSESSMENT, field_prefix="consent_") == []
    assert agreed.current("nowhere") == []
    assert len(list(agreed.iter_entries())) == 9
    assert len(list(agreed.iter_entries(ASSESSMENT))) == 8
    assert len(list(agreed.iter_entries(ASSESSMENT, subject=INTERVIEW, field_prefix="consent:talk"))) == 1
    assert len(agreed.find_entries([*ids(agreed.iter_entries()), "unknown"])) == 9


@pytest.mark.parametrize("subject", [None, "interview:A1"])
def test_a_long_journal_is_read_in_order_as_it_was_at_the_start(agreed, subject) -> None:
    agreed.append_all([note(str(number)) for number in range(2_010)])  # all within a few milliseconds
    reading = agreed.iter_entries(ASSESSMENT, subject=subject, field_prefix="answer:")
    seen = [next(reading) for _ in range(10)]
    agreed.append_all([note("2010"), note("2011")])
    seen += reading
    assert [entry.payload["text"] for entry in seen] == [str(number) for number in range(2_010)]
    assert [entry.device_seq for entry in seen] == sorted(entry.device_seq for entry in seen)


def test_an_abandoned_iteration_holds_nothing(agreed) -> None:
    for _ in range(50):  # more than there are connections
        next(agreed.iter_entries())
        agreed.append(note())


def test_head_changes_with_every_entry_and_with_nothing_else(agreed) -> None:
    heads = {agreed.head()}
    for number in range(3):
        agreed.append(note(str(number)))
        agreed.current(ASSESSMENT)
        heads.add(agreed.head())
    assert len(heads) == 4
    assert agreed.head() == agreed.head()


def test_a_withdrawn_consent_is_current_like_any_entry(agreed) -> None:
    given = agreed.current_entry(ASSESSMENT, INTERVIEW, "consent:talk.R1")
    agreed.append(consent("talk", "R1", "withdrawn", supersedes=(given.entry_id,)))
    assert agreed.current_entry(ASSESSMENT, INTERVIEW, "consent:talk.R1").payload["decision"] == "withdrawn"
    assert agreed.current_entry(ASSESSMENT, INTERVIEW, "plan").payload["respondents"] == ["R1"]
