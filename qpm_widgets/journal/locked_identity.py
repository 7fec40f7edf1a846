"""A private key that only the passphrase itself opens: not the kit's key, which every page's process holds."""

from __future__ import annotations

import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.keys import SALT_BYTES, KeyCost, derive_key

_BOUND_TO = b"qpm-field-kit/locked identity"
_NONCE_BYTES = 12


def lock_identity(identity: str, passphrase: str, cost: KeyCost) -> dict[str, Any]:
    """A private key, or several, one a line, encrypted (ChaCha20-Poly1305, RFC 8439).

    The key for that is of its own, from the passphrase (Argon2id).

    Returns
    -------
    dict
        Plain JSON values, of no use without the passphrase.
    """
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    key = derive_key(passphrase, salt, cost)
    box = ChaCha20Poly1305(key).encrypt(nonce, identity.encode(), _BOUND_TO)
    return {"salt": salt.hex(), "cost": cost.as_json(), "nonce": nonce.hex(), "box": box.hex()}


def unlock_identity(locked: dict[str, Any], passphrase: str) -> str:
    """The private key that ``lock_identity`` locked.

    Raises
    ------
    QpmError
        JOURNAL-001 if the passphrase is wrong; JOURNAL-002 if what was locked is damaged.
    """
    try:
        salt, nonce, box = (bytes.fromhex(locked[name]) for name in ("salt", "nonce", "box"))
        key = derive_key(passphrase, salt, KeyCost.from_json(locked["cost"]))
        return ChaCha20Poly1305(key).decrypt(nonce, box, _BOUND_TO).decode()
    except InvalidTag:
        raise QpmError("JOURNAL-001", "restricted store", "passphrase.type_again") from None
    except (KeyError, TypeError, ValueError):
        raise QpmError("JOURNAL-002", "restricted store", "restricted_store.from_backup") from None
