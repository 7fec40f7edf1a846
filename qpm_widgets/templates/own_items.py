"""Ids of what an assessor adds to a guide in one meeting; the ids of a guide's own questions begin with a capital.

A quick note is one line of the free stream that is written beside the questions. Its id is ``line-`` and whatever sets
it apart, as a rule when it was begun.
"""

from __future__ import annotations

LINE = "line-"
LINE_PARTS = ("note", "quote", "evidence")


def is_line(item: str) -> bool:
    """Whether this is the id of a quick note."""
    return item.startswith(LINE)
