"""Who wrote what, when, and what it replaced: every entry of a subject, field by field, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

from qpm_widgets.journal.entries import Entry
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
    """

    field: str
    entries: tuple[Entry, ...]
    current: frozenset[str]

    @property
    def in_conflict(self) -> bool:
        """Whether several entries stand side by side, because their writers did not know of each other."""
        return len(self.current) > 1


def field_histories(journal: Journal, assessment_id: str, subject: str, field: str | None = None) -> list[FieldHistory]:
    """The histories of a subject's fields, or of one field, in the order of the fields' names.

    Raises
    ------
    QpmError
        JOURNAL-010 or JOURNAL-013.
    """
    found: dict[str, list[Entry]] = {}
    for entry in journal.iter_entries(assessment_id, subject=subject, field_prefix=field):
        if field in (None, entry.field):
            found.setdefault(entry.field, []).append(entry)
    return [FieldHistory(name, tuple(entries), _current(entries)) for name, entries in sorted(found.items())]


def _current(entries: list[Entry]) -> frozenset[str]:
    replaced = {entry_id for entry in entries for entry_id in entry.supersedes}
    return frozenset(entry.entry_id for entry in entries) - replaced
