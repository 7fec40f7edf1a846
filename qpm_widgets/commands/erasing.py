"""`qpm withdraw` and `qpm retention`: words that must go, and what people still have to do about them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from qpm_widgets.terminal import HOME, OUTPUTS, HomeOption, OutputsOption, ask, counted, open_kit, out, places, say

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from qpm_widgets.journal import Journal, Kit
    from qpm_widgets.reports.erasing import CarriedOut
    from qpm_widgets.reports.used_interviews import UsedIn
    from qpm_widgets.templates import Templates
    from qpm_widgets.visits.retention import Due

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
        Literal["spoken", "written", "signed", "aac"], typer.Option(help="How the respondent said so.")
    ] = "spoken",
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
    wanted = Withdrawal(assessment, interview, scope, reason, respondent, how, kind)
    done = read_erasure(journal, wanted)
    if done is not None:
        say.print(f"This was done already, on {_day(done.tombstone.recorded_at)}; nothing more is there to erase.")
    else:
        say.print(f"To be erased from {kind} {interview}: {_kinds(count_covered(journal, wanted))}.")
        if isinstance(held, Interview) and held.mixed is not None:
            say.print("Two people were planned under this id: the words of both go.")
        say.print("Close its page first. Nobody can bring the words back.")
        _confirm(interview, yes)
    carried = carry_out(journal, load_templates(), wanted, outputs)
    _tell_what_rests(journal, carried, places(home, outputs))
    _tell_accounts(kit, assessment, wanted.subject)
    _tell_certificate(carried, is_new=done is None)


def retention(
    assessment: Annotated[str, typer.Argument(help="The assessment's id; all of them if left out.")] = "",
    erase: Annotated[bool, typer.Option("--erase", help="Erase the notes that are due.")] = False,
    yes: YesOption = False,
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """List what the scheme's dates say must go, and erase the notes that are due."""
    from qpm_widgets.templates import load_templates
    from qpm_widgets.visits import load_profile

    kit = open_kit(home)
    if assessment:
        load_profile(kit.journal, assessment)
    ids = [assessment] if assessment else kit.journal.assessment_ids()
    keep_to_dates(kit.journal, load_templates(), ids, outputs, today=datetime.now(UTC).date(), erase=erase, yes=yes)
    _tell_accounts(kit, assessment or None)


def keep_to_dates(
    journal: Journal, templates: Templates, ids: list[str], outputs: Path, *, today: date, erase: bool, yes: bool
) -> None:
    """What ``retention`` does, on a given day."""
    from qpm_widgets.visits.retention import list_retention

    for assessment_id in ids if erase else ():
        _finish_erasures(journal, templates, assessment_id, outputs)
    found = list_retention(journal, templates, ids)
    for one in found:
        out.print(_due_line(one, today))
    if not found:
        say.print("Nothing is kept that the scheme gives a date to.")
        return
    say.print(
        "The journal holds no decision yet, so every date is counted from the last day of the visits or the last "
        "thing recorded, whichever is later. While a decision or an appeal is open, do not erase."
    )
    ready = [one for one in found if one.holds_words and one.is_due(today)]
    if ready and not erase:
        say.print("To erase the notes that are due, run the same command with --erase.")
    for one in ready if erase else ():
        _erase_due(journal, templates, one, outputs, yes=yes)


def _erase_due(journal: Journal, templates: Templates, due: Due, outputs: Path, *, yes: bool) -> None:
    from qpm_widgets.journal.withdrawing import Withdrawal
    from qpm_widgets.reports.erasing import carry_out

    say.print(f"To be erased from {due.assessment_id}: {_held(due)}.")
    _confirm(due.assessment_id, yes)
    for visit_id in due.name_lists:
        journal.keep_names(due.assessment_id, visit_id, ())
        out.print(f"erased: {due.assessment_id} visit:{visit_id}, its list of names")
    if due.name_lists:
        journal.compact()
    for kind, meeting_id in due.meetings:
        whose: Literal["interview", "observation"] = "observation" if kind == "observation" else "interview"
        wanted = Withdrawal(due.assessment_id, meeting_id, reason="retention", kind=whose)
        _tell_certificate(carry_out(journal, templates, wanted, outputs), is_new=True)


def _finish_erasures(journal: Journal, templates: Templates, assessment_id: str, outputs: Path) -> None:
    """Certify what an earlier run erased and could not finish, because a page was in the way."""
    from qpm_widgets.journal.withdrawing import Withdrawal
    from qpm_widgets.reports.erasing import carry_out
    from qpm_widgets.visits.certificates import find_certificate
    from qpm_widgets.visits.erasures import read_erasure

    for one in journal.current(assessment_id, field_prefix="erasure:interview"):
        if (one.payload or {}).get("reason") == "retention":
            kind, _, meeting_id = one.subject.partition(":")
            whose: Literal["interview", "observation"] = "observation" if kind == "observation" else "interview"
            wanted = Withdrawal(assessment_id, meeting_id, reason="retention", kind=whose)
            erasure = read_erasure(journal, wanted)
            if erasure is not None and find_certificate(outputs, erasure) is None:
                _tell_certificate(carry_out(journal, templates, wanted, outputs), is_new=False)


def _tell_certificate(carried: CarriedOut, *, is_new: bool) -> None:
    """How much is gone, and where that is certified; raises what kept the certificate from being written."""
    if is_new:
        tombstone, number = carried.erasure.tombstone, len(carried.erasure.entry_ids)
        out.print(f"erased: {tombstone.assessment_id} {tombstone.subject}, {counted(number, 'entry', 'entries')}")
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


def _tell_accounts(kit: Kit, assessment_id: str | None, about: str | None = None) -> None:
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


def _confirm(name: str, yes: bool) -> None:
    """Have the id typed; once more if it was typed wrongly."""
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


def _due_line(due: Due, today: date) -> str:
    state = "due since" if due.is_due(today) else "kept until"
    what = f": {_held(due)}" if due.holds_words else ""
    return f"{due.assessment_id}, {due.label}: {state} {_say_day(due.due)}, from {_say_day(due.counted_from)}{what}"


def _held(due: Due) -> str:
    held = [", ".join(meeting_id for _, meeting_id in due.meetings)] if due.meetings else []
    return " and ".join([*held, *(f"the list of names of {visit_id}" for visit_id in due.name_lists)])


def _kinds(counts: Counter[str]) -> str:
    named = [counted(counts[kind], *names) for kind, names in _KINDS.items() if counts[kind]]
    return ", ".join(named) or "nothing, for nothing was written; it is only closed"


def _day(milliseconds: int) -> str:
    return _say_day(datetime.fromtimestamp(milliseconds / 1000, UTC).date())


def _say_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
