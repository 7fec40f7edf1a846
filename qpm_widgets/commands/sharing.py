"""Visits between kits: a lead's public key, submitting a visit to it, receiving what was submitted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
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
    out,
    places,
    say,
    tell,
)

if TYPE_CHECKING:
    from qpm_widgets.journal import Journal, Kit
    from qpm_widgets.journal.bundles import Bundle, Manifest
    from qpm_widgets.journal.merging import Merged
    from qpm_widgets.journal.strangers import Writer

ENTRY = ("entry", "entries")


def key(
    file: Annotated[Path | None, typer.Option("--out", help="The file to write; CODE.pub unless it is said.")] = None,
    home: HomeOption = HOME,
) -> None:
    """Write this kit's public key, for assessors to submit their visits to, and show the digits of its device."""
    from qpm_widgets.journal import bundles, sealing

    if file is not None:
        check_place(file)
    with open_kit(home) as kit:
        public_key = sealing.public_key_of(kit.journal.secret(sealing.IDENTITY, sealing.make_identity))
        path = file or Path(f"{kit.assessor}.pub")
        device = sealing.fingerprint(kit.device_id)
        out.print(f"digits of this kit's device, read out to whoever receives visits from it: {device}")
        bundles.write_whole(path, sealing.public_key_text(public_key, kit.assessor).encode())
        out.print(f"public key: {path}")
        out.print(f"digits of this key, read out to whoever submits visits to it: {sealing.fingerprint(public_key)}")


def submit(
    assessment: Annotated[str, typer.Argument(help="The assessment's id, such as lantern.")],
    visit: Annotated[str, typer.Argument(help="The visit's id, such as V1.")],
    to: Annotated[Path, typer.Option("--to", help="The lead's public key, as `qpm key` wrote it.")],
    file: Annotated[Path | None, typer.Option("--out", help="The file to write, or the folder for it.")] = None,
    home: HomeOption = HOME,
) -> None:
    """Write a visit to a file that only the lead can open."""
    from importlib.metadata import version

    from qpm_widgets.journal import bundles, sealing
    from qpm_widgets.templates import load_templates
    from qpm_widgets.visits import load_visit

    public_key = sealing.read_public_key(to)  # before anybody types a passphrase
    to_folder = file is None or os.path.isdir(file)  # noqa: PTH112  # a name that no file can have is no folder
    if file is not None and not to_folder:
        check_place(file)
    with open_kit(home) as kit:
        load_visit(kit.journal, assessment, visit)
        if not kit.journal.verify().ok:
            raise QpmError("JOURNAL-009", str(home), "verified.verify_and_keep")
        bundle = kit.journal.bundle_visit(
            assessment, visit, kit=version("qpm-field-kit"), templates=load_templates().digest
        )
        path = file if file is not None and not to_folder else _free_name(file or Path(), kit, assessment, visit)
        bundles.write_whole(path, sealing.seal(bundles.pack_bundle(bundle, kit.journal.device_key()), public_key))
    subjects = {entry.subject.partition(":")[0]: set[str]() for entry in bundle.entries}
    for entry in bundle.entries:
        subjects[entry.subject.partition(":")[0]].add(entry.subject)
    kinds = [counted(len(subjects[kind]), kind) for kind in ("interview", "observation") if kind in subjects]
    out.print(f"submitted: {path}")
    out.print(f"{assessment} {visit}: {', '.join([counted(len(bundle.entries), *ENTRY), *kinds])}")
    out.print(f"sealed for the key with the digits {sealing.fingerprint(public_key)}")
    out.print(f"signed by this kit's device, which has the digits {sealing.fingerprint(bundle.manifest.device_id)}")
    for device_id in sorted({entry.device_id for entry in bundle.entries} - {bundle.manifest.device_id}):
        out.print(f"passed on: what the device with the digits {sealing.fingerprint(device_id)} wrote and signed")
    say.print(
        "Have the lead read the key's digits out to you. If they differ, delete the file: it is for somebody else."
    )
    say.print("Read the device's digits out to the lead, who compares them at the first visit from this kit.")


