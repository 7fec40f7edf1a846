"""Accounts of harm, apart from everything else: a file of their own, and a key that no page has.

What somebody tells of harm is no evidence about a service. It is recorded under another lawful basis (Data Protection
Act 2018, Schedule 1, paragraph 18), for other readers, and it must reach no table, report or submitted visit. So

* it lies in ``safeguarding.qpm``, an encrypted journal of its own with a key made at random, append-only and chained
  like the other;
* each account in it is sealed with age to the store's public key. Every page can write one; the private key opens
  with the passphrase itself, which no page, kernel or report is ever given: none can read what was written.

The interview keeps that the protocol was used, a reference and the time (:class:`ProtocolUsed`).
"""

from __future__ import annotations

import base64
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.entries import Edit, Entry, Receipt, canonical_json
from qpm_widgets.journal.erasure import ACCOUNT, is_tombstone
from qpm_widgets.journal.grammar import SAFEGUARDING, check_shape
from qpm_widgets.journal.keys import KEY_BYTES, KeyCost
from qpm_widgets.journal.kit_file import close_to_others, put_in_place
from qpm_widgets.journal.locked_identity import lock_identity, unlock_identity
from qpm_widgets.journal.opening import copy_file, create_file
from qpm_widgets.journal.payloads import Payload, Words
from qpm_widgets.journal.sealing import make_identity, public_key_of, seal, unseal
from qpm_widgets.journal.store import Journal

FILE = "safeguarding.qpm"
SECRET = "safeguarding"
"""The name under which the journal keeps what ``make_store`` returns."""
_SUBJECT, _FIELD, _HANDED_OVER = "disclosure:", "account:", "handed_over"


class Account(Payload):
    """What is written down of a disclosure, in the words in which it was said; nothing in it is asked for."""

    said: Words = ""  # what the person said, in their own words
    where: Words = ""  # date, time, place, who was there
    wants: Words = ""  # what they want to happen
    done: Words = ""  # whom the assessor told, when, and what was done


@dataclass(frozen=True)
class Disclosure:
    """What can be known of an account without reading it.

    ``about`` is the interview or observation (``interview:P1``); times are UTC milliseconds since 1970, those of who
    wrote it. ``recorded_by`` are its authors, ``in_versions`` the parts of which several versions stand side by side,
    ``newest`` is its newest entry. ``received_at`` is when something of it last came from another kit, ``file_at`` when
    a file of it was last written, ``confirmed_at`` when somebody last confirmed that it was handed over; 0 if never.
    """

    id: str
    assessment_id: str
    about: str
    parts: int
    first_at: int
    last_at: int
    recorded_by: tuple[str, ...]
    in_versions: tuple[int, ...]
    newest: str
    received_at: int
    file_at: int
    confirmed_at: int
    erased: bool
    is_confirmed: bool  # whoever must act on it has what is in the newest file
    has_more: bool  # something was written in this kit after the newest file
    is_waiting: bool  # something that was written in this kit is not confirmed as handed over


@dataclass(frozen=True)
class ReadAccount:
    """One version of one part of an account; ``current`` unless it was replaced since.

    ``device_id`` is the device that sent it; empty if it was written in this kit.
    """

    entry_id: str
    part: int
    account: Account
    recorded_at: int
    recorded_by: str
    device_id: str
    supersedes: tuple[str, ...]
    current: bool


def make_store(home: Path, passphrase: str, cost: KeyCost) -> str:
    """Write an empty store into a kit home; its keys, for the journal to keep under ``SECRET``.

    Interrupted before the journal has kept them, it is made again.

    Raises
    ------
    QpmError
        JOURNAL-008 if the disk refuses.
    """
    key, identity = secrets.token_bytes(KEY_BYTES), make_identity()
    fresh = home / f"{FILE}.new"
    for left in home.glob(f"{fresh.name}*"):  # by one that was interrupted: the journal's lock keeps others out
        left.unlink()
    create_file(fresh, key)
    close_to_others(fresh)
    put_in_place(fresh, home / FILE)
    return canonical_json(
        {
            "file_key": key.hex(),
            "chain": secrets.token_hex(16),
            "public_key": public_key_of(identity),
            "locked": lock_identity(identity, passphrase, cost),
        }
    )


