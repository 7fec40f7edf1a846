import json
import os
import pickle
import stat
import subprocess
import sys

import pytest
from journal_interviews import CHEAP, PASSPHRASE, agree, note

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit, safeguarding
from qpm_widgets.journal import kit as kit_module
from qpm_widgets.journal.in_use import alone_with

FILES = ["journal.qpm", "kit.json", "safeguarding.qpm"]


def create(home, passphrase=PASSPHRASE, assessor="AS1") -> Kit:
    return Kit.create(home, passphrase, assessor=assessor, cost=CHEAP)


def refused(code: str, action, *arguments, **named) -> QpmError:
    with pytest.raises(QpmError) as caught:
        action(*arguments, **named)
    assert caught.value.code == code, str(caught.value)
    return caught.value


def test_what_was_recorded_is_there_after_unlocking(home) -> None:
    with create(home) as kit:
        agree(kit.journal)
        receipt = kit.journal.append(note("kept"))
        facts = (kit.assessor, kit.device_id, kit.secret_for("page"))
    with Kit.unlock(home, PASSPHRASE) as kit:
        assert kit.journal.find_entries([receipt.entry_id])[receipt.entry_id].payload["text"] == "kept"
        assert (kit.assessor, kit.device_id, kit.secret_for("page")) == facts
        assert kit.notebooks.is_dir()
        assert kit.runtime.is_dir()
        assert sorted(path.name for path in home.iterdir() if path.is_file()) == [
            "journal.qpm", "journal.qpm-shm", "journal.qpm-wal", "kit.json", "safeguarding.qpm",
        ]  # fmt: skip
    # The last one out writes everything into the one file.
    assert sorted(path.name for path in home.iterdir() if path.is_file()) == FILES


def test_a_wrong_passphrase_is_one_sentence(home) -> None:
    create(home).close()
    error = refused("JOURNAL-001", Kit.unlock, home, "correct horse bakery")
    assert "bakery" not in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("passphrase", ["", "seven77", "\u0065\u0301" * 7])
def test_a_short_passphrase_is_refused_before_anything_is_made(home, passphrase) -> None:
    refused("JOURNAL-012", create, home, passphrase)
    assert not home.exists()


@pytest.mark.parametrize("assessor", ["", "Jo Smith", "jo.smith", "-x", "é", "x" * 41])
def test_an_assessor_is_a_code_never_a_name(home, assessor) -> None:
    refused("JOURNAL-015", create, home, assessor=assessor)
    assert not home.exists()


def test_a_kit_is_never_made_over_another(home) -> None:
    create(home).close()
    before = (home / "kit.json").read_bytes()
    refused("JOURNAL-003", create, home)
    (home / "kit.json").unlink()
    refused("JOURNAL-003", create, home)  # the journal alone may still be opened when kit.json comes back
    (home / "kit.json").write_bytes(before)
    Kit.unlock(home, PASSPHRASE).close()


def test_a_folder_without_a_kit(home, tmp_path) -> None:
    refused("START-002", Kit.unlock, home, PASSPHRASE)
    (tmp_path / "file").write_text("x")
    refused("START-002", Kit.unlock, tmp_path / "file", PASSPHRASE)
    refused("JOURNAL-008", create, tmp_path / "file" / "kit")


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", "{}", '{"format": "x"}', "\0" * 100, "[" * 100_000])
def test_a_damaged_kit_file_says_so(home, damage) -> None:
    create(home).close()
    (home / "kit.json").write_text(damage)
    refused("JOURNAL-002", Kit.unlock, home, PASSPHRASE)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("format", 3, "JOURNAL-011"),
        ("format", 1, "JOURNAL-017"),
        ("salt", "00", "JOURNAL-002"),
        ("salt", "zz" * 16, "JOURNAL-002"),
        ("key_check", "00", "JOURNAL-002"),
        ("cost", {"time_cost": 1, "memory_kib": 2**50, "parallelism": 1}, "JOURNAL-002"),
        ("cost", {"time_cost": 1000, "memory_kib": 4 * 2**20, "parallelism": 64}, "JOURNAL-002"),
        ("cost", None, "JOURNAL-002"),
        ("device_id", "../../elsewhere", "JOURNAL-002"),
        ("device_id", "0" * 32, "JOURNAL-002"),  # of another key
        ("assessor", "a name", "JOURNAL-002"),
    ],
)
def test_a_kit_file_with_a_wrong_value(home, key, value, code) -> None:
    create(home).close()
    settings = json.loads((home / "kit.json").read_text())
    (home / "kit.json").write_text(json.dumps(settings | {key: value}))
    refused(code, Kit.unlock, home, PASSPHRASE)


def test_a_missing_journal_is_not_made_anew(home) -> None:
    create(home).close()
    (home / "journal.qpm").unlink()
    refused("JOURNAL-002", Kit.unlock, home, PASSPHRASE)
    assert not (home / "journal.qpm").exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(5000), os.urandom(8192)])
