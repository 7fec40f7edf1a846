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
from qpm_widgets.templates.own_items import is_line
from qpm_widgets.templates.records import ConfidenceLevel, Guide, InterviewGuide, ObservationGuide, Question
from qpm_widgets.visits import Interview, Observation, iter_interviews, iter_observations
from qpm_widgets.visits.filing import is_taken_back, item_of, marked_indicators, read_filing, read_own_questions

NOT_EXPLORED = "not_explored"

Field = tuple[str, str]
"""Subject and field of an entry: where words stay when they are corrected."""


@dataclass(frozen=True)
class Mark:
    """That what was said or seen at one question, or written in one quick note, bears on one indicator."""

    subject: str
    held: str
    source: str
    item: str
    indicator: str
    bearing: str


@dataclass(frozen=True)
class Asked:
    """What a guide asks or has an observer look at, or what an assessor asked beside it."""

    id: str
    text: str
    easy_read: str  # "" if there is none
    indicators: tuple[str, ...]
    standard: str  # "" if there is none
    question: Question | None = None  # of an interview guide


@dataclass
class VisitEvidence:
    """The evidence of one visit as it may be used now."""

    pieces: list[dict[str, Any]] = field(default_factory=list)  # as the page shows them, in the order to read them
    gaps: list[dict[str, Any]] = field(default_factory=list)  # question, meeting and reason where there is no answer
    left_out: list[str] = field(default_factory=list)  # interviews without a current consent to notes
    partly: list[str] = field(default_factory=list)  # groups of which somebody left and took theirs back
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

    def marks(self) -> list[Mark]:
        """Every explored bearing once, however many words were written down with it."""
        found = {
            (piece["subject"], piece["item"], indicator): Mark(
                piece["subject"], piece["held"], piece["source"], piece["item"], indicator, mark["bearing"]
            )
            for piece in self.pieces
            for indicator, mark in piece["marks"].items()
            if mark["bearing"] != NOT_EXPLORED
        }
        return list(found.values())

    def sources_on(self, indicator: str) -> set[str]:
        """Codes of the source types heard on an indicator, by bearings that were explored."""
        return {mark.source for mark in self.marks() if mark.indicator == indicator}


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
            if meeting.taken_back:
                evidence.partly.append(meeting.id)
            entries = [entry for entry in entries if meeting.counts(entry) and meeting.may_use(entry)]
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


