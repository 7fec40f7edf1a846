"""Practising: a visit to invented people, in a kit of its own.

It is another kit, in a folder inside the kit's own, with a server of its own. So nothing of it can come into a real
visit, a bundle, a report or a retention list, and to erase it is to remove a folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from qpm_widgets.capture.own_process import OUTPUTS_VARIABLE
from qpm_widgets.capture.plan_files import VisitFile, read_plan_files
from qpm_widgets.capture.plan_folder import record_plan_files
from qpm_widgets.errors import QpmError, system_cause
from qpm_widgets.journal import KeyCost, Kit
from qpm_widgets.journal.kit_file import NAME as KIT_FILE
from qpm_widgets.running_server import PRACTICE, await_server, close_server, find_server, is_served
from qpm_widgets.templates import Templates
from qpm_widgets.visits import prepare_working_notebooks
from qpm_widgets.visits.working_notebooks import DESK

SAMPLE = "lantern"
ASSESSOR = "AS1"  # the sample's lead: whoever practises holds the first interview
SECRET = "practice passphrase"
COST = KeyCost(time_cost=1, memory_kib=64, parallelism=1)  # nobody can guess what nobody chose


_started: dict[Path, subprocess.Popen[bytes]] = {}
"""The servers that this process started, by their runtime folder."""


def practice_state(kit: Kit) -> str:
    """``here`` if this is a practice kit, ``there`` if this kit has one, ``none``."""
    if kit.home.name == PRACTICE and (kit.home.parent / KIT_FILE).is_file():
        return "here"
    return "there" if (kit.home / PRACTICE / KIT_FILE).is_file() else "none"


def open_practice(kit: Kit, templates: Templates, today: date, *, anew: bool = False) -> str:
    """The address of the practice kit's desk, token included; made and served first if need be.

    ``anew`` erases one that cannot be opened any more and makes another.

    Raises
    ------
    QpmError
        START-001 if it cannot be served, JOURNAL-* if it cannot be made, CAPTURE-006 if there is one that cannot be
        opened, CAPTURE-005 if what is left of that cannot be removed.
    """
    with _practice_kit(kit, anew=anew) as practice:
        if not practice.journal.assessment_ids():
            _plan(practice, templates, today)
        runtime = (practice.home / "runtime").resolve()
        if not is_served(runtime):
            process = _started[runtime] = _serve(practice)
            server = await_server(runtime, gave_up=lambda: process.poll() is not None)
        else:
            server = await_server(runtime)
    return server.address(DESK)


def leave_practice(kit: Kit) -> str | None:
    """The address of the desk that a practice kit was opened from; None if it is closed."""
    server = find_server((kit.home.parent / "runtime").resolve())
    return server.address(DESK) if server else None


def erase_practice(kit: Kit) -> None:
    """Close the practice kit and remove it, with everything that was written in it.

    Raises
    ------
    QpmError
        CAPTURE-005 if something of it cannot be removed.
    """
    home = kit.home / PRACTICE
    close_practice(kit)
    try:
        if home.exists():
            shutil.rmtree(home)
    except OSError as error:
        cause = system_cause(error)
        raise QpmError("CAPTURE-005", str(home), "system_says", "practice.close", cause=cause) from None


def close_practice(kit: Kit) -> None:
    """End the practice kit's server, if there is one."""
    runtime = (kit.home / PRACTICE / "runtime").resolve()
    close_server(runtime)
    if (process := _started.pop(runtime, None)) is not None:
        process.wait()


def _practice_kit(kit: Kit, *, anew: bool) -> Kit:
    """The practice kit, opened; made if there is none, or in the place of one that cannot be opened if ``anew``."""
    home = kit.home / PRACTICE
    passphrase = kit.journal.secret(SECRET, lambda: secrets.token_urlsafe(32))  # nobody has to know it
    if home.exists():
        try:
            return Kit.unlock(home, passphrase)
        except QpmError as error:
            if not anew:
                raise QpmError(
                    "CAPTURE-006", str(home), "practice.says", fault=error.what, remedy=error.remedy
                ) from None
    erase_practice(kit)
    return Kit.create(home, passphrase, assessor=ASSESSOR, cost=COST)


def _plan(practice: Kit, templates: Templates, today: date) -> None:
    """Plan the sample's visit so that it begins today, and prepare its pages."""
    files = read_plan_files(templates.folder / "samples" / SAMPLE, templates)
    if files.faults:
        raise files.faults[0]
    assert files.assessment is not None  # its absence would be a fault
    visits = [_as_practice(visit.beginning_on(today), templates) for visit in files.visits]
    record_plan_files(practice.journal, templates, files.assessment, visits)
    for visit in visits:
        prepare_working_notebooks(practice, files.assessment.assessment_id, visit.visit_id)


def _as_practice(visit: VisitFile, templates: Templates) -> VisitFile:
    title = templates.wording.text("desk.sheet.practice.visit", title=visit.plan.title)
    return visit.model_copy(update={"plan": visit.plan.model_copy(update={"title": title})})


def _serve(practice: Kit) -> subprocess.Popen[bytes]:
    """Its server, which outlives the page that asked for it: it closes with the kit, or when it is left alone."""
    return subprocess.Popen(
        [sys.executable, "-m", "qpm_widgets.capture.server"],
        env={**os.environ, **practice.environment(), OUTPUTS_VARIABLE: str(practice.home / "outputs")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