def test_a_journal_that_is_none(home, content, capfd) -> None:
    create(home).close()
    (home / "journal.qpm").write_bytes(content)
    with pytest.raises(QpmError) as caught:
        Kit.unlock(home, PASSPHRASE)
    assert caught.value.code in ("JOURNAL-002", "JOURNAL-013")
    assert capfd.readouterr() == ("", "")  # the cipher's own complaints would land in a notebook


@pytest.mark.parametrize("step", range(14))
def test_an_interrupted_creation_can_be_finished_or_begun_again(home, monkeypatch, step) -> None:
    """Stop at every point where creation touches the disk; what is left opens, or can be created."""
    passed = iter(range(1000))

    def stopping(call):
        def stop_or_call(*arguments, **named):
            if next(passed) == step:
                raise KeyboardInterrupt
            return call(*arguments, **named)

        return stop_or_call

    with monkeypatch.context() as patched:
        calls = ((os, "fsync"), (os, "replace"), (kit_module, "create_file"), (kit_module, "Journal"))
        for module, name in (*calls, (safeguarding, "create_file"), (safeguarding, "lock_identity")):
            patched.setattr(module, name, stopping(getattr(module, name)))
        try:
            create(home).close()
            finished = True
        except KeyboardInterrupt:
            finished = False
    assert finished or step < 13, "creation has more steps than the range above reaches"
    if not (home / "kit.json").exists():
        create(home).close()
    with Kit.unlock(home, PASSPHRASE) as kit:
        agree(kit.journal)
        assert kit.journal.verify().ok
    assert sorted(path.name for path in home.iterdir() if path.is_file()) == FILES


def test_a_folder_with_an_odd_name(tmp_path) -> None:
    home = tmp_path / "Äußerst 100%20 #1 & 'mine'; é" / "kit"
    create(home).close()
    with Kit.unlock(home, PASSPHRASE) as kit:
        assert kit.journal.path == home / "journal.qpm"
        assert kit.journal.verify().ok


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits; the user's folder is private there")
def test_only_the_user_can_look_inside(kit) -> None:
    for path in (kit.home, kit.notebooks, kit.runtime, *kit.home.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_closed_kit_is_locked(kit) -> None:
    kit.close()
    kit.close()
    refused("JOURNAL-010", kit.journal.append, note())
    refused("JOURNAL-010", kit.journal.head)
    refused("JOURNAL-010", list, kit.journal.iter_entries())


def test_the_key_does_not_show(kit) -> None:
    key = kit.environment()["QPM_KIT_KEY"]
    assert key not in repr(kit)
    assert key not in repr(vars(kit.journal))
    assert bytes.fromhex(key) not in (kit.home / "kit.json").read_bytes()
    assert key not in (kit.home / "kit.json").read_text()
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        pickle.dumps(kit)


def test_a_process_takes_the_kit_from_its_environment_once(kit) -> None:
    script = (
        "import os\n"
        "from qpm_widgets.journal import Kit\n"
        "kit = Kit.from_environment()\n"
        "assert 'QPM_KIT_KEY' not in os.environ\n"
        "try:\n"  # what other processes of the same user can read
        "    given = open('/proc/self/environ', 'rb').read()\n"
        "except FileNotFoundError:\n"
        "    given = b''\n"
        "assert (b'QPM_KIT_KEY=' + b'0' * 64 in given) == bool(given)\n"
        "assert Kit.from_environment() is kit\n"
        "print(kit.assessor, kit.device_id, kit.secret_for('page').hex())\n"
        "kit.close()\n"
        "try:\n"
        "    Kit.from_environment()\n"
        "except Exception as error:\n"
        "    print(error.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | kit.environment(), capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == [kit.assessor, kit.device_id, kit.secret_for("page").hex(), "JOURNAL-010"]


@pytest.mark.parametrize("key", [None, "", "not hex", "ab", "00" * 32])
def test_an_environment_without_the_right_key(kit, monkeypatch, key) -> None:
    monkeypatch.setenv("QPM_KIT_HOME", str(kit.home))
    if key is not None:
        monkeypatch.setenv("QPM_KIT_KEY", key)
    refused("JOURNAL-010" if key is None else "JOURNAL-001", Kit.from_environment)


def test_a_key_that_was_taken_opens_the_kit_also_when_it_could_not_at_first(kit, monkeypatch) -> None:
    environment = kit.environment()
    kit.close()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with alone_with(kit.runtime):
        refused("KEEP-001", Kit.from_environment)
    assert "QPM_KIT_KEY" not in os.environ
    with Kit.from_environment() as opened:
        assert opened.device_id == kit.device_id
    refused("JOURNAL-010", Kit.from_environment)
