"""`qpm withdraw`: words that must go, and what people still have to do about them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from qpm_widgets.terminal import HOME, OUTPUTS, HomeOption, OutputsOption, ask, counted, open_kit, out, places, say

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from qpm_widgets.journal import Journal, Kit
    from qpm_widgets.reports.erasing import CarriedOut
    from qpm_widgets.reports.used_interviews import UsedIn

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
    interview: Annotated[str, typer.Argument(help="The interview's or observation's id, P2 or interview:P2.")],
    quotes_only: Annotated[bool, typer.Option("--quotes-only", help="Keep the assessor's notes.")] = False,
    respondent: Annotated[str, typer.Option(help="With --quotes-only: the code of the one who withdraws.")] = "",
    reason: Annotated[Literal["withdrawn", "objection", "error"], typer.Option(help="Why.")] = "withdrawn",
    how: Annotated[
        Literal["spoken", "written", "signed", "aac"] | None, typer.Option(help="How the respondent said so, if known.")
    ] = None,
    yes: YesOption = False,
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Erase an interview or observation, or only its quotes, for good, and write a certificate of it."""
    from qpm_widgets.journal.withdrawing import Withdrawal
    from qpm_widgets.reports.erasing import carry_out
    from qpm_widgets.templates import load_templates
    from qpm_widgets.visits import Interview, load_interview, load_observation
    from qpm_widgets.visits.erasures import count_covered, read_erasure

    if respondent and not quotes_only:
        raise typer.BadParameter("it goes with --quotes-only; notes are about everyone.", param_hint="--respondent")
    scope: Literal["interview", "quotes"] = "quotes" if quotes_only else "interview"
    kit = open_kit(home)
    journal = kit.journal
    kind, interview = _find_meeting(journal, assessment, interview, scope)
    held = (load_interview if kind == "interview" else load_observation)(journal, assessment, interview)
    wanted = Withdrawal(assessment, interview, scope, reason, respondent, how or "", kind)
    done = read_erasure(journal, wanted)
    if done is not None:
        say.print(f"This was done already, on {_day(done.tombstone.recorded_at)}; nothing more is there to erase.")
    else:
        say.print(f"To be erased from {kind} {interview}: {_kinds(count_covered(journal, wanted))}.")
        if isinstance(held, Interview) and held.mixed is not None:
            say.print("Different people were planned under this id: the words of all of them go.")
        say.print("Close its page first. Nobody can bring the words back.")
        confirm(interview, yes)
    carried = carry_out(journal, load_templates(), wanted, outputs)
    _tell_what_rests(journal, carried, places(home, outputs))
    tell_accounts(kit, assessment, wanted.subject)
    tell_certificate(carried, is_new=done is None)


def tell_certificate(carried: CarriedOut, *, is_new: bool) -> None:
    """How much is gone, and where that is certified; raises what kept the certificate from being written."""
    if is_new:
        tombstone, number = carried.erasure.tombstone, len(carried.erasure.entry_ids)
        of_all = tombstone.field.partition(":")[2]  # the assessment's own stands for a scope of all that belongs to it
        what = of_all if tombstone.subject == "assessment" else tombstone.subject
        out.print(f"erased: {tombstone.assessment_id} {what}, {counted(number, 'entry', 'entries')}")
    if carried.trouble is not None:
        say.print("The words are gone, but the certificate is not written. The same command, given again, writes it.")
        raise carried.trouble
    out.print(f"certificate: {carried.certificate}")


def _tell_what_rests(journal: Journal, carried: CarriedOut, given: str) -> None:
    tell_outputs(carried.used, given)
    if carried.resting:
        say.print("These rest on what was erased. Read each on the debrief page and rewrite what rested on it:")
    for judgement, entry_id in carried.resting:
        out.print(f"rests on it: {judgement}, entry {entry_id}")
    if journal.names(carried.erasure.tombstone.assessment_id):
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


def tell_outputs(used: Iterable[UsedIn], given: str) -> None:
    """List the documents that used what was erased, with what to do; ``given`` as ``terminal.places`` has it."""
    for place, one in enumerate(used):
        if not place:
            say.print("These documents used what was erased. Destroy them, also handed over copies, and render again:")
        out.print(f"{'used it' if one.certain else 'may have used it'}: {one.folder}")
        for file in one.files:
            out.print(f"destroy: {file}")
        out.print(f"render again: {render_again(one, given)}")


def render_again(one: UsedIn, given: str) -> str:
    """The command that renders a report anew."""
    edition = one.parameters.get("edition")
    ids = f"{one.parameters.get('assessment_id', '')} {one.parameters.get('visit_id', '')}".strip()
    wish = f" --edition {edition}" if edition else ""
    return f"python kit.py render {one.manifest.get('report', '')} {ids}{wish}{given}"


def _find_meeting(
    journal: Journal, assessment_id: str, given: str, scope: str
) -> tuple[Literal["interview", "observation"], str]:
    """The kind and the id of what was meant, also written as ``interview:P2`` or in small letters.

    What is not planned comes back as an interview with the id as it was typed, which is then refused by name.
    """
    kind, _, name = given.rpartition(":")
    kinds = ("observation", "interview") if scope == "interview" else ("interview",)
    planned = {entry.subject for entry in journal.current(assessment_id, field_prefix="plan")}
    wanted = [f"{one}:{name}" for one in kinds if kind.lower() in ("", one)]
    for found in (
        [one for one in wanted if one in planned],
        [one for one in planned if one.lower() in {subject.lower() for subject in wanted}],
    ):
        if found and (len(found) == 1 or found[0] in wanted):
            whose, _, meeting_id = found[0].partition(":")
            return ("observation" if whose == "observation" else "interview"), meeting_id
    return "interview", given


def confirm(name: str, yes: bool) -> None:
    """Have the id typed, once more if it was typed wrongly; otherwise end here, with status 1."""
    for left in () if yes else (1, 0):
        typed = ask(f"Type {name} to erase it").strip()
        if typed == name:
            return
        if left:
            say.print(
                f"You typed {typed[:60] if typed.isprintable() and typed else 'nothing'}; type {name} to erase it."
            )
    if not yes:
        say.print("Nothing was erased.")
        raise typer.Exit(1)


def _kinds(counts: Counter[str]) -> str:
    named = [counted(counts[kind], *names) for kind, names in _KINDS.items() if counts[kind]]
    return ", ".join(named) or "nothing, for nothing of it was written"


def _day(milliseconds: int) -> str:
    return say_day(datetime.fromtimestamp(milliseconds / 1000, UTC).date())


def say_day(day: date) -> str:
    """A day as people read it."""
    return f"{day.day} {day:%B %Y}"
