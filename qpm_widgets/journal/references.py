"""What the journal's current entries name in the templates, and which of it is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from qpm_widgets.journal.entries import Entry

_ENTRY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=: )")


@dataclass(frozen=True)
class TemplateIds:
    """The ids that a set of templates has."""

    editions: Collection[str]  # of the standards
    guides: Collection[str]
    roles: Collection[str]
    standards: Collection[str]
    indicators: Collection[str]
    levels: Collection[str]  # of the rating scale


def missing_references(entries: Iterable[Entry], ids: TemplateIds) -> list[str]:
    """One line per reference to something that the templates do not have; ids only, never words.

    Parameters
    ----------
    entries : iterable of Entry
        Current entries; those that were erased name nothing any more.
    ids : TemplateIds
        What there is.
    """
    return [
        f"{entry.entry_id}: {entry.subject} {entry.field} names the {kind} {name}, which the templates do not have"
        for entry in entries
        for kind, name, known in _references(entry, ids)
        if name not in known
    ]


def first_bad_first(faults: Iterable[str]) -> list[str]:
    """The lines of ``Verification.faults``, those of the entry that was written first before all others.

    An entry's id begins with the time at which it was written (UUIDv7), so ids in order are entries in order.
    """
    faults = list(faults)
    bad = sorted({found[0] for fault in faults if (found := _ENTRY_ID.match(fault))})
    return sorted(faults, key=lambda fault: not (bad and fault.startswith(bad[0])))


def _references(entry: Entry, ids: TemplateIds) -> Iterator[tuple[str, str, Collection[str]]]:
    payload = entry.payload
    if payload is None:
        return
    area, _, rest = entry.field.partition(":")
    if area == "profile":
        yield "standards", payload["edition"], ids.editions
    elif area == "plan" and "guide" in payload:
        yield "guide", payload["guide"], ids.guides
        if "role" in payload:
            yield "role", payload["role"], ids.roles
    elif area == "finding":
        yield "standard", payload["standard"], ids.standards
    elif area == "rating":
        yield "indicator", rest, ids.indicators
        if payload["level"]:
            yield "rating level", payload["level"], ids.levels
    elif area == "answer" and ".evidence." in rest:
        yield "indicator", rest.rpartition(".")[2], ids.indicators
