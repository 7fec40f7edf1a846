"""``erasures.json`` beside a report's manifest: what the report was made from and is gone by now.

The manifest says what a report was made from, and is never written again: a signature over it stays good. What was
erased later stands in a file of its own, which names the manifest by its hash and says when each line was added. The
lead assessor's edition, which prints entry ids anyhow, gets the ids of the entries that are gone. Another edition gets
their seals: an id holds a time, which would tell whose interview it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qpm_widgets.errors import QpmError, system_cause
from qpm_widgets.journal import Journal
from qpm_widgets.reports.publishing import sha256
from qpm_widgets.reports.used_interviews import (
    MANIFEST,
    Run,
    UsedIn,
    entries_gone,
    find_outputs,
    list_runs,
    parameters_of,
    read_json,
    seal,
)
from qpm_widgets.visits.erasures import Erasure, iter_erasures

NOTE = "erasures.json"


def note_erasure(journal: Journal, runs: Iterable[Run], erasure: Erasure) -> list[UsedIn]:
    """Find the runs that used what was erased, and note in each folder, once, which entries are gone.

    Returns
    -------
    list of UsedIn
        All of them, noted now or before.

    Raises
    ------
    QpmError
        REPORT-006 if a note cannot be written.
    """
    found = find_outputs(journal, runs, erasure)
    for one in found:
        if one.certain and erasure.tombstone.entry_id not in noted_in(one.folder):
            _add(one.folder, _line(journal, one.manifest, erasure))
    return found


def note_erasures(journal: Journal, outputs: Path, assessment_id: str) -> list[UsedIn]:
    """Do so for every erasure of an assessment; the reports whose words were erased at a person's wish, each once."""
    found: dict[Path, UsedIn] = {}
    runs = list_runs(outputs)  # once: there may be hundreds of erasures
    for erasure in iter_erasures(journal, assessment_id):
        used = note_erasure(journal, runs, erasure)
        if not erasure.for_time:
            found |= {one.folder: one for one in used}
    return list(found.values())


def noted_in(folder: Path) -> dict[str, Mapping[str, Any]]:
    """What is noted in a report's folder, by the id of the tombstone."""
    lines = _lines(read_json(folder / NOTE))
    return {one["tombstone"]: one for one in lines if isinstance(one, dict) and isinstance(one.get("tombstone"), str)}


def is_of_this_manifest(folder: Path) -> bool:
    """Whether the note, if there is one, is about the manifest as it lies there now."""
    note = read_json(folder / NOTE)
    return not note or note.get("manifest_sha256") == sha256((folder / MANIFEST).read_bytes())


def _line(journal: Journal, manifest: Mapping[str, Any], erasure: Erasure) -> dict[str, Any]:
    tombstone, gone = erasure.tombstone, entries_gone(journal, manifest, erasure)
    if parameters_of(manifest).get("edition") != "lead":
        gone = sorted(seal(journal, tombstone.assessment_id, entry_id) for entry_id in gone)
    erased_at = datetime.fromtimestamp(tombstone.recorded_at / 1000, UTC)
    return {
        "tombstone": tombstone.entry_id,
        "erased_at": erased_at.isoformat(timespec="seconds"),
        "noted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "entries": gone,
    }


def _lines(note: Mapping[str, Any]) -> list[Any]:
    lines = note.get("erasures")
    return lines if isinstance(lines, list) else []


def _add(folder: Path, line: Mapping[str, Any]) -> None:
    """Add a line to the note, in one step; the note's own word on its manifest stays as it was first written."""
    path = folder / NOTE
    temporary = path.with_suffix(".new")
    try:
        note = read_json(path) or {"manifest_sha256": sha256((folder / MANIFEST).read_bytes()), "erasures": []}
        text = json.dumps({**note, "erasures": [*_lines(note), line]}, indent=2) + "\n"
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        cause = system_cause(error)
        raise QpmError("REPORT-006", str(path), "outputs.allow_writing", cause=cause) from None
