"""The Python process that a report runs in: unlocked by its environment alone, spoken to over private channels."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

_LONGEST_SOCKET = 100  # bytes; the limit is 107 on Linux and 103 on macOS


@contextmanager
def private_kernel(environment: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Settings for papermill's engine, which then runs the notebook in a process of our own making.

    The process is this Python, whatever kernels a person has installed; it works in an empty folder, reads no
    start-up files of the person's, and its standard streams go nowhere. ``environment`` (which holds the kit's key)
    is given to it and to nothing else. Connection file and sockets lie in a folder that only this user can enter,
    which is removed at the end.
    """
    folder = _make_folder()
    work = folder / "work"
    work.mkdir()
    unlocked = {**os.environ, **environment, "IPYTHONDIR": str(folder / "ipython"), "PYTHONSTARTUP": ""}

    class PrivateKernel(AsyncKernelManager):
        """A kernel manager whose every setting is fixed here, whatever Jupyter's configuration says."""

        def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401  # as in Jupyter
            super().__init__(**{**kwargs, "connection_file": str(folder / "c.json")})
            self._kernel_spec = KernelSpec(
                argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                display_name="Python 3",
                language="python",
                metadata={"supported_encryption": ["curve"]},
            )
            if _holds_sockets(folder):
                self.transport = "ipc"
            elif zmq.has("curve"):
                self.transport_encryption = "required"

        async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]  # noqa: ANN401  # as there
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            await super()._async_start_kernel(**{**kwargs, **quiet, "env": unlocked, "cwd": str(work)})

    try:
        yield {"kernel_manager_class": PrivateKernel, "store_widget_state": False, "shutdown_kernel": "immediate"}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_folder() -> Path:
    """A new folder for this user only (0700), with as short a path as there is."""
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()):
        if parent and len(parent) < _LONGEST_SOCKET - 24 and os.access(parent, os.W_OK):
            return Path(tempfile.mkdtemp(prefix="qpm-", dir=parent))
    return Path(tempfile.mkdtemp(prefix="qpm-"))


def _holds_sockets(folder: Path) -> bool:
    return hasattr(socket, "AF_UNIX") and os.name != "nt" and len(os.fsencode(folder / "c-ipc-1")) <= _LONGEST_SOCKET
