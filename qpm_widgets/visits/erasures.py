"""What an erasure takes, took, and leaves behind: counts and ids, never words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qpm_widgets.journal import Edit, Entry, Journal
from qpm_widgets.journal.erasure import FIELD, JUDGED, Tombstone, Words, covered_places, earlier_versions
from qpm_widgets.journal.withdrawing import Withdrawal

KINDS = (
    "note", "quote", "mark", "missing", "state", "pause", "closing", "plan", "consent", "assent", "rating", "finding",
    "profile", "safeguarding",
)  # fmt: skip
"""What can be erased; marks are how an answer bears on an indicator, missing why there is none."""


@dataclass(frozen=True)
class Erasure:
    """An erasure as the journal has it: its tombstone, and what is blank because of it.

    ``blank`` is in order of time.
    """

    tombstone: Entry
    blank: tuple[Entry, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many entries are blank, by the names of ``KINDS``."""
        return Counter(kind_of(one.field) for one in self.blank)

    @property
    def entry_ids(self) -> tuple[str, ...]:
        """The ids of the blank entries."""
        return tuple(one.entry_id for one in self.blank)

    @property
    def for_time(self) -> bool:
        """Whether nobody asked for it: the time for which notes are kept is over, and reports stay."""
        return (self.tombstone.payload or {}).get("reason") == "retention"


def count_covered(journal: Journal, wanted: Withdrawal) -> Counter[str]:
    """How many entries with words a withdrawal would blank, by the names of ``KINDS``."""
    entries = list(journal.iter_entries(wanted.assessment_id, subject=wanted.subject))
    replaced = {old for entry in entries for old in entry.supersedes}
    said = [Words(entry.field, entry.payload, entry.entry_id in replaced) for entry in entries]
    return Counter(kind_of(entries[place].field) for place in covered_places(said, [wanted.tombstone]))


def read_erasure(journal: Journal, wanted: Withdrawal) -> Erasure | None:
    """The newest tombstone that does what is wanted, and every blank entry of its scope; None if there is none."""
    entries = list(journal.iter_entries(wanted.assessment_id, subject=wanted.subject))
    done = [one for one in entries if one.field.startswith(FIELD) and wanted.done_by([_tombstone(one)])]
    if not done:
        return None
    # One of the assessment itself stands for those of the same scope of all that belongs to it.
    whose = entries if wanted.subject != "assessment" else journal.iter_entries(wanted.assessment_id)
    return _erasure(done[-1], [one for one in whose if one.erased])


def iter_erasures(journal: Journal, assessment_id: str) -> Iterator[Erasure]:
    """Every erasure of an assessment, this kit's and those that came with submitted visits, oldest first."""
    blank = [one for one in journal.iter_entries(assessment_id) if one.erased]  # of one read: there may be hundreds
    for tombstone in journal.iter_entries(assessment_id, field_prefix=FIELD):
        yield _erasure(tombstone, blank)


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


def erase_earlier_versions(journal: Journal, assessment_id: str) -> int:
    """Erase the versions of ratings and findings that may repeat what is erased, but for the newest of each.

    A judgement is meant if any version of it cites an erased entry: others, before and after, may hold the same words.
    The newest stays for an assessor to read again. From now on it, too, goes when it is replaced: a page saves while
    somebody is still taking the words out. To be called whenever something was erased, here or in a visit received.

    Returns
    -------
    int
        How many versions of ratings and findings are erased in this assessment, now and before.
    """
    judged = [one for area in JUDGED for one in journal.iter_entries(assessment_id, field_prefix=area)]
    cites = {one.entry_id: tuple(one.payload["cites"]) for one in judged if one.payload}
    cited = journal.find_entries(entry_id for ids in cites.values() for entry_id in ids)
    lost = {entry_id: one.subject for entry_id, one in cited.items() if one.erased}
    tombstones = list(journal.iter_entries(assessment_id, field_prefix=FIELD))
    reasons, done = _reasons(tombstones), {(one.subject, one.field) for one in tombstones}
    because: dict[tuple[str, str], set[str]] = {}
    for one in judged:
        found = {reasons.get(lost[cite], "error") for cite in cites.get(one.entry_id, ()) if cite in lost}
        because.setdefault((one.subject, one.field), set()).update(found)
    for (subject, field), found in because.items():
        place = earlier_versions(field)
        if found and (subject, place) not in done:
            payload = {"reason": max(found, key=_WEIGHT.index)}
            journal.append(Edit(assessment_id, subject, place, payload))
    return sum(one.erased for one in journal.find_entries(one.entry_id for one in judged).values())


_WEIGHT = ("retention", "error", "objection", "withdrawn")
"""The reasons for an erasure, the one that obliges most last."""


def _reasons(tombstones: Iterable[Entry]) -> dict[str, str]:
    """Why words of each subject were erased; of several reasons the one that obliges most."""
    found: dict[str, str] = {}
    for one in tombstones:
        reason = str((one.payload or {}).get("reason", "error"))
        found[one.subject] = max(reason, found.get(one.subject, reason), key=_WEIGHT.index)
    return found


def _erasure(tombstone: Entry, blank: Iterable[Entry]) -> Erasure:
    covering = _tombstone(tombstone)
    about_all = tombstone.subject == "assessment"
    of_it = [one for one in blank if about_all or one.subject == tombstone.subject]
    return Erasure(tombstone, tuple(one for one in of_it if covering.explains(one.field)))


def _tombstone(entry: Entry) -> Tombstone:
    return Tombstone.of(entry.field, entry.payload)
