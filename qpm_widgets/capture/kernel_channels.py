"""How the pages' Python processes are started and spoken to: unlocked by environment, silent, over private channels."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import zmq
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets.config import Config

# The longest name that Jupyter gives a channel: kernel-<uuid>-ipc-<n>, with room for a two-digit number.
LONGEST_NAME = "kernel-00000000-0000-0000-0000-000000000000-ipc-00"
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

    Sockets in the file system that only this user can reach, where the system has them; elsewhere (Windows) TCP on
    127.0.0.1 with every message encrypted and both ends authenticated by CurveZMQ keys.

    Returns
    -------
    tuple of Config and Path
        Jupyter configuration, and the folder for connection files and sockets.
    """
    config = Config()
    remove_channels(runtime)
    folder = _socket_folder(runtime)
    if folder is not None:
        config.KernelManager.transport = "ipc"
        return config, folder
    folder = runtime / "k"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if zmq.has("curve"):
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


def _socket_folder(runtime: Path) -> Path | None:
    """A private folder whose path is short enough for a socket's name (107 bytes; 103 on macOS)."""
    if not hasattr(socket, "AF_UNIX") or os.name == "nt":
        return None
    folder = runtime / "k"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _holds_sockets(folder):
        return folder
    folder.rmdir()
    for parent in dict.fromkeys((os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")):
        if parent is None or not os.access(parent, os.W_OK):
            continue
        folder = Path(tempfile.mkdtemp(prefix="qpm-", dir=parent))  # mkdtemp gives 0700
        if _holds_sockets(folder):
            (runtime / FOLDER_NOTE).write_text(str(folder), encoding="utf-8")
            return folder
        folder.rmdir()
    return None


def _holds_sockets(folder: Path) -> bool:
    # Tried rather than computed: the limit differs by system, and some file systems have no sockets at all.
    trial = folder / LONGEST_NAME
    with socket.socket(socket.AF_UNIX) as channel:
        try:
            channel.bind(str(trial))
        except OSError:
            return False
        finally:
            with contextlib.suppress(OSError):
                trial.unlink()
    return True
