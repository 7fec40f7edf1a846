"""The process in which a page has an account of harm written to a file: the passphrase comes in, a path goes out.

The restricted store opens with the passphrase alone, which no kernel ever has. So this process is given no key: it
unlocks the kit itself, for one account and one file, and ends. What the account says is in that file and nowhere else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qpm_widgets.commands.safeguarding import write_sealed, write_sheet
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit, account_files, sealing
from qpm_widgets.journal.kit import make_folder


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """``path`` of the file, and ``device``, the digits of this kit's; or ``refused``, a code, where and a remedy.

    Parameters
    ----------
    request : mapping
        ``home``, ``passphrase``; ``folder``, for the file; ``id`` of the account; ``key``, the lead's safeguarding
        key (``age1…``), to seal the account to, or empty to have it as a PDF to print.
    """
    account, public_key, folder = request["id"], request["key"], Path(request["folder"])
    suffix = account_files.SUFFIX if public_key else ".pdf"
    try:
        with Kit.unlock(Path(request["home"]), request["passphrase"]) as kit:
            described = kit.safeguarding.find(account)  # before its id is part of a path
            if not described.is_waiting and not described.erased:  # its page was left open, and nobody would look there
                raise QpmError("SAFE-011", account, "account_asked.close_page", "account_asked.see_desk")
            identity = kit.safeguarding.identity(request["passphrase"])
            path = folder / f"{account}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{suffix}"
            make_folder(folder)
            if public_key:
                write_sealed(kit, identity, account, public_key, path)
            else:
                write_sheet(kit, identity, account, path)
            return {"path": str(path), "device": sealing.fingerprint(kit.device_id)}
    except QpmError as error:
        return {"refused": [error.code, error.where, error.remedy]}


def main() -> None:
    """Read what is wanted from standard input; write what came of it to standard output."""
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
