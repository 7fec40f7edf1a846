"""`qpm show` and `history`: from a sentence of a report to the entries behind it, and to all that went before."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qpm_widgets.errors import QpmError
from qpm_widgets.terminal import HOME, OUTPUTS, HomeOption, counted, harmless, open_kit, out, payload_lines, places, say

if TYPE_CHECKING:
    from qpm_widgets.journal import Entry, Journal
    from qpm_widgets.journal.history import FieldHistory


def show(
    wanted: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="The id of evidence, a finding, a rating or a journal entry, as the lead's report has it.",
        ),
    ],
    assessment: Annotated[str | None, typer.Option(help="Which assessment, where several have the id.")] = None,
    home: HomeOption = HOME,
) -> None:
    """Show what is behind a sentence of a lead's report: the words as they stand now, and what they cite."""
    with open_kit(home) as kit:
        found = _entries_meant(kit.journal, wanted.strip(), assessment, home)
        for place in dict.fromkeys((one.assessment_id, one.subject, one.field) for one in found):
            _show_place(kit.journal, place, [one.entry_id for one in found], home)


def _entries_meant(journal: Journal, wanted: str, assessment: str | None, home: Path) -> list[Entry]:
    """The entry of this id; or else the current entries of what the lead's report prints under it.

    Raises
    ------
    QpmError
        JOURNAL-016 if nothing has the id, JOURNAL-018 if several assessments have it, PLAN-003 for an unknown one.
    """
    from qpm_widgets.visits import load_profile

    if assessment is not None:
        load_profile(journal, assessment)  # says so if there is none
    entries = list(journal.find_entries([wanted.lower()]).values())
    found = entries or _named(journal, wanted, [assessment] if assessment else journal.assessment_ids())
    if not found:
        raise QpmError("JOURNAL-016", harmless(wanted[:60]) or "id", "traced.kinds_of_id")
    having = list(dict.fromkeys(one.assessment_id for one in found))
    if len(having) > 1:
        options = f"--assessment {having[0]}{places(home, OUTPUTS)}"
        raise QpmError("JOURNAL-018", wanted, "traced.which", id=wanted, options=options, names=", ".join(having))
    return found


def _named(journal: Journal, wanted: str, assessments: Collection[str]) -> list[Entry]:
    """What has this id in a lead's report, written like that or else in any case."""
    from qpm_widgets.evidence.record import printed_id

    named = [
        (printed_id(entry), entry)
        for one in assessments
        for area in ("answer:", "finding:", "rating:")
        for entry in journal.current(one, field_prefix=area)
    ]
    exact = [entry for name, entry in named if name == wanted]
    return exact or [entry for name, entry in named if name.casefold() == wanted.casefold()]


def _show_place(journal: Journal, place: tuple[str, str, str], wanted: Collection[str], home: Path) -> None:
    from qpm_widgets.journal.history import field_histories

    [one] = field_histories(journal, *place)
    shown = [entry for entry in one.entries if entry.entry_id in wanted]
    out.print(" ".join(place))
    if len(shown) > 1:
        _print_conflict(one)
    for entry in shown:
        out.print(f"recorded {_standing(entry, one)}")
        for line in _lines_of(journal, entry, one):
            out.print(line)
    if rest := len(one.entries) - len(shown):
        which = "earlier" if one.current == {entry.entry_id for entry in shown} else "other"
        them = "it" if rest == 1 else "them"
        step = f"`history {' '.join(place)}{places(home, OUTPUTS)}`"
        say.print(f"There {'is' if rest == 1 else 'are'} {counted(rest, f'{which} version')}: {step} shows {them}.")


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
            raise _no_history(kit.journal, assessment, subject)
        _print_histories(kit.journal, f"{assessment} {subject}", histories)


def _print_histories(journal: Journal, subject: str, histories: list[FieldHistory]) -> None:
    entries = sorted((entry for one in histories for entry in one.entries), key=lambda entry: entry.recorded_at)
    erased = sum(entry.erased for entry in entries)
    out.print(
        f"{subject}: {counted(len(entries), 'entry', 'entries')} in {counted(len(histories), 'field')}, "
        f"{_moment(entries[0])} to {_moment(entries[-1])}, by {', '.join(sorted({one.recorded_by for one in entries}))}"
        f"{f', {erased} of them erased' if erased else ''}"
    )
    for one in histories:
        _print_history(journal, one)


