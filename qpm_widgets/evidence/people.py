"""Who was met, in terms general enough to print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qpm_widgets.evidence.disclosure import SMALL_GROUP, choose_voices
from qpm_widgets.evidence.frames import Row, make_frame
from qpm_widgets.evidence.record import VisitRecord, read_record
from qpm_widgets.journal import Journal
from qpm_widgets.templates import Templates

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "group": "str",
    "label": "str",
    "roles": "tuple",
    "people": "Int",
    "suppressed": "bool",
}


def met_table(journal: Journal, templates: Templates, assessment_id: str, visit_id: str | None = None) -> pd.DataFrame:
    """Who agreed to talk with the assessors, by role, in terms that point at nobody.

    One row is one group of roles. Roles that very many people hold, and roles of which enough people were
    met, stand alone; all others are one group, whether anybody in them was met or not, so that a reader
    cannot tell which of them were. One or two people are not counted: ``people`` is then missing and
    ``suppressed`` true. Nobody is nobody: zero is shown. People who took back their consent to talk are not
    counted; people who withdrew only their notes are.

    Sorted in the scheme's order of roles, the combined group last. Nobody met: the same rows with zeros.

    Columns
    -------
    group : str — source type code of a role that stands alone, or ``pool``
    label : str — the roles in words, plural
    roles : tuple — role ids in the group
    people : Int64 — people met, each counted once; missing where ``suppressed``
    suppressed : bool — whether the number is too small to print

    Raises
    ------
    QpmError
        PLAN-003 for an unknown assessment, PLAN-001 for an unknown visit.
    """
    return make_frame(COLUMNS, met_rows(read_record(journal, templates, assessment_id, visit_id)))


def met_rows(record: VisitRecord) -> Iterator[Row]:
    """The rows of ``met_table``."""
    voices = choose_voices(record)
    grouped: dict[str, list[Any]] = {}
    for role in record.templates.scheme.roles:
        grouped.setdefault(voices.group_of(role.id), []).append(role)
    for group, roles in sorted(grouped.items(), key=lambda item: len(item[1])):  # stable: single roles first
        people = voices.people[group]
        suppressed = 0 < people < SMALL_GROUP
        yield {
            "group": group,
            "label": ", ".join(role.plural for role in roles),
            "roles": tuple(role.id for role in roles),
            "people": None if suppressed else people,
            "suppressed": suppressed,
        }
