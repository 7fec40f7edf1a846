"""How single pieces of evidence bear on an indicator, and which sources were heard on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qpm_widgets.evidence.frames import Row, make_frame
from qpm_widgets.evidence.pieces import NAME_COLUMNS, SOURCE_COLUMNS, describe_piece
from qpm_widgets.evidence.record import Piece, VisitRecord, read_record
from qpm_widgets.journal import Journal
from qpm_widgets.templates import Templates

if TYPE_CHECKING:
    import pandas as pd

NOT_EXPLORED = "not_explored"

BEARING_COLUMNS = {
    **NAME_COLUMNS,
    **SOURCE_COLUMNS,
    "standard": "str",
    "indicator": "str",
    "question": "str",
    "bearing": "str",
    "strength": "str",
    "explored": "bool",
    "conflict": "bool",
}


def bearings_table(
    journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None
) -> pd.DataFrame:
    """How what was heard or seen bears on each indicator, as the assessors marked it.

    One row is one current bearing: indicator by interview by question. Interviews whose consent to notes is
    not current have no rows.

    Sorted by the edition's order of indicators, then visit, time planned and question. None marked: no rows,
    all columns.

    Columns
    -------
    evidence_id : str — name of the mark, such as ``A3.A-CP-1.evidence.CP1``
    entry_id : str — the journal entry of the mark
    visit : str — visit id
    interview : str — id of the interview or observation
    role : str — respondent role id, "" for an observation
    source_type : str — source type code of the scheme
    team : str — team code, "" if the plan names none
    area : str — area code, of the plan or of its team, "" if neither names one
    nation : str — nation whose law applies
    standard : str — standard id of the indicator, "" if the edition does not have it
    indicator : str — indicator id
    question : str — question or scene id at which it was marked; of a mark on a quick note the one that this is filed
        to, "" while it is filed to none
    bearing : str — ``supports``, ``mixed``, ``contradicts`` or ``not_explored``
    strength : str — ``experience``, ``account`` or ``claim``, "" if not marked
    explored : bool — whether it is evidence at all: the bearing is not ``not_explored``
    conflict : bool — another bearing is current for the same field

    Raises
    ------
    QpmError
        PLAN-003 for an unknown assessment, PLAN-001 for an unknown visit.
    """
    return make_frame(BEARING_COLUMNS, bearing_rows(read_record(journal, templates, assessment_id, visit_id)))


def bearing_rows(record: VisitRecord) -> list[Row]:
    """The rows of ``bearings_table``."""
    templates = record.templates
    order = {indicator: place for place, indicator in enumerate(templates.indicator_ids)}
    rows = [
        describe_piece(piece)
        | {
            "standard": templates.standard_of(indicator).id if indicator in order else "",
            "indicator": indicator,
            "bearing": str(piece.payload["bearing"]),
            "strength": str(piece.payload.get("strength") or ""),
            "explored": piece.payload["bearing"] != NOT_EXPLORED,
        }
        for indicator, piece in marks_of(record)
    ]
    return sorted(rows, key=lambda row: order.get(row["indicator"], len(order)))  # stable: meetings stay in order


def marks_of(record: VisitRecord) -> Iterator[tuple[str, Piece]]:
    """Every current mark that may be used and was not taken back, with its indicator."""
    for piece in record.usable:
        if piece.kind == "bearing":
            yield piece.part.partition(".")[2], piece


def explored_marks(record: VisitRecord) -> dict[str, list[Piece]]:
    """The marks that are evidence, by indicator; every indicator of the edition is there."""
    found: dict[str, list[Piece]] = {indicator: [] for indicator in record.templates.indicator_ids}
    for indicator, piece in marks_of(record):
        if piece.payload["bearing"] != NOT_EXPLORED and indicator in found:
            found[indicator].append(piece)
    return found


def coverage_table(
    journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None
) -> pd.DataFrame:
    """Which kinds of source were heard on each indicator, and who could have spoken to it but was not.

    One row is one indicator of the edition, also where nothing was heard. A piece of evidence is one current
    bearing other than ``not_explored``: one indicator, one interview, one question. Two texts in conflict are
    two pieces. The column of each source type is named by its code; with the scheme as it ships these are the
    ten below.

    Sorted in the edition's order. No evidence: every indicator with zeros.

    Columns
    -------
    standard : str — standard id
    indicator : str — indicator id
    P : int — pieces of evidence from people supported
    A : int — from advocates
    M : int — from managers
    F : int — from family or carers
    T : int — from trustees
    R : int — from referrers or commissioners
    S : int — from other staff
    O : int — from observation
    C : int — from case files, of which a site visit reads a few at most
    D : int — from documents, of which a site visit reads a few at most
    pieces : int — all of them
    source_types : tuple — codes of the source types heard, in the scheme's order
    could_speak : tuple — codes that the edition names for this indicator
    not_heard : tuple — those of ``could_speak`` that were not heard

    Raises
    ------
    QpmError
        PLAN-003 for an unknown assessment, PLAN-001 for an unknown visit.
    """
    record = read_record(journal, templates, assessment_id, visit_id)
    codes = dict.fromkeys((source.code for source in templates.scheme.source_types), "int")
    columns = {"standard": "str", "indicator": "str"} | codes
    columns |= {"pieces": "int", "source_types": "tuple", "could_speak": "tuple", "not_heard": "tuple"}
    return make_frame(columns, coverage_rows(record))


def coverage_rows(record: VisitRecord) -> list[Row]:
    """The rows of ``coverage_table``."""
    return [_cover(record, indicator, found) for indicator, found in explored_marks(record).items()]


def _cover(record: VisitRecord, indicator: str, marks: list[Piece]) -> Row:
    heard = Counter(one.meeting.source for one in marks)
    could_speak = record.templates.indicator(indicator).sources
    return {
        "standard": record.templates.standard_of(indicator).id,
        "indicator": indicator,
        **{source.code: heard[source.code] for source in record.templates.scheme.source_types},
        "pieces": len(marks),
        "source_types": record.order_sources(heard),
        "could_speak": could_speak,
        "not_heard": tuple(code for code in could_speak if code not in heard),
    }
