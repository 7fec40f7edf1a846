"""How long nobody has said a word, by two clocks: one may stand still, the other may be put back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Silence:
    """Measures how long ago the latest word was.

    The clock on the wall goes on while a laptop sleeps, but somebody may put it back. The steady clock cannot be put
    back, but on most systems it sleeps as well. Whichever says more counts.

    Parameters
    ----------
    wall, steady : callable
        The time in UTC, and seconds since no particular moment.
    """

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._latest: datetime | None = None
        self._heard = steady()

    def seconds(self, latest: datetime) -> float:
        """How long ago the latest word was said, which the wall clock timed; to be asked again and again."""
        if latest != self._latest:
            self._latest, self._heard = latest, self._steady()
        return max((self._wall() - latest).total_seconds(), self._steady() - self._heard)
