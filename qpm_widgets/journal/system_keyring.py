"""The kit's key in the keyring of the operating system, if a person wants that; without it nothing here is imported.

What is kept is the raw key and not the passphrase: after a change of passphrase it opens nothing, and where the
passphrase itself is needed it has to be typed. A file in the kit home says that there is something to ask for; it holds
the keyring's name and no secret. Only keyrings of the system itself are used: others may write what they are given into
an ordinary file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.kit import KEY_VARIABLE, Kit
from qpm_widgets.journal.kit_file import KEYRING_MARK, KitFile, close_to_others

SYSTEM = {
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
}
"""The keyrings of operating systems, by class; each encrypts what it keeps to the person's login."""

SERVICE = "qpm-field-kit"


def remember_key(kit: Kit) -> str:
    """Put an unlocked kit's key into the system's keyring, and see that it is there; the keyring's name.

    Raises
    ------
    QpmError
        KEYRING-001 if the system has none that may be used, KEYRING-002 if it does not take the key, JOURNAL-008 if the
        disk refuses.
    """
    backend, key = _system_keyring(), kit.environment()[KEY_VARIABLE]
    name = SYSTEM[_class_of(backend)]
    with _answered(name):
        backend.set_password(SERVICE, kit.device_id, key)
        kept = backend.get_password(SERVICE, kit.device_id)
    if kept != key:
        raise QpmError("KEYRING-002", name, "keyring.unlock")
    mark = kit.home / KEYRING_MARK
    with explained(KEYRING_MARK, writing=True):
        mark.write_text(f"{name}\n", encoding="utf-8")
        close_to_others(mark)
    return name


def recall_key(home: Path) -> bytes | None:
    """The key that the keyring has for a kit; None if it has none, or nothing that is a key.

    Raises
    ------
    QpmError
        KEYRING-001 or KEYRING-002 if it cannot be asked, START-002 or JOURNAL-002 if there is no kit.
    """
    device_id, backend = KitFile.read(home).device_id, _system_keyring()
    with _answered(SYSTEM[_class_of(backend)]):
        kept = backend.get_password(SERVICE, device_id)
    try:
        return bytes.fromhex(kept or "") or None
    except ValueError:
        return None


def forget_key(home: Path) -> None:
    """Take a kit's key out of the keyring, and no longer ask for it; nothing happens if it is not there.

    Raises
    ------
    QpmError
        KEYRING-001 or KEYRING-002 if the keyring cannot be reached; the kit does not ask it any more all the same.
    """
    device_id = KitFile.read(home).device_id
    with explained(KEYRING_MARK, writing=True):
        (home / KEYRING_MARK).unlink(missing_ok=True)
    backend = _system_keyring()
    with _answered(SYSTEM[_class_of(backend)]):
        if backend.get_password(SERVICE, device_id) is not None:
            backend.delete_password(SERVICE, device_id)


def _system_keyring() -> KeyringBackend:
    """The keyring that the person's settings choose, if it is one of the system's."""
    with _answered("keyring"):
        chosen = keyring.get_keyring()
        candidates = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    for one in candidates:
        if _class_of(one) in SYSTEM:
            return one
    raise QpmError("KEYRING-001", _class_of(chosen), "keyring.passphrase")


def _class_of(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


@contextmanager
def _answered(name: str) -> Iterator[None]:
    """Turn whatever a keyring raises into one sentence: each system's own library has errors of its own."""
    try:
        yield
    except Exception as error:
        raise QpmError("KEYRING-002", name, "keyring.unlock_or_passphrase", error=type(error).__name__) from None
