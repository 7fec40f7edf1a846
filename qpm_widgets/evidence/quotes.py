"""Respondents' own words, and whether each may be shown now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qpm_widgets.evidence.disclosure import refuse_quote
from qpm_widgets.evidence.frames import Row, make_frame
from qpm_widgets.evidence.pieces import NAME_COLUMNS, RECORDING_COLUMNS, SOURCE_COLUMNS, describe_piece
from qpm_widgets.evidence.record import VisitRecord, read_record
from qpm_widgets.journal import Journal
from qpm_widgets.templates import Templates

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    **NAME_COLUMNS,
    **SOURCE_COLUMNS,
    "standard": "str",
    "question": "str",
    "indicators": "tuple",
    "respondent": "str",
    "speaker": "str",
    "grade": "str",
    "text": "str",
    "language": "str",
    "said_in": "str",
    "translation": "str",
    "may_be_used": "bool",
    "reason": "str",
    **RECORDING_COLUMNS,
}


def quotes_table(
    journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None
) -> pd.DataFrame:
    """The quotes, and whether each may be shown at this moment.

    One row is one current quote of an interview whose consent to notes is current. ``may_be_used`` is worked
    out from the consents as they are now: that respondent's consents to notes and to quotes must both be
    given, and nobody may have said that this one sentence is not to be used; of two conflicting consents, or
    versions of a quote, the more restrictive counts. The words of a quote that may not be used
    are withheld here already, so nothing that is made from this table can show them.

    Sorted by visit, time planned, the guide's order of questions, and number. No quotes: no rows, all
    columns.

    Columns
    -------
    evidence_id : str — name that stays when the words are corrected, such as ``P2.P-PL-1.quote.1``
    entry_id : str — the journal entry that the words come from
    visit : str — visit id
    interview : str — interview id
    role : str — respondent role id
    source_type : str — source type code of the scheme
    team : str — team code, "" if the plan names none
    area : str — area code, of the plan or of its team, "" if neither names one
    nation : str — nation whose law applies
    standard : str — standard id the question stands under, "" for opening and closing questions
    question : str — question id; of a quick note the one that it is filed to, "" while it is filed to none
    indicators : tuple — indicator ids the question is about
    respondent : str — code of the respondent whose consent covers the words
    speaker : str — ``respondent``, ``supporter`` or ``interpreter``: who spoke them
    grade : str — ``verbatim``, ``near_verbatim`` or ``paraphrase``
    text : str — the words, "" if they may not be used
    language : str — code (BCP 47) of the language in which they were said, ``und`` for one that the scheme lacks
    said_in : str — that language's name: as the scheme has it, or as it was typed
    translation : str — translation into English, "" if there is none or it may not be used; the same as the words
        where only the English was written down
    may_be_used : bool — whether the words may be shown now
    reason : str — why not, as a reason id of ``evidence.disclosure``; "" if they may
    begun_at : Int64 — time at which a quick note was begun, UTC milliseconds since 1970; missing for anything else
    from_paper : bool — whether it was keyed in from a form on paper
    held_at : Int64 — time at which a meeting that was written down on paper was held, UTC milliseconds since 1970;
        missing for any other
    recorded_at : int — time of recording, UTC milliseconds since 1970
    recorded_by : str — assessor code
    conflict : bool — another text is current for the same quote

    Raises
    ------
    QpmError
        PLAN-003 for an unknown assessment, PLAN-001 for an unknown visit.
    """
    return make_frame(COLUMNS, quote_rows(read_record(journal, templates, assessment_id, visit_id)))


def quote_rows(record: VisitRecord) -> Iterator[Row]:
    """The rows of ``quotes_table``."""
    for piece in record.usable:
        if piece.kind != "quote" or not piece.text:
            continue
        respondent = str(piece.payload["respondent"])
        reason = refuse_quote(piece)
        yield describe_piece(piece) | {
            "respondent": respondent,
            "speaker": str(piece.payload["speaker"]),
            "grade": str(piece.payload["grade"]),
            "text": "" if reason else piece.text,
            "language": str(piece.payload["language"]),
            "said_in": record.templates.spoken_in(piece.payload).name.en,
            "translation": "" if reason else str(piece.payload["translation"]),
            "may_be_used": not reason,
            "reason": reason,
        }
