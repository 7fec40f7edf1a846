"""A writer is killed outright, again and again: what it had acknowledged is there."""

from __future__ import annotations

import random
import time

from journal_interviews import PASSPHRASE, agree, write_until_killed

from qpm_widgets.journal import Kit

KILLS = 20


def test_every_acknowledged_entry_survives_sigkill(home, kit, processes) -> None:
    agree(kit.journal)
    kit.close()  # so that each survivor has to recover the file by itself
    chance = random.Random(20)
    acknowledged: set[str] = set()
    for seed in range(KILLS):
        receiving, sending = processes.Pipe(duplex=False)
        writer = processes.Process(target=write_until_killed, args=(home, sending, seed))
        writer.start()
        sending.close()
        assert receiving.recv_bytes() == b"ready"
        time.sleep(chance.uniform(0.001, 0.08))
        writer.kill()
        try:
            while True:
                acknowledged.add(receiving.recv_bytes().decode())
        except EOFError:
            pass
        writer.join()
        receiving.close()
        with Kit.unlock(home, PASSPHRASE) as survivor:
            kept = survivor.journal.find_entries(acknowledged)
            assert acknowledged - kept.keys() == set(), f"lost after kill {seed}"
    assert len(acknowledged) > KILLS
    with Kit.unlock(home, PASSPHRASE) as survivor:
        verified = survivor.journal.verify()
        assert verified.ok, verified.faults
        # At most the one entry in the hands of each killed writer was committed without having been acknowledged.
        assert len(acknowledged) <= verified.entries - 3 <= len(acknowledged) + KILLS
