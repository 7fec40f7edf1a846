"""The device's key where it is kept, in the journal; and a restored kit, which is another device with its own key."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, select, update

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import queries
from qpm_widgets.journal.bundle_checks import ends_of_stretches
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.merging import sign_entry
from qpm_widgets.journal.opening import check_file, make_engine
from qpm_widgets.journal.schema import entry_table, secret_table
from qpm_widgets.journal.signing import DEVICE_KEY, DeviceKey

_c = secret_table.c


def read_device_key(connection: Connection, device_id: str) -> DeviceKey:
    """The key of a journal's own device.

    Raises
    ------
    QpmError
        JOURNAL-002 if the journal has none, or that of another device.
    """
    text = connection.execute(select(_c.value).where(_c.name == DEVICE_KEY)).scalar()
    with suppress(ValueError):
        if text is not None and (key := DeviceKey(text)).device_id == device_id:
            return key
    raise QpmError("JOURNAL-002", "kit.json", "kit_folder.other_device")


def succeed_device(path: Path, key: bytes, former: str) -> str:
    """Give a journal that nobody has open a new device.

    What the device before it wrote is signed once more with its key, so that the new kit can send it on like what
    comes from any other device; then that key is forgotten, for no two kits may have the same.

    Parameters
    ----------
    path, key
        The journal's file and its raw key.
    former : str
        The id of the device before.

    Returns
    -------
    str
        The id of the new device.

    Raises
    ------
    QpmError
        JOURNAL-002 or JOURNAL-013 if the journal cannot be read or has not the former device's key, JOURNAL-008 if the
        disk refuses.
    """
    new = DeviceKey.make()
    engine = make_engine(path, key)
    try:
        check_file(engine, path)
        with explained(path.name, writing=False), engine.connect() as connection:
            old = read_device_key(connection, former)
            ends = ends_of_stretches(connection.execute(queries.CHAINS.where(entry_table.c.device_id == former)))
            signatures = [sign_entry(last, old)._asdict() for last in ends]
        with explained(path.name, writing=True), engine.begin() as connection:
            if signatures:
                connection.exec_driver_sql(queries.ADD_SIGNATURE, signatures)
            connection.execute(update(secret_table).where(_c.name == DEVICE_KEY).values(value=new.text))
    finally:
        engine.dispose()
    return new.device_id
