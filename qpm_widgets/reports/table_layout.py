"""How wide a printed table's columns are, how small its text, and where it may break, from the widths of its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qpm_widgets.reports.blocks import Table

_PAGE = 453.0  # points between the margins of the Word document and of the PDF
_SIZE = 9.5  # points; the larger of the two writers' table text
_SMALL_SIZE = 8.0
_MARGINS = 13.0  # points that the two margins of a cell take
_WHOLE_ROW = 1200  # a row with fewer characters stays on one page; a longer one might not fit on any
_WHOLE_TABLE = 1000  # and so does a table with fewer, if it has no more than so many rows
_FEW_ROWS = 9
_LONG_WORD = 32  # a longer word gets places where it may break
_PIECE = 12
_ENTRY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[.,;]?")  # never broken: a copy must find its entry


@dataclass(frozen=True)
class TableLayout:
    """Each column's share of the width, whether text is to be small, and whether the table is kept on one page."""

    shares: tuple[float, ...]
    dense: bool
    together: bool


def lay_out_table(table: Table, fonts: Path) -> TableLayout:
    """Give each column its longest word, and what room is left to those that have more to say."""
    extents = [_measure(table, column, fonts) for column in range(len(table.columns))]
    dense = sum(_MARGINS + _SIZE * least for least, _ in extents) > _PAGE
    size = _SMALL_SIZE if dense else _SIZE
    shares = _share([_MARGINS + size * least for least, _ in extents], [_MARGINS + size * most for _, most in extents])
    characters = sum(len(cell) for row in table.rows for cell in row)
    return TableLayout(shares, dense, len(table.rows) <= _FEW_ROWS and characters < _WHOLE_TABLE)


def _measure(table: Table, column: int, fonts: Path) -> tuple[float, float]:
    """The width of a column's longest word, and of its longest line, in ems."""
    regular, bold = _read_advances(fonts)
    cells = [row[column] for row in table.rows]
    is_header = column == 0 and table.row_headers
    faces = [
        (bold, [table.columns[column].label, *(cells if is_header else ())]),
        (regular, () if is_header else cells),
    ]
    texts = [(advances, text) for advances, found in faces for text in found]
    return (
        max(_width(word, advances) for advances, text in texts for word in _words(text) or [""]),
        max(_width(line, advances) for advances, text in texts for line in text.split("\n")),
    )


def keeps_whole(row: Sequence[str]) -> bool:
    """Whether a table's row is short enough that it need not break across pages."""
    return sum(len(cell) for cell in row) < _WHOLE_ROW


def break_long_words(text: str, mark: str) -> str:
    """The text with ``mark`` in its long words wherever a line may end, so that none of it runs off the page."""
    return re.sub(rf"\S{{{_LONG_WORD},}}", lambda found: mark.join(_parts(found[0])), text)


def _share(least: list[float], most: list[float]) -> tuple[float, ...]:
    room = _PAGE - sum(least)
    if room <= 0:
        return tuple(least)
    # Damped, or one long text would take all the room from columns of a few words.
    wishes = [(wide - narrow) ** 0.6 for narrow, wide in zip(least, most, strict=True)]
    if sum(most) <= _PAGE or not sum(wishes):
        return tuple(most)
    widths = least
    for _ in least:  # what a column does not need goes to the others
        open_wishes = [wish if width < wide else 0.0 for wish, width, wide in zip(wishes, widths, most, strict=True)]
        left = _PAGE - sum(widths)
        if left < 1 or not sum(open_wishes):
            break
        parts = (left * wish / sum(open_wishes) for wish in open_wishes)
        widths = [min(width + part, max(width, wide)) for width, part, wide in zip(widths, parts, most, strict=True)]
    return tuple(widths)


def _words(text: str) -> list[str]:
    return [piece for word in text.split() for piece in _parts(word)]


def _parts(word: str) -> list[str]:
    if len(word) < _LONG_WORD or _ENTRY.fullmatch(word):
        return [word]
    parts = re.findall(r"[^-_./]+[-_./]*|[-_./]+", word)
    return [part[at : at + _PIECE] for part in parts for at in range(0, len(part), _PIECE)]


def _width(text: str, advances: dict[int, float]) -> float:
    return sum(advances.get(ord(character), 0.6) for character in text[:400])


@cache
def _read_advances(fonts: Path) -> tuple[dict[int, float], dict[int, float]]:
    """The width of each character in ems, regular and bold."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415  # only tables on paper need it

    found = []
    for name in ("Regular", "Bold"):
        with TTFont(fonts / f"AtkinsonHyperlegibleNext-{name}.ttf", lazy=True) as face:
            em = face["head"].unitsPerEm
            widths = face["hmtx"].metrics
            found.append({code: widths[glyph][0] / em for code, glyph in face.getBestCmap().items()})
    return found[0], found[1]
