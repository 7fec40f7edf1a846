"""Links from one page to another: a press opens it in the same window, see ``labextension``."""

from __future__ import annotations

from qpm_widgets.running_server import page_path
from qpm_widgets.visits.working_notebooks import DESK

__all__ = ["DESK", "link_page"]


def link_page(path: str) -> dict[str, str]:
    """Path in the kit's notebooks, for ``data-qpm-open``, and the address that it has without the extension."""
    return {"path": path, "address": page_path(path)}
