"""The set union of two journals: taking a visit out of one, and putting it into another.

An entry is the same entry in every journal, so merging is adding those that are not there: in any order and any
number of times it ends in the same state. What would make two journals disagree is refused before the first
write. Consent was asked where an entry was written and is not asked again; what a tombstone covers is blanked
whichever of the two comes first.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Protocol

from sqlalchemy import Connection, select
from sqlalchemy.engine import Dialect

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import queries
from qpm_widgets.journal.bundle_checks import ends_of_stretches, iter_runs, meetings_of_visit, place_of
from qpm_widgets.journal.bundles import Bundle, Link, Manifest, Signature
from qpm_widgets.journal.entries import Entry, canonical_json
from qpm_widgets.journal.entry_checks import wrong
from qpm_widgets.journal.erasure import blank_covered
from qpm_widgets.journal.schema import entry_table, mark_table, signature_table
from qpm_widgets.journal.signing import LINK, DeviceKey
from qpm_widgets.journal.writing import Cursor

_c, _m, _s = entry_table.c, mark_table.c, signature_table.c

_BY_ID = """SELECT entry_id, assessment_id, subject, field, device_id, device_seq, chain FROM entry
    WHERE entry_id IN (SELECT value FROM json_each(:wanted))"""
_BY_NUMBER = """SELECT device_seq, chain FROM {table}
    WHERE device_id = :device_id AND device_seq IN (SELECT value FROM json_each(:wanted))"""
_REPLACING = """SELECT old.entry_id, new.assessment_id, new.subject, new.field
    FROM superseded AS old JOIN entry AS new ON new.entry_id = old.by_entry_id
    WHERE old.entry_id IN (SELECT value FROM json_each(:wanted))"""
_REPLACED_IN_PLACE = """SELECT new.entry_id, old.entry_id FROM superseded AS old
    JOIN entry AS new ON new.entry_id = old.by_entry_id
    WHERE new.assessment_id = ? AND new.subject = ? AND new.field = ?"""
_TIME_BEFORE = """SELECT recorded_at FROM entry WHERE device_id = :device_id AND device_seq < :device_seq
    ORDER BY device_seq DESC LIMIT 1"""
_TIME_AFTER = """SELECT recorded_at FROM entry WHERE device_id = :device_id AND device_seq > :device_seq
    ORDER BY device_seq LIMIT 1"""


class Driver(Protocol):
    """The driver's own connection, as far as it is used here."""

    @property
    def execute(self) -> Callable[..., Cursor]: ...  # noqa: D102

    @property
    def executemany(self) -> Callable[..., Cursor]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging did.

    Attributes
    ----------
    written : mapping
        How many entries were new, by device and by the assessor in whose name it recorded them.
    blanked : tuple of str
        Ids of the entries that were blanked because a withdrawal covers them.
    """

    written: Mapping[tuple[str, str], int]
    blanked: tuple[str, ...]

    @property
    def new(self) -> int:
        """How many entries were new."""
        return sum(self.written.values())


# --- taking out ---------------------------------------------------------------------------------------------


def collect_visit(connection: Connection, manifest: Mapping[str, Any], key: DeviceKey) -> Bundle:
    """One visit of an assessment, in one snapshot.

    Parameters
    ----------
    manifest
        The fields of ``Manifest`` that the journal does not know: who sends what, and with which kit.
    key
        That of the journal's own device.

    Raises
    ------
    QpmError
        JOURNAL-009 if a link that must be stated is not there, or nobody signed what another device wrote.
    """
    assessment_id, visit_id = manifest["assessment_id"], manifest["visit_id"]
    of_assessment = queries.ENTRIES.where(_c.assessment_id == assessment_id)
    plans = connection.execute(of_assessment.where(_c.subject > "", _c.field == "plan"))
    subjects = {"assessment", f"visit:{visit_id}", *meetings_of_visit(map(_as_recorded, plans), visit_id)}
    rows = connection.execute(of_assessment.where(_c.subject.in_(subjects)))
    entries = sorted(map(_as_recorded, rows), key=lambda entry: (entry.device_id, entry.device_seq))
    heads = connection.execute(queries.HEADS).all()
    stated = Manifest(
        **manifest,
        head=queries.digest_heads(heads),
        entries=len(entries),
        newest_schema=max((entry.schema_version for entry in entries), default=1),
        heads=tuple(Link(*head) for head in heads),
        marks=tuple(_marks_before(connection, entries)),
        signatures=tuple(_signatures_of(connection, entries, key)),
    )
    return Bundle(stated, tuple(entries))


def _as_recorded(row: queries.AnyRow) -> Entry:
    """The entry of a row, its payload in the shape in which it was recorded, which is what its digest is of."""
    payload = None if row.payload is None else json.loads(row.payload)
    return queries.entry_with(row, payload, tuple(json.loads(row.supersedes)))


def _marks_before(connection: Connection, entries: Sequence[Entry]) -> Iterable[Link]:
    """For each run of entries that does not begin its device's chain: the link before it."""
    for run in iter_runs(entries):
        device_id, before = run[0].device_id, run[0].device_seq - 1
        if before:
            for c in (_c, _m):
                query = select(c.chain).where(c.device_id == device_id, c.device_seq == before)
                if (chain := connection.execute(query).scalar()) is not None:
                    yield Link(device_id, before, chain)
                    break
            else:
                raise _unsound(device_id)


