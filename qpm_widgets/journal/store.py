"""The journal itself: append, and read what was appended.

Safe to use from any thread (JupyterLab delivers a widget's messages on subshell threads) and from several processes at
once: each kernel opens the same file.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, tuple_

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import queries
from qpm_widgets.journal.consent import check_consent
from qpm_widgets.journal.entries import (
    SCHEMA_VERSION,
    Edit,
    Entry,
    Receipt,
    canonical_json,
    digest_payload,
    link_chain,
)
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.opening import check_file, make_engine
from qpm_widgets.journal.payloads import check_payload
from qpm_widgets.journal.schema import entry_table, superseded_table
from qpm_widgets.journal.verifying import Verification, verify_journal

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_BATCH = 1000  # rows read at a time


def now_ms() -> int:
    """The time in UTC milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Journal:
    """An append-only encrypted store of entries; get it from ``Kit.journal``.

    Parameters
    ----------
    path : Path
        The SQLCipher file; it must be there.
    key : bytes
        Its raw 32-byte key.
    device_id : str
        Whose chain this kit extends.
    assessor : str
        Code recorded as ``recorded_by`` unless an append says otherwise.
    clock : callable, optional
        Gives UTC milliseconds.
    """

    def __init__(
        self, path: Path, key: bytes, *, device_id: str, assessor: str, clock: Callable[[], int] = now_ms
    ) -> None:
        self.path = path
        self._device_id = device_id
        self._assessor = assessor
        self._clock = clock
        self._writer = threading.Lock()
        self._closed = False
        self._engine = make_engine(path, key)
        try:
            check_file(self._engine, path)
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Give the file back; later calls raise JOURNAL-010."""
        with self._writer:
            self._closed = True
            self._engine.dispose()

    # --- writing ---------------------------------------------------------------------------------------------

    def append(self, edit: Edit, *, recorded_by: str | None = None) -> Receipt:
        """Record one edit; it is durable when this returns.

        Sending the same edit again returns its first receipt, marked ``repeated``.

        Raises
        ------
        QpmError
            JOURNAL-004 to -008, -010, -014, -015 or CONSENT-001 to -003; nothing was written then.
        """
        return self.append_all((edit,), recorded_by=recorded_by)[0]

    def append_all(self, edits: Iterable[Edit], *, recorded_by: str | None = None) -> list[Receipt]:
        """Record several edits in one transaction: all of them or, on any error, none.

        A later edit may replace or rest on an earlier one of the same call.

        Raises
        ------
        QpmError
            As ``append``.
        """
        author = recorded_by if recorded_by is not None else self._assessor
        _check_ids(author, "recorded_by")
        checked = [(edit, _check_edit(edit)) for edit in edits]
        if not checked:
            return []
        where = f"{checked[0][0].subject} {checked[0][0].field}"
        with self._writer, self._transaction(where, writing=True) as connection:
            return [self._write(connection, edit, payload, author) for edit, payload in checked]

    def _write(self, connection: Connection, edit: Edit, payload: dict[str, Any], author: str) -> Receipt:
        where = f"{edit.subject} {edit.field}"
        wanted = (edit.entry_id, *edit.supersedes)
        known = {row.entry_id: row for row in connection.execute(queries.BY_ID, {"entry_ids": wanted})}
        if edit.entry_id in known:
            return _repeat(known[edit.entry_id], edit, payload)
        _check_predecessors(edit, known)
        if edit.subject.startswith("interview:") and edit.field.startswith("answer:"):
            place = {"assessment_id": edit.assessment_id, "subject": edit.subject}
            rows = connection.execute(queries.PLAN_AND_CONSENTS, place)
            facts = [(row.field, None if row.payload is None else json.loads(row.payload)) for row in rows]
            check_consent(edit.subject, edit.field, payload, facts)
        last = connection.execute(queries.LAST_OF_DEVICE, {"device_id": self._device_id}).first()
        salt = secrets.token_hex(16)
        draft = Entry(
            entry_id=edit.entry_id,
            assessment_id=edit.assessment_id,
            subject=edit.subject,
            field=edit.field,
            payload=payload,
            # The clock may be set back; the order within a device may not.
            recorded_at=max(self._clock(), last.recorded_at if last else 0),
            recorded_by=author,
            device_id=self._device_id,
            device_seq=last.device_seq + 1 if last else 1,
            supersedes=edit.supersedes,
            schema_version=SCHEMA_VERSION,
            salt=salt,
            payload_digest=digest_payload(salt, payload),
            chain="",
        )
        row = queries.row_of(draft, link_chain(last.chain if last else "", draft))
        connection.execute(insert(entry_table), row)
        if edit.supersedes:
            pairs = [{"entry_id": old, "by_entry_id": edit.entry_id} for old in edit.supersedes]
            connection.execute(insert(superseded_table), pairs)
        return Receipt(edit.entry_id, draft.recorded_at, repeated=False)

    # --- reading ---------------------------------------------------------------------------------------------

    def iter_entries(
        self, assessment_id: str | None = None, *, subject: str | None = None, field_prefix: str | None = None
    ) -> Iterator[Entry]:
        """Every entry, also those replaced since, by (recorded_at, device_id, device_seq).

        It reads on as it is consumed and holds nothing open in between, so an abandoned iteration costs nothing.
        """
        table = entry_table.c
        place = tuple_(table.recorded_at, table.device_id, table.device_seq)
        query = queries.narrow(queries.ENTRIES, assessment_id, subject=subject, field_prefix=field_prefix)
        page = query.limit(_BATCH)
        while rows := self._rows(page):
            yield from map(queries.entry_of, rows)
            last = rows[-1]
            page = query.where(place > (last.recorded_at, last.device_id, last.device_seq)).limit(_BATCH)

    def current(
        self,
        assessment_id: str,
        *,
        subject: str | None = None,
        subject_prefix: str | None = None,
        field_prefix: str | None = None,
    ) -> list[Entry]:
        """Entries that no other supersedes, by (recorded_at, device_id, device_seq).

        Two of them for one subject and field are a conflict; ``conflicts`` lists those.
        """
        query = queries.narrow(
            queries.CURRENT,
            assessment_id,
            subject=subject,
            subject_prefix=subject_prefix,
            field_prefix=field_prefix,
        )
        return [queries.entry_of(row) for row in self._rows(query)]

    def current_entry(self, assessment_id: str, subject: str, field: str) -> Entry | None:
        """The newest current entry of a field; None if it has none."""
        query = queries.narrow(queries.CURRENT, assessment_id, subject=subject)
        rows = self._rows(query.where(entry_table.c.field == field))
        return queries.entry_of(rows[-1]) if rows else None

    def find_entries(self, entry_ids: Iterable[str]) -> dict[str, Entry]:
        """The entries with these ids; an unknown id is simply not in the result."""
        wanted = list(dict.fromkeys(entry_ids))
        found: dict[str, Entry] = {}
        for start in range(0, len(wanted), _BATCH):
            query = queries.ENTRIES.where(entry_table.c.entry_id.in_(wanted[start : start + _BATCH]))
            found |= {row.entry_id: queries.entry_of(row) for row in self._rows(query)}
        return found

    def conflicts(self, assessment_id: str) -> list[tuple[Entry, ...]]:
        """Fields with more than one current entry, by subject and field; each with all of them, oldest first."""
        groups: dict[tuple[str, str], list[Entry]] = {}
        for row in self._rows(queries.conflicting(assessment_id)):
            groups.setdefault((row.subject, row.field), []).append(queries.entry_of(row))
        return [tuple(group) for _, group in sorted(groups.items())]

    def assessment_ids(self) -> list[str]:
        """The ids of all assessments with an entry, sorted."""
        column = entry_table.c.assessment_id
        return [row[0] for row in self._rows(select(column).distinct().order_by(column))]

    def head(self) -> str:
        """SHA-256 over every device's last chain link: the state of the journal in one line."""
        return queries.digest_heads(self._rows(queries.HEADS))

    def verify(self) -> Verification:
        """Recompute everything that can be recomputed; see ``verifying`` for what that finds."""
        with self._transaction("verify", writing=False) as connection:
            return verify_journal(connection)

    # --- the file --------------------------------------------------------------------------------------------

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._transaction("reading", writing=False) as connection:
            return connection.execute(query).all()

    @contextmanager
    def _transaction(self, where: str, *, writing: bool) -> Iterator[Connection]:
        if self._closed:
            raise QpmError("JOURNAL-010", self.path.name, "Unlock the kit again.")
        with (
            explained(where, writing=writing),
            self._engine.connect().execution_options(writing=writing) as connection,
            connection.begin(),
        ):
            yield connection


