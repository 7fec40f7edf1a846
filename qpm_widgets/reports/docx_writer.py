"""A report as a Word document that people can edit: real styles, headings, lists and tables."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, Twips
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from qpm_widgets.reports.blocks import (
    Block,
    BulletList,
    Figure,
    Heading,
    Item,
    Note,
    Paragraph,
    Quote,
    Table,
    paragraphs_of,
)
from qpm_widgets.reports.document import Document
from qpm_widgets.reports.drawing import check_drawing
from qpm_widgets.reports.glyphs import read_coverage, spell_out
from qpm_widgets.reports.table_layout import lay_out_table
from qpm_widgets.reports.typesetting import draw_png
from qpm_widgets.reports.word_package import embed_typeface, open_word_template, save_word
from qpm_widgets.reports.word_xml import (
    LOCALES,
    Bookmarks,
    add_field,
    add_link,
    close_field,
    describe_picture,
    finish_table,
    lay_side_by_side,
    open_field,
    set_language,
    write_text,
)

TEXT_WIDTH = 9072  # twips between the margins of word/document.xml
_SYMBOL_COLUMN = 1700  # twips, of these
_BOX_INDENT = {"Quote": 284, "QuoteSource": 284, "Note": 198, "NoteWarning": 198}  # as in word/styles.xml
_ALIGN = {"left": WD_ALIGN_PARAGRAPH.LEFT, "right": WD_ALIGN_PARAGRAPH.RIGHT, "centre": WD_ALIGN_PARAGRAPH.CENTER}


def write_docx(document: Document, words: dict[str, Any], design: Path) -> bytes:
    """The report as .docx; the same bytes for the same blocks.

    Parameters
    ----------
    document : Document
    words : dict
        Section ``report_writers`` of the wording, in the document's language.
    design : Path
        The folder that holds ``word/`` (styles and settings) and ``fonts/``.

    Raises
    ------
    QpmError
        REPORT-003 if a figure holds more than shapes and text.
    """
    return _WordWriter(document, words, design).write()


class _WordWriter:
    """Styles are named by their ids in word/styles.xml: python-docx's look-up by name takes most of its time."""

    def __init__(self, document: Document, words: dict[str, Any], design: Path) -> None:
        self.document = document
        self.words = words
        self.design = design
        self.word: WordDocument = open_word_template(design, large=document.large)
        self.bookmarks = Bookmarks()
        self.boxes = 0
        self.after_table = False

    def write(self) -> bytes:
        title = self.document.title
        set_language(self.word, LOCALES[title.language])
        properties = self.word.core_properties
        properties.title = title.title.replace("\n", " ")[:255]
        properties.subject = title.subtitle.replace("\n", " ")[:255]
        properties.language = LOCALES[title.language]
        self._write_title()
        self._write_contents()
        for position, block in enumerate(self.document.blocks):
            self._write_block(position, block)
        self._write_margins()
        embed_typeface(self.word, self.design)
        return save_word(self.word)

    def _paragraph(
        self, style: str, text: str = "", *, language: str | None = None, rtl: bool = False
    ) -> WordParagraph:
        paragraph = self.word.add_paragraph()
        paragraph._p.style = style
        if self.after_table and style in {"Normal", "ListBullet"}:  # the other styles have room above them
            paragraph.paragraph_format.space_before = Pt(12)
        self.after_table = False
        self._say(paragraph, text, language=language, rtl=rtl)
        return paragraph

    def _say(
        self,
        paragraph: WordParagraph,
        text: str,
        *,
        language: str | None = None,
        rtl: bool = False,
        style: str | None = None,
    ) -> None:
        locale = None if language in (None, self.document.title.language) else LOCALES.get(str(language), language)
        write_text(paragraph, text, style=style, locale=locale, rtl=rtl)

    def _write_title(self) -> None:
        title = self.document.title
        self._paragraph("Title", title.title)
        if title.subtitle:
            self._paragraph("Subtitle", title.subtitle)
        for name, value in title.facts:
            paragraph = self._paragraph("Facts")
            self._say(paragraph, f"{name}\t")
            self._say(paragraph, value, style="Strong")

    def _write_contents(self) -> None:
        depth = self.document.printed_depth
        entries = [] if self.document.brief else self.document.contents(depth)
        if not entries:
            return
        self._paragraph("TOCHeading", self.words["contents"])
        for number, (place, heading) in enumerate(entries):
            paragraph = self._paragraph(f"TOC{heading.level}")
            if number == 0:
                # A real field, so that Word can make it anew, but filled in, so that Word need not ask to.
                open_field(paragraph, rf'TOC \o "1-{depth}" \n \h \z \u')
            add_link(paragraph, Bookmarks.name(place), heading.text, style="ContentsLink")
        close_field(paragraph)

    def _write_block(self, position: int, block: Block) -> None:
        match block:
            case Heading():
                heading = self._paragraph(f"Heading{block.level}", block.text)
                self.bookmarks.put(heading, str(self.document.places[position][0]))
                if position == 0 and not self.document.brief:
                    heading.paragraph_format.page_break_before = True
                    heading.paragraph_format.space_before = Pt(0)
            case Paragraph():
                for part in paragraphs_of(block.text):
                    last = self._paragraph("Normal", part, language=block.language)
                    last.paragraph_format.keep_with_next = self.document.opens(position) or None
                self._cite(last, block.evidence)
            case Quote():
                self._write_quote(block)
            case BulletList():
                if any(item.drawing for item in block.items):
                    self._write_drawn(block.items)
                else:
                    for item in block.items:
                        self._write_item(self._paragraph("ListBullet"), item)
            case Table():
                self._write_table(block, self.document.places[position])
            case Figure():
                self._write_figure(position, block)
            case Note():
                self._write_note(block)

    def _write_item(self, paragraph: WordParagraph, item: Item) -> None:
        self._say(paragraph, item.text, language=item.language)
        self._cite(paragraph, item.evidence)

    def _write_drawn(self, items: tuple[Item, ...]) -> None:
        """Each symbol at the left of its words, however many lines these take: as the pages and the PDF have it."""
        written = self.word.add_table(rows=len(items), cols=2)
        lay_side_by_side(written, _SYMBOL_COLUMN, TEXT_WIDTH)
        for cells, item in zip((row.cells for row in written.rows), items, strict=True):
            symbol, words = (cell.paragraphs[0] for cell in cells)
            if item.drawing:
                drawn = draw_png(self._drawn(item.drawing.svg), self.design / "fonts")
                picture = symbol.add_run().add_picture(io.BytesIO(drawn), width=Mm(24))
                describe_picture(picture, item.drawing.word, item.drawing.word)
            self._write_item(words, item)
        self.after_table = True

    def _drawn(self, svg: str) -> str:
        return spell_out(check_drawing(svg, ""), read_coverage(self.design / "fonts"))

    def _write_quote(self, quote: Quote) -> None:
        box = [
            self._paragraph("Quote", part, language=quote.language, rtl=quote.rtl) for part in paragraphs_of(quote.text)
        ]
        if quote.translation:
            label = self._paragraph("Quote")
            self._say(label, self.words["translation"], style="NoteLabel")
            box.append(label)
            box += [self._paragraph("Quote", part) for part in paragraphs_of(quote.translation)]
        source = self._paragraph("QuoteSource", quote.attribution)
        self._cite(source, quote.evidence)
        self._part_boxes([*box, source])

    def _write_note(self, note: Note) -> None:
        style, label = ("NoteWarning", "WarningLabel") if note.kind == "warning" else ("Note", "NoteLabel")
        first = self._paragraph(style)
        self._say(first, self.words["note"][note.kind], style=label)
        first.paragraph_format.keep_with_next = True
        self._part_boxes([first, *(self._paragraph(style, part) for part in paragraphs_of(note.text))])

    def _part_boxes(self, paragraphs: list[WordParagraph]) -> None:
        """Word draws one box around neighbours of equal borders and indents: let every second differ by a hair."""
        self.boxes += 1
        paragraphs[0].paragraph_format.space_before = Pt(13)
        paragraphs[-1].paragraph_format.space_after = Pt(15)
        for paragraph in paragraphs if self.boxes % 2 else ():
            paragraph.paragraph_format.left_indent = Twips(_BOX_INDENT[str(paragraph._p.style)] + 1)

    def _write_table(self, table: Table, places: tuple[str | None, ...]) -> None:
        self._paragraph("Caption", table.caption).paragraph_format.keep_with_next = True
        written = self.word.add_table(rows=1 + len(table.rows), cols=len(table.columns))
        written._tbl.tblPr.style = "QPMTable"
        layout = lay_out_table(table, self.design / "fonts")
        widths = [round(TEXT_WIDTH * share / sum(layout.shares)) for share in layout.shares]
        texts = [tuple(column.label for column in table.columns), *table.rows]
        finish_table(written, texts, widths, caption=table.caption, row_headers=table.row_headers)
        grid = [row.cells for row in written.rows]
        for number, (cells, row) in enumerate(zip(grid, texts, strict=True)):
            # Else at least a row below its header, and two rows after a page break.
            keep = number < len(table.rows) and (layout.together or number in {0, len(table.rows) - 1})
            for cell, text, column in zip(cells, row, table.columns, strict=True):
                self._write_cell(cell, text, column.align, dense=layout.dense, keep=keep)
        for cells, place in zip(grid[1:], places, strict=True):
            if place:
                self.bookmarks.put(cells[0].paragraphs[0], place)
        self.after_table = True

    def _write_cell(self, cell: _Cell, text: str, align: str, *, dense: bool, keep: bool) -> None:
        paragraph = cell.paragraphs[0]
        paragraph._p.style = "TableTextSmall" if dense else "TableText"
        if keep:
            paragraph.paragraph_format.keep_with_next = True
        if align != "left":
            paragraph.alignment = _ALIGN[align]
        self._say(paragraph, text)

    def _write_figure(self, position: int, figure: Figure) -> None:
        self._paragraph("Caption", figure.caption).paragraph_format.keep_with_next = True
        drawn = draw_png(self._drawn(figure.svg), self.design / "fonts")
        paragraph = self._paragraph("Figure")
        picture = paragraph.add_run().add_picture(io.BytesIO(drawn), width=Mm(160))
        describe_picture(picture, f"Figure {position}", figure.alt)

    def _cite(self, paragraph: WordParagraph, evidence: tuple[str, ...]) -> None:
        if not evidence:
            return
        self._say(paragraph, " [", style="Evidence")
        for number, name in enumerate(evidence):
            if number:
                self._say(paragraph, ", ", style="Evidence")
            target = self.document.targets.get(name)
            if target:
                add_link(paragraph, Bookmarks.name(target), name, style="EvidenceLink")
            else:
                self._say(paragraph, name, style="Evidence")
        self._say(paragraph, "]", style="Evidence")

    def _write_margins(self) -> None:
        title = self.document.title
        section = self.word.sections[0]
        if title.sample:
            header = section.header.paragraphs[0]
            header._p.style = "Header"
            self._say(header, title.sample)
        footer = section.footer.paragraphs[0]
        footer._p.style = "Footer"
        running = " – ".join(filter(None, (title.title, title.subtitle))).replace("\n", " ")[:70]
        before, _, rest = self.words["page"].partition("{page}")
        between, _, after = rest.partition("{pages}")
        self._say(footer, f"{running}\t{before}")
        add_field(footer, "PAGE")
        self._say(footer, between)
        add_field(footer, "NUMPAGES")
        self._say(footer, after)
