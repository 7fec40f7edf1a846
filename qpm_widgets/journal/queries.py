"""The journal's questions to its tables, and the way between a row and an ``Entry``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, bindparam, exists, func, insert, select, tuple_, union_all
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Executable

from qpm_widgets.journal.entries import Entry, canonical_json
from qpm_widgets.journal.schema import entry_table, mark_table, superseded_table
from qpm_widgets.journal.upgrading import upgrade_payload

AnyRow: TypeAlias = "Row[*tuple[Any, ...]]"
AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"

_c = entry_table.c
_NOT_SUPERSEDED = ~exists().where(superseded_table.c.entry_id == _c.entry_id)

# --- reading ------------------------------------------------------------------------------------------------

# Two spellings of one order. The first is that of the index entry_time, so a whole assessment is read without
# sorting. The second hides this from SQLite, which then searches entry_place and sorts the few it finds.
_BY_TIME = (_c.recorded_at, _c.device_id, _c.device_seq)
_SORTED = (_c.recorded_at + 0, _c.device_id, _c.device_seq)

ENTRIES: AnySelect = select(*_c)
_last = select(_c.device_id, func.max(_c.device_seq).label("device_seq")).group_by(_c.device_id).subquery()
HEADS: AnySelect = (
    select(_c.device_id, _c.device_seq, _c.chain)
    .join(_last, (_c.device_id == _last.c.device_id) & (_c.device_seq == _last.c.device_seq))
    .order_by(_c.device_id)
)

CHAINS: AnySelect = select(_c.entry_id, _c.assessment_id, _c.subject, _c.device_id, _c.device_seq, _c.chain).order_by(
    _c.device_id, _c.device_seq
)


def ids_in_order(assessment_id: str | None, subject: str | None, field_prefix: str | None) -> AnySelect:
    """The ids of all entries, also those replaced since, in order of time."""
    order = _BY_TIME if subject is None and field_prefix is None else _SORTED
    return _narrow(select(_c.entry_id).order_by(*order), assessment_id, subject, None, field_prefix)


def current(assessment_id: str, subject: str | None, subject_prefix: str | None, field_prefix: str | None) -> AnySelect:
    """The entries that no other supersedes, in order of time."""
    order = _SORTED if subject or subject_prefix or field_prefix else _BY_TIME
    query = ENTRIES.where(_NOT_SUPERSEDED).order_by(*order)
    return _narrow(query, assessment_id, subject, subject_prefix, field_prefix)


def conflicting(assessment_id: str) -> AnySelect:
    """The current entries of every field that has more than one, in order of time."""
    crowded = (
        select(_c.subject, _c.field)
        .where(_c.assessment_id == assessment_id, _NOT_SUPERSEDED)
        .group_by(_c.subject, _c.field)
        .having(func.count() > 1)
    )
    query = ENTRIES.where(tuple_(_c.subject, _c.field).in_(crowded), _NOT_SUPERSEDED).order_by(*_SORTED)
    return _narrow(query, assessment_id, None, None, None)


def _narrow(
    query: AnySelect,
    assessment_id: str | None,
    subject: str | None,
    subject_prefix: str | None,
    field_prefix: str | None,
) -> AnySelect:
    """The query for one assessment, one subject, and beginnings of subject or field; None narrows nothing."""
    if assessment_id is not None:
        query = query.where(_c.assessment_id == assessment_id)
    if subject is not None:
        query = query.where(_c.subject == subject)
    elif field_prefix and not subject_prefix:
        query = query.where(_c.subject > "")  # always true; turns SQLite to entry_place, which holds the fields
    for column, prefix in ((_c.subject, subject_prefix), (_c.field, field_prefix)):
        if prefix:
            # Not LIKE: there "_" matches anything and case is ignored, and ids have both.
            query = query.where(column.between(prefix, prefix + "\U0010ffff"))
    return query


# --- writing ------------------------------------------------------------------------------------------------

BY_ID = select(_c.assessment_id, _c.subject, _c.field, _c.recorded_at, _c.supersedes, _c.salt, _c.payload_digest).where(
    _c.entry_id == bindparam("entry_id")
)

LAST_OF_DEVICE = (
    select(_c.device_seq, _c.recorded_at, _c.chain)
    .where(_c.device_id == bindparam("device_id"))
    .order_by(_c.device_seq.desc())
    .limit(1)
)

_of_subject = select(_c.field, _c.payload).where(
    _c.assessment_id == bindparam("assessment_id"), _c.subject == bindparam("subject"), _NOT_SUPERSEDED
)
# Two searches of the index; with OR it would walk over every answer of the interview.
PLAN_AND_CONSENTS = union_all(
    _of_subject.where(_c.field == "plan"),
    _of_subject.where(_c.field.between("consent:", "consent;")),  # ";" follows ":"
)

ADD_ENTRY = insert(entry_table)
ADD_SUPERSEDED = insert(superseded_table)
ADD_MARK = insert(mark_table)
# A device may sign the same twice and differently, and either is as good: the first stays.
ADD_SIGNATURE = """INSERT INTO signature SELECT :device_id, :device_seq, :public_key, :signature WHERE NOT EXISTS
    (SELECT 1 FROM signature WHERE device_id = :device_id AND device_seq = :device_seq)"""


class Prepared:
    """A statement written out once: going through Core each time costs more than the commit itself."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql = str(compiled)
        self._constants: dict[str, Any] = dict(compiled.params)

    def fill(self, **values: object) -> Mapping[str, Any]:
        """The statement's parameters, by name."""
        return {**self._constants, **values}


# --- rows ---------------------------------------------------------------------------------------------------


def entry_of(row: AnyRow) -> Entry:
    """The entry in a row, its payload upgraded to today's shape.

    Raises
    ------
    QpmError
        JOURNAL-011 if a newer kit wrote it.
    """
    _, _, subject, field, text, _, _, _, _, replaced, version, *_ = row
    payload = None if text is None else upgrade_payload(version, subject, field, json.loads(text))
    return entry_with(row, payload, () if replaced == "[]" else tuple(json.loads(replaced)))


def entry_with(row: AnyRow, payload: Mapping[str, Any] | None, supersedes: tuple[str, ...]) -> Entry:
    """The entry of a row whose two JSON columns have been read already."""
    entry_id, assessment_id, subject, field, _, recorded_at, author, device_id, device_seq, _, version, *digests = row
    return Entry(
        entry_id, assessment_id, subject, field, payload, recorded_at, author, device_id, device_seq, supersedes,
        version, *digests,
    )  # fmt: skip


def row_of(entry: Entry, text: str | None, chain: str) -> dict[str, Any]:
    """The row that keeps an entry: with its payload as canonical JSON (None once erased), and its link."""
    return {
        "entry_id": entry.entry_id,
        "assessment_id": entry.assessment_id,
        "subject": entry.subject,
        "field": entry.field,
        "payload": text,
        "recorded_at": entry.recorded_at,
        "recorded_by": entry.recorded_by,
        "device_id": entry.device_id,
        "device_seq": entry.device_seq,
        "supersedes": canonical_json(entry.supersedes),
        "schema_version": entry.schema_version,
        "salt": entry.salt,
        "payload_digest": entry.payload_digest,
        "chain": chain,
    }


def digest_heads(heads: Iterable[Iterable[Any]]) -> str:
    """SHA-256 over the (device, number, chain link) of every device's last entry, in order of device."""
    return hashlib.sha256(canonical_json([list(head) for head in heads]).encode()).hexdigest()
