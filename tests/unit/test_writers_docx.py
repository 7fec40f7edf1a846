"""The Word writer: real styles, headings and tables; nothing that Word would ask about."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree
from report_documents import HOSTILE, SAMPLE, every_block, executed, hostile_blocks

from qpm_widgets.reports.blocks import Heading, Paragraph, Quote, Title, printable
from qpm_widgets.reports.exporters import QpmDocxExporter
from qpm_widgets.templates import Templates


def write(templates: Templates, blocks: list[Any]) -> bytes:
    return QpmDocxExporter(templates=templates).from_notebook_node(executed(blocks))[0]


@pytest.fixture(scope="module")
def packed(templates: Templates) -> bytes:
    return write(templates, every_block())


@pytest.fixture(scope="module")
def word(packed: bytes):
    return docx.Document(io.BytesIO(packed))


def outline(word) -> str:
    """Each paragraph as ``style | text``, marked where it is in another language; each table row by row."""
    lines = []
    for part in word.iter_inner_content():
        if hasattr(part, "rows"):
            lines.append(f"[table {part.style.name}]")
            lines += ["  " + " | ".join(cell.text for cell in row.cells) for row in part.rows]
            continue
        languages = {mark.get(qn("w:val")) for mark in part._p.iter(qn("w:lang"))}
        pictures = [mark.get("descr") for mark in part._p.iter(qn("wp:docPr"))]
        marks = "".join(f" <{mark}>" for mark in sorted(languages)) + "".join(f" [{alt}]" for alt in pictures)
        lines.append(f"{part.style.name} | {part.text!r}{marks}")
    return "\n".join(lines) + "\n"


def test_golden(word, golden):
    golden("writers/every_block.docx.txt", outline(word))


def test_same_bytes_for_the_same_blocks(templates: Templates, packed: bytes):
    assert write(templates, every_block()) == packed


def test_every_part_is_well_formed_and_dated_alike(packed: bytes):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = archive.namelist()
        for name in names:
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))
        settings = archive.read("word/settings.xml").decode()
        core = archive.read("docProps/core.xml").decode()
    assert "updateFields" not in settings  # Word would ask the reader about it
    assert 'w:name="compatibilityMode"' in settings
    assert "dcterms:created" not in core
    assert len([name for name in names if name.endswith(".odttf")]) == 4


def test_properties_and_language(word, packed: bytes):
    properties = word.core_properties
    assert (properties.title, properties.author, properties.language) == (
        "Site visit report", "QPM Field Kit", "en-GB",
    )  # fmt: skip
    defaults = word.styles.element.find(qn("w:docDefaults"))
    assert [mark.get(qn("w:val")) for mark in defaults.iter(qn("w:lang"))] == ["en-GB"]


def test_headings_are_headings(word):
    found = [(part.style.name, part.text) for part in word.paragraphs if part.style.name.startswith("Heading")]
    assert found == [
        ("Heading 1", "Clarity of purpose"), ("Heading 2", "In their own words"), ("Heading 3", "A third level"),
        ("Heading 4", "A fourth level"), ("Heading 1", "Evidence"),
    ]  # fmt: skip


def test_tables_have_headers_that_repeat_and_a_title(word):
    for table in word.tables:
        first = table.rows[0]._tr.trPr
        assert first.find(qn("w:tblHeader")) is not None
        look = table._tbl.tblPr.find(qn("w:tblLook"))
        assert (look.get(qn("w:firstRow")), look.get(qn("w:firstColumn"))) == ("1", "1")
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None


def test_links_lead_to_bookmarks(word):
    body = word.element.body
    bookmarks = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(bookmarks) == len(set(bookmarks))
    anchors = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))}
    assert anchors <= set(bookmarks)
    linked = {link.text for link in body.iter(qn("w:hyperlink"))}
    assert {"A1.A-CP-1.note", "P1.P-CP-1.quote.1", "Clarity of purpose"} <= linked
    assert "P9.P-CP-1.note" not in linked


def test_every_page_has_its_number_and_the_notice(word):
    section = word.sections[0]
    assert section.header.paragraphs[0].text == SAMPLE
    fields = [code.text.strip() for code in section.footer._element.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_pictures_have_a_text_equivalent(word):
    assert [mark.get("descr") for mark in word.element.body.iter(qn("wp:docPr"))] == ["Two of three teams were heard."]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_text_comes_out_as_text(templates: Templates, name: str):
    text = HOSTILE[name]
    word = docx.Document(io.BytesIO(write(templates, hostile_blocks(text))))
    said = " ".join(" ".join(word.element.body.itertext()).split())
    codes = {code.text.strip().split()[0] for code in word.element.body.iter(qn("w:instrText"))}
    assert codes == {"TOC"}
    for line in filter(str.strip, printable(text).replace("\t", "\n").split("\n")):
        assert " ".join(line.split()) in said


def test_right_to_left_text_is_marked_and_every_script_kept(templates: Templates):
    texts = ["مرحبا بك", "שלום", "🙂 👩\u200d🦽", "漢字"]
    blocks = [Title("T", "", ()), Heading(1, "H"), *map(Paragraph, texts)]
    word = docx.Document(io.BytesIO(write(templates, blocks)))
    body = [part for part in word.paragraphs if part.style.name == "Normal"]
    assert [part.text for part in body] == texts
    assert [part._p.pPr.find(qn("w:bidi")) is not None for part in body] == [True, True, False, False]


def test_an_original_says_in_which_language_it_is_and_runs_its_way(templates: Templates):
    quotes = [
        Quote("\u201cA!\u201d وہ سنتی ہے۔", "someone", language="ur", rtl=True, translation="She listens."),
        Quote("Ona słucha.", "someone", language="pl", translation="She listens."),
        Quote("Shunel.", "someone", language="und"),
    ]
    word = docx.Document(io.BytesIO(write(templates, [Title("T", "", ()), Heading(1, "H"), *quotes])))
    body = [
        part
        for part in word.paragraphs
        if part.style.name == "Quote" and part.text not in ("Translation", "She listens.")
    ]
    marks = [next(part._p.iter(qn("w:lang"))) for part in body]
    assert [(one.get(qn("w:val")), one.get(qn("w:bidi"))) for one in marks] == [
        ("ur", "ur"), ("pl", None), ("x-none", None),
    ]  # fmt: skip
    assert [part._p.pPr.find(qn("w:bidi")) is not None for part in body] == [True, False, False]
    assert [len(list(part._p.iter(qn("w:rtl")))) for part in body] == [1, 0, 0]
    translated = [part for part in word.paragraphs if part.text == "She listens."]
    assert len(translated) == 2 and not [one for part in translated for one in part._p.iter(qn("w:lang"))]


def test_neighbouring_boxes_stay_apart(templates: Templates):
    from qpm_widgets.reports.blocks import Note

    blocks = [Title("T", "", ()), Note("info", "one"), Note("info", "two")]
    word = docx.Document(io.BytesIO(write(templates, blocks)))
    indents = [part.paragraph_format.left_indent for part in word.paragraphs if part.style.name == "Note"]
    assert indents[0] == indents[1] != indents[2] == indents[3]
