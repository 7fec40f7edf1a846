"""A new passphrase: the whole journal is written anew under a new key, and then takes the old one's place.

``kit.json`` says which passphrase opens the kit, and it changes in one step. Before that step the new journal lies
beside the old one, finished; after it, whoever opens the kit next gives the new journal its name (``kit.settle``). So
whatever interrupts it, exactly one of the two passphrases opens the kit, and every entry is there.
"""

from __future__ import annotations

import dataclasses
import secrets
from pathlib import Path

from sqlalchemy import text

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.guessing import Guesses
from qpm_widgets.journal.in_use import alone_with
from qpm_widgets.journal.keys import SALT_BYTES, KeyCost, derive_key, derive_secret, measured_cost
from qpm_widgets.journal.kit import (
    JOURNAL_FILE,
    RUNTIME,
    check_passphrase,
    make_folder,
    settle,
    try_passphrase,
    unfinished,
)
from qpm_widgets.journal.kit_file import KitFile, sync_folder
from qpm_widgets.journal.opening import copy_file, make_engine
from qpm_widgets.journal.safeguarding import SECRET, relock


def change_passphrase(
    home: Path, old: str, new: str, *, cost: KeyCost | None = None, guesses: Guesses | None = None
) -> None:
    """Give a kit that nobody has open a new passphrase, a new key and a new salt.

    Copies of the kit made before, such as backups, keep the passphrase that they were made with. What the kit derived
    from its key (``Kit.secret_for``) changes too: words that a page still kept unsaved can no longer be read. So does
    the public key for accounts of harm; what was sealed to the one before can still be opened.

    Parameters
    ----------
    home : Path
        The kit home.
    old, new : str
        The passphrases.
    cost : KeyCost, optional
        What a guess at the new one costs; without it, what takes this machine a quarter of a second.

    Raises
    ------
    QpmError
        JOURNAL-001 if the old one is wrong, JOURNAL-008 if the disk refuses (the old one still counts then),
        JOURNAL-012 if the new one is too short, KEEP-001 if the kit is open, START-002 if there is none.
    """
    check_passphrase(new)
    home = home.absolute()
    before = KitFile.read(home)
    old_key = try_passphrase(home, before, old, guesses)
    salt, cost = secrets.token_bytes(SALT_BYTES), cost or measured_cost()
    key = derive_key(new, salt, cost)
    after = dataclasses.replace(before, salt=salt, cost=cost, key_check=derive_secret(key, "check"))
    make_folder(home / RUNTIME)
    with alone_with(home / RUNTIME):
        settle(home, before)
        fresh = unfinished(home, salt)
        copy_file(home / JOURNAL_FILE, old_key, fresh, key)
        _relock_safeguarding(fresh, key, old, new, cost)
        _check_closed(home)
        with explained(str(home), writing=True):
            sync_folder(home)
            after.write(home)  # from here on the new passphrase opens the kit
        settle(home, after)


def _relock_safeguarding(fresh: Path, key: bytes, old: str, new: str, cost: KeyCost) -> None:
    """Give the restricted store a new private key beside the old, in the new journal; its file stays as it is."""
    place = {"name": SECRET}
    engine = make_engine(fresh, key)
    try:
        with explained(fresh.name, writing=True), engine.begin() as connection:
            kept = connection.execute(text("SELECT value FROM secret WHERE name = :name"), place).scalar_one()
            value = relock(kept, old, new, cost)
            connection.execute(text("UPDATE secret SET value = :value WHERE name = :name"), {**place, "value": value})
    finally:
        engine.dispose()  # the last connection to close writes the log back


def _check_closed(home: Path) -> None:
    """The old journal's log must be gone: beside the new journal it would be taken for that one's."""
    log = home / f"{JOURNAL_FILE}-wal"
    if log.exists() and log.stat().st_size > 0:
        raise QpmError("KEEP-001", log.name, "journal_file.in_use")
