"""``kit.json``: what must be known before a passphrase can be tried. It holds no secret."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qpm_widgets.errors import QpmError, system_cause
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.keys import KEY_BYTES, SALT_BYTES, KeyCost
from qpm_widgets.journal.writing import is_code

FORMAT = 2
LOCK_AFTER, LONGEST_LOCK_AFTER = 20, 480  # minutes
NAME = "kit.json"
_DEVICE_ID = re.compile(r"[0-9a-f]{32}")
KEYRING_MARK = "keyring"  # the file that says that the system's keyring has the key


@dataclass(frozen=True)
class KitFile:
    """The content of ``kit.json``.

    Parameters
    ----------
    assessor, device_id : str
        Code of the person, and the id that this copy of the kit has from its key (``signing``).
    salt : bytes
        For the passphrase.
    cost : KeyCost
        What a guess at the passphrase costs.
    key_check : bytes
        A secret derived from the key for this alone; tells a wrong passphrase from a damaged journal.
    lock_after : int
        Minutes without a word from any page after which a kit that is being served closes itself.
    """

    assessor: str
    device_id: str
    salt: bytes
    cost: KeyCost
    key_check: bytes
    lock_after: int = LOCK_AFTER

    def write(self, home: Path) -> None:
        """Write the file whole or not at all, and durably.

        Raises
        ------
        OSError
            What the disk refuses.
        """
        value = {
            "format": FORMAT,
            "assessor": self.assessor,
            "device_id": self.device_id,
            "salt": self.salt.hex(),
            "cost": self.cost.as_json(),
            "key_check": self.key_check.hex(),
            "lock_after": self.lock_after,
        }
        temporary = home / f"{NAME}.{self.device_id}.new"
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            json.dump(value, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        close_to_others(temporary)
        put_in_place(temporary, home / NAME)

    @classmethod
    def read(cls, home: Path) -> KitFile:
        """Read the file in a kit home.

        Raises
        ------
        QpmError
            START-002 if there is none, JOURNAL-002 if it is damaged, JOURNAL-011 if a newer kit wrote it, JOURNAL-017
            if one before the first release did.
        """
        try:
            text = (home / NAME).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            raise QpmError("START-002", str(home), "kit_folder.no_kit") from None
        except OSError as error:
            raise QpmError("JOURNAL-002", NAME, "system_says", cause=system_cause(error)) from None
        except ValueError:
            raise QpmError("JOURNAL-002", NAME, "kit_folder.put_file_back") from None
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> KitFile:
        """What a file with this text says.

        Raises
        ------
        QpmError
            JOURNAL-002 if it is damaged, JOURNAL-011 if a newer kit wrote it, JOURNAL-017 if one before the first
            release did.
        """
        try:
            value = json.loads(text)
            version = int(value["format"])
            if version == FORMAT:
                return cls._from_json(value)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise QpmError("JOURNAL-002", NAME, "kit_folder.put_file_back") from None
        if version < FORMAT:
            raise QpmError("JOURNAL-017", NAME, "kit_folder.too_old")
        raise QpmError("JOURNAL-011", NAME, "kit_folder.newer", version=version)

    @classmethod
    def _from_json(cls, value: dict[str, Any]) -> KitFile:
        settings = cls(
            assessor=value["assessor"],
            device_id=value["device_id"],
            salt=bytes.fromhex(value["salt"]),
            cost=KeyCost.from_json(value["cost"]),
            key_check=bytes.fromhex(value["key_check"]),
            lock_after=int(value.get("lock_after", LOCK_AFTER)),
        )
        sound = (
            is_code(settings.assessor)
            and _DEVICE_ID.fullmatch(settings.device_id) is not None
            and len(settings.salt) == SALT_BYTES
            and len(settings.key_check) == KEY_BYTES
            and 1 <= settings.lock_after <= LONGEST_LOCK_AFTER
        )
        if not sound:
            raise ValueError("not what was written")
        return settings


def set_lock_after(home: Path, minutes: int) -> None:
    """Set after how many minutes without a word from any page a kit closes itself.

    Raises
    ------
    QpmError
        START-002 or JOURNAL-002 if there is no kit, JOURNAL-008 if the disk refuses, KEEP-009 for too few or many.
    """
    settings = KitFile.read(home)
    if not 1 <= minutes <= LONGEST_LOCK_AFTER:
        raise QpmError("KEEP-009", str(minutes), "kit_folder.lock_after", most=LONGEST_LOCK_AFTER)
    with explained(NAME, writing=True):
        dataclasses.replace(settings, lock_after=minutes).write(home)


def uses_keyring(home: Path) -> bool:
    """Whether the system's keyring was given this kit's key."""
    return (home / KEYRING_MARK).is_file()


def put_in_place(temporary: Path, path: Path) -> None:
    """Give a finished file its name, in one step that a power cut cannot halve."""
    os.replace(temporary, path)  # noqa: PTH105
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where folders can be synced; Windows does it by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def has_kit(home: Path) -> bool:
    """Whether there is a kit in a folder, or what is left of one."""
    return any((home / name).exists() for name in (NAME, "journal.qpm"))


def close_to_others(path: Path) -> None:
    """Leave a file or folder to its owner alone, where the file system knows owners."""
    with contextlib.suppress(OSError):
        path.chmod(0o700 if path.is_dir() else 0o600)
