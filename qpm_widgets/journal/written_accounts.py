"""The files that the desk has written of accounts of harm: where they lie, and that they go."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def account_folder(outputs: Path) -> Path:
    """Where files of accounts of harm are written that a page asked for."""
    return outputs / "accounts-of-harm"


def account_files(account: str, outputs: Path) -> list[Path]:
    """The files of one account of this kit that a page asked for and nobody has deleted."""
    return sorted(account_folder(outputs).glob(f"{account}-*"))


def delete_account_files(account: str, outputs: Path) -> list[Path]:
    """Delete them; those that are left, as where another program has one open."""
    for file in account_files(account, outputs):
        with suppress(OSError):
            file.unlink()
    return account_files(account, outputs)
