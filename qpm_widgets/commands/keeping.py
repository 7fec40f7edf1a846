"""Keeping the kit: its passphrase, its lock, its backups, and the proof of what is in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from qpm_widgets.errors import QpmError
from qpm_widgets.terminal import (
    HOME,
    HomeOption,
    ask,
    ask_passphrase,
    counted,
    open_kit,
    open_with_passphrase,
    out,
    payload_lines,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qpm_widgets.journal import Entry, Journal, Kit
    from qpm_widgets.journal.history import FieldHistory
    from qpm_widgets.journal.references import TemplateIds
    from qpm_widgets.templates import Templates


def passphrase(home: HomeOption = HOME) -> None:
    """Give the kit a new passphrase; the kit must be closed."""
    from qpm_widgets.journal.in_use import is_open
    from qpm_widgets.journal.kit_file import KitFile, uses_keyring
    from qpm_widgets.journal.rekeying import change_passphrase

    KitFile.read(home)
    if is_open(home / "runtime"):
        raise QpmError(
            "KEEP-001", str(home), "Close it with `qpm lock`, wait for other commands to end, and try again."
        )
    old = ask_passphrase(home, "The passphrase as it is now")
    new = ask("The new passphrase, of several words", secret=True)
    if ask("The new passphrase again", secret=True) != new:
        raise QpmError(
            "JOURNAL-012", "new passphrase", "The two were not the same; nothing was changed, so start again."
        )
    change_passphrase(home, old, new)
    if uses_keyring(home):
        _forget_key(home)
        say.print("The system's keyring no longer opens it; `keyring on` gives it the new key.")
    out.print("The kit has its new passphrase; nothing opens it with the old one.")
    say.print("Backups made before keep the passphrase of their day. Words still unsaved in an open page are dropped.")
    say.print(
        "The key for accounts of harm is a new one too. A safeguarding lead writes it with `safeguarding key` and "
        "gives it to the assessors, with its numbers. Accounts sealed for the old key can still be opened."
    )


def lock(
    home: HomeOption = HOME,
    after: Annotated[
        int | None, typer.Option(help="Only set the minutes without a word from any page after which it locks itself.")
    ] = None,
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Also take its key out of the system's keyring: the passphrase is wanted next."),
    ] = False,
) -> None:
    """Close the kit: end the server of its pages and all that runs for them."""
    from qpm_widgets.journal.in_use import await_closed
    from qpm_widgets.journal.kit_file import KitFile
    from qpm_widgets.running_server import close_server

    if after is not None:
        return _lock_after(home, after)
    KitFile.read(home)
    if forget:
        _forget_key(home)
    runtime = home / "runtime"
    served = close_server(runtime)
    if not await_closed(runtime):
        remedy = "No page is open any more, but another command is still at work; wait for it to end, or end it."
        raise QpmError("KEEP-007", str(home), remedy)
    out.print("The kit is locked." if served else "The kit was not open; it is locked.")
    return None


def _lock_after(home: Path, minutes: int) -> None:
    from qpm_widgets.journal.kit_file import set_lock_after

    set_lock_after(home, minutes)
    out.print(f"From its next start on, the kit locks itself after {counted(minutes, 'minute')} without a word.")


def keyring(
    action: Annotated[Literal["on", "off", "state"], typer.Argument(help="Give it the key, take it back, or look.")],
    home: HomeOption = HOME,
) -> None:
    """Open the kit by the system's keyring instead of its passphrase; off unless you turn it on."""
    from qpm_widgets.journal.kit_file import KitFile, uses_keyring

    KitFile.read(home)
    if action == "on":
        from qpm_widgets.journal.system_keyring import remember_key

        with open_with_passphrase(home)[0] as kit:
            name = remember_key(kit)
        out.print(f"The keyring is on: {name} opens this kit.")
        say.print("Whoever can use this machine as you can open the kit now; `keyring off` takes the key back.")
    elif action == "off":
        _forget_key(home)
        out.print("The keyring is off: the kit is opened by its passphrase.")
    else:
        out.print("The keyring is on." if uses_keyring(home) else "The keyring is off.")


