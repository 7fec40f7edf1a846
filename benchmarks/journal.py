"""How fast the journal is, against the same file without it: ``python benchmarks/journal.py [--json]``.

Every ratio compares two things measured in this run, on this disk.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from qpm_widgets.journal import Edit, KeyCost, Kit, new_entry_id
from qpm_widgets.journal.opening import create_file
from qpm_widgets.journal.queries import row_of
from qpm_widgets.journal.schema import TRIGGERS, entry_table

PASSPHRASE = "four words for measuring"
NOTE = {"text": "She told me what she wanted and the advocate wrote it down in her words. " * 3}
KEY = bytes(32)
SELECT = "SELECT * FROM entry WHERE assessment_id = 'reads'"
NOT_REPLACED = " AND NOT EXISTS (SELECT 1 FROM superseded WHERE superseded.entry_id = entry.entry_id)"
COLUMNS = [column.name for column in entry_table.columns]


def raw_connection(path: Path) -> sqlcipher.Connection:
    """SQLCipher with the journal's durability and none of its care."""
    connection = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def plain_table(path: Path) -> sqlcipher.Connection:
    """One table with the journal's columns and no further index."""
    connection = raw_connection(path)
    connection.execute(f"CREATE TABLE entry ({', '.join(COLUMNS)}, PRIMARY KEY (entry_id))")
    connection.execute("CREATE TABLE superseded (entry_id, by_entry_id)")
    return connection


def journal_tables(path: Path) -> sqlcipher.Connection:
    """The journal's tables and indexes, without its triggers."""
    create_file(path, KEY)
    connection = raw_connection(path)
    for name in TRIGGERS:
        connection.execute(f"DROP TRIGGER {name}")
    return connection


def timed_ms(work: Callable[[int], object], number: int) -> float:
    """The duration of ``work(number)`` in milliseconds."""
    start = time.perf_counter()
    work(number)
    return (time.perf_counter() - start) * 1000


def median_ms(work: Callable[[int], object], times: int) -> float:
    """The median duration of ``work(0), work(1), …`` in milliseconds."""
    return statistics.median(timed_ms(work, number) for number in range(times))


def plan_interview(kit: Kit) -> None:
    """An interview whose respondent has agreed to notes."""
    plan = {
        "visit": "V1",
        "guide": "advocate",
        "role": "advocate",
        "respondents": ["A3"],
        "nation": "england",
        "planned_at": datetime(2026, 3, 2, 10, tzinfo=UTC),
        "minutes": 60,
        "assessor": "JS",
    }
    agreed = {"decision": "given", "how": "spoken"}
    kit.journal.append(Edit("bench", "interview:A3", "plan", plan))
    for scope in ("talk", "notes"):
        kit.journal.append(Edit("bench", "interview:A3", f"consent:{scope}.A3", agreed))


def measure_appends(kit: Kit, folder: Path, times: int) -> dict[str, float]:
    """One answer at a time, each replacing the one before, against the same rows written by the bare driver."""
    row = row_of(next(kit.journal.iter_entries("bench")), json.dumps(NOTE), "0" * 64)
    insert = f"INSERT INTO entry VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
    last = {"append": "", "plain": new_entry_id(), "same": new_entry_id()}
    connections = {"plain": plain_table(folder / "plain.db"), "same": journal_tables(folder / "same.db")}

    def append(_: int) -> None:
        edit = Edit("bench", "interview:A3", "answer:A-CP-1.note", NOTE, tuple(filter(None, [last["append"]])))
        kit.journal.append(edit)
        last["append"] = edit.entry_id

    def commit(name: str, number: int) -> None:
        entry_id, execute = new_entry_id(), connections[name].execute
        execute("BEGIN IMMEDIATE")
        execute(insert, row | {"entry_id": entry_id, "device_seq": number + 1})
        execute("INSERT INTO superseded VALUES (?, ?)", (last[name], entry_id))
        execute("COMMIT")
        last[name] = entry_id

    works = (append, partial(commit, "plain"), partial(commit, "same"))
    # In turns, so that a busy moment of the machine falls on all of them.
    spent = [[timed_ms(work, number) for work in works] for number in range(times)]
    appended, plain, same = (statistics.median(column) for column in zip(*spent, strict=True))
    for connection in connections.values():
        connection.close()
    return {
        "append_ms": appended,
        "raw_commit_ms": plain,
        "raw_commit_same_tables_ms": same,
        "appends_per_second": 1000 / appended,
        "commit_ratio_to_raw": appended / plain,
        "commit_ratio_to_same_tables": appended / same,
    }


