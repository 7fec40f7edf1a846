"""The parts of a Word document that python-docx has no call for: fields, links, bookmarks, languages, table headers."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shape import InlineShape
from docx.shared import Twips
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from qpm_widgets.reports.table_layout import keeps_whole

LOCALES = {"en": "en-GB", "cy": "cy-GB", "und": "x-none"}
"""How Word calls a language, where it is not by its code."""


def _element(tag: str, **attributes: str) -> Any:  # noqa: ANN401  # python-docx's own elements are loosely typed
    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


class Bookmarks:
    """Gives bookmarks their running numbers. A place's bookmark is hidden in Word's own list, as its contents' are."""

    def __init__(self) -> None:
        self.count = 0

    @staticmethod
    def name(place: str) -> str:
        """The bookmark of a place."""
        return f"_Toc{place}"

    def put(self, paragraph: Paragraph, place: str) -> None:
        """Mark a paragraph as a place."""
        start = _element("bookmarkStart", id=str(self.count), name=self.name(place))
        end = _element("bookmarkEnd", id=str(self.count))
        self.count += 1
        properties = paragraph._p.pPr
        paragraph._p.insert(0 if properties is None else 1, start)
        paragraph._p.append(end)


def set_language(word: WordDocument, locale: str) -> None:
    """Set the language of all text that names none of its own."""
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), locale)
    for language in word.settings.element.iter(qn("w:themeFontLang")):
        language.set(qn("w:val"), locale)


def write_text(paragraph: Paragraph, text: str, *, style: str | None, locale: str | None, rtl: bool = False) -> None:
    """Add text to a paragraph. Its line breaks stay; what is ``rtl``, or begins so, is marked as right to left."""
    if not text:
        return
    run = paragraph.add_run(text)
    if style:
        run._r.style = style
    if rtl := rtl or _reads_right_to_left(text):
        run._r.get_or_add_rPr().append(_element("rtl"))
        if not paragraph.text[: -len(text)]:
            paragraph._p.get_or_add_pPr().insert_element_before(
                _element("bidi"), "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing",
                "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment",
                "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
            )  # fmt: skip
    if locale:
        # Word looks up the language of what runs from right to left under a name of its own.
        run._r.get_or_add_rPr().append(_element("lang", val=locale, **({"bidi": locale} if rtl else {})))


def _reads_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction has the one from right to left."""
    directions = map(unicodedata.bidirectional, text)
    return next((direction for direction in directions if direction in {"L", "R", "AL"}), "L") != "L"


def add_link(paragraph: Paragraph, bookmark: str, text: str, *, style: str) -> None:
    """Add a link to a place in this document."""
    link = _element("hyperlink", anchor=bookmark, history="1")
    paragraph._p.append(link)
    run = Run(link.add_r(), paragraph)
    run.text = text
    run._r.style = style


def open_field(paragraph: Paragraph, instruction: str) -> None:
    """Begin a field whose result follows, up to ``close_field``."""
    _field_mark(paragraph, "begin")
    run = paragraph.add_run()
    code = _element("instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    run._r.append(code)
    _field_mark(paragraph, "separate")


def close_field(paragraph: Paragraph) -> None:
    """End the field that was opened last."""
    _field_mark(paragraph, "end")


def add_field(paragraph: Paragraph, instruction: str) -> None:
    """Add a field that Word works out when it lays out the page, such as PAGE."""
    open_field(paragraph, instruction)
    paragraph.add_run("1")
    close_field(paragraph)


def _field_mark(paragraph: Paragraph, kind: str) -> None:
    paragraph.add_run()._r.append(_element("fldChar", fldCharType=kind))


def describe_picture(picture: InlineShape, name: str, alt: str) -> None:
    """Name a picture and give it its text equivalent."""
    properties = picture._inline.docPr
    properties.set("name", name)
    properties.set("descr", alt)


def finish_table(
    table: WordTable, texts: Sequence[tuple[str, ...]], widths: list[int], *, caption: str, row_headers: bool
) -> None:
    """Set a table's column widths (twips), its header row and column, its title, and where its rows may break.

    ``texts`` are the cells of every row, the header row first.
    """
    _set_look(table, "04A0" if row_headers else "0420", header_row=True, header_column=row_headers)
    table._tbl.tblPr.append(_element("tblCaption", val=caption[:255]))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Twips(width)
    for number, row in enumerate(table.rows):
        row_properties = row._tr.get_or_add_trPr()
        if keeps_whole(texts[number]):
            row_properties.append(_element("cantSplit"))
        if number == 0:
            row_properties.append(_element("tblHeader"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Twips(width)


def lay_side_by_side(table: WordTable, left: int, both: int) -> None:
    """Make a table a layout of two columns, ``left`` and ``both`` twips wide, without lines or rows that break."""
    _set_look(table, "0600")
    widths = (left, both - left)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Twips(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Twips(width)
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _set_look(table: WordTable, value: str, *, header_row: bool = False, header_column: bool = False) -> None:
    """Say which of its style's parts a table shows, and that its columns are as wide as they are said to be."""
    table.autofit = False
    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblLook")):
        properties.remove(old)
    look = _element(
        "tblLook", val=value, firstRow=str(int(header_row)), lastRow="0", firstColumn=str(int(header_column)),
        lastColumn="0", noHBand="1", noVBand="1",
    )  # fmt: skip
    properties.append(look)
