"""Backup and restore: the same journal as another device, or one sentence and nothing made."""

from __future__ import annotations

import json
import random
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from journal_interviews import CHEAP, PASSPHRASE, agree, note

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.backup import restore_backup, write_backup
from qpm_widgets.journal.kit_file import KitFile
from qpm_widgets.journal.rekeying import change_passphrase

WORDS = "the ward was cold and nobody came"
FILES = ["journal.qpm", "kit.json", "safeguarding.qpm"]


@pytest.fixture
def filled(kit) -> Kit:
    agree(kit.journal)
    kit.journal.append_all([note(f"{WORDS} {number}", field=f"answer:Q{number}.note") for number in range(30)])
    kit.journal.secret("age identity", lambda: "kept")
    return kit


@pytest.fixture
def backup(filled, tmp_path) -> Path:
    write_backup(filled, file := tmp_path / "kit.qpmbackup")
    return file


def test_what_was_backed_up_is_there_as_another_device(filled, backup, tmp_path) -> None:
    before = list(filled.journal.iter_entries())
    with restore_backup(backup, tmp_path / "restored", PASSPHRASE) as restored:
        assert list(restored.journal.iter_entries()) == before
        assert restored.journal.head() == filled.journal.head()
        assert restored.journal.secret("age identity", lambda: "lost") == "kept"
        assert restored.device_id != filled.device_id
        assert restored.journal.device_key().text != filled.journal.device_key().text
        assert restored.assessor == filled.assessor
        # Both go on: neither continues the other's chain.
        for kit in (filled, restored):
            kit.journal.append(note("later", field="answer:Q99.note"))
            assert kit.journal.verify().ok
        last = [list(kit.journal.iter_entries())[-1] for kit in (filled, restored)]
        assert (last[0].device_id, last[0].device_seq) == (filled.device_id, len(before) + 1)
        assert (last[1].device_id, last[1].device_seq) == (restored.device_id, 1)
        assert restored.journal.verify().devices == 2
    home = tmp_path / "restored"
    assert sorted(path.name for path in home.iterdir() if path.is_file()) == [
        "journal.qpm",
        "kit.json",
        "safeguarding.qpm",
    ]
    Kit.unlock(home, PASSPHRASE).close()


def test_a_backup_holds_no_word_and_nothing_of_the_making_is_left(filled, backup) -> None:
    assert WORDS.encode() not in backup.read_bytes()
    assert list(backup.parent.glob(".*")) == []
    assert bytes.fromhex(filled.environment()["QPM_KIT_KEY"]) not in backup.read_bytes()
    if hasattr(stat, "S_IMODE") and backup.stat().st_uid == filled.home.stat().st_uid:
        assert stat.S_IMODE(backup.stat().st_mode) & 0o077 in (0, 0o066)  # the latter: Windows


def test_a_backup_is_one_moment_of_a_journal_that_is_written_to(filled, processes, home, tmp_path) -> None:
    from journal_interviews import write_many

    with processes.Pool(1) as pool:
        writing = pool.apply_async(write_many, (home, "answer:Z1.note", 200))
        for number in range(4):
            write_backup(filled, file := tmp_path / f"{number}.qpmbackup")
            with restore_backup(file, tmp_path / f"restored{number}", PASSPHRASE) as restored:
                assert len(list(restored.journal.iter_entries(field_prefix="answer:Q"))) == 30
        writing.get(60)


def test_a_backup_replaces_no_file(filled, backup) -> None:
    before = backup.read_bytes()
    with pytest.raises(QpmError, match="KEEP-004"):
        write_backup(filled, backup)
    assert backup.read_bytes() == before


def test_a_backup_into_a_folder_that_is_not_there(filled, tmp_path) -> None:
    with pytest.raises(QpmError, match=r"JOURNAL-008|KEEP-005"):
        write_backup(filled, tmp_path / "nowhere" / "file")


