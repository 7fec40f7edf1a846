import pytest
from journal_interviews import ASSESSMENT, PASSPHRASE, note

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.entries import SCHEMA_VERSION
from qpm_widgets.journal.upgrading import STEPS, upgrade_payload


def test_older_payloads_go_through_every_step_between() -> None:
    steps = {
        1: lambda subject, field, payload: {**payload, "seen": [1]},
        3: lambda subject, field, payload: {**payload, "seen": [*payload.get("seen", []), 3]},
    }
    known = {"subject": "interview:A1", "field": "answer:A-CP-1.note", "steps": steps, "newest": 4}
    assert upgrade_payload(1, payload={"text": "x"}, **known) == {"text": "x", "seen": [1, 3]}
    assert upgrade_payload(2, payload={"text": "x"}, **known) == {"text": "x", "seen": [3]}
    assert upgrade_payload(4, payload={"text": "x"}, **known) == {"text": "x"}
    with pytest.raises(QpmError, match="JOURNAL-011"):
        upgrade_payload(5, payload={"text": "x"}, **known)


def test_there_is_a_step_only_out_of_versions_that_are_past() -> None:
    assert all(1 <= version < SCHEMA_VERSION for version in STEPS)


def test_what_a_newer_kit_wrote_is_refused_and_kept(agreed, monkeypatch) -> None:
    head = agreed.head()
    with monkeypatch.context() as newer:
        newer.setattr("qpm_widgets.journal.writing.SCHEMA_VERSION", SCHEMA_VERSION + 1)
        agreed.append(note("from the future"))
    for read in (lambda: agreed.current(ASSESSMENT), lambda: list(agreed.iter_entries())):
        with pytest.raises(QpmError, match=r"JOURNAL-011.*update the kit") as caught:
            read()
        assert "future" not in str(caught.value)
    assert agreed.head() != head
    assert agreed.verify().ok, "digest and chain hold whatever the version"


def test_a_file_of_a_newer_kit_is_refused(home, kit, intruder) -> None:
    with intruder() as connection:
        connection.execute("PRAGMA user_version = 3")
    with pytest.raises(QpmError, match="JOURNAL-011"):
        Kit.unlock(home, PASSPHRASE)