def relock(kept: str, old: str, new: str, cost: KeyCost) -> str:
    """The keys for a kit with a new passphrase; JOURNAL-001 if the old one is wrong.

    What is written from now on is sealed to a new key, whose private half the old passphrase opens in no copy of the
    kit. The ones before it are kept for what was sealed to them.
    """
    value, identity = json.loads(kept), make_identity()
    before = unlock_identity(value["locked"], old)
    value["locked"] = lock_identity(f"{identity}\n{before}", new, cost)
    value["public_key"] = public_key_of(identity)
    return canonical_json(value)


class SafeguardingStore:
    """The restricted store of a kit; get it from ``Kit.safeguarding``. Safe to use from any thread.

    Parameters
    ----------
    home : Path
        The kit home.
    kept : str
        What ``make_store`` returned.
    assessor : str
        Code recorded as the writer's.

    Raises
    ------
    QpmError
        JOURNAL-002, -011 or -013 if its file is missing, damaged or too new.
    """

    def __init__(self, home: Path, kept: str, *, assessor: str) -> None:
        keys = json.loads(kept)
        self.public_key: str = keys["public_key"]
        self._locked: Mapping[str, Any] = keys["locked"]
        self._file_key = bytes.fromhex(keys["file_key"])
        # One chain for good, also in a restored kit: its entries never meet another kit's, only what they say travels.
        self.journal = Journal(
            home / FILE, self._file_key, device_id=keys["chain"], assessor=assessor, grammar=SAFEGUARDING
        )

    def record(
        self,
        assessment_id: str,
        about: str,
        place: str,
        account: Mapping[str, Any],
        *,
        supersedes: tuple[str, ...] = (),
        entry_id: str,
    ) -> Receipt:
        """Seal one version of one part of an account and append it; it is durable when this returns.

        Parameters
        ----------
        assessment_id, about : str
            The interview or observation in which it was told, such as ``interview:P1``.
        place : str
            ``<disclosure id>.<part>``; parts are numbered from 1.
        account : mapping
            The keys of :class:`Account`.
        supersedes, entry_id
            As for an :class:`Edit`; sending the same entry again records nothing again.

        Raises
        ------
        QpmError
            JOURNAL-004 to -008, -010, -014, -015, or CONSENT-005 if the account was erased.
        """
        disclosure_id, _, part = place.partition(".")
        subject, field = f"{_SUBJECT}{disclosure_id}", f"{_FIELD}{part}"
        known = self.journal.find_entries([entry_id]).get(entry_id)
        if known is not None and (known.assessment_id, known.subject, known.field) == (assessment_id, subject, field):
            # What it says cannot be compared: each sealing differs. The page never gives one id to two texts.
            return Receipt(entry_id, known.recorded_at, repeated=True)
        text = canonical_json(check_shape(Account, f"{subject} {field}", account))
        payload = {"about": about, "sealed": self.sealed(text)}
        return self.journal.append(Edit(assessment_id, subject, field, payload, supersedes, entry_id))

    def sealed(self, text: str) -> str:
        """A text for the private key alone, in base64 as the store keeps it."""
        return base64.b64encode(seal(text.encode(), self.public_key)).decode("ascii")

    def disclosures(self, *, assessment_id: str | None = None, about: str | None = None) -> list[Disclosure]:
        """What accounts there are, oldest first; nothing of what they say."""
        groups: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.journal.iter_entries(assessment_id):
            groups.setdefault((entry.assessment_id, entry.subject), []).append(entry)
        found = [_described(entries) for entries in groups.values()]
        return [one for one in found if about in (None, one.about)]

    def find(self, disclosure_id: str) -> Disclosure:
        """The account with this id; of two, one that is not erased.

        Raises
        ------
        QpmError
            SAFE-001 if there is none.
        """
        found = [one for one in self.disclosures() if one.id == disclosure_id]
        if found:
            return min(found, key=lambda one: one.erased)
        raise QpmError("SAFE-001", disclosure_id[:60], "restricted_store.list")

    def identity(self, passphrase: str) -> str:
        """The private keys, newest first and one a line, for who has the passphrase (JOURNAL-001 if it is wrong)."""
        return unlock_identity(dict(self._locked), passphrase)

    def read(self, disclosure_id: str, identity: str) -> list[ReadAccount]:
        """Every version of every part, in the order in which they were written; none of an erased account.

        Raises
        ------
        QpmError
            SAFE-001 if there is no such account; JOURNAL-002 if it is damaged.
        """
        asked = self.find(disclosure_id)
        subject = f"{_SUBJECT}{disclosure_id}"
        entries = list(self.journal.iter_entries(asked.assessment_id, subject=subject))
        replaced = {old for entry in entries for old in entry.supersedes}
        return list(_opened(entries, identity, replaced))

    def note_file(self, described: Disclosure, how: Literal["sent", "printed"]) -> None:
        """Record that a file was written to send or print; ``described`` before it was read for that."""
        self._note(described, how, described.newest)

    def confirm_handed_over(self, disclosure_id: str) -> Disclosure:
        """Record that whoever must act on an account has what is in its newest file; the account after it.

        Raises
        ------
        QpmError
            SAFE-001 if there is none, SAFE-009 if no file of it was written yet.
        """
        asked = self.find(disclosure_id)
        subject = f"{_SUBJECT}{disclosure_id}"
        files = [
            str((entry.payload or {})["newest"])
            for entry in self.journal.iter_entries(asked.assessment_id, subject=subject)
            if entry.field == _HANDED_OVER
        ]
        if not files:
            raise QpmError("SAFE-009", disclosure_id, "restricted_store.write_file", account=disclosure_id)
        self._note(asked, "confirmed", files[-1])
        return self.find(disclosure_id)

    def _note(self, described: Disclosure, how: str, newest: str) -> None:
        note = {"how": how, "newest": newest}
        self.journal.append(Edit(described.assessment_id, f"{_SUBJECT}{described.id}", _HANDED_OVER, note))

    def erase(self, disclosure_id: str, *, reason: str = "retention") -> int:
        """Blank every part of an account for good and leave no byte of it in the store's files.

        Returns
        -------
        int
            How many entries are blank from now on; 0 if it was done before.

        Raises
        ------
        QpmError
            SAFE-001 if there is no such account; CONSENT-006 if another process is in the way: then do it again.
        """
        asked = self.find(disclosure_id)
        subject = f"{_SUBJECT}{disclosure_id}"
        entries = self.journal.iter_entries(asked.assessment_id, subject=subject)
        covered = sum(not entry.erased and entry.field.startswith(_FIELD) for entry in entries)
        if not asked.erased:
            self.journal.append(Edit(asked.assessment_id, subject, ACCOUNT, {"reason": reason}))
        self.journal.compact()
        return covered

    def copy(self, copy: Path) -> None:
        """Copy the store, as it stands, into a new file under the same keys (JOURNAL-008 if the disk refuses)."""
        copy_file(self.journal.path, self._file_key, copy, self._file_key)

    def close(self) -> None:
        """Give the file back."""
        self.journal.close()