def _signatures_of(connection: Connection, entries: Sequence[Entry], key: DeviceKey) -> Iterator[Signature]:
    """For each stretch: its device's signature; what this device wrote it signs now."""
    for last in ends_of_stretches(entries):
        if last.device_id == key.device_id:
            yield sign_entry(last, key)
            continue
        query = select(signature_table).where(_s.device_id == last.device_id, _s.device_seq == last.device_seq)
        if (kept := connection.execute(query).one_or_none()) is None:
            raise _unsound(last.device_id)
        yield Signature(*kept)


def sign_entry(entry: Entry | queries.AnyRow, key: DeviceKey) -> Signature:
    """The signature of the device that wrote an entry, for all of its chain up to there."""
    signature = key.sign(LINK, entry.device_seq, entry.chain)
    return Signature(key.device_id, entry.device_seq, key.public_key, signature)


def _unsound(device_id: str) -> QpmError:
    return QpmError("JOURNAL-009", f"device {device_id}", "merging.verify")


# --- putting in ---------------------------------------------------------------------------------------------


class BundleMerger:
    """Merges bundles into the journal of one device."""

    def __init__(self, dialect: Dialect, device_id: str) -> None:
        self._device_id = device_id
        self._add_entry = queries.Prepared(queries.ADD_ENTRY, dialect).sql
        self._add_superseded = queries.Prepared(queries.ADD_SUPERSEDED, dialect).sql
        self._add_mark = queries.Prepared(queries.ADD_MARK, dialect).sql

    def merge(self, driver: Driver, bundle: Bundle, where: str) -> Merged:
        """Add what is not there yet.

        Parameters
        ----------
        driver
            A driver's connection on which a write transaction has begun.
        bundle, where
            A bundle that ``check_bundle`` found right, and the name of its file for errors.

        Raises
        ------
        QpmError
            BUNDLE-008 or BUNDLE-009; nothing was written then.
        """
        known = _Known(driver.execute, bundle.entries, (*bundle.manifest.marks, *bundle.manifest.heads))
        self._check_own(bundle, known, where)
        new = [entry for entry in bundle.entries if not known.has(entry, where)]
        for link in (*bundle.manifest.marks, *bundle.manifest.heads):
            if known.says_otherwise(link):
                raise wrong("BUNDLE-008", where, "merging.other_link", device=link.device_id)
        _check_replacing(driver.execute, new, where)
        _check_times(driver.execute, new, where)
        self._write(driver, new, [mark for mark in bundle.manifest.marks if not known.knows(mark)])
        driver.executemany(queries.ADD_SIGNATURE, [signature._asdict() for signature in bundle.manifest.signatures])
        written = Counter((entry.device_id, entry.recorded_by) for entry in new)
        return Merged(written, tuple(blank_covered(driver.execute)) if new else ())

    def _write(self, driver: Driver, new: Sequence[Entry], marks: Sequence[Link]) -> None:
        if not new:
            return  # a mark without an entry that follows it would be one too many
        texts = (None if entry.payload is None else canonical_json(entry.payload) for entry in new)
        rows = [queries.row_of(entry, text, entry.chain) for entry, text in zip(new, texts, strict=True)]
        driver.executemany(self._add_entry, rows)
        pairs = [{"entry_id": old, "by_entry_id": entry.entry_id} for entry in new for old in entry.supersedes]
        driver.executemany(self._add_superseded, pairs)
        driver.executemany(self._add_mark, [mark._asdict() for mark in marks])

    def _check_own(self, bundle: Bundle, known: _Known, where: str) -> None:
        """What is said of this kit's own device must be here already."""
        entries = (Link(entry.device_id, entry.device_seq, entry.chain) for entry in bundle.entries)
        for link in (*entries, *bundle.manifest.marks, *bundle.manifest.heads):
            if link.device_id == self._device_id and known.entries.get(link[:2]) != link.chain:
                raise wrong("BUNDLE-009", where, "merging.not_ours", number=link.device_seq)


