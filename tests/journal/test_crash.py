"""A writer is killed outright or loses its power, again and again: what it had acknowledged is there."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from journal_interviews import PASSPHRASE, agree, write_until_killed
from power_cuts import AUTOCHECKPOINT, Frame, frames_of, frozen, tear_checkpoint, tear_tail

from qpm_widgets.journal import Kit

KILLS, CUTS = 20, 12
AGREED = 3  # entries of ``agree``


@contextmanager
def writing(home: Path, processes, seed: int) -> Iterator[tuple[object, Connection]]:
    """A process that writes until the block is left, and its receipts."""
    receiving, sending = processes.Pipe(duplex=False)
    writer = processes.Process(target=write_until_killed, args=(home, sending, seed))
    writer.start()
    sending.close()
    try:
        assert receiving.recv_bytes() == b"ready"
        yield writer, receiving
    finally:
        writer.kill()
        writer.join()
        receiving.close()


def test_every_acknowledged_entry_survives_sigkill(home, kit, processes) -> None:
    agree(kit.journal)
    kit.close()  # so that each survivor has to recover the file by itself
    chance = random.Random(20)
    acknowledged: set[str] = set()
    for seed in range(KILLS):
        with writing(home, processes, seed) as (writer, receipts):
            time.sleep(chance.uniform(0.001, 0.08))
            writer.kill()
            try:
                while True:
                    acknowledged.add(receipts.recv_bytes().decode())
            except EOFError:
                pass
        with Kit.unlock(home, PASSPHRASE) as survivor:
            kept = survivor.journal.find_entries(acknowledged)
            assert acknowledged - kept.keys() == set(), f"lost after kill {seed}"
    assert len(acknowledged) > KILLS
    with Kit.unlock(home, PASSPHRASE) as survivor:
        verified = survivor.journal.verify()
        assert verified.ok, verified.faults
        # At most the one entry in the hands of each killed writer was committed without having been acknowledged.
        assert len(acknowledged) <= verified.entries - AGREED <= len(acknowledged) + KILLS


def test_every_acknowledged_entry_survives_a_power_cut(home, kit, processes, tmp_path) -> None:
    """The files are copied at random moments of writing, each time while the writer stands still in mid-work.

    Each copy is then opened in four states that a disk can be in when the power goes:

    1. all that was written until then is on the disk, the shared-memory index too;
    2. the same without the index, which no power cut leaves in a state to be used;
    3. the cut came earlier, in the commit after a random one of the log: of what follows only some sectors are there,
       and perhaps not the whole length. Only where no writing back can have begun, since that waits for the log;
    4. the cut came while the log was being written back: the main file has some sectors of its pages and not others.

    Not simulated: a disk that says it has written what it has not.
    """
    agree(kit.journal)
    kit.close()
    chance = random.Random(7)
    acknowledged: list[str] = []
    logs: set[bytes] = set()
    with writing(home, processes, seed=7) as (writer, receipts):
        cuts = 0
        while cuts < CUTS or len(logs) < 3:  # until the log has been written back and begun anew twice
            cuts += 1
            time.sleep(chance.uniform(0.001, 0.08))
            copy = tmp_path / f"cut {cuts}"
            with frozen(writer.pid):
                while receipts.poll():
                    acknowledged.append(receipts.recv_bytes().decode())
                shutil.copytree(home, copy)
                logs.add((copy / "journal.qpm-wal").read_bytes()[:24])  # with a number of its own for each beginning
                check_cuts(copy, acknowledged, chance)
    assert len(acknowledged) > 10 * CUTS


def check_cuts(copy: Path, acknowledged: list[str], chance: random.Random) -> None:
    """Open what was copied in every state that the docstring above lists."""
    journal, log, index = (copy / f"journal.qpm{end}" for end in ("", "-wal", "-shm"))
    whole = [journal.read_bytes(), log.read_bytes(), index.read_bytes()]

    def put_back(*, with_index: bool = False) -> None:
        for path, content in zip((journal, log, index), whole, strict=True):
            path.write_bytes(content)
        if not with_index:
            index.unlink()

    frames = frames_of(log)
    ends = [frame.end for frame in frames if frame.commits]
    put_back(with_index=True)
    entries = kept_after_cut(copy, acknowledged)
    assert entries <= len(acknowledged) + 1, "at most the one in the writer's hands"
    put_back()
    assert kept_after_cut(copy, acknowledged) == entries
    if len(ends) > 1 and len(frames) < AUTOCHECKPOINT:
        number = chance.randrange(len(ends))
        put_back()
        tear_tail(log, ends[number], chance)
        surely = entries - (len(ends) - 1 - number)
        assert kept_after_cut(copy, acknowledged[:surely]) >= surely
    if len(ends) > 1:
        put_back()
        written: list[Frame] = [frame for frame in frames if frame.end <= ends[-2]]
        tear_checkpoint(journal, written, chance)
        assert kept_after_cut(copy, acknowledged) == entries


def kept_after_cut(copy: Path, acknowledged: list[str]) -> int:
    """Open the copy: all that was acknowledged is there, and all of it verifies. Gives how many entries it has."""
    with Kit.unlock(copy, PASSPHRASE) as survivor:
        missing = set(acknowledged) - survivor.journal.find_entries(acknowledged).keys()
        assert not missing
        verified = survivor.journal.verify()
        assert verified.ok, verified.faults
        return verified.entries - AGREED


ACKNOWLEDGE_FIVE = """
import os
from journal_interviews import note
from qpm_widgets.journal import Kit

kit = Kit.from_environment()
for number in range(5):
    kit.journal.append(note(f"words {number}"))
    os.write(1, b"acknowledged")
"""


def test_an_entry_is_synced_to_the_disk_before_it_is_acknowledged(home, kit, tmp_path) -> None:
    """What a cut of the power takes away is what nobody asked the disk to keep; here the system calls tell."""
    agree(kit.journal)
    told = tmp_path / "calls"
    calls = "trace=fsync,fdatasync,write,pwrite64"
    trace = ["strace", "-f", "-y", "-qq", "-e", calls, "-e", "signal=none", "-o", str(told)]
    if not shutil.which("strace") or subprocess.run([*trace, "true"], check=False, capture_output=True).returncode:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have strace, and be allowed to use it")
        pytest.skip("no strace on this machine, or it may not be used")
    places = {**os.environ, **kit.environment(), "PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([*trace, sys.executable, "-c", ACKNOWLEDGE_FIVE], env=places, check=True, capture_output=True)
    log = re.escape(str(home / "journal.qpm-wal"))
    made = re.findall(rf"(f(?:data)?sync)\(\d+<{log}>\) += 0|pwrite64\(\d+<{log}|(acknowledged)", told.read_text())
    # In the order of the calls: nothing that the log got is left to the system's leisure when the receipt is given.
    order = ["synced" if synced else acknowledged or "written" for synced, acknowledged in made]
    assert order.count("acknowledged") == 5
    before = [order[number - 1] for number, what in enumerate(order) if what == "acknowledged"]
    assert before == ["synced"] * 5
