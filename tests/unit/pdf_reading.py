"""What a PDF says and how it is built, read back with pikepdf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf


def read_text(pdf: pikepdf.Pdf) -> str:
    """The text of all pages through the fonts' own Unicode maps, with single spaces between what was set apart."""
    return " ".join(read_pages(pdf))


def read_pages(pdf: pikepdf.Pdf) -> list[str]:
    """So the text of each page."""
    pages = []
    for page in pdf.pages:
        fonts = {name: _unicode_map(font) for name, font in page.Resources.get("/Font", {}).items()}
        pages.append(" ".join("".join(_page_text(page, fonts)).replace("\u200b", "").split()))
    return pages


@dataclass(frozen=True)
class Placed:
    """A piece of text on a page: its size, and how high above the lower edge it stands, both in points."""

    text: str
    size: float
    height: float


def read_marks(page: pikepdf.Page) -> tuple[list[Placed], list[float]]:
    """What a page says, piece by piece, and how high above its lower edge each stroke begins, in points."""
    fonts = {name: _unicode_map(font) for name, font in page.Resources.get("/Font", {}).items()}
    said, strokes, saved = [], [], []
    matrix, placed, font, size = pikepdf.Matrix(), pikepdf.Matrix(), {}, 0.0
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                saved.append(matrix)
            case "Q":
                matrix = saved.pop()
            case "cm":
                matrix = pikepdf.Matrix(*(float(one) for one in operands)) @ matrix
            case "Tf":
                font, size = fonts[str(operands[0])], float(operands[1])
            case "Tm":
                placed = pikepdf.Matrix(*(float(one) for one in operands)) @ matrix
            case "Tj" | "TJ":
                said.append(Placed(_said(operands[0], font), size * abs(placed.d), placed.f))
            case "m":
                strokes.append(matrix.transform((float(operands[0]), float(operands[1])))[1])
    return said, strokes


def _page_text(page: pikepdf.Page, fonts: dict[str, dict[int, str]]) -> Iterator[str]:
    current: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "Tf":
                current = fonts[str(operands[0])]
            case "Tj" | "TJ":
                yield _said(operands[0], current)
            case "ET":
                yield " "


def _said(shown: pikepdf.Object, font: dict[int, str]) -> str:
    parts = shown if isinstance(shown, pikepdf.Array) else [shown]
    strings = [bytes(part) for part in parts if isinstance(part, pikepdf.String)]
    return "".join(font[data[at] << 8 | data[at + 1]] for data in strings for at in range(0, len(data), 2))


def _unicode_map(font: pikepdf.Object) -> dict[int, str]:
    def text(digits: str) -> str:
        return bytes.fromhex(digits).decode("utf-16-be")

    found: dict[int, str] = {}
    cmap = font.ToUnicode.read_bytes().decode()
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, flags=re.S):
        found |= {int(code, 16): text(out) for code, out in re.findall(r"<(\w+)>\s*<(\w+)>", block)}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, flags=re.S):
        for first, last, out in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for step, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                found[code] = text(out)[:-1] + chr(ord(text(out)[-1]) + step)
    return found


def read_structure(pdf: pikepdf.Pdf) -> str:
    """The tags, one a line and indented by depth, with their alternative text, language and table scope."""
    return "\n".join(_tags(pdf.Root.StructTreeRoot, 0)) + "\n"


def _tags(element: pikepdf.Object, depth: int) -> Iterator[str]:
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if not isinstance(kid, pikepdf.Dictionary) or "/S" not in kid:
            continue  # a piece of content, not a tag
        facts = [f"{key[1:]}={kid[key]}" for key in ("/Lang", "/Alt", "/T") if key in kid]
        attributes = kid.get("/A", [])
        for one in attributes if isinstance(attributes, pikepdf.Array) else [attributes]:
            if isinstance(one, pikepdf.Dictionary) and "/Scope" in one:
                facts.append(f"Scope={one.Scope}")
        yield "  " * depth + " ".join([str(kid.S)[1:], *facts])
        yield from _tags(kid, depth + 1)


def read_bookmarks(pdf: pikepdf.Pdf) -> list[tuple[int, str]]:
    """The bookmarks, each with its depth."""

    def walk(items: list[pikepdf.OutlineItem], depth: int) -> Iterator[tuple[int, str]]:
        for item in items:
            yield depth, str(item.title)
            yield from walk(list(item.children), depth + 1)

    with pdf.open_outline() as outline:
        return list(walk(list(outline.root), 1))


def read_fonts(pdf: pikepdf.Pdf) -> dict[str, bool]:
    """Each font's name without its subset mark, and whether it is embedded."""
    found = {}
    for page in pdf.pages:
        for font in page.Resources.get("/Font", {}).values():
            inner = font.DescendantFonts[0]
            name = str(inner.BaseFont)[1:].split("+")[-1]
            found[name] = any(key in inner.FontDescriptor for key in ("/FontFile2", "/FontFile3"))
    return found
