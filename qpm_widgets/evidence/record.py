"""What the journal holds of a visit right now, read once: the ground that every evidence table stands on.

Consents are read together with the words that they cover, so a table can never be more generous than the
journal was at that moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from qpm_widgets.journal import Entry, Journal
from qpm_widgets.journal.payloads import AssessmentProfile
from qpm_widgets.templates import Templates
from qpm_widgets.templates.own_items import is_line, is_own
from qpm_widgets.templates.records import InterviewGuide, ObservationGuide
from qpm_widgets.visits import (
    Interview,
    Observation,
    Visit,
    iter_interviews,
    iter_observations,
    iter_visits,
    load_profile,
    load_visit,
    look_out_for,
)
from qpm_widgets.visits.filing import is_taken_back, marked_indicators, read_filing, read_own_questions


def printed_id(entry: Entry) -> str:
    """The id of evidence, a finding or a rating as the lead's report prints it: it stays when the words are corrected.

    That is ``P1.P-CO-1.quote.1``, ``V1.finding.F3`` or ``V1.rating.CP1``.
    """
    area, _, rest = entry.field.partition(":")
    return ".".join((entry.subject.partition(":")[2], *(() if area == "answer" else (area,)), rest))


@dataclass(frozen=True)
class Asked:
    """What a question or scene was about; ``place`` orders questions as their guide does."""

    text: str
    easy_read: str  # "" where there is none
    standard: str
    indicators: tuple[str, ...]
    place: int

    def put(self, wording: str) -> str:
        """The question as it was put to the respondent: ``plain`` or ``easy_read``, in English."""
        return (self.easy_read if wording == "easy_read" else "") or self.text


UNKNOWN = Asked("", "", "", (), 10_000)  # asked by a guide that these templates no longer have
OWN = Asked("", "", "", (), 20_000)  # a question of the assessor's own
UNFILED = Asked("", "", "", (), 30_000)  # a quick note that is filed to no question


@dataclass(frozen=True)
class Meeting:
    """An interview or observation as a source of evidence. ``role`` is "" for an observation."""

    held: Interview | Observation
    visit: str
    role: str
    source: str  # code of the source type
    team: str
    area: str
    nation: str

    @property
    def id(self) -> str:
        """The id of the interview or observation."""
        return self.held.id

    @property
    def interview(self) -> Interview | None:
        """The interview, or None where this is an observation."""
        return self.held if isinstance(self.held, Interview) else None

    @property
    def usable(self) -> bool:
        """Whether what was written may be used now: notes consent is current, or nobody was interviewed."""
        return self.interview is None or self.interview.notes_allowed

    def counts(self, entry: Entry) -> bool:
        """Whether an entry is surely of the one whose interview this is; an observation is nobody's."""
        return self.interview is None or self.interview.counts(entry)


@dataclass(frozen=True)
class Piece:
    """One current entry under ``answer:``; ``part`` is note, quote.1, evidence.CP1 and so on.

    ``item`` is what it was written at, a question or a quick note; ``question`` is where it stands, "" for a quick note
    that is filed to none.
    """

    entry: Entry
    meeting: Meeting
    item: str
    question: str
    part: str
    asked: Asked
    conflict: bool  # another entry is current for the same field
    unwanted: bool  # a quote, and one of its current entries says that whoever said it does not want it used

    @property
    def evidence_id(self) -> str:
        """A name that people can read and that stays when the words are corrected."""
        return printed_id(self.entry)

    @property
    def kind(self) -> str:
        """``note``, ``quote``, ``bearing``, ``missing``, ``observation``, or ``question``, the assessor's own."""
        head = self.part.partition(".")[0]
        if head in {"quote", "missing"} or (head == "question" and is_own(self.item)):
            return head
        if head == "evidence":
            return "bearing"
        return "note" if self.meeting.interview else "observation"

    @property
    def is_line(self) -> bool:
        """Whether it is a quick note, or a mark on one."""
        return is_line(self.item)

    @property
    def only_translated(self) -> bool:
        """Whether of a quote in another language only the English was written down."""
        return self.payload.get("language", "en") != "en" and self.payload.get("translation") == self.text

    @property
    def from_paper(self) -> bool:
        """Whether it was keyed in from a form on paper."""
        return self.payload.get("source") == "paper"

    @property
    def payload(self) -> Mapping[str, Any]:
        """The payload; empty once it has been erased."""
        return self.entry.payload or {}

    @property
    def text(self) -> str:
        """The words that were written, "" if there are none."""
        return str(self.payload.get("text", ""))

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators that the question is about."""
        return self.asked.indicators

    @property
    def is_somebodys(self) -> bool:
        """Whether it is surely of the one whose interview this is."""
        return self.meeting.counts(self.entry)

    @property
    def is_agreed(self) -> bool:
        """Whether a current consent to notes covers it, or nobody was interviewed."""
        interview = self.meeting.interview
        return interview is None or interview.may_use(self.entry)

    @property
    def usable(self) -> bool:
        """Whether it may be used now: not erased, of the right person, and covered by a current consent to notes.

        A mark that was taken back is there no more.
        """
        stands = not self.entry.erased and not is_taken_back(self.entry)
        return self.is_agreed and self.is_somebodys and stands


@dataclass(frozen=True)
class Judgement:
    """One current rating or finding of a visit; ``name`` is the indicator or the finding's id."""

    entry: Entry
    visit: str
    name: str
    conflict: bool

    @property
    def payload(self) -> Mapping[str, Any]:
        """The payload; empty once it has been erased."""
        return self.entry.payload or {}

    @property
    def cites(self) -> tuple[str, ...]:
        """The entry ids that it cites."""
        return tuple(self.payload.get("cites", ()))


