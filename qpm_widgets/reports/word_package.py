"""The Word file around a report: styles and settings from the templates, the typeface inside, no clock in it."""

from __future__ import annotations

import io
import uuid
import zipfile
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from qpm_widgets.reports.drawing import FONT_FAMILY

_FONT_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font"
_FONT_TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
_FACES = ("Regular", "Bold", "Italic", "BoldItalic")  # Word's slots and our files have the same names
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def open_word_template(design: Path, *, large: bool = False) -> WordDocument:
    """An empty Word document with the kit's styles, which lie as plain XML under ``word/`` in the design folder.

    A ``large`` one has them in large print, grown as in ``report.typ``.
    """
    folder = design / "word"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(path.relative_to(folder).as_posix(), path.read_bytes())
    packed.seek(0)
    word = docx.Document(packed)
    for size in word.styles.element.iter(qn("w:sz"), qn("w:szCs")) if large else ():
        size.set(qn("w:val"), str(round(int(size.get(qn("w:val"))) * 0.9 + 14)))  # in half points
    return word


def embed_typeface(word: WordDocument, design: Path) -> None:
    """Put the typeface into the document, as its licence allows, so that it looks alike where it is not installed."""
    table = next(part for part in word.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml")
    fonts = parse_xml(table.blob)
    entry = next(font for font in fonts if font.get(qn("w:name")) == FONT_FAMILY)
    for number, face in enumerate(_FACES, start=1):
        data = (design / "fonts" / f"AtkinsonHyperlegibleNext-{face}.ttf").read_bytes()
        key = uuid.uuid5(uuid.NAMESPACE_URL, f"qpm-field-kit:{face}")
        name = PackURI(f"/word/fonts/font{number}.odttf")
        part = Part(name, _FONT_TYPE, _obfuscate(data, key), word.part.package)
        reference = f'<w:embed{face} {nsdecls("w", "r")} r:id="{table.relate_to(part, _FONT_RELATION)}"/>'
        element = parse_xml(reference)
        element.set(qn("w:fontKey"), f"{{{str(key).upper()}}}")
        entry.append(element)
    table._blob = serialize_part_xml(fonts)  # python-docx keeps the font table as bytes and has no other door to it


def save_word(word: WordDocument) -> bytes:
    """The document as a .docx that is the same, byte for byte, whenever it is written."""
    written = io.BytesIO()
    word.save(written)
    packed = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # else the archive tells which system it was made on
            archive.writestr(entry, source.read(name))
    return packed.getvalue()


def _obfuscate(data: bytes, key: uuid.UUID) -> bytes:
    """Font obfuscation of ECMA-376 part 4, 2.8.1: the first 32 bytes XOR the key read backwards."""
    mask = key.bytes[::-1] * 2
    return bytes(byte ^ cover for byte, cover in zip(data[:32], mask, strict=True)) + data[32:]
