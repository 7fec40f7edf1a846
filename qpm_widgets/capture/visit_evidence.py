"""What a visit's interviews and observations have recorded so far, for the findings sheet.

The evidence tables answer the same questions for reports, with pandas; a page that is being written on needs
only what is current, as plain values. What counts is the same: current entries, consent, explored bearings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from qpm_widgets.capture.recording import MEETINGS
from qpm_widgets.journal import Entry, Journal
from qpm_widgets.templates import Templates
from qpm_widgets.templates.records import ConfidenceLevel, Guide, InterviewGuide, ObservationGuide
from qpm_widgets.visits import Interview, Observation, iter_interviews, iter_observations

NOT_EXPLORED = "not_explored"

Field = tuple[str, str]
"""Subject and field of an entry: where words stay when they are corrected."""


@dataclass
class VisitEvidence:
    """The evidence of one visit as it may be used now."""

    pieces: list[dict[str, Any]] = field(default_factory=list)  # as the page shows them, in the order to read them
    gaps: list[dict[str, Any]] = field(default_factory=list)  # question, meeting and reason where there is no answer
    left_out: list[str] = field(default_factory=list)  # interviews without a current consent to notes
    two_people: list[str] = field(default_factory=list)  # interviews of which it is not settled whose they are
    breaks: list[dict[str, Any]] = field(default_factory=list)  # of meetings that had any: held, number, minutes
    newest: dict[Field, str] = field(default_factory=dict)  # current entry of every field that may be cited
    meetings: dict[str, Interview | Observation] = field(default_factory=dict)  # by subject

    def is_somebodys(self, cited: Entry) -> bool:
        """Whether a cited entry is surely of the one whose interview it was recorded under."""
        meeting = self.meetings.get(cited.subject)
        return not isinstance(meeting, Interview) or meeting.counts(cited)

    def standing_for(self, cited: Entry | None) -> str | None:
        """The current entry of a cited one's field; None if nothing of the same person stands there any more."""
        if cited is None or not self.is_somebodys(cited):
            return None
        return self.newest.get((cited.subject, cited.field))

    def sources_on(self, indicator: str) -> set[str]:
        """Codes of the source types heard on an indicator, by bearings that were explored."""
        marks = ((piece["source"], piece["marks"].get(indicator)) for piece in self.pieces)
        return {source for source, mark in marks if mark and mark["bearing"] != NOT_EXPLORED}


def read_visit_evidence(
    journal: Journal, templates: Templates, assessment_id: str, visit_id: str, cited: Mapping[str, Entry]
) -> VisitEvidence:
    """Read the evidence of a visit.

    Parameters
    ----------
    journal, templates, assessment_id, visit_id
        Whose evidence, and the guides it was asked by.
    cited : mapping
        Entries that ratings and findings cite already: a mark is a piece of its own where it is cited.

    Returns
    -------
    VisitEvidence
        Pieces by meeting in the order planned, then as the guide asks.
    """
    evidence = VisitEvidence()
    wanted = {(entry.subject, entry.field) for entry in cited.values()}
    held: list[Interview | Observation] = [
        *iter_interviews(journal, assessment_id, visit_id),
        *iter_observations(journal, assessment_id, visit_id),
    ]
    answers: dict[str, list[Entry]] = {}
    for kind in MEETINGS:
        for entry in journal.current(assessment_id, subject_prefix=f"{kind}:", field_prefix="answer:"):
            if entry.payload is not None:
                answers.setdefault(entry.subject, []).append(entry)
    evidence.meetings = {meeting.subject: meeting for meeting in held}
    evidence.breaks = [{"held": one.id, **asdict(one.breaks)} for one in held if one.breaks.number]
    for meeting in held:
        entries = answers.get(meeting.subject, [])
        guide = templates.guides.get(meeting.plan.guide)
        if guide is None or not entries:
            continue
        if isinstance(meeting, Interview):
            if meeting.is_two_people or not meeting.notes_allowed:
                (evidence.two_people if meeting.is_two_people else evidence.left_out).append(meeting.id)
                continue
            entries = [entry for entry in entries if meeting.counts(entry)]
        _Reader(templates, meeting, guide, entries, wanted).read(evidence)
    return evidence


def weigh_sources(rules: tuple[ConfidenceLevel, ...], heard: set[str]) -> ConfidenceLevel:
    """The highest confidence level whose rule these source types meet, or the lowest level if none."""
    fitting = (
        rule
        for rule in rules
        if len(heard) >= rule.source_types and (not rule.needs_any_of or heard & set(rule.needs_any_of))
    )
    return next(fitting, rules[-1])


