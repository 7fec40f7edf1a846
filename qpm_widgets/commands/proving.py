"""`qpm verify --report`: what can be shown of one rendered report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from qpm_widgets.errors import QpmError
from qpm_widgets.terminal import counted, out, say

if TYPE_CHECKING:
    from qpm_widgets.journal import Journal
    from qpm_widgets.reports.proving import Gone, Proof

_STATES = {"same": "as rendered", "changed": "changed since", "missing": "not there"}


def tell_report(journal: Journal, folder: Path) -> None:
    """Say whether a report's folder is what was rendered, and which entries that it used are erased by now.

    Raises
    ------
    QpmError
        REPORT-007 if it is no report's folder, REPORT-008 if it is not what was rendered.
    """
    from qpm_widgets.reports.proving import prove_report

    proof = prove_report(journal, folder)
    asked = " ".join(str(value) for value in proof.manifest["parameters"].values())
    out.print(f"report: {proof.manifest.get('report', '')} {asked}, rendered {proof.manifest.get('rendered_at', '')}")
    for name, state in proof.files.items():
        out.print(f"{_STATES[state]}: {name}")
    for one in proof.gone:
        _tell_gone(one)
    if not proof.is_sealed_here:
        out.print("rendered by another kit: this one cannot tell which of its words were erased since")
        say.print("Ask whoever rendered it to run the same command there before you rely on this report.")
    if not proof.note_fits:
        out.print("erasures.json is about another manifest than the one that lies beside it")
    _tell_journal(proof)
    if not proof.holds:
        raise QpmError("REPORT-008", str(folder), "report.differs")
    _tell_duties(proof)


def _tell_journal(proof: Proof) -> None:
    if not proof.journal_is_here:
        out.print("the journal it was made from: not this one, or entries were cut off from it since")
    else:
        grown = "entries were added since" if proof.journal_has_grown else "nothing was added since"
        out.print(f"the journal it was made from: all of it is here, {grown}")


def _tell_gone(one: Gone) -> None:
    tombstone = one.erasure.tombstone
    at = datetime.fromtimestamp(tombstone.recorded_at / 1000, UTC)
    count = counted(len(one.entry_ids), "entry", "entries")
    noted = "noted in erasures.json" if one.noted else "not noted in the folder yet"
    out.print(
        f"erased since: {count} of {tombstone.subject} that it used, {at.day} {at:%B %Y}, "
        f"by entry {tombstone.entry_id}, {noted}"
    )
    for entry_id in one.entry_ids:
        out.print(f"  gone: {entry_id}")


def _tell_duties(proof: Proof) -> None:
    """What a person has to do about words that are gone and still stand in documents."""
    for one in proof.gone:
        kind, _, meeting = one.erasure.tombstone.subject.partition(":")
        if not one.noted:  # of a finding: with whatever withdrawal is given again
            which = meeting if kind in ("interview", "observation") else "the interview that it rested on"
            say.print(f"Run `withdraw` for {which} again: it notes what is gone beside the reports that used it.")
    if "same" in proof.files.values() and any(not one.erasure.for_time for one in proof.gone):
        say.print("Destroy these documents, also handed over copies: they hold what a person took back.")
