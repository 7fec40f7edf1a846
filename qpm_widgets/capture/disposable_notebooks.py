"""Working notebooks hold nothing worth keeping: what is saved is emptied first, and no copies are made beside it.

Whatever an assessor types lives in the journal. A rendered page, or the state of a widget, saved into an ``.ipynb``
would be an unencrypted copy of an interview, so a notebook leaves its outputs behind whenever it is written.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from jupyter_server.services.contents.checkpoints import AsyncCheckpoints
from tornado.web import HTTPError


def empty_notebook(notebook: dict[str, Any]) -> None:
    """Take out of a notebook, in place, all that running it has put in: outputs, counts, timings, widget state."""
    notebook.get("metadata", {}).pop("widgets", None)
    for cell in notebook.get("cells", []):
        cell.get("metadata", {}).pop("execution", None)
        if cell.get("cell_type") == "code":
            cell["outputs"] = []
            cell["execution_count"] = None


def empty_before_saving(*, model: dict[str, Any], **_: object) -> None:
    """Jupyter's pre-save hook: every notebook is emptied before a byte of it reaches the disk."""
    if model.get("type") == "notebook" and isinstance(model.get("content"), dict):
        empty_notebook(model["content"])


class NoCheckpoints(AsyncCheckpoints):
    """Checkpoints that are never kept: Jupyter asks for one at every save, and a copy is what there must not be."""

    async def create_checkpoint(self, contents_mgr: object, path: str) -> dict[str, Any]:
        """Answer as if a checkpoint had been made; nothing is written."""
        return {"id": "none", "last_modified": datetime.now(UTC)}

    async def list_checkpoints(self, path: str) -> list[dict[str, Any]]:
        """No checkpoint, ever."""
        return []

    async def restore_checkpoint(self, contents_mgr: object, checkpoint_id: str, path: str) -> None:
        """Refuse: there is nothing to go back to."""
        raise HTTPError(404, "No checkpoints are kept")

    async def rename_checkpoint(self, checkpoint_id: str, old_path: str, new_path: str) -> None:
        """Nothing to rename."""

    async def delete_checkpoint(self, checkpoint_id: str, path: str) -> None:
        """Nothing to delete."""
