"""The journal's questions to its tables, and the way between a row and an ``Entry``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from sys import intern
from typing import Any, TypeAlias

from pydantic_core import from_json
from sqlalchemy import (
    Integer,
    Row,
    Select,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
    text,
    tuple_,
    union_all,
)
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


def links_at(places: list[tuple[str, int]]) -> AnySelect:
    """The chain links of the entries at these numbers of their devices."""
    query = select(_c.device_id, _c.device_seq, _c.chain)
    return query.where(tuple_(_c.device_id, _c.device_seq).in_(places))


def ids_in_order(assessment_id: str | None, subject: str | None, field_prefix: str | None) -> AnySelect:
    """The ids of all entries, also those replaced since, in order of time."""
    query = select(_c.entry_id).order_by(_c.recorded_at, _c.device_id, _c.device_seq)
    return _narrow(query, assessment_id, subject, None, field_prefix)


def current(assessment_id: str, subject: str | None, subject_prefix: str | None, field_prefix: str | None) -> AnySelect:
    """The entries that no other supersedes."""
    return _narrow(ENTRIES.where(_NOT_SUPERSEDED), assessment_id, subject, subject_prefix, field_prefix)


# Asked at every edit, for the plan: see ``Prepared``.
CURRENT_OF_FIELD = ENTRIES.where(
    _NOT_SUPERSEDED,
    _c.assessment_id == bindparam("assessment_id"),
    _c.subject == bindparam("subject"),
    _c.field == bindparam("field"),
)


def conflicting(assessment_id: str) -> AnySelect:
    """The current entries of every field that has more than one."""
    crowded = (
        select(_c.subject, _c.field)
        .where(_c.assessment_id == assessment_id, _NOT_SUPERSEDED)
        .group_by(_c.subject, _c.field)
        .having(func.count() > 1)
    )
    query = ENTRIES.where(tuple_(_c.subject, _c.field).in_(crowded), _NOT_SUPERSEDED)
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
    for column, prefix in ((_c.subject, subject_prefix), (_c.field, field_prefix)):
        if prefix:
            # Not LIKE: there "_" matches anything and case is ignored, and ids have both.
            query = query.where(column.between(prefix, prefix + "\U0010ffff"))
    return query


# --- writing ------------------------------------------------------------------------------------------------

LAST_OF_DEVICE = (
    select(_c.device_seq, _c.recorded_at, _c.chain)
    .where(_c.device_id == bindparam("device_id"))
    .order_by(_c.device_seq.desc())
    .limit(literal_column("1", Integer))  # a bound limit would make SQLite plan the statement anew at every use
)

_of_subject = select(_c.field, _c.payload).where(
    _c.assessment_id == bindparam("assessment_id"), _c.subject == bindparam("subject")
)
# Three searches of an index; with OR it would walk over every answer of the interview.
PLAN_CONSENTS_AND_TOMBSTONES = union_all(
    _of_subject.where(_c.field == "plan", _NOT_SUPERSEDED),
    _of_subject.where(_c.field.between("consent:", "consent;"), _NOT_SUPERSEDED),  # ";" follows ":"
    _of_subject.where(text("field GLOB 'erasure:*'")),  # as in the index entry_tombstone, which only so is used
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


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry in a row, its payload upgraded to today's shape.

    Raises
    ------
    QpmError
        JOURNAL-011 if a newer kit wrote it.
    """
    _, _, subject, field, text, _, _, _, _, replaced, version, *_ = row
    payload = None if text is None else upgrade_payload(version, subject, field, from_json(text))
    return entry_with(row, payload, () if replaced == "[]" else tuple(from_json(replaced)))


def entry_with(row: Sequence[Any], payload: Mapping[str, Any] | None, supersedes: tuple[str, ...]) -> Entry:
    """The entry of a row whose two JSON columns have been read already.

    What many entries have in common they share: a long read takes half the memory.
    """
    entry_id, assessment_id, subject, field, _, recorded_at, author, device_id, device_seq, _, version, *digests = row
    return Entry(
        entry_id, intern(assessment_id), intern(subject), intern(field), payload, recorded_at, intern(author),
        intern(device_id), device_seq, supersedes, version, *digests,
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
