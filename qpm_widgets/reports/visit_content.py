"""What one edition of a site visit report is made from: read once, decided once, told elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from qpm_widgets.errors import QpmError
from qpm_widgets.evidence.bearings import bearing_rows, coverage_rows
from qpm_widgets.evidence.contradictions import contradiction_rows
from qpm_widgets.evidence.disclosure import LEAD, POOL, PROVIDER, Voices, choose_voices, hides_language
from qpm_widgets.evidence.frames import Row
from qpm_widgets.evidence.judgements import finding_rows, rating_rows, weigh_sources
from qpm_widgets.evidence.omissions import Sorting, left_out_rows, sort_out
from qpm_widgets.evidence.record import Piece, VisitRecord, printed_id, read_record
from qpm_widgets.journal import Journal
from qpm_widgets.reports.visit_words import Words
from qpm_widgets.templates import Templates
from qpm_widgets.templates.records import ConfidenceLevel
from qpm_widgets.visits import SamplingRow, Visit, check_sampling, iter_interviews

EDITIONS = (PROVIDER, LEAD)
OUTSIDE_VISITS = ("C", "D")  # source types that the desktop assessment reads; a visit only looks at a few


@dataclass(frozen=True)
class Content:
    """One edition of the report of one visit."""

    record: VisitRecord
    edition: str
    voices: Voices
    words: Words
    missing_people: tuple[SamplingRow, ...]  # sampling rules that are not met yet, or not known to be
    journal_head: str

    @property
    def lead(self) -> bool:
        """Whether this is the edition with evidence."""
        return self.edition == LEAD

    @property
    def visit(self) -> Visit:
        """The visit."""
        return self.record.visits[0]

    @property
    def templates(self) -> Templates:
        """The templates that the report is made with."""
        return self.record.templates

    @cached_property
    def source_codes(self) -> tuple[str, ...]:
        """The source types that this visit can hear or see, in the scheme's order."""
        codes = (source.code for source in self.templates.scheme.source_types)
        return tuple(code for code in codes if code not in OUTSIDE_VISITS or code in self.spot_checked)

    @cached_property
    def spot_checked(self) -> frozenset[str]:
        """Those of ``OUTSIDE_VISITS`` that this visit has looked at."""
        held = {one.source for one in self.record.meetings if one.interview is None and one.held.was_held}
        return frozenset(held.intersection(OUTSIDE_VISITS))

    @cached_property
    def sorting(self) -> Sorting:
        """What this edition shows, and why it leaves out the rest."""
        return sort_out(self.record, self.edition)

    @cached_property
    def reasons(self) -> Mapping[str, str]:
        """Why this edition leaves out a judgement, by entry id; "" where it does not."""
        return {one.entry.entry_id: reason for one, reason in self.sorting.judgements}

    @cached_property
    def piece_reasons(self) -> Mapping[str, str]:
        """Why this edition leaves out a text, by entry id; "" where it does not."""
        return {one.entry.entry_id: reason for one, reason in self.sorting.pieces}

    @cached_property
    def findings(self) -> list[Row]:
        """The findings, good practice and areas to develop that this edition prints."""
        return [row for row in finding_rows(self.record) if not self.reasons[row["entry_id"]]]

    @cached_property
    def ratings(self) -> list[Row]:
        """The rows of ``ratings_table``, each with why it is ``refused``, "" if this edition prints it."""
        return [row | {"refused": self.reasons.get(row["entry_id"], "")} for row in rating_rows(self.record)]

    @cached_property
    def bearings(self) -> list[Row]:
        """The rows of ``bearings_table``."""
        return bearing_rows(self.record)

    @cached_property
    def contradictions(self) -> list[Row]:
        """The rows of ``contradictions_table``; not those that would set two people of rare roles apart."""
        rows = contradiction_rows(self.record)
        if self.lead or not self.voices.too_few(POOL):
            return rows
        return [row for row in rows if self.words.groups((*row["supported_by"], *row["contradicted_by"])) != (POOL,)]

    @cached_property
    def coverage(self) -> list[Row]:
        """The rows of ``coverage_table``."""
        return coverage_rows(self.record)

    def kinds(self, row: Row) -> tuple[str, ...]:
        """The kinds of source heard on an indicator, as this edition counts them: rare roles are one kind."""
        return self.words.groups(row["source_types"])

    def confidence(self, row: Row) -> ConfidenceLevel:
        """How sure we are of an indicator; it gives no more away than the kinds that are shown.

        The provider's edition weighs the kinds that it counts. Were rare roles weighed one by one, the level
        would tell how many of them had spoken.
        """
        if self.lead:
            return next(one for one in self.templates.standards.confidence if one.id == row["confidence"])
        # One role stands for all that are counted together, whichever of them was heard.
        pooled = [one.source for one in self.templates.scheme.roles if self.voices.group_of(one.id) == POOL]
        heard = {pooled[-1] if kind == POOL else kind for kind in self.kinds(row)}
        return weigh_sources(self.templates.standards.confidence, heard)

    def falls_short(self, row: Row) -> bool:
        """Whether a rating stands on less confidence than the scale wants for its level."""
        edition = self.templates.standards
        wanted = {level.id: level.needs_confidence for level in edition.rating_scale}.get(row["level"])
        order = [one.id for one in edition.confidence]  # highest first
        return wanted is not None and order.index(self.confidence(row).id) > order.index(wanted)

    @cached_property
    def left_out(self) -> list[Row]:
        """The rows of ``left_out_table``."""
        return list(left_out_rows(self.record))

    @cached_property
    def quotes(self) -> dict[str, list[Piece]]:
        """The quotes that both editions print, by place: a finding's entry id, a standard id, or "" for the
        close.

        A quote stands beside the first finding that cites it, and otherwise under its question's standard;
        those of people supported come first.
        """
        beside: dict[str, str] = {}
        for row in sorted(self.findings, key=lambda row: row["kind"] != "finding"):  # stable
            for evidence_id in row["evidence_ids"]:
                beside.setdefault(evidence_id, row["entry_id"])
        order = [source.code for source in self.templates.scheme.source_types]
        printed = [
            piece
            for piece, reason in sort_out(self.record, PROVIDER).pieces
            if piece.kind == "quote" and not reason and piece.text.strip()
        ]
        placed: dict[str, list[Piece]] = {}
        for piece in sorted(printed, key=lambda one: order.index(one.meeting.source)):
            placed.setdefault(beside.get(piece.evidence_id, piece.asked.standard), []).append(piece)
        return placed

    @cached_property
    def anchors(self) -> dict[str, str]:
        """For each evidence id, the id of the row of the appendix that shows it."""
        found: dict[str, str] = {}
        words: dict[tuple[str, str], str] = {}  # the first text at each question or quick note
        for piece in self.record.usable:
            if has_row(piece) and piece.kind != "question":
                words.setdefault((piece.meeting.held.subject, piece.item), piece.evidence_id)
            if has_row(piece):
                found[piece.evidence_id] = piece.evidence_id
        for piece in self.record.usable:
            if piece.kind == "bearing":
                # A mark is shown beside the words that it was made on, or alone where there are none.
                place = (piece.meeting.held.subject, piece.item)
                found[piece.evidence_id] = words.get(place, piece.evidence_id)
        return found

    def cite(self, evidence_ids: Iterable[str]) -> tuple[str, ...]:
        """The ids to show beside a statement: for the lead each row of the appendix once, else none."""
        if not self.lead:
            return ()
        return tuple(sorted({self.anchors[one] for one in evidence_ids if one in self.anchors}, key=_by_number))

    @cached_property
    def own_ids(self) -> Mapping[str, str]:
        """The id of each finding and rating, by the id of its entry."""
        return {one.entry.entry_id: printed_id(one.entry) for one in (*self.record.findings, *self.record.ratings)}

    def cite_behind(self, row: Row) -> tuple[str, ...]:
        """The ids to show beside a finding or rating: for the lead its own and then those that it cites, else none."""
        return (self.own_ids[row["entry_id"]], *self.cite(row["evidence_ids"])) if self.lead else ()

    def translated_only(self, quote: Piece) -> bool:
        """Whether this edition prints a quote in English alone, since its language would point at somebody."""
        return not self.lead and hides_language(quote, self.voices)


