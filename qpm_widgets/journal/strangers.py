"""Whose devices wrote a bundle: a signature says that one device wrote something, never whose device that is.

Whoever has the lead's public key can make up a device and call it an assessor's. Only people can tell, by reading out
a device's digits to each other (``sealing.fingerprint`` of its id).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select, text

from qpm_widgets.journal.bundles import Bundle
from qpm_widgets.journal.consent import is_given
from qpm_widgets.journal.entries import Entry
from qpm_widgets.journal.erasure import QUOTES, earlier_versions, is_quote, is_tombstone, may_cover
from qpm_widgets.journal.schema import entry_table, secret_table

_c = entry_table.c
_HERE = text("SELECT entry_id FROM entry WHERE entry_id IN (SELECT value FROM json_each(:wanted))")
_CONSENTS = text(
    "SELECT assessment_id, subject, device_id, payload FROM entry "
    "WHERE assessment_id = :assessment_id AND subject GLOB 'interview:*' AND field GLOB 'consent:*'"
)
_TOMBSTONES = text(
    "SELECT assessment_id, subject, field FROM entry WHERE assessment_id = :assessment_id AND field GLOB 'erasure:*'"
)


class Writer(NamedTuple):
    """A device that sends a bundle or wrote entries of it, as the journal knows it before the bundle is merged.

    ``names`` are the assessors in whose names it writes there, ``new_names`` those in whose names the journal has
    nothing of it; ``known`` says that the journal has anything of it, ``compared`` that somebody had its digits read
    out. With entries that are not here yet, ``erases`` says, it withdraws something, or replaces a finding or a quote
    whose former versions may go; or, ``restores``, it plans or says what was agreed to where another device has
    recorded a refusal.
    """

    device_id: str
    names: tuple[str, ...]
    new_names: tuple[str, ...]
    known: bool
    compared: bool
    erases: bool
    restores: bool

    @property
    def must_be_known(self) -> bool:
        """Whether a made-up device could do harm that nobody would notice: somebody has to compare its digits."""
        return (self.erases or self.restores) and not self.compared


def compared_name(device_id: str) -> str:
    """Under which name the journal keeps that a device's digits were compared."""
    return f"compared {device_id}"


def iter_writers(connection: Connection, bundle: Bundle, own_device: str) -> Iterator[Writer]:
    """The devices of a bundle, the sender first, but for the journal's own."""
    names = {bundle.manifest.device_id: {bundle.manifest.assessor: None}}
    for entry in bundle.entries:
        names.setdefault(entry.device_id, {})[entry.recorded_by] = None
    names.pop(own_device, None)
    new = _new_entries(connection, bundle)
    stones = _tombstones(connection, bundle)
    refused = _refusals(connection, bundle)
    erasing = {one.device_id for one in new if is_tombstone(one.field) or (one.supersedes and _place(one) in stones)}
    restoring = {
        one.device_id
        for one in new
        if _is_agreement(one.field) and refused.get((one.assessment_id, one.subject), set()) - {one.device_id}
    }
    for device_id, its in names.items():
        of_device = select(_c.entry_id).where(_c.device_id == device_id).limit(1)
        met = {name for name in its if connection.execute(of_device.where(_c.recorded_by == name)).first()}
        asked = select(secret_table.c.name).where(secret_table.c.name == compared_name(device_id))
        yield Writer(
            device_id,
            tuple(its),
            tuple(name for name in its if name not in met),
            known=connection.execute(of_device).first() is not None,
            compared=connection.execute(asked).first() is not None,
            erases=device_id in erasing,
            restores=device_id in restoring,
        )


def _new_entries(connection: Connection, bundle: Bundle) -> list[Entry]:
    """Those that are not here and could do harm unseen: they may erase, plan, or say what somebody agreed to."""
    telling = [one for one in bundle.entries if may_cover(one.field) or _is_agreement(one.field)]
    wanted = json.dumps([one.entry_id for one in telling])
    here = {row[0] for row in connection.execute(_HERE, {"wanted": wanted})}
    return [one for one in telling if one.entry_id not in here]


def _refusals(connection: Connection, bundle: Bundle) -> dict[tuple[str, str], set[str]]:
    """For each interview in which anybody ever refused or took back anything: the devices that recorded it.

    Who may write a plan or a consent there can make that refusal count for nothing, by many ways: another "given", or
    that the person takes no part, or that somebody else was met. So it is asked for the place, not for the way.
    """
    found: dict[tuple[str, str], set[str]] = {}
    rows = connection.execute(_CONSENTS, {"assessment_id": bundle.manifest.assessment_id})
    said = [(tuple(row[:2]), row[2], None if row[3] is None else json.loads(row[3])) for row in rows]
    said += [
        ((one.assessment_id, one.subject), one.device_id, one.payload)
        for one in bundle.entries
        if one.field.startswith("consent:")
    ]
    for place, device_id, payload in said:
        if not is_given(payload):
            found.setdefault(place, set()).add(device_id)
    return found


def _is_agreement(field: str) -> bool:
    """Whether a field says who is met, or what somebody agreed to."""
    return field == "plan" or field.startswith("consent:")


def _tombstones(connection: Connection, bundle: Bundle) -> set[tuple[str, str, str]]:
    """Where tombstones stand. Under those of ``_place``, an entry can go because another replaces it."""
    rows = [tuple(row) for row in connection.execute(_TOMBSTONES, {"assessment_id": bundle.manifest.assessment_id})]
    return {*rows, *((one.assessment_id, one.subject, one.field) for one in bundle.entries if is_tombstone(one.field))}


def _place(entry: Entry) -> tuple[str, str, str]:
    return entry.assessment_id, entry.subject, QUOTES if is_quote(entry.field) else earlier_versions(entry.field)
