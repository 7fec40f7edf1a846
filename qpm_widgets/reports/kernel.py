"""The Python process that a report runs in: unlocked by its environment alone, spoken to over private channels."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from qpm_widgets.channels import choose_transport, make_private_folder


@contextmanager
def private_kernel(environment: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Settings for papermill's engine, which then runs the notebook in a process of our own making.

    The process is this Python, whatever kernels a person has installed; it works in an empty folder, reads no
    start-up files of the person's, and its standard streams go nowhere. ``environment`` (which holds the kit's key)
    is given to it and to nothing else. Connection file and sockets lie in a folder that only this user can enter,
    which is removed at the end.

    Raises
    ------
    QpmError
        START-004 if the process cannot be spoken to in private.
    """
    folder = make_private_folder()
    try:
        transport = choose_transport(folder)
        work = folder / "work"
        work.mkdir()
        unlocked = {**os.environ, **environment, "IPYTHONDIR": str(folder / "ipython"), "PYTHONSTARTUP": ""}
        kernel = _fix_settings(folder / "c.json", transport, unlocked, work)
        yield {"kernel_manager_class": kernel, "store_widget_state": False, "shutdown_kernel": "immediate"}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fix_settings(
    connection_file: Path, transport: Literal["ipc", "tcp"], environment: dict[str, str], work: Path
) -> type[AsyncKernelManager]:
    class PrivateKernel(AsyncKernelManager):
        """A kernel manager whose every setting is fixed here, whatever Jupyter's configuration says."""

        def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401  # as in Jupyter
            super().__init__(**{**kwargs, "connection_file": str(connection_file)})
            self._kernel_spec = KernelSpec(
                argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                display_name="Python 3",
                language="python",
                metadata={"supported_encryption": ["curve"]},
            )
            self.transport = transport
            if transport == "tcp":
                self.transport_encryption = "required"

        async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]  # noqa: ANN401  # as there
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            await super()._async_start_kernel(**{**kwargs, **quiet, "env": environment, "cwd": str(work)})

    return PrivateKernel
