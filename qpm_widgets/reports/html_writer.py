"""A report as one HTML file that needs nothing else: no script, no request, its typeface inside."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from qpm_widgets.reports.blocks import Block, Figure, Heading, paragraphs_of
from qpm_widgets.reports.document import Document
from qpm_widgets.reports.drawing import FONT_FAMILY, check_drawing

# File name part, weight and style of each face.
FACES = (("Regular", 400, "normal"), ("Italic", 400, "italic"), ("Bold", 700, "normal"), ("BoldItalic", 700, "italic"))


def write_html(document: Document, words: dict[str, Any], design: Path) -> str:
    """The report as HTML.

    Parameters
    ----------
    document : Document
    words : dict
        Section ``report_writers`` of the wording, in the document's language.
    design : Path
        The folder that holds ``report.html.j2``, ``report.css`` and ``fonts/``.

    Raises
    ------
    QpmError
        REPORT-003 if a figure holds more than shapes and text.
    """
    drawings = {
        position: check_drawing(block.svg, f"f{position}")
        for position, block in enumerate(document.blocks)
        if isinstance(block, Figure)
    }
    return _load_template(design).render(
        title=document.title,
        blocks=document.blocks,
        places=document.places,
        targets=document.targets,
        contents=_nest(document.contents()),
        drawings=drawings,
        words=words,
        fonts=_font_faces(design),
        css=(design / "report.css").read_text(encoding="utf-8"),
        page_css=_page_css(document, words),
    )


def _kind(block: Block) -> str:
    return type(block).__name__


def _load_template(design: Path) -> Template:
    environment = Environment(
        loader=FileSystemLoader(design), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["kind"] = _kind
    environment.filters["paragraphs"] = paragraphs_of
    return environment.get_template("report.html.j2")


def _nest(headings: list[tuple[str, Heading]]) -> list[dict[str, Any]]:
    chapters: list[dict[str, Any]] = []
    for place, heading in headings:
        if heading.level == 1:
            chapters.append({"id": place, "text": heading.text, "sections": []})
            continue
        if not chapters:  # a section before the first chapter
            chapters.append({"id": "", "text": "", "sections": []})
        chapters[-1]["sections"].append({"id": place, "text": heading.text})
    return chapters


@cache
def _font_faces(design: Path) -> str:
    rules = []
    for name, weight, style in FACES:
        data = b64encode((design / "fonts" / f"AtkinsonHyperlegibleNext-{name}.woff2").read_bytes()).decode()
        rules.append(
            f'@font-face {{ font-family: "{FONT_FAMILY}"; font-weight: {weight}; font-style: {style}; '
            f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}'
        )
    return "\n".join(rules)


def _page_css(document: Document, words: dict[str, Any]) -> str:
    """What only paper has: page numbers, and the notice on each page that the material is invented."""
    page, _, pages = words["page"].partition("{page}")
    between, _, after = pages.partition("{pages}")
    number = f"{_css_string(page)} counter(page) {_css_string(between)} counter(pages) {_css_string(after)}"
    sample = f"@top-center {{ content: {_css_string(document.title.sample)}; }}" if document.title.sample else ""
    name = _css_string(document.title.title)
    return (
        "@page { size: A4; margin: 22mm 20mm; "
        'font: 9pt "Atkinson Hyperlegible Next", Verdana, sans-serif; color: #3a4650; '
        f"{sample} @bottom-left {{ content: {name}; }} @bottom-right {{ content: {number}; }} }}"
    )


def _css_string(text: str) -> str:
    """A CSS string that no text can break out of, neither of the string nor of the ``<style>`` element."""
    safe = (character if character.isalnum() or character == " " else f"\\{ord(character):x} " for character in text)
    return f'"{"".join(safe)}"'