def source_of(templates: Templates, meeting: Interview | Observation) -> str:
    """Code of the source type that a meeting hears, or looks at."""
    if isinstance(meeting, Interview):
        return templates.source_of_role(meeting.plan.role).code
    return templates.source_of_observing(meeting.plan.guide)


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
        self.entries, self.wanted = [one for one in entries if not is_taken_back(one)], wanted
        self.source = source_of(templates, meeting)
        self.times = Counter(entry.field for entry in entries)
        self.unwanted = {entry.field for entry in self.entries if (entry.payload or {}).get("use") == "no"}

    def read(self, evidence: VisitEvidence) -> None:
        """Add everything to ``evidence``, question by question in the guide's order."""
        by_item: dict[str, dict[str, list[Entry]]] = {}
        for entry in self.entries:
            item, _, part = entry.field.removeprefix("answer:").partition(".")
            by_item.setdefault(item, {}).setdefault(part, []).append(entry)
            evidence.newest[entry.subject, entry.field] = entry.entry_id
        filing = read_filing(self.entries)
        lines = sorted(item for item in by_item if is_line(item))
        for asked in (*asked_of(self.guide, self.templates), *self._own()):
            parts = by_item.get(asked.id, {})
            put = {entry.payload.get("wording") for entry in parts.get("note", ()) if entry.payload}
            about = {
                "question": asked.id,
                "asked": asked.easy_read if asked.easy_read and put == {"easy_read"} else asked.text,
                "indicators": list(asked.indicators),
                "standard": asked.standard,
            }
            evidence.pieces += self._pieces(about, asked.id, parts)
            for line in lines:
                if filing.get(line) == asked.id:
                    evidence.pieces += self._pieces(about, line, by_item[line])
            for entry in parts.get("missing", ()):
                reason = str((entry.payload or {})["reason"])
                if reason:
                    gap = {"question": asked.id, "indicators": list(asked.indicators), "held": self.meeting.id}
                    evidence.gaps.append(gap | {"reason": reason})
        self._read_unfiled(evidence, by_item, filing)

    def _read_unfiled(
        self, evidence: VisitEvidence, by_item: Mapping[str, dict[str, list[Entry]]], filing: Mapping[str, str]
    ) -> None:
        unfiled: dict[str, Any] = {"question": "", "asked": "", "indicators": [], "standard": ""}
        for line in sorted(item for item in by_item if is_line(item)):
            if not filing.get(line):
                evidence.pieces += self._pieces(unfiled, line, by_item[line])

    def _own(self) -> Iterator[Asked]:
        """The questions that the assessor added, each on the indicators that it was marked on."""
        for item, words in read_own_questions(self.entries).items():
            indicators = marked_indicators(self.entries, item, self.templates.indicator_ids)
            yield Asked(item, str(words.get("text", "")), "", indicators, str(words.get("standard", "")))

    def _pieces(self, about: dict[str, Any], item: str, parts: Mapping[str, list[Entry]]) -> Iterator[dict[str, Any]]:
        marks = {
            part.partition(".")[2]: _mark(entries[-1])
            for part, entries in parts.items()
            if part.startswith("evidence.")
        }
        worded = [
            (part, entry)
            for part in sorted(parts, key=self._place)
            if not part.startswith(("evidence.", "missing", "question"))
            for entry in parts[part]
            if str((entry.payload or {}).get("text", "")).strip()
        ]
        for part, entry in worded:
            yield self._piece(about, f"{item}.{part}", entry, marks) | self._words(part, entry)
        for part, entries in parts.items():
            indicator = part.removeprefix("evidence.")
            cited = (self.meeting.subject, entries[-1].field) in self.wanted
            if part.startswith("evidence.") and (cited or not worded):
                yield self._piece(about, f"{item}.{part}", entries[-1], {indicator: marks[indicator]}) | {
                    "part": "mark",
                    "text": "",
                }

    def _piece(
        self, about: dict[str, Any], place: str, entry: Entry, marks: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        return about | {
            "id": entry.entry_id,
            "name": f"{self.meeting.id}.{place}",
            "item": place.partition(".")[0],
            "source": self.source,
            "subject": self.meeting.subject,
            "held": self.meeting.id,
            "marks": dict(marks),
            "conflict": self.times[entry.field] > 1,
        }

    def _words(self, part: str, entry: Entry) -> dict[str, Any]:
        payload = entry.payload or {}
        words: dict[str, Any] = {
            "part": "note",
            "text": payload["text"],
            "from_paper": payload.get("source") == "paper",
        }
        if part.startswith("quote.") and isinstance(self.meeting, Interview):
            spoken = self.templates.spoken_in(payload)
            english = spoken.signed or payload["translation"] == payload["text"]
            words |= {
                "part": "quote",
                "language": "en" if english else spoken.code,
                "direction": "rtl" if spoken.direction == "rtl" and not english else "auto",
                "said_in": "" if spoken.code == "en" else spoken.name.en,
                "grade": payload["grade"],
                "speaker": payload["speaker"],
                "translation": payload["translation"] if payload["translation"] != payload["text"] else "",
                "quotable": self.meeting.quotes_allowed(str(payload["respondent"]))
                and entry.field not in self.unwanted,
            }
        elif isinstance(self.guide, ObservationGuide) and not is_line(item_of(entry.field)):
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


def asked_of(guide: Guide, templates: Templates) -> Iterator[Asked]:
    """Everything that a guide asks or looks at, in its order."""
    if isinstance(guide, InterviewGuide):
        for section in guide.sections:
            for one in section.questions:
                plain, easy = one.ask.plain.en, one.ask.easy_read
                yield Asked(one.id, plain, easy.en if easy else "", one.indicators, section.standard or "", one)
    else:
        for scene in guide.scenes:
            standard = templates.standard_of(scene.indicators[0]).id
            yield Asked(scene.id, scene.title.en, "", scene.indicators, standard)
