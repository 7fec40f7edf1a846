"""A withdrawal as entries: the tombstone, and what keeps the interview readable as a withdrawn one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.consent import read_decisions
from qpm_widgets.journal.entries import Edit
from qpm_widgets.journal.erasure import FIELD, QUOTES, WHOLE, Tombstone

if TYPE_CHECKING:
    from qpm_widgets.journal.writing import Execute

Reason = Literal["withdrawn", "objection", "retention", "error"]
Scope = Literal["interview", "quotes", "consents", "record"]
Kind = Literal["interview", "observation", "visit", "assessment"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
KINDS: tuple[Kind, ...] = get_args(Kind)

# "+ 0" hides the order from SQLite, which would else walk over the whole assessment to get it.
_CURRENT = (
    "SELECT entry_id, field, payload FROM entry WHERE assessment_id = :assessment_id AND subject = :subject "
    "AND (field IN ('plan', 'state') OR field GLOB 'consent:*' OR field GLOB 'erasure:*') "
    "AND NOT EXISTS (SELECT 1 FROM superseded WHERE superseded.entry_id = entry.entry_id) "
    "ORDER BY recorded_at + 0, entry_id"
)
_TOMBSTONES = (
    "SELECT field, payload FROM entry WHERE assessment_id = :assessment_id AND subject = :subject "
    "AND field GLOB 'erasure:*'"
)


@dataclass(frozen=True)
class Withdrawal:
    """What is to be erased, and why.

    Parameters
    ----------
    assessment_id, meeting_id : str
        The interview, or what else ``kind`` says: an observation has no quotes; of a visit, and of the
        assessment itself, whose id is "", only the record can be erased.
    scope : str
        ``interview`` for every word of it, ``quotes`` for respondents' own words only; when their time is over also
        ``consents`` and ``record`` (see ``erasure``).
    reason : str
        ``withdrawn``, ``objection``, ``retention`` or ``error``; the first two are recorded as consents as well.
    respondent : str
        Whose quotes; "" for everyone's. Only with scope ``quotes``.
    how : str
        How the respondent said so, as for a consent; "" if it is not known.
    """

    assessment_id: str
    meeting_id: str
    scope: Scope = "interview"
    reason: Reason = "withdrawn"
    respondent: str = ""
    how: str = ""
    kind: Kind = "interview"

    @property
    def subject(self) -> str:
        """The journal's subject."""
        return f"{self.kind}:{self.meeting_id}" if self.meeting_id else self.kind

    @property
    def tombstone(self) -> Tombstone:
        """What will cover the words."""
        return Tombstone(f"{FIELD}{self.scope}", self.respondent)

    def done_by(self, there: Iterable[Tombstone]) -> bool:
        """Whether tombstones that are there cover all of it already."""
        mine = self.tombstone
        return any(
            (one.field == WHOLE and mine.field == QUOTES)
            or (one.field == mine.field and one.respondent in ("", mine.respondent))
            for one in there
        )


class Current(NamedTuple):
    """A current entry of the interview."""

    entry_id: str
    field: str
    payload: dict[str, Any] | None


def edits_for(execute: Execute, wanted: Withdrawal) -> list[Edit]:
    """The entries that a withdrawal adds, the tombstone last.

    If all of it was erased before, there is no second tombstone; what somebody agreed to is withdrawn all the same, for
    it may have been erased for another reason.

    To be written in the transaction that ``execute`` belongs to, so that nothing can come in between.

    Raises
    ------
    QpmError
        PLAN-001 if the interview is not planned; CONSENT-004 if it has no such respondent.
    """
    place = {"assessment_id": wanted.assessment_id, "subject": wanted.subject}
    done = wanted.done_by(Tombstone.read(*row) for row in execute(_TOMBSTONES, place).fetchall())
    if wanted.scope in ("consents", "record"):
        return [] if done else [_replace(wanted, [], wanted.tombstone.field, {"reason": wanted.reason})]
    current = [
        Current(entry_id, field, None if text is None else json.loads(text))
        for entry_id, field, text in execute(_CURRENT, place).fetchall()
    ]
    if done:
        return list(_withdraw_consents(wanted, current))
    plans = [one for one in current if one.field == "plan"]
    if not plans:
        where = f"{wanted.kind} {wanted.meeting_id} of {wanted.assessment_id}"
        raise QpmError("PLAN-001", where, "withdrawal.copy_id")
    people = {str(code) for one in plans for code in (one.payload or {}).get("respondents", ())}
    if wanted.respondent and wanted.respondent not in people:
        where = f"{wanted.subject} {wanted.respondent}"
        raise QpmError("CONSENT-004", where, "answers.people", people=", ".join(sorted(people)))
    return list(_edits(wanted, current))


def _edits(wanted: Withdrawal, current: list[Current]) -> Iterator[Edit]:
    yield from _withdraw_consents(wanted, current)
    if wanted.scope == "interview":
        plans = [one for one in current if one.field == "plan" and one.payload]
        if any(one.payload and one.payload.get("access_needs") for one in plans):
            yield _replace(wanted, current, "plan", {**(plans[-1].payload or {}), "access_needs": ""})
        if plans:  # with its record erased it is no interview any more, and notes that came late go by themselves
            yield _replace(wanted, current, "state", {"state": "stopped", "reason": ""})
    field = wanted.tombstone.field
    yield _replace(wanted, current, field, {"reason": wanted.reason, "respondent": wanted.respondent})


def _withdraw_consents(wanted: Withdrawal, current: list[Current]) -> Iterator[Edit]:
    """What somebody agreed to is withdrawn, if they said so; what nobody agreed to stays as it was said."""
    if wanted.reason not in ("withdrawn", "objection"):
        return
    scopes = ("notes", "quotes") if wanted.scope == "interview" else ("quotes",)
    decisions = read_decisions((one.field, one.payload) for one in current)
    for (scope, code), decision in sorted(decisions.items()):
        if scope in scopes and decision == "given" and wanted.respondent in ("", code):
            payload = {"decision": "withdrawn", "how": wanted.how}
            yield _replace(wanted, current, f"consent:{scope}.{code}", payload)


def _replace(wanted: Withdrawal, current: list[Current], field: str, payload: dict[str, Any]) -> Edit:
    seen = tuple(one.entry_id for one in current if one.field == field)
    return Edit(wanted.assessment_id, wanted.subject, field, payload, supersedes=seen)
