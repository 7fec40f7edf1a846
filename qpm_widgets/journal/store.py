"""The journal itself: append, and read what was appended.

Safe to use from any thread (JupyterLab delivers a widget's messages on subshell threads) and from several
processes at once: each kernel opens the same file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import queries
from qpm_widgets.journal.entries import Edit, Entry, Receipt
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.opening import check_file, make_engine
from qpm_widgets.journal.schema import entry_table
from qpm_widgets.journal.verifying import Verification, verify_journal
from qpm_widgets.journal.writing import EditWriter, Execute, check_edit, is_code

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

    Raises
    ------
    QpmError
        JOURNAL-002, JOURNAL-011 or JOURNAL-013 if the file is missing, too new or unreadable.
    """

    def __init__(
        self, path: Path, key: bytes, *, device_id: str, assessor: str, clock: Callable[[], int] = now_ms
    ) -> None:
        self.path = path
        self._assessor = assessor
        self._turn = threading.Lock()  # one writer at a time; between processes the file's own lock decides
        self._closed = False
        self._engine = make_engine(path, key)
        self._writer = EditWriter(self._engine.dialect, device_id, clock)
        try:
            check_file(self._engine, path)
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Give the file back; later calls raise JOURNAL-010."""
        with self._turn:
            self._closed = True
            self._engine.dispose()

    # --- writing --------------------------------------------------------------------------------------------

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
        author = self._assessor if recorded_by is None else recorded_by
        if not is_code(author):
            raise QpmError("JOURNAL-015", "recorded_by", "Give the assessor's code.")
        checked = [(edit, check_edit(edit)) for edit in edits]
        if not checked:
            return []
        with self._turn, self._transaction(f"{checked[0][0].subject} {checked[0][0].field}") as execute:
            return [self._writer.write(execute, edit, payload, author) for edit, payload in checked]

    @contextmanager
    def _transaction(self, where: str) -> Iterator[Execute]:
        """A write transaction on the driver's own connection, committed at the end or wholly undone."""
        self._check_open()
        with explained(where, writing=True):
            lent = self._engine.raw_connection()
            try:
                execute: Execute = lent.driver_connection.execute  # type: ignore[union-attr]
                # Takes the file's write lock at once: a reader that turns writer can be refused half-way.
                execute("BEGIN IMMEDIATE")
                yield execute
                execute("COMMIT")
            finally:
                lent.close()  # back to the pool, which rolls back whatever was not committed

    # --- reading --------------------------------------------------------------------------------------------

    def iter_entries(
        self, assessment_id: str | None = None, *, subject: str | None = None, field_prefix: str | None = None
    ) -> Iterator[Entry]:
        """Every entry, also those replaced since, by (recorded_at, device_id, device_seq).

        What is recorded after it began is left out. It holds nothing open while it waits to be consumed: an
        abandoned one costs nothing.
        """
        rows = self._rows(queries.ids_in_order(assessment_id, subject, field_prefix))
        ids = [row[0] for row in rows]
        for start in range(0, len(ids), _BATCH):
            found = self.find_entries(batch := ids[start : start + _BATCH])
            yield from (found[entry_id] for entry_id in batch)

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
        query = queries.current(assessment_id, subject, subject_prefix, field_prefix)
        return [queries.entry_of(row) for row in self._rows(query)]

    def current_entry(self, assessment_id: str, subject: str, field: str) -> Entry | None:
        """The newest current entry of a field; None if it has none."""
        query = queries.current(assessment_id, subject, None, None).where(entry_table.c.field == field)
        rows = self._rows(query)
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
        """Fields with more than one current entry, by subject and field; each with these, oldest first."""
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
        """Recompute everything that can be recomputed; ``verifying`` says what that finds and what not."""
        with self._snapshot("verify") as connection:
            return verify_journal(connection)

    def _rows(self, query: queries.AnySelect) -> Sequence[queries.AnyRow]:
        with self._snapshot("reading") as connection:
            return connection.execute(query).all()

    @contextmanager
    def _snapshot(self, where: str) -> Iterator[Connection]:
        self._check_open()
        with explained(where, writing=False), self._engine.connect() as connection:
            yield connection  # one snapshot from the first query on, rolled back at the end

    def _check_open(self) -> None:
        if self._closed:
            raise QpmError("JOURNAL-010", self.path.name, "Unlock the kit again.")
