"""What every table of single pieces of evidence says of a piece, whatever kind it is."""

from __future__ import annotations

from qpm_widgets.evidence.frames import Row
from qpm_widgets.evidence.record import Piece

NAME_COLUMNS = {
    "evidence_id": "str",
    "entry_id": "str",
    "visit": "str",
    "interview": "str",
}
SOURCE_COLUMNS = {
    "role": "str",
    "source_type": "str",
    "team": "str",
    "area": "str",
    "nation": "str",
}
RECORDING_COLUMNS = {
    "begun_at": "Int",
    "from_paper": "bool",
    "held_at": "Int",
    "recorded_at": "int",
    "recorded_by": "str",
    "conflict": "bool",
}


def describe_piece(piece: Piece) -> Row:
    """The name, source, question and recording of a piece; a table takes the columns that it has."""
    meeting, entry = piece.meeting, piece.entry
    return {
        "evidence_id": piece.evidence_id,
        "entry_id": entry.entry_id,
        "visit": meeting.visit,
        "interview": meeting.id,
        "role": meeting.role,
        "source_type": meeting.source,
        "team": meeting.team,
        "area": meeting.area,
        "nation": meeting.nation,
        "standard": piece.asked.standard,
        "question": piece.question,
        "indicators": piece.indicators,
        "begun_at": piece.payload.get("at"),
        "from_paper": piece.from_paper,
        "held_at": meeting.held.on_paper.began if meeting.held.on_paper else None,
        "recorded_at": entry.recorded_at,
        "recorded_by": entry.recorded_by,
        "conflict": piece.conflict,
    }
