"""What SQLite and the system refuse, said in one sentence that names the cause and what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from qpm_widgets.errors import QpmError, system_cause

_CAUSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("SQLITE_FULL",), "store.full"),
    (("SQLITE_READONLY", "SQLITE_PERM"), "store.read_only"),
    (("SQLITE_BUSY", "SQLITE_LOCKED"), "store.held"),
    (("SQLITE_CANTOPEN",), "store.not_opened"),
    (("SQLITE_CORRUPT", "SQLITE_NOTADB"), "store.damaged"),
    (("SQLITE_IOERR",), "store.disk_refused"),
    (("SQLITE_NOMEM",), "store.no_memory"),
    (("SQLITE_TOOBIG",), "store.too_long"),
    (("SQLITE_CONSTRAINT",), "store.own_rules"),
)


def is_read_only(error: BaseException) -> bool:
    """Whether the store refused because it may only be read."""
    return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_READONLY")


def cause_of(error: BaseException | None) -> str:
    """The key of the sentence that says what a refusal of the store means, and what to do about it."""
    name = str(getattr(error, "sqlite_errorname", ""))
    return next((cause for starts, cause in _CAUSES if name.startswith(starts)), "store.unnamed")


@contextmanager
def explained(where: str, *, writing: bool) -> Iterator[None]:
    """Turn what the store raises into one sentence; the original is dropped because it carries the words.

    Raises
    ------
    QpmError
        JOURNAL-008 when writing, JOURNAL-013 when reading.
    """
    facts = {}
    try:
        yield
    except PoolTimeoutError:
        cause = "store.too_much_at_once"
    except DBAPIError as error:
        cause = cause_of(error.orig)
    except sqlcipher.Error as error:  # writing goes straight to the driver
        cause = cause_of(error)
    except OSError as error:
        cause, facts = "system_says", {"cause": system_cause(error)}
    else:
        return
    if not writing:
        raise QpmError("JOURNAL-013", where, cause, **facts) from None
    raise QpmError("JOURNAL-008", where, cause, "store.kept_before", **facts) from None
