"""What is due for erasure by the scheme's dates, worked out from the journal."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from qpm_widgets.journal import Journal
from qpm_widgets.journal.erasure import CONSENTS, FIELD, RECORD, WHOLE, Tombstone, Words
from qpm_widgets.templates import Templates
from qpm_widgets.visits.assessments import iter_visits

RAW_NOTES, CONSENT_LOG, REPORT, CERTIFICATES = "raw_notes", "consent_log", "report", "deletion_certificate"
"""The scheme's ids for what the kit holds; whatever else it gives a date to lies elsewhere."""
SCOPES = {RAW_NOTES: WHOLE, CONSENT_LOG: CONSENTS, REPORT: RECORD}
"""What of the journal belongs to each."""
_AT_WORK = ("answer:", "rating:", "finding:")


@dataclass(frozen=True)
class Due:
    """One kind of record of one assessment, and what of it is still here.

    ``subjects`` are those in the journal that hold any of it, ``name_lists`` the ids of visits with a list of names,
    ``folders`` the rendered documents, where they belong to it.
    """

    assessment_id: str
    record: str
    label: str
    counted_from: date
    due: date
    subjects: tuple[str, ...] = ()
    name_lists: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether there is anything that an erasure would take."""
        return bool(self.subjects or self.name_lists or self.folders)

    @property
    def lies_elsewhere(self) -> bool:
        """Whether the kit holds nothing of the kind and can only say its date."""
        return self.record not in (*SCOPES, CERTIFICATES)

    def is_due(self, today: date) -> bool:
        """Whether the time is up."""
        return self.due <= today


def last_work(journal: Journal, assessment_id: str) -> date | None:
    """The last day of the visits or on which an answer, rating or finding was begun, whichever is later.

    None before any visit, and once the record is erased. A correction does not count: whoever rewrites a finding
    because somebody withdrew must not keep everybody's notes for longer. The journal has no decision yet, and its day
    can only be later, so this day alone never says that an appeal is over.
    """
    days = [visit.plan.ends for visit in iter_visits(journal, assessment_id)]
    if not days:
        return None
    entries = (one for prefix in _AT_WORK for one in journal.iter_entries(assessment_id, field_prefix=prefix))
    return max([*days, *(_day(one.recorded_at) for one in entries if not one.supersedes)])


def list_retention(journal: Journal, templates: Templates, assessment_ids: Iterable[str]) -> list[Due]:
    """When each kind of record of these assessments is due, in the scheme's order; folders are for others to find."""
    found = []
    for assessment_id in assessment_ids:
        worked, erased = last_work(journal, assessment_id), _last_erasure(journal, assessment_id)
        ended = _last_erasure(journal, assessment_id, RECORD)
        held = _held_subjects(journal, assessment_id)
        name_lists = tuple(sorted(journal.names(assessment_id)))
        for rule in templates.scheme.retention:
            subjects, names = held.get(rule.id, ()), name_lists if rule.id == RAW_NOTES else ()
            start = erased if rule.id == CERTIFICATES else worked
            if rule.id in SCOPES and ended is not None:
                # What an interrupted run left, or a submitted visit brought after the end, is due at once.
                found.append(Due(assessment_id, rule.id, rule.label, ended, ended, subjects, names))
            elif start is not None:
                due = add_months(start, rule.months)
                found.append(Due(assessment_id, rule.id, rule.label, start, due, subjects, names))
    return found


def _last_erasure(journal: Journal, assessment_id: str, scope: str = FIELD) -> date | None:
    tombstones = journal.current(assessment_id, field_prefix=scope)
    return max((_day(one.recorded_at) for one in tombstones), default=None)


def _day(milliseconds: int) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()


def _held_subjects(journal: Journal, assessment_id: str) -> dict[str, tuple[str, ...]]:
    """The subjects that hold something of each kind of record, sorted."""
    found: dict[str, set[str]] = {record: set() for record in SCOPES}
    for entry in journal.iter_entries(assessment_id):
        for record, scope in SCOPES.items():
            words = Words(entry.field, entry.payload or {})
            if entry.payload is not None and Tombstone(scope).covers(words):
                found[record].add(entry.subject)
    return {record: tuple(sorted(subjects)) for record, subjects in found.items()}


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
