"""Nothing readable on disk, in logs or in errors."""

from __future__ import annotations

import logging

import pytest
from canary_search import files_holding
from journal_interviews import ASSESSMENT, CHEAP, INTERVIEW, PASSPHRASE, agree, note, quote

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.journal.entries import canonical_json

CANARY = "Kanarienvogel-im-Bergwerk-7341"


def test_no_file_holds_a_word_or_an_id(home) -> None:
    with Kit.create(home, PASSPHRASE, assessor="AS1", cost=CHEAP) as kit:
        agree(kit.journal)
        before: tuple[str, ...] = ()
        for number in range(60):
            edit = note(f"{CANARY} {number} " * 40, *before)
            kit.journal.append_all([edit, quote(CANARY)])
            before = (edit.entry_id,)
        assert CANARY in canonical_json([entry.payload for entry in kit.journal.iter_entries()])
        names = {path.name for path in home.iterdir()}
        assert {"journal.qpm", "journal.qpm-wal", "journal.qpm-shm"} <= names
        for words in (CANARY, INTERVIEW, ASSESSMENT, before[0], "CREATE TABLE", kit.environment()["QPM_KIT_KEY"]):
            assert files_holding(home, words) == []
    assert files_holding(home, CANARY) == []
    assert not (home / "journal.qpm").read_bytes().startswith(b"SQLite")
    (home / "leak.txt").write_text(CANARY)
    assert files_holding(home, CANARY) == ["leak.txt"], "the search itself finds what is there"


def test_logging_turned_on_shows_neither_words_nor_key(home, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool"):
        caplog.set_level(logging.DEBUG, name)
    with Kit.create(home, PASSPHRASE, assessor="AS1", cost=CHEAP) as kit:
        agree(kit.journal)
        edit = note(CANARY)
        kit.journal.append(edit)
        kit.journal.append(edit)
        assert kit.journal.current(ASSESSMENT)
        assert kit.journal.verify().ok
        for hidden in (CANARY, kit.environment()["QPM_KIT_KEY"], PASSPHRASE):
            assert hidden not in caplog.text
    assert "sqlalchemy.pool" in caplog.text, "logging was indeed on"


def test_an_error_of_the_store_keeps_the_words_to_itself(agreed, intruder) -> None:
    with intruder() as connection:
        connection.execute("CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'no'); END")
        with pytest.raises(QpmError, match="JOURNAL-008") as caught:
            agreed.append(note(CANARY))
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in f"{error}{error!r}{vars(error)}"
        error = error.__cause__
    assert caught.value.__suppress_context__


def test_the_digest_tells_nothing_without_its_salt(agreed) -> None:
    edits = [note("yes", field=f"answer:A-CP-{number}.note") for number in range(3)]
    agreed.append_all(edits)
    found = agreed.find_entries(edit.entry_id for edit in edits).values()
    assert len({entry.payload_digest for entry in found}) == 3
    assert len({entry.salt for entry in found}) == 3
    assert Edit(ASSESSMENT, INTERVIEW, "plan", {}).entry_id != Edit(ASSESSMENT, INTERVIEW, "plan", {}).entry_id
