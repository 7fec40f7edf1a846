from datetime import UTC, datetime

import pytest
from journal_interviews import ASSESSMENT, INTERVIEW, NOTE, PASSPHRASE, agree, consent, note, plan

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Journal, Kit, new_entry_id


def refused(code: str, journal: Journal, *edits: Edit, **named) -> QpmError:
    before = journal.head()
    with pytest.raises(QpmError) as caught:
        journal.append_all(edits, **named)
    assert caught.value.code == code, str(caught.value)
    assert journal.head() == before, "nothing is written when something is refused"
    return caught.value


def test_a_receipt_is_the_entry_s_own_time(agreed) -> None:
    edit = note("first")
    receipt = agreed.append(edit)
    entry = agreed.find_entries([edit.entry_id])[edit.entry_id]
    assert (receipt.entry_id, receipt.recorded_at, receipt.repeated) == (edit.entry_id, entry.recorded_at, False)
    assert abs((receipt.recorded - datetime.now(UTC)).total_seconds()) < 60
    assert (entry.recorded_by, entry.device_seq, entry.erased) == ("AS1", 4, False)
    assert (entry.assessment_id, entry.subject, entry.field) == (ASSESSMENT, INTERVIEW, NOTE)


def test_sending_again_gives_the_first_receipt(agreed) -> None:
    edit = note("sent twice")
    first = agreed.append(edit)
    head = agreed.head()
    again = agreed.append(edit)
    assert (again.entry_id, again.recorded_at, again.repeated) == (first.entry_id, first.recorded_at, True)
    assert agreed.head() == head
    later = agreed.append(note("later", edit.entry_id))
    assert not later.repeated
    assert agreed.append(edit).repeated, "also once it has been replaced"
    # A resend is answered even when consent has gone since: the entry is durable already.
    given = agreed.current_entry(ASSESSMENT, INTERVIEW, "consent:notes.R1")
    agreed.append(consent("notes", "R1", "withdrawn", supersedes=(given.entry_id,)))
    assert agreed.append(edit).repeated


def test_an_id_cannot_stand_for_something_else(agreed) -> None:
    edit = note("one thing")
    old = agreed.append(note("old", field="answer:A-CP-2.note")).entry_id
    agreed.append(edit)
    for other in (
        note("another thing", entry_id=edit.entry_id),
        note("one thing", field="answer:A-CP-2.note", entry_id=edit.entry_id),
        note("one thing", old, entry_id=edit.entry_id),
        Edit("elsewhere", INTERVIEW, NOTE, edit.payload, entry_id=edit.entry_id),
    ):
        refused("JOURNAL-004", agreed, other)


def test_a_predecessor_is_there_and_of_the_same_field(agreed) -> None:
    unknown = new_entry_id()
    assert unknown in str(refused("JOURNAL-005", agreed, note("x", unknown)))
    edit = note("x")
    refused("JOURNAL-005", agreed, note("x", edit.entry_id, entry_id=edit.entry_id))
    agreed.append(edit)
    agree(agreed, subject="interview:A2")
    refused("JOURNAL-014", agreed, note("y", edit.entry_id, field="answer:A-CP-2.note"))
    refused("JOURNAL-014", agreed, note("y", edit.entry_id, subject="interview:A2"))
    refused("JOURNAL-014", agreed, Edit(ASSESSMENT, INTERVIEW, "plan", plan().payload, (edit.entry_id,)))


def test_a_batch_is_written_whole_or_not_at_all(agreed) -> None:
    good = note("good")
    refused("JOURNAL-005", agreed, good, note("bad", new_entry_id()))
    refused("JOURNAL-006", agreed, good, Edit(ASSESSMENT, INTERVIEW, NOTE, {"txt": "bad"}))
    assert agreed.find_entries([good.entry_id]) == {}
    better = note("better", good.entry_id)
    receipts = agreed.append_all([good, better])
    assert [receipt.entry_id for receipt in receipts] == [good.entry_id, better.entry_id]
    assert [entry.entry_id for entry in agreed.current(ASSESSMENT, field_prefix="answer:")] == [better.entry_id]
    assert agreed.append_all([]) == []


