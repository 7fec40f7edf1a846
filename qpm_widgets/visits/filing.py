"""Under which question what was written down stands: quick notes are filed to one later, or to none."""

from __future__ import annotations

from collections.abc import Iterable

from qpm_widgets.journal import Entry
from qpm_widgets.templates.own_items import is_line


def item_of(field: str) -> str:
    """The question, scene or quick note that a field ``answer:<item>.<part>`` belongs to."""
    return field.partition(":")[2].partition(".")[0]


def read_filing(current: Iterable[Entry]) -> dict[str, str]:
    """For each quick note of a meeting the question that it is filed to, "" while it is filed to none.

    Of two versions of a note the newer says so; words that are erased or taken back say nothing.
    """
    words = [one for one in current if (one.payload or {}).get("text") and is_line(item_of(one.field))]
    words.sort(key=lambda one: (one.recorded_at, one.entry_id))
    return {item_of(one.field): str((one.payload or {}).get("filed_to", "")) for one in words}
