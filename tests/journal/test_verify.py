"""Someone with the key drops the triggers and alters the journal: each way is found and named."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_interviews import INTERVIEW, note

from qpm_widgets.journal import Journal
from qpm_widgets.journal.entries import Entry, canonical_json, digest_text, link_chain
from qpm_widgets.journal.schema import TRIGGERS

SECRET = "nobody listens here"
OTHER_ID = "11111111-1111-7111-8111-111111111111"


@pytest.fixture
def edited(agreed) -> Journal:
    """Ten entries on one device: three to agree, then seven notes, each replacing the one before."""
    before: tuple[str, ...] = ()
    for number in range(7):
        edit = note(f"{SECRET} {number}", *before)
        agreed.append(edit)
        before = (edit.entry_id,)
    return agreed


@pytest.fixture
def tamper(edited, intruder):
    """Run statements past the triggers, put these back, and return the faults that are found then."""

    def alter(*statements: tuple[str, tuple[object, ...]] | str) -> tuple[str, ...]:
        with intruder() as connection:
            for name in TRIGGERS:
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(*((statement, ()) if isinstance(statement, str) else statement))
            for sql in TRIGGERS.values():
                connection.execute(sql)
        verified = edited.verify()
        assert SECRET not in "".join(verified.faults)
        assert all("\n" not in fault for fault in verified.faults)
        return verified.faults

    return alter


def number(journal: Journal, device_seq: int):
    return next(entry for entry in journal.iter_entries() if entry.device_seq == device_seq)


@given(st.tuples(*[st.text()] * 6), st.tuples(st.integers(), st.integers()), st.lists(st.text()))
def test_a_link_is_of_canonical_json_whatever_the_texts(texts, numbers, supersedes) -> None:
    entry_id, assessment, subject, field, author, device = texts
    entry = Entry(
        entry_id, assessment, subject, field, {}, numbers[0], author, device, numbers[1], tuple(supersedes),
        1, None, "digest", "",
    )  # fmt: skip
    spelt = canonical_json(["before", *texts[:4], numbers[0], author, device, numbers[1], supersedes, 1, "digest"])
    assert link_chain("before", entry) == hashlib.sha256(spelt.encode()).hexdigest()


def test_an_untouched_journal_has_no_faults(edited, tamper) -> None:
    assert tamper() == ()
    verified = edited.verify()
    assert (verified.entries, verified.devices, verified.ok) == (10, 1, True)


def test_other_words(edited, tamper) -> None:
    entry = number(edited, 6)
    other = canonical_json({**entry.payload, "text": SECRET})
    assert tamper(("UPDATE entry SET payload = ? WHERE device_seq = 6", (other,))) == (
        f"{entry.entry_id}: its payload is not what was recorded",
    )


def test_other_words_with_a_digest_that_fits_them(edited, tamper) -> None:
    entry = number(edited, 6)
    other = canonical_json({**entry.payload, "text": SECRET})
    digest = digest_text(entry.salt, other)
    faults = tamper(("UPDATE entry SET payload = ?, payload_digest = ? WHERE device_seq = 6", (other, digest)))
    assert faults == (
        f"{entry.entry_id}: its chain link does not fit: it or the entry before it was altered, removed or moved",
    )


@pytest.mark.parametrize("text", ["nonsense", "[1]", "7", "null", ""])
def test_what_is_no_payload_with_a_digest_that_fits_it(edited, tamper, text) -> None:
    entry = number(edited, 6)
    digest = digest_text(entry.salt, text)
    faults = tamper(("UPDATE entry SET payload = ?, payload_digest = ? WHERE device_seq = 6", (text, digest)))
    assert f"{entry.entry_id}: its payload does not have the shape of its field" in faults


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("assessment_id", "'another'"),
        ("subject", "'interview:A2'"),
        ("field", "'answer:A-CP-9.note'"),
        ("recorded_at", "recorded_at + 1"),
        ("recorded_at", "1"),
        ("recorded_by", "'AS9'"),
        ("device_id", "'another'"),
        ("device_seq", "60"),
        ("supersedes", "'[]'"),
        ("supersedes", "'not json'"),
        ("supersedes", "'7'"),
        ("supersedes", f"'[\"{OTHER_ID}\"]'"),
        ("schema_version", "0"),
        ("salt", "'00'"),
        ("salt", "NULL"),
        ("payload", "NULL"),
        ("payload", "'{}'"),
        ("payload", "'nonsense'"),
        ("payload_digest", "'00'"),
        ("chain", "'00'"),
    ],
)
def test_each_column_is_covered(edited, tamper, column, value) -> None:
    entry = number(edited, 6)
    faults = tamper(f"UPDATE entry SET {column} = {value} WHERE device_seq = 6")
    assert any(fault.startswith(f"{entry.entry_id}: ") for fault in faults), faults


@pytest.mark.parametrize("device_seq", [1, 4, 9])
def test_a_removed_entry_is_missed(edited, tamper, device_seq) -> None:
    following = number(edited, device_seq + 1).entry_id
    faults = tamper(f"DELETE FROM entry WHERE device_seq = {device_seq}")
    assert any(fault.startswith(following) and "entries are missing" in fault for fault in faults), faults


def test_a_removed_entry_is_missed_also_when_the_numbers_are_closed_up(edited, tamper) -> None:
    following = number(edited, 7).entry_id
    faults = tamper(
        "DELETE FROM entry WHERE device_seq = 6",
        *[f"UPDATE entry SET device_seq = {seq} WHERE device_seq = {seq + 1}" for seq in range(6, 10)],
    )
    assert (
        f"{following}: its chain link does not fit: it or the entry before it was altered, removed or moved" in faults
    )


def test_two_entries_that_changed_places(edited, tamper) -> None:
    faults = tamper(
        "UPDATE entry SET device_seq = 60 WHERE device_seq = 6",
        "UPDATE entry SET device_seq = 6 WHERE device_seq = 7",
        "UPDATE entry SET device_seq = 7 WHERE device_seq = 60",
    )
    assert sum("does not fit" in fault for fault in faults) >= 2


def test_the_last_entry_cut_off_shows_against_a_head_noted_before(edited, tamper) -> None:
    """Nothing inside the file can tell; that is why reports and bundles note the head."""
    head = edited.head()
    last = number(edited, 10).entry_id
    assert (
        tamper(f"DELETE FROM superseded WHERE by_entry_id = '{last}'", "DELETE FROM entry WHERE device_seq = 10") == ()
    )
    assert edited.head() != head


def test_a_forged_entry(edited, tamper) -> None:
    copied = "assessment_id, subject, field, payload, recorded_at, recorded_by"
    more = "schema_version, salt, payload_digest, chain"
    insert = (
        f"INSERT INTO entry (entry_id, {copied}, device_id, device_seq, supersedes, {more}) "
        f"SELECT '{OTHER_ID}', {copied}, device_id, 11, '[]', {more} FROM entry WHERE device_seq = 10"
    )
    assert any(fault.startswith(OTHER_ID) and "does not fit" in fault for fault in tamper(insert))


def test_a_changed_table_of_what_is_superseded(edited, tamper) -> None:
    first, last = number(edited, 4).entry_id, number(edited, 10).entry_id
    hidden = f"INSERT INTO superseded VALUES ('{last}', '{first}')"
    assert tamper(hidden) == (f"{first}: the table of superseded entries says otherwise than the entry",)
    shown = f"DELETE FROM superseded WHERE by_entry_id = '{last}'"
    assert f"{last}: the table of superseded entries says otherwise than the entry" in tamper(shown)
    nobody = f"INSERT INTO superseded VALUES ('{last}', '{OTHER_ID}')"
    assert f"superseded {OTHER_ID}: names a successor that is not there" in tamper("PRAGMA foreign_keys = OFF", nobody)


def test_triggers_that_are_missing_or_not_ours(edited, intruder) -> None:
    with intruder() as connection:
        connection.execute("DROP TRIGGER entry_stays")
        connection.execute("DROP TRIGGER entry_only_blanks")
        connection.execute("CREATE TRIGGER entry_only_blanks BEFORE UPDATE ON entry BEGIN SELECT 1; END")
        connection.execute("CREATE TRIGGER spy AFTER INSERT ON entry BEGIN SELECT 1; END")
    assert set(edited.verify().faults) == {
        "trigger entry_stays: missing",
        "trigger entry_only_blanks: altered",
        "trigger spy: not one of the journal's",
    }


def test_a_payload_out_of_shape_is_found_even_if_it_was_recorded_so(edited, tamper, monkeypatch) -> None:
    monkeypatch.setattr("qpm_widgets.journal.writing.check_payload", lambda *_: {"txt": SECRET})
    entry = note(SECRET)
    edited.append(entry)
    assert edited.verify().faults == (f"{entry.entry_id}: its payload does not have the shape of its field",)


def test_all_tampering_at_once_is_still_reported(edited, tamper) -> None:
    faults = tamper(
        "UPDATE entry SET payload = '[1]', supersedes = '{\"a\": 1}'",
        "UPDATE entry SET device_seq = -device_seq, recorded_at = -device_seq",
    )
    assert len(faults) >= 30
    assert json.dumps(faults)
    assert INTERVIEW not in "".join(faults)
