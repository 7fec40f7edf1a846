"""The process that a page starts to erase: `withdraw` without a terminal; a request comes in, its outcome goes out."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports.erasing import carry_out
from qpm_widgets.templates import load_templates


def answer(kit: Kit, wanted: Withdrawal, outputs: Path) -> dict[str, Any]:
    """Carry a withdrawal out, and say what came of it: ``capture/erasing.py`` lists the keys."""
    try:
        carried = carry_out(kit.journal, load_templates(), wanted, outputs)
    except QpmError as error:
        if error.code == "CONSENT-006":
            return {"finished": False}
        return {"refused": [error.code, error.where, error.remedy]}
    return {
        "finished": True,
        "certificate": carried.certificate and str(carried.certificate),
        "trouble": carried.trouble and f"{carried.trouble.where}: {carried.trouble.what}. {carried.trouble.remedy}",
        "used": [
            {
                "folder": str(one.folder),
                "certain": one.certain,
                "files": [str(file) for file in one.files],
                "again": {"report": one.manifest.get("report"), "parameters": dict(one.parameters)},
            }
            for one in carried.used
        ],
        "resting": len(carried.resting),
        "names": bool(kit.journal.names(wanted.assessment_id)),
        "accounts": _accounts(kit, wanted),
        "outputs": str(outputs),
    }


def _accounts(kit: Kit, wanted: Withdrawal) -> list[str]:
    """The accounts of harm that stay; none where their store cannot be opened, which its own commands say."""
    with suppress(QpmError):
        found = kit.safeguarding.disclosures(assessment_id=wanted.assessment_id, about=wanted.subject)
        return [one.id for one in found if not one.erased]
    return []


def main() -> None:
    """Read a withdrawal and the folder of outputs from standard input; write what came of it to standard output."""
    request = json.load(sys.stdin)
    with Kit.from_environment() as kit:
        json.dump(answer(kit, Withdrawal(**request["wanted"]), Path(request["outputs"])), sys.stdout)


if __name__ == "__main__":
    main()
