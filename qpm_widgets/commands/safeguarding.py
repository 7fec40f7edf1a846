"""`qpm safeguarding`: accounts of harm, which lie in a store of their own and open with the passphrase alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qpm_widgets.errors import QpmError
from qpm_widgets.terminal import (
    HOME,
    OUTPUTS,
    HomeOption,
    OutputsOption,
    ask,
    check_place,
    counted,
    open_kit,
    open_with_passphrase,
    out,
    payload_lines,
    say,
    tell,
)

if TYPE_CHECKING:
    from qpm_widgets.journal import Kit
    from qpm_widgets.journal.safeguarding import Disclosure, ReadAccount

app = typer.Typer(help="Accounts of harm, kept apart from everything else.", no_args_is_help=True)
AccountArgument = Annotated[str, typer.Argument(help="The account's id, such as SG-7K2M4QXH.")]


@app.command("list")
def list_accounts(home: HomeOption = HOME) -> None:
    """List what accounts there are; nothing of what they say."""
    with open_kit(home) as kit:
        found = kit.safeguarding.disclosures()
    for one in found:
        where = f"{one.assessment_id} {one.about}".strip()
        out.print(f"{one.id}: {where}, {_state(one)}")
    if not found:
        say.print("The restricted store holds no account.")


def _state(one: Disclosure) -> str:
    if one.erased:
        return "erased"
    said = f"{counted(one.parts, 'part')}, last written {_moment(one.last_at)} by {', '.join(one.recorded_by)}"
    if one.in_versions:
        said += f"; PART {', '.join(map(str, one.in_versions))} STANDS IN SEVERAL VERSIONS, see `safeguarding show`"
    if one.received_at:
        said += f"; received {_moment(one.received_at)}"
    if one.is_confirmed:
        said += f"; handed over, confirmed {_moment(one.confirmed_at)}"
    elif one.file_at:
        said += f"; file written {_moment(one.file_at)}; NOT CONFIRMED"
    elif one.is_waiting:
        return f"{said}; NOT HANDED OVER YET"
    return f"{said}; MORE WAS WRITTEN SINCE" if one.file_at and one.has_more else said


@app.command()
def show(
    account: AccountArgument,
    earlier: Annotated[bool, typer.Option("--earlier", help="Also what was replaced while it was written.")] = False,
    home: HomeOption = HOME,
) -> None:
    """Show one account in this window. See first who can look at the screen."""
    from qpm_widgets.journal.safeguarding import side_by_side

    found = _read(home, account)
    for part, several in side_by_side(found).items():
        out.print(f"PART {part} STANDS IN {len(several)} VERSIONS THAT DIFFER. Ask who wrote each; none is put first:")
        for one in several:
            out.print(f"  {_written(one)}")
    for one in sorted(found, key=lambda one: (one.part, one.recorded_at)):
        if not (one.current or earlier):
            continue
        standing = "" if one.current else ", replaced since"
        out.print(f"Part {one.part}, {_written(one)}{standing}")
        words = one.account.model_dump()
        for line in payload_lines({label: words[name] for name, label in _LABELS.items() if words[name]}):
            out.print(f"  {line}")


def _written(one: ReadAccount) -> str:
    """When and by whom, and which device says so."""
    from qpm_widgets.journal.sealing import fingerprint

    device = f"sent by the device with the digits {fingerprint(one.device_id)}" if one.device_id else "in this kit"
    return f"written {_moment(one.recorded_at)} by {one.recorded_by}, {device}"


@app.command()
def sheet(
    account: AccountArgument,
    file: Annotated[Path, typer.Option("--out", help="The PDF to write. It can be read by whoever finds it.")],
    home: HomeOption = HOME,
) -> None:
    """Write one account as a PDF to print and hand over, for where nothing can be sent."""
    check_place(file)
    with _opened(home) as (kit, identity):
        write_sheet(kit, identity, account, file)
    out.print(f"sheet: {file.absolute()}")
    say.print("It is not encrypted. Print it and give it to the safeguarding lead today, then delete this file.")
    say.print("Never keep it with the visit's papers.")
    _ask_to_confirm(account)


def write_sheet(kit: Kit, identity: str, account: str, file: Path) -> None:
    """Write an account as a PDF; SAFE-001 or SAFE-005 if there is nothing of it, BUNDLE-011 if it cannot be written."""
    from qpm_widgets.journal.readable_files import write_readable
    from qpm_widgets.reports.safeguarding_sheet import write_safeguarding_sheet
    from qpm_widgets.templates import load_templates

    described = kit.safeguarding.find(account)
    parts = [one for one in kit.safeguarding.read(account, identity) if one.current]
    _refuse_erased(account, parts)
    write_readable(file, write_safeguarding_sheet(load_templates(), described, parts))
    kit.safeguarding.note_file(described, "printed")


def write_sealed(kit: Kit, identity: str, account: str, public_key: str, path: Path) -> None:
    """Write an account to a file that only the owner of the key can open; errors as ``write_sheet``, and SAFE-007."""
    from qpm_widgets.journal import account_files, bundles

    described = kit.safeguarding.find(account)  # before it is read: what a page writes meanwhile is in no file
    content = account_files.pack_account(
        kit.safeguarding, account, identity, public_key, key=kit.journal.device_key(), assessor=kit.assessor
    )
    bundles.write_whole(path, content)
    kit.safeguarding.note_file(described, "sent")


@app.command()
def key(
    file: Annotated[
        Path | None, typer.Option("--out", help="The file to write; CODE-safeguarding.pub unless it is said.")
    ] = None,
    home: HomeOption = HOME,
) -> None:
    """Write this kit's safeguarding key: for the scheme's safeguarding lead, to whom accounts are sent."""
    from qpm_widgets.journal import bundles, sealing

    if file is not None:
        check_place(file)
    with open_kit(home) as kit:
        public_key, path = kit.safeguarding.public_key, file or Path(f"{kit.assessor}-safeguarding.pub")
        bundles.write_whole(path, sealing.public_key_text(public_key, kit.assessor, "safeguarding").encode())
    out.print(f"safeguarding key: {path}")
    digits = sealing.fingerprint(public_key)
    out.print(f"digits of this key, read out to each assessor before accounts of harm are sent to it: {digits}")


@app.command()
def send(
    account: AccountArgument,
    to: Annotated[Path, typer.Option("--to", help="The safeguarding lead's key, as `safeguarding key` wrote it.")],
    file: Annotated[Path | None, typer.Option("--out", help="The file to write.")] = None,
    home: HomeOption = HOME,
) -> None:
    """Write one account to a file that only the safeguarding lead can open."""
    from qpm_widgets.journal import account_files, sealing

    public_key = sealing.read_public_key(to, "safeguarding")  # before anybody types a passphrase
    path = file or Path(f"{account}{account_files.SUFFIX}")
    check_place(path)
    with _opened(home) as (kit, identity):
        write_sealed(kit, identity, account, public_key, path)
    out.print(f"account: {path.absolute()}")
    out.print(f"sealed for the key with the digits {sealing.fingerprint(public_key)}")
    out.print(f"signed by this kit's device, which has the digits {sealing.fingerprint(kit.device_id)}")
    say.print("Have the safeguarding lead read the key's digits out to you. If they differ, delete the file.")
    say.print("Read the device's digits out to the safeguarding lead, who compares them.")
    say.print("Send this file to the safeguarding lead today, then delete it.")
    _ask_to_confirm(account)


def _ask_to_confirm(account: str) -> None:
    say.print(f"Until you say that the lead has it, the desk asks for it: `safeguarding handed-over {account}`.")


@app.command("handed-over")
def hand_over(account: AccountArgument, home: HomeOption = HOME, outputs: OutputsOption = OUTPUTS) -> None:
    """Confirm that the safeguarding lead has what was last sent or printed of an account; the desk's files of it go."""
    with open_kit(home) as kit:
        described = kit.safeguarding.confirm_handed_over(account)
    out.print(f"handed over: {account}, what was in the file of {_moment(described.file_at)}")
    if described.has_more:
        say.print("More was written since, and is not handed over: send or print it again.")
    _delete_files(account, outputs)
    say.print("Delete any other file of it, also where it was attached or copied.")


