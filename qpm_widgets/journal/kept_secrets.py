"""The table of secrets: what the kit makes once and keeps, and lists of names; nothing that is an entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from qpm_widgets.errors import QpmError
from qpm_widgets.journal.schema import secret_table
from qpm_widgets.journal.writing import is_code

if TYPE_CHECKING:
    from qpm_widgets.journal.writing import Execute

_NAMES = "names:"  # before assessment and visit: the rows that hold lists of names
_c = secret_table.c
_LISTS = "SELECT name, value FROM secret WHERE name BETWEEN :first AND :last"
_ADD = "INSERT INTO secret (name, value) VALUES (:name, :value)"


def read_secret(connection: Connection, name: str) -> str | None:
    """A secret; None if it was never made."""
    return connection.execute(select(_c.value).where(_c.name == name)).scalar()


def make_secret(execute: Execute, name: str, make: Callable[[], str]) -> str:
    """A secret, made now unless another process was faster; in a write transaction of the caller's."""
    there = execute("SELECT value FROM secret WHERE name = :name", {"name": name}).fetchone()
    if there is not None:
        return str(there[0])
    value = make()
    execute(_ADD, {"name": name, "value": value})
    return value


def read_names(execute: Execute, assessment_id: str) -> dict[str, tuple[str, ...]]:
    """The lists of names of an assessment, by visit."""
    beginning = f"{_NAMES}{assessment_id}/"
    rows = execute(_LISTS, {"first": beginning, "last": f"{beginning}\U0010ffff"}).fetchall()
    return {name.partition("/")[2]: tuple(json.loads(value)) for name, value in rows}


def write_names(execute: Execute, assessment_id: str, visit_id: str, names: Sequence[str]) -> None:
    """Put a visit's list in place of the one before; none clears it. In a write transaction of the caller's.

    Raises
    ------
    QpmError
        JOURNAL-015.
    """
    if not (is_code(assessment_id) and is_code(visit_id)):
        raise QpmError("JOURNAL-015", "assessment_id or visit_id", "code.copy")
    row = {"name": f"{_NAMES}{assessment_id}/{visit_id}"}
    execute("DELETE FROM secret WHERE name = :name", row)
    if names:
        execute(_ADD, {**row, "value": json.dumps(list(names), ensure_ascii=False)})
