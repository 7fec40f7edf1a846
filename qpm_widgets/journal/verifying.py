"""Is the journal still what was written? Every digest and chain link recomputed.

Found: an altered payload or any other altered column, a row removed from the middle, rows put in another
order, predecessors that are not there, payloads out of shape, words blanked that no tombstone covers or kept that
one does, chain marks that fit nothing, what another device did not sign, a missing or altered trigger, damaged pages.
Not found: rows cut off the end of a device's chain, and a history of this kit's own device forged by someone who has
the key and recomputes every link; both show against a ``Journal.head()`` noted elsewhere (a report's manifest, a
bundle).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.entries import SCHEMA_VERSION, Entry, digest_text, link_chain
from qpm_widgets.journal.erasure import ALL_TOMBSTONES, find_covered, is_explained, read_tombstones
from qpm_widgets.journal.grammar import JOURNAL, Grammar, payload_shape
from qpm_widgets.journal.queries import AnyRow, entry_with
from qpm_widgets.journal.schema import TRIGGERS, entry_table, mark_table, superseded_table
from qpm_widgets.journal.signature_checks import signature_faults
from qpm_widgets.journal.upgrading import upgrade_payload

_c = entry_table.c
_BATCH = 1000  # rows read at a time
Place = tuple[str, str, str]
Marks = dict[tuple[str, int], str]
"""The chain marks: (device, number) to link."""


@dataclass(frozen=True)
class Verification:
    """What ``Journal.verify`` saw: how much, and each fault in one line (ids and kinds, never words)."""

    entries: int
    devices: int
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no fault."""
        return not self.faults


def verify_journal(connection: Connection, own_device: str, grammar: Grammar = JOURNAL) -> Verification:
    """Read the whole journal in one snapshot and check it.

    The chain of ``own_device`` is whole and names only entries that are there; chains that came in bundles may have
    holes, each closed by a mark, and predecessors that are still to come, and are signed by their devices.
    """
    faults: list[str] = []
    entries, devices = 0, set[str]()
    execute: Any = connection.exec_driver_sql
    connection = connection.execution_options(yield_per=_BATCH)
    try:
        faults += _check_pages(connection)
        faults += _check_triggers(connection)
        places = _read_places(connection)
        tombstones = read_tombstones(connection.exec_driver_sql(ALL_TOMBSTONES))
        replaced: dict[str, tuple[str, ...]] = {}
        for old, new in connection.execute(select(superseded_table.c.entry_id, superseded_table.c.by_entry_id)):
            replaced[new] = (*replaced.get(new, ()), old)
        marks: Marks = {(row[0], row[1]): row[2] for row in connection.execute(select(mark_table))}
        faults += [
            f"mark {own_device} {number}: the chain is this kit's own" for by, number in marks if by == own_device
        ]
        unneeded = set(marks)
        previous: Entry | None = None
        for row in connection.execute(select(entry_table).order_by(_c.device_id, _c.device_seq)):
            before = previous if previous is not None and previous.device_id == row.device_id else None
            is_own = row.device_id == own_device
            link = _link_before(row, before, {} if is_own else marks)
            previous, row_faults = _check_row(row, before, link, places, replaced, grammar, is_own=is_own)
            faults += row_faults
            if row.payload is None and row.salt is None and not is_explained(previous, tombstones):
                faults.append(f"{row.entry_id}: its words are gone, and no record of an erasure covers it")
            if marks.get((row.device_id, row.device_seq), row.chain) != row.chain:
                faults.append(f"{row.entry_id}: a chain mark says otherwise than the entry")
            unneeded.discard((row.device_id, row.device_seq - 1))
            entries += 1
            devices.add(row.device_id)
        faults += [f"mark {device_id} {number}: no entry follows it" for device_id, number in sorted(unneeded)]
        faults += signature_faults(connection, own_device)
        faults += [
            f"{entry_id}: a record of an erasure covers it, and its words are still there"
            for entry_id in find_covered(execute)
        ]
        faults += [f"superseded {entry_id}: names a successor that is not there" for entry_id in sorted(replaced)]
    except DBAPIError as error:
        faults.append(f"file: cannot be read to its end ({getattr(error.orig, 'sqlite_errorname', 'unknown')})")
    return Verification(entries, len(devices), tuple(faults))


