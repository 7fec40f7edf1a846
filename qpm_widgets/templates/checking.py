"""All rules over all templates: every fault at once, for the loader and for ``qpm templates check``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from qpm_widgets.templates.completeness import check_guides_are_there, check_wording_is_there
from qpm_widgets.templates.faults import Fault
from qpm_widgets.templates.guide_checks import check_guides
from qpm_widgets.templates.law_checks import check_jurisdictions, check_policies
from qpm_widgets.templates.reading import TEMPLATES_FOLDER, Draft, read_folder
from qpm_widgets.templates.references import known_ids
from qpm_widgets.templates.report_checks import check_report
from qpm_widgets.templates.sample_checks import check_samples
from qpm_widgets.templates.scheme_checks import check_editions, check_scheme
from qpm_widgets.templates.shipped_shape import load_shape
from qpm_widgets.templates.spoken_checks import check_spoken
from qpm_widgets.templates.wording_checks import check_wording

__all__ = ["Fault", "check_draft", "check_templates"]


def check_templates(folder: Path | None = None, *, today: date | None = None) -> list[Fault]:
    """Every fault of a templates folder; nothing is raised for one.

    This looks further than loading does: also at the report's design, the samples, every
    sentence the kit uses, and whether what a respondent hears is Easy Read and in Welsh.

    Parameters
    ----------
    folder : Path, optional
        By default that of the checkout.
    today : date, optional
        The day after which no point of law may be dated; by default the clock's.
    """
    draft = read_folder(folder or TEMPLATES_FOLDER)
    check_draft(draft, today=today or date.today())
    if draft.folder.is_dir():
        known, shape = known_ids(draft), load_shape()
        check_guides_are_there(draft, known)
        check_wording_is_there(draft, shape)
        check_spoken(draft)
        check_report(draft, shape)
        check_samples(draft, known)
    return draft.book.listed()


def check_draft(draft: Draft, *, today: date | None = None) -> list[Fault]:
    """The faults of what was read; without ``today``, dates in the future are let pass."""
    known = known_ids(draft)
    check_scheme(draft, known)
    check_editions(draft, known)
    check_policies(draft, known)
    check_jurisdictions(draft, today)
    check_guides(draft, known)
    check_wording(draft)
    return draft.book.listed()
