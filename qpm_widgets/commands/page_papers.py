"""The process in which a page has an itinerary, an invitation or a form written: a request comes in, paths go out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qpm_widgets.commands.planning import FormSheet, Sheet, write_invitation, write_itinerary, write_meeting_form
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit


def answer(kit: Kit, request: Mapping[str, Any]) -> dict[str, Any]:
    """``files``, the paths of what was written; or ``refused``, a code, where and a remedy."""
    outputs = Path(request["outputs"])
    try:
        if "invitation" in request:
            wanted = Sheet(**request["invitation"])
            files = write_invitation(kit.journal, request["assessment"], wanted, outputs)
        elif "form" in request:
            files = write_meeting_form(kit.journal, request["assessment"], FormSheet(**request["form"]), outputs)
        else:
            files = write_itinerary(kit.journal, request["assessment"], request["visit"], outputs)
    except QpmError as error:
        return {"refused": [error.code, error.where, error.remedy]}
    return {"files": [str(file) for file in files]}


def main() -> None:
    """Read what is wanted from standard input; write what came of it to standard output."""
    request = json.load(sys.stdin)
    with Kit.from_environment() as kit:
        json.dump(answer(kit, request), sys.stdout)


if __name__ == "__main__":
    main()
