"""Blocks: what a cell displays is what a writer reads, whatever the text."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_documents import every_block

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.blocks import (
    BLOCK_MIME,
    Account,
    Block,
    BulletList,
    Column,
    Figure,
    Heading,
    Item,
    Note,
    Paragraph,
    Quote,
    Table,
    Title,
    block_from_json,
    paragraphs_of,
    printable,
)

any_text = st.text(st.characters(exclude_categories=[]), max_size=60)  # lone surrogates and controls included


@pytest.mark.parametrize("block", every_block(), ids=lambda block: type(block).__name__)
def test_a_block_survives_the_notebook(block: Block):
    stored = json.loads(json.dumps(block._repr_mimebundle_()[BLOCK_MIME]))
    assert block_from_json(stored) == block


@given(any_text)
def test_any_text_survives_the_notebook_but_for_what_no_document_can_hold(text: str):
    bundle = Quote(text, "someone", "cy", text, (text,))._repr_mimebundle_()
    stored = json.loads(json.dumps(bundle).encode())
    read = block_from_json(stored[BLOCK_MIME])
    assert isinstance(read, Quote)
    assert read.text == read.translation == read.evidence[0] == printable(text)
    assert len(printable(text.replace("\r\n", "\n"))) == len(text.replace("\r\n", "\n"))  # marked, never dropped
    json.dumps(bundle, ensure_ascii=False).encode()  # the notebook file is UTF-8


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x00b\x1b[31m", "a�b�[31m"),
        ("line\r\nline\rline\x0bline\u2028line", "line\nline\nline\nline\nline"),
        ("\ud800 \ufffe", "� �"),
        ("tab\tand\nline stay, as do ŵ ŷ 🙂 مرحبا", "tab\tand\nline stay, as do ŵ ŷ 🙂 مرحبا"),
    ],
)
def test_what_no_document_can_hold_leaves_a_visible_mark(raw: str, shown: str):
    assert printable(raw) == shown


def test_blank_lines_part_paragraphs():
    assert paragraphs_of("one\n\ntwo\nlines\n \n\n three \n") == ["one", "two\nlines", "three"]
    assert paragraphs_of("  \n") == [""]


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "make",
    [
        lambda text: Title(text, text, ((text, text),), sample=text),
        lambda text: Heading(1, text),
        lambda text: Paragraph(text, evidence=(text,)),
        lambda text: Quote(text, text, translation=text, evidence=(text,)),
        lambda text: BulletList((Item(text, (text,)),)),
        lambda text: Table(text, (Column(text),), ((text,),)),
        lambda text: Figure(text, text, text),
        lambda text: Note("info", text),
    ],
)
def test_what_jupyter_shows_is_text_and_never_markup(make):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    page = _Elements()
    page.feed(make(evil)._repr_mimebundle_()["text/html"])
    assert "script" not in {tag for tag, _ in page.found}
    assert not [name for _, attributes in page.found for name, _ in attributes if name.startswith("on")]
    assert evil in page.text


def test_plain_text_holds_no_words_for_tracebacks_and_logs():
    for block in [*every_block(), Account(("A1",), ("A1",), ())]:
        assert block._repr_mimebundle_()["text/plain"] == f"[{type(block).__name__}]"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (None, "a block of unknown kind"),
        ({"block": "Chart"}, "a block of unknown kind"),
        ({"block": "Account", "finished": [], "used": [], "left_out": []}, "a block of unknown kind"),
        ({"block": "Heading", "level": 5, "text": "x"}, "a Heading block"),
        ({"block": "Heading", "level": "1", "text": "x"}, "a Heading block"),
        ({"block": "Heading", "level": 1, "text": "\u200b "}, "a Heading block"),
        ({"block": "Paragraph", "text": "x", "secret": "y"}, "a Paragraph block"),
        ({"block": "Paragraph"}, "a Paragraph block"),
        ({"block": "Note", "kind": "alarm", "text": "x"}, "a Note block"),
        ({"block": "Figure", "svg": "<svg/>", "alt": " ", "caption": "x"}, "a Figure block"),
        ({"block": "Table", "caption": "x", "columns": [{"label": "a"}], "rows": [["1", "2"]]}, "a Table block"),
        ({"block": "Table", "caption": "x", "columns": [], "rows": []}, "a Table block"),
    ],
)
def test_what_is_no_block_is_refused(data: object, place: str):
    with pytest.raises(QpmError) as refused:
        block_from_json(data)
    assert (refused.value.code, refused.value.where) == ("REPORT-003", place)


def test_a_refusal_names_keys_and_never_words():
    with pytest.raises(QpmError) as refused:
        block_from_json({"block": "Quote", "text": ["the canary sang"], "attribution": 3})
    assert "canary" not in str(refused.value)
    assert "attribution, text" in refused.value.remedy


def test_table_rows_and_anchors_must_fit():
    with pytest.raises(QpmError):
        Table("x", (Column("a"),), (("1",), ("2",)), row_anchors=("one",))


def test_the_package_is_light_in_a_kernel():
    check = (
        "import sys, qpm_widgets.reports\n"
        "qpm_widgets.reports.Paragraph('x')._repr_mimebundle_()\n"
        "heavy = {'typst', 'docx', 'papermill', 'nbconvert', 'jinja2', 'pydantic', 'pandas', 'IPython'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=60)
