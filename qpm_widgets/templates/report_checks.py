"""Rules of ``report/``: the design is all there, and each writer can open its part.

The libraries are loaded here only when a check runs: templates are loaded in the field without them.
"""

from __future__ import annotations

import io
import re
from pathlib import PurePosixPath
from xml.etree import ElementTree

from qpm_widgets.errors import QpmError
from qpm_widgets.templates.faults import suggest
from qpm_widgets.templates.reading import Draft
from qpm_widgets.templates.references import FileCheck
from qpm_widgets.templates.safe_yaml import read_bounded, shorten
from qpm_widgets.templates.shipped_shape import STYLES, ShippedShape, style_ids

_PUT_BACK = "Put the file back as it was shipped."
_TYPST = {"report/report.typ": ("report.json", "report.blocks"), "report/form.typ": ("form.json", "form.closing")}
"""The files in Typst, each with the data that it reads and the part of it that it writes last."""
_LINE_OF_TYPST = re.compile(r"main\.typ:(\d+)")


def check_report(draft: Draft, shape: ShippedShape) -> None:
    """Every file of the report's design; a whole folder that is missing is one fault."""
    if not (draft.folder / "report").is_dir():
        draft.book.add("TEMPLATE-001", "report/", (), "Put the folder back as it was shipped: no report without it.")
        return
    for file in shape.report:
        check = FileCheck(draft.book, file)
        try:
            content = read_bounded(draft.folder / file, file)
        except QpmError as error:
            draft.book.add_error(file, error)
            continue
        if not content.strip():
            check.add("TEMPLATE-015", (), f"It is empty. {_PUT_BACK}")
        else:
            _check_content(check, content, shape)


def _check_content(check: FileCheck, content: bytes, shape: ShippedShape) -> None:
    kind = PurePosixPath(check.file).suffix or check.file[-5:]
    if kind in (".ttf", ".woff2"):
        _check_font(check, content, kind)
    elif kind in (".xml", ".rels"):
        _check_xml(check, content, shape)
    else:
        try:
            text = content.decode()
        except UnicodeDecodeError:
            check.add("TEMPLATE-015", (), "Save the file as UTF-8 text.")
            return
        if kind == ".j2":
            _check_page(check, text, shape)
        elif kind == ".typ":
            _check_typst(check, content)


def _check_font(check: FileCheck, content: bytes, kind: str) -> None:
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    if kind == ".woff2":  # packed: its head says what it is and how long
        sound = content[:4] == b"wOF2" and int.from_bytes(content[8:12], "big") == len(content)
    else:
        try:
            with TTFont(io.BytesIO(content), lazy=True) as face:
                ends = [table.offset + table.length for table in face.reader.tables.values()]
                sound = max(ends) <= len(content) and bool(face.getBestCmap()) and bool(face["hmtx"].metrics)
        except Exception:  # fontTools raises whatever a damaged table runs into
            sound = False
    if not sound:
        check.add("TEMPLATE-015", (), f"It is no whole {kind} font. {_PUT_BACK}")


def _check_xml(check: FileCheck, content: bytes, shape: ShippedShape) -> None:
    try:
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            check.add("TEMPLATE-015", (), "Take out the DOCTYPE: Word's files have none.")
            return
        ElementTree.fromstring(content)
        styles = style_ids(content) if check.file == STYLES else None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        line = getattr(error, "position", (0, 0))[0]
        check.add("TEMPLATE-015", (), "Correct the XML there, or put the file back.", f"line {line}" if line else "")
        return
    if styles is not None:
        for style in sorted(set(shape.word_styles) - styles):
            check.add("TEMPLATE-015", (), "Put this style back; it may look different, its id stays.", f"style {style}")


def _check_page(check: FileCheck, text: str, shape: ShippedShape) -> None:
    from jinja2 import Environment, TemplateSyntaxError, meta  # noqa: PLC0415

    page = Environment(autoescape=True)
    page.filters.update(dict.fromkeys(shape.page_filters, str))
    try:
        parsed = page.parse(text)
        page.compile(text)
        unknown = sorted(meta.find_undeclared_variables(parsed) - set(shape.page_names))
    except TemplateSyntaxError as error:
        remedy = f"Correct the Jinja there: {shorten((error.message or 'it cannot be read').rstrip('.'), 200)}."
        check.add("TEMPLATE-015", (), remedy, f"line {error.lineno}")
    except (RecursionError, SyntaxError, ValueError):
        check.add("TEMPLATE-015", (), f"It cannot be compiled. {_PUT_BACK}")
    else:
        for name in unknown:
            check.add("TEMPLATE-015", (), suggest(name, shape.page_names), f"name {shorten(name)}")


def _check_typst(check: FileCheck, content: bytes) -> None:
    """Typst parses all of a file before it asks for the document's data, which is not there: then the file is sound."""
    import typst  # noqa: PLC0415

    data, last = _TYPST[check.file]
    sources: dict[str, bytes] = {"main.typ": content}
    try:
        typst.compile(sources, ignore_system_fonts=True)  # type: ignore[call-overload] # its stub misses mappings
    except typst.TypstError as error:
        message = error.message.partition("\n")[0]
        if message.startswith("file not found") and data in message:
            # Cut off between two statements it would still be sound, and print no word of the document.
            if last.encode() not in content:
                check.add("TEMPLATE-015", (), f"It does not write {last}. {_PUT_BACK}")
            return
        line = _LINE_OF_TYPST.search(str(getattr(error, "diagnostic", "")))
        remedy = f"Correct the Typst there: {shorten(message.partition(' (searched')[0], 200)}."
        check.add("TEMPLATE-015", (), remedy, f"line {line[1]}" if line else "")
    else:
        check.add("TEMPLATE-015", (), f"It does not read {data}, and so would print nothing of it.")
