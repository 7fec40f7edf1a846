"""The identifier guard of the pages: where in what somebody wrote freely something points to one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qpm_widgets.identifiers import find_identifiers, utf16_span

# The keys of a payload that hold free words, by the area of its field.
FREE_WORDS = {
    "answer": ("text", "translation", "language_name"),
    "finding": ("text",),
    "rating": ("rationale",),
    "state": ("reason",),
    "plan": ("access_needs",),
}


def point_out(field: str, payload: Mapping[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """What points to one person and was not kept on purpose, as ``Sheet.notice`` gives it."""
    noticed: list[dict[str, Any]] = []
    kept = set(payload.get("kept") or ())
    for key in FREE_WORDS.get(field.partition(":")[0], ()):
        words = str(payload.get(key) or "")
        if key == "translation" and words == payload.get("text"):
            continue  # only the English was written down: it is pointed out once
        for one in find_identifiers(words, names):
            if words[one.start : one.end] not in kept:
                start, end = utf16_span(words, one)
                noticed.append({"kind": one.kind, "key": key, "start": start, "end": end})
    return noticed
