"""Whose devices wrote a bundle: a signature says that one device wrote something, never whose device that is.

Whoever has the lead's public key can make up a device and call it an assessor's. Only people can tell, by reading out
a device's numbers to each other (``sealing.fingerprint`` of its id).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select, text

from qpm_widgets.journal.bundles import Bundle
from qpm_widgets.journal.consent import is_given
from qpm_widgets.journal.entries import Entry
from qpm_widgets.journal.erasure import is_tombstone
from qpm_widgets.journal.schema import entry_table, secret_table

_c = entry_table.c
_BY_ID = text("SELECT entry_id, device_id, payload FROM entry WHERE entry_id IN (SELECT value FROM json_each(:wanted))")


class Writer(NamedTuple):
    """A device that sends a bundle or wrote entries of it, as the journal knows it before the bundle is merged.

    ``names`` are the assessors in whose names it writes there, ``new_names`` those in whose names the journal has
    nothing of it; ``known`` says that the journal has anything of it, ``compared`` that somebody had its numbers read
    out. With entries that are not here yet, ``erases`` says, it withdraws something; or, ``restores``, it replaces what
    another device recorded about a consent, and was not "given", by "given".
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
        """Whether a made-up device could do harm that nobody would notice: somebody has to compare its numbers."""
        return (self.erases or self.restores) and not self.compared


def compared_name(device_id: str) -> str:
    """Under which name the journal keeps that a device's numbers were compared."""
    return f"compared {device_id}"


def iter_writers(connection: Connection, bundle: Bundle, own_device: str) -> Iterator[Writer]:
    """The devices of a bundle, the sender first, but for the journal's own."""
    names = {bundle.manifest.device_id: {bundle.manifest.assessor: None}}
    for entry in bundle.entries:
        names.setdefault(entry.device_id, {})[entry.recorded_by] = None
    names.pop(own_device, None)
    telling = [entry for entry in bundle.entries if is_tombstone(entry.field) or _may_restore(entry)]
    here = _facts(connection, (entry.entry_id for entry in telling))
    new = [entry for entry in telling if entry.entry_id not in here]
    erasing = {entry.device_id for entry in new if is_tombstone(entry.field)}
    restoring = {entry.device_id for entry in _restoring(connection, bundle, new)}
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


def _restoring(connection: Connection, bundle: Bundle, new: Sequence[Entry]) -> Iterator[Entry]:
    """Consents "given" that replace another device's entry which did not say so, or one that nobody here can read.

    Without replacing it, a consent restores nothing: of two that stand side by side the stricter counts.
    """
    given = [entry for entry in new if _may_restore(entry)]
    known = _facts(connection, (old for entry in given for old in entry.supersedes))
    known |= {entry.entry_id: (entry.device_id, is_given(entry.payload)) for entry in bundle.entries}
    for entry in given:
        replaced = [known.get(old, ("", False)) for old in entry.supersedes]
        if any(device_id != entry.device_id and not agreed for device_id, agreed in replaced):
            yield entry


def _may_restore(entry: Entry) -> bool:
    return entry.field.startswith("consent:") and is_given(entry.payload) and bool(entry.supersedes)


def _facts(connection: Connection, entry_ids: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """For those of the entries that are here: the device, and whether the entry says that somebody agreed."""
    rows = connection.execute(_BY_ID, {"wanted": json.dumps(sorted(set(entry_ids)))})
    return {row[0]: (row[1], is_given(None if row[2] is None else json.loads(row[2]))) for row in rows}
