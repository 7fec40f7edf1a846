"""What an entry from elsewhere must be by itself: the shape of its field, and the digest of its words.

It is asked as soon as a line is read. What is out of shape is never kept: a few bytes of JSON can take fifty times the
memory, and only in the shape of its field is an entry about as large as its line.
"""

from __future__ import annotations

from contextlib import suppress

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.entries import SCHEMA_VERSION, Entry, canonical_json, digest_text
from qpm_widgets.journal.payloads import check_payload, payload_shape
from qpm_widgets.journal.upgrading import upgrade_payload

_ASK = "Nothing was received; ask whoever sent it to run `qpm verify` and to submit the visit again."


def wrong(code: str, where: str, why: str) -> QpmError:
    """A refusal; ``why`` holds ids and kinds, never words."""
    return QpmError(code, where, f"{why}. {_ASK}")


def check_entry(entry: Entry, where: str) -> None:
    """Find one entry right in itself; ``where`` names the file in errors.

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
