"""Sealing a bundle to a kit's public key, and opening it with the kit's own (age, X25519)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import pyrage

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.bundles import read_whole, shown_name

IDENTITY = "age identity"
"""The name under which the journal keeps the private half."""
_AGE = b"age-encryption.org/v1\n"
_LARGEST_KEY_FILE = 10_000
_PURPOSE = "# for: "
_OTHER_PURPOSE = {"visits": "public_key.for_accounts", "safeguarding": "public_key.for_visits"}
_NO_KEY = {"visits": "public_key.ask_lead", "safeguarding": "public_key.choose_file"}
_NOT_A_KEY = {"visits": "BUNDLE-010", "safeguarding": "SAFE-012"}
Purpose = Literal["visits", "safeguarding"]


def make_identity() -> str:
    """A new private key; it stays in the journal."""
    return str(pyrage.x25519.Identity.generate())


def public_key_of(identity: str) -> str:
    """The public half, ``age1…``."""
    return str(pyrage.x25519.Identity.from_str(identity).to_public())


def fingerprint(public_key: str) -> str:
    """Twenty digits in fours, to be compared over the telephone: nobody finds a second key that has them."""
    number = int.from_bytes(hashlib.sha256(public_key.encode()).digest()) % 10**20
    digits = f"{number:020}"
    return " ".join(digits[start : start + 4] for start in range(0, 20, 4))


def public_key_text(public_key: str, assessor: str, purpose: Purpose = "visits") -> str:
    """The text of a public key's file; age itself reads it too."""
    sealed = "a visit" if purpose == "visits" else "an account of harm"
    return (
        f"# QPM Field Kit: the public key of {assessor}. With it {sealed} is sealed for {assessor} alone.\n"
        f"{_PURPOSE}{purpose}\n"
        f"# Before you use it, have these digits read out to you: {fingerprint(public_key)}\n"
        f"{public_key}\n"
    )


def read_public_key(path: Path, purpose: Purpose = "visits") -> str:
    """The key in a file that ``public_key_text`` wrote for this purpose; for visits also one that age wrote.

    Raises
    ------
    QpmError
        BUNDLE-010 or, for accounts of harm, SAFE-012 if it is no key; BUNDLE-011; SAFE-004 if the key is for the other
        purpose, so that neither a visit nor an account of harm goes to who is not meant to have it.
    """
    text = read_whole(path, _LARGEST_KEY_FILE, "BUNDLE-010").decode("utf-8", "replace")
    return parse_public_key(text, shown_name(path), purpose)


def parse_public_key(text: str, where: str, purpose: Purpose = "visits") -> str:
    """The key in the text of such a file; the same errors, which name ``where`` it came from."""
    lines = [line.strip() for line in text.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    try:
        (key,) = [str(pyrage.x25519.Recipient.from_str(one)) for one in keys]
    except (pyrage.RecipientError, ValueError):  # the latter: none, or several
        raise QpmError(_NOT_A_KEY[purpose], where, _NO_KEY[purpose]) from None
    if (f"{_PURPOSE}safeguarding" in lines) != (purpose == "safeguarding"):
        raise QpmError("SAFE-004", where, _OTHER_PURPOSE[purpose])
    return key


def seal(content: bytes, public_key: str) -> bytes:
    """The content, for whoever has the private half and nobody else."""
    return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(public_key)]))


def unseal(sealed: bytes, identity: str, where: str) -> bytes:
    """What was sealed to this identity, or to one of several, one a line; any changed or missing byte is noticed.

    Raises
    ------
    QpmError
        BUNDLE-001 if it was never sealed, BUNDLE-002 if it is damaged, BUNDLE-003 if it is for somebody else.
    """
    if not sealed.startswith(_AGE):
        raise QpmError("BUNDLE-001", where, "sealed_visit.choose")
    try:
        return bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(one) for one in identity.split()]))
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise QpmError("BUNDLE-003", where, "sealed_visit.send_key") from None
    raise QpmError("BUNDLE-002", where, "sealed_visit.send_again")
