"""Opening the encrypted file: every connection gets the key and the same strict settings."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, insert

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.failures import explained
from qpm_widgets.journal.kit_file import close_to_others
from qpm_widgets.journal.schema import FILE_VERSION, metadata, secret_table

BUSY_SECONDS = 10.0
"""How long a writer waits for another kernel's commit before it says so."""

_SETTINGS = (
    "cipher_log_level = NONE",  # it would print into the notebook
    f"busy_timeout = {int(BUSY_SECONDS * 1000)}",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # or INSERT OR REPLACE slips past the DELETE trigger
    "secure_delete = ON",
    "temp_store = MEMORY",
    "synchronous = FULL",  # a commit has reached the disk when it returns …
    "fullfsync = ON",  # … on macOS too
    "checkpoint_fullfsync = ON",
    "cache_size = -32768",  # 32 MiB of decrypted pages at most
)


_LOGGER = "qpm_journal"
# Whoever turns SQLAlchemy's logging on must not get rows, which are words, into a log.
logging.getLogger(f"sqlalchemy.engine.Engine.{_LOGGER}").setLevel(logging.CRITICAL)


def _connect(path: Path, key: bytes, mode: str) -> sqlcipher.Connection:
    """One connection of the driver; the key goes in by PRAGMA, so no address or log ever holds it."""
    connection = sqlcipher.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,  # transactions begin where `begin` below says, not where the driver guesses
        check_same_thread=False,  # the pool lends a connection to one thread at a time
    )
    try:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def make_engine(path: Path, key: bytes, *, mode: str = "rw") -> Engine:
    """An engine over the file; ``mode`` is SQLite's: ``rw`` needs the file to be there, ``rwc`` makes it."""
    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher,
        paramstyle="named",
        creator=lambda: _connect(path, key, mode),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=28,
        hide_parameters=True,
        logging_name=_LOGGER,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")  # one snapshot for all that is read in it

    return engine


def create_file(path: Path, key: bytes, *, secrets: Mapping[str, str] | None = None) -> None:
    """Write an empty journal that keeps some secrets by name, durable when this returns.

    Raises
    ------
    QpmError
        JOURNAL-008 if the disk refuses.
    """
    engine = make_engine(path, key, mode="rwc")
    try:
        with explained("new journal", writing=True):
            raw = engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
            finally:
                raw.close()
            with engine.begin() as connection:
                metadata.create_all(connection)
                for name, value in (secrets or {}).items():
                    connection.execute(insert(secret_table).values(name=name, value=value))
                connection.exec_driver_sql(f"PRAGMA user_version = {FILE_VERSION}")
    finally:
        engine.dispose()  # the last connection to close writes the WAL back


def copy_file(path: Path, key: bytes, copy: Path, copy_key: bytes) -> None:
    """Copy a journal as it stands at this moment into a new file with a key of its own; durable when this returns.

    Others may read and write meanwhile. Each page of the copy has been read back.

    Raises
    ------
    QpmError
        JOURNAL-008 if the disk refuses or the copy is not what was copied.
    """
    with explained(copy.name, writing=True):
        connection = _connect(path, key, "rw")
        try:
            connection.execute("PRAGMA foreign_keys = OFF")  # tables are filled in any order
            address = f"{copy.absolute().as_uri()}?mode=rwc"
            connection.execute("ATTACH DATABASE ? AS copy KEY ?", (address, f"x'{copy_key.hex()}'"))
            connection.execute("BEGIN")  # one snapshot
            connection.execute("SELECT sqlcipher_export('copy')").fetchall()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA copy.user_version = {int(version)}")
            whole = all(
                connection.execute(f'SELECT count(*) FROM main."{name}"').fetchone()
                == connection.execute(f'SELECT count(*) FROM copy."{name}"').fetchone()
                for (name,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
            )
            connection.execute("COMMIT")
        finally:
            connection.close()
        connection = _connect(copy, copy_key, "rw")
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            whole = whole and not connection.execute("PRAGMA cipher_integrity_check").fetchall()
        finally:
            connection.close()
        with copy.open("r+b") as file:
            os.fsync(file.fileno())
        close_to_others(copy)
    if not whole:
        raise QpmError("JOURNAL-008", copy.name, "journal_file.copy_not_whole")


def check_file(engine: Engine, path: Path) -> None:
    """Make sure that the key opens the file and that this kit knows its tables.

    Raises
    ------
    QpmError
        JOURNAL-002 if the file is missing or no journal, JOURNAL-011 if its tables are newer, JOURNAL-013 if
        it cannot be read.
    """
    if not path.is_file():
        raise QpmError("JOURNAL-002", path.name, "journal_file.missing")
    with explained(path.name, writing=False), engine.connect() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > FILE_VERSION:
        raise QpmError("JOURNAL-011", path.name, "journal_file.newer", version=version, newest=FILE_VERSION)
    if version < FILE_VERSION:
        raise QpmError("JOURNAL-002", path.name, "journal_file.strange")
