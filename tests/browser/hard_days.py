"""What befalls a laptop in the field: a disk that fills up, a folder that may only be read, kills, a clock put back."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from network_watch import NetworkWatch

from qpm_widgets.capture.server import server_process
from qpm_widgets.journal import Kit
from qpm_widgets.running_server import RunningServer

# Read by every Python process that has its folder on the path: their clocks go by the number in the file beside it.
SET_CLOCK = """
import time
from pathlib import Path

_real, _offset = time.time_ns, Path(__file__).with_name("offset")
time.time_ns = lambda: _real() + int(_offset.read_text())
"""


class Premises:
    """A folder in which everything lies that the kit, its server, its kernels and the browser write anywhere."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, network: NetworkWatch) -> None:
        self.folder, self.disk, self.browser = folder, folder / "disk", folder / "browser"
        self._clock = folder / "clock"
        for name in ("home", "temp", "browser", "disk", "clock"):
            (folder / name).mkdir()
        for name in ("HOME", "USERPROFILE", "APPDATA"):
            patch.setenv(name, str(folder / "home"))
        for name in ("TMPDIR", "TEMP", "TMP"):
            patch.setenv(name, str(folder / "temp"))
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("PYTHONPATH", str(self._clock))
        (self._clock / "sitecustomize.py").write_text(SET_CLOCK + network.sitecustomize)
        self.set_clock(0)
        self.has_own_disk = mount("-t", "tmpfs", "-o", "size=16m", "kit", self.disk)

    def set_clock(self, seconds: int) -> None:
        """Set the clock of every process of the kit, from the true time on."""
        (self._clock / "new").write_text(str(seconds * 10**9))
        (self._clock / "new").replace(self._clock / "offset")

    @contextmanager
    def serving(self, kit: Kit) -> Iterator[RunningServer]:
        """A server; what it and its kernels say on the terminal goes to a file here."""
        with ExitStack() as stack:
            terminal = os.dup(2)
            try:
                with (self.folder / "said").open("ab") as said:
                    os.dup2(said.fileno(), 2)
                    server = stack.enter_context(server_process(kit))
            finally:
                os.dup2(terminal, 2)
                os.close(terminal)
            yield server

    def fill_disk(self) -> None:
        """Leave not one byte."""
        with (self.disk / "filler").open("wb", buffering=0) as filler:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError as error:
                    assert error.errno == errno.ENOSPC
        assert shutil.disk_usage(self.disk).free == 0

    def make_room(self) -> None:
        """Take away what ``fill_disk`` wrote."""
        (self.disk / "filler").unlink()

    @contextmanager
    def read_only(self, folder: Path, *, but: Path) -> Iterator[None]:
        """Nothing can be opened for writing in a folder, except in one below it."""
        assert mount("--bind", folder, folder)
        assert mount("--bind", but, but)
        assert mount("-o", "remount,bind,ro", folder)
        yield
        assert mount("-o", "remount,bind,rw", folder)

    def leave(self) -> None:
        """Take the disk away again, and all that was put over it."""
        if self.has_own_disk:
            assert run("umount", "--lazy", "--recursive", self.disk)


def run(*command: object) -> bool:
    """Whether this machine has the command and let it be done."""
    words = [str(word) for word in command]
    return bool(shutil.which(words[0])) and subprocess.run(words, check=False, capture_output=True).returncode == 0


def mount(*arguments: object) -> bool:
    """Whether it could be mounted: by an administrator, on some systems."""
    return run("mount", *arguments)


@contextmanager
def suspended(*processes: psutil.Process) -> Iterator[None]:
    """As when a laptop's lid is closed, for these processes."""
    for one in processes:
        one.suspend()
    try:
        yield
    finally:
        for one in processes:
            one.resume()


def family_of(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def kill_all(family: list[psutil.Process]) -> None:
    for one in family:
        one.kill()
    psutil.wait_procs(family, timeout=10)


def browser_family(profile: Path) -> list[psutil.Process]:
    running = psutil.Process().children(recursive=True)
    return family_of(next(one for one in running if f"--user-data-dir={profile}" in one.cmdline()).pid)
