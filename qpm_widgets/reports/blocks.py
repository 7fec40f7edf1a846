"""Blocks: what a report cell displays, and all that the writers read.

A block shows itself in any Jupyter viewer as plain HTML and carries the same content as JSON for the writers.
Texts are plain text: a blank line starts a new paragraph, a line break stays one, nothing in them is markup.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from qpm_widgets.errors import QpmError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

BLOCK_MIME = "application/vnd.qpm.block+json"
ACCOUNT_MIME = "application/vnd.qpm.account+json"

Language = Literal["en", "cy"]
NoteKind = Literal["info", "limits", "warning"]
Align = Literal["left", "right", "centre"]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# What neither JSON on the wire nor XML can carry: lone surrogates, control characters, two non-characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def printable(text: str) -> str:
    """The text with one kind of line end, and a visible mark for each character that no document can hold."""
    return _UNPRINTABLE.sub(_REPLACEMENT, _LINE_ENDS.sub("\n", text))


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a text, which blank lines part; at least one."""
    return [part.strip("\n") for part in re.split(r"\n[ \t]*\n\s*", text.strip())] or [""]


class Block:
    """Something a report shows. Subclasses are frozen dataclasses named like their ``block`` key in JSON."""

    def to_json(self) -> dict[str, Any]:
        """The block as plain JSON values, its texts made printable."""
        content = asdict(self)  # type: ignore[call-overload]  # every subclass is a dataclass
        return {"block": type(self).__name__, **_make_printable(content)}

    def _html(self) -> str:
        raise NotImplementedError

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        # The plain text holds no words: it is what tracebacks and terminals would print.
        name = type(self).__name__
        return {BLOCK_MIME: self.to_json(), "text/html": printable(self._html()), "text/plain": f"[{name}]"}


@dataclass(frozen=True)
class Title(Block):
    """The first block of a report: its title and facts about the document.

    ``sample`` is the sentence that every page shows when the material is invented; ``language`` is that of
    the document.
    """

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sample: str | None = None
    language: Language = "en"

    def __post_init__(self) -> None:
        if not _can_be_seen(self.title):
            raise _refuse("Title", "block.title")

    def _html(self) -> str:
        facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in self.facts)
        sample = f"<p><strong>{escape(self.sample)}</strong></p>" if self.sample else ""
        return f"{sample}<h1>{escape(self.title)}</h1><p>{escape(self.subtitle)}</p><dl>{facts}</dl>"


@dataclass(frozen=True)
class Heading(Block):
    """A heading. Level 1 is a chapter below the title; an ``anchor`` is what evidence ids link to."""

    level: int
    text: str
    anchor: str | None = None

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3, 4):
            raise _refuse("Heading", "block.level")
        if not _can_be_seen(self.text):
            raise _refuse("Heading", "block.text")

    def _html(self) -> str:
        tag = f"h{self.level + 1}"
        return f"<{tag}>{escape(self.text)}</{tag}>"


@dataclass(frozen=True)
class Paragraph(Block):
    """Running text in the assessor's words."""

    text: str
    language: Language = "en"
    evidence: tuple[str, ...] = ()

    def _html(self) -> str:
        words = _html_text(self.text) + _html_evidence(self.evidence)
        return f'<div lang="{self.language}" dir="auto">{words}</div>'


@dataclass(frozen=True)
class Quote(Block):
    """A respondent's words, said by whom in general terms, with a translation where there is one.

    ``language`` is the code (BCP 47) of the words as they are written, which are set from right to left where they are
    ``rtl``. ``translation`` is in the document's language and is always shown as a translation.
    """

    text: str
    attribution: str
    language: str = "en"
    translation: str | None = None
    evidence: tuple[str, ...] = ()
    rtl: bool = False

    def _html(self) -> str:
        translation = f"<p><em>{escape(self.translation)}</em></p>" if self.translation else ""
        source = f"<footer>{escape(self.attribution)}{_html_evidence(self.evidence)}</footer>"
        way = "rtl" if self.rtl else "auto"
        words = f'<div lang="{escape(self.language)}" dir="{way}">{_html_text(self.text)}</div>'
        return f"<blockquote>{words}{translation}{source}</blockquote>"


@dataclass(frozen=True)
class Drawing:
    """A symbol that stands beside words and never instead of them, with the word that is written below it."""

    svg: str
    word: str


@dataclass(frozen=True)
class Item:
    """One item of a list."""

    text: str
    evidence: tuple[str, ...] = ()
    language: Language = "en"
    drawing: Drawing | None = None


@dataclass(frozen=True)
class BulletList(Block):
    """A list of items, in no order that matters."""

    items: tuple[Item, ...]

    def to_json(self) -> dict[str, Any]:
        """As of any block; an item without a drawing says nothing of one."""
        content = super().to_json()
        for item in content["items"]:
            if item["drawing"] is None:
                del item["drawing"]
        return content

    def _html(self) -> str:
        items = (
            f'<li lang="{item.language}" dir="auto">{escape(item.text)}{_html_evidence(item.evidence)}</li>'
            for item in self.items
        )
        return f"<ul>{''.join(items)}</ul>"


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    label: str
    align: Align = "left"