@dataclass(frozen=True)
class VisitRecord:
    """The current state of one visit, or of all visits of an assessment."""

    templates: Templates
    assessment_id: str
    profile: AssessmentProfile
    visits: tuple[Visit, ...]
    meetings: tuple[Meeting, ...]
    pieces: tuple[Piece, ...]  # by meeting, question and part
    ratings: tuple[Judgement, ...]
    findings: tuple[Judgement, ...]
    cited: Mapping[str, Entry]  # every entry that a judgement cites and the journal has
    references: tuple[str, ...] = field(repr=False)  # safeguarding references: never to be shown anywhere
    names: tuple[str, ...] = field(repr=False)  # of people: not for the provider, and in no table

    @cached_property
    def usable(self) -> tuple[Piece, ...]:
        """The pieces that may be used now."""
        return tuple(one for one in self.pieces if one.usable)

    @cached_property
    def pieces_by_id(self) -> dict[str, list[Piece]]:
        """The pieces under each evidence id; two where machines disagree."""
        found: dict[str, list[Piece]] = {}
        for piece in self.pieces:
            found.setdefault(piece.evidence_id, []).append(piece)
        return found

    def cites_somebody_else(self, judgement: Judgement) -> bool:
        """Whether it cites what is not surely of the one whose interview it was recorded under."""
        cited = (self.cited[one] for one in judgement.cites if one in self.cited)
        return any(meeting.held.subject == one.subject and not meeting.counts(one)
                   for one in cited for meeting in self.meetings)  # fmt: skip

    def order_sources(self, heard: Container[str]) -> tuple[str, ...]:
        """Those source type codes that were heard, in the scheme's order."""
        return tuple(source.code for source in self.templates.scheme.source_types if source.code in heard)

    def evidence_id_of(self, entry_id: str) -> str:
        """The evidence id of a cited entry, also if it was corrected since; "" if it is no evidence."""
        entry = self.cited.get(entry_id)
        if entry is None or not entry.field.startswith("answer:"):
            return ""
        return printed_id(entry)


def read_record(journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None) -> VisitRecord:
    """Read what is current of a visit, or of every visit of the assessment.

    Raises
    ------
    QpmError
        PLAN-003 if the assessment, PLAN-001 if the visit is not in the journal; TEMPLATE-008 if a plan names
        a role that the scheme does not have.
    """
    profile = load_profile(journal, assessment_id)
    visits = [load_visit(journal, assessment_id, visit_id)] if visit_id else iter_visits(journal, assessment_id)
    order = {visit.id: place for place, visit in enumerate(visits)}
    held: list[Interview | Observation] = [
        *iter_interviews(journal, assessment_id, visit_id),
        *iter_observations(journal, assessment_id, visit_id),
    ]
    meetings = sorted(
        (_meeting(one, templates, profile) for one in held), key=lambda one: order.get(one.visit, len(order))
    )
    subjects = {visit.subject for visit in visits}
    judged = [one for one in journal.current(assessment_id, subject_prefix="visit:") if one.subject in subjects]
    ratings = tuple(_judgements(judged, "rating:"))
    findings = tuple(_judgements(judged, "finding:"))
    wanted = {entry_id for one in (*ratings, *findings) for entry_id in one.cites}
    return VisitRecord(
        templates,
        assessment_id,
        profile,
        tuple(visits),
        tuple(meetings),
        tuple(_pieces(journal, templates, assessment_id, meetings)),
        ratings,
        findings,
        journal.find_entries(sorted(wanted)),
        tuple(_references(journal, assessment_id)),
        look_out_for(journal, assessment_id),
    )


