"""Typst, as the Word and PDF writers use it: with the shipped typeface only, on files that exist in memory only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import typst

from qpm_widgets.errors import QpmError

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
        raise QpmError("REPORT-003", f"{what} ({rule})", "report.as_html") from None


def draw_png(svg: str, fonts: Path) -> bytes:
    """A checked drawing as a picture, 160 mm wide and sharp enough for print."""
    sources = {"main.typ": _PICTURE, "drawing.svg": svg.encode()}
    return typeset(sources, fonts, "a picture", format="png", ppi=220)
