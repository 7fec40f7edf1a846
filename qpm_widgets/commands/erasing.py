"""`qpm withdraw`: words that must go, and what people still have to do about them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from qpm_widgets.errors import QpmError
from qpm_widgets.terminal import HOME, OUTPUTS, HomeOption, OutputsOption, ask, counted, open_kit, out, say

if TYPE_CHECKING:
    from collections import Counter

    from qpm_widgets.journal import Journal, Kit
    from qpm_widgets.journal.withdrawing import Withdrawal
    from qpm_widgets.reports.used_interviews import UsedIn
    from qpm_widgets.templates import Templates
    from qpm_widgets.visits.erasures import Erasure

YesOption = Annotated[bool, typer.Option("--yes", help="Erase without asking again.")]
_KINDS = {
    "note": ("note", "notes"),
    "quote": ("quote", "quotes"),
    "mark": ("mark on an indicator", "marks on indicators"),
    "missing": ("reason for no answer", "reasons for no answer"),
    "state": ("reason for stopping", "reasons for stopping"),
    "plan": ("plan with access needs", "plans with access needs"),
}


def withdraw(
    assessment: Annotated[str, typer.Argument(help="The assessment's id, such as lantern.")],
    interview: Annotated[str, typer.Argument(help="The interview's or observation's id, such as P2.")],
    quotes_only: Annotated[bool, typer.Option("--quotes-only", help="Keep the assessor's notes.")] = False,
    respondent: Annotated[str, typer.Option(help="With --quotes-only: the code of the one who withdraws.")] = "",
    reason: Annotated[Literal["withdrawn", "objection", "error"], typer.Option(help="Why.")] = "withdrawn",
    how: Annotated[
        Literal["spoken", "written", "signed", "aac"], typer.Option(help="How the respondent said so.")
    ] = "spoken",
    yes: YesOption = False,
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Erase an interview or observation, or only its quotes, for good, and write a certificate of it."""
    from qpm_widgets.journal.withdrawing import Withdrawal
    from qpm_widgets.templates import load_templates
    from qpm_widgets.visits import Interview, load_interview, load_observation
    from qpm_widgets.visits.erasures import count_covered, read_erasure

    if respondent and not quotes_only:
        raise typer.BadParameter("it goes with --quotes-only; notes are about everyone.", param_hint="--respondent")
    scope: Literal["interview", "quotes"] = "quotes" if quotes_only else "interview"
    kit = open_kit(home)
    journal = kit.journal
    observed = not quotes_only and journal.current_entry(assessment, f"observation:{interview}", "plan") is not None
    held = (load_observation if observed else load_interview)(journal, assessment, interview)
    kind: Literal["interview", "observation"] = "observation" if observed else "interview"
    wanted = Withdrawal(assessment, interview, scope, reason, respondent, how, kind)
    done = read_erasure(journal, wanted)
    if done is not None:
        say.print(f"This was done already, on {_day(done.tombstone.recorded_at)}; nothing more is there to erase.")
    else:
        say.print(f"To be erased from {kind} {interview}: {_kinds(count_covered(journal, wanted))}.")
        if isinstance(held, Interview) and held.mixed is not None:
            say.print("Two people were planned under this id: the words of both go.")
        say.print("Close its page first. Nobody can bring the words back.")
        confirm(interview, yes)
    erased, used = carry_out(journal, load_templates(), wanted, outputs)
    if done is None:
        out.print(f"erased: {assessment} {wanted.subject}, {counted(len(erased.entry_ids), 'entry', 'entries')}")
    _tell_what_rests(journal, erased, used)
    tell_accounts(kit, assessment, wanted.subject)


