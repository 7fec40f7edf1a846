"""What assessors concluded: ratings and findings, each with the evidence that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from qpm_widgets.evidence.bearings import explored_marks
from qpm_widgets.evidence.disclosure import supporting_evidence
from qpm_widgets.evidence.frames import Row, make_frame
from qpm_widgets.evidence.record import Judgement, VisitRecord, read_record
from qpm_widgets.journal import Journal
from qpm_widgets.templates import Templates
from qpm_widgets.templates.records import ConfidenceLevel

if TYPE_CHECKING:
    import pandas as pd

RATING_COLUMNS = {
    "visit": "str",
    "standard": "str",
    "indicator": "str",
    "level": "str",
    "level_label": "str",
    "rationale": "str",
    "entry_id": "str",
    "cites": "tuple",
    "evidence_ids": "tuple",
    "cites_lost": "int",
    "source_types": "tuple",
    "confidence": "str",
    "confidence_label": "str",
    "gates": "tuple",
    "recorded_by": "str",
    "conflict": "bool",
}


def ratings_table(
    journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None
) -> pd.DataFrame:
    """The assessors' provisional ratings, and how far the evidence behind each indicator reaches.

    One row is one indicator of the edition in one visit, rated or not; where assessors recorded different
    ratings each has a row and ``conflict`` is true. Levels and rationales are people's. Confidence is worked
    out by the edition's rules from the distinct source types of that visit's bearings other than
    ``not_explored``, never from how many remarks there were.

    Sorted by visit and the edition's order. Nothing rated: every indicator with level "".

    Columns
    -------
    visit : str — visit id
    standard : str — standard id
    indicator : str — indicator id
    level : str — rating level id, "" if not rated
    level_label : str — the level in words, "" if not rated
    rationale : str — the assessor's reasons
    entry_id : str — the journal entry of the rating, "" if not rated
    cites : tuple — entry ids that the rating cites
    evidence_ids : tuple — evidence ids of those that may still be used
    cites_lost : int — cited entries that may no longer be used, or are no evidence of this visit
    source_types : tuple — codes of the source types heard on the indicator, in the scheme's order
    confidence : str — id of the highest confidence level whose rule is met
    confidence_label : str — that level in words
    gates : tuple — ids of the gates that the indicator belongs to
    recorded_by : str — assessor code, "" if not rated
    conflict : bool — another rating is current for the same indicator

    Raises
    ------
    QpmError
        PLAN-003 for an unknown assessment, PLAN-001 for an unknown visit.
    """
    return make_frame(RATING_COLUMNS, rating_rows(read_record(journal, templates, assessment_id, visit_id)))


def rating_rows(record: VisitRecord) -> Iterator[Row]:
    """The rows of ``ratings_table``."""
    edition = record.templates.standards
    levels = {level.id: level.label for level in edition.rating_scale}
    marks = explored_marks(record)
    for visit in record.visits:
        for indicator, found in marks.items():
            heard = {one.meeting.source for one in found if one.meeting.visit == visit.id}
            confidence = weigh_sources(edition.confidence, heard)
            row = {
                "visit": visit.id,
                "standard": record.templates.standard_of(indicator).id,
                "indicator": indicator,
                "source_types": record.order_sources(heard),
                "confidence": confidence.id,
                "confidence_label": confidence.label,
                "gates": tuple(gate.id for gate in edition.gates if indicator in gate.indicators),
            }
            rated = [
                one for one in record.ratings if (one.visit, one.name) == (visit.id, indicator) and not one.entry.erased
            ]
            for rating in rated:
                yield row | _rating(rating, record, levels)
            if not rated:
                yield row | _NOT_RATED


_NOT_RATED: Row = {
    "level": "",
    "level_label": "",
    "rationale": "",
    "entry_id": "",
    "cites": (),
    "evidence_ids": (),
    "cites_lost": 0,
    "recorded_by": "",
    "conflict": False,
}


def _rating(rating: Judgement, record: VisitRecord, levels: dict[str, str]) -> Row:
    level = str(rating.payload["level"])
    return {
        "level": level,
        "level_label": levels.get(level, level),
        "rationale": str(rating.payload["rationale"]),
    } | _grounds(rating, record)


def weigh_sources(rules: Iterable[ConfidenceLevel], heard: set[str]) -> ConfidenceLevel:
    """The highest confidence level whose rule these source types meet, or the lowest level if none."""
    last = None
    for last in rules:
        if len(heard) >= last.source_types and (not last.needs_any_of or heard & set(last.needs_any_of)):
            return last
    assert last is not None  # the record wants at least one
    return last


def _grounds(judgement: Judgement, record: VisitRecord) -> Row:
    standing = supporting_evidence(judgement, record)
    lost = sum(record.evidence_id_of(entry_id) not in standing for entry_id in judgement.cites)
    return {
        "entry_id": judgement.entry.entry_id,
        "cites": judgement.cites,
        "evidence_ids": standing,
        "cites_lost": lost,
        "recorded_by": judgement.entry.recorded_by,
        "conflict": judgement.conflict,
    }


FINDING_COLUMNS = {
    "visit": "str",
    "finding": "str",
    "standard": "str",
    "kind": "str",
    "order": "int",
    "text": "str",
    "entry_id": "str",
    "cites": "tuple",
    "evidence_ids": "tuple",
    "cites_lost": "int",
    "source_types": "tuple",
    "recorded_by": "str",
    "conflict": "bool",
}


def findings_table(
    journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None
) -> pd.DataFrame:
    """The findings, good practice and areas to develop that assessors wrote.

    One row is one current finding; two where machines disagree. A finding whose text was emptied was taken
    back and has no row. Evidence that was corrected after the finding cited it still counts; evidence that
    was withdrawn or erased does not.

    Sorted by visit, the edition's order of standards, kind in the scheme's order, ``order``, then time of
    recording. None: no rows, all columns.

    Columns
    -------
    visit : str — visit id
    finding : str — finding id
    standard : str — standard id
    kind : str — ``finding``, ``good_practice`` or ``area_to_develop``
    order : int — place within its section
    text : str — the assessor's words
    entry_id : str — the journal entry of the finding
    cites : tuple — entry ids that it cites
    evidence_ids : tuple — evidence ids of those that may still be used
    cites_lost : int — cited entries that may no longer be used, or are no evidence of this visit
    source_types : tuple — codes of the source types that it rests on, in the scheme's order
    recorded_by : str — assessor code
    conflict : bool — another text is current for the same finding

    Raises
    ------
    QpmError
        PLAN-003 for an unknown assessment, PLAN-001 for an unknown visit.
    """
    return make_frame(FINDING_COLUMNS, finding_rows(read_record(journal, templates, assessment_id, visit_id)))


def finding_rows(record: VisitRecord) -> list[Row]:
    """The rows of ``findings_table``."""
    standards = {standard.id: place for place, standard in enumerate(record.templates.standards.standards)}
    kinds = {kind.id: place for place, kind in enumerate(record.templates.scheme.finding_kinds)}
    visits = {visit.id: place for place, visit in enumerate(record.visits)}
    written = [one for one in record.findings if str(one.payload.get("text", "")).strip()]
    written.sort(
        key=lambda one: (
            visits[one.visit],
            standards.get(str(one.payload["standard"]), len(standards)),
            kinds.get(str(one.payload["kind"]), len(kinds)),
            one.payload["order"],
            one.entry.recorded_at,
            one.entry.entry_id,
        )
    )
    return [_finding(one, record) for one in written]


def _finding(finding: Judgement, record: VisitRecord) -> Row:
    grounds = _grounds(finding, record)
    heard = {piece.meeting.source for one in grounds["evidence_ids"] for piece in record.pieces_by_id.get(one, ())}
    return {
        "visit": finding.visit,
        "finding": finding.name,
        "standard": str(finding.payload["standard"]),
        "kind": str(finding.payload["kind"]),
        "order": int(finding.payload["order"]),
        "text": str(finding.payload["text"]),
        "source_types": record.order_sources(heard),
    } | grounds
