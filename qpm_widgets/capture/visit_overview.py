"""A visit so far: whom each standard was heard from, where they disagree, and what is still to be asked of whom.

The whole visit is told, and each team alone: what holds on average may hide one team of which it does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from qpm_widgets.capture.visit_evidence import VisitEvidence, asked_of, source_of
from qpm_widgets.templates import Templates
from qpm_widgets.templates.loading import OBSERVATION_SOURCE
from qpm_widgets.templates.records import Indicator
from qpm_widgets.visits import Interview, Observation, is_called_for

EVERYONE = ""  # in place of a team's id
EXPERIENCE_SOURCES = ("P", "F")  # people whose lives the service touches


def visit_sources(templates: Templates, meetings: Iterable[Interview | Observation]) -> list[str]:
    """Codes of the source types that a visit can hear, in the scheme's order; the rest are read on paper.

    They are those of roles, observation, and what the visit has planned to look at.
    """
    looked_at = {source_of(templates, one) for one in meetings if one.state != "cancelled"}
    heard = {role.source for role in templates.scheme.roles} | {OBSERVATION_SOURCE} | looked_at
    return [one.code for one in templates.scheme.source_types if one.code in heard]


def view_overview(templates: Templates, evidence: VisitEvidence, teams: Sequence[str]) -> dict[str, Any]:
    """What the debrief shows of the visit so far, as JSON values.

    Parameters
    ----------
    templates : Templates
        The edition's indicators and the guides.
    evidence : VisitEvidence
        What was recorded, and every meeting of the visit.
    teams : sequence of str
        Ids of the provider's teams.

    Returns
    -------
    dict
        By team id, with ``EVERYONE`` for the whole visit: ``pieces`` (by indicator, how many bearings each source type
        gave), ``silent`` (by indicator, source types that a visit can hear and has not heard yet), ``contradictions``,
        ``to_ask`` (of each meeting that is still planned) and ``unasked`` (indicators that nobody spoke about and no
        planned meeting asks about).
    """
    return {team: _Overview(templates, evidence, team).view() for team in (EVERYONE, *teams)}


def view_so_far(templates: Templates, evidence: VisitEvidence, meeting: Interview | Observation) -> dict[str, Any]:
    """What the rest of the visit has heard, for the page of one meeting, as JSON values.

    Returns
    -------
    dict
        ``source`` (code of the source type that this meeting hears), ``pieces`` (by standard, how many bearings each
        source type gave in other meetings) and ``wanted`` (by standard, the source types that its indicators name and a
        visit can hear).
    """
    marks = [mark for mark in evidence.marks() if mark.subject != meeting.subject]
    heard = {
        standard.id: Counter(mark.source for mark in marks if mark.indicator in {one.id for one in standard.indicators})
        for standard in templates.standards.standards
    }
    hears = visit_sources(templates, evidence.meetings.values())
    wanted = {
        standard.id: [code for code in hears if any(code in one.sources for one in standard.indicators)]
        for standard in templates.standards.standards
    }
    return {"source": source_of(templates, meeting), "pieces": heard, "wanted": wanted}


@dataclass
class _Overview:
    """The visit, or the part of it that belongs to one team."""

    templates: Templates
    evidence: VisitEvidence
    team: str

    def __post_init__(self) -> None:
        held = self.evidence.meetings.values()
        self.meetings = [one for one in held if self.team in (EVERYONE, one.plan.team)]
        here = {one.subject for one in self.meetings}
        self.marks = [mark for mark in self.evidence.marks() if mark.subject in here]
        self.hears = visit_sources(self.templates, held)
        self.indicators = {
            one.id: one for standard in self.templates.standards.standards for one in standard.indicators
        }

    def view(self) -> dict[str, Any]:
        pieces = {
            name: Counter(mark.source for mark in self.marks if mark.indicator == name) for name in self.indicators
        }
        disagreed = list(self._contradictions())
        planned = sorted(
            (one for one in self.meetings if one.state == "planned"), key=lambda one: (one.plan.planned_at, one.id)
        )
        asks = {one.subject: self._asks(one) for one in planned}
        return {
            "pieces": pieces,
            "silent": {
                name: [code for code in self._could_tell(name) if code not in pieces[name]] for name in self.indicators
            },
            "contradictions": disagreed,
            "to_ask": [
                self._to_ask(one, asks[one.subject], {row["indicator"] for row in disagreed}) for one in planned
            ],
            "unasked": list(self._unasked({name for asked in asks.values() for name in asked})),
        }

    def _contradictions(self) -> Iterator[dict[str, Any]]:
        """Indicators that one meeting supports and another contradicts; what people lived through first.

        A single interview that says both has weighed it already.
        """
        rows = []
        for name in self.indicators:
            sides = {
                side: [mark for mark in self.marks if mark.indicator == name and mark.bearing == side]
                for side in ("supports", "contradicts")
            }
            held = {mark.subject for marks in sides.values() for mark in marks}
            if all(sides.values()) and len(held) > 1:
                spoke = {side: [{"held": one.held, "source": one.source} for one in sides[side]] for side in sides}
                lived = any(mark.source in EXPERIENCE_SOURCES for mark in sides["contradicts"])
                rows.append({"indicator": name, "experience_against": lived} | spoke)
        return iter(sorted(rows, key=lambda row: not row["experience_against"]))

    def _asks(self, meeting: Interview | Observation) -> dict[str, list[str]]:
        """By indicator, what this meeting's guide asks or looks at about it."""
        guide = self.templates.guides.get(meeting.plan.guide)
        asks: dict[str, list[str]] = {}
        for asked in asked_of(guide, self.templates) if guide else ():
            if asked.question is None or is_called_for(asked.question, meeting.plan):
                for indicator in asked.indicators:
                    asks.setdefault(indicator, []).append(asked.id)
        return asks

    def _to_ask(
        self, meeting: Interview | Observation, asks: dict[str, list[str]], disagreed: set[str]
    ) -> dict[str, Any]:
        source = source_of(self.templates, meeting)
        reasons: dict[str, list[dict[str, Any]]] = {"nobody": [], "disagree": [], "source": []}
        for name, indicator in self.indicators.items():
            if name in asks and (why := self._why(indicator, source, disagreed)):
                reasons[why].append({"indicator": name, "questions": asks[name]})
        return {
            "id": meeting.id,
            "source": source,
            "team": meeting.plan.team,
            "planned_at": meeting.plan.planned_at.strftime("%Y-%m-%dT%H:%M"),  # as the clock on the wall there
            "assessor": meeting.plan.assessor,
            "reasons": reasons,
        }

    def _why(self, indicator: Indicator, source: str, disagreed: set[str]) -> str:
        """Why an indicator is worth asking about in a meeting with this source type; "" if it is not."""
        heard = {mark.source for mark in self.marks if mark.indicator == indicator.id}
        if not heard:
            return "nobody"
        if indicator.id in disagreed:
            return "disagree"
        return "source" if source in indicator.sources and source not in heard else ""

    def _unasked(self, asked: set[str]) -> Iterator[dict[str, Any]]:
        heard = {mark.indicator for mark in self.marks}
        for name in self.indicators:
            if (could := self._could_tell(name)) and name not in heard | asked:
                yield {"indicator": name, "sources": could}

    def _could_tell(self, name: str) -> list[str]:
        return [code for code in self.hears if code in self.indicators[name].sources]
