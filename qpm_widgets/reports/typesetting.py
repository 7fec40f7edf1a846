"""What the Word and PDF writers both need: the typeface for Typst, drawings as pictures, widths of columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import typst

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.blocks import Table

_LINE = 96  # characters of table text across the page
_NARROW = 18  # a column whose longest cell is no longer keeps it on one line
_PICTURE = b'#set page(width: 160mm, height: auto, margin: 0pt)\n#image("drawing.svg", width: 100%)'


@cache
def load_fonts(folder: Path) -> typst.Fonts:
    """The shipped typeface and no other, so that a document is the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def typeset(sources: Mapping[str, bytes], fonts: Path, what: str, **options: object) -> bytes:
    """What Typst makes of the file ``main.typ`` among some files that exist in memory only.

    Raises
    ------
    QpmError
        REPORT-003 if Typst refuses. Its own message can quote the document, so all that is told is which kind of
        rule was broken.
    """
    compile_files: Callable[..., bytes] = typst.compile  # its stub misses the documented mapping of files
    try:
        return compile_files(dict(sources), font_paths=load_fonts(fonts), ignore_system_fonts=True, **options)
    except typst.TypstError as error:
        rule = "PDF/UA-1" if "PDF/UA" in str(error) else "Typst"
        raise QpmError("REPORT-003", f"{what} ({rule})", "Render it as HTML, and report this.") from None


def draw_png(svg: str, fonts: Path) -> bytes:
    """A checked drawing as a picture, 160 mm wide and sharp enough for print."""
    sources = {"main.typ": _PICTURE, "drawing.svg": svg.encode()}
    return typeset(sources, fonts, "a picture", format="png", ppi=220)


def column_widths(table: Table) -> list[float]:
    """The share of the table's width that each column gets: short columns what they need, long ones the rest.

    Returns
    -------
    list of float
        One positive share per column; only their proportions matter.
    """
    words: list[int] = []
    cells: list[int] = []
    for column, label in enumerate(table.columns):
        texts = [label.label, *(row[column] for row in table.rows)]
        words.append(min(24, max(len(word) for text in texts for word in text.split() or [""])) + 3)
        cells.append(max(len(line) for text in texts for line in text.split("\n")) + 3)
    narrow = [length <= _NARROW + 3 for length in cells]
    if all(narrow) or sum(length for length, is_narrow in zip(cells, narrow, strict=True) if is_narrow) > _LINE * 0.7:
        return [float(min(length, 40)) for length in cells]
    rest = _LINE - sum(length for length, is_narrow in zip(cells, narrow, strict=True) if is_narrow)
    weights = [0.0 if is_narrow else min(length, 400) ** 0.5 for length, is_narrow in zip(cells, narrow, strict=True)]
    return [
        float(cells[column]) if narrow[column] else max(words[column], rest * weights[column] / sum(weights))
        for column in range(len(cells))
    ]
