"""The signatures that a journal keeps of other devices: is each right, and is nothing there that nobody signed?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from qpm_widgets.journal.bundle_checks import ends_of_stretches
from qpm_widgets.journal.queries import CHAINS
from qpm_widgets.journal.schema import entry_table
from qpm_widgets.journal.signing import LINK, device_id_of, is_signed

_c = entry_table.c
_WITH_ENTRY = """SELECT s.device_id, s.device_seq, s.public_key, s.signature, e.entry_id, e.chain FROM signature AS s
    LEFT JOIN entry AS e ON e.device_id = s.device_id AND e.device_seq = s.device_seq"""


def signature_faults(connection: Connection, own_device: str) -> Iterator[str]:
    """What is wrong with the signatures, a line each; this device signs what it wrote itself when it sends it."""
    signed: set[tuple[str, int]] = set()
    for device_id, number, public_key, signature, entry_id, chain in connection.exec_driver_sql(_WITH_ENTRY):
        signed.add((device_id, number))
        if entry_id is None:
            yield f"signature {device_id} {number}: there is no such entry"
        elif not _belongs(public_key, device_id):
            yield f"{entry_id}: its signature was made with another key than its device's"
        elif not is_signed(public_key, signature, LINK, number, chain):
            yield f"{entry_id}: it or an entry before it is not what its device signed"
    for last in ends_of_stretches(connection.execute(CHAINS.where(_c.device_id != own_device))):
        if (last.device_id, last.device_seq) not in signed:
            yield f"{last.entry_id}: its device has not signed it"


def _belongs(public_key: str, device_id: str) -> bool:
    try:
        return device_id_of(public_key) == device_id
    except ValueError:  # no hexadecimal digits
        return False