def _meant_subject(journal: Journal, assessment: str, typed: str) -> str:
    """The one planned subject that has this name or id as typed, or else in any case; else what was typed."""
    known = _planned_subjects(journal, assessment)
    exact = [one for one in known if one == typed] or [one for one in known if one.partition(":")[2] == typed]
    meant = exact or [one for one in known if typed.casefold() in (one.casefold(), one.partition(":")[2].casefold())]
    return meant[0] if len(meant) == 1 else typed


def _planned_subjects(journal: Journal, assessment: str) -> list[str]:
    return sorted({entry.subject for entry in journal.current(assessment, field_prefix="plan")})


def _no_history(journal: Journal, assessment: str, subject: str) -> QpmError:
    """The error that says what could have been meant."""
    known = _planned_subjects(journal, assessment)
    typed = subject.rpartition(":")[2].casefold()
    meant = [one for one in known if one.partition(":")[2].casefold() == typed]
    if not known:
        ids = ", ".join(journal.assessment_ids())
        return QpmError("KEEP-008", "history", "assessments.known" if ids else "assessments.none", ids=ids)
    if subject in (*known, "assessment"):
        return QpmError("KEEP-008", "history", "traced.field")
    names = ", ".join(meant or known)
    return QpmError("KEEP-008", "history", "traced.meant" if meant else "traced.subjects", names=names)


def _print_history(journal: Journal, one: FieldHistory) -> None:
    out.print(one.field)
    if one.in_conflict:
        _print_conflict(one, "  ")
    for entry in one.entries:
        out.print(f"  {_standing(entry, one)}")
        for line in _lines_of(journal, entry, one):
            out.print(f"    {line}")


def _print_conflict(one: FieldHistory, indent: str = "") -> None:
    out.print(f"{indent}CONFLICT: {len(one.current)} entries stand side by side; neither writer knew of the other's.")


def _standing(entry: Entry, one: FieldHistory) -> str:
    standing = (
        "replaced since" if entry.entry_id not in one.current else "in conflict" if one.in_conflict else "current"
    )
    return f"{_moment(entry)} by {entry.recorded_by}, {standing}: {entry.entry_id}"


def _lines_of(journal: Journal, entry: Entry, one: FieldHistory) -> Iterator[str]:
    """What an entry replaces, says and cites, or that it was erased."""
    yield from (f"replaces {entry_id}" for entry_id in entry.supersedes)
    if entry.payload is None:
        yield _say_erased(entry, one)
        return
    said = {key: value for key, value in entry.payload.items() if key != "cites"}
    yield from payload_lines(said | ({"at": _time(said["at"])} if "at" in said else {}))  # when a quick note was begun
    if "cites" in entry.payload:
        yield from _cited_lines(journal, entry.payload["cites"])


def _cited_lines(journal: Journal, cites: Collection[str]) -> Iterator[str]:
    from qpm_widgets.evidence.record import printed_id

    yield "cites:" if cites else "cites: –"
    found = journal.find_entries(cites)
    for entry_id in cites:
        if entry_id in found:
            one = found[entry_id]
            yield f"  {printed_id(one)}, entry {entry_id}{_since(journal, one)}"
        else:
            yield f"  entry {harmless(entry_id)}, which is not in this journal"


def _since(journal: Journal, cited: Entry) -> str:
    """What became of a cited entry."""
    current = journal.current(cited.assessment_id, subject=cited.subject, field_prefix=cited.field)
    replaced = "" if cited.entry_id in {one.entry_id for one in current} else ", replaced since"
    return f"{replaced}{', erased' if cited.erased else ''}"


def _say_erased(entry: Entry, one: FieldHistory) -> str:
    by = one.erased_by.get(entry.entry_id)
    if by is None:
        return "erased, and there is no record of it"
    return f"erased {_moment(by)} by {by.recorded_by} ({(by.payload or {}).get('reason', '')}), entry {by.entry_id}"


def _moment(entry: Entry) -> str:
    return _time(entry.recorded_at)


def _time(milliseconds: int) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%d %B %Y %H:%M:%S} UTC"
