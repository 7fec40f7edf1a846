"""From a passphrase to keys. Nothing here is written to disk but the salt and the cost."""

from __future__ import annotations

import hashlib
import hmac
import time
import unicodedata
from dataclasses import dataclass
from typing import Any

from argon2.low_level import Type, hash_secret_raw

KEY_BYTES = 32
SALT_BYTES = 16
SHORTEST_PASSPHRASE = 8  # characters
GOAL_SECONDS = 0.25  # for one derivation: little to wait for, and dear to do a million times
MOST_MEMORY_KIB = 256 * 1024  # an old laptop with 4 GB can spare it beside a browser
MOST_PASSES = 24


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
    The default is the second choice of RFC 9106, below which no kit goes; ``measured_cost`` suits a machine. Nothing
    above four times the most that it ever chooses is tried at all.
    """

    time_cost: int = 3
    memory_kib: int = 64 * 1024
    parallelism: int = 4

    def __post_init__(self) -> None:
        # A damaged kit.json, or a backup from a stranger, must not claim all memory or run for hours.
        sound = (
            self.time_cost >= 1
            and 1 <= self.parallelism <= 16
            and 8 * self.parallelism <= self.memory_kib <= 4 * MOST_MEMORY_KIB
            and self.time_cost * self.memory_kib <= 4 * MOST_PASSES * MOST_MEMORY_KIB
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


FLOOR = KeyCost()


def cost_for(floor_seconds: float) -> KeyCost:
    """The cost that takes about a quarter of a second on a machine that takes so long for the least cost.

    Memory comes first, for it is what a guesser's hardware has least of; then more passes over it.
    """
    times = GOAL_SECONDS / max(floor_seconds, 1e-6)
    memory = FLOOR.memory_kib * min(max(int(times), 1), MOST_MEMORY_KIB // FLOOR.memory_kib)
    passes = int(FLOOR.time_cost * times * FLOOR.memory_kib / memory)
    return KeyCost(min(max(passes, FLOOR.time_cost), MOST_PASSES), memory, FLOOR.parallelism)


def measured_cost() -> KeyCost:
    """The cost for this machine: three derivations are timed, and the quickest, which was least disturbed, counts."""
    return cost_for(min(_seconds_at_floor() for _ in range(3)))


def _seconds_at_floor() -> float:
    begun = time.perf_counter()
    derive_key("a passphrase of no kit", bytes(SALT_BYTES), FLOOR)
    return time.perf_counter() - begun


def normalise_passphrase(passphrase: str) -> str:
    """One spelling for passphrases that look the same: keyboards compose accents differently."""
    return unicodedata.normalize("NFKC", passphrase)


def is_too_short(passphrase: str) -> bool:
    """Whether a new passphrase has fewer than ``SHORTEST_PASSPHRASE`` characters."""
    return len(normalise_passphrase(passphrase)) < SHORTEST_PASSPHRASE


def derive_key(passphrase: str, salt: bytes, cost: KeyCost) -> bytes:
    """The raw 32-byte key of a kit (Argon2id)."""
    secret = normalise_passphrase(passphrase).encode("utf-8", "surrogatepass")
    return hash_secret_raw(secret, salt, cost.time_cost, cost.memory_kib, cost.parallelism, KEY_BYTES, Type.ID)


def derive_secret(key: bytes, purpose: str) -> bytes:
    """A 32-byte secret for one purpose (HKDF-SHA256, RFC 5869); it gives away no other and not the key."""
    extracted = hmac.digest(bytes(hashlib.sha256().digest_size), key, "sha256")
    return hmac.digest(extracted, b"qpm-field-kit/" + purpose.encode() + b"\x01", "sha256")
