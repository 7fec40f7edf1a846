"""The PDF writer: tagged, PDF/UA-1, the same every time, and no text that can break it."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from pdf_reading import read_bookmarks, read_fonts, read_structure, read_text
from report_documents import HOSTILE, SAMPLE, every_block, executed, hostile_blocks

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.blocks import Figure, Heading, Paragraph, Quote, Title, printable
from qpm_widgets.reports.exporters import QpmPDFExporter
from qpm_widgets.reports.glyphs import read_coverage, spell_out
from qpm_widgets.templates import Templates


def write(templates: Templates, blocks: list[Any]) -> bytes:
    return QpmPDFExporter(templates=templates).from_notebook_node(executed(blocks))[0]


@pytest.fixture(scope="module")
def written(templates: Templates) -> bytes:
    return write(templates, every_block())


@pytest.fixture(scope="module")
def pdf(written: bytes):
    with pikepdf.open(io.BytesIO(written)) as opened:
        yield opened


def test_golden_structure(pdf, golden):
    golden("writers/every_block.pdf.tags.txt", read_structure(pdf))


def test_golden_text(pdf, golden):
    golden("writers/every_block.pdf.txt", read_text(pdf).replace(" ", "\n") + "\n")


def test_same_bytes_for_the_same_blocks(templates: Templates, written: bytes):
    assert write(templates, every_block()) == written


def test_it_is_tagged_and_says_so(pdf):
    assert pdf.Root.MarkInfo.Marked
    assert "/StructTreeRoot" in pdf.Root
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Site visit report"
    assert "/CreationDate" not in pdf.docinfo  # else no two would be alike


def test_fonts_are_ours_and_embedded(pdf):
    assert read_fonts(pdf) == {"AtkinsonHyperlegibleNext-Regular": True, "AtkinsonHyperlegibleNext-Bold": True}


def test_bookmarks_follow_the_headings(pdf):
    assert read_bookmarks(pdf) == [
        (1, "Clarity of purpose"), (2, "In their own words"), (3, "A third level"), (4, "A fourth level"),
        (1, "Evidence"),
    ]  # fmt: skip


def test_structure_names_language_pictures_and_headers(pdf):
    tags = read_structure(pdf)
    assert tags.count("Lang=cy") >= 3
    assert "Figure Alt=Two of three teams were heard." in tags
    assert tags.count("TH Scope=/Column") == 5
    assert tags.count("BlockQuote") == 2


def test_an_original_is_tagged_with_its_language(templates: Templates):
    quotes = [Quote("Ona słucha.", "someone", language="pl"), Quote("Ta zai ting.", "someone", language="zh-Latn")]
    with pikepdf.open(io.BytesIO(write(templates, [Title("T", "", ()), Heading(1, "H"), *quotes]))) as pdf:
        tags = read_structure(pdf)
    assert "Lang=pl" in tags
    assert "Lang=zh" in tags


def test_an_original_that_the_typeface_cannot_show_is_not_spelt_out_beside_its_translation(templates: Templates):
    quote = Quote("وہ سنتی ہے۔", "someone; in Urdu", language="ur", rtl=True, translation="She listens.")
    alone = Quote("وہ سنتی ہے۔", "someone; in Urdu", language="ur", rtl=True)
    for one, there, elsewhere in ((quote, False, True), (alone, True, False)):
        with pikepdf.open(io.BytesIO(write(templates, [Title("T", "", ()), Heading(1, "H"), one]))) as pdf:
            said, tags = read_text(pdf), read_structure(pdf)
        assert ("Arabic" in said) == there, "what was said is in no other place then"
        assert (templates.wording.text("report_writers.original_elsewhere") in said) == elsewhere
        assert "Lang=ur" not in tags, "English words"


def test_every_page_has_the_notice(templates: Templates):
    blocks = [Title("T", "", (), sample=SAMPLE), Heading(1, "H"), *[Paragraph("Words. " * 200)] * 4]
    with pikepdf.open(io.BytesIO(write(templates, blocks))) as pdf:
        assert len(pdf.pages) >= 3
        assert read_text(pdf).count(SAMPLE) == len(pdf.pages)  # the title page too, once


def test_evidence_links_stay_inside(pdf):
    links = [note for page in pdf.pages for note in page.get("/Annots", []) if note.Subtype == "/Link"]
    assert len(links) >= 4
    assert all("/URI" not in link.get("/A", {}) for link in links)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_text_comes_out_as_text(templates: Templates, name: str):
    text = HOSTILE[name]
    with pikepdf.open(io.BytesIO(write(templates, hostile_blocks(text)))) as pdf:
        # Without spaces: a line may end anywhere, and page margins come in between long texts.
        said = read_text(pdf).replace(" ", "")
    coverage = read_coverage(templates.folder / "report" / "fonts")
    for line in printable(text).replace("\t", "\n").split("\n"):
        assert spell_out(line[:1_200], coverage).replace(" ", "") in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Thank you 🙂", "Thank you [slightly smiling face]"),
        ("مر", "[Arabic: meem, reh]"),
        ("漢", "[CJK: 6f22]"),
        ("\ue000", "[character U+E000]"),
        ("tŷ a dŵr", "tŷ a dŵr"),
    ],
)
def test_characters_without_a_glyph_are_named(templates: Templates, text: str, shown: str):
    blocks = [Title("T", "", ()), Heading(1, "H"), Quote(text, "someone")]
    with pikepdf.open(io.BytesIO(write(templates, blocks))) as pdf:
        assert shown in read_text(pdf)


def test_a_drawing_with_unknown_characters_does_not_fail(templates: Templates):
    svg = '<svg viewBox="0 0 90 20"><text x="1" y="15">→ مر 🙂</text></svg>'
    with pikepdf.open(io.BytesIO(write(templates, [Title("T", "", ()), Figure(svg, "alt", "caption")]))) as pdf:
        assert "[rightwardsarrow][Arabic:meem,reh]" in read_text(pdf).replace(" ", "")


def test_what_typst_refuses_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch):
    from pathlib import Path

    from qpm_widgets.reports.typesetting import typeset

    with pytest.raises(QpmError) as refused:
        typeset({"main.typ": b'#panic("the canary sang")'}, Path("fonts"), "the PDF", format="pdf")
    assert refused.value.code == "REPORT-003"
    assert "canary" not in str(refused.value)
