"""Several kits of one visit: journals that exchange bundles, and what must hold of them."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from journal_interviews import CHEAP, PASSPHRASE

from qpm_widgets.journal import Edit, Entry, Journal, Kit
from qpm_widgets.journal.bundle_checks import ends_of_stretches
from qpm_widgets.journal.bundles import Bundle, Signature, pack_bundle, unpack_bundle
from qpm_widgets.journal.device_keys import succeed_device
from qpm_widgets.journal.entries import canonical_json
from qpm_widgets.journal.merging import sign_entry
from qpm_widgets.journal.opening import copy_file
from qpm_widgets.journal.signing import DEVICE_KEY, DeviceKey
from qpm_widgets.journal.store import now_ms

TEMPLATES = "0" * 64


@cache
def key_of(name: str) -> DeviceKey:
    """The key of the device that the tests call so."""
    return DeviceKey(hashlib.sha256(name.encode()).hexdigest())


def id_of(name: str) -> str:
    return key_of(name).device_id


def plan(assessment: str, visit: str, interview: str, respondent: str = "R1", **more: Any) -> Edit:
    payload = {
        "visit": visit,
        "guide": "advocate",
        "role": "advocate",
        "respondents": [respondent],
        "nation": "wales",
        "planned_at": "2026-05-12T10:00:00+01:00",
        "minutes": 60,
        "assessor": "AS1",
    }
    return Edit(assessment, f"interview:{interview}", "plan", payload, **more)


def consent(
    assessment: str, interview: str, scope: str = "notes", respondent: str = "R1", decision: str = "given"
) -> Edit:
    payload = {"decision": decision, "how": "spoken"}
    return Edit(assessment, f"interview:{interview}", f"consent:{scope}.{respondent}", payload)


def note(assessment: str, interview: str, text: str, *supersedes: str, question: str = "A-CP-1") -> Edit:
    return Edit(assessment, f"interview:{interview}", f"answer:{question}.note", {"text": text}, supersedes)


def quote(assessment: str, interview: str, text: str, respondent: str = "R1", number: int = 1) -> Edit:
    payload = {"text": text, "grade": "verbatim", "respondent": respondent}
    return Edit(assessment, f"interview:{interview}", f"answer:A-CP-1.quote.{number}", payload)


NAMES = ("dev1", "dev2", "lead", "forger", "other")


def sign_all(entries: Sequence[Entry]) -> tuple[Signature, ...]:
    """What the devices of these entries would sign; who calls it has every key, as nobody in the field has."""
    keys = {id_of(name): key_of(name) for name in NAMES}
    ends = ends_of_stretches(entries)
    return tuple(sign_entry(last, keys[last.device_id]) for last in ends if last.device_id in keys)


class Kits:
    """Kits with codes of their own, made in moments: each is a copy of one empty journal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.key = bytes.fromhex(self._make_empty())
        self._number = 0
        self._open: list[Journal] = []

    def _make_empty(self) -> str:
        with Kit.create(self._folder / "empty", PASSPHRASE, assessor="AS1", cost=CHEAP) as kit:
            return kit.environment()["QPM_KIT_KEY"]

    def new(self, name: str, assessor: str = "AS1", clock: Callable[[], int] = now_ms) -> Journal:
        path = self._next()
        shutil.copyfile(self._folder / "empty" / "journal.qpm", path)
        journal = self._opened(path, id_of(name), assessor, clock)
        with journal._transaction("test") as execute:
            execute("UPDATE secret SET value = ? WHERE name = ?", (key_of(name).text, DEVICE_KEY))
        return journal

    def restored(self, journal: Journal) -> Journal:
        """The journal as it stands, backed up and restored: another device."""
        path = self._next()
        copy_file(journal.path, self.key, path, self.key)
        return self._opened(path, succeed_device(path, self.key, journal._device_id), journal._assessor)

    def _next(self) -> Path:
        self._number += 1
        return self._folder / f"{self._number}.qpm"

    def _opened(self, path: Path, device_id: str, assessor: str, clock: Callable[[], int] = now_ms) -> Journal:
        self._open.append(Journal(path, self.key, device_id=device_id, assessor=assessor, clock=clock))
        return self._open[-1]

    def close(self) -> None:
        for journal in self._open:
            journal.close()
            for file in self._folder.glob(f"{journal.path.name}*"):
                file.unlink()
        self._open.clear()


def wayward_clock(seed: int) -> Callable[[], int]:
    """The clock of a laptop in the field, UTC milliseconds: weeks away from another's, put back and forth by days."""
    chance, day = random.Random(seed), 86_400_000
    start = 1_790_000_000_000 + chance.randint(-20 * day, 20 * day)
    return lambda: start + chance.randint(-3 * day, 3 * day)


@contextmanager
def fresh(kits: Kits) -> Iterator[Kits]:
    """Kits for one example: closed and removed after it."""
    try:
        yield kits
    finally:
        kits.close()


def take(journal: Journal, assessment: str, visit: str) -> Bundle:
    """A visit of a journal, through the bytes that travel."""
    bundle = journal.bundle_visit(assessment, visit, kit="0.1.0", templates=TEMPLATES)
    return unpack_bundle(pack_bundle(bundle, journal.device_key()), "test")


def state_of(journal: Journal) -> tuple[Any, ...]:
    """All that two journals with the same entries must agree on."""
    entries = sorted(journal.iter_entries(), key=lambda entry: entry.entry_id)
    digest = hashlib.sha256("".join(map(repr_of, entries)).encode()).hexdigest()
    current = [[entry.entry_id for entry in journal.current(one)] for one in journal.assessment_ids()]
    conflicts = [
        [tuple(entry.entry_id for entry in group) for group in journal.conflicts(one)]
        for one in journal.assessment_ids()
    ]
    return digest, current, conflicts, journal.head()


def repr_of(entry: Entry) -> str:
    """An entry with its words: two are the same if this is."""
    return canonical_json([getattr(entry, name) for name in Entry.__slots__])


def conflicts_of(entries: list[Entry]) -> dict[tuple[str, str, str], int]:
    """From the definition alone: places with more than one entry that no other replaces."""
    replaced = {old for entry in entries for old in entry.supersedes}
    places = Counter(
        (entry.assessment_id, entry.subject, entry.field) for entry in entries if entry.entry_id not in replaced
    )
    return {place: count for place, count in places.items() if count > 1}


def trace(journal: Journal, hear: Callable[[str], object]) -> None:
    """Have every statement told before it runs. The pool has one connection as long as one thing happens at a time."""
    with journal._driver("test") as driver:
        connection = driver
    connection.set_trace_callback(hear)


def merge_and_die(path: Path, key: bytes, content: bytes, deadly: int) -> None:
    """Be killed before the statement of this number, or when all is done."""
    journal, numbers = Journal(path, key, device_id=id_of("lead"), assessor="AS1"), count()
    trace(journal, lambda _: os.kill(os.getpid(), signal.SIGKILL) if next(numbers) == deadly else None)
    journal.merge(unpack_bundle(content, "test"))
    os.kill(os.getpid(), signal.SIGKILL)