def carry_out(
    journal: Journal, templates: Templates, wanted: Withdrawal, outputs: Path
) -> tuple[Erasure, list[UsedIn]]:
    """Erase, leave no byte in the journal's files, note it beside reports that used it, and certify it once.

    Raises
    ------
    QpmError
        CONSENT-006 if a byte may be left in a file; the erasure stands, and a second call finishes it.
    """
    from qpm_widgets.reports.erasure_certificate import Certificate, find_certificate, write_certificate
    from qpm_widgets.reports.noted_erasures import note_erasure
    from qpm_widgets.visits.erasures import erase_earlier_versions, find_resting, read_erasure

    before, sample = journal.head(), _say_invented(journal, templates, wanted.assessment_id)
    again = read_erasure(journal, wanted) is not None
    journal.erase(wanted)
    earlier = erase_earlier_versions(journal, wanted.assessment_id)
    journal.compact()
    erasure = read_erasure(journal, wanted)
    assert erasure is not None  # it was just written
    used = [one for one in note_erasure(journal, outputs, erasure) if one.files]
    path = find_certificate(outputs, erasure)
    if path is None:
        certificate = Certificate(
            erasure,
            "" if again else before,
            journal.head(),
            documents=tuple(str(file.relative_to(outputs)) for one in used for file in one.files),
            judgements=tuple(judgement for judgement, _ in find_resting(journal, erasure)),
            earlier=earlier,
            sample=sample,
        )
        path = write_certificate(templates, certificate, outputs)
    out.print(f"certificate: {path}")
    return erasure, used


def _say_invented(journal: Journal, templates: Templates, assessment_id: str) -> str | None:
    """The sentence that says that the material is invented, if it is."""
    from qpm_widgets.visits import load_profile

    with suppress(QpmError):  # its record may be erased
        profile = load_profile(journal, assessment_id)
        if profile.sample:
            return templates.wording.text("visit_report.sample", provider=profile.provider)
    return None


def _tell_what_rests(journal: Journal, erasure: Erasure, used: list[UsedIn]) -> None:
    from qpm_widgets.visits.erasures import find_resting

    resting = find_resting(journal, erasure)
    if resting:
        say.print("These rest on what was erased. Read each on the debrief page and rewrite what rested on it:")
    for judgement, entry_id in resting:
        out.print(f"rests on it: {judgement}, entry {entry_id}")
    tell_outputs(used)
    if journal.names(erasure.tombstone.assessment_id):
        say.print(
            "The visit's list of names is not touched. If it has this person's, give a list without: `names --from`."
        )
    say.print("Backups, submitted visits, printed and handed over copies: the certificate lists what to do.")


def tell_accounts(kit: Kit, assessment_id: str | None, about: str | None = None) -> None:
    """Accounts of harm are kept on other grounds than notes: neither a withdrawal nor the notes' dates reach them."""
    for one in kit.safeguarding.disclosures(assessment_id=assessment_id, about=about):
        if not one.erased:
            out.print(f"kept apart: account of harm {one.id}, told in {one.assessment_id} {one.about}")
            say.print("Once it is with those who must act on it: `safeguarding erase`.")


def tell_outputs(used: list[UsedIn]) -> None:
    """List the documents that used what was erased, with what to do about them."""
    if used:
        say.print("These documents used what was erased. Destroy them, also handed over copies, and render again:")
    for one in used:
        out.print(f"{'used it' if one.certain else 'may have used it'}: {one.folder}")
        for file in one.files:
            out.print(f"destroy: {file}")
        edition = one.parameters.get("edition")
        ids = f"{one.parameters.get('assessment_id', '')} {one.parameters.get('visit_id', '')}".strip()
        wish = f" --edition {edition}" if edition else ""
        out.print(f"render again: python kit.py render {one.manifest.get('report', '')} {ids}{wish}")


def confirm(name: str, yes: bool) -> None:
    """Have the name typed before anything is erased; otherwise end here, with status 1."""
    if not yes and ask(f"Type {name} to erase it") != name:
        say.print("Nothing was erased.")
        raise typer.Exit(1)


def _kinds(counts: Counter[str]) -> str:
    named = [counted(counts[kind], *names) for kind, names in _KINDS.items() if counts[kind]]
    return ", ".join(named) or "nothing, for nothing was written; it is only closed"


def _day(milliseconds: int) -> str:
    return say_day(datetime.fromtimestamp(milliseconds / 1000, UTC).date())


def say_day(day: date) -> str:
    """A day as people read it."""
    return f"{day.day} {day:%B %Y}"
