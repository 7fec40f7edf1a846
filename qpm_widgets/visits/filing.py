"""What an assessor added to a guide: questions of their own, and quick notes, filed to a question or to none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qpm_widgets.journal import Entry
from qpm_widgets.templates.own_items import is_line, is_own


def item_of(field: str) -> str:
    """The question, scene or quick note that a field ``answer:<item>.<part>`` belongs to."""
    return field.partition(":")[2].partition(".")[0]


def read_filing(current: Iterable[Entry]) -> dict[str, str]:
    """For each quick note of a meeting the question that it is filed to, "" while it is filed to none.

    Of two versions of a note the newer says so; words that are erased or taken back say nothing. A question of the
    assessor's own of which nothing is left holds no note.
    """
    entries = list(current)
    there = read_own_questions(entries)
    words = [one for one in entries if (one.payload or {}).get("text") and is_line(item_of(one.field))]
    filed = {item_of(one.field): str((one.payload or {}).get("filed_to", "")) for one in _in_order(words)}
    return {item: "" if is_own(question) and question not in there else question for item, question in filed.items()}


def read_own_questions(current: Iterable[Entry]) -> dict[str, Mapping[str, Any]]:
    """The payload of each question of the assessor's own that has words, or of which an answer has; {} if only that.

    Of two versions the newer counts.
    """
    said = [one for one in current if is_own(item_of(one.field)) and _says_something(one)]
    asked = [one for one in said if one.field.endswith(".question")]
    found = {item_of(one.field): one.payload or {} for one in _in_order(asked)}
    return {item: found.get(item, {}) for item in sorted({item_of(one.field) for one in said})}


def marked_indicators(current: Iterable[Entry], item: str, edition: Iterable[str]) -> tuple[str, ...]:
    """The indicators on which a question or quick note was marked, in the order of the edition."""
    marked = {one.field for one in current if (one.payload or {}).get("bearing")}
    return tuple(one for one in edition if f"answer:{item}.evidence.{one}" in marked)


def is_taken_back(entry: Entry) -> bool:
    """Whether this is a mark on an indicator that was taken back."""
    return (entry.payload or {}).get("bearing") == ""


def _says_something(entry: Entry) -> bool:
    return any((entry.payload or {}).get(key) for key in ("text", "bearing", "reason"))


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda one: (one.recorded_at, one.entry_id))
