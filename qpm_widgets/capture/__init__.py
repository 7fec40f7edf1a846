"""The pages an assessor types into: one sheet, one comm; the browser draws, the kernel only commits."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qpm_widgets.capture.desk_sheet import DeskSheet
    from qpm_widgets.capture.findings_sheet import FindingsSheet
    from qpm_widgets.capture.interview_sheet import InterviewSheet
    from qpm_widgets.capture.plan_sheet import PlanSheet

__all__ = ["DeskSheet", "FindingsSheet", "InterviewSheet", "PlanSheet"]

_MODULES = {
    "DeskSheet": "desk_sheet",
    "FindingsSheet": "findings_sheet",
    "InterviewSheet": "interview_sheet",
    "PlanSheet": "plan_sheet",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    # A page pays for the import of its own sheet only, and recording without a page for none.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
