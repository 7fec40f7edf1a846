"""No consent, no answer: who must have agreed before a word of an interview is kept.

UK GDPR Art. 9(2)(a): explicit, specific, separate, withdrawable. The gate looks only at entries, so it gives
the same answer in the journal, on the page and at rendering.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from qpm_widgets.errors import QpmError

# Most restrictive first. An erased consent permits nothing.
_ORDER = ("withdrawn", "declined", "not_applicable", "given")

OUT = frozenset({"withdrawn", "declined", "not_applicable"})
"""Decisions about talking of who takes no part, or no longer; the last is of who was not there."""

Fact = tuple[str, Mapping[str, Any] | None]
"""A current entry's field and payload."""


def read_decisions(current: Iterable[Fact]) -> dict[tuple[str, str], str]:
    """The decision in force for each (scope, respondent code).

    Of two current entries for one field, a conflict not yet settled, the more restrictive counts.
    """
    decisions: dict[tuple[str, str], str] = {}
    for field, payload in current:
        area, _, rest = field.partition(":")
        if area != "consent":
            continue
        scope, _, code = rest.partition(".")
        decision = str(payload["decision"]) if payload is not None else "withdrawn"
        before = decisions.get((scope, code), decision)
        decisions[scope, code] = min(before, decision, key=_ORDER.index)
    return decisions


def is_given(payload: Mapping[str, Any] | None) -> bool:
    """Whether a consent entry says that somebody agreed; an erased one says nothing."""
    return payload is not None and payload.get("decision") == "given"


def anyone_agrees(respondents: Iterable[str], decisions: Mapping[tuple[str, str], str]) -> bool:
    """Whether at least one respondent of the plan has agreed to notes."""
    return any(decisions.get(("notes", code)) == "given" for code in respondents)


def not_agreed(respondents: Iterable[str], decisions: Mapping[tuple[str, str], str]) -> set[str]:
    """Who of these, or of those who talk, takes part and has not agreed to talk and to notes, or was never asked.

    Whoever said no to talking, took it back, or is noted as not there takes no part. Of whoever is met alone, a yes to
    notes is enough here, for no words of anybody else can be among them; the page asks for both all the same.
    """
    planned = set(respondents)
    talkers = {code for (scope, code), decision in decisions.items() if scope == "talk" and decision == "given"}

    def agrees(code: str) -> bool:
        talks = code in talkers or planned == {code}
        return talks and decisions.get(("notes", code)) == "given"

    return {code for code in planned | talkers if decisions.get(("talk", code)) not in OUT and not agrees(code)}


def notes_allowed(respondents: Iterable[str], decisions: Mapping[tuple[str, str], str]) -> bool:
    """Whether a word of this interview may be kept now."""
    planned = list(respondents)
    return anyone_agrees(planned, decisions) and not not_agreed(planned, decisions)


def needs_consent(subject: str, field: str) -> bool:
    """Whether an edit holds what someone said in an interview."""
    return subject.startswith("interview:") and field.startswith("answer:")


class Standing(NamedTuple):
    """What the current plan and consents of an interview come to."""

    respondents: set[str]
    agreed: bool  # somebody, to notes
    refusing: list[str]  # who takes part and has not agreed to talk and to notes


def read_standing(current: Iterable[Fact]) -> Standing:
    """The standing of an interview, from its current plan and consent entries.

    While two plans are in conflict, either may be the one that counts: its people may agree, and whom both have must
    have been asked.
    """
    facts = list(current)
    plans = [
        {str(code) for code in payload.get("respondents", ())}  # an observation has none
        for field, payload in facts
        if field == "plan" and payload is not None
    ]
    planned, everywhere = set[str]().union(*plans), set.intersection(*plans) if plans else set()
    decisions = read_decisions(facts)
    return Standing(planned, anyone_agrees(planned, decisions), sorted(not_agreed(everywhere, decisions)))


def check_consent(subject: str, field: str, payload: Mapping[str, Any], standing: Standing) -> None:
    """Let an answer of an interview pass, or refuse it.

    Parameters
    ----------
    subject, field, payload
        The edit, one that ``needs_consent``.
    standing
        Of the subject.

    Raises
    ------
    QpmError
        CONSENT-001 if no respondent of the plan has agreed to notes; CONSENT-002 if someone who takes part has not
        agreed to talk and to notes, or was not asked; CONSENT-003 if a quote names a respondent whom the plan does not
        have.
    """
    if not standing.agreed:
        raise QpmError("CONSENT-001", f"{subject} {field}", "consent.ask_before_writing")
    if standing.refusing:
        raise QpmError(
            "CONSENT-002",
            f"{subject} {field}",
            "consent.ask_these_first",
            names=", ".join(standing.refusing),
        )
    if ".quote." in field and payload["respondent"] not in standing.respondents:
        raise QpmError("CONSENT-003", f"{subject} {field}", "consent.choose_respondent")
