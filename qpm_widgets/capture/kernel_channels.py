"""How the pages' Python processes are started and spoken to: unlocked by environment, silent, over private channels."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets.config import Config

from qpm_widgets.channels import choose_transport, holds_sockets, make_private_folder

WARMING = "import qpm_widgets.capture.desk_sheet"
FOLDER_NOTE = "channels-folder"


class KitKernels(AsyncMappingKernelManager):
    """Starts kernels that can open the kit, and lets nothing that they print reach a terminal or a log.

    ``launch_environment`` holds the kit's key. It is set on the running object, not in Jupyter's configuration,
    which may be shown; it reaches a kernel through its environment, not its command line.
    """

    launch_environment: dict[str, str] = {}  # noqa: RUF012 (traitlets would make a declared trait configurable)

    async def _async_start_kernel(self, **kwargs: Any) -> str:  # noqa: ANN401 (they are Jupyter's)
        environment = {**(kwargs.get("env") or os.environ), **self.launch_environment}
        environment.pop("PYTHONSTARTUP", None)  # a person's own start-up script has no place in a page
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        kernel_id: str = await super()._async_start_kernel(**{**kwargs, **quiet, "env": environment})
        return kernel_id

    start_kernel = _async_start_kernel  # type: ignore[assignment]  # as the class above does

    async def warm_up(self, kernel_id: str) -> None:
        """Let a kernel import what its page will need, while the browser is still loading."""
        client: Any = self.get_kernel(kernel_id).client()
        client.start_channels(shell=True, iopub=True, stdin=False, hb=False, control=False)
        try:
            await client.wait_for_ready(timeout=30)
            client.execute(WARMING, silent=True, store_history=False, allow_stdin=False)
        finally:
            client.stop_channels()


def choose_channels(runtime: Path) -> tuple[Config, Path]:
    """Choose how server and kernels talk, and the folder for the files that this takes.

    Returns
    -------
    tuple of Config and Path
        Jupyter configuration, and the folder for connection files and sockets.

    Raises
    ------
    QpmError
        START-004 if they cannot talk in private.
    """
    remove_channels(runtime)
    folder = _make_folder(runtime)
    config = Config()
    if choose_transport(folder) == "ipc":
        config.KernelManager.transport = "ipc"
        # Or a kernel that dies in its first seconds comes back at other sockets, after its page was connected again.
        config.KernelRestarter.random_ports_until_alive = False
    else:
        config.MappingKernelManager.transport_encryption = "required"
    return config, folder


def remove_channels(runtime: Path) -> None:
    """Remove what an earlier server, ended or killed, has left of its channels."""
    note = runtime / FOLDER_NOTE
    folders = [runtime / "k"]
    if note.exists():
        folders.append(Path(note.read_text(encoding="utf-8")))
        note.unlink()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _make_folder(runtime: Path) -> Path:
    """A private folder in the kit; one elsewhere, noted in the kit, where only that can hold sockets."""
    folder = runtime / "k"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if holds_sockets(folder):
        return folder
    elsewhere = make_private_folder()
    if holds_sockets(elsewhere):
        folder.rmdir()
        (runtime / FOLDER_NOTE).write_text(str(elsewhere), encoding="utf-8")
        return elsewhere
    elsewhere.rmdir()
    return folder
