"""The journal itself: append, and read what was appended.

Safe to use from any thread (JupyterLab delivers a widget's messages on subshell threads) and from several
processes at once: each kernel opens the same file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path

from sqlalchemy import Connection, PoolProxiedConnection, select

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import queries
from qpm_widgets.journal.bundle_checks import check_bundle
from qpm_widgets.journal.bundles import Bundle, Link
from qpm_widgets.journal.compacting import cut_log, write_log_back
from qpm_widgets.journal.device_keys import read_device_key
from qpm_widgets.journal.entries import Edit, Entry, Receipt
from qpm_widgets.journal.erasure import blank_covered, may_cover
from qpm_widgets.journal.failures import explained, is_read_only
from qpm_widgets.journal.grammar import JOURNAL, Grammar
from qpm_widgets.journal.in_use import OpenMark
from qpm_widgets.journal.kept_secrets import make_secret, read_names, read_secret, write_names
from qpm_widgets.journal.merging import BundleMerger, Driver, Merged, collect_visit
from qpm_widgets.journal.opening import check_file, make_engine
from qpm_widgets.journal.schema import entry_table
from qpm_widgets.journal.signing import DeviceKey
from qpm_widgets.journal.strangers import Writer, compared_name, iter_writers
from qpm_widgets.journal.verifying import Verification, verify_journal
from qpm_widgets.journal.withdrawing import Withdrawal, edits_for
from qpm_widgets.journal.writing import EditWriter, Execute, check_edit, is_code

_BATCH = 1000  # rows read at a time
_BY_TIME = attrgetter("recorded_at", "device_id", "device_seq")


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
    mark : OpenMark, optional
        Says that this process has the kit open; it goes with the journal.
    grammar : Grammar
        What may be written where.

    Raises
    ------
    QpmError
        JOURNAL-002, JOURNAL-011 or JOURNAL-013 if the file is missing, too new or unreadable.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        *,
        device_id: str,
        assessor: str,
        clock: Callable[[], int] = now_ms,
        mark: OpenMark | None = None,
        grammar: Grammar = JOURNAL,
    ) -> None:
        self.path = path
        self._device_id, self._assessor = device_id, assessor
        self._turn = threading.Lock()  # one writer at a time; between processes the file's own lock decides
        self._writing: PoolProxiedConnection | None = None  # kept by whoever has the turn
        self._closed = False
        self._mark = mark
        self._grammar = grammar
        self._engine = make_engine(path, key)
        self._field = queries.Prepared(queries.CURRENT_OF_FIELD, self._engine.dialect)
        self._writer = EditWriter(self._engine.dialect, device_id, clock)
        self._merger = BundleMerger(self._engine.dialect, device_id)
        try:
            check_file(self._engine, path)
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Give the file back; later calls raise JOURNAL-010."""
        with self._turn:
            self._closed = True
            if self._writing is not None:
                self._writing.close()
            self._engine.dispose()
            if self._mark is not None:
                self._mark.release()

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
        author = self._author(recorded_by)
        checked = [(edit, check_edit(edit, self._grammar)) for edit in edits]
        if not checked:
            return []
        with self._turn, self._driver(f"{checked[0][0].subject} {checked[0][0].field}") as driver:
            receipts = [self._writer.write(driver.execute, edit, payload, author) for edit, payload in checked]
            if any(may_cover(edit.field) for edit, _ in checked):
                blank_covered(driver.execute)
            return receipts

    def erase(self, wanted: Withdrawal, *, recorded_by: str | None = None) -> list[str]:
        """Record a withdrawal and blank what it covers, in one transaction; then ``compact``.

        Returns
        -------
        list of str
            The ids of the entries that are blank from now on; none if it was done before.

        Raises
        ------
        QpmError
            PLAN-001, CONSENT-004, JOURNAL-008, -010 or -015; nothing was written or erased then.
        """
        author = self._author(recorded_by)
        with self._turn, self._transaction(f"{wanted.subject} {wanted.tombstone.field}") as execute:
            for edit in edits_for(execute, wanted):
                self._writer.write(execute, edit, check_edit(edit), author)
            return blank_covered(execute)

    def compact(self) -> None:
        """Leave no byte of what was erased in any file of the journal.

        Raises
        ------
        QpmError
            CONSENT-006 if another program is in the way or the disk refuses; what was erased stays erased.
        """
        with self._turn, self._lent("compact") as driver:
            cut_log(driver.execute)

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """A secret of the kit: made once, at its first use, and the same for every process from then on.

        Parameters
        ----------
        name : str
            What it is for, such as ``age identity``.
        make : callable
            Makes the secret if there is none yet, while no other process can; it is durable before anybody gets it.

        Raises
        ------
        QpmError
            JOURNAL-008, JOURNAL-010 or JOURNAL-013.
        """
        with self._snapshot("reading") as connection:
            kept = read_secret(connection, name)
        if kept is not None:
            return kept
        with self._turn, self._transaction(f"secret {name}") as execute:
            return make_secret(execute, name, make)

    def device_key(self) -> DeviceKey:
        """The key that this kit signs with.

        Raises
        ------
        QpmError
            JOURNAL-002 if the journal has none or that of another device, JOURNAL-010 or JOURNAL-013.
        """
        with self._snapshot("reading") as connection:
            return read_device_key(connection, self._device_id)

    def names(self, assessment_id: str) -> dict[str, tuple[str, ...]]:
        """The people whose names this kit looks for, by visit; a visit without such a list is not in it."""
        with self._turn, self._lent("reading", writing=False) as driver:
            return read_names(driver.execute, assessment_id)

    def keep_names(self, assessment_id: str, visit_id: str, names: Sequence[str]) -> None:
        """Keep a visit's list of names in place of the one before; none clears it. Then ``compact``.

        It has no history and is in no bundle, table or report (JOURNAL-008, -010 or -015 if it cannot be kept).
        """
        with self._turn, self._transaction("names") as execute:
            write_names(execute, assessment_id, visit_id, names)

    def _author(self, recorded_by: str | None) -> str:
        author = self._assessor if recorded_by is None else recorded_by
        if not is_code(author):
            raise QpmError("JOURNAL-015", "recorded_by", "edit.assessor_code")
        return author

    def merge(self, bundle: Bundle, where: str = "submitted visit") -> Merged:
        """Add a submitted visit's entries to the journal, in one transaction; ``where`` names it in errors.

        Merging is a set union: in any order and any number of times it gives the same state.

        Raises
        ------
        QpmError
            BUNDLE-005 to -009, -012, -013, JOURNAL-008 or JOURNAL-010; nothing was written then.
        """
        check_bundle(bundle, where)
        with self._turn, self._driver(where) as driver:
            return self._merger.merge(driver, bundle, where)

    def writers(self, bundle: Bundle) -> list[Writer]:
        """The devices of a bundle that is still to be merged, the sender first, and what this journal has of them."""
        with self._snapshot("reading") as connection:
            return list(iter_writers(connection, bundle, self._device_id))

    def note_compared(self, device_id: str) -> None:
        """Keep that a device's digits were read out by its owner, and were right."""
        self.secret(compared_name(device_id), lambda: "yes")

    @contextmanager
    def _transaction(self, where: str) -> Iterator[Execute]:
        """A write transaction, as the driver's ``execute``; committed at the end or wholly undone."""
        with self._driver(where) as driver:
            yield driver.execute

    @contextmanager
    def _driver(self, where: str) -> Iterator[Driver]:
        """A write transaction on the driver's own connection, committed at the end or wholly undone."""
        with self._lent(where) as driver:
            # Takes the file's write lock at once: a reader that turns writer can be refused half-way.
            driver.execute("BEGIN IMMEDIATE")
            yield driver
            driver.execute("COMMIT")

    @contextmanager
    def _lent(self, where: str, *, writing: bool = True) -> Iterator[Driver]:
        """The driver's connection of whoever has the turn, without a transaction."""
        self._check_open()
        with explained(where, writing=writing):
            # Kept from one use to the next: fetching it from the pool and giving it back costs a tenth of a commit.
            lent, self._writing = self._writing or self._engine.raw_connection(), None
            try:
                yield lent.driver_connection  # type: ignore[misc]
            except BaseException as error:
                if is_read_only(error):
                    # SQLite opened the file for reading only, and stays with that until it is opened again.
                    lent.invalidate()
                    self._engine.dispose()
                lent.close()  # back to the pool, which rolls back whatever was not committed
                raise
            self._writing = lent

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
        return self._entries(queries.current(assessment_id, subject, subject_prefix, field_prefix))

    def current_entry(self, assessment_id: str, subject: str, field: str) -> Entry | None:
        """The newest current entry of a field that can be read, or else the newest; None if it has none."""
        place = self._field.fill(assessment_id=assessment_id, subject=subject, field=field)
        with self._turn, self._lent("reading", writing=False) as driver:
            rows = driver.execute(self._field.sql, place).fetchall()
        found = sorted(map(queries.entry_of, rows), key=_BY_TIME)
        readable = [entry for entry in found if not entry.erased] or found
        return readable[-1] if readable else None

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
        for entry in self._entries(queries.conflicting(assessment_id)):
            groups.setdefault((entry.subject, entry.field), []).append(entry)
        return [tuple(group) for _, group in sorted(groups.items())]

    def assessment_ids(self) -> list[str]:
        """The ids of all assessments with an entry, sorted."""
        column = entry_table.c.assessment_id
        return [row[0] for row in self._rows(select(column).distinct().order_by(column))]

    def bundle_visit(self, assessment_id: str, visit_id: str, **sender: str) -> Bundle:
        """One visit with all that concerns it, to be sent to another kit.

        ``sender`` are the fields of the manifest that the journal does not know: ``kit`` and ``templates``.

        Raises
        ------
        QpmError
            JOURNAL-002, JOURNAL-009, JOURNAL-010 or JOURNAL-013.
        """
        key = self.device_key()
        place = {"assessment_id": assessment_id, "visit_id": visit_id, "device_id": self._device_id}
        with self._snapshot("reading") as connection:
            return collect_visit(connection, {"assessor": self._assessor, **place, **sender}, key)

    def heads(self) -> list[Link]:
        """Every device's last chain link, in order of device: the state of the journal."""
        return [Link(*row) for row in self._rows(queries.HEADS)]

    def head(self) -> str:
        """SHA-256 over ``heads``: the state of the journal in one line."""
        return queries.digest_heads(self.heads())

    def missing_links(self, links: Iterable[Link]) -> list[Link]:
        """Those links that no entry of the journal has: entries that were cut off, or another history."""
        wanted = list(links)
        found = {Link(*row) for row in self._rows(queries.links_at([link[:2] for link in wanted]))}
        return [link for link in wanted if link not in found]

    def verify(self) -> Verification:
        """Recompute everything that can be recomputed; ``verifying`` says what that finds and what not."""
        with self._turn, self._lent("verify", writing=False) as driver:
            write_log_back(driver.execute)  # the pages of the main file are looked at too
        with self._snapshot("verify") as connection:
            return verify_journal(connection, self._device_id, self._grammar)

    def _entries(self, query: queries.AnySelect) -> list[Entry]:
        """The entries that a query finds, by (recorded_at, device_id, device_seq)."""
        with self._snapshot("reading") as connection:
            rows = connection.execution_options(yield_per=_BATCH).execute(query)
            # Sorted here and not by SQLite, which would hold all their words a second time.
            return sorted((queries.entry_of(row) for row in rows), key=_BY_TIME)

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
            raise QpmError("JOURNAL-010", self.path.name, "journal_file.unlock")
