"""What a PDF says and how it is built, read back with pikepdf."""

from __future__ import annotations

import re
from collections.abc import Iterator

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


def _page_text(page: pikepdf.Page, fonts: dict[str, dict[int, str]]) -> Iterator[str]:
    current: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "Tf":
                current = fonts[str(operands[0])]
            case "Tj" | "TJ":
                parts = operands[0] if str(operator) == "TJ" else [operands[0]]
                for part in parts:
                    if isinstance(part, pikepdf.String):
                        data = bytes(part)
                        codes = (data[at] << 8 | data[at + 1] for at in range(0, len(data), 2))
                        yield "".join(current[code] for code in codes)
            case "ET":
                yield " "


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
