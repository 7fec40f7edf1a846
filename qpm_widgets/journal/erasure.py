"""Erasure: which entries a tombstone covers, and blanking them.

A tombstone is an ordinary entry, field ``erasure:<scope>`` of what it erases from. It covers by rule, so every kit that
has the same entries blanks the same ones, in whatever order they came:

* scope ``interview``, of an interview or observation: every answer, every state or plan that holds free text, and what
  the one person of an observation showed: nobody consented there, so a yes or a no is proof of nothing;
* scope ``quotes``: every quote, or those of the one respondent it names, with each earlier version of these: a quote
  is often begun under another's code;
* scope ``finding.<id>`` or ``rating.<indicator>``, of a visit: each version of that judgement that a newer one has
  replaced, from now on. They may repeat what was erased elsewhere, also those saved while somebody rewrites it; the
  newest is for people to read again;
* scope ``consents``, of an interview or observation: who agreed to what, and who showed a yes or a no;
* scope ``record``: the rest, which is profile, plans, states, breaks, that it was read back, references, ratings and
  findings;
* scope ``account``, of a disclosure in the restricted store: every part of the account.

A covered entry keeps its place, its digest and its link; its payload and its salt are NULL, so nobody can tell
what it said and the chain still verifies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.entries import Entry
from qpm_widgets.journal.payloads import THE_PERSON

if TYPE_CHECKING:
    from qpm_widgets.journal.writing import Execute

FIELD = "erasure:"
WHOLE, QUOTES, ACCOUNT = f"{FIELD}interview", f"{FIELD}quotes", f"{FIELD}account"
CONSENTS, RECORD = f"{FIELD}consents", f"{FIELD}record"
JUDGED = ("rating:", "finding:")
_BEGINNINGS: dict[str, tuple[str, ...]] = {
    ACCOUNT: ("account:",),
    CONSENTS: ("consent:", "assent:"),
    RECORD: ("profile", "plan", "state", "pause:", "on_paper", "closing:", "safeguarding", *JUDGED),
}
"""How the fields begin that a scope takes whole."""
_FREE_TEXT = {"state": "reason", "plan": "access_needs"}
"""The key of a field's payload that holds what somebody wrote freely, apart from the answers."""

# GLOB as in the index entry_tombstone, which only so is used.
ALL_TOMBSTONES = f"SELECT assessment_id, subject, field, payload FROM entry WHERE field GLOB '{FIELD}*'"
_OF_SUBJECT = (
    "SELECT entry_id, field, payload, EXISTS (SELECT 1 FROM superseded WHERE superseded.entry_id = entry.entry_id) "
    "FROM entry WHERE assessment_id = :assessment_id AND subject = :subject AND field NOT GLOB 'erasure:*'"
)
_BLANK = "UPDATE entry SET payload = NULL, salt = NULL WHERE entry_id = :entry_id"


Place = tuple[str, str]
"""An assessment and a subject."""


class Words(NamedTuple):
    """What a tombstone looks at in an entry: its payload, None once erased, and whether a newer one has replaced it."""

    field: str
    payload: Mapping[str, Any] | None
    replaced: bool = False


class Tombstone(NamedTuple):
    """What a tombstone says; ``respondent`` is empty for everyone."""

    field: str
    respondent: str = ""

    @classmethod
    def read(cls, field: str, text: str | None) -> Tombstone:
        """The tombstone in a row; one whose payload is gone still covers all of its scope."""
        return cls.of(field, {} if text is None else json.loads(text))

    @classmethod
    def of(cls, field: str, payload: Mapping[str, Any] | None) -> Tombstone:
        """The tombstone in an entry."""
        return cls(field, str((payload or {}).get("respondent", "")) if field == QUOTES else "")

    def covers(self, words: Words) -> bool:
        """Whether an entry of the same subject must be blank."""
        field, payload, replaced = words
        if payload is None:
            return False
        if self.field == WHOLE:
            return _is_seen_or_said(field) or bool(payload.get(_FREE_TEXT.get(field, "")))
        if self.field == QUOTES:
            return is_quote(field) and self.respondent in ("", payload.get("respondent"))
        return self.explains(field) and (replaced or self.field != earlier_versions(field))

    def explains(self, field: str) -> bool:
        """Whether a blank entry of the same subject may have been covered; its words are not there to ask."""
        if self.field == WHOLE:
            return _is_seen_or_said(field) or field in _FREE_TEXT
        if self.field == QUOTES:
            return is_quote(field)
        if self.field in _BEGINNINGS:
            return field.startswith(_BEGINNINGS[self.field])
        return self.field == earlier_versions(field)


