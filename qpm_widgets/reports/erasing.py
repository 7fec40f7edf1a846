"""An erasure carried out to its end: no byte left in the journal's files, a note beside reports, a certificate."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Journal
from qpm_widgets.journal.withdrawing import Withdrawal
from qpm_widgets.reports.erasure_certificate import Certificate, write_certificate
from qpm_widgets.reports.noted_erasures import note_erasures
from qpm_widgets.reports.used_interviews import UsedIn, find_outputs, list_runs
from qpm_widgets.templates import Templates
from qpm_widgets.visits import load_profile
from qpm_widgets.visits.certificates import find_certificate
from qpm_widgets.visits.erasures import Erasure, erase_earlier_versions, find_resting, read_erasure


@dataclass(frozen=True)
class CarriedOut:
    """What came of an erasure.

    Parameters
    ----------
    erasure : Erasure
    used : tuple of UsedIn
        The folders whose documents used what is gone, and still lie there.
    resting : tuple
        Ratings and findings that cite it, as ``find_resting`` gives them.
    certificate : Path or None
        None if it could not be written;
    trouble : QpmError or None
        then this says why (REPORT-*). The erasure stands, and ``carry_out`` called again writes what is missing.
    """

    erasure: Erasure
    used: tuple[UsedIn, ...]
    resting: tuple[tuple[str, str], ...]
    certificate: Path | None = None
    trouble: QpmError | None = None


def carry_out(journal: Journal, templates: Templates, wanted: Withdrawal, outputs: Path) -> CarriedOut:
    """Erase, leave no byte in the journal's files, note it beside reports that used it, and certify it once.

    Raises
    ------
    QpmError
        PLAN-001 or CONSENT-004 with nothing erased; CONSENT-006 if a byte may be left in a file, JOURNAL-* if the disk
        refuses: what was erased stands, and a second call finishes it.
    """
    before, sample = "" if read_erasure(journal, wanted) else journal.head(), _say_invented(journal, templates, wanted)
    journal.erase(wanted)
    earlier = erase_earlier_versions(journal, wanted.assessment_id)
    journal.compact()
    erasure = read_erasure(journal, wanted)
    assert erasure is not None  # it was just written
    used = tuple(one for one in find_outputs(journal, list_runs(outputs), erasure) if one.files)
    resting = tuple(find_resting(journal, erasure))
    try:
        note_erasures(journal, outputs, wanted.assessment_id)  # also of findings that repeated it
        certificate = find_certificate(outputs, erasure)
        if certificate is None:
            facts = Certificate(
                erasure,
                before,
                journal.head(),
                documents=tuple(str(file.relative_to(outputs)) for one in used for file in one.files),
                judgements=tuple(judgement for judgement, _ in resting),
                earlier=earlier,
                sample=sample,
            )
            certificate = write_certificate(templates, facts, outputs)
    except QpmError as error:
        if not error.code.startswith("REPORT-"):
            raise
        return CarriedOut(erasure, used, resting, trouble=error)
    return CarriedOut(erasure, used, resting, certificate)


def _say_invented(journal: Journal, templates: Templates, wanted: Withdrawal) -> str | None:
    """The sentence that says that the material is invented, if it is."""
    with suppress(QpmError):  # its record may be erased
        profile = load_profile(journal, wanted.assessment_id)
        if profile.sample:
            return templates.wording.text("visit_report.sample", provider=profile.provider)
    return None
