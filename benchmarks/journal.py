"""How fast the journal is, against the same file without it: ``python benchmarks/journal.py [--json]``.

Every ratio compares two things measured in this run, on this disk.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
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


def measure_reads(kit: Kit, entries: int) -> dict[str, float]:
    """The current state of many entries, half of them replaced, against a plain SELECT of the same rows."""
    journal = kit.journal
    rounds: list[Edit] = []
    for number in range(entries // 2):
        field = f"answer:O-IN-1.part_{'abcdefghij'[number % 10]}"
        first = Edit("reads", f"observation:O{number // 10}", field, NOTE)
        rounds += [first, Edit("reads", first.subject, field, NOTE, (first.entry_id,))]
    start = time.perf_counter()
    for begin in range(0, len(rounds), 2000):
        journal.append_all(rounds[begin : begin + 2000])
    appended = time.perf_counter() - start
    start = time.perf_counter()
    current = journal.current("reads")
    current_s = time.perf_counter() - start
    assert len(current) == entries // 2
    raw = sqlcipher.connect(str(journal.path), isolation_level=None)
    raw.execute(f"PRAGMA key = \"x'{kit.environment()['QPM_KIT_KEY']}'\"")
    start = time.perf_counter()
    rows = raw.execute("SELECT * FROM entry WHERE assessment_id = 'reads'").fetchall()
    select_s = time.perf_counter() - start
    raw.close()
    assert len(rows) == len(rounds)
    start = time.perf_counter()
    verified = journal.verify()
    assert verified.ok
    return {
        "entries": len(rounds),
        "bulk_appends_per_second": len(rounds) / appended,
        "current_s": current_s,
        "raw_select_s": select_s,
        "read_ratio_to_select": current_s / select_s,
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
    parser.add_argument("--entries", type=int, default=100_000, help="entries to read back")
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