def test_a_faulty_journal_is_not_backed_up_as_if_it_were_sound(filled, intruder, tmp_path) -> None:
    with intruder() as connection:
        connection.execute("DROP TRIGGER entry_only_blanks")
        connection.execute("UPDATE entry SET recorded_by = 'ZZ' WHERE device_seq = 5")
    with pytest.raises(QpmError, match="JOURNAL-009"):
        write_backup(filled, tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_a_restore_overwrites_nothing(filled, backup, tmp_path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "letter.txt").write_text("mine")
    for place in (filled.home, taken, backup):
        with pytest.raises(QpmError, match="KEEP-003"):
            restore_backup(backup, place, PASSPHRASE)
    assert (taken / "letter.txt").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    restore_backup(backup, tmp_path / "empty", PASSPHRASE).close()


def test_a_backup_keeps_the_passphrase_of_its_day(filled, backup, tmp_path) -> None:
    filled.close()
    change_passphrase(filled.home, PASSPHRASE, "another passphrase", cost=CHEAP)
    with pytest.raises(QpmError, match="JOURNAL-001"):
        restore_backup(backup, tmp_path / "restored", "another passphrase")
    assert not (tmp_path / "restored").exists()
    restore_backup(backup, tmp_path / "restored", PASSPHRASE).close()


def refused(file: Path, home: Path) -> QpmError:
    with pytest.raises(QpmError) as caught:
        restore_backup(file, home, PASSPHRASE)
    assert not home.exists(), "something was left of a refused backup"
    assert "\n" not in str(caught.value)
    assert WORDS not in str(caught.value)
    return caught.value


def test_a_truncated_backup_is_refused(backup, tmp_path) -> None:
    content = backup.read_bytes()
    for length in (0, 1, 30, 1000, len(content) // 2, len(content) - 1000, len(content) - 30, len(content) - 1):
        (short := tmp_path / "short").write_bytes(content[:length])
        assert refused(short, tmp_path / "restored").code == "KEEP-002", length


def test_a_flipped_bit_is_refused_or_was_in_nothing_that_is_read(filled, backup, tmp_path) -> None:
    content = backup.read_bytes()
    chance = random.Random(7)
    for number in range(60):
        damaged = bytearray(content)
        # Head and end of the container hold names and sizes; the rest is the journal.
        place = chance.choice((chance.randrange(600), chance.randrange(len(content)), -chance.randrange(1, 300)))
        damaged[place] ^= 1 << chance.randrange(8)
        (file := tmp_path / "damaged").write_bytes(damaged)
        home = tmp_path / f"restored{number}"
        try:
            with restore_backup(file, home, PASSPHRASE) as restored:
                assert restored.journal.head() == filled.journal.head()
        except QpmError as error:
            assert error.code in ("KEEP-002", "JOURNAL-001", "JOURNAL-011"), place
            assert not home.exists()


def repacked(backup: Path, file: Path, change: Callable[[list[tuple[zipfile.ZipInfo, bytes]]], object]) -> Path:
    """The backup with its members changed, its checksums right again."""
    with zipfile.ZipFile(backup) as archive:
        members = [(zipfile.ZipInfo(one.filename), archive.read(one)) for one in archive.infolist()]
    change(members)
    with zipfile.ZipFile(file, "w") as archive:
        for one, content in members:
            archive.writestr(one, content, compress_type=one.compress_type)
    return file


def renamed(place: int, name: str) -> Callable[[list[tuple[zipfile.ZipInfo, bytes]]], object]:
    return lambda members: setattr(members[place][0], "filename", name)


def as_link(members: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    members[1][0].external_attr = (stat.S_IFLNK | 0o777) << 16
    members[1] = (members[1][0], b"/etc/passwd")


def compressed(members: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    members[1][0].compress_type = zipfile.ZIP_DEFLATED
    members[1] = (members[1][0], bytes(50_000_000))  # what a zip bomb is made of


def dear(members: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
    cost = {"time_cost": 1000, "memory_kib": 4 * 2**20, "parallelism": 4}
    members[0] = (members[0][0], json.dumps(json.loads(members[0][1]) | {"cost": cost}).encode())


CHANGES = {
    "path above": renamed(1, "../journal.qpm"),
    "absolute path": renamed(1, "/journal.qpm"),
    "Windows path": renamed(1, "..\\journal.qpm"),
    "another name": renamed(0, "kit.jsn"),
    "one more": lambda members: members.append((zipfile.ZipInfo("more.txt"), b"more")),
    "twice": lambda members: members.append(members[1]),
    "one less": lambda members: members.pop(),
    "order": lambda members: members.reverse(),
    "none": lambda members: members.clear(),
    "link": as_link,
    "compressed": compressed,
    "empty journal": lambda members: members.__setitem__(1, (members[1][0], b"")),
    "no journal": lambda members: members.__setitem__(1, (members[1][0], b"SQLite format 3\0" + bytes(8000))),
    "another's pages": lambda members: members.__setitem__(1, (members[1][0], members[1][1][:4096] + bytes(4096 * 9))),
    "a page less": lambda members: members.__setitem__(1, (members[1][0], members[1][1][:-4096])),
    "large kit file": lambda members: members.__setitem__(0, (members[0][0], members[0][1] + b" " * 70_000)),
    "no kit file": lambda members: members.__setitem__(0, (members[0][0], b"{}")),
    "a key that takes hours": dear,
    "kit file of bytes": lambda members: members.__setitem__(0, (members[0][0], b"\xff\xfe\x00")),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("change", CHANGES)
def test_a_container_of_another_shape_is_refused(backup, tmp_path, change) -> None:
    file = repacked(backup, tmp_path / "changed", CHANGES[change])
    assert refused(file, tmp_path / "restored").code == "KEEP-002"


def test_a_backup_of_a_kit_that_could_not_sign_says_so(backup, tmp_path) -> None:
    def older(members: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
        members[0] = (members[0][0], members[0][1].replace(b'"format": 2', b'"format": 1'))

    assert refused(repacked(backup, tmp_path / "old", older), tmp_path / "restored").code == "JOURNAL-017"


def test_a_size_that_is_only_claimed_is_refused(backup, tmp_path) -> None:
    content = bytearray(backup.read_bytes())
    end = content.rindex(b"PK\x01\x02")  # the directory's record of the journal
    content[end + 20 : end + 28] = b"\xfe\xff\xff\xff" * 2  # 4 GB, packed and unpacked
    (tmp_path / "claimed").write_bytes(content)
    assert refused(tmp_path / "claimed", tmp_path / "restored").code == "KEEP-002"


def test_a_journal_with_a_bent_chain_is_refused_also_when_all_pages_are_sound(
    filled, backup, intruder, tmp_path
) -> None:
    with intruder() as connection:
        connection.execute("DROP TRIGGER entry_only_blanks")
        connection.execute("UPDATE entry SET recorded_by = 'ZZ' WHERE device_seq = 5")
    filled.close()
    bent = (filled.home / "journal.qpm").read_bytes()
    file = repacked(backup, tmp_path / "bent", lambda members: members.__setitem__(1, (members[1][0], bent)))
    error = refused(file, tmp_path / "restored")
    assert error.code == "KEEP-002"
    assert "does not verify" in str(error)


def test_no_backup_at_all(tmp_path) -> None:
    assert refused(tmp_path / "nowhere", tmp_path / "restored").code == "KEEP-005"
    (tmp_path / "folder").mkdir()
    assert refused(tmp_path / "folder", tmp_path / "restored").code == "KEEP-005"
    (tmp_path / "text").write_text("not a zip")
    assert refused(tmp_path / "text", tmp_path / "restored").code == "KEEP-002"


def test_a_restore_that_was_interrupted_is_begun_again(backup, tmp_path, monkeypatch) -> None:
    home = tmp_path / "restored"

    def stop(*_: object) -> None:
        raise SystemExit  # as a kill would, but for the tidying, which is taken away too

    with monkeypatch.context() as patched:
        patched.setattr(KitFile, "write", stop)
        patched.setattr("qpm_widgets.journal.backup._take_back", lambda *_: None)
        with pytest.raises(SystemExit):
            restore_backup(backup, home, PASSPHRASE)
    assert list(home.glob("journal.qpm.*.new"))
    restore_backup(backup, home, PASSPHRASE).close()
    assert sorted(path.name for path in home.iterdir() if path.is_file()) == [
        "journal.qpm",
        "kit.json",
        "safeguarding.qpm",
    ]
