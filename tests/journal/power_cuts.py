"""The states in which a power cut can leave a journal's files, made from one instant of a writer's life."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PAGE, SECTOR = 4096, 512
_HEADER, _FRAME = 32, 24
AUTOCHECKPOINT = 1000  # frames after which SQLite begins to write the log back


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The process stands still, wherever it is: what its files hold is what it has written so far, in its order."""
    process = psutil.Process(pid)
    process.suspend()
    try:
        while process.status() != psutil.STATUS_STOPPED:  # a call into the disk is finished first
            time.sleep(0.001)
        yield
    finally:
        process.resume()


@dataclass(frozen=True)
class Frame:
    """One page in the write-ahead log."""

    start: int  # bytes into the log
    page: int  # counted from 1
    commits: bool  # the last of a transaction

    @property
    def end(self) -> int:
        return self.start + _FRAME + PAGE


def frames_of(log: Path) -> list[Frame]:
    """The frames written since the log was last begun anew; its frame headers are not encrypted."""
    data = log.read_bytes()
    if len(data) < _HEADER:
        return []
    (size, salt), frames = (*struct.unpack(">8xI", data[:12]), data[16:24]), []
    assert size == PAGE
    for start in range(_HEADER, len(data) - _FRAME - PAGE + 1, _FRAME + PAGE):
        page, pages_then = struct.unpack(">II", data[start : start + 8])
        if data[start + 8 : start + 16] != salt:
            break  # left over from before
        frames.append(Frame(start, page, pages_then > 0))
    return frames


def tear_tail(log: Path, keep: int, chance: random.Random) -> None:
    """Beyond the first ``keep`` bytes only some sectors have reached the disk, and perhaps not even the length."""
    data = bytearray(log.read_bytes())
    for start in range(keep, len(data), SECTOR):
        if chance.random() < 0.5:
            end = min(start - start % SECTOR + SECTOR, len(data))
            data[start:end] = bytes(end - start)
    log.write_bytes(data[: chance.randint(keep, len(data))])


def tear_checkpoint(journal: Path, frames: list[Frame], chance: random.Random) -> None:
    """Cut while these frames were being written back: some of their sectors are in the main file, and some are not."""
    log, main = Path(f"{journal}-wal").read_bytes(), bytearray(journal.read_bytes())
    newest = {frame.page: frame for frame in frames}
    for page, frame in newest.items():
        at = (page - 1) * PAGE
        main.extend(bytes(max(0, at + PAGE - len(main))))
        for part in range(0, PAGE, SECTOR):
            if chance.random() < 0.5:
                source = frame.start + _FRAME + part
                main[at + part : at + part + SECTOR] = log[source : source + SECTOR]
    journal.write_bytes(main)