def _by_number(evidence_id: str) -> list[tuple[int, str]]:
    """Orders ids as people count: A2 before A10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", evidence_id)]


def has_row(piece: Piece) -> bool:
    """Whether a piece of evidence has a row of its own in the appendix, apart from marks without words."""
    if piece.kind == "missing":
        return bool(piece.payload["reason"])
    return piece.kind != "bearing" and bool(piece.text)


def read_content(journal: Journal, templates: Templates, assessment_id: str, visit_id: str, edition: str) -> Content:
    """Read what an edition of a visit's report is made from, with the consents as they are now.

    Raises
    ------
    QpmError
        REPORT-001 for an edition that is not there; PLAN-003 for an unknown assessment, PLAN-001 for an
        unknown visit.
    """
    if edition not in EDITIONS:
        raise QpmError("REPORT-001", "parameter edition", "report.editions", names=", ".join(EDITIONS))
    if not visit_id:
        raise QpmError("REPORT-001", "parameter visit_id", "report.name_visit")
    head = journal.head()  # before anything is read: nothing that the report knows is younger
    record = read_record(journal, templates, assessment_id, visit_id)
    voices = choose_voices(record)
    held = [one for one in iter_interviews(journal, assessment_id) if one.was_held and not one.is_two_people]
    sampling = check_sampling(record.profile, held, templates.scheme.sampling)
    words = Words(templates, voices, exact=edition == LEAD)
    return Content(record, edition, voices, words, sampling.missing + sampling.unknown, head)
