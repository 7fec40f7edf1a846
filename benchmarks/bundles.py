"""How fast a lead receives visits: ``python benchmarks/bundles.py [--json]``.

100 bundles of 12 interviews, about 900 entries each, are read from files, opened, checked and merged; beside it the
same entries are written by the bare driver into the same tables, in the same number of commits.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from qpm_widgets.journal import Edit, Journal, KeyCost, Kit, bundles, sealing
from qpm_widgets.journal.entries import canonical_json
from qpm_widgets.journal.opening import create_file
from qpm_widgets.journal.queries import row_of
from qpm_widgets.journal.schema import TRIGGERS, entry_table

PASSPHRASE = "four words for measuring"
NOTE = "She told me what she wanted and the advocate wrote it down in her words. " * 3
INTERVIEWS, ANSWERS = 12, 72
KEY = bytes(32)


def fill_visit(journal: Journal, visit: str) -> None:
    """Twelve interviews: a plan and two consents each, and answers of which every second replaces one before."""
    edits: list[Edit] = []
    for number in range(INTERVIEWS):
        subject = f"interview:{visit}-A{number}"
        plan = {
            "visit": visit, "guide": "advocate", "role": "advocate", "respondents": ["R1"], "nation": "wales",
            "planned_at": "2026-05-12T10:00:00+01:00", "minutes": 60, "assessor": "AS1",
        }  # fmt: skip
        edits.append(Edit("bench", subject, "plan", plan))
        agreed = {"decision": "given", "how": "spoken"}
        edits += [Edit("bench", subject, f"consent:{scope}.R1", agreed) for scope in ("talk", "notes")]
        for answer in range(ANSWERS // 2):
            field = f"answer:A-CP-{answer}.note"
            first = Edit("bench", subject, field, {"text": f"{NOTE}{answer}"})
            edits += [first, Edit("bench", subject, field, {"text": f"{NOTE}{answer}."}, (first.entry_id,))]
    journal.append_all(edits)


def submit_visits(folder: Path, public_key: str, count: int, devices: int) -> list[Path]:
    """One file for each visit, from several assessors' kits."""
    files: list[Path] = []
    for device in range(devices):
        with Kit.create(folder / f"kit{device}", PASSPHRASE, assessor=f"AS{device}", cost=KeyCost(1, 64, 1)) as kit:
            for number in range(device, count, devices):
                fill_visit(kit.journal, f"V{number}")
                bundle = kit.journal.bundle_visit("bench", f"V{number}", kit="0.1.0", templates="0" * 64)
                files.append(folder / f"bench-V{number}{bundles.SUFFIX}")
                bundles.write_whole(
                    files[-1], sealing.seal(bundles.pack_bundle(bundle, kit.journal.device_key()), public_key)
                )
    return files


def receive_file(kit: Kit, file: Path, identity: str) -> bundles.Bundle:
    """What `qpm receive` does for one file: read, open, check and merge it.

    What the command does once for a whole run is not measured: it lists conflicts, looks through rendered reports for
    erased words and blanks earlier versions of findings.
    """
    content = sealing.unseal(bundles.read_whole(file, bundles.LARGEST_FILE), identity, file.name)
    bundle = bundles.unpack_bundle(content, file.name)
    kit.journal.writers(bundle)
    kit.journal.merge(bundle, file.name)
    return bundle


def write_bare(folder: Path, read: list[bundles.Bundle]) -> float:
    """Seconds for the same rows by the bare driver, a commit for each bundle."""
    create_file(folder / "bare.qpm", KEY)
    connection = sqlcipher.connect(str(folder / "bare.qpm"), isolation_level=None)
    for setting in (f"key = \"x'{KEY.hex()}'\"", "synchronous = FULL"):
        connection.execute(f"PRAGMA {setting}")
    for name in TRIGGERS:
        connection.execute(f"DROP TRIGGER {name}")
    insert = f"INSERT INTO entry VALUES ({', '.join(f':{column.name}' for column in entry_table.columns)})"
    rows = [[row_of(entry, canonical_json(entry.payload), entry.chain) for entry in bundle.entries] for bundle in read]
    start = time.perf_counter()
    for bundle, its_rows in zip(read, rows, strict=True):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, its_rows)
        pairs = [(old, entry.entry_id) for entry in bundle.entries for old in entry.supersedes]
        connection.executemany("INSERT INTO superseded VALUES (?, ?)", pairs)
        connection.execute("COMMIT")
    spent = time.perf_counter() - start
    connection.close()
    return spent


def measure(count: int, devices: int) -> dict[str, float]:
    """All figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        identity = sealing.make_identity()
        files = submit_visits(folder, sealing.public_key_of(identity), count, devices)
        with Kit.create(folder / "lead", PASSPHRASE, assessor="LEAD", cost=KeyCost(1, 64, 1)) as kit:
            start = time.perf_counter()
            read = [receive_file(kit, file, identity) for file in files]
            received = time.perf_counter() - start
            start = time.perf_counter()
            for file in files:
                receive_file(kit, file, identity)
            again = time.perf_counter() - start
            verified = kit.journal.verify()
            assert verified.ok, verified.faults
        bare = write_bare(folder, read)
        return {
            "bundles": count,
            "entries": verified.entries,
            "entries_per_bundle": verified.entries / count,
            "file_kib": sum(file.stat().st_size for file in files) / count / 1024,
            "received_per_minute": 60 * count / received,
            "received_again_per_minute": 60 * count / again,
            "receive_ms": received * 1000 / count,
            "bare_write_ms": bare * 1000 / count,
            "receive_ratio_to_bare_write": received / bare,
        }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--bundles", type=int, default=100, help="visits to receive")
    parser.add_argument("--devices", type=int, default=4, help="kits that they come from")
    chosen = parser.parse_args()
    figures = {name: round(value, 3) for name, value in measure(chosen.bundles, chosen.devices).items()}
    if chosen.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value:>14,}")


if __name__ == "__main__":
    main()
