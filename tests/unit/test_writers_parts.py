"""What the writers share: reading the notebook, drawings, characters without a glyph, widths of columns."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import nbformat
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from report_documents import SVG, TITLE, every_block, executed

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.blocks import Account, Column, Heading, Item, Paragraph, Table
from qpm_widgets.reports.completeness import check_complete
from qpm_widgets.reports.document import Document, read_document
from qpm_widgets.reports.drawing import check_drawing
from qpm_widgets.reports.glyphs import read_coverage, spell_out
from qpm_widgets.reports.table_layout import break_long_words, lay_out_table

FONTS = Path(__file__).parents[2] / "site_visit_templates" / "report" / "fonts"
COVERAGE = read_coverage(FONTS)


# --- Reading the notebook


def test_blocks_are_read_in_order_and_everything_else_is_passed_over():
    notebook = executed(every_block())
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell("# Not part of the report"))
    noise = nbformat.v4.new_output("stream", name="stdout", text="noise")
    notebook.cells.insert(2, nbformat.v4.new_code_cell("print('noise')", outputs=[noise]))
    document = read_document(notebook)
    assert [document.title, *document.blocks] == every_block()


@pytest.mark.parametrize("blocks", [[], [Heading(1, "No title")], [TITLE, Heading(1, "A"), TITLE]])
def test_a_report_has_one_title_and_it_comes_first(blocks):
    with pytest.raises(QpmError, match="REPORT-003"):
        read_document(executed(blocks))


def test_a_notebook_with_a_failed_cell_is_no_report():
    notebook = executed([TITLE])
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="the canary sang", traceback=[])
    notebook.cells.append(nbformat.v4.new_code_cell("1 / 0", outputs=[error]))
    with pytest.raises(QpmError) as refused:
        read_document(notebook)
    assert (refused.value.code, refused.value.where) == ("REPORT-002", "cell 2")
    assert "canary" not in str(refused.value)


def test_headings_form_a_tree():
    with pytest.raises(QpmError) as refused:
        Document(TITLE, (Heading(1, "One"), Heading(3, "Three")))
    assert refused.value.where == "Heading block 2, of level 3"


def test_an_anchor_belongs_to_its_first_place():
    rows = (("a",), ("b",), ("c",))
    table = Table("t", (Column("x"),), rows, row_anchors=("A1.x", "", "A1.x"))
    document = Document(TITLE, (Heading(1, "H", anchor="h"), table, table))
    assert document.targets == {"h": "s1", "A1.x": "e2"}
    assert document.places == {0: ("s1",), 1: ("e2", None, None), 2: (None, None, None)}


# --- The account


def test_every_finished_answer_is_accounted_for():
    cited = (Paragraph("x", evidence=("A1.x",)),)
    check_complete(Document(TITLE, cited, Account(("A1.x", "A1.y"), ("A1.x",), ("A1.y",))))


@pytest.mark.parametrize(
    ("account", "where"),
    [
        (None, "the report"),
        (Account(("A1.x", "A1.y"), ("A1.x",), ()), "A1.y, in no list"),
        (Account(("A1.x", "A2.x"), ("A1.x", "A2.x"), ()), "A2.x, said to be used, and nowhere in the document"),
        (Account(("1", "2", "3", "4", "5"), (), ()), "1, 2, 3 and 2 more, in no list"),
    ],
)
def test_a_report_that_cannot_say_where_an_answer_went_is_refused(account, where):
    with pytest.raises(QpmError) as refused:
        check_complete(Document(TITLE, (Paragraph("x", evidence=("A1.x",)),), account))
    assert (refused.value.code, refused.value.where) == ("REPORT-005", where)


def test_without_evidence_ids_the_account_stands_alone():
    check_complete(Document(TITLE, (Paragraph("x"),), Account(("A1.x",), ("A1.x",), ())))


# --- Drawings


def test_a_drawing_gets_the_typeface_and_ids_of_its_own():
    drawn = check_drawing(SVG, "f3")
    assert 'font-family="Atkinson Hyperlegible Next"' in drawn
    assert 'id="f3dots"' in drawn
    assert "url(#f3dots)" in drawn


@pytest.mark.parametrize(
    "svg",
    [
        "<svg",
        "<svg/>",
        "<div viewBox='0 0 1 1'/>",
        "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg viewBox='0 0 1 1'>&a;</svg>",
        "<svg viewBox='0 0 1 1'><!-- hidden --></svg>",
        "<svg viewBox='0 0 1 1'><script>1</script></svg>",
        "<svg viewBox='0 0 1 1'><style>*{}</style></svg>",
        "<svg viewBox='0 0 1 1'><foreignObject/></svg>",
        "<svg viewBox='0 0 1 1'><image href='file:///etc/passwd'/></svg>",
        "<svg viewBox='0 0 1 1' onload='x'/>",
        "<svg viewBox='0 0 1 1'><g style='background:url(http://x)'/></svg>",
        "<svg viewBox='0 0 1 1'><rect fill='url(http://x)'/></svg>",
        "<svg viewBox='0 0 1 1'><rect fill='u\\72l(http://x)'/></svg>",
        "<svg viewBox='0 0 1 1' xmlns:h='http://www.w3.org/1999/xhtml'><h:script/></svg>",
    ],
)
def test_a_drawing_is_shapes_and_text_only(svg: str):
    with pytest.raises(QpmError, match="REPORT-003"):
        check_drawing(svg, "f")


# --- Characters


def test_the_typeface_covers_welsh_in_every_face():
    welsh = "ŵŷŴŶâêîôûÂÊÎÔÛáéíóúàèìòùäëïöüẁẃẅỳýÿ'’–"
    assert {character for character in welsh if ord(character) not in COVERAGE} == set()
    assert len(list(FONTS.glob("*.ttf"))) == len(list(FONTS.glob("*.woff2"))) == 4


def test_the_web_typeface_is_the_printed_one():
    for path in FONTS.glob("*.woff2"):
        assert path.read_bytes()[:4] == b"wOF2"
        with TTFont(path.with_suffix(".ttf"), lazy=True) as face:
            assert face["OS/2"].fsType == 0  # may be embedded in documents


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_nothing_that_can_be_seen_is_lost(text: str):
    shown = spell_out(text, COVERAGE)
    assert all(ord(character) in COVERAGE or character in "\n\t" for character in shown)
    visible = [
        character for character in unicodedata.normalize("NFC", text) if unicodedata.category(character)[0] in "LNPS"
    ]
    assert not visible or shown.strip()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("w\N{COMBINING CIRCUMFLEX ACCENT}", "ŵ"),
        ("👩\u200d🦽!", "[woman, manual wheelchair]!"),
        ("مرحبا بك", "[Arabic: meem, reh, hah, beh, alef] [Arabic: beh, kaf]"),
        ("Ж и 漢字", "[Cyrillic: zhe] [Cyrillic: i] [CJK: 6f22, 5b57]"),
        ("①\u202fﬁ\u2011x\u200b", "1 fi-x"),
        ("\U0010fffd", "[character U+10FFFD]"),
    ],
)
def test_unknown_characters_are_said_in_words(text: str, shown: str):
    assert spell_out(text, COVERAGE) == shown


# --- Columns


def test_short_columns_get_what_they_need():
    table = Table("t", (Column("Id"), Column("Words"), Column("n")), (("CP1", "word " * 60, "3"),))
    narrow, wide, number = lay_out_table(table, FONTS).shares
    assert max(narrow, number) < 45  # points
    assert wide > 370


@given(st.lists(st.lists(st.text(max_size=300), min_size=3, max_size=3).map(tuple), max_size=4))
def test_every_column_has_room(rows):
    table = Table("t", (Column(""), Column("b"), Column("c")), tuple(rows))
    layout = lay_out_table(table, FONTS)
    assert all(width > 0 for width in layout.shares)
    assert layout.dense or sum(layout.shares) <= 454


def test_many_columns_keep_their_words_whole_in_smaller_text():
    labels = ("Indicator", "People", "Advocates", "Managers", "Family", "Trustees", "Referrers", "Staff", "Not heard")
    table = Table("t", tuple(map(Column, labels)), (("CP1", *["-"] * 7, "documents and family and carers"),))
    layout = lay_out_table(table, FONTS)
    assert layout.dense
    assert min(layout.shares) > 30


def test_long_words_may_break_at_their_joints():
    assert (
        break_long_words("a-rather-long.path/of_many-words.text", "|") == "a-|rather-|long.|path/|of_|many-|words.|text"
    )
    assert break_long_words("x" * 40, "|") == "|".join(["x" * 12] * 3 + ["x" * 4])
    assert break_long_words("A1.A-CP-1.note and more words", "|") == "A1.A-CP-1.note and more words"


def test_an_entry_id_is_never_broken_so_that_a_copy_of_it_finds_its_entry():
    text = "Journal entry 01a20502-9d35-7794-a2ad-ae1b555bb101"
    assert break_long_words(text, "|") == text
    table = Table("t", (Column("Id"), Column("What")), (("A1.A-CP-1.note", f"Words.\n{text}"),))
    assert lay_out_table(table, FONTS).shares[1] > 36 * 4


def test_a_few_words_below_a_heading_are_kept_with_what_follows():
    blocks = (Heading(1, "H"), Paragraph("A few words."), Paragraph("More:"), Paragraph("Other."), Heading(1, "End"))
    document = Document(TITLE, blocks, None)
    assert [document.opens(place) for place in range(len(blocks))] == [False, True, True, False, False]


def test_items_of_a_list_may_be_in_welsh():
    assert Item("Dŵr", language="cy").language == "cy"
