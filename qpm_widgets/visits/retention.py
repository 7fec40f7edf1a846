"""What is due for erasure by the scheme's dates, worked out from the journal."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from qpm_widgets.journal import Journal
from qpm_widgets.journal.erasure import WHOLE, Tombstone
from qpm_widgets.templates import Templates
from qpm_widgets.visits.assessments import iter_visits

RAW_NOTES, CERTIFICATES = "raw_notes", "deletion_certificate"
"""The scheme's ids for what an erasure blanks, and for the proof of it; the rest is counted like the notes."""
_AT_WORK = ("answer:", "rating:", "finding:")


@dataclass(frozen=True)
class Due:
    """One kind of record of one assessment, and what of it is still here.

    ``meetings`` are (kind, id) of those that hold words, ``name_lists`` the ids of visits with a list of names.
    """

    assessment_id: str
    record: str
    label: str
    counted_from: date
    due: date
    meetings: tuple[tuple[str, str], ...] = ()
    name_lists: tuple[str, ...] = ()

    @property
    def holds_words(self) -> bool:
        """Whether there is anything that an erasure would take."""
        return bool(self.meetings or self.name_lists)

    def is_due(self, today: date) -> bool:
        """Whether the time is up."""
        return self.due <= today


def last_work(journal: Journal, assessment_id: str) -> date | None:
    """The last day of the visits or of any answer, rating or finding, whichever is later; None before any visit.

    The journal has no decision yet, and its day can only be later, so this day alone never says that an appeal is over.
    """
    days = [visit.plan.ends for visit in iter_visits(journal, assessment_id)]
    if not days:
        return None
    days += [
        _day(entry.recorded_at) for prefix in _AT_WORK for entry in journal.current(assessment_id, field_prefix=prefix)
    ]
    return max(days)


def list_retention(journal: Journal, templates: Templates, assessment_ids: Iterable[str]) -> list[Due]:
    """When each kind of record of these assessments is due, in the scheme's order; notes, and with them the lists of
    names, only while there are some, certificates of erasure once there is one."""
    found = []
    for assessment_id in assessment_ids:
        counted_from = last_work(journal, assessment_id)
        if counted_from is None:
            continue
        meetings, erased = _with_words(journal, assessment_id), _last_erasure(journal, assessment_id)
        name_lists = tuple(sorted(journal.names(assessment_id)))
        for rule in templates.scheme.retention:
            start = erased if rule.id == CERTIFICATES else counted_from
            if start is None:
                continue
            due = Due(assessment_id, rule.id, rule.label, start, add_months(start, rule.months))
            if rule.id == RAW_NOTES:
                due = replace(due, meetings=meetings, name_lists=name_lists)
            if rule.id != RAW_NOTES or due.holds_words:
                found.append(due)
    return found


def _last_erasure(journal: Journal, assessment_id: str) -> date | None:
    tombstones = journal.current(assessment_id, field_prefix="erasure:")
    return max((_day(one.recorded_at) for one in tombstones), default=None)


def _day(milliseconds: int) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()


def _with_words(journal: Journal, assessment_id: str) -> tuple[tuple[str, str], ...]:
    everything = Tombstone(WHOLE, "")
    subjects = {
        entry.subject
        for entry in journal.iter_entries(assessment_id)
        if entry.subject.startswith(("interview:", "observation:"))
        and entry.payload is not None
        and everything.covers(entry.field, entry.payload)
    }
    kinds_and_ids = (subject.partition(":")[::2] for subject in sorted(subjects))
    return tuple((kind, meeting_id) for kind, meeting_id in kinds_and_ids)


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
