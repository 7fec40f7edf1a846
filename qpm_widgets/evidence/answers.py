"""What was written down: the assessor's notes and what was observed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qpm_widgets.evidence.frames import Row, make_frame
from qpm_widgets.evidence.pieces import NAME_COLUMNS, RECORDING_COLUMNS, SOURCE_COLUMNS, describe_piece
from qpm_widgets.evidence.record import Piece, VisitRecord, read_record
from qpm_widgets.journal import Journal
from qpm_widgets.templates import Templates

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    **NAME_COLUMNS,
    "kind": "str",
    **SOURCE_COLUMNS,
    "state": "str",
    "standard": "str",
    "question": "str",
    "question_text": "str",
    "indicators": "tuple",
    "part": "str",
    "text": "str",
    "wording": "str",
    "language": "str",
    "missing_reason": "str",
    **RECORDING_COLUMNS,
}


def answers_table(
    journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None
) -> pd.DataFrame:
    """The notes of interviews and the parts of observations that may be used now.

    One row is one current text, or one question that was marked as having no answer. Where two machines wrote
    different texts for one field, each has a row and ``conflict`` is true. Respondents' own words are not
    here but in ``quotes_table``; texts that were emptied have no row. Interviews whose consent to notes is
    not current have no row either; ``left_out_table`` counts what they held.

    Sorted by visit, time planned, the guide's order of questions and of parts. No evidence: no rows, all
    columns.

    Columns
    -------
    evidence_id : str — name that stays when the words are corrected, such as ``A3.A-CP-1.note``
    entry_id : str — the journal entry that the words come from
    visit : str — visit id
    interview : str — id of the interview or observation
    kind : str — ``note``, ``observation`` or ``missing``
    role : str — respondent role id, "" for an observation
    source_type : str — source type code of the scheme
    team : str — team code, "" if the plan names none
    area : str — area code, of the plan or of its team, "" if neither names one
    nation : str — nation whose law applies
    state : str — state of the interview or observation
    standard : str — standard id the question stands under, "" for opening and closing questions
    question : str — question or scene id; of a quick note the one that it is filed to, "" while it is filed to none
    question_text : str — the question in English as it was put (plain or Easy Read), or in the assessor's words where
        it is one of their own (``own-…``); "" if the guides no longer have it
    indicators : tuple — indicator ids the question is about
    part : str — ``note``, a part of the observation guide, or ``missing``
    text : str — the assessor's words, "" in a ``missing`` row
    wording : str — ``plain`` or ``easy_read``, as the question was put; "" in a ``missing`` row
    language : str — ``en`` or ``cy``, as the question was put; "" in a ``missing`` row
    missing_reason : str — why there is no answer, "" if nothing was marked
    begun_at : Int64 — time at which a quick note was begun, UTC milliseconds since 1970; missing for anything else
    from_paper : bool — whether it was keyed in from a form on paper
    held_at : Int64 — time at which a meeting that was written down on paper was held, UTC milliseconds since 1970;
        missing for any other
    recorded_at : int — time of recording, UTC milliseconds since 1970
    recorded_by : str — assessor code
    conflict : bool — another text is current for the same field

    Raises
    ------
    QpmError
        PLAN-003 for an unknown assessment, PLAN-001 for an unknown visit.
    """
    return make_frame(COLUMNS, answer_rows(read_record(journal, templates, assessment_id, visit_id)))


def answer_rows(record: VisitRecord) -> Iterator[Row]:
    """The rows of ``answers_table``."""
    missing: dict[tuple[str, str], str] = {}
    for piece in record.usable:
        if piece.kind == "missing":
            missing[piece.meeting.held.subject, piece.question] = str(piece.payload["reason"])
    written = {
        (piece.meeting.held.subject, piece.question)
        for piece in record.usable
        if piece.kind in {"note", "observation"} and piece.text
    }
    for piece in record.usable:
        key = (piece.meeting.held.subject, piece.question)
        if piece.kind in {"note", "observation"} and piece.text:
            yield _row(piece, missing.get(key, ""))
        elif piece.kind == "missing" and piece.payload["reason"] and key not in written:
            yield _row(piece, missing[key])


def _row(piece: Piece, missing_reason: str) -> Row:
    return describe_piece(piece) | {
        "kind": piece.kind,
        "state": piece.meeting.held.state,
        "question_text": piece.asked.put(str(piece.payload.get("wording", ""))),
        "part": piece.part,
        "text": piece.text,
        "wording": str(piece.payload.get("wording", "")),
        "language": str(piece.payload.get("language", "")),
        "missing_reason": missing_reason,
    }