def _check_ids(value: str, what: str, pattern: re.Pattern[str] = _CODE) -> None:
    if not pattern.fullmatch(value):
        raise QpmError("JOURNAL-015", what, "Report this: the kit made an id that the journal does not take.")


def _check_edit(edit: Edit) -> dict[str, Any]:
    """The edit's payload as plain JSON values, once ids and shape have been found right."""
    _check_ids(edit.assessment_id, "assessment_id")
    for entry_id in (edit.entry_id, *edit.supersedes):
        _check_ids(entry_id, "entry_id", _UUID)
    if len(set(edit.supersedes)) != len(edit.supersedes):
        raise QpmError("JOURNAL-015", "supersedes", "Name each replaced entry once.")
    return check_payload(edit.subject, edit.field, edit.payload)


def _check_predecessors(edit: Edit, known: dict[str, Row[Any]]) -> None:
    where = f"{edit.subject} {edit.field}"
    place = (edit.assessment_id, edit.subject, edit.field)
    for entry_id in edit.supersedes:
        row = known.get(entry_id)
        if row is None:
            raise QpmError(
                "JOURNAL-005", f"{where} {entry_id}", "Open the page again, then make the change again."
            )
        if (row.assessment_id, row.subject, row.field) != place:
            raise QpmError(
                "JOURNAL-014", f"{where} {entry_id}", "Open the page again, then make the change again."
            )


def _repeat(row: Row[Any], edit: Edit, payload: dict[str, Any]) -> Receipt:
    """The receipt of an entry that is there already, if it says the same."""
    same = (
        (row.assessment_id, row.subject, row.field) == (edit.assessment_id, edit.subject, edit.field)
        and set(json.loads(row.supersedes)) == set(edit.supersedes)
        # Once erased nobody can tell, and a late resend must not bring the words back.
        and (row.salt is None or digest_payload(row.salt, payload) == row.payload_digest)
    )
    if not same:
        raise QpmError(
            "JOURNAL-004", f"{edit.subject} {edit.field}", "Make the change again, as a new entry."
        )
    return Receipt(row.entry_id, row.recorded_at, repeated=True)