@dataclass(frozen=True)
class Table(Block):
    """A table with a caption and a header row.

    The first cell of each row is its header unless ``row_headers`` is false. ``row_anchors`` is empty or has
    one anchor for each row ("" for none); an evidence id links to the row whose anchor it is.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    row_headers: bool = True
    row_anchors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.columns:
            raise _refuse("Table", "block.columns")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise _refuse("Table", "block.cells")
        if self.row_anchors and len(self.row_anchors) != len(self.rows):
            raise _refuse("Table", "block.anchors")

    def _html(self) -> str:
        head = "".join(f'<th scope="col">{escape(column.label)}</th>' for column in self.columns)
        rows = "".join(f"<tr>{''.join(self._html_cells(row))}</tr>" for row in self.rows)
        caption = f"<caption>{escape(self.caption)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _html_cells(self, row: tuple[str, ...]) -> list[str]:
        cells = [f'<td dir="auto">{escape(cell)}</td>' for cell in row]
        if self.row_headers:
            cells[0] = f'<th scope="row" dir="auto">{escape(row[0])}</th>'
        return cells


@dataclass(frozen=True)
class Figure(Block):
    """A drawing with its text equivalent.

    ``svg`` is one complete ``<svg>`` with a ``viewBox``, made of shapes and text only: no style sheets,
    scripts, pictures or references outside itself. Writers set the typeface and show it on white.
    """

    svg: str
    alt: str
    caption: str

    def __post_init__(self) -> None:
        if not _can_be_seen(self.alt):
            raise _refuse("Figure", "block.text_equivalent")

    def _html(self) -> str:
        # As a picture, not inline: an SVG in an <img> can neither run nor fetch anything.
        from base64 import b64encode  # noqa: PLC0415  # only figures need it

        data = b64encode(printable(self.svg).encode()).decode()
        picture = f'<img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{data}">'
        return f"<figure>{picture}<figcaption>{escape(self.caption)}</figcaption></figure>"


@dataclass(frozen=True)
class Note(Block):
    """Something to bear in mind while reading: information, limits of the evidence, or a warning."""

    kind: NoteKind
    text: str

    def _html(self) -> str:
        return f'<div role="note">{_html_text(self.text)}</div>'


@dataclass(frozen=True)
class Account:
    """Shows nothing: tells ``render_report`` where every finished answer went.

    Each is a tuple of evidence ids. Every id of ``finished`` must be among ``used`` (in the document) or
    ``left_out`` (listed there with the reason), or the report is refused (REPORT-005).
    """

    finished: tuple[str, ...]
    used: tuple[str, ...]
    left_out: tuple[str, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {ACCOUNT_MIME: _make_printable(asdict(self)), "text/html": "", "text/plain": "[Account]"}


_BLOCKS: dict[str, type[Block]] = {
    kind.__name__: kind for kind in (Title, Heading, Paragraph, Quote, BulletList, Table, Figure, Note)
}


def block_from_json(data: object) -> Block:
    """The block that ``to_json`` wrote.

    Raises
    ------
    QpmError
        REPORT-003 if this is no block, naming the keys at fault but never their values.
    """
    name = data.get("block") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(name, str) or name not in _BLOCKS:
        raise QpmError("REPORT-003", "a block of unknown kind", "block.kinds", names=", ".join(_BLOCKS))
    content = {key: value for key, value in data.items() if key != "block"}
    return _decode(name, json.dumps(_make_printable(content)))


def _decode(name: str, content: str) -> Block:
    from pydantic import ValidationError  # noqa: PLC0415  # only readers of blocks need it, not the kernels

    known = {field.name for field in fields(_BLOCKS[name])}  # type: ignore[arg-type]  # all are dataclasses
    if unknown := sorted(set(json.loads(content)) - known):
        raise _refuse(name, "block.remove", names=", ".join(unknown)[:200])
    try:
        return _adapter(name).validate_json(content, strict=True)
    except ValidationError as error:
        keys = {".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)}
        raise _refuse(name, "block.correct", names=", ".join(sorted(keys))[:200]) from None


@cache
def _adapter(name: str) -> TypeAdapter[Block]:
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(_BLOCKS[name])


def _can_be_seen(text: str) -> bool:
    """Whether there is more in it than space and invisible characters."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in printable(text))


def _refuse(name: str, remedy: str, **facts: str) -> QpmError:
    return QpmError("REPORT-003", f"a {name} block", remedy, **facts)


def _make_printable(value: Any) -> Any:  # noqa: ANN401  # JSON values in, JSON values out
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {str(key): _make_printable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_make_printable(inner) for inner in value]
    return value


def _html_text(text: str) -> str:
    parts = paragraphs_of(printable(text))
    return "".join(f"<p>{escape(part)}</p>".replace("\n", "<br>") for part in parts)


def _html_evidence(evidence: tuple[str, ...]) -> str:
    return f" <small>[{escape(', '.join(evidence))}]</small>" if evidence else ""
