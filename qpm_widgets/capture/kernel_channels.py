"""How the pages' Python processes are started and spoken to: unlocked by environment, silent, over private channels."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets.config import Config

from qpm_widgets.channels import choose_transport, holds_sockets, make_private_folder

# The key leaves the environment here and not when a page comes, which for a spare may be hours later.
WARMING = """
from qpm_widgets.journal import Kit
Kit.from_environment()
from qpm_widgets.capture import desk_sheet, interview_sheet
"""
FOLDER_NOTE = "channels-folder"
LOOK_EVERY, QUIET_LOOKS = 0.2, 5  # seconds; so many quiet looks in a row until the machine has time for a spare


class KitKernels(AsyncMappingKernelManager):
    """Starts kernels that can open the kit, and lets nothing that they print reach a terminal or a log.

    ``launch_environment`` holds the kit's key. It is set on the running object, not in Jupyter's configuration,
    which may be shown; it reaches a kernel through its environment, not its command line.

    One kernel is started beforehand, once the newest page has come to rest, and the next page that opens takes it.
    There is never a second one: each takes memory that an old laptop may not have.
    """

    launch_environment: dict[str, str] = {}  # noqa: RUF012 (traitlets would make a declared trait configurable)
    _spare: asyncio.Task[str | None] | None = None
    _resting: asyncio.Task[None] | None = None

    async def _async_start_kernel(self, *, kernel_id: str | None = None, **kwargs: Any) -> str:  # noqa: ANN401 (Jupyter's)
        started = await self._take_spare() if kernel_id is None else None
        started = started or await self._launch(**kwargs, **({"kernel_id": kernel_id} if kernel_id else {}))
        if self._resting:
            self._resting.cancel()
        self._resting = asyncio.create_task(self._prepare_spare(started))
        return started

    start_kernel = _async_start_kernel  # type: ignore[assignment]  # as the class above does

    async def _async_shutdown_all(self, now: bool = False) -> None:
        if self._resting:
            self._resting.cancel()
        if self._spare:
            await self._spare
        await super()._async_shutdown_all(now=now)

    shutdown_all = _async_shutdown_all  # type: ignore[assignment]

    def page_kernels(self) -> list[Any]:
        """The kernels that pages have been given: all but the spare."""
        spare = self._spare.result() if self._spare and self._spare.done() else None
        return [self.get_kernel(kernel_id) for kernel_id in self.list_kernel_ids() if kernel_id != spare]

    async def warm_up(self, kernel_id: str) -> None:
        """Let a kernel open the kit and import what its page will need, before there is one.

        Raises
        ------
        RuntimeError
            If the kernel does not answer within 30 seconds.
        """
        client: Any = self.get_kernel(kernel_id).client()
        client.start_channels(shell=True, iopub=True, stdin=False, hb=False, control=False)
        try:
            await client.wait_for_ready(timeout=30)
            client.execute(WARMING, silent=True, store_history=False, allow_stdin=False)
        finally:
            client.stop_channels()

    async def _launch(self, **kwargs: Any) -> str:  # noqa: ANN401
        environment = {**(kwargs.get("env") or os.environ), **self.launch_environment}
        environment.pop("PYTHONSTARTUP", None)  # a person's own start-up script has no place in a page
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # All in one folder, whichever page they will have.
        kernel_id: str = await super()._async_start_kernel(**{**kwargs, **quiet, "env": environment, "path": ""})
        return kernel_id

    async def _prepare_spare(self, newest: str) -> None:
        """Start the spare once the page that was opened last is there and quiet; none while no page is."""
        quiet = 0
        while quiet < QUIET_LOOKS:
            await asyncio.sleep(LOOK_EVERY)
            quiet = quiet + 1 if self._is_quiet(newest) else 0
        if self._spare is None:
            self._spare = asyncio.create_task(self._start_spare())

    def _is_quiet(self, kernel_id: str) -> bool:
        has_page = self._kernel_connections.get(kernel_id)
        return bool(has_page) and getattr(self._kernels.get(kernel_id), "execution_state", "") == "idle"

    async def _start_spare(self) -> str | None:
        try:
            kernel_id = await self._launch()
        except Exception:  # nobody waits for it; a page that then starts its own says what is wrong
            return None
        # Started again by itself it would be cold, and have the key in its environment.
        self.get_kernel(kernel_id).stop_restarter()
        try:
            await self.warm_up(kernel_id)
        except RuntimeError:
            await self.shutdown_kernel(kernel_id, now=True)  # type: ignore[no-untyped-call]
            return None
        return kernel_id

    async def _take_spare(self) -> str | None:
        """The spare, if there is one that lives. One that is just being started is waited for: nothing is quicker."""
        spare, self._spare = self._spare, None
        kernel_id = await spare if spare else None
        if kernel_id is None or kernel_id not in self:
            return None
        kernel: Any = self.get_kernel(kernel_id)
        if await kernel.is_alive():
            kernel.start_restarter()
            return kernel_id
        await self.shutdown_kernel(kernel_id, now=True)  # type: ignore[no-untyped-call]
        return None


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A page's connection whose messages go out at once.

    Otherwise the system holds a small message back until the page has confirmed the one before (RFC 896), which it does
    after 40 ms (RFC 1122, 4.2.3.2), and a receipt always follows another message.
    """

    def connect(self) -> Any:  # noqa: ANN401 (a future, or None; its base class says otherwise)
        """As Jupyter does it, once nothing is held back."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


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
