"""A device's own key (Ed25519): without it nobody extends the device's chain or submits a visit in its name.

A device's id is made of its public key, so a key proves by itself whose it is; no list of known keys is needed, and
the order in which kits hear of each other changes nothing. What is signed begins with what the signature is for:
made for one purpose it is none for another.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from qpm_widgets.journal.entries import canonical_json

DEVICE_KEY = "device key"
"""The name under which the journal keeps the private half."""
KEY_BYTES, SIGNATURE_BYTES = 32, 64
LINK, VISIT, ACCOUNT = "chain link", "submitted visit", "account of harm"
"""Purposes: the link of one entry, and so all entries of its device before it; all bytes of what a device sends."""


class DeviceKey:
    """The private key of one device; its ``repr`` leaves it out.

    Parameters
    ----------
    text : str
        The private half, 64 hexadecimal digits.

    Attributes
    ----------
    public_key : str
        64 hexadecimal digits.
    device_id : str
        Whose key it is.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
        self.public_key = self._private.public_key().public_bytes_raw().hex()
        self.device_id = device_id_of(self.public_key)

    @classmethod
    def make(cls) -> DeviceKey:
        """A new key, and with it a new device."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw().hex())

    def sign(self, purpose: str, *facts: str | int) -> str:
        """The signature, 128 hexadecimal digits; for the same facts always the same."""
        return self._private.sign(_message(purpose, self.device_id, facts)).hex()

    def __repr__(self) -> str:
        return f"DeviceKey({self.device_id})"


def device_id_of(public_key: str) -> str:
    """The id of the device whose public key this is: 128 bits of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32]


def is_signed(public_key: str, signature: str, purpose: str, *facts: str | int) -> bool:
    """Whether the device of this key signed these facts for this purpose."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), _message(purpose, device_id_of(public_key), facts))
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(purpose: str, device_id: str, facts: tuple[str | int, ...]) -> bytes:
    """A JSON list has one reading, so no two sets of facts have the same bytes."""
    return canonical_json(["qpm-field-kit", purpose, device_id, *facts]).encode()