def _forget_key(home: Path) -> None:
    """Take the key out of the keyring; where that cannot be reached, say what may still be in it."""
    from qpm_widgets.journal.system_keyring import forget_key

    try:
        forget_key(home)
    except QpmError as error:
        if error.code not in ("KEYRING-001", "KEYRING-002"):
            raise
        say.print(f"{error} The kit asks for its passphrase; a key may still be kept there under qpm-field-kit.")


def backup(
    file: Annotated[Path, typer.Argument(help="The backup to write, for example on a USB stick.")],
    home: HomeOption = HOME,
) -> None:
    """Write an encrypted backup of the whole journal into one file."""
    from qpm_widgets.journal.backup import write_backup

    with open_kit(home) as kit:
        write_backup(kit, file)
    out.print(f"backup: {file}")
    say.print("It opens with the passphrase that the kit has today, and with nothing else.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup that `backup` wrote.")],
    home: HomeOption = HOME,
) -> None:
    """Make a kit of a backup, in a new folder; it goes on as another device."""
    from qpm_widgets.journal.backup import check_restore, restore_backup

    check_restore(file, home)
    with restore_backup(file, home, ask("The passphrase of the backup", secret=True)) as kit:
        pages = _prepare_pages(kit)
        entries = sum(1 for _ in kit.journal.iter_entries())
        out.print(f"restored: {home}, {counted(entries, 'entry', 'entries')}, {counted(pages, 'page')}")
    say.print("Use one of the two kits from now on, or send what you write in the one to the other.")


def _prepare_pages(kit: Kit) -> int:
    from qpm_widgets.visits import iter_visits, prepare_working_notebooks

    return sum(
        len(prepare_working_notebooks(kit, assessment_id, visit.id))
        for assessment_id in kit.journal.assessment_ids()
        for visit in iter_visits(kit.journal, assessment_id)
    )


def history(
    assessment: Annotated[str, typer.Argument(help="The assessment's id, such as lantern.")],
    subject: Annotated[str, typer.Argument(help="What it is about, such as interview:A1, visit:V1 or assessment.")],
    field: Annotated[str | None, typer.Argument(help="One field of it, such as answer:A-CP-1.note.")] = None,
    home: HomeOption = HOME,
) -> None:
    """Show who wrote what when, and what it replaced: field by field, oldest first."""
    from qpm_widgets.journal.history import field_histories

    with open_kit(home) as kit:
        subject = _meant_subject(kit.journal, assessment, subject)
        histories = field_histories(kit.journal, assessment, subject, field)
        if not histories:
            raise QpmError("KEEP-008", "history", _known_subjects(kit.journal, assessment, subject))
    entries = sorted((entry for one in histories for entry in one.entries), key=lambda entry: entry.recorded_at)
    erased = sum(entry.erased for entry in entries)
    out.print(
        f"{assessment} {subject}: {counted(len(entries), 'entry', 'entries')} in {counted(len(histories), 'field')}, "
        f"{_moment(entries[0])} to {_moment(entries[-1])}, by {', '.join(sorted({one.recorded_by for one in entries}))}"
        f"{f', {erased} of them erased' if erased else ''}"
    )
    for one in histories:
        _print_history(one)


def _meant_subject(journal: Journal, assessment: str, typed: str) -> str:
    """The one planned subject that has this name or id as typed, or else in any case; else what was typed."""
    known = _planned_subjects(journal, assessment)
    exact = [one for one in known if one == typed] or [one for one in known if one.partition(":")[2] == typed]
    meant = exact or [one for one in known if typed.casefold() in (one.casefold(), one.partition(":")[2].casefold())]
    return meant[0] if len(meant) == 1 else typed


def _planned_subjects(journal: Journal, assessment: str) -> list[str]:
    return sorted({entry.subject for entry in journal.current(assessment, field_prefix="plan")})


def _known_subjects(journal: Journal, assessment: str, subject: str) -> str:
    """What could have been meant, as one sentence."""
    known = _planned_subjects(journal, assessment)
    typed = subject.rpartition(":")[2].casefold()
    meant = [one for one in known if one.partition(":")[2].casefold() == typed]
    if not known:
        return f"Assessments in this kit: {', '.join(journal.assessment_ids()) or 'none yet'}."
    if subject in (*known, "assessment"):
        return "Write the field as in the lead's report, or leave it out to see them all."
    return f"Write it as {', '.join(meant)}." if meant else f"This assessment has assessment, {', '.join(known)}."