def _delete_files(account: str, outputs: Path) -> None:
    """Delete what the desk wrote of an account of this kit, and say so."""
    from qpm_widgets.journal.written_accounts import account_files, delete_account_files

    found = account_files(account, outputs)
    left = delete_account_files(account, outputs)
    for file in found:
        out.print(f"{'NOT DELETED' if file in left else 'deleted'}: {file}")
    if left:
        say.print("Another program has a file open. Close it there, then delete it on the desk or by hand.")


@app.command()
def receive(
    files: Annotated[list[Path], typer.Argument(help="Accounts that were sent, .qpmaccount files.")],
    home: HomeOption = HOME,
) -> None:
    """Add accounts that were sent to this kit's restricted store, as often as you like."""
    from qpm_widgets.journal import account_files, bundles, sealing

    contents = [bundles.read_whole(file, account_files.LARGEST_FILE, "SAFE-002") for file in files]
    refused = 0
    with _opened(home) as (kit, identity):
        for file, content in zip(files, contents, strict=True):
            try:
                where = bundles.shown_name(file)
                received = account_files.receive_account(kit.safeguarding, content, identity, where)
            except QpmError as error:
                tell(error)
                refused += 1
            else:
                account, sender = received.disclosure_id, received.assessor
                out.print(f"received: {account} from {sender}, {counted(received.new, 'new entry', 'new entries')}")
                out.print(f"signed by the device with the digits {sealing.fingerprint(received.device_id)}")
                say.print(f"Have {sender} read these digits out to you; then `safeguarding show {account}`.")
    if refused:
        raise typer.Exit(2)


