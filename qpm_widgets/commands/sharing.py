"""Visits between kits: a lead's public key, submitting a visit to it, receiving what was submitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qpm_widgets.errors import QpmError
from qpm_widgets.terminal import HOME, OUTPUTS, HomeOption, OutputsOption, counted, open_kit, out, say

if TYPE_CHECKING:
    from qpm_widgets.journal import Journal, Kit

ENTRY = ("entry", "entries")


def key(
    file: Annotated[Path | None, typer.Option("--out", help="The file to write; CODE.pub unless it is said.")] = None,
    home: HomeOption = HOME,
) -> None:
    """Write this kit's public key, for assessors to submit their visits to."""
    from qpm_widgets.journal import bundles, sealing

    with open_kit(home) as kit:
        public_key = sealing.public_key_of(kit.journal.secret(sealing.IDENTITY, sealing.make_identity))
        path = file or Path(f"{kit.assessor}.pub")
        bundles.write_whole(path, sealing.public_key_text(public_key, kit.assessor).encode())
        out.print(f"public key: {path}")
        out.print(f"its numbers, to be read out to whoever uses it: {sealing.fingerprint(public_key)}")


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
    with open_kit(home) as kit:
        load_visit(kit.journal, assessment, visit)
        if not kit.journal.verify().ok:
            raise QpmError("JOURNAL-009", str(home), "Run `verify`, keep the kit as it is and tell your lead assessor.")
        bundle = kit.journal.bundle_visit(
            assessment, visit, kit=version("qpm-field-kit"), templates=load_templates().digest
        )
        path = file if file is not None and not file.is_dir() else _free_name(file or Path(), kit, assessment, visit)
        bundles.write_whole(path, sealing.seal(bundles.pack_bundle(bundle), public_key))
    subjects = {entry.subject.partition(":")[0]: set[str]() for entry in bundle.entries}
    for entry in bundle.entries:
        subjects[entry.subject.partition(":")[0]].add(entry.subject)
    kinds = [counted(len(subjects[kind]), kind) for kind in ("interview", "observation") if kind in subjects]
    out.print(f"submitted: {path}")
    out.print(f"{assessment} {visit}: {', '.join([counted(len(bundle.entries), *ENTRY), *kinds])}")
    out.print(f"sealed for the key with the numbers {sealing.fingerprint(public_key)}")
    say.print("Have the lead read these numbers out to you. If they differ, delete the file: it is for somebody else.")


def receive(
    files: Annotated[list[Path], typer.Argument(help="Submitted visits, .qpmvisit files.")],
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Add submitted visits to this kit: in any order, and as often as you like."""
    from qpm_widgets.commands.erasing import tell_outputs
    from qpm_widgets.reports.noted_erasures import note_erasures

    for file in files:
        if not file.is_file():
            from qpm_widgets.journal.bundles import read_whole

            read_whole(file, 0)  # says what is the matter, before anybody types a passphrase
    refused, blanked = 0, 0
    assessments: dict[str, None] = {}
    with open_kit(home) as kit:
        for file in files:
            try:
                assessment_id, erased = _receive_one(kit, file)
            except QpmError as error:
                say.print(str(error))
                refused += 1
            else:
                assessments[assessment_id] = None
                blanked += erased
        for assessment_id in assessments:
            for sentence in _to_settle(kit.journal, assessment_id):
                out.print(f"{assessment_id}: {sentence}")
        if blanked:
            kit.journal.compact()
        for assessment_id in assessments:  # also after a run that was interrupted here
            tell_outputs([one for one in note_erasures(kit.journal, outputs, assessment_id) if one.files])
    if refused:
        raise typer.Exit(2)


def _receive_one(kit: Kit, file: Path) -> tuple[str, int]:
    """Merge one file and say what it brought; the assessment's id, and how many entries were blanked."""
    from qpm_widgets.journal import bundles, sealing

    where = bundles.shown_name(file)
    identity = kit.journal.secret(sealing.IDENTITY, sealing.make_identity)
    content = sealing.unseal(bundles.read_whole(file, bundles.LARGEST_FILE), identity, where)
    bundle = bundles.unpack_bundle(content, where)
    merged = kit.journal.merge(bundle, where)
    manifest = bundle.manifest
    out.print(
        f"received: {manifest.assessment_id} {manifest.visit_id} from {manifest.assessor}, "
        f"{counted(merged.new, 'new entry', 'new entries')} of {len(bundle.entries)}"
    )
    if merged.blanked:
        out.print(f"erased by a withdrawal: {counted(len(merged.blanked), *ENTRY)}")
    return manifest.assessment_id, len(merged.blanked)


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
