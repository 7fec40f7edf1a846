"""A report as a tagged PDF (PDF/UA-1), set by Typst from data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qpm_widgets.reports.blocks import (
    Block,
    BulletList,
    Figure,
    Heading,
    Note,
    Paragraph,
    Quote,
    Table,
    paragraphs_of,
)
from qpm_widgets.reports.document import Document
from qpm_widgets.reports.drawing import check_drawing
from qpm_widgets.reports.glyphs import read_coverage, shows_letters, spell_out
from qpm_widgets.reports.table_layout import break_long_words, keeps_whole, lay_out_table
from qpm_widgets.reports.typesetting import typeset

_BREAK = "\N{ZERO WIDTH SPACE}"


def write_pdf(document: Document, words: dict[str, Any], design: Path) -> bytes:
    """The report as PDF; the same bytes for the same blocks.

    Parameters
    ----------
    document : Document
    words : dict
        Section ``report_writers`` of the wording, in the document's language.
    design : Path
        The folder that holds ``report.typ`` and ``fonts/``.

    Raises
    ------
    QpmError
        REPORT-003 if a figure holds more than shapes and text, or if Typst cannot make a PDF/UA-1 of the blocks.
    """
    coverage = read_coverage(design / "fonts")
    content = _spell_out(_describe(document, words, design / "fonts"), lambda text: spell_out(text, coverage))
    sources = {
        "main.typ": (design / "report.typ").read_bytes(),
        "report.json": json.dumps(content).encode(),
    }
    return typeset(sources, design / "fonts", "the PDF", format="pdf", pdf_standards=["ua-1"], timestamp=0)


def _describe(document: Document, words: dict[str, Any], fonts: Path) -> dict[str, Any]:
    title = document.title
    return {
        "title": title.title,
        "subtitle": title.subtitle,
        "running": " – ".join(filter(None, (title.title, title.subtitle))).replace("\n", " ")[
            : 45 if document.large else 90
        ],
        "facts": title.facts,
        "sample": title.sample,
        "language": title.language,
        "words": words,
        "large": document.large,
        "contents": not document.brief and bool(document.contents()),
        "depth": document.printed_depth,
        "blocks": [
            _describe_block(document, position, block, words, fonts) for position, block in enumerate(document.blocks)
        ],
    }


def _describe_block(
    document: Document, position: int, block: Block, words: dict[str, Any], fonts: Path
) -> dict[str, Any]:
    content = block.to_json()
    if isinstance(block, Heading):
        content["place"] = document.places[position][0]
    elif isinstance(block, (Paragraph, Quote)):
        content["parts"] = paragraphs_of(block.text)
        content["evidence"] = _references(document, block.evidence)
        if isinstance(block, Paragraph):
            content["opens"] = document.opens(position)
        else:
            content["translation"] = paragraphs_of(block.translation) if block.translation else []
            if not shows_letters(block.text, read_coverage(fonts)):
                # Letters by their names are English, and nobody's words: only where nothing else says them.
                content |= {"language": document.title.language, "rtl": False}
                if block.translation:
                    content["parts"] = [words["original_elsewhere"]]
    elif isinstance(block, BulletList):
        for item, shown in zip(block.items, content["items"], strict=True):
            shown["evidence"] = _references(document, item.evidence)
            shown["drawing"] = item.drawing and {"svg": check_drawing(item.drawing.svg, "")}
    elif isinstance(block, Table):
        places = document.places[position]
        content["rows"] = [
            {"cells": row, "place": place, "whole": keeps_whole(row)}
            for row, place in zip(block.rows, places, strict=True)
        ]
        layout = lay_out_table(block, fonts)
        content |= {"widths": layout.shares, "dense": layout.dense, "together": layout.together}
    elif isinstance(block, Figure):
        content["svg"] = check_drawing(block.svg, "")
    elif isinstance(block, Note):
        content["parts"] = paragraphs_of(block.text)
    return content


def _references(document: Document, evidence: tuple[str, ...]) -> list[dict[str, str | None]]:
    return [{"id": name, "target": document.targets.get(name)} for name in evidence]


def _spell_out(value: Any, spell: Callable[[str], str]) -> Any:  # noqa: ANN401  # JSON values in and out
    if isinstance(value, str):
        return break_long_words(spell(value), _BREAK)
    if isinstance(value, dict):
        return {key: spell(inner) if key == "svg" else _spell_out(inner, spell) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spell_out(inner, spell) for inner in value]
    return value