def side_by_side(found: Iterable[ReadAccount]) -> dict[int, list[ReadAccount]]:
    """The current versions of each part that has several which do not say the same."""
    parts: dict[int, list[ReadAccount]] = {}
    for one in found:
        if one.current:
            parts.setdefault(one.part, []).append(one)
    return {
        part: several for part, several in parts.items() if any(one.account != several[0].account for one in several)
    }


def _described(entries: list[Entry]) -> Disclosure:
    parts = [entry for entry in entries if entry.field.startswith(_FIELD)]
    replaced = {old for entry in entries for old in entry.supersedes}
    standing = Counter(entry.field for entry in parts if entry.entry_id not in replaced)
    abouts = [str(entry.payload["about"]) for entry in parts if entry.payload]
    erased = any(is_tombstone(entry.field) for entry in entries)
    files, confirmed = _handed_over(entries)
    # By place, not by time: of two entries in one millisecond the second may be in no file.
    places = {entry.entry_id: place for place, entry in enumerate(parts, start=1)}
    last_own = max((places[entry.entry_id] for entry in parts if not _sender_of(entry)), default=0)
    in_file, handed_over = (places.get(notes[-1][1], 0) if notes else 0 for notes in (files, confirmed))
    return Disclosure(
        id=entries[0].subject.removeprefix(_SUBJECT),
        assessment_id=entries[0].assessment_id,
        about=abouts[0] if abouts else "",
        parts=len({entry.field for entry in parts}),
        first_at=min(_written(entry)[0] for entry in parts),
        last_at=max(_written(entry)[0] for entry in parts),
        recorded_by=tuple(sorted({_written(entry)[1] for entry in parts})),
        in_versions=tuple(sorted(_part_of(field) for field, several in standing.items() if several > 1)),
        received_at=max((entry.recorded_at for entry in parts if _sender_of(entry)), default=0),
        newest=parts[-1].entry_id,
        file_at=files[-1][0] if files else 0,
        confirmed_at=confirmed[-1][0] if confirmed else 0,
        erased=erased,
        is_confirmed=bool(confirmed) and handed_over >= in_file,
        has_more=last_own > in_file,
        is_waiting=not erased and last_own > handed_over,
    )


