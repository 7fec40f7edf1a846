"""The kit home: one folder that holds an assessor's encrypted journal and working notebooks."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import kit_file
from qpm_widgets.journal.environment import take_variable
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.guessing import Guesses
from qpm_widgets.journal.in_use import hold_open, making_alone
from qpm_widgets.journal.keys import (
    SALT_BYTES,
    SHORTEST_PASSPHRASE,
    KeyCost,
    derive_key,
    derive_secret,
    is_too_short,
    measured_cost,
)
from qpm_widgets.journal.kit_file import KitFile, close_to_others, put_in_place, sync_folder
from qpm_widgets.journal.opening import copy_file, create_file
from qpm_widgets.journal.safeguarding import FILE as SAFEGUARDING_FILE
from qpm_widgets.journal.safeguarding import SECRET as SAFEGUARDING_SECRET
from qpm_widgets.journal.safeguarding import SafeguardingStore, make_store
from qpm_widgets.journal.signing import DEVICE_KEY, DeviceKey
from qpm_widgets.journal.store import Journal
from qpm_widgets.journal.writing import is_code

JOURNAL_FILE = "journal.qpm"
RUNTIME = "runtime"
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
    lock_after : int
        Minutes without a word from any page after which a server closes the kit.
    journal : Journal
        The store, open and thread-safe.
    safeguarding : SafeguardingStore
        Accounts of harm, apart from the journal; opened when first asked for.
    """

    def __init__(self, home: Path, settings: KitFile, key: bytes) -> None:
        check_key(home, settings, key)
        self.home = home
        self.assessor = settings.assessor
        self.device_id = settings.device_id
        self.lock_after = settings.lock_after
        self._key = key
        for folder in (self.notebooks, self.runtime):
            make_folder(folder)
        mark = hold_open(self.runtime)
        try:
            settle(home, settings)
            self.journal = Journal(
                home / JOURNAL_FILE, key, device_id=settings.device_id, assessor=settings.assessor, mark=mark
            )
            self._check_device()
        except BaseException:
            mark.release()
            raise
        self._safeguarding: SafeguardingStore | None = None
        self._opening = threading.Lock()
        self.closed = False

    def _check_device(self) -> None:
        """Whoever can write to ``kit.json`` could make the kit begin a chain that it can never sign."""
        try:
            self.journal.device_key()
        except BaseException:
            self.journal.close()
            raise

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
            What a guess at the passphrase costs; without it, what takes this machine a quarter of a second.

        Raises
        ------
        QpmError
            JOURNAL-003 if there is a kit, JOURNAL-008 if the folder cannot be written, JOURNAL-012 if the
            passphrase is too short, JOURNAL-015 if the assessor's code is no code, KEEP-001 if another process is
            just making a kit there.
        """
        check_passphrase(passphrase)
        if not is_code(assessor):
            raise QpmError("JOURNAL-015", "assessor", "code.initials")
        home = home.absolute()
        _refuse_second_kit(home)
        cost, salt, device_key = cost or measured_cost(), secrets.token_bytes(SALT_BYTES), DeviceKey.make()
        key = derive_key(passphrase, salt, cost)
        settings = KitFile(assessor, device_key.device_id, salt, cost, derive_secret(key, "check"))
        make_folder(home / RUNTIME)
        with making_alone(home / RUNTIME):
            _refuse_second_kit(home)
            with explained(str(home), writing=True):
                close_to_others(home)
                for leftover in leftovers(home):
                    leftover.unlink()  # of a creation that was interrupted before there was a kit
                create_file(unfinished(home, salt), key, secrets={DEVICE_KEY: device_key.text})
                close_to_others(unfinished(home, salt))
                sync_folder(home)
                settings.write(home)  # from here on there is a kit
            return cls(home, settings, key)._complete(passphrase, cost)

    @classmethod
    def unlock(cls, home: Path, passphrase: str, *, guesses: Guesses | None = None) -> Kit:
        """Open the kit in a folder; after five wrong passphrases a further try waits first.

        Raises
        ------
        QpmError
            START-002 if there is no kit, JOURNAL-001 if the passphrase is wrong, JOURNAL-002 if a file of the
            kit is missing or damaged, JOURNAL-011 if a newer kit wrote it, JOURNAL-017 if one before the first
            release did.
        """
        home = home.absolute()
        settings = KitFile.read(home)
        return cls(home, settings, try_passphrase(home, settings, passphrase, guesses))._complete(
            passphrase, settings.cost
        )

    @classmethod
    def from_environment(cls) -> Kit:
        """The kit that the server unlocked for this process; one per process.

        The key is taken out of the environment: neither child processes nor others can read it there any more.

        Raises
        ------
        QpmError
            JOURNAL-010 if the process was not given an unlocked kit.
        """
        return _given_kit.take()

    def _complete(self, passphrase: str, cost: KeyCost) -> Self:
        """Make the restricted store, which wants the passphrase, unless it is there."""
        try:
            self.journal.secret(SAFEGUARDING_SECRET, lambda: make_store(self.home, passphrase, cost))
        except BaseException:
            self.close()
            raise
        return self

    @property
    def safeguarding(self) -> SafeguardingStore:
        """Accounts of harm, apart from the journal (JOURNAL-002, -010, -011 or -013 if they cannot be opened)."""
        with self._opening:
            if self._safeguarding is None:
                kept = self.journal.secret(SAFEGUARDING_SECRET, _no_store)
                self._safeguarding = SafeguardingStore(self.home, kept, assessor=self.assessor)
            return self._safeguarding

    @property
    def notebooks(self) -> Path:
        """Jupyter's root: the working notebooks, which hold no answers."""
        return self.home / "notebooks"

    @property
    def runtime(self) -> Path:
        """Sockets and other files that matter only while the kit runs."""
        return self.home / RUNTIME

    def environment(self) -> dict[str, str]:
        """The variables that unlock this kit in a kernel: for that process only, and never for a log."""
        return {HOME_VARIABLE: str(self.home), KEY_VARIABLE: self._key.hex()}

    def secret_for(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose, the same each time (HKDF-SHA256 of the key)."""
        return derive_secret(self._key, f"purpose/{purpose}")

    def copy_journals(self, journal: Path, safeguarding: Path) -> None:
        """Copy both stores, as they stand, into new files that the same passphrase opens (JOURNAL-008 if refused)."""
        copy_file(self.journal.path, self._key, journal, self._key)
        self.safeguarding.copy(safeguarding)

    def close(self) -> None:
        """Close the journal; the kit is locked again."""
        self.closed = True
        if self._safeguarding is not None:
            self._safeguarding.close()
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
        self._key: str | None = None  # one that was given and has not opened the kit yet

    def take(self) -> Kit:
        with self._lock:
            home, given = os.environ.get(HOME_VARIABLE), take_variable(KEY_VARIABLE)
            key, self._key = self._key if given is None else given, None
            if key is None and self._kit is not None and not self._kit.closed:
                return self._kit
            if home is None or key is None:
                raise QpmError("JOURNAL-010", HOME_VARIABLE, "kit_folder.open_from_desk")
            if self._kit is not None:
                self._kit.close()
            try:
                raw = bytes.fromhex(key)
            except ValueError:
                raise QpmError("JOURNAL-001", HOME_VARIABLE, "kit_folder.start_again") from None
            try:
                self._kit = Kit(Path(home), KitFile.read(Path(home)), raw)
            except QpmError as error:
                if error.code != "JOURNAL-001":  # the key is right: what is in the way may pass
                    self._key = key
                raise
            return self._kit


_given_kit = _GivenKit()


def _no_store() -> str:
    raise QpmError("JOURNAL-002", SAFEGUARDING_FILE, "kit_folder.close_and_start")


def _refuse_second_kit(home: Path) -> None:
    for name in (kit_file.NAME, JOURNAL_FILE):
        if (home / name).exists():
            raise QpmError("JOURNAL-003", str(home / name), "kit_folder.taken")


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too short (JOURNAL-012)."""
    if is_too_short(passphrase):
        raise QpmError("JOURNAL-012", "passphrase", "passphrase.too_short", least=SHORTEST_PASSPHRASE)


def try_passphrase(home: Path, settings: KitFile, passphrase: str, guesses: Guesses | None = None) -> bytes:
    """The key that a passphrase gives, if it is the right one.

    Raises
    ------
    QpmError
        JOURNAL-001 if it is not; that try is counted.
    """
    guesses = guesses or Guesses(home)
    guesses.begin()
    key = derive_key(passphrase, settings.salt, settings.cost)
    check_key(home, settings, key)
    guesses.was_right()
    return key


def check_key(home: Path, settings: KitFile, key: bytes) -> None:
    """Refuse a key that is not this kit's (JOURNAL-001)."""
    if not hmac.compare_digest(derive_secret(key, "check"), settings.key_check):
        raise QpmError("JOURNAL-001", str(home), "passphrase.type_again")


def unfinished(home: Path, salt: bytes) -> Path:
    """The journal that belongs to a ``kit.json`` with this salt, before it has the journal's own name."""
    return home / f"{JOURNAL_FILE}.{salt.hex()}.new"


def leftovers(home: Path) -> list[Path]:
    """Files of a creation or a change of passphrase that was interrupted."""
    return [*home.glob(f"{kit_file.NAME}.*.new"), *home.glob(f"{JOURNAL_FILE}.*.new*")]


def settle(home: Path, settings: KitFile) -> None:
    """Finish or undo what was interrupted: the journal that ``kit.json`` belongs to gets its name, others go.

    Only for who holds the kit open or has it alone, and so knows that nobody is just at it.

    Raises
    ------
    QpmError
        KEEP-001 if the kit got another passphrase just now, JOURNAL-008 if the disk refuses.
    """
    if KitFile.read(home) != settings:
        raise QpmError("KEEP-001", str(home), "passphrase.just_changed")
    with explained(JOURNAL_FILE, writing=True):
        with contextlib.suppress(FileNotFoundError):  # the ordinary case, or another process was faster
            if (fresh := unfinished(home, settings.salt)).exists():
                put_in_place(fresh, home / JOURNAL_FILE)
        for leftover in leftovers(home):
            leftover.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder, open to its owner alone; JOURNAL-008 if the disk refuses."""
    with explained(str(folder), writing=True):
        folder.mkdir(parents=True, exist_ok=True)
    close_to_others(folder)
