"""A document that the kit wrote, opened from a page with the system's own program, as a double click would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from qpm_widgets.capture.own_process import outputs_folder
from qpm_widgets.errors import QpmError

_KINDS = frozenset({".pdf", ".docx", ".ics"})
"""What pages have written; a program, or a page of the web, is never opened."""

_OWN = ("QPM_", "JPY_", "JUPYTER")
_SOON = 3  # seconds in which an opener that cannot do its work says so; one that still runs has opened the file


def open_document(path: str) -> None:
    """Have the system open a document below the folder of outputs, in a process of its own.

    Raises
    ------
    QpmError
        CAPTURE-007 if it is no such document, or the system has nothing to open it with.
    """
    outputs, document = outputs_folder().resolve(), Path(path).resolve()
    if not document.is_relative_to(outputs) or document.suffix not in _KINDS or not document.is_file():
        raise QpmError("CAPTURE-007", document.name, "opened_file.not_ours")
    if not _start(document):
        raise QpmError("CAPTURE-007", document.name, "opened_file.in_folder", folder=document.parent)


def _start(document: Path) -> bool:
    try:
        if sys.platform == "win32":
            os.startfile(document)
            return True
        opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
        if opener is None or not _has_screen():
            return False
        nothing = subprocess.DEVNULL
        running = subprocess.Popen(
            [opener, str(document)],
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            env={name: value for name, value in os.environ.items() if not name.startswith(_OWN)},
            start_new_session=True,  # it stays open when the page, or the kit, is closed
        )
        return running.wait(_SOON) == 0
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False


def _has_screen() -> bool:
    """Without one the opener of a Linux machine would look for a browser in the terminal."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
