"""What an erasure takes, took, and leaves behind: counts and ids, never words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qpm_widgets.journal import Entry, Journal
from qpm_widgets.journal.erasure import FIELD, Tombstone
from qpm_widgets.journal.withdrawing import Withdrawal

KINDS = ("note", "quote", "mark", "missing", "state", "plan")
"""What can be erased; marks are how an answer bears on an indicator, missing why there is none."""


@dataclass(frozen=True)
class Erasure:
    """An erasure as the journal has it: its tombstone, and what is blank because of it.

    ``counts`` is by the names of ``KINDS``; ``entry_ids`` are the blank entries, in order of time.
    """

    tombstone: Entry
    counts: Counter[str]
    entry_ids: tuple[str, ...]

    @property
    def for_time(self) -> bool:
        """Whether nobody asked for it: the time for which notes are kept is over, and reports stay."""
        return (self.tombstone.payload or {}).get("reason") == "retention"


def count_covered(journal: Journal, wanted: Withdrawal) -> Counter[str]:
    """How many entries with words a withdrawal would blank, by the names of ``KINDS``."""
    entries = journal.iter_entries(wanted.assessment_id, subject=wanted.subject)
    return Counter(
        kind_of(entry.field)
        for entry in entries
        if entry.payload is not None and wanted.tombstone.covers(entry.field, entry.payload)
    )


def read_erasure(journal: Journal, wanted: Withdrawal) -> Erasure | None:
    """The newest tombstone that does what is wanted, and every blank entry of its scope; None if there is none."""
    entries = list(journal.iter_entries(wanted.assessment_id, subject=wanted.subject))
    done = [one for one in entries if one.field.startswith(FIELD) and wanted.done_by([_tombstone(one)])]
    if not done:
        return None
    return _erasure(done[-1], entries)


def iter_erasures(journal: Journal, assessment_id: str) -> Iterator[Erasure]:
    """Every erasure of an assessment, this kit's and those that came with submitted visits, oldest first."""
    for tombstone in list(journal.iter_entries(assessment_id, field_prefix=FIELD)):
        yield _erasure(tombstone, list(journal.iter_entries(assessment_id, subject=tombstone.subject)))


def has_lost_words(cited: Iterable[Entry]) -> bool:
    """Whether words are erased among the entries that a judgement cites: it may still repeat them in its own."""
    return any(one.erased and kind_of(one.field) not in ("mark", "missing") for one in cited)


def find_resting(journal: Journal, erasure: Erasure) -> list[tuple[str, str]]:
    """Ratings and findings, as (field, entry id), that cite a blank entry: their words rest on what is gone."""
    gone = set(erasure.entry_ids)
    judged = journal.current(erasure.tombstone.assessment_id, subject_prefix="visit:")
    return [
        (f"{one.subject.partition(':')[2]} {one.field}", one.entry_id)
        for one in judged
        if one.payload is not None and gone & set(one.payload.get("cites", ()))
    ]


def kind_of(field: str) -> str:
    """The name in ``KINDS`` for a field of an interview or observation."""
    area, _, rest = field.partition(":")
    if area != "answer":
        return area
    part = rest.partition(".")[2].partition(".")[0]
    return {"quote": "quote", "evidence": "mark", "missing": "missing"}.get(part, "note")


def _erasure(tombstone: Entry, entries: Iterable[Entry]) -> Erasure:
    covering = _tombstone(tombstone)
    blank = [one for one in entries if one.erased and covering.explains(one.field)]
    return Erasure(tombstone, Counter(kind_of(one.field) for one in blank), tuple(one.entry_id for one in blank))


def _tombstone(entry: Entry) -> Tombstone:
    return Tombstone(entry.field, str((entry.payload or {}).get("respondent", "")))
