"""Who has the kit open: every process that has leaves a mark, and work on the kit's own files wants there to be none.

The mark is a lock on a file in the kit's folder for passing files. It ends with its process, however that ends. Whoever
makes a kit, or restores one, holds a lock of its own from the look whether there is a kit to the end: who holds it may
take the leftovers in the folder for dead ones.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qpm_widgets.errors import QpmError, system_cause

LOCK_FILE = "kit.lock"
MAKING_FILE = "making.lock"
_LOOKS = 10


class OpenMark:
    """One process's mark; ``release`` takes it away, and so does being forgotten."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Take the mark away; again does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    __del__ = release


def hold_open(runtime: Path) -> OpenMark:
    """Mark the kit as open in this process; any number of processes may.

    Raises
    ------
    QpmError
        KEEP-001 if someone is just at work on its files.
    """
    try:
        descriptor = _open(runtime / LOCK_FILE)
    except OSError:  # as on a disk that may only be read: it is read without a mark
        return OpenMark(-1)
    for left in range(_LOOKS, -1, -1):
        if _lock(descriptor, alone=False):
            return OpenMark(descriptor)
        if left:  # somebody may only be looking whether the kit is open
            time.sleep(0.02)
    os.close(descriptor)
    raise QpmError("KEEP-001", str(runtime.parent), "kit_in_use.wait")


@contextmanager
def alone_with(runtime: Path) -> Iterator[None]:
    """Have the kit's files to oneself: nobody has it open, and nobody can open it meanwhile.

    Raises
    ------
    QpmError
        KEEP-001 if anybody has it open, JOURNAL-008 if the folder may not be written to.
    """
    with _held(runtime / LOCK_FILE, "kit_in_use.close_it"):
        yield


@contextmanager
def making_alone(runtime: Path) -> Iterator[None]:
    """Be the only one who makes a kit in this folder, whose folder for passing files must be there.

    Raises
    ------
    QpmError
        KEEP-001 if somebody else does so just now, JOURNAL-008 if the folder may not be written to.
    """
    with _held(runtime / MAKING_FILE, "kit_in_use.being_made"):
        yield


@contextmanager
def _held(file: Path, if_taken: str) -> Iterator[None]:
    """The lock on a file, alone: JOURNAL-008 if its folder may not be written to, KEEP-001 if somebody has it."""
    home = str(file.parent.parent)
    try:
        descriptor = _open(file)
    except OSError as error:
        raise QpmError("JOURNAL-008", home, "kit_in_use.allow_writing", cause=system_cause(error)) from None
    try:
        if not _lock(descriptor, alone=True) or not _is_there(file, descriptor):
            raise QpmError("KEEP-001", home, if_taken)
        yield
    finally:
        os.close(descriptor)


def is_open(runtime: Path) -> bool:
    """Whether any process has the kit open (JOURNAL-008 if its folder may not be written to: then nobody can tell)."""
    if not (runtime / LOCK_FILE).exists():
        return False
    try:
        with alone_with(runtime):
            return False
    except QpmError as error:
        if error.code != "KEEP-001":
            raise
        return True


def await_closed(runtime: Path, patience: float = 15.0) -> bool:
    """Wait until no process has the kit open; False if one still has after so many seconds."""
    deadline = time.monotonic() + patience
    while is_open(runtime):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _open(file: Path) -> int:
    """A descriptor of a lock file; OSError where it cannot be had, as on a disk that may only be read."""
    return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)


def _is_there(path: Path, descriptor: int) -> bool:
    """Whether the file that was locked still has its name: a restore that failed takes its folder away again."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    _PLACES = 1024  # as many processes at once; whoever wants to be alone takes all of them

    def _lock(descriptor: int, *, alone: bool) -> bool:
        places = ((0, _PLACES),) if alone else tuple((place, 1) for place in range(_PLACES))
        for place, length in places:
            os.lseek(descriptor, place, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, length)
            except OSError:
                continue
            return True
        return False
else:
    import fcntl

    def _lock(descriptor: int, *, alone: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:  # a drive without locks, such as some in a network
            if alone:
                raise QpmError("JOURNAL-008", "lock", "kit_in_use.no_locks", cause=system_cause(error)) from None
        return True
