"""How the kit's Python processes are spoken to: over sockets that only this user can reach, or else encrypted.

There is no third way. The server's pages and the reports are started by different rooms; both decide here.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from pathlib import Path
from typing import Literal

import zmq

from qpm_widgets.errors import QpmError

# The longest name that Jupyter gives a channel: kernel-<uuid>-ipc-<n>, with room for a two-digit number.
LONGEST_NAME = "kernel-00000000-0000-0000-0000-000000000000-ipc-00"


def choose_transport(folder: Path) -> Literal["ipc", "tcp"]:
    """How to speak with processes whose connection files lie in ``folder``.

    ``ipc`` where the folder can hold sockets. Elsewhere (Windows) ``tcp`` on 127.0.0.1: the caller then requires that
    every message is encrypted and that both ends prove themselves by CurveZMQ keys.

    Raises
    ------
    QpmError
        START-004 if the folder holds no sockets and ZeroMQ was built without CURVE.
    """
    if holds_sockets(folder):
        return "ipc"
    if not zmq.has("curve"):
        raise QpmError("START-004", f"pyzmq {zmq.__version__}", "server.pyzmq")
    return "tcp"


def make_private_folder() -> Path:
    """A new folder for this user only (0700), in a place where it can hold sockets if there is one."""
    for parent in dict.fromkeys((os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")):
        if parent is None or not os.access(parent, os.W_OK):
            continue
        folder = Path(tempfile.mkdtemp(prefix="qpm-", dir=parent))  # mkdtemp gives 0700
        if holds_sockets(folder):
            return folder
        folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="qpm-"))


def holds_sockets(folder: Path) -> bool:
    """Whether a socket can lie in a folder; its path must be short (107 bytes; 103 on macOS)."""
    if not hasattr(socket, "AF_UNIX") or os.name == "nt":
        return False
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