def _handed_over(entries: Iterable[Entry]) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The files that were written and the confirmations: of each its time and the newest entry that it is about."""
    notes = [(entry, entry.payload) for entry in entries if entry.field == _HANDED_OVER and entry.payload]
    files = [(entry.recorded_at, str(note["newest"])) for entry, note in notes if note["how"] != "confirmed"]
    confirmed = [(entry.recorded_at, str(note["newest"])) for entry, note in notes if note["how"] == "confirmed"]
    return files, confirmed


def _part_of(field: str) -> int:
    return int(field.removeprefix(_FIELD))


def _sender_of(entry: Entry) -> str:
    """The device that sent this part of an account; empty if it was written here."""
    return str(((entry.payload or {}).get("origin") or {}).get("device_id", ""))


def _written(entry: Entry) -> tuple[int, str]:
    """When this part was written, and by whom: not when it was received and by whom."""
    origin = (entry.payload or {}).get("origin") or {}
    return int(origin.get("recorded_at", entry.recorded_at)), str(origin.get("recorded_by", entry.recorded_by))


def _opened(entries: list[Entry], identity: str, replaced: set[str]) -> Iterator[ReadAccount]:
    for entry in entries:
        if entry.payload is None or not entry.field.startswith(_FIELD):
            continue
        sealed = base64.b64decode(str(entry.payload["sealed"]))
        try:
            account = Account.model_validate_json(unseal(sealed, identity, entry.subject))
        except (QpmError, ValueError):
            raise QpmError("JOURNAL-002", f"{entry.subject} {entry.field}", "restricted_store.from_backup") from None
        recorded_at, recorded_by = _written(entry)
        yield ReadAccount(
            entry_id=entry.entry_id,
            part=_part_of(entry.field),
            account=account,
            recorded_at=recorded_at,
            recorded_by=recorded_by,
            device_id=_sender_of(entry),
            supersedes=entry.supersedes,
            current=entry.entry_id not in replaced,
        )
