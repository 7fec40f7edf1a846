"""What a page has done in a process of its own: erasing, and writing documents.

A page imports no reports: its kernel should not load what sets a document. So it starts a module of `commands/`,
unlocked by its environment as a kernel is. Ids, codes, sentences and paths go to it and come back, no words. An
account of harm wants the passphrase instead (``account_page``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qpm_widgets.errors import QpmError, Said
from qpm_widgets.journal import Kit

OUTPUTS_VARIABLE = "QPM_OUTPUTS"
DEFAULT_OUTPUTS = Path(__file__).resolve().parents[2] / "outputs"
"""The commands' own, ``terminal.OUTPUTS``."""

PAPERS = "qpm_widgets.commands.page_papers"
PATIENCE = 120  # seconds; it takes one or two


def outputs_folder() -> Path:
    """Where the finished documents of this kit lie: what its server was started with."""
    return Path(os.environ.get(OUTPUTS_VARIABLE) or DEFAULT_OUTPUTS)


def write_papers(kit: Kit, where: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """``files``, the paths of the papers that a page asked for.

    Raises
    ------
    QpmError
        CAPTURE-004 if what writes them could not be started; PLAN-* and REPORT-* as it answered.
    """
    written = ask_process(kit, PAPERS, request)
    if written is None:
        raise QpmError("CAPTURE-004", where, "page.try_again", "page.lock_on_desk")
    return written


def ask_process(kit: Kit, module: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer of ``python -m module``, unlocked, to a request to which the folder of outputs is added.

    As ``read_answer`` has it.
    """
    return read_answer(module, {**request, "outputs": str(outputs_folder())}, kit.environment())


def read_answer(
    module: str, request: Mapping[str, Any], environment: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """The answer of ``python -m module`` to a request, both as JSON.

    Parameters
    ----------
    module : str
        The module.
    request : mapping
        What it is asked, on its standard input.
    environment : mapping, optional
        Variables that it is given beside this process's own.

    Returns
    -------
    dict or None
        None if it could not be started, or ended without an answer.

    Raises
    ------
    QpmError
        What the process answered with ``refused``.
    """
    try:
        ended = subprocess.run(
            [sys.executable, "-m", module],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a fault prints may quote anything
            env={**os.environ, **(environment or {})},
            timeout=PATIENCE,
            check=True,
        )
        answer = json.loads(ended.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    if not isinstance(answer, dict):
        return None
    if "refused" in answer:
        code, where, remedy = answer["refused"]
        raise QpmError(code, where, Said(remedy))
    return answer
