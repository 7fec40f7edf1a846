"""Two processes that make, restore or change one kit at the same moment: one does it, the other says so."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from journal_interviews import CHEAP, PASSPHRASE, agree, note

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.backup import restore_backup, write_backup
from qpm_widgets.journal.rekeying import change_passphrase

NEW = ("the first new passphrase", "the second new passphrase")


def create(home: Path, number: int) -> None:
    Kit.create(home, NEW[number], assessor=f"AS{number}", cost=CHEAP).close()


def restore(home: Path, _: int) -> None:
    restore_backup(home.with_name("kit.qpmbackup"), home, PASSPHRASE).close()


def change(home: Path, number: int) -> None:
    change_passphrase(home, PASSPHRASE, NEW[number], cost=CHEAP)


def act(what: Callable[[Path, int], None], home: Path, number: int, together, said) -> None:
    together.wait(60)
    try:
        what(home, number)
    except QpmError as error:
        said.put((number, error.code))
    except Exception as error:
        said.put((number, repr(error)))
    else:
        said.put((number, "done"))


@pytest.fixture
def at_once(processes):
    """Do something twice at the same moment, in processes of their own: what each of the two came to."""

    def run(what: Callable[[Path, int], None], home: Path) -> list[str]:
        together, said = processes.Barrier(2), processes.Queue()
        both = [processes.Process(target=act, args=(what, home, number, together, said)) for number in range(2)]
        for one in both:
            one.start()
        came_to = dict(said.get(timeout=60) for _ in both)
        for one in both:
            one.join()
        return [came_to[0], came_to[1]]

    return run


@pytest.mark.parametrize("attempt", range(6))
def test_of_two_creations_in_one_folder_one_makes_a_kit(tmp_path, at_once, attempt) -> None:
    home = tmp_path / "kit"
    outcomes = at_once(create, home)
    assert outcomes.count("done") == 1, outcomes
    assert set(outcomes) <= {"done", "JOURNAL-003", "KEEP-001"}, outcomes
    winner = outcomes.index("done")
    with Kit.unlock(home, NEW[winner]) as kit:
        assert kit.assessor == f"AS{winner}"
        agree(kit.journal)
        assert kit.journal.verify().ok
        kit.safeguarding.identity(NEW[winner])
    assert sorted(path.name for path in home.iterdir() if path.is_file()) == [
        "journal.qpm",
        "kit.json",
        "safeguarding.qpm",
    ]


@pytest.mark.parametrize("attempt", range(4))
def test_of_two_restores_into_one_folder_one_makes_a_kit(kit, tmp_path, at_once, attempt) -> None:
    agree(kit.journal)
    kit.journal.append_all([note("words " * 2000, field=f"answer:Q{number}.note") for number in range(40)])
    write_backup(kit, tmp_path / "kit.qpmbackup")
    outcomes = at_once(restore, tmp_path / "restored")
    assert outcomes.count("done") == 1, outcomes
    assert set(outcomes) <= {"done", "KEEP-001", "KEEP-003"}, outcomes
    with Kit.unlock(tmp_path / "restored", PASSPHRASE) as restored:
        assert restored.journal.verify().ok
        assert len(list(restored.journal.iter_entries())) == len(list(kit.journal.iter_entries()))


@pytest.mark.parametrize("attempt", range(4))
def test_of_two_new_passphrases_one_counts(kit, home, at_once, attempt) -> None:
    agree(kit.journal)
    kit.close()
    outcomes = at_once(change, home)
    assert outcomes.count("done") == 1, outcomes
    assert set(outcomes) <= {"done", "KEEP-001", "JOURNAL-001"}, outcomes
    with Kit.unlock(home, NEW[outcomes.index("done")]) as changed:
        assert changed.journal.verify().ok
        changed.safeguarding.identity(NEW[outcomes.index("done")])


def test_a_drive_without_locks_is_said_to_be_one(tmp_path, monkeypatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(QpmError, match="JOURNAL-008") as refused:
        Kit.create(tmp_path / "kit", PASSPHRASE, assessor="AS1", cost=CHEAP)
    assert "The drive cannot lock files" in str(refused.value)
