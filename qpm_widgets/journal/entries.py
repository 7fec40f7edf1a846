"""One entry of the journal: what a writer hands in, what the journal keeps, what the writer gets back."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import uuid_utils
from pydantic_core import to_json

SCHEMA_VERSION = 1


def new_entry_id() -> str:
    """A fresh UUIDv7 as text: unique, and ordered by the time it was made."""
    return str(uuid_utils.uuid7())


@dataclass(frozen=True, slots=True)
class Edit:
    """What a writer wants recorded. Its ``repr`` leaves the words out.

    The writer makes ``entry_id`` itself, so an edit that is sent twice is recorded once. ``supersedes`` names
    the entries that the writer saw as current for this field and means to replace.
    """

    assessment_id: str
    subject: str
    field: str
    payload: Mapping[str, Any] = dataclasses.field(repr=False)
    supersedes: tuple[str, ...] = ()
    entry_id: str = dataclasses.field(default_factory=new_entry_id)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that an entry is durable: returned only after its commit."""

    entry_id: str
    recorded_at: int  # UTC, milliseconds since 1970
    repeated: bool  # the entry was in the journal already

    @property
    def recorded(self) -> datetime:
        """The time of recording, in UTC."""
        return datetime.fromtimestamp(self.recorded_at / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal; its ``repr`` leaves the words out. Once erased, payload and salt are None."""

    entry_id: str
    assessment_id: str
    subject: str
    field: str
    payload: Mapping[str, Any] | None = dataclasses.field(repr=False)
    recorded_at: int
    recorded_by: str
    device_id: str
    device_seq: int
    supersedes: tuple[str, ...]
    schema_version: int
    salt: str | None
    payload_digest: str
    chain: str

    @property
    def erased(self) -> bool:
        """Whether the words have been erased and only the mark remains."""
        return self.payload is None


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: object) -> str:
    """JSON with one spelling for one value, so that digests can be compared."""
    return _ENCODER.encode(value)


def digest_text(salt: str, text: str) -> str:
    """SHA-256 over salt and canonical payload; without the salt it tells nothing about the words."""
    return hashlib.sha256((salt + text).encode()).hexdigest()


def link_chain(previous: str, entry: Entry) -> str:
    """SHA-256 over the device's previous link and all of this row but payload, salt and chain."""
    facts = [
        previous, entry.entry_id, entry.assessment_id, entry.subject, entry.field, entry.recorded_at,
        entry.recorded_by, entry.device_id, entry.device_seq, entry.supersedes, entry.schema_version,
        entry.payload_digest,
    ]  # fmt: skip
    return hashlib.sha256(to_json(facts)).hexdigest()  # as canonical_json spells it, several times as fast
