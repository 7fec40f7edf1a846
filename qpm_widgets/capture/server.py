"""The one door: JupyterLab on 127.0.0.1, in this process, opened on the desk."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from jupyter_server.serverapp import ServerApp
from tornado.ioloop import PeriodicCallback

from qpm_widgets.capture.disposable_notebooks import empty_before_saving
from qpm_widgets.capture.jupyter_settings import pages_folder, runtime_environment, server_config, write_settings
from qpm_widgets.capture.kernel_channels import KitKernels, PromptConnection, choose_channels, remove_channels
from qpm_widgets.capture.own_process import DEFAULT_OUTPUTS, OUTPUTS_VARIABLE, outputs_folder
from qpm_widgets.capture.page_files import PAGES_VARIABLE
from qpm_widgets.capture.silence import Silence
from qpm_widgets.capture.wordless_log import keep_words_out_of_log
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Kit
from qpm_widgets.running_server import (
    PRACTICE,
    RunningServer,
    await_server,
    choose_port,
    close_server,
    only_server,
    page_path,
    take_close_request,
)
from qpm_widgets.templates import load_templates
from qpm_widgets.visits.working_notebooks import DESK, prepare_desk

LOOK_EVERY = 500  # milliseconds


class KitServer(ServerApp):
    """A Jupyter server that takes its settings from the kit alone."""

    _silence = Silence()
    was_locked = False

    # Without nbconvert, whose stock exporters name addresses on the internet, and without shutdown by request.
    default_services: tuple[str, ...] = (  # type: ignore[assignment]
        "api", "auth", "config", "contents", "events", "files", "kernels", "kernelspecs", "security", "sessions",
        "view",
    )  # fmt: skip

    @property
    def config_file_paths(self) -> list[str]:
        """No configuration file of a person or a machine: one could open the server to the network."""
        return []

    def here(self, runtime: Path) -> RunningServer:
        """Where this server answers."""
        return RunningServer(self.connection_url, self.identity_provider.token, os.getpid(), runtime)

    def seconds_idle(self) -> float:
        """How long no page and its kernel have said a word to each other; 0 while such a kernel is at work.

        What an open page asks the server itself every few seconds counts for nothing: left alone, it closes too. The
        clock may be put back (see ``Silence``).
        """
        kernels = cast(KitKernels, self.kernel_manager).page_kernels()
        if any(getattr(kernel, "execution_state", "") == "busy" for kernel in kernels):
            return 0.0
        spoken = [getattr(kernel, "last_activity", None) for kernel in kernels]
        latest = max(filter(None, [self.web_app.settings["started"], *spoken]))
        return self._silence.seconds(latest)


def start_server(
    kit: Kit,
    *,
    outputs: Path = DEFAULT_OUTPUTS,
    open_browser: bool,
    path: str = DESK,
    announce: Callable[[str], object] | None = None,
    idle_seconds: float | None = None,
    unlock: str = "",
) -> bool:
    """Serve the kit's pages until Ctrl-C, a request to end or long silence; leave nothing running or lying about.

    A kit that is being served already is not served twice: its page is opened again.

    Parameters
    ----------
    kit : Kit
        Unlocked; its key goes to the pages' kernels only.
    outputs : Path
        Where pages look for finished documents, and put certificates of erasure.
    open_browser : bool
        Whether to open the page in the person's browser.
    path : str
        The page to open first, relative to the kit's notebooks.
    announce : callable, optional
        Told one line with the page's address, token included; by default it goes to standard output.
    idle_seconds : float, optional
        The silence after which the kit closes itself; by default what ``kit.json`` says.
    unlock : str
        The address of the page that asks for the passphrase once the kit is locked, if there is one.

    Returns
    -------
    bool
        Whether the kit was locked, by a command or silence, and not closed by Ctrl-C.

    Raises
    ------
    QpmError
        START-001 if Jupyter cannot be started.
    """
    say = announce or _say
    runtime = (kit.home / "runtime").resolve()
    wording = load_templates().wording
    with only_server(runtime) as mine:
        if not mine:
            _show_again(await_server(runtime), path, say, open_browser)
            return False
        write_settings(runtime, wording.section("desk")["door"]["page"], unlock)
        prepare_desk(kit)
        server = _make_server(kit, runtime, outputs, page=page_path(path), open_browser=open_browser)
        ready = wording.text("desk.door.terminal.ready", address=server.here(runtime).address(path))
        server.io_loop.add_callback(say, ready)
        server.io_loop.add_callback(_start_first_page, server, path)
        _watch(server, runtime, idle_seconds or 60.0 * kit.lock_after, say)
        try:
            server.start()
        finally:
            _leave_nothing(kit, runtime)
        return server.was_locked


def _leave_nothing(kit: Kit, runtime: Path) -> None:
    remove_channels(runtime)
    close_server((kit.home / PRACTICE / "runtime").resolve())


def _show_again(running: RunningServer, path: str, say: Callable[[str], object], open_browser: bool) -> None:
    say(load_templates().wording.text("desk.door.terminal.already", address=running.address(path)))
    if open_browser:
        running.open_browser()


def _make_server(kit: Kit, runtime: Path, outputs: Path, *, page: str, open_browser: bool) -> KitServer:
    environment = {**runtime_environment(runtime), OUTPUTS_VARIABLE: str(outputs.resolve())}
    os.environ.update(environment)  # Jupyter finds its folders nowhere else
    channels, folder = choose_channels(runtime)
    config = server_config(
        kit.notebooks.resolve(),
        runtime,
        port=choose_port(runtime),
        token=secrets.token_urlsafe(32),
        cookie_secret=kit.secret_for("server cookies"),
        page=page,
        open_browser=open_browser,
    )
    config.merge(channels)
    server = KitServer.instance(
        config=config,
        jpserver_extensions={"jupyterlab": True},
        kernel_manager_class=KitKernels,
        kernel_websocket_connection_class=PromptConnection,
    )
    try:
        server.initialize(argv=[], starter_extension="lab", find_extensions=False)
    except SystemExit:
        raise QpmError("START-001", "127.0.0.1", "page.restart") from None
    server.contents_manager.register_pre_save_hook(empty_before_saving)  # type: ignore[no-untyped-call]
    kernels = cast(KitKernels, server.kernel_manager)
    kernels.connection_dir = str(folder)
    pages = {PAGES_VARIABLE: str(pages_folder(runtime))}
    kernels.launch_environment = {**environment, **pages, **kit.environment()}
    keep_words_out_of_log(runtime / "server.log")
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):  # SIGHUP: the terminal was closed; SIGBREAK: Windows
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: server.stop(from_signal=True))
    return server


def _watch(server: KitServer, runtime: Path, silence: float, say: Callable[[str], object]) -> None:
    """Stop the server, as Ctrl-C would, when it is asked to or when nothing has been said for so many seconds."""

    def look() -> None:
        is_idle = server.seconds_idle() > silence
        if is_idle:
            say(load_templates().wording.text("desk.door.terminal.idle"))
        if is_idle or take_close_request(runtime):
            server.was_locked = True
            looking.stop()
            server.stop(from_signal=True)

    looking = PeriodicCallback(look, LOOK_EVERY)
    server.io_loop.add_callback(looking.start)


async def _start_first_page(server: KitServer, path: str) -> None:
    """Start the first page's kernel now; JupyterLab finds it by its path, a second later."""
    session = await server.session_manager.create_session(
        path=path, name=Path(path).name, type="notebook", kernel_name="python3"
    )
    if session is not None:
        await cast(KitKernels, server.kernel_manager).warm_up(session["kernel"]["id"])


@contextlib.contextmanager
def server_process(kit: Kit, outputs: Path = DEFAULT_OUTPUTS) -> Iterator[RunningServer]:
    """A server in a process of its own; it has ended when the block is left.

    Raises
    ------
    QpmError
        START-001 if it does not answer within a minute.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "qpm_widgets.capture.server"],
        env={**os.environ, **kit.environment(), OUTPUTS_VARIABLE: str(outputs.resolve())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield await_server((kit.home / "runtime").resolve(), gave_up=lambda: process.poll() is not None)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    start_server(Kit.from_environment(), outputs=outputs_folder(), open_browser=False)
