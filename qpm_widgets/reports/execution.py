"""Running a report notebook with papermill, in memory, so that nothing half-done ever touches the disk."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from qpm_widgets.errors import QpmError, fault_of
from qpm_widgets.journal import Kit
from qpm_widgets.reports.kernel import private_kernel
from qpm_widgets.reports.parameters import Value

CELL_SECONDS = 600  # a report cell takes seconds; one that takes so long has come to a stand
START_SECONDS = 120


def execute_report(
    kit: Kit,
    name: str,
    notebook: NotebookNode,
    parameters: Mapping[str, Value],
    on_cell: Callable[[int, int], None],
) -> NotebookNode:
    """The notebook, executed with these parameters in a process that the kit is unlocked in.

    Parameters
    ----------
    kit : Kit
    name : str
        What the notebook is called in errors.
    notebook : NotebookNode
        Left as it is.
    parameters : mapping
        Checked values.
    on_cell : callable
        Called after each cell with how many are done, and how many there are.

    Raises
    ------
    QpmError
        REPORT-002 if a cell fails or takes longer than ten minutes, or if the process ends. What the cell said goes
        nowhere: the log holds its number, the kind of exception and, for an error of ours, its code and place.
    """
    total = len(notebook.cells) + 1  # papermill adds one with the parameters

    def count_cell(cell_index: int, **_: object) -> None:
        on_cell(cell_index + 1, total)

    try:
        with _quiet_papermill(), private_kernel(kit.environment()) as kernel:
            executed = papermill.execute_notebook(
                notebook,
                None,
                parameters=dict(parameters),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                log_output=False,
                request_save_on_cell_execute=False,
                start_timeout=START_SECONDS,
                execution_timeout=CELL_SECONDS,
                on_cell_executed=count_cell,
                **kernel,
            )
    except PapermillExecutionError as error:
        raise _stopped(kit, name, error.cell_index + 1, str(error.ename), str(error.evalue)) from None
    except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
        raise _stopped(kit, name, None, type(error).__name__, "") from None
    return _scrub(executed)


@contextmanager
def _quiet_papermill() -> Iterator[None]:
    """papermill and nbclient log paths, and on failure what a cell printed: neither has a place in a log."""
    logger = logging.getLogger("papermill")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def _stopped(kit: Kit, name: str, cell: int | None, kind: str, said: str) -> QpmError:
    place = f"{name}, cell {cell}" if cell else name
    reason = _read_our_error(said) if kind == "QpmError" else None
    log = _write_log(kit, place, kind, reason)
    if reason:
        code, where = reason
        facts = {"code": code, "place": where, "fault": fault_of(code)}
        return QpmError("REPORT-002", place, "cell.says", "cell.log", log=log, **facts)
    return QpmError("REPORT-002", place, "cell.process_ended" if cell is None else "cell.faulty", "cell.log", log=log)


def _read_our_error(said: str) -> tuple[str, str] | None:
    """Code and place of a QpmError from its text, if that is word for word one of ours."""
    found = re.match(r"(?P<code>[A-Z]+-\d{3}), (?P<where>[^\n]{1,300}?): (?P<what>[^\n]+?)\. ", f"{said} ")
    if found and fault_of(found["code"]) == found["what"]:
        return found["code"], found["where"]
    return None


def _write_log(kit: Kit, place: str, kind: str, reason: tuple[str, str] | None) -> Path:
    folder = kit.runtime / "logs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    lines = [
        f"at: {now.isoformat(timespec='seconds')}",
        f"place: {place}",
        f"exception: {kind if kind.isidentifier() else 'unknown'}",
        *([f"code: {reason[0]}", f"where: {reason[1]}"] if reason else []),
    ]
    path = folder / f"report-{now:%Y%m%dT%H%M%S%fZ}.log"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as log:
        log.write("\n".join(lines) + "\n")
    return path


def _scrub(notebook: NotebookNode) -> NotebookNode:
    """Take out what tells of this machine or this hour rather than of the report."""
    facts = notebook.metadata.get("papermill", {})
    notebook.metadata["papermill"] = {key: facts[key] for key in ("parameters", "version") if key in facts}
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            # Warnings name files by their path; a report says what it has to say in blocks.
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return notebook
