"""Whoever has the key and writes past the kit is still stopped from editing by accident."""

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from journal_interviews import note

COLUMNS = (
    "entry_id, assessment_id, subject, field, payload, recorded_at, recorded_by, device_id, device_seq, supersedes, "
    "schema_version, salt, payload_digest, chain"
)
SAME_ID = f"SELECT {COLUMNS} FROM entry WHERE device_seq = 4"
SAME_NUMBER = SAME_ID.replace("entry_id,", "'11111111-1111-7111-8111-111111111111',", 1)
FORBIDDEN = [
    "UPDATE entry SET payload = '{}'",
    "UPDATE entry SET payload = NULL",  # words and salt only together
    "UPDATE entry SET salt = NULL",
    "UPDATE entry SET payload = NULL, salt = NULL, recorded_by = 'AS9'",
    "UPDATE entry SET payload = NULL, salt = NULL, payload_digest = ''",
    "UPDATE entry SET entry_id = entry_id || 'x' WHERE device_seq = 4",
    "UPDATE entry SET recorded_at = recorded_at + 1",
    "UPDATE OR REPLACE entry SET device_seq = 1 WHERE device_seq = 4",
    "UPDATE OR IGNORE entry SET chain = ''",
    "DELETE FROM entry",
    "DELETE FROM entry WHERE device_seq = 4",
    f"INSERT OR REPLACE INTO entry ({COLUMNS}) {SAME_ID}",
    f"REPLACE INTO entry ({COLUMNS}) {SAME_ID}",
    f"INSERT OR REPLACE INTO entry ({COLUMNS}) {SAME_NUMBER}",
    f"INSERT OR IGNORE INTO entry ({COLUMNS}) {SAME_ID}",
    f"INSERT INTO entry ({COLUMNS}) {SAME_ID} AND true ON CONFLICT (entry_id) DO UPDATE SET payload = '{{}}'",
    "UPDATE superseded SET entry_id = by_entry_id",
    "DELETE FROM superseded",
    "INSERT OR REPLACE INTO superseded SELECT * FROM superseded",
]


@pytest.fixture
def edited(agreed):
    first = note("first")
    agreed.append_all([first, note("second", first.entry_id)])
    return agreed


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_nothing_is_edited_deleted_or_replaced(edited, intruder, statement, recursive) -> None:
    with intruder(recursive_triggers=recursive) as connection:
        before = connection.execute("SELECT * FROM entry").fetchall()
        with pytest.raises(sqlcipher.IntegrityError, match="entries are never"):
            connection.execute(statement)
        assert connection.execute("SELECT * FROM entry").fetchall() == before
    assert edited.verify().ok


def test_blanking_words_and_salt_is_the_one_change_there_is(edited, intruder) -> None:
    entry = next(edited.iter_entries(field_prefix="answer:"))
    with intruder() as connection:
        blank = "UPDATE entry SET payload = NULL, salt = NULL WHERE entry_id = ?"
        connection.execute(blank, (entry.entry_id,))
        connection.execute(blank, (entry.entry_id,))  # again changes nothing
        with pytest.raises(sqlcipher.IntegrityError, match="entries are never edited"):
            connection.execute("UPDATE entry SET payload = '{}', salt = ''")
    erased = edited.find_entries([entry.entry_id])[entry.entry_id]
    assert erased.erased
    assert (erased.payload, erased.salt, erased.payload_digest) == (None, None, entry.payload_digest)
    fault = f"{entry.entry_id}: its words are gone, and no record of an erasure covers it"
    assert edited.verify().faults == (fault,), "the chain holds without the words, and asks where they are"
    # A page that still has the words may send them again: they are acknowledged and stay erased.
    assert edited.append(note("first", entry_id=entry.entry_id)).repeated
    assert edited.find_entries([entry.entry_id])[entry.entry_id].erased


def test_columns_hold_their_types(edited, intruder) -> None:
    values = SAME_NUMBER.replace("device_seq,", "'five',", 1)
    with intruder() as connection, pytest.raises(sqlcipher.IntegrityError, match="cannot store TEXT"):
        connection.execute(f"INSERT INTO entry ({COLUMNS}) {values}")


def test_connections_have_the_strict_settings(kit) -> None:
    with kit.journal._engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "secure_delete",
                         "temp_store", "busy_timeout")
        }  # fmt: skip
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "secure_delete": 1,
        "temp_store": 2, "busy_timeout": 10_000,
    }  # fmt: skip
