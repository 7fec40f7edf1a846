"""From a passphrase to keys. Nothing here is written to disk but the salt and the cost."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from typing import Any

from argon2.low_level import Type, hash_secret_raw

KEY_BYTES = 32
SALT_BYTES = 16
SHORTEST_PASSPHRASE = 8  # characters


@dataclass(frozen=True)
class KeyCost:
    """What one guess at the passphrase costs; kept beside the salt in ``kit.json``.

    Parameters
    ----------
    time_cost : int
        Passes over the memory.
    memory_kib : int
        Memory for one derivation, in KiB.
    parallelism : int
        Lanes, computed side by side.

    Notes
    -----
    The default takes about a quarter of a second on an ordinary laptop, above the second choice of RFC 9106.
    """

    time_cost: int = 4
    memory_kib: int = 128 * 1024
    parallelism: int = 4

    def __post_init__(self) -> None:
        # Bounds keep a damaged kit.json from claiming all memory or running for hours.
        sound = (
            1 <= self.time_cost <= 1_000
            and 1 <= self.parallelism <= 64
            and 8 * self.parallelism <= self.memory_kib <= 4 * 1024 * 1024
        )
        if not sound:
            raise ValueError("a key cost out of bounds")

    def as_json(self) -> dict[str, int]:
        """The cost as plain JSON values."""
        return {"time_cost": self.time_cost, "memory_kib": self.memory_kib, "parallelism": self.parallelism}

    @classmethod
    def from_json(cls, value: Any) -> KeyCost:  # noqa: ANN401
        """The cost that ``as_json`` wrote; ValueError, KeyError or TypeError for anything else."""
        return cls(int(value["time_cost"]), int(value["memory_kib"]), int(value["parallelism"]))


def normalise_passphrase(passphrase: str) -> str:
    """One spelling for passphrases that look the same: keyboards compose accents differently."""
    return unicodedata.normalize("NFKC", passphrase)


def derive_key(passphrase: str, salt: bytes, cost: KeyCost) -> bytes:
    """The raw 32-byte key of a kit (Argon2id)."""
    secret = normalise_passphrase(passphrase).encode("utf-8", "surrogatepass")
    return hash_secret_raw(secret, salt, cost.time_cost, cost.memory_kib, cost.parallelism, KEY_BYTES, Type.ID)


def derive_secret(key: bytes, purpose: str) -> bytes:
    """A 32-byte secret for one purpose (HKDF-SHA256, RFC 5869); it gives away no other and not the key."""
    extracted = hmac.digest(bytes(hashlib.sha256().digest_size), key, "sha256")
    return hmac.digest(extracted, b"qpm-field-kit/" + purpose.encode() + b"\x01", "sha256")
