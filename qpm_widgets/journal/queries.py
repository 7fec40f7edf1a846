"""The journal's questions to its tables, and the way between a row and an ``Entry``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, func, or_, select

from qpm_widgets.journal.entries import Entry, canonical_json
from qpm_widgets.journal.schema import entry_table, superseded_table
from qpm_widgets.journal.upgrading import upgrade_payload

_c = entry_table.c
_IN_ORDER = (_c.recorded_at, _c.device_id, _c.device_seq)
_NOT_SUPERSEDED = ~exists().where(superseded_table.c.entry_id == _c.entry_id)

ENTRIES: Select[Any] = select(entry_table).order_by(*_IN_ORDER)
CURRENT: Select[Any] = ENTRIES.where(_NOT_SUPERSEDED)

BY_ID = select(
    _c.entry_id,
    _c.assessment_id,
    _c.subject,
    _c.field,
    _c.recorded_at,
    _c.supersedes,
    _c.salt,
    _c.payload_digest,
).where(_c.entry_id.in_(bindparam("entry_ids", expanding=True)))

LAST_OF_DEVICE = (
    select(_c.device_seq, _c.recorded_at, _c.chain)
    .where(_c.device_id == bindparam("device_id"))
    .order_by(_c.device_seq.desc())
    .limit(1)
)

PLAN_AND_CONSENTS = select(_c.field, _c.payload).where(
    _c.assessment_id == bindparam("assessment_id"),
    _c.subject == bindparam("subject"),
    or_(_c.field == "plan", _c.field.between("consent:", "consent;")),  # ; follows : in ASCII
    _NOT_SUPERSEDED,
)

_last = select(_c.device_id, func.max(_c.device_seq).label("device_seq")).group_by(_c.device_id).subquery()
HEADS = (
    select(_c.device_id, _c.device_seq, _c.chain)
    .join(_last, (_c.device_id == _last.c.device_id) & (_c.device_seq == _last.c.device_seq))
    .order_by(_c.device_id)
)


def narrow(
    query: Select[Any],
    assessment_id: str | None,
    *,
    subject: str | None = None,
    subject_prefix: str | None = None,
    field_prefix: str | None = None,
) -> Select[Any]:
    """The query for one assessment, subject and beginnings of subject or field; None leaves it as wide as it was."""
    if assessment_id is not None:
        query = query.where(_c.assessment_id == assessment_id)
    if subject is not None:
        query = query.where(_c.subject == subject)
    for column, prefix in ((_c.subject, subject_prefix), (_c.field, field_prefix)):
        if prefix:
            # Not LIKE: there "_" matches anything and case is ignored, and ids have both.
            query = query.where(column.between(prefix, prefix + "\U0010ffff"))
    return query


def conflicting(assessment_id: str) -> Select[Any]:
    """The current entries of every field that has more than one."""
    crowded = (
        select(_c.subject, _c.field)
        .where(_c.assessment_id == assessment_id, _NOT_SUPERSEDED)
        .group_by(_c.subject, _c.field)
        .having(func.count() > 1)
        .subquery()
    )
    return narrow(CURRENT, assessment_id).join(
        crowded, (_c.subject == crowded.c.subject) & (_c.field == crowded.c.field)
    )


def entry_of(row: Row[Any]) -> Entry:
    """The entry in a row, its payload upgraded to today's shape.

    Raises
    ------
    QpmError
        JOURNAL-011 if a newer kit wrote it.
    """
    (entry_id, assessment_id, subject, field, text, recorded_at, recorded_by, device_id, device_seq) = row[:9]
    (supersedes, schema_version, salt, payload_digest, chain) = row[9:]
    payload = None
    if text is not None:
        payload = upgrade_payload(schema_version, subject, field, json.loads(text))
    return Entry(
        entry_id, assessment_id, subject, field, payload, recorded_at, recorded_by, device_id, device_seq,
        () if supersedes == "[]" else tuple(json.loads(supersedes)), schema_version, salt, payload_digest, chain,
    )  # fmt: skip


def row_of(entry: Entry, chain: str) -> dict[str, Any]:
    """The row that keeps an entry."""
    return {
        "entry_id": entry.entry_id,
        "assessment_id": entry.assessment_id,
        "subject": entry.subject,
        "field": entry.field,
        "payload": None if entry.payload is None else canonical_json(entry.payload),
        "recorded_at": entry.recorded_at,
        "recorded_by": entry.recorded_by,
        "device_id": entry.device_id,
        "device_seq": entry.device_seq,
        "supersedes": canonical_json(list(entry.supersedes)),
        "schema_version": entry.schema_version,
        "salt": entry.salt,
        "payload_digest": entry.payload_digest,
        "chain": chain,
    }


def digest_heads(heads: Iterable[Row[Any]]) -> str:
    """SHA-256 over the (device, number, chain link) of every device's last entry, in order of device."""
    return hashlib.sha256(canonical_json([list(head) for head in heads]).encode()).hexdigest()
