"""Breaks in interviews and observations: how many there were and how long, never why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qpm_widgets.journal import Entry
from qpm_widgets.journal.payloads import Pause

FIELD = "pause:"
_MINUTE = 60_000


@dataclass(frozen=True)
class Breaks:
    """The breaks of a meeting that are over, and all their minutes, a begun one as a whole."""

    number: int = 0
    minutes: int = 0


NO_BREAKS = Breaks()


def count_breaks(current: Iterable[Entry]) -> Breaks:
    """The breaks among a meeting's current entries; ``pause_part.js`` counts like this.

    Two entries that stand beside each other were two breaks, on two machines. What was put down by mistake, or is still
    running, is not counted. Where the clock was put back meanwhile a break has no length.
    """
    said = [Pause.model_validate(one.payload) for one in current if one.field.startswith(FIELD) and one.payload]
    lengths = [max(0, one.ended - one.began) for one in said if one.why and one.ended is not None]
    return Breaks(len(lengths), -(-sum(lengths) // _MINUTE))