@pytest.mark.parametrize(
    "edit",
    [
        note(entry_id="A" * 36),
        note(entry_id=""),
        note(entry_id="../../x"),
        note("x", "not-an-id"),
        Edit("", INTERVIEW, NOTE, {"text": "x"}),
        Edit("a name with spaces", INTERVIEW, NOTE, {"text": "x"}),
        note("x", *[new_entry_id()] * 2),
    ],
    ids=range(7),
)
def test_an_id_that_is_none_is_refused(agreed, edit) -> None:
    refused("JOURNAL-015", agreed, edit)


def test_who_recorded_it_is_a_code(agreed) -> None:
    refused("JOURNAL-015", agreed, note(), recorded_by="Jo Smith")
    receipt = agreed.append(note(), recorded_by="AS2")
    assert agreed.find_entries([receipt.entry_id])[receipt.entry_id].recorded_by == "AS2"


@pytest.mark.parametrize(
    ("subject", "field", "payload", "code"),
    [
        ("interview:A1", "answer:A-CP-1.notes", {"text": "x"}, "JOURNAL-007"),
        ("interview:A1", "answer:A-CP-1.quote.٣", {"text": "x"}, "JOURNAL-007"),
        ("interviews:A1", "plan", {}, "JOURNAL-007"),
        ("interview:A1|plan", "", {}, "JOURNAL-007"),
        ("interview:A1\n", "plan", {}, "JOURNAL-007"),
        ("interview:A1", "answer:A-CP-1.note", {}, "JOURNAL-006"),
        ("interview:A1", "answer:A-CP-1.note", {"text": None}, "JOURNAL-006"),
        ("interview:A1", "answer:A-CP-1.note", {"text": "x" * 100_001}, "JOURNAL-006"),
        ("interview:A1", "answer:A-CP-1.note", {"text": "x", "language": "fr"}, "JOURNAL-006"),
        ("interview:A1", "consent:notes.R1", {"decision": "maybe", "how": "spoken"}, "JOURNAL-006"),
        ("interview:A1", "consent:record.R1", {"decision": "given", "how": "spoken"}, "JOURNAL-007"),
    ],
)
def test_a_payload_has_the_shape_of_its_field(agreed, subject, field, payload, code) -> None:
    refused(code, agreed, Edit(ASSESSMENT, subject, field, payload))


def test_a_refusal_never_says_the_words(agreed) -> None:
    for payload in ({"text": "Canary Wharf", "language": "Canary"}, {"Canary said": "x"}, {"text": ["Canary"]}):
        with pytest.raises(QpmError) as caught:
            agreed.append(Edit(ASSESSMENT, INTERVIEW, NOTE, payload))
        assert "Canary" not in f"{caught.value}{caught.value!r}{caught.value.__cause__}"
    assert "Canary" not in repr(note("Canary"))
    agreed.append(note("Canary"))
    assert "Canary" not in repr(agreed.current(ASSESSMENT))


def test_time_never_goes_back_on_one_device(kit) -> None:
    times = iter([5_000, 4_000, 4_500, 6_000, 1])
    key = bytes.fromhex(kit.environment()["QPM_KIT_KEY"])
    path = kit.journal.path
    kit.close()
    journal = Journal(path, key, device_id=kit.device_id, assessor="AS1", clock=lambda: next(times))
    recorded = [journal.append(plan(subject=f"interview:A{number}")).recorded_at for number in range(5)]
    assert recorded == [5_000, 5_000, 5_000, 6_000, 6_000]
    assert [entry.device_seq for entry in journal.iter_entries()] == [1, 2, 3, 4, 5]
    assert journal.verify().ok
    journal.close()


def test_numbers_and_chain_go_on_after_reopening(home, kit) -> None:
    agree(kit.journal)
    kit.close()
    with Kit.unlock(home, PASSPHRASE) as again:
        again.journal.append(note())
        assert [entry.device_seq for entry in again.journal.iter_entries()] == [1, 2, 3, 4]
        assert again.journal.verify().ok
