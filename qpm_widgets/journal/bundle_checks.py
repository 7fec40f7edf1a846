"""What a bundle must be in itself, before any journal is asked: whoever sent it, nothing in it is believed.

Each entry, whose words ``entry_checks`` has judged when it was read, has the link of its device's chain; all belong to
the one visit; blanks have the tombstone that covers them. Every link rests on the bundle's marks, and the last link of
each stretch is signed by its own device, so nobody else can have added to what a device wrote or changed it. What
contradicts the journal is for ``merging`` to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import chain, pairwise
from typing import TypeVar

from qpm_widgets.journal.bundles import Bundle, Link, Signature
from qpm_widgets.journal.entries import Entry, canonical_json, link_chain
from qpm_widgets.journal.entry_checks import wrong
from qpm_widgets.journal.erasure import Tombstone, is_tombstone
from qpm_widgets.journal.queries import AnyRow
from qpm_widgets.journal.signing import LINK, device_id_of, is_signed

Place = tuple[str, str, str]
EntryOrRow = TypeVar("EntryOrRow", Entry, AnyRow)


def place_of(entry: Entry) -> Place:
    """The field that an entry is about."""
    return entry.assessment_id, entry.subject, entry.field


def iter_runs(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Entries in order of device and number, as runs without a hole."""
    start = 0
    for at in range(1, len(entries) + 1):
        before = entries[at - 1]
        if at == len(entries) or (entries[at].device_id, entries[at].device_seq) != (
            before.device_id,
            before.device_seq + 1,
        ):
            yield entries[start:at]
            start = at


def ends_of_stretches(entries: Iterable[EntryOrRow]) -> Iterator[EntryOrRow]:
    """Of entries in order of device and number: the last of each stretch, which its device signs.

    A stretch is what a device wrote about one subject without a break. Bundles take whole subjects, so what ends a
    stretch in one journal ended it in a bundle that came there, and the signature is there to be sent on. With runs
    that would not be so: a bundle of another visit may have held the entry that follows as well.
    """
    for entry, following in pairwise(chain(entries, (None,))):
        if entry is not None and (following is None or not _goes_on(entry, following)):
            yield entry


def _goes_on(entry: EntryOrRow, following: EntryOrRow) -> bool:
    return (following.device_id, following.device_seq, following.assessment_id, following.subject) == (
        entry.device_id,
        entry.device_seq + 1,
        entry.assessment_id,
        entry.subject,
    )


def meetings_of_visit(plans: Iterable[Entry], visit_id: str) -> set[str]:
    """The interviews and observations whose plan, in any version, names the visit.

    One whose every plan was erased could be of any visit; it is taken to every one, for there its tombstone matters.
    """
    visits: dict[str, set[str]] = {}
    for entry in plans:
        if entry.field == "plan" and entry.subject.startswith(("interview:", "observation:")):
            named = visits.setdefault(entry.subject, set())
            if entry.payload is not None:
                named.add(str(entry.payload.get("visit", "")))
    return {subject for subject, named in visits.items() if visit_id in named or not named}


def check_bundle(bundle: Bundle, where: str) -> None:
    """Find the bundle right in itself.

    Parameters
    ----------
    where : str
        Names the file in errors.

    Raises
    ------
    QpmError
        BUNDLE-005 to -007, -012 or -013.
    """
    entries = bundle.entries
    numbers = [(entry.device_id, entry.device_seq) for entry in entries]
    if any(one >= other for one, other in pairwise(numbers)):
        raise wrong("BUNDLE-006", where, "sent_visit.unordered")
    if len({entry.entry_id for entry in entries}) != len(entries):
        raise wrong("BUNDLE-006", where, "sent_visit.entry_twice")
    _check_belonging(bundle, where)
    _check_replacing(entries, where)
    _check_blanks(entries, where)
    _check_chains(bundle, where)
    _check_signatures(bundle, where)


def _check_belonging(bundle: Bundle, where: str) -> None:
    manifest = bundle.manifest
    subjects = {"assessment", f"visit:{manifest.visit_id}", *meetings_of_visit(bundle.entries, manifest.visit_id)}
    for entry in bundle.entries:
        if entry.assessment_id != manifest.assessment_id or entry.subject not in subjects:
            raise wrong("BUNDLE-006", where, "sent_visit.entry_of_other_visit", entry=entry.entry_id)


