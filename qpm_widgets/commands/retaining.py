"""`qpm retention`: what the scheme's dates say must go, and erasing it on confirmation."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qpm_widgets.commands.erasing import YesOption, confirm, say_day, tell_accounts, tell_certificate
from qpm_widgets.errors import QpmError, system_cause
from qpm_widgets.terminal import HOME, OUTPUTS, HomeOption, OutputsOption, counted, open_kit, out, say

if TYPE_CHECKING:
    from collections.abc import Collection

    from qpm_widgets.journal import Journal
    from qpm_widgets.journal.withdrawing import Scope, Withdrawal
    from qpm_widgets.templates import Templates
    from qpm_widgets.visits.retention import Due


def retention(
    assessment: Annotated[str, typer.Argument(help="The assessment's id; all of them if left out.")] = "",
    erase: Annotated[bool, typer.Option("--erase", help="Erase what is due.")] = False,
    yes: YesOption = False,
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """List what the scheme's dates say must go, and erase what is due."""
    from qpm_widgets.templates import load_templates
    from qpm_widgets.visits import load_profile
    from qpm_widgets.visits.working_notebooks import remove_notebooks

    kit = open_kit(home)
    known = kit.journal.assessment_ids()
    if assessment and assessment not in known:
        load_profile(kit.journal, assessment)  # says which there are
    ids = [assessment] if assessment else known
    keep_to_dates(kit.journal, load_templates(), ids, outputs, today=datetime.now(UTC).date(), erase=erase, yes=yes)
    for assessment_id in ids:
        remove_notebooks(kit, assessment_id)
    tell_accounts(kit, assessment or None)


def keep_to_dates(
    journal: Journal, templates: Templates, ids: list[str], outputs: Path, *, today: date, erase: bool, yes: bool
) -> None:
    """What ``retention`` does, on a given day."""
    from qpm_widgets.visits.retention import CERTIFICATES, list_retention

    found = list_retention(journal, templates, ids)
    for one in found if erase else ():
        if one.record == CERTIFICATES and not one.is_due(today):  # those that are due were written, and may be deleted
            held = {other.record for other in found if other.assessment_id == one.assessment_id and other.subjects}
            _finish_erasures(journal, templates, one.assessment_id, outputs, held)
    found = [_with_folders(one, outputs) for one in found]
    found = [one for one in found if one.is_held or one.lies_elsewhere]
    for one in found:
        out.print(_due_line(one, today))
    say.print(
        "The journal holds no decision yet, so every date is counted from the last day of the visits or on which "
        "something was begun, whichever is later. While a decision or an appeal is open, do not erase."
        if found
        else "Nothing is kept that the scheme gives a date to."
    )
    ready = [one for one in found if one.is_held and one.is_due(today)]
    if ready and not erase:
        say.print("To erase what is due, run the same command with --erase.")
    for one in ready if erase else ():
        say.print(f"To be erased from {one.assessment_id}: {_held(one)}.")
        confirm(one.assessment_id, yes)
        _erase_due(journal, templates, one, outputs)
    if erase:  # also when nothing is due: the run before may have been stopped, or a page was in its way
        journal.compact()


def _with_folders(due: Due, outputs: Path) -> Due:
    from qpm_widgets.reports.used_interviews import find_folders
    from qpm_widgets.visits.retention import CERTIFICATES, REPORT

    reports, certificates = find_folders(outputs, due.assessment_id)
    return replace(due, folders=tuple({REPORT: reports, CERTIFICATES: certificates}.get(due.record, ())))


def _erase_due(journal: Journal, templates: Templates, due: Due, outputs: Path) -> None:
    from qpm_widgets.visits.retention import RAW_NOTES

    for folder in due.folders:  # first: once the record is gone, nothing else says whose they are
        _delete(folder)
    for visit_id in due.name_lists:
        journal.keep_names(due.assessment_id, visit_id, ())
        journal.compact()
        out.print(f"erased: {due.assessment_id} visit:{visit_id}, its list of names")
    if due.record == RAW_NOTES:
        for subject in due.subjects:
            _certified(journal, templates, _for_time(due.assessment_id, subject, "interview"), outputs)
    elif due.subjects:
        _erase_record(journal, templates, due, outputs)


