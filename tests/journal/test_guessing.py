"""Wrong passphrases: five are free, each further one waits, and whoever knows the right one starts afresh."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_interviews import CHEAP, PASSPHRASE

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.guessing import LONGEST_WAIT, NAME, Guesses, wait_after
from qpm_widgets.journal.keys import FLOOR, MOST_MEMORY_KIB, MOST_PASSES, cost_for


class Watch:
    """A clock whose sleeping makes the time pass, and notes how long it was."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def guesses(self, home: Path) -> Guesses:
        return Guesses(home, clock=lambda: self.now, sleep=self.sleep)


def wrong(home: Path, watch: Watch) -> None:
    with pytest.raises(QpmError, match="JOURNAL-001"):
        Kit.unlock(home, "not the one", guesses=watch.guesses(home))


@pytest.fixture
def closed(home) -> Path:
    Kit.create(home, PASSPHRASE, assessor="AS1", cost=CHEAP).close()
    return home


def test_from_the_sixth_try_on_each_waits_longer(closed) -> None:
    watch = Watch()
    for _ in range(12):
        wrong(closed, watch)  # each time by a new object, as in a new process
    assert watch.slept == [2, 4, 8, 16, 32, 60, 60]
    Kit.unlock(closed, PASSPHRASE, guesses=watch.guesses(closed)).close()
    assert watch.slept[-1] == 60, "the right one waits too, or waiting would tell them apart"
    wrong(closed, watch)
    assert len(watch.slept) == 8, "after the right one tries are free again"


def test_time_that_has_passed_is_not_waited_again(closed) -> None:
    watch = Watch()
    for _ in range(6):
        wrong(closed, watch)
    watch.now += 1
    assert watch.guesses(closed).seconds_left() == 3
    watch.now += 1000
    wrong(closed, watch)
    assert watch.slept == [2]
    watch.now -= 10**6  # a clock that was put back
    assert watch.guesses(closed).seconds_left() == 8


def test_the_file_holds_a_count_and_a_time_only_and_goes_with_the_right_passphrase(closed) -> None:
    watch = Watch()
    wrong(closed, watch)
    assert json.loads((closed / NAME).read_text()) == {"wrong": 1, "last": watch.now}
    Kit.unlock(closed, PASSPHRASE).close()
    assert not (closed / NAME).exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"wrong": "x", "last": 0}', '{"wrong": 1e999, "last": 0}', "\xff", "[" * 100_000]
)
def test_a_damaged_file_only_takes_the_delay_away(closed, text) -> None:
    (closed / NAME).write_text(text, encoding="latin-1")
    watch = Watch()
    Kit.unlock(closed, PASSPHRASE, guesses=watch.guesses(closed)).close()
    assert watch.slept == []


@pytest.mark.parametrize("last", ["1e300", "Infinity", "NaN", "-1e300"])
def test_no_file_makes_anybody_wait_longer_than_the_longest(closed, last) -> None:
    (closed / NAME).write_text(f'{{"wrong": 99, "last": {last}}}')
    watch = Watch()
    Kit.unlock(closed, PASSPHRASE, guesses=watch.guesses(closed)).close()
    assert sum(watch.slept) <= LONGEST_WAIT


def test_waits_never_shrink() -> None:
    waits = [wait_after(wrong) for wrong in range(2000)]
    assert waits[:6] == [0, 0, 0, 0, 0, 2]
    assert all(one <= other for one, other in itertools.pairwise(waits))
    assert waits[-1] == LONGEST_WAIT


@given(seconds=st.floats(0, 1e4))
def test_the_cost_is_never_below_the_rfc_and_never_more_than_an_old_laptop_bears(seconds) -> None:
    cost = cost_for(seconds)
    assert cost == cost_for(seconds)
    assert FLOOR.memory_kib == 64 * 1024 <= cost.memory_kib <= MOST_MEMORY_KIB == 256 * 1024
    assert FLOOR.time_cost == 3 <= cost.time_cost <= MOST_PASSES
    assert cost.parallelism == FLOOR.parallelism == 4
    # Time is passes times memory: about a quarter of a second unless a bound is in the way.
    expected = seconds * (cost.time_cost * cost.memory_kib) / (FLOOR.time_cost * FLOOR.memory_kib)
    if cost != FLOOR:
        assert expected <= 0.2501
    if cost.time_cost < MOST_PASSES:
        assert expected >= 0.25 * 0.6


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.25, (3, 64)), (5.0, (3, 64)), (0.125, (3, 128)), (0.0625, (3, 256)), (0.03, (6, 256)), (0.0, (24, 256))],
)
def test_quicker_machines_get_more_memory_first_and_more_passes_then(seconds, expected) -> None:
    assert (cost_for(seconds).time_cost, cost_for(seconds).memory_kib // 1024) == expected


def test_a_new_kit_is_given_the_cost_that_was_measured(home, monkeypatch) -> None:
    from qpm_widgets.journal import keys
    from qpm_widgets.journal.kit_file import KitFile

    timings = iter([0.9, 0.1251, 0.3])
    monkeypatch.setattr(keys, "_seconds_at_floor", lambda: next(timings))
    Kit.create(home, PASSPHRASE, assessor="AS1").close()
    assert KitFile.read(home).cost == cost_for(0.1251)
    Kit.unlock(home, PASSPHRASE).close()
