"""Several threads and several processes write the same file, as kernels and subshells do."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from journal_interviews import ASSESSMENT, PASSPHRASE, note, write_many

from qpm_widgets.journal import Kit


def test_threads_and_processes_at_once(home, kit, agreed, processes) -> None:
    others = [processes.Process(target=write_many, args=(home, f"answer:P{number}.note", 40)) for number in range(3)]
    for other in others:
        other.start()
    faults: list[BaseException] = []

    def write(number: int) -> None:
        try:
            before: tuple[str, ...] = ()
            for turn in range(25):
                edit = note(str(turn), *before, field=f"answer:T{number}.note")
                agreed.append(edit)
                before = (edit.entry_id,)
                assert agreed.current_entry(ASSESSMENT, edit.subject, edit.field).payload["text"] == str(turn)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in [*threads, *others]:
        one.join()
    assert not faults
    assert [other.exitcode for other in others] == [0, 0, 0]
    written = Counter(entry.field for entry in agreed.iter_entries(field_prefix="answer:"))
    assert written == {f"answer:P{n}.note": 40 for n in range(3)} | {f"answer:T{n}.note": 25 for n in range(8)}
    assert len(agreed.current(ASSESSMENT, field_prefix="answer:T")) == 8
    verified = agreed.verify()
    assert verified.ok, verified.faults
    assert verified.entries == 3 + 3 * 40 + 8 * 25, "one chain, without a gap, over all writers"


def test_the_same_edit_from_many_threads_is_one_entry(agreed) -> None:
    edit = note("sent by a page and again after its reload")
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(agreed.append, [edit] * 24))
    assert [receipt.repeated for receipt in receipts].count(False) == 1
    assert len({(receipt.entry_id, receipt.recorded_at) for receipt in receipts}) == 1
    assert len(list(agreed.iter_entries(field_prefix="answer:"))) == 1


def test_two_kits_on_one_folder_see_each_other_at_once(home, kit, agreed) -> None:
    edit = note("from one kernel")
    with Kit.unlock(home, PASSPHRASE) as other:
        agreed.append(edit)
        assert other.journal.append(edit).repeated
        other.journal.append(note("from the other", edit.entry_id))
        assert agreed.current_entry(ASSESSMENT, edit.subject, edit.field).payload["text"] == "from the other"


def test_a_receipt_comes_while_others_read(agreed) -> None:
    agreed.append_all([note(str(number)) for number in range(300)])
    stop = threading.Event()
    read: list[int] = []

    def keep_reading() -> None:
        while not stop.is_set():
            read.append(len(agreed.current(ASSESSMENT)))

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(keep_reading) for _ in range(3)]
        for number in range(30):
            agreed.append(note(str(number)))
        stop.set()
    assert [reader.result() for reader in readers] == [None] * 3
    assert read
    assert read[-1] <= 333
