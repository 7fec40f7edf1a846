"""Whose devices wrote a bundle: a signature says that one device wrote something, never whose device that is.

Whoever has the lead's public key can make up a device and call it an assessor's. Only people can tell, by reading out
a device's numbers to each other (``sealing.fingerprint`` of its id).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import Connection, select

from qpm_widgets.journal import queries
from qpm_widgets.journal.bundles import Bundle
from qpm_widgets.journal.entries import Entry
from qpm_widgets.journal.erasure import is_tombstone
from qpm_widgets.journal.schema import entry_table, secret_table

_c = entry_table.c


class Writer(NamedTuple):
    """A device that sends a bundle or wrote entries of it, as the journal knows it before the bundle is merged.

    ``names`` are the assessors in whose names it writes there, ``new_names`` those in whose names the journal has
    nothing of it; ``known`` says that the journal has anything of it, ``compared`` that somebody had its numbers read
    out. With an entry that is not here yet it ``erases``, if that withdraws something, or ``widens``, if that gives a
    consent in place of another, in a field where a device other than it has said anything else than "given".
    """

    device_id: str
    names: tuple[str, ...]
    new_names: tuple[str, ...]
    known: bool
    compared: bool
    erases: bool
    widens: bool

    @property
    def must_be_compared(self) -> bool:
        """Whether its numbers must be read out before the bundle is taken."""
        return (self.erases or self.widens) and not self.compared


def compared_name(device_id: str) -> str:
    """Under which name the journal keeps that a device's numbers were compared."""
    return f"compared {device_id}"


def iter_writers(connection: Connection, bundle: Bundle, own_device: str) -> Iterator[Writer]:
    """The devices of a bundle, the sender first, but for the journal's own."""
    names = {bundle.manifest.device_id: {bundle.manifest.assessor: None}}
    erasing: dict[str, set[str]] = {}
    for entry in bundle.entries:
        names.setdefault(entry.device_id, {})[entry.recorded_by] = None
        if is_tombstone(entry.field):
            erasing.setdefault(entry.device_id, set()).add(entry.entry_id)
    names.pop(own_device, None)
    for device_id, its in names.items():
        of_device = select(_c.entry_id).where(_c.device_id == device_id).limit(1)
        met = {name for name in its if connection.execute(of_device.where(_c.recorded_by == name)).first()}
        asked = select(secret_table.c.name).where(secret_table.c.name == compared_name(device_id))
        erasures = erasing.get(device_id, set())
        here = connection.execute(select(_c.entry_id).where(_c.entry_id.in_(erasures)))
        yield Writer(
            device_id,
            tuple(its),
            tuple(name for name in its if name not in met),
            known=connection.execute(of_device).first() is not None,
            compared=connection.execute(asked).first() is not None,
            erases=erasures > {row.entry_id for row in here},
            widens=any(iter_widening(connection, bundle, device_id)),
        )


def iter_widening(connection: Connection, bundle: Bundle, device_id: str) -> Iterator[Entry]:
    """A device's entries, new to the journal, that give a consent where another device said otherwise, ever.

    Ever, and not only in the entry that is replaced: steps in between, or files one after another, change nothing.
    """
    said: dict[tuple[str, str], list[Entry]] = {}
    for entry in bundle.entries:
        if entry.field.startswith("consent:"):
            said.setdefault((entry.subject, entry.field), []).append(entry)
    for (subject, field), entries in said.items():
        giving = [entry for entry in entries if entry.device_id == device_id and _gives_anew(entry)]
        if not giving:
            continue
        place = (_c.assessment_id == bundle.manifest.assessment_id, _c.subject == subject, _c.field == field)
        here = connection.execute(queries.ENTRIES.where(*place)).all()
        others = [one.payload for one in entries if one.device_id != device_id]
        others += [row.payload and from_json(row.payload) for row in here if row.device_id != device_id]
        if not all(map(_is_given, others)):
            yield from (entry for entry in giving if entry.entry_id not in {row.entry_id for row in here})


def _gives_anew(entry: Entry) -> bool:
    """Whether it gives a consent in place of another; beside another, the stricter of the two counts anyway."""
    return bool(entry.supersedes) and _is_given(entry.payload)


def _is_given(payload: Mapping[str, Any] | None) -> bool:
    return payload is not None and payload.get("decision") == "given"