def iter_rounds(entries: int) -> Iterator[list[Edit]]:
    """Edits of which every second replaces the one before, in rounds of 2,000 for one transaction each."""
    edits: list[Edit] = []
    for number in range(entries // 2):
        field = f"answer:O-IN-1.part_{'abcdefghij'[number % 10]}"
        first = Edit("reads", f"observation:O{number // 10}", field, NOTE)
        edits += [first, Edit("reads", first.subject, field, NOTE, (first.entry_id,))]
        if len(edits) == 2000 or number == entries // 2 - 1:
            yield edits
            edits = []


def read_whole(home: Path, what: str) -> tuple[float, float, int]:
    """Seconds, MB at the peak beyond what the process had before, and how many; in a process of its own."""
    kit = Kit.unlock(home, PASSPHRASE)
    raw = sqlcipher.connect(str(kit.journal.path), isolation_level=None)
    raw.execute(f"PRAGMA key = \"x'{kit.environment()['QPM_KIT_KEY']}'\"")
    works: dict[str, Callable[[], Sequence[object]]] = {
        "current": lambda: kit.journal.current("reads"),
        "select": lambda: raw.execute(SELECT).fetchall(),
        "select_current": lambda: raw.execute(SELECT + NOT_REPLACED).fetchall(),
    }
    before, start = peak_mb(), time.perf_counter()
    found = works[what]()
    spent = time.perf_counter() - start
    return spent, peak_mb() - before, len(found)


def peak_mb() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def measure_reads(kit: Kit, entries: int) -> dict[str, float]:
    """The current state of many entries, half of them replaced, against plain SELECTs in the same file.

    The entries are as ``append`` makes them, many to a transaction. Every read has a fresh process; in turns.
    """
    start = time.perf_counter()
    for edits in iter_rounds(entries):
        kit.journal.append_all(edits)
    appended = time.perf_counter() - start
    reads: dict[str, list[tuple[float, float, int]]] = {"current": [], "select": [], "select_current": []}
    for _ in range(3):
        for what, seen in reads.items():
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
                seen.append(fresh.submit(read_whole, kit.home, what).result())
    assert {what: seen[0][2] for what, seen in reads.items()} == {
        "current": entries // 2, "select": entries, "select_current": entries // 2,
    }  # fmt: skip
    seconds = {what: statistics.median(one[0] for one in seen) for what, seen in reads.items()}
    peak = {what: statistics.median(one[1] for one in seen) for what, seen in reads.items()}
    start = time.perf_counter()
    assert kit.journal.verify().ok
    return {
        "entries": entries,
        "bulk_appends_per_second": entries / appended,
        "file_mb": kit.journal.path.stat().st_size / 1e6,
        "current_s": seconds["current"],
        "raw_select_s": seconds["select"],
        "raw_select_current_s": seconds["select_current"],
        "read_ratio_to_select": seconds["current"] / seconds["select"],
        "read_ratio_to_select_current": seconds["current"] / seconds["select_current"],
        "current_peak_mb": peak["current"],
        "raw_select_peak_mb": peak["select"],
        "current_peak_kb_per_entry": peak["current"] * 1e3 / entries,
        "current_peak_kb_per_current_entry": peak["current"] * 2e3 / entries,
        "verify_s": time.perf_counter() - start,
    }


def measure(entries: int, times: int) -> dict[str, float]:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "kit"
        start = time.perf_counter()
        kit = Kit.create(home, PASSPHRASE, assessor="JS", cost=KeyCost(1, 64, 1))
        figures = {"create_ms": (time.perf_counter() - start) * 1000}
        plan_interview(kit)
        figures |= measure_appends(kit, Path(folder), times)
        figures |= measure_reads(kit, entries)
        kit.close()
        figures["open_ms"] = median_ms(lambda _: Kit.unlock(home, PASSPHRASE).close(), 20)
        costly = Path(folder) / "costly"
        Kit.create(costly, PASSPHRASE, assessor="JS").close()
        figures["unlock_at_default_cost_ms"] = median_ms(lambda _: Kit.unlock(costly, PASSPHRASE).close(), 5)
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries to read back, an even number")
    parser.add_argument("--times", type=int, default=1000, help="single appends to time")
    chosen = parser.parse_args()
    figures = {name: round(value, 3) for name, value in measure(chosen.entries, chosen.times).items()}
    if chosen.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value:>14,}")


if __name__ == "__main__":
    main()
