"""Which rendered outputs rest on an interview: sealed into each manifest, and found again after an erasure.

A manifest lies beside the provider's documents, so it names no interview. It holds a seal of each one, which only the
kit that rendered it can recognise.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Journal
from qpm_widgets.visits import iter_interviews, iter_observations
from qpm_widgets.visits.erasures import Erasure

_SECRET = "interviews in manifests"
_DOCUMENTS = {".pdf", ".html", ".docx", ".ipynb"}


@dataclass(frozen=True)
class UsedIn:
    """A run folder with documents that used an interview, or may have: its manifest is from before seals."""

    folder: Path
    report: str
    parameters: Mapping[str, Any]
    files: tuple[Path, ...]
    certain: bool


def seal_interviews(journal: Journal, parameters: Mapping[str, Any]) -> list[str]:
    """A seal for each interview and observation with words that may be used at this moment.

    Parameters
    ----------
    journal : Journal
    parameters : mapping
        Of the report: ``assessment_id``, and ``visit_id`` if it is about one visit.
    """
    assessment_id, visit_id = parameters.get("assessment_id"), parameters.get("visit_id") or None
    if not isinstance(assessment_id, str) or not isinstance(visit_id, str | None):
        return []
    readable = {entry.subject for entry in journal.current(assessment_id, field_prefix="answer:") if not entry.erased}
    held = [one.subject for one in iter_interviews(journal, assessment_id, visit_id) if one.notes_allowed]
    held += [one.subject for one in iter_observations(journal, assessment_id, visit_id)]
    return sorted(_seal(journal, assessment_id, subject) for subject in held if subject in readable)


def find_outputs(
    journal: Journal, outputs: Path, assessment_id: str, visit_id: str, subject: str, erased_at: datetime
) -> list[UsedIn]:
    """The run folders rendered before an erasure that used the interview, oldest first."""
    mine = _seal(journal, assessment_id, subject)
    found = []
    for path in sorted(outputs.glob("**/manifest.json")):
        manifest = _read(path)
        parameters = manifest.get("parameters")
        if not isinstance(parameters, dict) or parameters.get("assessment_id") != assessment_id:
            continue
        if parameters.get("visit_id", visit_id) != visit_id or _rendered(manifest, erased_at) > erased_at:
            continue
        seals = manifest.get("interviews")
        if seals is None or mine in seals:
            files = tuple(file for file in sorted(path.parent.iterdir()) if file.suffix in _DOCUMENTS)
            if files:
                report = str(manifest.get("report", ""))
                found.append(UsedIn(path.parent, report, parameters, files, certain=seals is not None))
    return sorted(found, key=lambda one: one.folder.name)


def mark_erased(used: UsedIn, erasure: Erasure) -> None:
    """Say in an output's manifest that what it rests on was erased; once for each erasure.

    The lead assessor's edition, which prints entry ids anyhow, gets the list of those that are gone. Another
    edition gets their number: the ids hold times, which would tell whose interview it was.

    Raises
    ------
    QpmError
        REPORT-006 if the manifest cannot be written.
    """
    path, tombstone = used.folder / "manifest.json", erasure.tombstone
    manifest = _read(path)
    marks = [one for one in manifest.get("erased", ()) if one["record"] != tombstone.entry_id]
    shown = list(erasure.entry_ids) if used.parameters.get("edition") == "lead" else len(erasure.entry_ids)
    at = datetime.fromtimestamp(tombstone.recorded_at / 1000, UTC).isoformat(timespec="seconds")
    marks.append({"record": tombstone.entry_id, "erased_at": at, "entries": shown})
    text = json.dumps({**manifest, "erased": marks}, indent=2, ensure_ascii=False) + "\n"
    temporary = path.with_suffix(".new")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        remedy = f"Allow writing there and run the same command again ({error.strerror or 'input/output error'})."
        raise QpmError("REPORT-006", str(path), remedy) from None


def _seal(journal: Journal, assessment_id: str, subject: str) -> str:
    key = journal.secret(_SECRET, lambda: secrets.token_hex(32))
    return hmac.digest(bytes.fromhex(key), f"{assessment_id} {subject}".encode(), "sha256").hex()


def _rendered(manifest: Mapping[str, Any], otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(manifest["rendered_at"]))
    except (KeyError, ValueError):
        return otherwise


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
