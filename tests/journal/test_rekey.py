"""A new passphrase: everything is there under the new key, nothing under the old, whatever interrupts the change."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from journal_interviews import ASSESSMENT, CHEAP, INTERVIEW, PASSPHRASE, agree, note

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit, new_entry_id, opening, rekeying
from qpm_widgets.journal.kit_file import KitFile
from qpm_widgets.journal.rekeying import change_passphrase
from qpm_widgets.journal.sealing import public_key_of

NEW = "another passphrase altogether"


def change_and_die(home: Path, step: int) -> None:
    """Change the passphrase in a process that ends itself with SIGKILL just before the given call to the disk."""
    calls = iter(range(1, step + 1))

    def deadly(call: Callable[..., object]) -> Callable[..., object]:
        def call_or_die(*arguments: object, **named: object) -> object:
            if next(calls, None) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return call_or_die

    for owner, names in ((os, ("fsync", "replace")), (opening, ("_connect",)), (rekeying, ("settle", "copy_file"))):
        for name in names:
            setattr(owner, name, deadly(getattr(owner, name)))
    rekeying.change_passphrase(home, PASSPHRASE, NEW, cost=CHEAP)


@pytest.fixture
def filled(kit, home) -> tuple[list[str], str]:
    """A closed kit with some entries: their texts and the journal's head."""
    agree(kit.journal)
    kit.journal.append_all(
        [note(f"note {number} " + "x" * 3000, field=f"answer:Q{number}.note") for number in range(20)]
    )
    kit.journal.secret("age identity", lambda: "kept")
    kit.safeguarding.record(ASSESSMENT, INTERVIEW, "SG-1.1", {"said": "he hit me"}, entry_id=new_entry_id())
    state = content(kit)
    kit.close()
    return state


def content(kit: Kit) -> tuple[list[str], str]:
    texts = [entry.payload["text"] for entry in kit.journal.iter_entries(field_prefix="answer:")]
    assert kit.journal.verify().ok
    return texts, kit.journal.head()


def opens(home: Path, passphrase: str) -> tuple[list[str], str] | None:
    try:
        with Kit.unlock(home, passphrase) as kit:
            assert kit.journal.secret("age identity", lambda: "lost") == "kept"
            identity = kit.safeguarding.identity(passphrase)
            assert public_key_of(identity.split()[0]) == kit.safeguarding.public_key
            assert [one.account.said for one in kit.safeguarding.read("SG-1", identity)] == ["he hit me"]
            return content(kit)
    except QpmError as error:
        assert error.code == "JOURNAL-001"
        return None


def files(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.is_file())


def test_all_is_there_with_the_new_passphrase_and_nothing_with_the_old(home, filled) -> None:
    before = KitFile.read(home)
    with Kit.unlock(home, PASSPHRASE) as kit:
        old_key = kit.environment()["QPM_KIT_KEY"]
    change_passphrase(home, PASSPHRASE, NEW, cost=CHEAP)
    assert opens(home, NEW) == filled
    assert opens(home, PASSPHRASE) is None
    after = KitFile.read(home)
    assert after.salt != before.salt
    assert (after.device_id, after.assessor) == (before.device_id, before.assessor)
    (home / "wrong-passphrases.json").unlink()
    assert files(home) == ["journal.qpm", "kit.json", "safeguarding.qpm"]
    connection = sqlcipher.connect(str(home / "journal.qpm"))
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{old_key}'\"")
    damaged = len(connection.execute("PRAGMA cipher_integrity_check").fetchall())
    assert damaged == (home / "journal.qpm").stat().st_size // 4096, "a page still answers to the old key"
    with pytest.raises(sqlcipher.DatabaseError):
        connection.execute("SELECT count(*) FROM entry")
    connection.close()


def test_the_journal_goes_on_after_the_change(home, filled) -> None:
    change_passphrase(home, PASSPHRASE, NEW, cost=CHEAP)
    with Kit.unlock(home, NEW) as kit:
        kit.journal.append(note("a later one"))
        mode = kit.journal._engine.raw_connection().driver_connection.execute("PRAGMA journal_mode").fetchone()  # type: ignore[union-attr]
        assert mode == ("wal",)
        assert kit.journal.verify().ok
        assert not (home / "wrong-passphrases.json").exists()


@pytest.mark.parametrize(
    ("old", "new", "code"), [("wrong one here", NEW, "JOURNAL-001"), (PASSPHRASE, "short", "JOURNAL-012")]
)
def test_what_is_refused_changes_nothing(home, filled, old, new, code) -> None:
    before = {name: (home / name).read_bytes() for name in ("kit.json", "journal.qpm")}
    with pytest.raises(QpmError) as refused:
        change_passphrase(home, old, new, cost=CHEAP)
    assert refused.value.code == code
    assert {name: (home / name).read_bytes() for name in before} == before


def test_a_kit_that_is_open_anywhere_keeps_its_passphrase(home, kit) -> None:
    script = (
        "import sys\nfrom qpm_widgets.journal import Kit\nkit = Kit.from_environment()\nprint('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    environment = os.environ | kit.environment()
    kit.close()
    with subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(QpmError, match="KEEP-001"):
            change_passphrase(home, PASSPHRASE, NEW, cost=CHEAP)
        other.stdin.close()
        assert other.wait(30) == 0
    change_passphrase(home, PASSPHRASE, NEW, cost=CHEAP)
    Kit.unlock(home, NEW).close()


def test_nobody_opens_the_kit_while_it_is_changed(home, filled, monkeypatch) -> None:
    said = []

    def copy_and_try_to_open(*arguments: object) -> None:
        with pytest.raises(QpmError) as refused:
            Kit.unlock(home, PASSPHRASE)
        said.append(refused.value.code)
        real(*arguments)

    real = rekeying.copy_file
    monkeypatch.setattr(rekeying, "copy_file", copy_and_try_to_open)
    change_passphrase(home, PASSPHRASE, NEW, cost=CHEAP)
    assert said == ["KEEP-001"]
    assert opens(home, NEW) == filled


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows knows no SIGKILL")
def test_killed_at_any_step_exactly_one_passphrase_opens_the_kit(home, filled, tmp_path, processes) -> None:
    outcomes = []
    for step in range(1, 40):
        copy = tmp_path / f"step{step}"
        shutil.copytree(home, copy, ignore=shutil.ignore_patterns("runtime"))
        changing = processes.Process(target=change_and_die, args=(copy, step))
        changing.start()
        changing.join()
        old, new = opens(copy, PASSPHRASE), opens(copy, NEW)
        assert (old is None) != (new is None), step
        assert filled in (old, new), step
        kept = ["journal.qpm", "kit.json", "safeguarding.qpm"]
        assert files(copy) in (kept, [*kept, "wrong-passphrases.json"]), step
        outcomes.append("new" if new else "old")
        if changing.exitcode == 0:
            break
        assert changing.exitcode == -signal.SIGKILL, step
    else:
        raise AssertionError("more steps than were tried")
    assert outcomes == sorted(outcomes, reverse=True), "from one step on it is the new one, for good"
    assert outcomes.count("old") >= 5
    assert outcomes.count("new") >= 3