def _check_replacing(entries: Sequence[Entry], where: str) -> None:
    """What an entry replaces is of the same field, and nothing replaces itself in a circle."""
    places = {entry.entry_id: place_of(entry) for entry in entries}
    for entry in entries:
        same = all(places.get(old, place_of(entry)) == place_of(entry) for old in entry.supersedes)
        if not same or len(set(entry.supersedes)) != len(entry.supersedes):
            raise wrong("BUNDLE-006", where, "sent_visit.entry_replaces_other_field", entry=entry.entry_id)
    try:
        TopologicalSorter({entry.entry_id: entry.supersedes for entry in entries}).prepare()
    except CycleError:
        raise wrong("BUNDLE-006", where, "sent_visit.circle") from None


def _check_blanks(entries: Sequence[Entry], where: str) -> None:
    tombstones: dict[str, list[Tombstone]] = {}
    for entry in entries:
        if is_tombstone(entry.field) and entry.payload is not None:
            stone = Tombstone.read(entry.field, canonical_json(entry.payload))
            tombstones.setdefault(entry.subject, []).append(stone)
    for entry in entries:
        if entry.payload is None and not any(
            stone.explains(entry.field) for stone in tombstones.get(entry.subject, ())
        ):
            raise wrong("BUNDLE-006", where, "sent_visit.words_missing", entry=entry.entry_id)


def _check_chains(bundle: Bundle, where: str) -> None:
    """Every run is chained to its mark, every mark is needed, and no entry lies beyond its device's head."""
    manifest = bundle.manifest
    marks, heads = {mark[:2]: mark.chain for mark in manifest.marks}, {head.device_id: head for head in manifest.heads}
    if len(marks) != len(manifest.marks) or len(heads) != len(manifest.heads):
        raise wrong("BUNDLE-006", where, "sent_visit.link_twice")
    needed: set[tuple[str, int]] = set()
    times: dict[str, int] = {}
    for run in iter_runs(bundle.entries):
        device_id, before = run[0].device_id, run[0].device_seq - 1
        if before:
            needed.add((device_id, before))
        link = marks.get((device_id, before), "")
        for entry in run:
            link, times[device_id] = _next_link(link, times.get(device_id, 0), entry, where)
        _check_head(run[-1], heads.get(device_id), where)
    if needed != marks.keys():
        raise wrong("BUNDLE-007", where, "sent_visit.marks")


def _next_link(link: str, time: int, entry: Entry, where: str) -> tuple[str, int]:
    if link_chain(link, entry) != entry.chain:
        raise wrong("BUNDLE-007", where, "sent_visit.entry_off_chain", entry=entry.entry_id)
    if entry.recorded_at < time:
        raise wrong("BUNDLE-007", where, "sent_visit.entry_too_early", entry=entry.entry_id)
    return entry.chain, entry.recorded_at


def _check_head(last: Entry, head: Link | None, where: str) -> None:
    if (
        head is None
        or last.device_seq > head.device_seq
        or (last.device_seq == head.device_seq and last.chain != head.chain)
    ):
        raise wrong("BUNDLE-007", where, "sent_visit.entry_beyond_head", entry=last.entry_id)


def _check_signatures(bundle: Bundle, where: str) -> None:
    """The last link of each stretch, which fits its chain, is signed by its own device; and nothing else is."""
    signatures = {signature[:2]: signature for signature in bundle.manifest.signatures}
    if len(signatures) != len(bundle.manifest.signatures):
        raise wrong("BUNDLE-006", where, "sent_visit.signature_twice")
    for last in ends_of_stretches(bundle.entries):
        _check_signed(last, signatures.pop((last.device_id, last.device_seq), None), where)
    if signatures:
        raise wrong("BUNDLE-006", where, "sent_visit.signature_unneeded")


def _check_signed(last: Entry, signature: Signature | None, where: str) -> None:
    if signature is None:
        raise wrong("BUNDLE-012", where, "sent_visit.entry_unsigned", entry=last.entry_id)
    if device_id_of(signature.public_key) != last.device_id:
        raise wrong("BUNDLE-013", where, "sent_visit.entry_other_key", entry=last.entry_id)
    if not is_signed(signature.public_key, signature.signature, LINK, last.device_seq, last.chain):
        raise wrong("BUNDLE-012", where, "sent_visit.entry_changed", entry=last.entry_id)
