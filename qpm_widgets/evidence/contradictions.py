"""Where sources disagree: kept visible, never averaged away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qpm_widgets.evidence.bearings import explored_marks
from qpm_widgets.evidence.frames import Row, make_frame
from qpm_widgets.evidence.record import Piece, VisitRecord, read_record
from qpm_widgets.journal import Journal
from qpm_widgets.templates import Templates

if TYPE_CHECKING:
    import pandas as pd

EXPERIENCE_SOURCES = ("P", "F")  # people whose lives the service touches

COLUMNS = {
    "standard": "str",
    "indicator": "str",
    "supported_by": "tuple",
    "contradicted_by": "tuple",
    "mixed": "tuple",
    "experience_against": "bool",
    "supporting_ids": "tuple",
    "mixed_ids": "tuple",
    "contradicting_ids": "tuple",
}


def contradictions_table(
    journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None
) -> pd.DataFrame:
    """Indicators on which sources bear against each other.

    One row is one indicator that was supported in one interview or observation and contradicted in another,
    whether their sources are of one type or of several. A source type may be on both sides. Which side is
    right is for people to say: see the rationale in ``ratings_table``.

    Sorted with those first that people's own experience contradicts, then in the edition's order. None: no
    rows, all columns.

    Columns
    -------
    standard : str — standard id
    indicator : str — indicator id
    supported_by : tuple — source type codes with at least one bearing that supports
    contradicted_by : tuple — source type codes with at least one that contradicts
    mixed : tuple — source type codes with at least one mixed bearing
    experience_against : bool — whether people supported, family or carers are among those who contradict
    supporting_ids : tuple — evidence ids of the marks that support
    mixed_ids : tuple — evidence ids of the marks that are mixed
    contradicting_ids : tuple — evidence ids of the marks that contradict

    Raises
    ------
    QpmError
        PLAN-003 for an unknown assessment, PLAN-001 for an unknown visit.
    """
    return make_frame(COLUMNS, contradiction_rows(read_record(journal, templates, assessment_id, visit_id)))


def contradiction_rows(record: VisitRecord) -> list[Row]:
    """The rows of ``contradictions_table``."""
    return sorted(_rows(record), key=lambda row: not row["experience_against"])


def _rows(record: VisitRecord) -> Iterator[Row]:
    for indicator, marks in explored_marks(record).items():
        sides = {name: [one for one in marks if one.payload["bearing"] == name] for name in _SIDES}
        supported, contradicted = _sources(sides["supports"], record), _sources(sides["contradicts"], record)
        # A single interview that says both has weighed it already; two interviews differ, also of one type.
        meetings = {one.meeting.held.subject for one in (*sides["supports"], *sides["contradicts"])}
        if not supported or not contradicted or len(meetings) == 1:
            continue
        yield {
            "standard": record.templates.standard_of(indicator).id,
            "indicator": indicator,
            "supported_by": supported,
            "contradicted_by": contradicted,
            "mixed": _sources(sides["mixed"], record),
            "experience_against": any(code in EXPERIENCE_SOURCES for code in contradicted),
            "supporting_ids": tuple(one.evidence_id for one in sides["supports"]),
            "mixed_ids": tuple(one.evidence_id for one in sides["mixed"]),
            "contradicting_ids": tuple(one.evidence_id for one in sides["contradicts"]),
        }


_SIDES = ("supports", "contradicts", "mixed")


def _sources(marks: list[Piece], record: VisitRecord) -> tuple[str, ...]:
    return record.order_sources({one.meeting.source for one in marks})