def _print_history(one: FieldHistory) -> None:
    out.print(one.field)
    if one.in_conflict:
        out.print(f"  CONFLICT: {len(one.current)} entries stand side by side; neither writer knew of the other's.")
    for entry in one.entries:
        _print_entry(entry, one)


def _print_entry(entry: Entry, one: FieldHistory) -> None:
    standing = (
        "replaced since" if entry.entry_id not in one.current else "in conflict" if one.in_conflict else "current"
    )
    out.print(f"  {_moment(entry)} by {entry.recorded_by}, {standing}: {entry.entry_id}")
    for entry_id in entry.supersedes:
        out.print(f"    replaces {entry_id}")
    for line in [_say_erased(entry, one)] if entry.payload is None else payload_lines(entry.payload):
        out.print(f"    {line}")


def _say_erased(entry: Entry, one: FieldHistory) -> str:
    by = one.erased_by.get(entry.entry_id)
    if by is None:
        return "erased, and there is no record of it"
    return f"erased {_moment(by)} by {by.recorded_by} ({(by.payload or {}).get('reason', '')}), entry {by.entry_id}"


def _moment(entry: Entry) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(entry.recorded_at / 1000, UTC):%d %B %Y %H:%M:%S} UTC"


def verify(
    home: HomeOption = HOME,
    report: Annotated[
        Path | None, typer.Option(help="Also check the folder of a rendered report against the journal.")
    ] = None,
) -> None:
    """Check that nothing in the journal was changed, removed or put between, and that the templates fit it."""
    from qpm_widgets.commands.proving import tell_report
    from qpm_widgets.journal.references import first_bad_first, missing_references
    from qpm_widgets.templates import load_templates
    from qpm_widgets.visits.erasures import iter_erasures

    with open_kit(home) as kit:
        journal = kit.journal
        verification = journal.verify()
        apart = kit.safeguarding.journal.verify()
        for fault in first_bad_first(verification.faults):
            out.print(fault)
        for fault in first_bad_first(apart.faults):
            out.print(f"restricted store: {fault}")
        if not (verification.ok and apart.ok):
            raise QpmError("JOURNAL-009", str(home), "Keep the kit as it is and tell your lead assessor.")
        current = (entry for one in journal.assessment_ids() for entry in journal.current(one))
        missing = missing_references(current, _ids_of(load_templates()))
        entries = counted(verification.entries, "entry", "entries")
        out.print(f"{entries} of {counted(verification.devices, 'device')}: sound")
        erasures = [erasure for one in journal.assessment_ids() for erasure in iter_erasures(journal, one)]
        if erasures:
            gone = {entry_id for erasure in erasures for entry_id in erasure.entry_ids}
            records = counted(len(erasures), "record of an erasure", "records of erasures")
            out.print(f"erased: {counted(len(gone), 'entry', 'entries')}, all covered by {records}")
        kinds = Counter(entry.field.partition(":")[0] for entry in kit.safeguarding.journal.iter_entries())
        accounts = counted(len(kit.safeguarding.disclosures()), "account of harm", "accounts of harm")
        notes = counted(kinds["handed_over"], "handover note")
        out.print(f"restricted store: {accounts} in {counted(kinds['account'], 'entry', 'entries')}, {notes}: sound")
        out.print(f"state of the journal: {journal.head()}")
        say.print("Nothing was changed, removed or put between. `--report` shows whether entries were cut off the end.")
        if report is not None:
            tell_report(journal, report)
    _refuse_missing(missing, home)


def _refuse_missing(missing: Sequence[str], home: Path) -> None:
    for line in missing:
        out.print(line)
    if missing:
        remedy = "Put back the templates that it was recorded with; nothing in the journal itself is wrong."
        raise QpmError("KEEP-006", str(home), remedy)


def _ids_of(templates: Templates) -> TemplateIds:
    from qpm_widgets.journal.references import TemplateIds

    return TemplateIds(
        editions={templates.standards.edition},
        guides=set(templates.guides),
        roles={role.id for role in templates.scheme.roles},
        standards={standard.id for standard in templates.standards.standards},
        indicators=set(templates.indicator_ids),
        levels={level.id for level in templates.standards.rating_scale},
    )
