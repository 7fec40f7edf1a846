"""Wrong passphrases, counted: after five of them each further try has to wait.

What makes guessing dear is the key's derivation. This only slows down someone who types at the kit itself: who can
write to the kit's folder can remove the file, and who has a copy of the kit need not ask it at all.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

NAME = "wrong-passphrases.json"
FREE_TRIES = 5
LONGEST_WAIT = 60.0  # seconds


def wait_after(wrong: int) -> float:
    """Seconds to wait after so many wrong passphrases: none up to five, then 2, 4, 8 … up to a minute."""
    return min(LONGEST_WAIT, 2.0 ** min(wrong - FREE_TRIES + 1, 30)) if wrong >= FREE_TRIES else 0.0


class Guesses:
    """The tries at one kit's passphrase, by whichever process.

    Parameters
    ----------
    home : Path
        The kit home; a small file in it holds how many wrong tries there were and when the last one was.
    clock : callable, optional
        Seconds since 1970.
    sleep : callable, optional
        Waits for so many seconds.
    """

    def __init__(
        self, home: Path, clock: Callable[[], float] = time.time, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._file = home / NAME
        self._clock = clock
        self._sleep = sleep

    def seconds_left(self) -> float:
        """How long the next try has to wait from now."""
        wrong, last = self._read()
        wait = wait_after(wrong)
        # A clock that was put back makes nobody wait longer than the wait itself.
        return min(wait, max(0.0, last + wait - self._clock()))

    def begin(self) -> None:
        """Wait if need be, and count the try as wrong until it proves right: ending the process undoes no count."""
        if (left := self.seconds_left()) > 0:
            self._sleep(left)
        wrong, _ = self._read()
        with contextlib.suppress(OSError):  # no room to count on: opening the kit matters more
            self._file.write_text(json.dumps({"wrong": wrong + 1, "last": self._clock()}), encoding="utf-8")

    def was_right(self) -> None:
        """Forget the tries."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)

    def _read(self) -> tuple[int, float]:
        try:
            value = json.loads(self._file.read_text(encoding="utf-8"))
            return max(0, int(value["wrong"])), float(value["last"])
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return 0, 0.0
