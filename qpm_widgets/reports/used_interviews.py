"""Which rendered outputs rest on an interview: sealed into each manifest, and found again after an erasure.

A manifest lies beside the provider's documents, so it names no interview and no erasure. It holds a seal of each one,
which only the kit that rendered it can recognise.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Journal
from qpm_widgets.journal.bundles import read_whole
from qpm_widgets.journal.erasure import FIELD as TOMBSTONE
from qpm_widgets.visits import iter_interviews, iter_observations
from qpm_widgets.visits.erasures import Erasure

MANIFEST = "manifest.json"
_LARGEST = 64 * 1024**2  # bytes; a manifest has some ten thousand
_SECRET = "interviews in manifests"
_DOCUMENTS = {".pdf", ".html", ".docx", ".ipynb"}


class Run(NamedTuple):
    """A folder of the outputs that something was rendered into, and its manifest."""

    folder: Path
    manifest: Mapping[str, Any]


@dataclass(frozen=True)
class UsedIn:
    """A run folder that used an interview, or may have: its manifest is from before seals.

    ``files`` are the documents that still lie there.
    """

    folder: Path
    manifest: Mapping[str, Any]
    files: tuple[Path, ...]
    certain: bool

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the report was asked for."""
        return parameters_of(self.manifest)


def parameters_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters in a manifest; none where they are out of shape."""
    found = manifest.get("parameters")
    return found if isinstance(found, dict) else {}


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
    held = [
        one.subject
        for one in iter_interviews(journal, assessment_id, visit_id)
        if one.notes_allowed and not one.is_two_people
    ]
    held += [one.subject for one in iter_observations(journal, assessment_id, visit_id)]
    return sorted(seal(journal, assessment_id, subject) for subject in held if subject in readable)


def seal_erasures(journal: Journal, parameters: Mapping[str, Any]) -> list[str]:
    """A seal for each erasure that the journal knows at this moment, and so leaves nothing of to a report."""
    assessment_id = parameters.get("assessment_id")
    if not isinstance(assessment_id, str):
        return []
    known = journal.iter_entries(assessment_id, field_prefix=TOMBSTONE)
    return sorted(seal(journal, assessment_id, one.entry_id) for one in known)


def list_runs(outputs: Path) -> list[Run]:
    """Every folder of the outputs that has a manifest, with what that says."""
    folders = sorted(path.parent for path in outputs.glob(f"**/{MANIFEST}"))
    return [Run(folder, read_manifest(folder)) for folder in folders]


def find_outputs(journal: Journal, runs: Iterable[Run], erasure: Erasure) -> list[UsedIn]:
    """Those of the runs that used what was erased, oldest first."""
    found = []
    for folder, manifest in runs:
        if rests_on(journal, manifest, erasure):
            files = tuple(file for file in sorted(folder.iterdir()) if file.suffix in _DOCUMENTS)
            found.append(UsedIn(folder, manifest, files, certain="interviews" in manifest))
    return sorted(found, key=lambda one: one.folder.name)


def find_folders(outputs: Path, assessment_id: str) -> tuple[list[Path], list[Path]]:
    """The folders of an assessment's rendered reports, and those of its certificates of erasure."""
    reports, certificates = [], []
    for folder, manifest in list_runs(outputs):
        if parameters_of(manifest).get("assessment_id") == assessment_id:
            reports.append(folder)
        elif manifest.get("assessment") == assessment_id and "tombstone" in manifest:
            certificates.append(folder)
    return reports, certificates


def entries_gone(journal: Journal, manifest: Mapping[str, Any], erasure: Erasure) -> list[str]:
    """The ids of the erased entries that were current in the journal that a report was made from."""
    heads = {device_id: number for device_id, number, _ in manifest.get("journal_heads", ())}
    if not erasure.blank:  # as of most judgements, of which an assessment may have hundreds
        return []
    entries = journal.iter_entries(erasure.tombstone.assessment_id, subject=erasure.tombstone.subject)
    there = [one for one in entries if one.device_seq <= heads.get(one.device_id, 0)]
    replaced = {entry_id for one in there for entry_id in one.supersedes}
    gone = set(erasure.entry_ids) - replaced
    return [one.entry_id for one in there if one.entry_id in gone]


def rests_on(journal: Journal, manifest: Mapping[str, Any], erasure: Erasure) -> bool:
    """Whether a report used what was erased, or may have, and did not know yet of this erasure.

    Asked of the seals and not of the clock: an erasure can arrive long after it was recorded. A rating or finding was
    used if the erased version of it was the newest when the report was made.
    """
    tombstone = erasure.tombstone
    if parameters_of(manifest).get("assessment_id") != tombstone.assessment_id:
        return False
    used, known = manifest.get("interviews"), manifest.get("erasures") or ()
    if not tombstone.subject.startswith(("interview:", "observation:")):
        return bool(entries_gone(journal, manifest, erasure))
    if used is not None and seal(journal, tombstone.assessment_id, tombstone.subject) not in used:
        return False
    return seal(journal, tombstone.assessment_id, tombstone.entry_id) not in known


def is_sealed_here(journal: Journal, manifest: Mapping[str, Any]) -> bool:
    """Whether this kit rendered a report, and so can tell from its seals what it used; true if it used nothing."""
    assessment_id, used = parameters_of(manifest).get("assessment_id"), manifest.get("interviews")
    if not used or not isinstance(assessment_id, str):
        return True
    subjects = {entry.subject for entry in journal.iter_entries(assessment_id, field_prefix="plan")}
    return any(seal(journal, assessment_id, subject) in used for subject in subjects)


def seal(journal: Journal, assessment_id: str, name: str) -> str:
    """What stands for a subject or an entry where its name must not: the same each time, in this kit only."""
    key = journal.secret(_SECRET, lambda: secrets.token_hex(32))
    return hmac.digest(bytes.fromhex(key), f"{assessment_id} {name}".encode(), "sha256").hex()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in a folder; a list in it that is out of shape is left out, so that the report may have used all."""
    manifest = read_json(folder / MANIFEST)
    shapes = {"interviews": _is_seals, "erasures": _is_seals, "journal_heads": _is_heads}
    return {name: value for name, value in manifest.items() if name not in shapes or shapes[name](value)}


def _is_seals(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_heads(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, list) and [type(part) for part in one] == [str, int, str] for one in value
    )


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty if there is none."""
    try:
        value = json.loads(read_whole(path, _LARGEST))
    except (QpmError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
