"""What is not in a report, and why: nothing that was recorded goes missing without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qpm_widgets.evidence.disclosure import (
    LEAD,
    PROVIDER,
    UNCITED_NOTE,
    Guard,
    choose_voices,
    refuse_judgement,
    refuse_piece,
    supporting_evidence,
)
from qpm_widgets.evidence.frames import Row, make_frame
from qpm_widgets.evidence.pieces import NAME_COLUMNS
from qpm_widgets.evidence.record import Judgement, Piece, VisitRecord, printed_id, read_record
from qpm_widgets.journal import Journal
from qpm_widgets.templates import Templates

if TYPE_CHECKING:
    import pandas as pd

TEXT_KINDS = frozenset({"note", "quote", "observation", "question"})

COLUMNS = {
    **NAME_COLUMNS,
    "kind": "str",
    "reason": "str",
    "editions": "str",
    "conflict": "bool",
}


def left_out_table(
    journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None
) -> pd.DataFrame:
    """Everything that was written down and is not in an edition of the visit report, with the reason.

    One row is one current note, observation, quote, question of the assessor's own, rating or finding. It holds no
    words. What every edition leaves out comes with ``editions`` = ``all``; what only the provider's does, with
    ``provider``. A note or observation is in the provider's edition through the findings and ratings that cite its
    question; where none does, it is listed as ``uncited_note``. A quick note counts as one of the question that it is
    filed to. What an assessor keeps under the safeguarding protocol is not in the journal's answers and so is not here
    either.

    Sorted by visit, time planned and question; ratings and findings last. Nothing left out: no rows, all
    columns.

    Columns
    -------
    evidence_id : str — evidence id, or ``V1.finding.F3`` and ``V1.rating.CP1``
    entry_id : str — the journal entry
    visit : str — visit id
    interview : str — id of the interview or observation, "" for ratings and findings
    kind : str — ``note``, ``observation``, ``quote``, ``question`` (of the assessor's own), ``rating`` or ``finding``
    reason : str — reason id of ``evidence.disclosure``
    editions : str — ``all`` or ``provider``: the editions that leave it out
    conflict : bool — another entry is current for the same field

    Raises
    ------
    QpmError
        PLAN-003 for an unknown assessment, PLAN-001 for an unknown visit.
    """
    return make_frame(COLUMNS, left_out_rows(read_record(journal, templates, assessment_id, visit_id)))


@dataclass(frozen=True)
class Sorting:
    """Each current text and judgement with the reason why an edition leaves it out, "" if it does not."""

    pieces: tuple[tuple[Piece, str], ...]
    judgements: tuple[tuple[Judgement, str], ...]


def sort_out(record: VisitRecord, edition: str) -> Sorting:
    """Decide what one edition shows of every text that was written, every rating and every finding."""
    guard, voices = Guard(record), choose_voices(record)
    written = [one for one in record.findings if one.entry.erased or str(one.payload["text"]).strip()]
    judgements = tuple((one, refuse_judgement(one, record, guard, edition)) for one in (*record.ratings, *written))
    cited = {
        _place(piece)
        for judgement, reason in judgements
        if not reason
        for evidence_id in supporting_evidence(judgement, record)
        for piece in record.pieces_by_id[evidence_id]
    }
    pieces = []
    for piece in record.pieces:
        if piece.kind not in TEXT_KINDS or not (piece.entry.erased or piece.text):
            continue
        if edition == PROVIDER and piece.kind != "quote":
            # Never printed itself, so only what every edition leaves out counts, and whether it is cited.
            reason = refuse_piece(piece, guard, voices, LEAD)
            reason = reason or ("" if _place(piece) in cited else UNCITED_NOTE)
        else:
            reason = refuse_piece(piece, guard, voices, edition)
        pieces.append((piece, reason))
    return Sorting(tuple(pieces), judgements)


def _place(piece: Piece) -> tuple[str, str]:
    return piece.meeting.held.subject, piece.question or piece.item


def left_out_rows(record: VisitRecord) -> Iterator[Row]:
    """The rows of ``left_out_table``."""
    lead, provider = sort_out(record, LEAD), sort_out(record, PROVIDER)
    for (piece, always), (_, here) in zip(lead.pieces, provider.pieces, strict=True):
        if always or here:
            yield {
                "evidence_id": piece.evidence_id,
                "entry_id": piece.entry.entry_id,
                "visit": piece.meeting.visit,
                "interview": piece.meeting.id,
                "kind": piece.kind,
                "reason": always or here,
                "editions": "all" if always else "provider",
                "conflict": piece.conflict,
            }
    for (judgement, always), (_, here) in zip(lead.judgements, provider.judgements, strict=True):
        if always or here:
            yield {
                "evidence_id": printed_id(judgement.entry),
                "entry_id": judgement.entry.entry_id,
                "visit": judgement.visit,
                "interview": "",
                "kind": judgement.entry.field.partition(":")[0],
                "reason": always or here,
                "editions": "all" if always else "provider",
                "conflict": judgement.conflict,
            }
