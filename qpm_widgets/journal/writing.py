"""One edit into the journal, inside a transaction that the caller has begun."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy.engine import Dialect

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import queries
from qpm_widgets.journal.consent import Standing, check_consent, needs_consent, read_standing
from qpm_widgets.journal.entries import SCHEMA_VERSION, Edit, Entry, Receipt, canonical_json, digest_text, link_chain
from qpm_widgets.journal.erasure import Tombstone, Words, is_tombstone, refuse_erased
from qpm_widgets.journal.grammar import JOURNAL, Grammar, check_payload

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class Cursor(Protocol):
    """What a driver's ``execute`` returns, as far as it is used here."""

    def fetchone(self) -> tuple[Any, ...] | None: ...  # noqa: D102
    def fetchall(self) -> list[tuple[Any, ...]]: ...  # noqa: D102


Execute = Callable[..., Cursor]
"""A driver connection's ``execute(sql, parameters)``."""


class _Known(NamedTuple):
    """An entry that is there already."""

    entry_id: str
    assessment_id: str
    subject: str
    field: str
    recorded_at: int
    supersedes: str
    salt: str | None
    payload_digest: str

    @property
    def place(self) -> tuple[str, str, str]:
        return self.assessment_id, self.subject, self.field


_FIND = f"SELECT {', '.join(_Known._fields)} FROM entry WHERE entry_id IN"


def is_code(value: str) -> bool:
    """Whether a value is a code: letters, digits, ``-`` and ``_``, at most forty."""
    return _CODE.fullmatch(value) is not None


def check_edit(edit: Edit, grammar: Grammar = JOURNAL) -> dict[str, Any]:
    """The edit's payload as plain JSON values, once ids and shape have been found right.

    Raises
    ------
    QpmError
        JOURNAL-006, JOURNAL-007 or JOURNAL-015.
    """
    sound = (
        is_code(edit.assessment_id)
        and all(map(_UUID.fullmatch, (edit.entry_id, *edit.supersedes)))
        and len(set(edit.supersedes)) == len(edit.supersedes)
    )
    if not sound:
        raise QpmError("JOURNAL-015", "assessment_id, entry_id or supersedes", "edit.open_again")
    return check_payload(edit.subject, edit.field, edit.payload, grammar)


class EditWriter:
    """Writes edits as the next entries of one device.

    Parameters
    ----------
    dialect : Dialect
        Of the database to write to, with named parameters.
    device_id : str
        Whose chain is extended.
    clock : callable
        Gives UTC milliseconds.
    """

    def __init__(self, dialect: Dialect, device_id: str, clock: Callable[[], int]) -> None:
        self._device_id = device_id
        self._clock = clock
        self._last = queries.Prepared(queries.LAST_OF_DEVICE, dialect)
        self._gate = queries.Prepared(queries.PLAN_CONSENTS_AND_TOMBSTONES, dialect)
        # Whoever types an interview meets the same plan and consents at every answer.
        self._read = lru_cache(maxsize=8)(_read_rows)
        self._add_entry = queries.Prepared(queries.ADD_ENTRY, dialect)
        self._add_superseded = queries.Prepared(queries.ADD_SUPERSEDED, dialect)

    def write(self, execute: Execute, edit: Edit, payload: dict[str, Any], recorded_by: str) -> Receipt:
        """Add the edit as an entry, or find it there already.

        Parameters
        ----------
        execute
            Of a driver connection on which a write transaction has begun.
        edit, payload
            The edit, and its payload as ``check_edit`` returned it.
        recorded_by
            Code of who says so.

        Raises
        ------
        QpmError
            JOURNAL-004, -005, -014, CONSENT-001 to -003 or CONSENT-005.
        """
        known = _find(execute, (edit.entry_id, *edit.supersedes))
        if edit.entry_id in known:
            return _repeat(known[edit.entry_id], edit, payload)
        for old in edit.supersedes:
            _check_predecessor(edit, old, known.get(old))
        self._pass_gate(execute, edit, payload)
        recorded_at = self._add(execute, edit, payload, recorded_by)
        for old in edit.supersedes:
            execute(self._add_superseded.sql, {"entry_id": old, "by_entry_id": edit.entry_id})
        return Receipt(edit.entry_id, recorded_at, repeated=False)

    def _pass_gate(self, execute: Execute, edit: Edit, payload: dict[str, Any]) -> None:
        values = self._gate.fill(assessment_id=edit.assessment_id, subject=edit.subject)
        standing, tombstones = self._read(tuple(execute(self._gate.sql, values).fetchall()))
        refuse_erased(edit.subject, Words(edit.field, payload), tombstones)
        if needs_consent(edit.subject, edit.field):
            check_consent(edit.subject, edit.field, payload, standing)

    def _add(self, execute: Execute, edit: Edit, payload: dict[str, Any], recorded_by: str) -> int:
        last = execute(self._last.sql, self._last.fill(device_id=self._device_id)).fetchone()
        last_seq, last_recorded_at, last_chain = last or (0, 0, "")
        salt, text = secrets.token_hex(16), canonical_json(payload)
        entry = Entry(
            entry_id=edit.entry_id,
            assessment_id=edit.assessment_id,
            subject=edit.subject,
            field=edit.field,
            payload=payload,
            recorded_at=max(self._clock(), last_recorded_at),  # the clock may be set back, the order may not
            recorded_by=recorded_by,
            device_id=self._device_id,
            device_seq=last_seq + 1,
            supersedes=edit.supersedes,
            schema_version=SCHEMA_VERSION,
            salt=salt,
            payload_digest=digest_text(salt, text),
            chain="",  # the link covers everything above, so it comes last
        )
        execute(self._add_entry.sql, queries.row_of(entry, text, link_chain(last_chain, entry)))
        return entry.recorded_at


def _read_rows(rows: tuple[tuple[str, str | None], ...]) -> tuple[Standing, list[Tombstone]]:
    """What plan and consents come to, and the tombstones, among the fields and payloads of a subject."""
    standing = read_standing((field, None if text is None else json.loads(text)) for field, text in rows)
    return standing, [Tombstone.read(field, text) for field, text in rows if is_tombstone(field)]


def _find(execute: Execute, entry_ids: tuple[str, ...]) -> dict[str, _Known]:
    """Those of the entries that are there, by id."""
    rows = execute(f"{_FIND} ({', '.join('?' * len(entry_ids))})", entry_ids).fetchall()
    return {row[0]: _Known(*row) for row in rows}


def _check_predecessor(edit: Edit, old: str, known: _Known | None) -> None:
    where = f"{edit.subject} {edit.field} {old}"
    if known is None:
        raise QpmError("JOURNAL-005", where, "edit.open_again")
    if known.place != (edit.assessment_id, edit.subject, edit.field):
        raise QpmError("JOURNAL-014", where, "edit.open_again")


def _repeat(known: _Known, edit: Edit, payload: dict[str, Any]) -> Receipt:
    """The receipt of an entry that is there already, if it says the same."""
    same = (
        known.place == (edit.assessment_id, edit.subject, edit.field)
        and set(json.loads(known.supersedes)) == set(edit.supersedes)
        # Once erased nobody can tell, and a late resend must not bring the words back.
        and (known.salt is None or digest_text(known.salt, canonical_json(payload)) == known.payload_digest)
    )
    if not same:
        raise QpmError("JOURNAL-004", f"{edit.subject} {edit.field}", "edit.again")
    return Receipt(edit.entry_id, known.recorded_at, repeated=True)
