"""What a bundle must be in itself, before any journal is asked: nobody signs it, so nothing in it is believed.

Each entry has the shape of its field, the digest of its words and the link of its device's chain; all belong to
the one visit; blanks have the tombstone that covers them. Then every link rests on the bundle's marks, and those
``merging`` compares with the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.bundles import Bundle, Link
from qpm_widgets.journal.entries import SCHEMA_VERSION, Entry, canonical_json, digest_text, link_chain
from qpm_widgets.journal.erasure import Tombstone, is_tombstone
from qpm_widgets.journal.payloads import check_payload, payload_shape
from qpm_widgets.journal.upgrading import upgrade_payload

_ASK = "Nothing was received; ask whoever sent it to run `qpm verify` and to submit the visit again."
Place = tuple[str, str, str]


def place_of(entry: Entry) -> Place:
    """The field that an entry is about."""
    return entry.assessment_id, entry.subject, entry.field


def wrong(code: str, where: str, why: str) -> QpmError:
    """A refusal; ``why`` holds ids and kinds, never words."""
    return QpmError(code, where, f"{why}. {_ASK}")


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
        BUNDLE-005, BUNDLE-006 or BUNDLE-007.
    """
    entries = bundle.entries
    numbers = [(entry.device_id, entry.device_seq) for entry in entries]
    if any(one >= other for one, other in pairwise(numbers)):
        raise wrong("BUNDLE-006", where, "Its entries are not in order")
    if len({entry.entry_id for entry in entries}) != len(entries):
        raise wrong("BUNDLE-006", where, "An entry stands in it twice")
    _check_belonging(bundle, where)
    _check_replacing(entries, where)
    for entry in entries:
        _check_entry(entry, where)
    _check_blanks(entries, where)
    _check_chains(bundle, where)


def _check_belonging(bundle: Bundle, where: str) -> None:
    manifest = bundle.manifest
    subjects = {"assessment", f"visit:{manifest.visit_id}", *meetings_of_visit(bundle.entries, manifest.visit_id)}
    for entry in bundle.entries:
        if entry.assessment_id != manifest.assessment_id or entry.subject not in subjects:
            raise wrong("BUNDLE-006", where, f"Entry {entry.entry_id} is not of the visit that it names")


def _check_replacing(entries: Sequence[Entry], where: str) -> None:
    """What an entry replaces is of the same field, and nothing replaces itself in a circle."""
    places = {entry.entry_id: place_of(entry) for entry in entries}
    for entry in entries:
        same = all(places.get(old, place_of(entry)) == place_of(entry) for old in entry.supersedes)
        if not same or len(set(entry.supersedes)) != len(entry.supersedes):
            raise wrong("BUNDLE-006", where, f"Entry {entry.entry_id} replaces one of another field")
    try:
        TopologicalSorter({entry.entry_id: entry.supersedes for entry in entries}).prepare()
    except CycleError:
        raise wrong("BUNDLE-006", where, "Some of its entries replace each other in a circle") from None


def _check_entry(entry: Entry, where: str) -> None:
    if entry.schema_version > SCHEMA_VERSION:
        remedy = f"Entry {entry.entry_id} has version {entry.schema_version}; update this kit and receive it again."
        raise QpmError("BUNDLE-005", where, remedy)
    if (entry.payload is None) != (entry.salt is None):
        raise wrong("BUNDLE-006", where, f"Entry {entry.entry_id} is half erased")
    sound, text = False, ""
    with suppress(QpmError, ValueError, TypeError, KeyError):
        payload_shape(entry.subject, entry.field)
        if entry.payload is None or entry.salt is None:
            return
        text = canonical_json(entry.payload)
        payload = upgrade_payload(entry.schema_version, entry.subject, entry.field, dict(entry.payload))
        checked = check_payload(entry.subject, entry.field, payload)
        # Readers rely on a payload that is complete. One that a default must fill in was not written by a kit.
        sound = entry.schema_version < SCHEMA_VERSION or canonical_json(checked) == text
    if not sound:
        raise wrong("BUNDLE-006", where, f"Entry {entry.entry_id} does not have the shape of its field")
    if digest_text(str(entry.salt), text) != entry.payload_digest:
        raise wrong("BUNDLE-007", where, f"The words of entry {entry.entry_id} do not fit their digest")


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
            raise wrong("BUNDLE-006", where, f"The words of entry {entry.entry_id} are missing without a withdrawal")


def _check_chains(bundle: Bundle, where: str) -> None:
    """Every run is chained to its mark, every mark is needed, and no entry lies beyond its device's head."""
    manifest = bundle.manifest
    marks, heads = {mark[:2]: mark.chain for mark in manifest.marks}, {head.device_id: head for head in manifest.heads}
    if len(marks) != len(manifest.marks) or len(heads) != len(manifest.heads):
        raise wrong("BUNDLE-006", where, "It states a link twice")
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
        raise wrong("BUNDLE-007", where, "What closes the holes in its chains is missing or too much")


def _next_link(link: str, time: int, entry: Entry, where: str) -> tuple[str, int]:
    if link_chain(link, entry) != entry.chain:
        raise wrong("BUNDLE-007", where, f"Entry {entry.entry_id} does not fit the chain of its device")
    if entry.recorded_at < time:
        raise wrong("BUNDLE-007", where, f"Entry {entry.entry_id} was recorded before the one that precedes it")
    return entry.chain, entry.recorded_at


def _check_head(last: Entry, head: Link | None, where: str) -> None:
    if (
        head is None
        or last.device_seq > head.device_seq
        or (last.device_seq == head.device_seq and last.chain != head.chain)
    ):
        raise wrong("BUNDLE-007", where, f"Entry {last.entry_id} does not fit the newest link of its device")
