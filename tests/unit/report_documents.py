"""Documents and notebooks that the tests of the reports room share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import nbformat

from qpm_widgets.reports.blocks import (
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
)

SAMPLE = "Invented material: no such provider, no such people."
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 80"><defs><pattern id="dots" width="4" height="4" '
    'patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r="1" fill="#0b5a68"/></pattern></defs>'
    '<rect x="10" y="10" width="60" height="40" fill="url(#dots)" stroke="#0b5a68"/>'
    '<text x="90" y="35" font-size="14">Advocates</text></svg>'
)
TITLE = Title(
    "Site visit report",
    "Lantern Advocacy",
    (("Provider", "Lantern Advocacy"), ("Visit", "3 to 5 March 2026")),
    sample=SAMPLE,
)


def every_block() -> list[Block]:
    """A small lead edition with each kind of block, Welsh, a translation, citations and anchors."""
    return [
        TITLE,
        Heading(1, "Clarity of purpose"),
        Paragraph(
            "Advocates describe their role alike.\n\nPeople said the same.\nIn their words.",
            evidence=("A1.A-CP-1.note", "P9.P-CP-1.note"),
        ),
        Heading(2, "In their own words"),
        Quote("She said what she could do.", "A person supported", evidence=("P1.P-CP-1.quote.1",)),
        Quote(
            "Roedd hi'n gwrando arna i yn y tŷ.",
            "A person supported, translated by the interpreter",
            language="cy",
            translation="She listened to me in the house.",
        ),
        BulletList((Item("Five advocates", ("A1.A-CP-1.note",)), Item("Dŵr, tŷ, ŵy", language="cy"))),
        Table(
            "Ratings",
            (Column("Indicator"), Column("Rating", "centre"), Column("Sources", "right")),
            (("CP1", "Met", "3"), ("CP2", "Partly met", "2")),
        ),
        Figure(SVG, "Two of three teams were heard.", "Who was heard"),
        Note("info", "How to read this."),
        Note("limits", "One team was not seen."),
        Note("warning", "Keep this safe."),
        Heading(3, "A third level"),
        Heading(4, "A fourth level"),
        Paragraph("Dogfen Gymraeg.", language="cy"),
        Heading(1, "Evidence", anchor="the-evidence"),
        Table(
            "Evidence cited",
            (Column("Evidence"), Column("Words")),
            (("A1.A-CP-1.note", "Note."), ("P1.P-CP-1.quote.1", "Quote.")),
            row_anchors=("A1.A-CP-1.note", "P1.P-CP-1.quote.1"),
        ),
    ]


def executed(blocks: Iterable[Block | Account]) -> nbformat.NotebookNode:
    """A notebook as it is after its cells have displayed these blocks."""
    cells = []
    for block in blocks:
        data = json.loads(json.dumps(block._repr_mimebundle_()))
        output = nbformat.v4.new_output("display_data", data=data)
        cells.append(nbformat.v4.new_code_cell("display(block)", outputs=[output], execution_count=1))
    return nbformat.v4.new_notebook(cells=cells)


def write_notebook(path: Path, parameters: str, *cells: str) -> Path:
    """A report notebook on disk: its parameter cell and the source of its other cells."""
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    node = nbformat.v4.new_notebook(
        cells=[first, *map(nbformat.v4.new_code_cell, cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(node, path)
    return path


# What people may type, and what must come out of every writer as what it is: text.
HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)> \"' &amp; --> </style> </title> {{ 7*7 }} {% raw %}",
    "typst": '#import "x.typ": * $x^2$ \\u{41} *bold* _it_ @ref <label> // c /* d */ `raw` #panic("x") ~ -- ... \\',
    "word": "</w:t></w:r> ]]> <?xml version='1.0'?> { MERGEFIELD name } <w:fldSimple w:instr='DDEAUTO'/>",
    "latex": "\\input{/etc/passwd} $\\alpha$ % comment {\\bf x}",
    "lists": "- item\n+ item\n1. item\n/ term: text\n= heading\n# heading\n| a | b |",
    "lines": "one\r\ntwo\x0bthree\n\n\n\nfour\ttab",
    "welsh": "Dŵr, tŷ, ŵy, Ŵ Ŷ â ê î ô û ẁ ỳ, a w\N{COMBINING CIRCUMFLEX ACCENT}",
    "long": "x" * 400 + " " + "word " * 10_000,
}


def hostile_blocks(text: str) -> list[Block]:
    """Every kind of block with one text in each of its places."""
    cell = text[:2_000]
    return [
        Title(text[:200], text[:200], ((cell[:200], cell[:200]),), sample=text[:200]),
        Heading(1, text[:300], anchor=cell),
        Paragraph(text, evidence=(cell,)),
        Quote(text, text[:300], "cy", text, (cell[:60],)),
        BulletList((Item(text[:3_000], (cell[:60],)),)),
        Table(cell[:300], (Column(cell[:200]), Column("b")), ((cell, cell),), row_anchors=(cell[:60],)),
        Figure(SVG, cell, cell[:300]),
        Note("limits", text),
    ]
