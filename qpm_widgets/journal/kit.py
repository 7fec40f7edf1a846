"""The kit home: one folder that holds an assessor's encrypted journal and working notebooks."""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import re
import secrets
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.keys import (
    KEY_BYTES,
    SALT_BYTES,
    SHORTEST_PASSPHRASE,
    KeyCost,
    derive_key,
    derive_secret,
    normalise_passphrase,
)
from qpm_widgets.journal.opening import create_file
from qpm_widgets.journal.store import Journal

FORMAT = 1
SETTINGS_FILE, JOURNAL_FILE = "kit.json", "journal.qpm"
HOME_VARIABLE, KEY_VARIABLE = "QPM_KIT_HOME", "QPM_KIT_KEY"
_ASSESSOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_RESTORE = "Put the file back from a backup; without it the journal cannot be opened."


@dataclass(frozen=True)
class _Settings:
    """``kit.json``: what must be known before the passphrase can be tried. No secret."""

    assessor: str
    device_id: str
    salt: bytes
    cost: KeyCost
    key_check: bytes  # tells a wrong passphrase from a damaged journal

    def write(self, home: Path) -> None:
        """Write the file whole or not at all."""
        value = {
            "format": FORMAT,
            "assessor": self.assessor,
            "device_id": self.device_id,
            "salt": self.salt.hex(),
            "cost": self.cost.as_json(),
            "key_check": self.key_check.hex(),
        }
        temporary = home / f"{SETTINGS_FILE}.{self.device_id}.new"
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            json.dump(value, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        _close_to_others(temporary)
        os.replace(temporary, home / SETTINGS_FILE)  # noqa: PTH105
        _sync_folder(home)

    @classmethod
    def read(cls, home: Path) -> _Settings:
        """Read the file; START-002 if there is none, JOURNAL-002 if it is damaged, JOURNAL-011 if it is newer."""
        path = home / SETTINGS_FILE
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            if int(value["format"]) > FORMAT:
                raise QpmError("JOURNAL-011", SETTINGS_FILE, "Update the kit, then open this folder again.")
            settings = cls(
                assessor=str(value["assessor"]),
                device_id=str(value["device_id"]),
                salt=bytes.fromhex(value["salt"]),
                cost=KeyCost.from_json(value["cost"]),
                key_check=bytes.fromhex(value["key_check"]),
            )
        except (FileNotFoundError, NotADirectoryError):
            raise QpmError(
                "START-002", str(home), "Choose the kit's folder, or set up a kit there."
            ) from None
        except OSError as error:
            raise QpmError("JOURNAL-002", SETTINGS_FILE, f"The system says: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError):
            raise QpmError("JOURNAL-002", SETTINGS_FILE, _RESTORE) from None
        if len(settings.salt) != SALT_BYTES or len(settings.key_check) != KEY_BYTES:
            raise QpmError("JOURNAL-002", SETTINGS_FILE, _RESTORE)
        return settings


class Kit:
    """An unlocked kit. Use ``create``, ``unlock`` or ``from_environment``; then ``close`` it, or use it in a ``with``.

    Attributes
    ----------
    home, notebooks, runtime : Path
        The kit home; Jupyter's root with the working notebooks; sockets and other passing files.
    assessor : str
        Code of the person whose kit this is.
    device_id : str
        Whose chain the journal extends.
    journal : Journal
        The store, open and thread-safe.
    """

    def __init__(self, home: Path, settings: _Settings, key: bytes) -> None:
        if not hmac.compare_digest(derive_secret(key, "check"), settings.key_check):
            raise QpmError("JOURNAL-001", str(home), "Type it again; upper and lower case differ.")
        self.home = home
        self.assessor = settings.assessor
        self.device_id = settings.device_id
        self._key = key
        _finish_creation(home, settings.device_id)
        for folder in (self.notebooks, self.runtime):
            _make_folder(folder)
        self.journal = Journal(
            home / JOURNAL_FILE, key, device_id=settings.device_id, assessor=settings.assessor
        )
        self.closed = False

    @classmethod
    def create(cls, home: Path, passphrase: str, *, assessor: str, cost: KeyCost | None = None) -> Kit:
        """Set up a new kit in a folder, which is made if need be, and unlock it.

        Interrupted at any moment it leaves either no kit (create again) or a whole one (unlock).

        Parameters
        ----------
        home : Path
            The folder.
        passphrase : str
            At least eight characters. Nobody can recover it.
        assessor : str
            Code of the assessor: letters, digits, ``-`` and ``_``. It is never erased, so never a person's name.
        cost : KeyCost, optional
            What a guess at the passphrase costs.

        Raises
        ------
        QpmError
            JOURNAL-003 if there is a kit, JOURNAL-008 if the folder cannot be written, JOURNAL-012 if the
            passphrase is too short, JOURNAL-015 if the assessor's code is no code.
        """
        if len(normalise_passphrase(passphrase)) < SHORTEST_PASSPHRASE:
            raise QpmError(
                "JOURNAL-012",
                "passphrase",
                f"Choose {SHORTEST_PASSPHRASE} characters or more; four words are good.",
            )
        if not _ASSESSOR.fullmatch(assessor):
            raise QpmError(
                "JOURNAL-015", "assessor", "Use a code of letters, digits, - and _, such as the initials."
            )
        home = home.absolute()
        for name in (SETTINGS_FILE, JOURNAL_FILE):
            if (home / name).exists():
                raise QpmError("JOURNAL-003", str(home / name), "Unlock it, or choose another folder.")
        cost, salt, device_id = cost or KeyCost(), secrets.token_bytes(SALT_BYTES), str(uuid.uuid4())
        key = derive_key(passphrase, salt, cost)
        settings = _Settings(assessor, device_id, salt, cost, derive_secret(key, "check"))
        with explained(str(home), writing=True):
            _make_folder(home)
            for leftover in (*home.glob(f"{SETTINGS_FILE}.*.new"), *home.glob(f"{JOURNAL_FILE}.*.new*")):
                leftover.unlink()  # of a creation that was interrupted before there was a kit
            create_file(_unfinished(home, device_id), key)
            _close_to_others(_unfinished(home, device_id))
            _sync_folder(home)
            settings.write(home)  # from here on there is a kit
        return cls(home, settings, key)

    @classmethod
    def unlock(cls, home: Path, passphrase: str) -> Kit:
        """Open the kit in a folder.

        Raises
        ------
        QpmError
            START-002 if there is no kit, JOURNAL-001 if the passphrase is wrong, JOURNAL-002 if a file of the kit is
            missing or damaged, JOURNAL-011 if a newer kit wrote it.
        """
        home = home.absolute()
        settings = _Settings.read(home)
        return cls(home, settings, derive_key(passphrase, settings.salt, settings.cost))

    @classmethod
    def from_environment(cls) -> Kit:
        """The kit that the server unlocked for this process; one per process.

        The key is taken out of ``os.environ``, so that no child process and no printed environment has it.

        Raises
        ------
        QpmError
            JOURNAL-010 if the process was not given an unlocked kit.
        """
        return _given_kit.take()

    @property
    def notebooks(self) -> Path:
        """Jupyter's root: the working notebooks, which hold no answers."""
        return self.home / "notebooks"

    @property
    def runtime(self) -> Path:
        """Sockets and other files that matter only while the kit runs."""
        return self.home / "runtime"

    def environment(self) -> dict[str, str]:
        """The variables that unlock this kit in a kernel: hand them to that process only, and never log them."""
        return {HOME_VARIABLE: str(self.home), KEY_VARIABLE: self._key.hex()}

    def secret_for(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose, the same each time (HKDF-SHA256 of the key)."""
        return derive_secret(self._key, f"purpose/{purpose}")

    def close(self) -> None:
        """Close the journal; the kit is locked again."""
        self.closed = True
        self.journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Kit({str(self.home)!r}, assessor={self.assessor!r}, closed={self.closed})"


class _GivenKit:
    """The one kit of this process that ``from_environment`` hands out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kit: Kit | None = None

    def take(self) -> Kit:
        with self._lock:
            home, key = os.environ.get(HOME_VARIABLE), os.environ.pop(KEY_VARIABLE, None)
            if key is None and self._kit is not None and not self._kit.closed:
                return self._kit
            if home is None or key is None:
                raise QpmError(
                    "JOURNAL-010",
                    HOME_VARIABLE,
                    "Start the kit with `qpm start` and open the page from its desk.",
                )
            if self._kit is not None:
                self._kit.close()
            try:
                raw = bytes.fromhex(key)
            except ValueError:
                raise QpmError(
                    "JOURNAL-001", HOME_VARIABLE, "Start the kit again with `qpm start`."
                ) from None
            self._kit = Kit(Path(home), _Settings.read(Path(home)), raw)
            return self._kit


_given_kit = _GivenKit()


def _unfinished(home: Path, device_id: str) -> Path:
    return home / f"{JOURNAL_FILE}.{device_id}.new"


def _finish_creation(home: Path, device_id: str) -> None:
    """Put the new journal in its place, also when creation was interrupted just before it could."""
    path, unfinished = home / JOURNAL_FILE, _unfinished(home, device_id)
    if not path.exists() and unfinished.exists():
        with explained(JOURNAL_FILE, writing=True):
            os.replace(unfinished, path)  # noqa: PTH105
            _sync_folder(home)


def _make_folder(folder: Path) -> None:
    with explained(str(folder), writing=True):
        folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # some file systems know no owners
        folder.chmod(0o700)


def _close_to_others(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.chmod(0o600)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable where folders can be synced; Windows does it by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
