"""Every finished answer is in the report or in its list of what was left out: checked on the document itself."""

from __future__ import annotations

from qpm_widgets.errors import QpmError
from qpm_widgets.reports.document import Document

_SHOWN = 3  # ids that an error names; evidence ids say where an answer stands, never what it says


def check_complete(document: Document) -> None:
    """Check the account that the report gave of its evidence.

    Where the document shows evidence ids at all (the lead assessor's edition), the account is not taken at its word:
    each id that it calls used must be cited beside a statement or be an anchor.

    Raises
    ------
    QpmError
        REPORT-005 if there is no account, if a finished answer is in neither of its lists, or if one that is said to
        be used is nowhere in the document.
    """
    account = document.account
    if account is None:
        raise QpmError("REPORT-005", "the report", "report.no_account")
    used = set(account.used)
    _refuse_if_any(set(account.finished) - used - set(account.left_out), "in no list")
    cited = document.cited()
    if cited:
        _refuse_if_any(used - cited - set(document.targets), "said to be used, and nowhere in the document")


def _refuse_if_any(missing: set[str], how: str) -> None:
    if missing:
        names = ", ".join(sorted(missing)[:_SHOWN])
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise QpmError("REPORT-005", f"{names}{more}, {how}", "report.incomplete")