Tombstones = Mapping[Place, list[Tombstone]]


def is_quote(field: str) -> bool:
    """Whether a field holds a respondent's own words."""
    return field.startswith("answer:") and ".quote." in field


def is_tombstone(field: str) -> bool:
    """Whether an entry of this field erases others."""
    return field.startswith(FIELD)


def is_judgement(field: str) -> bool:
    """Whether a field holds what an assessor concluded."""
    return field.startswith(JUDGED)


def may_cover(field: str) -> bool:
    """Whether a new entry of this field can make a tombstone cover others: as one, or by replacing them."""
    return is_tombstone(field) or is_judgement(field) or is_quote(field)


def earlier_versions(field: str) -> str:
    """The tombstone's field for earlier versions of a rating or finding."""
    return f"{FIELD}{field.replace(':', '.')}"


def read_tombstones(rows: Iterable[Sequence[Any]]) -> Tombstones:
    """The rows of ``ALL_TOMBSTONES`` by the interview that they erase; a tombstone that was replaced counts as well."""
    found: dict[Place, list[Tombstone]] = {}
    for assessment_id, subject, field, text in rows:
        found.setdefault((assessment_id, subject), []).append(Tombstone.read(field, text))
    return found


def blank_covered(execute: Execute) -> list[str]:
    """Blank every entry that a tombstone covers, inside a write transaction that the caller has begun.

    Run it in each transaction that adds a tombstone or entries of other devices.

    Returns
    -------
    list of str
        The ids of the entries newly blanked.
    """
    blanked = find_covered(execute)
    for entry_id in blanked:
        execute(_BLANK, {"entry_id": entry_id})
    return blanked


def find_covered(execute: Execute) -> list[str]:
    """The ids of entries that a tombstone covers and whose words are still there; none in a sound journal."""
    found: list[str] = []
    for (assessment_id, subject), covering in read_tombstones(execute(ALL_TOMBSTONES).fetchall()).items():
        rows = execute(_OF_SUBJECT, {"assessment_id": assessment_id, "subject": subject}).fetchall()
        said = [Words(field, None if text is None else _read(text), bool(old)) for _, field, text, old in rows]
        found += [rows[place][0] for place in covered_places(said, covering)]
    return found


def covered_places(entries: Sequence[Words], covering: Sequence[Tombstone]) -> list[int]:
    """Which of a subject's entries must be blank and are not, by their places."""
    # Where a version is of somebody who takes quotes back, or was and is blank, those that it replaced say the same.
    stones = [stone for stone in covering if stone.field == QUOTES and stone.respondent]
    quotes = [one for one in entries if is_quote(one.field)] if stones else []
    theirs = {one.field for one in quotes if one.payload is None or _any_covers(stones, one)}
    # A visit has a tombstone for each of its hundreds of judgements: those are looked up, not gone through.
    scopes = [stone for stone in covering if stone.field in (WHOLE, QUOTES, *_BEGINNINGS)]
    judgements = {stone.field for stone in covering}
    return [
        place
        for place, one in enumerate(entries)
        if one.payload is not None
        and (
            _any_covers(scopes, one)
            or (one.replaced and (one.field in theirs or earlier_versions(one.field) in judgements))
        )
    ]


def refuse_erased(subject: str, words: Words, tombstones: Iterable[Tombstone]) -> None:
    """Refuse a new entry that a tombstone of its subject covers already: it would have to be blanked at once.

    Raises
    ------
    QpmError
        CONSENT-005.
    """
    if not is_tombstone(words.field) and _any_covers(tombstones, words):
        raise QpmError("CONSENT-005", f"{subject} {words.field}", "consent.new_interview")


def is_explained(entry: Entry, tombstones: Tombstones) -> bool:
    """Whether a tombstone may have blanked an entry whose words are gone."""
    return any(stone.explains(entry.field) for stone in tombstones.get((entry.assessment_id, entry.subject), ()))


def _is_seen_or_said(field: str) -> bool:
    return field.startswith("answer:") or field == f"assent:{THE_PERSON}"


def _read(text: str) -> Mapping[str, Any]:
    """A payload; empty if the row is damaged, which is a fault of its own."""
    with suppress(ValueError):
        payload = json.loads(text)
        return payload if isinstance(payload, dict) else {}
    return {}


def _any_covers(tombstones: Iterable[Tombstone], words: Words) -> bool:
    return any(tombstone.covers(words) for tombstone in tombstones)