def _read_places(connection: Connection) -> dict[str, Place]:
    """The field that each entry is about; entries of one field share what says so."""
    shared: dict[Place, Place] = {}
    places: dict[str, Place] = {}
    for entry_id, *names in connection.execute(select(_c.entry_id, _c.assessment_id, _c.subject, _c.field)):
        place = (names[0], names[1], names[2])
        places[entry_id] = shared.setdefault(place, place)
    return places


def _check_pages(connection: Connection) -> Iterator[str]:
    for (finding,) in connection.exec_driver_sql("PRAGMA cipher_integrity_check"):
        yield f"file: {finding}"


def _check_triggers(connection: Connection) -> Iterator[str]:
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    present = {name: " ".join(sql.split()) for name, sql in rows}
    for name, sql in TRIGGERS.items():
        if name not in present:
            yield f"trigger {name}: missing"
        elif present[name] != " ".join(sql.split()):
            yield f"trigger {name}: altered"
    for name in sorted(set(present) - set(TRIGGERS)):
        yield f"trigger {name}: not one of the journal's"


def _link_before(row: AnyRow, before: Entry | None, marks: Marks) -> tuple[int, str]:
    """The number that an entry must have and the link it is chained to: the device's previous one's, or a mark's."""
    if (before is None or before.device_seq + 1 != row.device_seq) and (row.device_id, row.device_seq - 1) in marks:
        return row.device_seq, marks[row.device_id, row.device_seq - 1]
    return (before.device_seq + 1, before.chain) if before else (1, "")


def _check_row(
    row: AnyRow,
    before: Entry | None,
    link: tuple[int, str],
    places: dict[str, Place],
    replaced: dict[str, tuple[str, ...]],
    grammar: Grammar,
    *,
    is_own: bool,
) -> tuple[Entry, list[str]]:
    """The entry of a row, and its faults; ``before`` is the device's previous entry."""
    kinds: list[str] = []
    try:
        supersedes = () if row.supersedes == "[]" else tuple(str(entry_id) for entry_id in from_json(row.supersedes))
    except (ValueError, TypeError):
        supersedes = ()
        kinds.append("its list of predecessors cannot be read")
    entry = entry_with(row, None, supersedes)
    expected, chained_to = link
    if entry.device_seq != expected:
        kinds.append(f"number {entry.device_seq} of its device follows where {expected} belongs: entries are missing")
    if before and entry.recorded_at < before.recorded_at:
        kinds.append("recorded before the entry that precedes it")
    if link_chain(chained_to, entry) != entry.chain:
        kinds.append("its chain link does not fit: it or the entry before it was altered, removed or moved")
    kinds += _check_words(entry, row.payload, grammar)
    for old in supersedes:
        if old not in places:
            kinds += [f"its predecessor {old} is not there"] * is_own
        elif places[old] != places[entry.entry_id]:
            kinds.append(f"its predecessor {old} belongs to another field")
    if set(replaced.pop(entry.entry_id, ())) != set(supersedes):
        kinds.append("the table of superseded entries says otherwise than the entry")
    return entry, [f"{entry.entry_id}: {kind}" for kind in kinds]


def _check_words(entry: Entry, text: str | None, grammar: Grammar) -> Iterator[str]:
    """Faults of payload, salt and digest; whether a blank entry had to be blanked, ``erasure_faults`` says."""
    if text is None or entry.salt is None:
        if text is not None or entry.salt is not None:
            yield "half erased: payload and salt are blanked together or not at all"
        return
    if digest_text(entry.salt, text) != entry.payload_digest:
        yield "its payload is not what was recorded"
    elif entry.schema_version <= SCHEMA_VERSION:  # what a newer kit wrote, only that kit can look into
        try:
            payload = upgrade_payload(entry.schema_version, entry.subject, entry.field, from_json(text))
            payload_shape(entry.subject, entry.field, grammar).model_validate(payload)
        except (QpmError, ValueError):
            yield "its payload does not have the shape of its field"
