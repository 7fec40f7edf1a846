"""What was shown of a yes or a no in interviews and observations: how often, never whose or how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from qpm_widgets.journal import Entry
from qpm_widgets.journal.erasure import WHOLE

FIELD = "assent:"


def count_signs(recorded: Iterable[Entry], current: Iterable[Entry]) -> dict[str, int]:
    """How often each sign was shown in a meeting, by its id, from all versions of these fields: each is a sign.

    Neither what was noted by mistake counts, nor the entry that takes it back; ``assent_part.js`` counts like this.
    None once its words were erased, which is when somebody took back that they were met or seen.
    """
    if any(one.field == WHOLE for one in current):
        return {}
    noted = [(one.entry_id, one.payload) for one in recorded if one.payload]
    mistaken = {payload.get("takes_back") for _, payload in noted}
    stands = (said for entry_id, said in noted if entry_id not in mistaken and not said.get("takes_back"))
    return dict(Counter(str(said["sign"]) for said in stands))
