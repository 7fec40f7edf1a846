"""A server that is running, known by the file that Jupyter writes about it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from qpm_widgets.errors import QpmError

STARTUP_SECONDS, CLOSING_SECONDS = 60, 20
SERVER_LOCK, CLOSE_REQUEST = "server.lock", "close-asked"
PRACTICE = "practice"
"""The folder of a kit's practice kit, inside its own (``capture/practice.py``); it closes with the kit."""


def page_path(path: str) -> str:
    """The address of a page, below the server's, from its path in the kit's notebooks."""
    return f"/doc/tree/{quote(path)}"


@dataclass(frozen=True)
class RunningServer:
    """Where a server answers, and what it wants to see."""

    url: str  # ends in a slash
    token: str
    pid: int
    runtime: Path

    def address(self, path: str) -> str:
        """The address of a page, to be given to a browser; it holds the token."""
        return f"{self.url.rstrip('/')}{page_path(path)}?{urlencode({'token': self.token})}"

    def answers(self, timeout: float = 2.0) -> bool:
        """Whether the server is there and takes the token."""
        request = urllib.request.Request(f"{self.url}api/status", headers={"Authorization": f"token {self.token}"})
        try:
            # A proxy has no business between this machine and itself.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=timeout) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def open_browser(self) -> None:
        """Open the first page in the person's browser, through a file, so that the token is on no command line."""
        webbrowser.open((self.runtime / f"jpserver-{self.pid}-open.html").as_uri())

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def find_server(runtime: Path) -> RunningServer | None:
    """The server that serves this kit now, or None."""
    for file in runtime.glob("jpserver-*.json"):
        server = _read_server(file)
        if server is not None and server.answers():
            return server
    return None


def await_server(runtime: Path, gave_up: Callable[[], bool] = lambda: False) -> RunningServer:
    """Wait until the kit's server answers.

    Parameters
    ----------
    runtime : Path
        ``<kit home>/runtime``.
    gave_up : callable
        Asked between two looks; True ends the waiting.

    Raises
    ------
    QpmError
        START-001 if it gives up, or takes longer than a minute.
    """
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and not gave_up():
        server = find_server(runtime)
        if server is not None:
            return server
        time.sleep(0.05)
    raise QpmError("START-001", str(runtime), "server.see_log")


def is_served(runtime: Path) -> bool:
    """Whether a server is there for this kit, whether it answers or not."""
    try:
        with (runtime / SERVER_LOCK).open("r+b") as file:
            return not _lock(file.fileno())
    except OSError:
        return False


def close_server(runtime: Path, patience: float = CLOSING_SECONDS) -> bool:
    """Have the kit's server close itself in order, or end it if it does not; False if there was none.

    It is asked through a file in the kit, which only the kit's owner can write to, and which works on each system.

    Parameters
    ----------
    runtime : Path
        ``<kit home>/runtime``.
    patience : float
        Seconds until a server that does not close itself is ended.
    """
    if not is_served(runtime):
        return False
    deadline = time.monotonic() + patience
    while is_served(runtime):
        ask_to_close(runtime)  # again and again: a server that is just starting clears old requests
        if time.monotonic() > deadline:
            # Whoever holds the lock has removed the files of servers before it, so this is its own.
            for server in filter(None, map(_read_server, runtime.glob("jpserver-*.json"))):
                with contextlib.suppress(OSError):
                    server.kill()
        time.sleep(0.1)
    (runtime / CLOSE_REQUEST).unlink(missing_ok=True)
    return True


def ask_to_close(runtime: Path) -> None:
    """Ask the kit's server to close itself; whoever has to know that it did calls ``close_server``."""
    (runtime / CLOSE_REQUEST).touch()


def take_close_request(runtime: Path) -> bool:
    """Whether the server was asked to close; asked once, it is answered once."""
    try:
        (runtime / CLOSE_REQUEST).unlink()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def only_one(runtime: Path, name: str) -> Iterator[bool]:
    """Yield True in the one process that holds a lock of this kit, False in any other.

    The lock ends with its process, however it ends.
    """
    runtime.mkdir(parents=True, exist_ok=True)
    with (runtime / name).open("a+b") as file:
        yield _lock(file.fileno())


@contextlib.contextmanager
def only_server(runtime: Path) -> Iterator[bool]:
    """Yield True in the one process that may serve this kit, False in any other.

    A second start in the same second waits for nothing and takes nothing away from the first.
    """
    with only_one(runtime, SERVER_LOCK) as mine:
        if mine:
            for left in runtime.glob("jpserver-*"):  # of servers that were killed
                left.unlink(missing_ok=True)
            (runtime / CLOSE_REQUEST).unlink(missing_ok=True)
        yield mine


def choose_port(runtime: Path, name: str = "port", *, taken_by_us: bool = False) -> int:
    """The port of the last time if it is free, or else any: a page left open finds its server where it was.

    ``name`` is the note of it in ``runtime``; ``taken_by_us`` that it is not free because it is in use by the kit.
    """
    note = runtime / name
    with contextlib.suppress(OSError, ValueError):
        port = int(note.read_text(encoding="utf-8"))
        if 1024 <= port < 65536 and (taken_by_us or _is_free(port)):
            return port
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    note.write_text(str(port), encoding="utf-8")
    return port


def _is_free(port: int) -> bool:
    # Asked by knocking: binding would also fail for a port that a server has only just left.
    with socket.socket() as trial:
        trial.settimeout(0.2)
        return trial.connect_ex(("127.0.0.1", port)) != 0


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def _read_server(file: Path) -> RunningServer | None:
    with contextlib.suppress(OSError, ValueError, KeyError):
        facts = json.loads(file.read_text(encoding="utf-8"))
        return RunningServer(facts["url"], facts["token"], facts["pid"], file.parent)
    return None
