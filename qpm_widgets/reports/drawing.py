"""Drawings: an SVG made of shapes and text, checked before any writer shows it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.blocks import printable

FONT_FAMILY = "Atkinson Hyperlegible Next"

_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = re.compile(
    "svg|g|rect|circle|ellipse|line|polyline|polygon|path|text|tspan|title|desc|defs|pattern|clipPath"
    "|linearGradient|stop"
)
_ATTRIBUTES = re.compile(
    "id|viewBox|width|height|preserveAspectRatio|x|y|x1|y1|x2|y2|dx|dy|cx|cy|r|rx|ry|d|points|transform"
    "|fill|fill-opacity|fill-rule|stroke|stroke-(width|opacity|dasharray|linecap|linejoin)|opacity|clip-path"
    "|font-(size|weight|style)|letter-spacing|text-anchor|dominant-baseline|direction|lang"
    "|offset|stop-(color|opacity)|pattern(Units|ContentUnits|Transform)|gradient(Units|Transform)"
    "|role|aria-(label|hidden)"
)
_REFERENCE = re.compile(r"url\(#([A-Za-z][\w.-]*)\)")


def check_drawing(svg: str, prefix: str) -> str:
    """The drawing as a standalone SVG in the kit's typeface, its ids made unique by ``prefix``.

    Raises
    ------
    QpmError
        REPORT-003 if it is not an ``<svg>`` with a ``viewBox``, or holds anything but shapes and text. A drawing is
        refused rather than mended: what was taken out of it might be what it was meant to say.
    """
    svg = printable(svg)
    if "<!" in svg:  # no document type, so no entities; no comments, no CDATA
        raise _refuse("drawing.comments")
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        raise _refuse("drawing.xml") from None
    for element in root.iter():
        _check_element(element, prefix)
    if root.tag != "svg" or not root.get("viewBox"):
        raise _refuse("drawing.svg")
    root.set("xmlns", _SVG)
    root.set("font-family", FONT_FAMILY)
    return ElementTree.tostring(root, encoding="unicode")


def _check_element(element: ElementTree.Element, prefix: str) -> None:
    tag = str(element.tag).removeprefix(f"{{{_SVG}}}")
    if not _ELEMENTS.fullmatch(tag):
        raise _refuse("drawing.element", element=tag[:40])
    element.tag = tag
    for name, value in element.attrib.items():
        if not _ATTRIBUTES.fullmatch(name):
            raise _refuse("drawing.attribute", attribute=name[:40], element=tag)
        if name == "id":
            element.set(name, prefix + value)
        elif "url(" in value.replace("\\", "url("):  # a backslash could spell it in CSS escapes
            if not _REFERENCE.fullmatch(value):
                raise _refuse("drawing.reference", attribute=name, element=tag)
            element.set(name, _REFERENCE.sub(rf"url(#{prefix}\1)", value))


def _refuse(remedy: str, **facts: str) -> QpmError:
    return QpmError("REPORT-003", "a Figure block", remedy, **facts)
