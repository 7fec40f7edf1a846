"""The disk or the system refuses: one sentence names the cause, and what was acknowledged is kept."""

from __future__ import annotations

import os
import shutil
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from journal_interviews import ASSESSMENT, PASSPHRASE, agree, note
from sqlalchemy import event

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Journal, Kit

WORDS = "words that must not show " * 200


def on_every_connection(journal: Journal, pragma: str) -> None:
    @event.listens_for(journal._engine, "checkout")
    def set_pragma(connection, _record, _proxy) -> None:
        connection.execute(f"PRAGMA {pragma}")

    with journal._transaction("test") as execute:  # the writer keeps the one that it has
        execute(f"PRAGMA {pragma}")


def refusal(action) -> str:
    with pytest.raises(QpmError) as caught:
        action()
    assert "words" not in str(caught.value)
    return str(caught.value)


def fill(journal: Journal) -> tuple[list[str], str]:
    """Append until it is refused; the acknowledged ids and the refusal."""
    acknowledged = []
    for number in range(2_000):
        try:
            acknowledged.append(journal.append(note(f"{number} {WORDS}")).entry_id)
        except QpmError as error:
            return acknowledged, str(error)
    raise AssertionError("it was never refused")


def test_a_full_disk_and_room_again(agreed) -> None:
    on_every_connection(agreed, "max_page_count = 60")
    acknowledged, sentence = fill(agreed)
    assert "JOURNAL-008" in sentence
    assert "disk is full" in sentence
    assert "not saved" in sentence
    assert "words" not in sentence
    assert agreed.find_entries(acknowledged).keys() == set(acknowledged)
    on_every_connection(agreed, "max_page_count = 100000")
    edit = note(WORDS)
    assert not agreed.append(edit).repeated
    verified = agreed.verify()
    assert verified.ok, verified.faults
    assert verified.entries == 3 + len(acknowledged) + 1


def write_against_a_limit(home: Path, results: Connection) -> None:
    import resource

    with Kit.unlock(home, PASSPHRASE) as kit:
        size = max(path.stat().st_size for path in home.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200_000, resource.RLIM_INFINITY))
        filled = fill(kit.journal)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        results.send((*filled, kit.journal.append(note("room again")).entry_id))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a process's files")
def test_a_write_that_the_system_cuts_short(home, kit, agreed, processes) -> None:
    receiving, sending = processes.Pipe(duplex=False)
    writer = processes.Process(target=write_against_a_limit, args=(home, sending))
    writer.start()
    acknowledged, sentence, last = receiving.recv()
    writer.join()
    assert "JOURNAL-008" in sentence
    assert "The disk refused" in sentence
    assert len(acknowledged) > 3
    assert agreed.find_entries([*acknowledged, last]).keys() == {*acknowledged, last}
    assert agreed.verify().ok


def test_another_program_holds_the_journal(agreed, intruder) -> None:
    on_every_connection(agreed, "busy_timeout = 20")
    with intruder() as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert "Another window or program holds" in refusal(lambda: agreed.append(note(WORDS)))
        assert len(agreed.current(ASSESSMENT)) == 3, "reading goes on"
        connection.execute("ROLLBACK")
    agreed.append(note(WORDS))


def open_without_rights(home: Path, practice: Path, results: Connection) -> None:
    with Kit.unlock(practice, PASSPHRASE) as kit:  # imports all that is imported late, while it may be read
        kit.journal.verify()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        with Kit.unlock(home, PASSPHRASE) as kit:
            found = len(kit.journal.current(ASSESSMENT))
            try:
                kit.journal.append(note(WORDS))
            except QpmError as error:
                results.send((found, str(error)))
            else:
                results.send((found, "it was written"))
    except QpmError as error:
        results.send((0, str(error)))


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_place_that_may_not_be_written_to(home, kit, agreed, processes, what) -> None:
    kit.close()
    with tempfile.TemporaryDirectory() as outside:  # others cannot enter tmp_path
        copy = Path(shutil.copytree(home, Path(outside) / "kit"))
        (copy / "journal.qpm").chmod(0o444)
        (copy / "kit.json").chmod(0o444)
        for folder in (Path(outside), copy):
            folder.chmod(0o555 if what == "folder" else 0o777)
        receiving, sending = processes.Pipe(duplex=False)
        child = processes.Process(target=open_without_rights, args=(copy, home, sending))
        child.start()
        found, sentence = receiving.recv()
        child.join()
        for folder in (Path(outside), copy):
            folder.chmod(0o700)
    if what == "file":
        assert found == 3, "reading goes on"
        assert "JOURNAL-008" in sentence
        assert "may not be written to" in sentence
    else:
        assert "JOURNAL-0" in sentence
        assert "written" in sentence
        assert sentence != "it was written"
    assert "words" not in sentence


def test_a_damaged_file_is_named_and_nothing_is_made_up(home, empty_home, kit, agreed, capfd) -> None:
    agreed.append_all([note(f"{number} {WORDS}") for number in range(30)])
    kit.close()
    content = bytearray((home / "journal.qpm").read_bytes())
    tables = (empty_home / "journal.qpm").stat().st_size  # without what says which tables there are, nothing opens
    for place in range(tables + 100, len(content), 4096):
        content[place] ^= 1
    (home / "journal.qpm").write_bytes(content)
    with Kit.unlock(home, PASSPHRASE) as damaged:
        assert "JOURNAL-013" in (sentence := refusal(lambda: list(damaged.journal.iter_entries())))
        assert "damaged" in sentence
        verified = damaged.journal.verify()
        assert not verified.ok
        assert all(fault.startswith("file: ") for fault in verified.faults)
    assert capfd.readouterr().err == ""


def test_each_damaged_page_is_named(home, kit, agreed) -> None:
    agreed.append_all([note(f"{number} {WORDS}") for number in range(10)])
    kit.close()
    content = (home / "journal.qpm").read_bytes()
    for page in range(2, len(content) // 4096 + 1):
        damaged = bytearray(content)
        damaged[page * 4096 - 2000] ^= 1
        (home / "journal.qpm").write_bytes(damaged)
        try:
            with Kit.unlock(home, PASSPHRASE) as opened:
                faults = opened.journal.verify().faults
        except QpmError as error:
            assert error.code == "JOURNAL-013"
        else:
            assert any(f"page {page}" in fault for fault in faults), (page, faults)


def test_after_a_refusal_the_next_append_is_as_usual(agreed, intruder) -> None:
    with intruder() as connection:
        connection.execute("CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'no'); END")
        assert "own rules refused" in refusal(lambda: agreed.append(note(WORDS)))
        connection.execute("DROP TRIGGER broken")
    agreed.append(note(WORDS))
    assert [entry.device_seq for entry in agreed.iter_entries()] == [1, 2, 3, 4]
    agree(agreed, subject="interview:A2")
    assert agreed.verify().ok
