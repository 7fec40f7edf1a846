"""The kit home: one folder that holds an assessor's encrypted journal and working notebooks."""

from __future__ import annotations

import hmac
import os
import secrets
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import kit_file
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.keys import (
    SALT_BYTES,
    SHORTEST_PASSPHRASE,
    KeyCost,
    derive_key,
    derive_secret,
    normalise_passphrase,
)
from qpm_widgets.journal.kit_file import KitFile, close_to_others, put_in_place, sync_folder
from qpm_widgets.journal.opening import create_file
from qpm_widgets.journal.store import Journal
from qpm_widgets.journal.writing import is_code

JOURNAL_FILE = "journal.qpm"
HOME_VARIABLE, KEY_VARIABLE = "QPM_KIT_HOME", "QPM_KIT_KEY"


class Kit:
    """An unlocked kit: ``create``, ``unlock`` or ``from_environment``, then ``close``, or use it in a ``with``.

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

    def __init__(self, home: Path, settings: KitFile, key: bytes) -> None:
        if not hmac.compare_digest(derive_secret(key, "check"), settings.key_check):
            raise QpmError("JOURNAL-001", str(home), "Type it again; upper and lower case differ.")
        self.home = home
        self.assessor = settings.assessor
        self.device_id = settings.device_id
        self._key = key
        _finish_creation(home, settings.device_id)
        for folder in (self.notebooks, self.runtime):
            _make_folder(folder)
        self.journal = Journal(home / JOURNAL_FILE, key, device_id=settings.device_id, assessor=settings.assessor)
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
            Code of the assessor: letters, digits, ``-`` and ``_``. Never a name, for it is never erased.
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
        if not is_code(assessor):
            raise QpmError("JOURNAL-015", "assessor", "Use a code of letters, digits, - and _, such as the initials.")
        home = home.absolute()
        for name in (kit_file.NAME, JOURNAL_FILE):
            if (home / name).exists():
                raise QpmError("JOURNAL-003", str(home / name), "Unlock it, or choose another folder.")
        cost, salt, device_id = cost or KeyCost(), secrets.token_bytes(SALT_BYTES), secrets.token_hex(8)
        key = derive_key(passphrase, salt, cost)
        settings = KitFile(assessor, device_id, salt, cost, derive_secret(key, "check"))
        with explained(str(home), writing=True):
            _make_folder(home)
            for leftover in (*home.glob(f"{kit_file.NAME}.*.new"), *home.glob(f"{JOURNAL_FILE}.*.new*")):
                leftover.unlink()  # of a creation that was interrupted before there was a kit
            create_file(_unfinished(home, device_id), key)
            close_to_others(_unfinished(home, device_id))
            sync_folder(home)
            settings.write(home)  # from here on there is a kit
        return cls(home, settings, key)

    @classmethod
    def unlock(cls, home: Path, passphrase: str) -> Kit:
        """Open the kit in a folder.

        Raises
        ------
        QpmError
            START-002 if there is no kit, JOURNAL-001 if the passphrase is wrong, JOURNAL-002 if a file of the
            kit is missing or damaged, JOURNAL-011 if a newer kit wrote it.
        """
        home = home.absolute()
        settings = KitFile.read(home)
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
        """The variables that unlock this kit in a kernel: for that process only, and never for a log."""
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
                raise QpmError("JOURNAL-001", HOME_VARIABLE, "Start the kit again with `qpm start`.") from None
            self._kit = Kit(Path(home), KitFile.read(Path(home)), raw)
            return self._kit


_given_kit = _GivenKit()


def _unfinished(home: Path, device_id: str) -> Path:
    return home / f"{JOURNAL_FILE}.{device_id}.new"


def _finish_creation(home: Path, device_id: str) -> None:
    """Put the new journal in its place, also when creation was interrupted just before it could."""
    path, unfinished = home / JOURNAL_FILE, _unfinished(home, device_id)
    if not path.exists() and unfinished.exists():
        with explained(JOURNAL_FILE, writing=True):
            put_in_place(unfinished, path)


def _make_folder(folder: Path) -> None:
    with explained(str(folder), writing=True):
        folder.mkdir(parents=True, exist_ok=True)
    close_to_others(folder)
