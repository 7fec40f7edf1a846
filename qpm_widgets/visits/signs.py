"""What was shown of a yes or a no in interviews and observations: how often, never whose or how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from qpm_widgets.journal import Entry
from qpm_widgets.journal.erasure import WHOLE

FIELD = "assent:"


def count_signs(recorded: Iterable[Entry], current: Iterable[Entry]) -> dict[str, int]:
    """How often each sign was shown in a meeting, by its id, from all versions of these fields: each is a sign.

    None once its words were erased, which is when somebody took back that they were met or seen.
    """
    if any(one.field == WHOLE for one in current):
        return {}
    return dict(Counter(str(one.payload["sign"]) for one in recorded if one.payload))
