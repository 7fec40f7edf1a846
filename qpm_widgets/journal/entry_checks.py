"""What one entry of a bundle must be in itself: judged as it is read, before the next is.

A small file can unpack to very much. So nothing that has not the shape of its field is ever kept in memory.
"""

from __future__ import annotations

from contextlib import suppress

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.entries import SCHEMA_VERSION, Entry, canonical_json, digest_text
from qpm_widgets.journal.grammar import payload_shape
from qpm_widgets.journal.upgrading import upgrade_payload


def wrong(code: str, where: str, why: str, **facts: object) -> QpmError:
    """The refusal of a visit, for a reason that is one of the wording's sentences; its facts are ids and kinds."""
    return QpmError(code, where, why, "sent_visit.verify_and_resubmit", **facts)


def check_entry(entry: Entry, where: str) -> None:
    """Find an entry's words right: in the shape of their field, and with the digest that is in the chain.

    Raises
    ------
    QpmError
        BUNDLE-005 to -007.
    """
    if entry.schema_version > SCHEMA_VERSION:
        raise QpmError(
            "BUNDLE-005", where, "sent_visit.entry_newer", entry=entry.entry_id, version=entry.schema_version
        )
    if (entry.payload is None) != (entry.salt is None):
        raise wrong("BUNDLE-006", where, "sent_visit.entry_half_erased", entry=entry.entry_id)
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
        raise wrong("BUNDLE-006", where, "sent_visit.entry_shape", entry=entry.entry_id)
    if digest_text(str(entry.salt), text) != entry.payload_digest:
        raise wrong("BUNDLE-007", where, "sent_visit.entry_digest", entry=entry.entry_id)