def _meeting(held: Interview | Observation, templates: Templates, profile: AssessmentProfile) -> Meeting:
    plan = held.plan
    role = held.plan.role if isinstance(held, Interview) else ""
    source = templates.source_of_role(role).code if role else templates.source_of_observing(plan.guide)
    areas = {team.id: team.area for team in profile.teams}
    area = plan.area or areas.get(plan.team or "", "")
    return Meeting(held, plan.visit, role, source, plan.team or "", area, plan.nation)


def _pieces(journal: Journal, templates: Templates, assessment_id: str, meetings: Iterable[Meeting]) -> Iterator[Piece]:
    asked = index_questions(templates)
    by_subject: dict[str, list[Entry]] = {}
    for prefix in ("interview:", "observation:"):
        for entry in journal.current(assessment_id, subject_prefix=prefix, field_prefix="answer:"):
            by_subject.setdefault(entry.subject, []).append(entry)
    for meeting in meetings:
        entries = by_subject.get(meeting.held.subject, [])
        counting = [entry for entry in entries if meeting.counts(entry)]
        unwanted = {entry.field for entry in counting if (entry.payload or {}).get("use") == "no"}
        times, filing = Counter(entry.field for entry in counting), read_filing(counting)
        own = read_own_questions(counting).items()
        here = asked | {item: _about_own(OWN, item, words, counting, templates) for item, words in own}
        pieces = []
        for entry in entries:
            item, _, part = entry.field.removeprefix("answer:").partition(".")
            question = filing.get(item, "") if is_line(item) else item
            about = here.get(question, UNKNOWN) if question else _about_own(UNFILED, item, {}, counting, templates)
            versions, not_wanted = times[entry.field] > 1, entry.field in unwanted
            pieces.append(Piece(entry, meeting, item, question, part, about, versions, not_wanted))
        yield from sorted(pieces, key=lambda one: _place(one, templates))


def _about_own(
    kind: Asked, item: str, words: Mapping[str, Any], counting: Iterable[Entry], templates: Templates
) -> Asked:
    """What an assessor's own question, or a quick note that is filed to none, is about: what it was marked on."""
    indicators = marked_indicators(counting, item, templates.indicator_ids)
    marked_on = templates.standard_of(indicators[0]).id if indicators else ""
    standard = str(words.get("standard", "")) or marked_on
    return replace(kind, text=str(words.get("text", "")), standard=standard, indicators=indicators)


def _place(piece: Piece, templates: Templates) -> tuple[int, str, str, int, int, str, int]:
    parts = [
        "question",
        "note",
        *_observed_parts(templates, piece.meeting.held.plan.guide),
        "quote",
        "evidence",
        "missing",
    ]
    head, _, rest = piece.part.partition(".")
    number = int(rest) if rest.isdecimal() else 0
    place = parts.index(head) if head in parts else len(parts)
    line = piece.item if piece.is_line else ""  # after what was written at the question itself
    return (piece.asked.place, piece.question, line, place, number, rest, piece.entry.recorded_at)


def _observed_parts(templates: Templates, guide_id: str) -> tuple[str, ...]:
    guide = templates.guides.get(guide_id)
    return tuple(part.id for part in guide.parts) if isinstance(guide, ObservationGuide) else ()


def _judgements(entries: Iterable[Entry], prefix: str) -> Iterator[Judgement]:
    found = [entry for entry in entries if entry.field.startswith(prefix)]
    times = Counter((entry.subject, entry.field) for entry in found)
    for entry in found:
        if entry.payload and not entry.payload.get("level", True):
            continue  # a rating that was taken back
        visit = entry.subject.partition(":")[2]
        conflict = times[entry.subject, entry.field] > 1
        yield Judgement(entry, visit, entry.field.removeprefix(prefix), conflict)


def _references(journal: Journal, assessment_id: str) -> Iterator[str]:
    # Of every visit, and also what was corrected later: a reference that was once written down stays one.
    for entry in journal.iter_entries(assessment_id, field_prefix="safeguarding"):
        if entry.payload is not None:
            yield str(entry.payload["reference"])


def index_questions(templates: Templates) -> dict[str, Asked]:
    """Every question and scene of every guide, by its id."""
    found: dict[str, Asked] = {}
    for guide in templates.guides.values():
        if isinstance(guide, InterviewGuide):
            for section in guide.sections:
                for question in section.questions:
                    ask = question.ask
                    easy_read = ask.easy_read.en if ask.easy_read else ""
                    found[question.id] = Asked(
                        ask.plain.en, easy_read, section.standard or "", question.indicators, len(found)
                    )
        else:
            for scene in guide.scenes:
                standard = templates.standard_of(scene.indicators[0]).id
                found[scene.id] = Asked(scene.title.en, "", standard, scene.indicators, len(found))
    return found
