"""Payloads written by an older kit, brought to today's shape in memory. Rows are never rewritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.entries import SCHEMA_VERSION

Step = Callable[[str, str, dict[str, Any]], dict[str, Any]]
"""``step(subject, field, payload)`` returns the payload in the next version's shape."""

STEPS: Mapping[int, Step] = {}
"""The step out of each older version. Version 1 is the first, so there is none yet."""


def upgrade_payload(
    version: int,
    subject: str,
    field: str,
    payload: dict[str, Any],
    *,
    steps: Mapping[int, Step] = STEPS,
    newest: int = SCHEMA_VERSION,
) -> dict[str, Any]:
    """The payload in the shape of ``newest``.

    Raises
    ------
    QpmError
        JOURNAL-011 if a newer kit wrote it.
    """
    if version > newest:
        raise QpmError("JOURNAL-011", f"{subject} {field}", "payload.newer", version=version, newest=newest)
    for older in range(version, newest):
        if older in steps:
            payload = steps[older](subject, field, payload)
    return payload
