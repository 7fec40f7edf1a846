"""Ids of what an assessor adds to a guide in one meeting; the ids of a guide's own questions begin with a capital.

A quick note is one line of the free stream that is written beside the questions; an own question is one that the
assessor asks beyond the guide, in an observation a scene that they look at beyond it. Their ids are ``line-`` or
``own-`` and whatever sets them apart, as a rule when they were begun.
"""

from __future__ import annotations

LINE, OWN = "line-", "own-"
LINE_PARTS = ("note", "quote", "evidence")
OWN_PARTS = ("question", "note", "quote", "evidence", "missing")


def is_line(item: str) -> bool:
    """Whether this is the id of a quick note."""
    return item.startswith(LINE)


def is_own(item: str) -> bool:
    """Whether this is the id of a question of the assessor's own."""
    return item.startswith(OWN)
