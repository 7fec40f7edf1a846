"""Working notebooks: one disposable page per interview and observation, prepared with papermill from ids.

A working notebook holds no answer: deleting, copying or damaging one loses nothing, and preparing again makes
it anew.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from qpm_widgets.journal import Kit
from qpm_widgets.journal.erasure import RECORD
from qpm_widgets.visits.assessments import load_visit
from qpm_widgets.visits.meetings import Interview, Observation, iter_interviews, iter_observations

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def working_notebook_path(assessment_id: str, visit_id: str, name: str) -> Path:
    """Where a working notebook lies, relative to the kit's notebooks folder."""
    return Path(assessment_id) / visit_id / f"{name}.ipynb"


def remove_notebooks(kit: Kit, assessment_id: str) -> None:
    """Remove the pages of an assessment whose record is erased; otherwise do nothing."""
    if kit.journal.current_entry(assessment_id, "assessment", RECORD) is not None:
        shutil.rmtree(kit.notebooks / assessment_id, ignore_errors=True)


def prepare_notebook(kit: Kit, template: str, target: Path, parameters: dict[str, str], title: str) -> Path:
    """Prepare one working notebook from ``notebooks/<template>.ipynb`` (parameters: ids only).

    The file is put in place in one step, so an open page never reads half a notebook.
    """
    # papermill is slow to import and only preparing needs it.
    import nbformat  # noqa: PLC0415  # its schema checker costs more than a second to import
    from papermill.execute import execute_notebook  # noqa: PLC0415

    logging.getLogger("papermill").setLevel(logging.ERROR)
    path = kit.notebooks / target
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = execute_notebook(
        str(NOTEBOOKS / f"{template}.ipynb"),
        None,
        parameters=parameters,
        prepare_only=True,
        progress_bar=False,
    )
    notebook.metadata.pop("papermill", None)  # it names paths of this machine
    notebook.metadata["qpm"]["title"] = title
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(nbformat.writes(notebook), encoding="utf-8")  # type: ignore[no-untyped-call]
    partial.replace(path)
    return path


def prepare_working_notebooks(
    kit: Kit, assessment_id: str, visit_id: str, progress: Callable[[str, float], None] | None = None
) -> list[Path]:
    """Prepare the plan, the debrief and one page per planned interview and observation of a visit.

    ``progress`` is called after each page with its name and the share done, 0 to 1.

    Returns
    -------
    list of Path
        The prepared notebooks, under ``kit.notebooks``.

    Raises
    ------
    QpmError
        PLAN-001 if the visit is not planned.
    """
    load_visit(kit.journal, assessment_id, visit_id)
    meetings: list[Interview | Observation] = [
        *iter_interviews(kit.journal, assessment_id, visit_id),
        *iter_observations(kit.journal, assessment_id, visit_id),
    ]
    whole_visit = {"assessment_id": assessment_id, "visit_id": visit_id}
    pages = [("plan_visit", "plan", whole_visit, "Plan"), ("debrief", "debrief", whole_visit, "Debrief")]
    for one in meetings:
        if one.state == "cancelled":
            continue
        kind = one.subject.partition(":")[0]
        pages.append((kind, one.id, {"assessment_id": assessment_id, f"{kind}_id": one.id}, f"{kind.title()} {one.id}"))
    prepared = []
    for template, name, parameters, title in pages:
        target = working_notebook_path(assessment_id, visit_id, name)
        prepared.append(prepare_notebook(kit, template, target, parameters, title))
        if progress:
            progress(name, len(prepared) / len(pages))
    return prepared
