"""The demonstration: the invented sample assessment, recorded and reported from beginning to end."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from rich.console import Console

from qpm_widgets.capture.sample import record_sample
from qpm_widgets.capture.server import server_process, start_server
from qpm_widgets.errors import QpmError, system_cause
from qpm_widgets.journal import Kit
from qpm_widgets.progress import progress_bar
from qpm_widgets.reports.render import render_report
from qpm_widgets.running_server import find_server
from qpm_widgets.templates import load_templates
from qpm_widgets.visits import prepare_working_notebooks

# The sample is invented, so its passphrase may be known; a real kit's is chosen at its first start.
PASSPHRASE = "lantern sample only"
ASSESSMENT, VISIT = "lantern", "V1"
MARKER = "made-by-the-demonstration.txt"
NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "visit_report.ipynb"


def has_screen() -> bool:
    """Whether a browser window could be shown to somebody."""
    if os.environ.get("CI"):
        return False
    return sys.platform in {"win32", "darwin"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def clear_folder(folder: Path) -> None:
    """Remove what an earlier demonstration left, and nothing that anybody else put there.

    Raises
    ------
    QpmError
        START-003 if the folder was not made by a demonstration, if its desk is open, or if it cannot be removed.
    """
    if folder.exists() and not (folder.is_dir() and ((folder / MARKER).exists() or not any(folder.iterdir()))):
        raise QpmError("START-003", str(folder), "demonstration.other_folder")
    if find_server(folder / "kit" / "runtime"):
        raise QpmError("START-003", str(folder), "demonstration.desk_open")
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        (folder / MARKER).write_text("Made by the demonstration, which removes this whole folder when it runs again.\n")
    except OSError as error:
        raise QpmError("START-003", str(folder), "system_says", "practice.close", cause=system_cause(error)) from None


def run_demo(folder: Path, out: Console, say: Console, *, browser: bool) -> None:
    """Make the sample kit under ``folder`` anew, render its reports, and open the desk if there is a screen.

    ``out`` takes the lines that scripts read, ``say`` the progress bars.
    """
    clear_folder(folder)
    templates = load_templates()
    kit = Kit.create(folder / "kit", PASSPHRASE, assessor="AS1")
    out.print(f"kit home: {kit.home}")
    out.print(f"passphrase: {PASSPHRASE}")
    with progress_bar(say, "recording the sample visit") as progress:
        recorded = record_sample(kit.journal, templates, progress=progress)
    with progress_bar(say, "preparing the working notebooks") as progress:
        prepared = prepare_working_notebooks(kit, ASSESSMENT, VISIT, progress=progress)
    out.print(f"recorded: {recorded} entries; prepared: {len(prepared)} pages")
    for edition in ("provider", "lead"):
        parameters = {"assessment_id": ASSESSMENT, "visit_id": VISIT, "edition": edition}
        with progress_bar(say, f"rendering for the {edition}") as progress:
            rendered = render_report(kit, NOTEBOOK, parameters, outputs=folder, progress=progress)
        for path in rendered.files.values():
            out.print(f"report: {path}")
    show_desk(kit, folder, out, browser=browser and has_screen())


def show_desk(kit: Kit, outputs: Path, out: Console, *, browser: bool) -> None:
    """Open the desk and stay until it is closed; without a screen, see that it answers and print where."""
    if browser:
        start_server(kit, outputs=outputs, open_browser=True)
        return
    with server_process(kit, outputs) as server:
        out.print(f"desk: {server.address('desk.ipynb')}")
    places = f"--home {kit.home} --outputs {outputs}"
    out.print(f"The desk answered and was stopped. To open it: python kit.py start {places}")