@app.command()
def erase(
    account: AccountArgument,
    reason: Annotated[str, typer.Option(help="Why: retention, or error.")] = "retention",
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking again.")] = False,
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Erase one account from this kit for good, once it is with those who must act on it; the desk's files of it go."""
    if reason not in ("retention", "error"):
        raise typer.BadParameter("retention or error", param_hint="--reason")
    with open_kit(home) as kit:
        described = kit.safeguarding.find(account)
        say.print(f"{account}, {counted(described.parts, 'part')}: nobody can bring the words back.")
        if described.is_waiting:
            say.print("Nobody has confirmed that it was handed over.")
        if not yes and ask(f"To erase it, type {account}") != account:
            say.print("Nothing was erased.")
            raise typer.Exit(1)
        erased = kit.safeguarding.erase(account, reason=reason)
    out.print(f"erased: {account}, {counted(erased, 'entry', 'entries')}")
    _delete_files(account, outputs)
    say.print("Files that were sent, printed sheets and backups are yours to destroy.")


_LABELS = {
    "said": "What was said, in their words",
    "where": "When, where, who was there",
    "wants": "What the person wants to happen",
    "done": "What was done, whom I told and when",
}


@contextmanager
def _opened(home: Path) -> Iterator[tuple[Kit, str]]:
    """The kit and the private key of its restricted store."""
    kit, passphrase = open_with_passphrase(home)
    with kit:
        yield kit, kit.safeguarding.identity(passphrase)


def _read(home: Path, account: str) -> list[ReadAccount]:
    with _opened(home) as (kit, identity):
        found = kit.safeguarding.read(account, identity)
    _refuse_erased(account, found)
    return found


def _refuse_erased(account: str, found: list[ReadAccount]) -> None:
    if not found:
        raise QpmError("SAFE-005", account, "account_asked.sent_before")


def _moment(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%d %B %Y %H:%M} UTC"