class _Reader:
    """Reads the answers of one interview or observation."""

    def __init__(
        self,
        templates: Templates,
        meeting: Interview | Observation,
        guide: Guide,
        entries: list[Entry],
        wanted: set[Field],
    ) -> None:
        self.templates, self.meeting, self.guide = templates, meeting, guide
        self.entries, self.wanted = entries, wanted
        self.source = (
            templates.source_of_role(meeting.plan.role).code
            if isinstance(meeting, Interview)
            else templates.source_of_observing(meeting.plan.guide)
        )
        self.times = Counter(entry.field for entry in entries)

    def read(self, evidence: VisitEvidence) -> None:
        """Add everything to ``evidence``, question by question in the guide's order."""
        by_question: dict[str, dict[str, list[Entry]]] = {}
        for entry in self.entries:
            question, _, part = entry.field.removeprefix("answer:").partition(".")
            by_question.setdefault(question, {}).setdefault(part, []).append(entry)
            evidence.newest[entry.subject, entry.field] = entry.entry_id
        for question, text, easy_read, indicators, standard in _asked(self.guide, self.templates):
            parts = by_question.get(question, {})
            put = {entry.payload.get("wording") for entry in parts.get("note", ()) if entry.payload}
            about = {
                "question": question,
                "asked": easy_read if easy_read and put == {"easy_read"} else text,
                "indicators": list(indicators),
                "standard": standard,
            }
            evidence.pieces += self._pieces(about, parts)
            for entry in parts.get("missing", ()):
                reason = str((entry.payload or {})["reason"])
                if reason:
                    gap = {"question": question, "indicators": list(indicators), "held": self.meeting.id}
                    evidence.gaps.append(gap | {"reason": reason})

    def _pieces(self, about: dict[str, Any], parts: Mapping[str, list[Entry]]) -> Iterator[dict[str, Any]]:
        marks = {
            part.partition(".")[2]: _mark(entries[-1])
            for part, entries in parts.items()
            if part.startswith("evidence.")
        }
        worded = [
            (part, entry)
            for part in sorted(parts, key=self._place)
            if not part.startswith(("evidence.", "missing"))
            for entry in parts[part]
            if str((entry.payload or {}).get("text", "")).strip()
        ]
        for part, entry in worded:
            yield self._piece(about, part, entry, marks) | self._words(part, entry)
        for part, entries in parts.items():
            indicator = part.removeprefix("evidence.")
            cited = (self.meeting.subject, entries[-1].field) in self.wanted
            if part.startswith("evidence.") and (cited or not worded):
                yield self._piece(about, part, entries[-1], {indicator: marks[indicator]}) | {
                    "part": "mark",
                    "text": "",
                }

    def _piece(
        self, about: dict[str, Any], part: str, entry: Entry, marks: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        return about | {
            "id": entry.entry_id,
            "name": f"{self.meeting.id}.{about['question']}.{part}",
            "source": self.source,
            "held": self.meeting.id,
            "marks": dict(marks),
            "conflict": self.times[entry.field] > 1,
        }

    def _words(self, part: str, entry: Entry) -> dict[str, Any]:
        payload = entry.payload or {}
        words: dict[str, Any] = {
            "part": "note",
            "text": payload["text"],
            "language": payload.get("language", "en"),
        }
        if part.startswith("quote.") and isinstance(self.meeting, Interview):
            words |= {
                "part": "quote",
                "grade": payload["grade"],
                "speaker": payload["speaker"],
                "translation": payload["translation"],
                "quotable": self.meeting.quotes_allowed(str(payload["respondent"])),
            }
        elif isinstance(self.guide, ObservationGuide):
            labels = {one.id: one.label.en for one in self.guide.parts}
            words |= {"part": "seen", "label": labels.get(part, "")}
        return words

    def _place(self, part: str) -> tuple[int, int]:
        observed = [one.id for one in self.guide.parts] if isinstance(self.guide, ObservationGuide) else []
        head, _, number = part.partition(".")
        places = ["note", *observed, "quote"]
        return (
            places.index(head) if head in places else len(places),
            int(number) if number.isdecimal() else 0,
        )


def _mark(entry: Entry) -> dict[str, Any]:
    payload = entry.payload or {}
    return {"bearing": payload["bearing"], "strength": payload.get("strength")}


def _asked(guide: Guide, templates: Templates) -> Iterator[tuple[str, str, str, tuple[str, ...], str]]:
    """Id, text, Easy Read text ("" if none), indicators and standard of everything a guide asks or looks at."""
    if isinstance(guide, InterviewGuide):
        for section in guide.sections:
            for question in section.questions:
                plain, easy = question.ask.plain.en, question.ask.easy_read
                yield question.id, plain, easy.en if easy else "", question.indicators, section.standard or ""
    else:
        for scene in guide.scenes:
            yield scene.id, scene.title.en, "", scene.indicators, templates.standard_of(scene.indicators[0]).id
