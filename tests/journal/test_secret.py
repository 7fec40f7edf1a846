"""Secrets that the kit makes once and keeps: one value for every process, for good."""

from __future__ import annotations

import secrets

import pytest
from journal_interviews import PASSPHRASE, ask_for_secret

from qpm_widgets.journal import Kit


def never() -> str:
    raise AssertionError("made a second time")


def test_a_secret_is_made_once_and_outlives_the_process(kit, home) -> None:
    first = kit.journal.secret("age identity", lambda: "made at random")
    assert kit.journal.secret("age identity", never) == first == "made at random"
    assert kit.journal.secret("another", lambda: "its own") == "its own"
    kit.close()
    with Kit.unlock(home, PASSPHRASE) as again:
        assert again.journal.secret("age identity", never) == first


def test_what_cannot_be_made_leaves_nothing(journal) -> None:
    with pytest.raises(AssertionError):
        journal.secret("age identity", never)
    assert journal.secret("age identity", lambda: "in the end") == "in the end"


def test_processes_that_ask_at_once_get_the_same(kit, home, processes) -> None:
    gate = processes.Barrier(4)
    with processes.Manager() as manager:
        answers = manager.list()
        asking = [processes.Process(target=ask_for_secret, args=(home, gate, answers)) for _ in range(4)]
        for process in asking:
            process.start()
        for process in asking:
            process.join(60)
        assert len(answers) == 4
        assert set(answers) == {kit.journal.secret("age identity", secrets.token_hex)}
