"""The QPM Field Kit: guides interviews, keeps what was heard, renders what was found.

The small door. Names load when they are used, so that a report's kernel never imports a widget.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qpm_widgets.capture import DeskSheet, FindingsSheet, InterviewSheet, PlanSheet
    from qpm_widgets.errors import QpmError
    from qpm_widgets.journal import Kit
    from qpm_widgets.reports.render import render_report
    from qpm_widgets.templates import load_templates

# jsonschema, which Jupyter brings, builds a grammar of international addresses while it is imported: two seconds at
# every start, for a check that nothing here asks for. It does without when the module is not to be had.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__all__ = [
    "DeskSheet",
    "FindingsSheet",
    "InterviewSheet",
    "Kit",
    "PlanSheet",
    "QpmError",
    "load_templates",
    "render_report",
]

_ROOMS = {
    "DeskSheet": "capture",
    "FindingsSheet": "capture",
    "InterviewSheet": "capture",
    "Kit": "journal",
    "PlanSheet": "capture",
    "QpmError": "errors",
    "load_templates": "templates",
    "render_report": "reports.render",
}


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
