"""The kit closes in time, whatever happens to the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from qpm_widgets.capture.silence import Silence

NOON = datetime(2026, 10, 13, 12, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_the_clock_that_has_gone_further_counts() -> None:
    wall, steady = [NOON], [100.0]
    silence = Silence(lambda: wall[0], lambda: steady[0])
    assert silence.seconds(NOON) == 0
    wall[0], steady[0] = later(60), 160.0
    assert silence.seconds(NOON) == 60
    wall[0], steady[0] = later(60 - 86_400), 400.0  # put back by a day, four minutes later
    assert silence.seconds(NOON) == 300
    wall[0] = later(3600)  # put right; the laptop slept for most of an hour, and so did the steady clock
    assert silence.seconds(NOON) == 3600


def test_a_word_ends_it_also_with_the_clock_put_back() -> None:
    wall, steady = [NOON], [0.0]
    silence = Silence(lambda: wall[0], lambda: steady[0])
    silence.seconds(NOON)
    wall[0], steady[0] = later(-7200), 500.0
    assert silence.seconds(NOON) == 500
    assert silence.seconds(later(-7200)) == 0
    steady[0] = 510.0
    assert silence.seconds(later(-7200)) == 10
