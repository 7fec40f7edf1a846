"""The process in which a page has a report rendered again after an erasure: a request comes in, paths go out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.reports.render import render_report
from qpm_widgets.terminal import CHECKOUT
from qpm_widgets.visits import look_out_for


def answer(kit: Kit, request: Mapping[str, Any]) -> dict[str, Any]:
    """``files``, the paths of the documents, and ``nameless``; or ``refused``, a code, where and a remedy.

    Parameters
    ----------
    kit : Kit
    request : mapping
        ``report``, the name of its notebook; ``parameters`` of it; ``outputs``. ``nameless`` is answered where the
        provider's edition was written and this kit has no names to look for.
    """
    report, parameters = str(request["report"]), {key: str(value) for key, value in request["parameters"].items()}
    known = {path.stem: path for path in (CHECKOUT / "notebooks").glob("*_report.ipynb")}
    try:
        if report not in known:  # it comes from a file beside documents, which anybody may have written
            raise QpmError("REPORT-004", "report", "report.names", names=", ".join(sorted(known)))
        rendered = render_report(kit, known[report], parameters, outputs=Path(request["outputs"]))
        names = look_out_for(kit.journal, parameters.get("assessment_id", ""))
    except QpmError as error:
        return {"refused": [error.code, error.where, error.remedy]}
    nameless = parameters.get("edition") == "provider" and not names
    return {"files": [str(path) for path in rendered.files.values()], "nameless": nameless}


def main() -> None:
    """Read what is wanted from standard input; write what came of it to standard output."""
    request = json.load(sys.stdin)
    with Kit.from_environment() as kit:
        said = answer(kit, request)
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
