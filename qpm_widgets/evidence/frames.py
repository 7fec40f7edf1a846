"""How evidence tables are built: every column with its dtype, also when there are no rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]  # one row of a table: column name to value


def make_frame(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of ``rows`` with exactly these columns.

    Parameters
    ----------
    columns : mapping
        Column name to ``str``, ``int``, ``Int`` (may be missing), ``bool`` or ``tuple``.
    rows : iterable of mappings
        Each with a value for every column.
    """
    # A quarter of a second to import, and a report is made from the same rows without it.
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    # Text stays Python strings whatever else is installed: Arrow could not hold every string the journal can.
    text = pd.StringDtype("python", na_value=np.nan)
    dtypes: dict[str, Any] = {"str": text, "int": "int64", "Int": "Int64", "bool": "bool", "tuple": "object"}
    listed = list(rows)
    values: dict[str, Any] = {name: [row[name] for row in listed] for name in columns}
    return pd.DataFrame({name: pd.Series(values[name], dtype=dtypes[kind]) for name, kind in columns.items()})