def _erase_record(journal: Journal, templates: Templates, due: Due, outputs: Path) -> None:
    """Erase all consents of an assessment, or its record; one certificate, for the assessment, is about all of it."""
    whole = _whole(due.assessment_id, due.record)
    for subject in due.subjects:
        if subject != whole.subject:  # last: its certificate counts them all
            journal.erase(_for_time(due.assessment_id, subject, whole.scope))
    _certified(journal, templates, whole, outputs)


def _whole(assessment_id: str, record: str) -> Withdrawal:
    from qpm_widgets.visits.retention import CONSENT_LOG

    return _for_time(assessment_id, "assessment", "consents" if record == CONSENT_LOG else "record")


def _for_time(assessment_id: str, subject: str, scope: Scope) -> Withdrawal:
    from qpm_widgets.journal.withdrawing import KINDS, Withdrawal

    kind, _, its_id = subject.partition(":")
    return Withdrawal(assessment_id, its_id, scope, "retention", kind=next(one for one in KINDS if one == kind))


def _certified(journal: Journal, templates: Templates, wanted: Withdrawal, outputs: Path) -> None:
    from qpm_widgets.reports.erasing import carry_out

    tell_certificate(carry_out(journal, templates, wanted, outputs), is_new=True)


def _delete(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        cause = system_cause(error)
        raise QpmError("REPORT-006", str(folder), "outputs.delete", cause=cause) from None
    out.print(f"deleted: {folder}")


def _finish_erasures(
    journal: Journal, templates: Templates, assessment_id: str, outputs: Path, held: Collection[str]
) -> None:
    """Certify what an earlier run erased and could not finish: a page was in the way, or it was stopped.

    Of what is still ``held`` the consents or the record are certified by this run, when all of them are gone.
    """
    from qpm_widgets.journal.erasure import FIELD
    from qpm_widgets.reports.erasing import carry_out
    from qpm_widgets.visits.certificates import find_certificate, withdrawal_of
    from qpm_widgets.visits.erasures import read_erasure
    from qpm_widgets.visits.retention import CONSENT_LOG, RAW_NOTES, REPORT, SCOPES

    tombstones = journal.current(assessment_id, field_prefix=FIELD)
    for_time = [one for one in tombstones if (one.payload or {}).get("reason") == "retention"]
    unfinished = [withdrawal_of(one) for one in for_time if one.field == SCOPES[RAW_NOTES]]
    for record in (CONSENT_LOG, REPORT):
        if record not in held and any(one.field == SCOPES[record] for one in for_time):
            unfinished.append(_whole(assessment_id, record))
    for wanted in dict.fromkeys(unfinished):
        erasure = read_erasure(journal, wanted)
        if erasure is None or find_certificate(outputs, erasure) is None:
            tell_certificate(carry_out(journal, templates, wanted, outputs), is_new=False)


def _due_line(due: Due, today: date) -> str:
    state = "due since" if due.is_due(today) else "kept until"
    elsewhere = ": not in this kit; destroy it where it lies" if due.is_due(today) else ": not in this kit"
    what = f": {_held(due)}" if due.is_held else elsewhere
    return f"{due.assessment_id}, {due.label}: {state} {say_day(due.due)}, from {say_day(due.counted_from)}{what}"


def _held(due: Due) -> str:
    from qpm_widgets.visits.retention import CONSENT_LOG, REPORT

    ids = ", ".join(subject.partition(":")[2] for subject in due.subjects)
    of_journal = {CONSENT_LOG: f"consents of {ids}", REPORT: "profile, plans, ratings and findings"}
    held = [of_journal.get(due.record, ids)] if due.subjects else []
    held += [f"the list of names of {visit_id}" for visit_id in due.name_lists]
    held += [counted(len(due.folders), "folder of documents", "folders of documents")] if due.folders else []
    return " and ".join(held)
