"""Writing the one file of an account of harm that is not encrypted: the sheet to be printed.

``bundles.write_whole`` writes under a passing name first, and who is killed before the end leaves that file behind.
What others write so is sealed; a sheet would be readable, under a name that nobody knows to delete.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from qpm_widgets.journal.bundles import refuse_taken, refused_in_words
from qpm_widgets.journal.kit_file import sync_folder


def write_readable(path: Path, content: bytes) -> None:
    """Write a new file durably, for its owner alone; one that is there is never written over.

    Where the system and the disk have files without a name (Linux, most of its file systems), it gets its name when it
    is whole, and who is killed before leaves nothing. Elsewhere it has its own name from the beginning, the one that
    the person chose, and is removed if it cannot be finished.

    Raises
    ------
    QpmError
        BUNDLE-011.
    """
    with refused_in_words(path):
        refuse_taken(path)
        if not _write_unnamed(path, content):
            _write_named(path, content)
        sync_folder(path.parent)


def _write_unnamed(path: Path, content: bytes) -> bool:
    """False, and nothing was written, where there are no files without a name."""
    if not hasattr(os, "O_TMPFILE"):
        return False
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        try:
            handle = os.open(path.parent, os.O_WRONLY | os.O_TMPFILE, 0o600)
        except OSError:  # whatever else is wrong is said when it is opened by its name
            return False
        with open(handle, "wb") as file:  # noqa: PTH123  # a handle, not a path
            _write_durably(file.fileno(), content)
            try:
                # With a folder given, so that Python follows the link to the file instead of naming the link.
                os.link(f"/proc/self/fd/{handle}", path.name, src_dir_fd=folder, dst_dir_fd=folder)
            except FileNotFoundError:  # no /proc
                return False
        return True
    finally:
        os.close(folder)


def _write_named(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123
            _write_durably(file.fileno(), content)
    except BaseException:
        with suppress(OSError):  # which would hide what was wrong
            path.unlink()
        raise


def _write_durably(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)