class _Known:
    """What the journal has of a bundle's entries and links."""

    def __init__(self, execute: Callable[..., Cursor], entries: Sequence[Entry], links: Sequence[Link]) -> None:
        rows = execute(_BY_ID, {"wanted": _listed(entry.entry_id for entry in entries)}).fetchall()
        self._by_id = {row[0]: tuple(row[4:]) for row in rows}
        self.entries: dict[tuple[str, int], str] = {}
        self._marks: dict[tuple[str, int], str] = {}
        numbers: dict[str, set[int]] = {}
        for device_id, number in [(e.device_id, e.device_seq) for e in entries] + [link[:2] for link in links]:
            numbers.setdefault(device_id, set()).add(number)
        for found, table in ((self.entries, entry_table), (self._marks, mark_table)):
            query = _BY_NUMBER.format(table=table.name)
            for device_id, wanted in numbers.items():
                values = {"device_id": device_id, "wanted": _listed(sorted(wanted))}
                found |= {(device_id, number): chain for number, chain in execute(query, values).fetchall()}

    def has(self, entry: Entry, where: str) -> bool:
        """Whether the entry is here; refuses one that is here as something else (BUNDLE-008)."""
        link = Link(entry.device_id, entry.device_seq, entry.chain)
        same = self._by_id.get(entry.entry_id)  # a link covers all of an entry, its words by their digest
        if (same is not None and same != tuple(link)) or self.says_otherwise(link):
            raise wrong("BUNDLE-008", where, "merging.something_else", entry=entry.entry_id)
        return same is not None

    def says_otherwise(self, link: Link) -> bool:
        """Whether an entry or a mark with this number has another link."""
        return any(found.get(link[:2], link.chain) != link.chain for found in (self.entries, self._marks))

    def knows(self, link: Link) -> bool:
        """Whether there is an entry or a mark with this number."""
        return link[:2] in self.entries or link[:2] in self._marks


def _listed(values: Iterable[object]) -> str:
    return json.dumps(list(values))


def _check_replacing(execute: Callable[..., Cursor], new: Sequence[Entry], where: str) -> None:
    """What a new entry replaces, and what replaces it, is of the same field; either may be still to come."""
    places = {entry.entry_id: place_of(entry) for entry in new}
    olds = _listed({old for entry in new for old in entry.supersedes})
    known = {row[0]: tuple(row[1:4]) for row in execute(_BY_ID, {"wanted": olds}).fetchall()}
    replacing = execute(_REPLACING, {"wanted": _listed(places)}).fetchall()
    loose = [old for old, *place in replacing if places[old] != tuple(place)]
    loose += [e.entry_id for e in new if any(known.get(old, place_of(e)) != place_of(e) for old in e.supersedes)]
    if loose:
        raise wrong("BUNDLE-008", where, "merging.other_field", entry=loose[0])
    if replacing:  # only then can a circle close that neither the bundle nor the journal has by itself
        _check_circles(execute, new, {tuple(place) for _, *place in replacing}, where)


def _check_circles(
    execute: Callable[..., Cursor], new: Sequence[Entry], places: Iterable[tuple[Any, ...]], where: str
) -> None:
    """Entries that replace each other in a circle, some here and some new, would leave a field without a value."""
    replaced: dict[str, set[str]] = {entry.entry_id: set(entry.supersedes) for entry in new}
    for place in places:
        for entry_id, old in execute(_REPLACED_IN_PLACE, place).fetchall():
            replaced.setdefault(entry_id, set()).add(old)
    try:
        TopologicalSorter(replaced).prepare()
    except CycleError:
        raise wrong("BUNDLE-008", where, "merging.circle") from None


def _check_times(execute: Callable[..., Cursor], new: Sequence[Entry], where: str) -> None:
    """A device's time never runs back, also over the holes that the new entries fill."""
    for run in iter_runs(new):
        for query, entry, sign in ((_TIME_BEFORE, run[0], 1), (_TIME_AFTER, run[-1], -1)):
            row = execute(query, {"device_id": entry.device_id, "device_seq": entry.device_seq}).fetchone()
            if row is not None and (entry.recorded_at - row[0]) * sign < 0:
                raise wrong("BUNDLE-008", where, "merging.impossible_time", entry=entry.entry_id)
