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
    say,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qpm_widgets.journal.references import TemplateIds
    from qpm_widgets.templates import Templates


def passphrase(home: HomeOption = HOME) -> None:
    """Give the kit a new passphrase; the kit must be closed."""
    from qpm_widgets.journal.in_use import is_open
    from qpm_widgets.journal.kit_file import KitFile, uses_keyring
    from qpm_widgets.journal.rekeying import change_passphrase

    KitFile.read(home)
    if is_open(home / "runtime"):
        raise QpmError("KEEP-001", str(home), "closing.other_commands")
    old = ask_passphrase(home, "The passphrase as it is now")
    new = ask("The new passphrase, of several words", secret=True)
    if ask("The new passphrase again", secret=True) != new:
        raise QpmError("JOURNAL-012", "new passphrase", "typed.twice_unchanged")
    change_passphrase(home, old, new)
    if uses_keyring(home):
        _forget_key(home)
        say.print("The system's keyring no longer opens it; `keyring on` gives it the new key.")
    out.print("The kit has its new passphrase; nothing opens it with the old one.")
    say.print("Backups made before keep the passphrase of their day. Words still unsaved in an open page are dropped.")
    say.print(
        "The key for accounts of harm is a new one too. A safeguarding lead writes it with `safeguarding key` and "
        "gives it to the assessors, with its digits. Accounts sealed for the old key can still be opened."
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
        raise QpmError("KEEP-007", str(home), "closing.still_at_work")
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
    from qpm_widgets.visits import repair_notebooks

    check_restore(file, home)
    with restore_backup(file, home, ask("The passphrase of the backup", secret=True)) as kit:
        pages = len(repair_notebooks(kit).made)
        entries = sum(1 for _ in kit.journal.iter_entries())
        out.print(f"restored: {home}, {counted(entries, 'entry', 'entries')}, {counted(pages, 'page')}")
    say.print("Use one of the two kits from now on, or send what you write in the one to the other.")


def repair(
    yes: Annotated[bool, typer.Option("--yes", help="Take out what was typed into pages without asking.")] = False,
    home: HomeOption = HOME,
) -> None:
    """Make pages again that are missing or were changed; nothing that was recorded is in them."""
    from qpm_widgets.visits import find_typed, repair_notebooks

    with open_kit(home) as kit:
        typed = find_typed(kit)
        for path, pieces in typed.items():
            much = "cannot be read" if pieces is None else counted(pieces, "piece of text", "pieces of text")
            say.print(f"somebody may have typed into {path}: {much}")
        if typed and not yes and ask("Type yes to make these pages anew without it").strip() != "yes":
            say.print("Nothing was changed.")
            raise typer.Exit(1)
        found = repair_notebooks(kit)
    for path in found.made:
        out.print(f"was missing, made again: {path}")
    for path in found.replaced:
        out.print(f"was changed, made again: {path}")
    for path in found.strangers:
        out.print(f"left alone, not one of the kit's pages: {path}")
    if not found.made and not found.replaced:
        out.print("Every page is as it should be.")
    if found.replaced:
        say.print("What was written into changed pages is gone: it could be words of an interview, in plain text.")


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
            raise QpmError("JOURNAL-009", str(home), "verified.keep")
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
        raise QpmError("KEEP-006", str(home), "verified.other_templates")


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
