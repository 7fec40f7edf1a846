"""Who wrote what, when, and what it replaced: every entry of a subject, field by field, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qpm_widgets.journal.entries import Entry
from qpm_widgets.journal.erasure import FIELD, Tombstone
from qpm_widgets.journal.store import Journal


@dataclass(frozen=True)
class FieldHistory:
    """All entries of one field, oldest first.

    Parameters
    ----------
    field : str
        The field.
    entries : tuple of Entry
        Everything that was ever recorded there; what was erased has no payload.
    current : frozenset of str
        The ids of those that no other replaces.
    erased_by : mapping of str to Entry
        For each entry whose words are gone, the record of the erasure that took them.
    """

    field: str
    entries: tuple[Entry, ...]
    current: frozenset[str]
    erased_by: Mapping[str, Entry]

    @property
    def in_conflict(self) -> bool:
        """Whether several entries stand side by side, because their writers did not know of each other."""
        return len(self.current) > 1


def field_histories(journal: Journal, assessment_id: str, subject: str, only: str | None = None) -> list[FieldHistory]:
    """The histories of a subject's fields, or of one field, in the order of the fields' names.

    Raises
    ------
    QpmError
        JOURNAL-010 or JOURNAL-013.
    """
    found: dict[str, list[Entry]] = {}
    for entry in journal.iter_entries(assessment_id, subject=subject, field_prefix=only):
        if only in (None, entry.field):
            found.setdefault(entry.field, []).append(entry)
    erasing = list(journal.iter_entries(assessment_id, subject=subject, field_prefix=FIELD))
    return [
        FieldHistory(name, tuple(entries), _current(entries), _erased_by(entries, erasing))
        for name, entries in sorted(found.items())
    ]


def _erased_by(entries: list[Entry], erasing: list[Entry]) -> dict[str, Entry]:
    """The oldest record that can have taken each entry's words; which of several did, nobody can tell any more."""
    tombstones = [(one, Tombstone.of(one.field, one.payload)) for one in erasing]
    return {
        entry.entry_id: next(one for one, stone in tombstones if stone.explains(entry.field))
        for entry in entries
        if entry.erased and any(stone.explains(entry.field) for _, stone in tombstones)
    }


def _current(entries: list[Entry]) -> frozenset[str]:
    replaced = {entry_id for entry in entries for entry_id in entry.supersedes}
    return frozenset(entry.entry_id for entry in entries) - replaced