def receive(
    files: Annotated[list[Path], typer.Argument(help="Submitted visits, .qpmvisit files.")],
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Add submitted visits to this kit: in any order, and as often as you like."""
    from qpm_widgets.commands.erasing import tell_outputs
    from qpm_widgets.journal.account_files import SUFFIX
    from qpm_widgets.journal.bundles import read_whole, shown_name
    from qpm_widgets.reports.noted_erasures import note_erasures

    for file in files:
        if file.suffix.lower() == SUFFIX:
            raise QpmError("BUNDLE-001", shown_name(file), "receiving.account")
        if not os.path.isfile(file):  # noqa: PTH113  # a name that no file can have is no file
            read_whole(file, 0)  # says what is the matter, before anybody types a passphrase
    received: list[Manifest] = []
    with open_kit(home) as kit:
        for file in files:
            try:
                received.append(_receive_one(kit, file))
            except QpmError as error:
                tell(error)
        assessments = list(dict.fromkeys(manifest.assessment_id for manifest in received))
        for assessment_id in assessments:
            for sentence in _to_settle(kit.journal, assessment_id):
                out.print(f"{assessment_id}: {sentence}")
            used = [one for one in note_erasures(kit.journal, outputs, assessment_id) if one.files]
            tell_outputs(used, places(home, outputs))
        # Also when nothing new was erased: the run before may have been interrupted, or somebody was in its way.
        if any(kit.journal.current(one, field_prefix="erasure:") for one in assessments):
            kit.journal.compact()
    _compare_templates(received)
    if len(received) < len(files):
        raise typer.Exit(2)


def _receive_one(kit: Kit, file: Path) -> Manifest:
    """Merge one file and say what it brought; what it says of itself."""
    from qpm_widgets.journal import bundles, sealing
    from qpm_widgets.visits.erasures import erase_earlier_versions

    where = bundles.shown_name(file)
    identity = kit.journal.secret(sealing.IDENTITY, sealing.make_identity)
    content = sealing.unseal(bundles.read_whole(file, bundles.LARGEST_FILE), identity, where)
    bundle = bundles.unpack_bundle(content, where)
    writers = kit.journal.writers(bundle)
    if any(writer.must_be_known for writer in writers):
        _compare_digits(kit.journal, bundle, writers, where)
        writers = kit.journal.writers(bundle)
    merged, manifest = kit.journal.merge(bundle, where), bundle.manifest
    erase_earlier_versions(kit.journal, manifest.assessment_id)
    out.print(
        f"received: {manifest.assessment_id} {manifest.visit_id} from {manifest.assessor}, "
        f"{counted(merged.new, 'new entry', 'new entries')} of {len(bundle.entries)}"
    )
    if merged.blanked:
        out.print(f"erased by a withdrawal: {counted(len(merged.blanked), *ENTRY)}")
    for sentence in (*_in_whose_names(manifest, merged), *_whose_devices(manifest, writers)):
        out.print(sentence)
    return manifest


def _compare_digits(journal: Journal, bundle: Bundle, writers: Sequence[Writer], where: str) -> None:
    """An erasure cannot be undone, and a refusal that no longer counts shows nowhere: each is taken once somebody has
    compared its device's digits, and then always.

    Raises
    ------
    QpmError
        BUNDLE-014 if the digits are not those, or what ``check_bundle`` finds before anybody is asked.
    """
    from qpm_widgets.journal.bundle_checks import check_bundle
    from qpm_widgets.journal.sealing import fingerprint

    check_bundle(bundle, where)
    for writer in writers:
        if writer.must_be_known:
            names = " and ".join(writer.names)
            what = "erases words" if writer.erases else "says who was met or agreed where somebody had refused"
            say.print(f"{where}: the device of {names}, whose digits you have not compared, {what}.")
            typed = ask(f"Its twenty digits, as {names} read them out to you (nothing, to leave the file)")
            if "".join(typed.split()) != fingerprint(writer.device_id).replace(" ", ""):
                raise QpmError("BUNDLE-014", where, "receiving.digits", names=names)
            journal.note_compared(writer.device_id)


def _whose_devices(manifest: Manifest, writers: Sequence[Writer]) -> Iterator[str]:
    """Devices that are new here, or write in a name that is new for them: whose they are, only people can tell."""
    from qpm_widgets.journal.sealing import fingerprint

    for writer in writers:
        digits, sends = fingerprint(writer.device_id), writer.device_id == manifest.device_id
        if not writer.known and not writer.compared:
            names = writer.names[0] if sends else " and ".join(writer.names)
            passed_on = "" if sends else f", passed on by {manifest.assessor}"
            yield f"new device of {names}{passed_on}: digits {digits}; have {names} read them out to you (`qpm key`)"
        elif writer.known and writer.new_names:
            names = " and ".join(writer.new_names)
            yield f"the device with the digits {digits} now writes as {names} too; ask {names} whether that is right"


def _in_whose_names(manifest: Manifest, merged: Merged) -> Iterator[str]:
    """New entries that the sender did not record itself and in its own name."""
    from qpm_widgets.journal.sealing import fingerprint

    for (device_id, name), count in sorted(merged.written.items()):
        entries = f"{counted(count, 'new entry', 'new entries')} in the name of {name}"
        if device_id != manifest.device_id:
            yield f"passed on by {manifest.assessor}: {entries}, from a device with digits {fingerprint(device_id)}"
        elif name != manifest.assessor:
            yield f"recorded on the device of {manifest.assessor}: {entries}"


def _compare_templates(received: Sequence[Manifest]) -> None:
    """Say whose templates are not this kit's. It comes last: templates that are faulty hold up no visit."""
    from qpm_widgets.templates import load_templates

    digest = load_templates().digest if received else ""
    for name in dict.fromkeys(manifest.assessor for manifest in received if manifest.templates != digest):
        out.print(
            f"{name}'s templates are not the same as this kit's: another edition of the standards, other guides or "
            f"other words. Compare them with {name} before you weigh what was heard."
        )


def _to_settle(journal: Journal, assessment_id: str) -> Iterator[str]:
    """What two people wrote without knowing of each other, and the one kind of it that must not wait."""
    from qpm_widgets.journal.entries import canonical_json

    # Kits that were given the same plan say the same twice, and nobody has to choose between that.
    groups = journal.conflicts(assessment_id)
    conflicts = [group for group in groups if len({canonical_json(entry.payload) for entry in group}) > 1]
    if conflicts:
        yield f"{counted(len(conflicts), 'conflict')} to settle: fields that two people wrote independently"
    for group in conflicts:
        plans = [entry.payload for entry in group if entry.field == "plan" and entry.payload]
        if len({tuple(sorted(plan.get("respondents", ()))) for plan in plans}) > 1:
            writers = " and ".join(sorted({entry.recorded_by for entry in group}))
            yield (
                f"{group[0].subject} is two different people: {writers} each planned one under this id. "
                "Talk to them, and choose on the plan page whose interview it is; until then no report uses it."
            )


def _free_name(folder: Path, kit: Kit, assessment: str, visit: str) -> Path:
    """The first name of its kind that is not taken."""
    from itertools import count

    from qpm_widgets.journal.bundles import SUFFIX

    names = (folder / f"{assessment}-{visit}-{kit.assessor}-{number}{SUFFIX}" for number in count(1))
    return next(name for name in names if not name.exists())
