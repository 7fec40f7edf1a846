"""What one entry of a bundle must be in itself: judged as it is read, before the next is.

A small file can unpack to very much. So nothing that has not the shape of its field is ever kept in memory.
"""

from __future__ import annotations

from contextlib import suppress

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.entries import SCHEMA_VERSION, Entry, canonical_json, digest_text
from qpm_widgets.journal.grammar import payload_shape
from qpm_widgets.journal.upgrading import upgrade_payload

_ASK = "Nothing was received; ask whoever sent it to run `qpm verify` and to submit the visit again."


def wrong(code: str, where: str, why: str, **facts: object) -> QpmError:
    """A refusal; ``facts`` are ids and numbers, never words."""
    return QpmError(code, where, why, _ASK, **facts)


def check_entry(entry: Entry, where: str) -> None:
    """Find an entry's words right: in the shape of their field, and with the digest that is in the chain.

    Raises
    ------
    QpmError
        BUNDLE-005 to -007.
    """
    if entry.schema_version > SCHEMA_VERSION:
        remedy = f"Entry {entry.entry_id} has version {entry.schema_version}; update this kit and receive it again."
        raise QpmError("BUNDLE-005", where, remedy)
    if (entry.payload is None) != (entry.salt is None):
        raise wrong("BUNDLE-006", where, f"Entry {entry.entry_id} is half erased")
    sound, text = False, ""
    with suppress(QpmError, ValueError, TypeError, KeyError):
        shape = payload_shape(entry.subject, entry.field)
        if entry.payload is None or entry.salt is None:
            return
        text = canonical_json(entry.payload)
        payload = upgrade_payload(entry.schema_version, entry.subject, entry.field, dict(entry.payload))
        checked = shape.model_validate(payload).model_dump(mode="json")
        # Readers rely on a payload that is complete. One that a default must fill in was not written by a kit.
        sound = entry.schema_version < SCHEMA_VERSION or canonical_json(checked) == text
    if not sound:
        raise wrong("BUNDLE-006", where, f"Entry {entry.entry_id} does not have the shape of its field")
    if digest_text(str(entry.salt), text) != entry.payload_digest:
        raise wrong("BUNDLE-007", where, f"The words of entry {entry.entry_id} do not fit their digest")
