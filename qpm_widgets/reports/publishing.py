"""From finished documents to a folder under ``outputs/``: all of it, or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qpm_widgets.errors import QpmError, system_cause

_PREFIX = ".rendering-"
_STALE_SECONDS = 3600


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def digest_folder(folder: Path) -> str:
    """One SHA-256 over the names and contents of all files in a folder."""
    lines = (
        f"{path.relative_to(folder).as_posix()} {sha256(path.read_bytes())}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )
    return sha256("".join(lines).encode())


def publish(
    outputs: Path, place: tuple[str, ...], run: str, files: Mapping[str, bytes], facts: Mapping[str, Any]
) -> tuple[Path, dict[str, Any]]:
    """Write the files and their manifest into a private folder, then rename it to ``outputs/<place>/<run>/``.

    Parameters
    ----------
    outputs : Path
    place : tuple of str
        Folder names below ``outputs``.
    run : str
        Name of the folder; ``-2`` and so on is added if there is one already.
    files : mapping
        Contents by file name.
    facts : mapping
        What the manifest says beside the files' sizes and hashes.

    Returns
    -------
    tuple of Path and dict
        The folder, and its manifest.

    Raises
    ------
    QpmError
        REPORT-006 if anything cannot be written; nothing is left behind then.
    """
    written = {name: {"bytes": len(data), "sha256": sha256(data)} for name, data in files.items()}
    manifest = {**facts, "outputs": written}
    temporary: Path | None = None
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        _remove_stale(outputs)
        temporary = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=outputs))  # 0700, and on the same volume
        for name, data in files.items():
            _write(temporary / name, data)
        _write(temporary / "manifest.json", (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
        return _rename(temporary, outputs.joinpath(*place), run), manifest
    except OSError as error:
        raise _refusal(outputs, error) from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def check_writable(outputs: Path) -> None:
    """Refuse a folder that cannot be written, before a report is made for it (REPORT-006)."""
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=outputs).close()
    except OSError as error:
        raise _refusal(outputs, error) from None


def _refusal(outputs: Path, error: OSError) -> QpmError:
    return QpmError("REPORT-006", str(outputs), "outputs.make_room", cause=system_cause(error))


def safe_name(name: str) -> str:
    """A folder or file name that every system takes, from any text."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:60] or "report"


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _rename(temporary: Path, parent: Path, run: str) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    for number in range(1, 1000):
        folder = parent / (run if number == 1 else f"{run}-{number}")
        if folder.exists():
            continue
        try:
            return temporary.rename(folder)
        except OSError:
            if not folder.exists():  # not because another render took the name in between
                raise
    raise FileExistsError(f"{run} exists 999 times")


def _remove_stale(outputs: Path) -> None:
    """Remove what a render that was killed while it saved has left, once it is surely not a running one's."""
    for folder in outputs.glob(f"{_PREFIX}*"):
        if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
