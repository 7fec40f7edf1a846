"""The documents: blocks that a report notebook displays, the writers that read them, and ``render_report``.

Importing this package costs next to nothing, because every report's kernel does so; Typst, python-docx and
papermill are loaded by the functions that need them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from qpm_widgets.reports.blocks import (
    ACCOUNT_MIME,
    BLOCK_MIME,
    Account,
    Block,
    BulletList,
    Column,
    Drawing,
    Figure,
    Heading,
    Item,
    Note,
    Paragraph,
    Quote,
    Table,
    Title,
    block_from_json,
)

if TYPE_CHECKING:
    from qpm_widgets.reports.render import Rendered, render_report

__all__ = [
    "ACCOUNT_MIME",
    "BLOCK_MIME",
    "Account",
    "Block",
    "BulletList",
    "Column",
    "Drawing",
    "Figure",
    "Heading",
    "Item",
    "Note",
    "Paragraph",
    "Quote",
    "Rendered",
    "Table",
    "Title",
    "block_from_json",
    "render_report",
]


def __getattr__(name: str) -> object:
    """``render_report`` and ``Rendered``, loaded when first asked for: papermill has no place in a kernel."""
    if name in {"render_report", "Rendered"}:
        return getattr(import_module("qpm_widgets.reports.render"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
