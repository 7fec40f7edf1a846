"""What SQLite and the system refuse, said in one sentence that names the cause and what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from qpm_widgets.errors import QpmError

_CAUSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("SQLITE_FULL",), "The disk is full; make room on it."),
    (
        ("SQLITE_READONLY", "SQLITE_PERM"),
        "The kit's folder or file may not be written to; allow writing.",
    ),
    (
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        "Another window or program holds the journal; close it or wait.",
    ),
    (
        ("SQLITE_CANTOPEN",),
        "The file cannot be opened; check that its folder is there and may be written to.",
    ),
    (("SQLITE_CORRUPT", "SQLITE_NOTADB"), "The file is damaged; stop writing to it and restore a backup."),
    (
        ("SQLITE_IOERR",),
        "The disk refused; check that it is connected, has room and is healthy.",
    ),
    (("SQLITE_NOMEM",), "The computer is out of memory; close other programs."),
    (("SQLITE_TOOBIG",), "The text is too long; shorten it."),
    (
        ("SQLITE_CONSTRAINT",),
        "The journal's own rules refused it: entries are added, never changed or replaced.",
    ),
)
_UNKNOWN = "The store refused for a reason it did not name. Try again; if it stays, lock the kit and start it anew."


def is_read_only(error: BaseException) -> bool:
    """Whether the store refused because it may only be read."""
    return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_READONLY")


def cause_of(error: BaseException | None) -> str:
    """What a refusal of the store means, and what to do about it."""
    name = str(getattr(error, "sqlite_errorname", ""))
    return next((cause for starts, cause in _CAUSES if name.startswith(starts)), _UNKNOWN)


@contextmanager
def explained(where: str, *, writing: bool) -> Iterator[None]:
    """Turn what the store raises into one sentence; the original is dropped because it carries the words.

    Raises
    ------
    QpmError
        JOURNAL-008 when writing, JOURNAL-013 when reading.
    """
    try:
        yield
    except PoolTimeoutError:
        cause = "Too many things happen at once; try again."
    except DBAPIError as error:
        cause = cause_of(error.orig)
    except sqlcipher.Error as error:  # writing goes straight to the driver
        cause = cause_of(error)
    except OSError as error:
        cause = f"The system says: {error.strerror or type(error).__name__}."
    else:
        return
    if not writing:
        raise QpmError("JOURNAL-013", where, cause) from None
    kept = "This was not saved; everything acknowledged before is kept."
    raise QpmError("JOURNAL-008", where, f"{cause} {kept}") from None
