"""Writing the log back into the main file, and getting erased words out of the files, not only out of the tables.

``secure_delete`` writes zeros over what an erasure deletes, so the main file needs no rewriting; the tests look
into every decrypted page, unused corners included. What is left is the write-ahead log: it holds pages as they were
until it is written back and cut to nothing.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import sqlcipher3.dbapi2 as sqlcipher

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.failures import cause_of

if TYPE_CHECKING:
    from qpm_widgets.journal.writing import Execute

_WAIT_MS = 3_000
"""How long to wait for a page that reads or writes; for one that keeps on, longer does not help."""


def write_log_back(execute: Execute) -> None:
    """Write back what can be written now, without waiting for anybody, on a connection without a transaction.

    Power that goes while the log is being written back leaves pages of the main file half new; the log has them whole.
    """
    with suppress(sqlcipher.Error):  # a disk that may only be read, or is full, stays as it is
        execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def cut_log(execute: Execute) -> None:
    """Write the log back and cut it to nothing, on a connection that has no transaction open.

    Raises
    ------
    QpmError
        CONSENT-006 if another program is in the way, or the disk refuses; what was erased stays erased.
    """
    (usual,) = execute("PRAGMA busy_timeout").fetchone() or (_WAIT_MS,)
    execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
    try:
        busy, *_ = execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() or (1,)
    except sqlcipher.Error as error:
        raise _unfinished(cause_of(error)) from None
    finally:
        execute(f"PRAGMA busy_timeout = {int(usual)}")
    if busy:
        raise _unfinished("store.page_at_work")


def _unfinished(cause: str) -> QpmError:
    return QpmError("CONSENT-006", "journal.qpm-wal", cause, "store.close_pages")
