"""`qpm names`: the list of people whose names a visit looks out for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qpm_widgets.errors import QpmError
from qpm_widgets.terminal import HOME, HomeOption, counted, keyboard, open_kit, out, say

_LARGEST_LIST = 1_000_000  # bytes; more than the longest names in the greatest number take


def names(
    assessment: Annotated[str, typer.Argument(help="The assessment's id, such as lantern.")],
    visit: Annotated[str, typer.Argument(help="The visit's id, such as V1.")],
    file: Annotated[
        Path | None, typer.Option("--from", help="A file with one name on each line; - reads what is typed or piped.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Erase the list for good.")] = False,
    home: HomeOption = HOME,
) -> None:
    """Keep, count or clear the names that this kit points out in a visit's notes and withholds from its provider."""
    from qpm_widgets.visits import keep_names, load_visit, read_names

    if clear and file is not None:
        raise typer.BadParameter("it takes the whole list away; leave out --from.", param_hint="--clear")
    typed = str(file) == "-"
    listed = None if file is None or typed else read_names(_read(file), file.name)  # before anybody types a passphrase
    with open_kit(home) as kit:
        load_visit(kit.journal, assessment, visit)
        if typed:
            if keyboard().isatty():
                say.print("One name on each line; end with Ctrl+D (on Windows Ctrl+Z, then Enter).")
            listed = read_names(keyboard().read(), "input")
        if clear or listed is not None:
            keep_names(kit.journal, assessment, visit, () if clear else listed or ())
        kept = kit.journal.names(assessment).get(visit, ())
    out.print(f"names: {assessment} {visit}, {counted(len(kept), 'name') if kept else 'none'}")
    if file is not None and not typed:
        say.print(f"{file.name} is not encrypted: delete it once you no longer need it.")


def _read(file: Path) -> str:
    from qpm_widgets.journal.bundles import read_whole, shown_name

    try:
        return read_whole(file, _LARGEST_LIST, "PLAN-007").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise QpmError("PLAN-007", shown_name(file), "names_file.plain_text") from None
