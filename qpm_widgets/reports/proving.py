"""Is a report's folder what was rendered, minus what was erased since? Its files, its journal, and what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Journal
from qpm_widgets.journal.bundles import Link
from qpm_widgets.journal.queries import digest_heads
from qpm_widgets.reports.noted_erasures import is_of_this_manifest, noted_in
from qpm_widgets.reports.publishing import sha256
from qpm_widgets.reports.used_interviews import (
    entries_gone,
    is_sealed_here,
    parameters_of,
    read_manifest,
    rests_on,
)
from qpm_widgets.visits.erasures import Erasure, iter_erasures

FileState = Literal["same", "changed", "missing"]


@dataclass(frozen=True)
class Gone:
    """An erasure of words that a report was made from, the ids of the entries, and whether its folder says so."""

    erasure: Erasure
    entry_ids: tuple[str, ...]
    noted: bool


@dataclass(frozen=True)
class Proof:
    """What can be shown of a report.

    Parameters
    ----------
    manifest : mapping
        What the report says that it was made from.
    files : mapping of str to str
        Each file that was rendered: ``same``, ``changed`` or ``missing``.
    journal_is_here : bool
        Whether the journal has every entry up to those that the report was made from.
    journal_has_grown : bool
        Whether it has others since.
    gone : tuple of Gone
        What was erased since, oldest first.
    note_fits : bool
        Whether ``erasures.json`` is about this manifest, if it is there.
    """

    manifest: Mapping[str, Any]
    files: Mapping[str, FileState]
    journal_is_here: bool
    journal_has_grown: bool
    gone: tuple[Gone, ...]
    note_fits: bool
    is_sealed_here: bool

    @property
    def holds(self) -> bool:
        """Whether it is what was rendered; documents may be missing only where they had to be destroyed."""
        states = set(self.files.values())
        asked_for = any(not one.erasure.for_time for one in self.gone)
        whole = "changed" not in states and (asked_for or "missing" not in states)
        return whole and self.journal_is_here and self.note_fits


def prove_report(journal: Journal, folder: Path) -> Proof:
    """Compare a report's folder with its manifest, and its manifest with the journal.

    Raises
    ------
    QpmError
        REPORT-007 if there is no manifest of a report.
    """
    manifest = read_manifest(folder)
    try:
        heads = [Link(*head) for head in manifest["journal_heads"]]
        files = {name: _state(folder / name, facts["sha256"]) for name, facts in manifest["outputs"].items()}
        assessment_id = parameters_of(manifest)["assessment_id"]
    except (KeyError, TypeError, AttributeError):
        raise QpmError("REPORT-007", str(folder), "report.rendered_folder") from None
    noted = noted_in(folder)
    gone = [
        Gone(one, tuple(entries_gone(journal, manifest, one)), one.tombstone.entry_id in noted)
        for one in iter_erasures(journal, assessment_id)
        if rests_on(journal, manifest, one)
    ]
    return Proof(
        manifest,
        files,
        journal_is_here=manifest.get("journal_head") == digest_heads(heads) and not journal.missing_links(heads),
        journal_has_grown=journal.heads() != heads,
        gone=tuple(gone),
        note_fits=is_of_this_manifest(folder),
        is_sealed_here=is_sealed_here(journal, manifest),
    )


def _state(path: Path, digest: str) -> FileState:
    if not path.is_file():
        return "missing"
    return "same" if sha256(path.read_bytes()) == digest else "changed"
