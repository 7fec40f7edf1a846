"""Working notebooks: one disposable page per interview and observation, prepared with papermill from ids.

A working notebook holds no answer: deleting, copying or damaging one loses nothing, and preparing again makes
it anew.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qpm_widgets.journal import Kit
from qpm_widgets.journal.erasure import RECORD
from qpm_widgets.visits.assessments import iter_visits, load_profile, load_visit, next_visit_id
from qpm_widgets.visits.meetings import Interview, Observation, iter_interviews, iter_observations

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
DESK = "desk.ipynb"


def working_notebook_path(assessment_id: str, visit_id: str, name: str) -> Path:
    """Where a working notebook lies, relative to the kit's notebooks folder."""
    return Path(assessment_id) / visit_id / f"{name}.ipynb"


def remove_notebooks(kit: Kit, assessment_id: str) -> None:
    """Remove the pages of an assessment whose record is erased; otherwise do nothing."""
    if kit.journal.current_entry(assessment_id, "assessment", RECORD) is not None:
        shutil.rmtree(kit.notebooks / assessment_id, ignore_errors=True)


@dataclass(frozen=True)
class Repair:
    """What a repair found, as paths relative to the kit's notebooks."""

    made: tuple[str, ...]  # were not there
    replaced: tuple[str, ...]  # had been changed, or could not be read
    strangers: tuple[str, ...]  # copies, renamed pages, notebooks of a person's own: left alone


def prepare_desk(kit: Kit) -> Path:
    """Put a fresh desk into the kit's notebooks; it is disposable and made again at each start."""
    return _write(kit, Path(DESK), (NOTEBOOKS / DESK).read_text(encoding="utf-8"))


def prepare_notebook(kit: Kit, template: str, target: Path, parameters: dict[str, str]) -> Path:
    """Prepare one working notebook from ``notebooks/<template>.ipynb`` (parameters: ids only)."""
    return _write(kit, target, _build(template, parameters))


def prepare_new_visit(kit: Kit, assessment_id: str) -> Path:
    """Prepare the plan page of a visit that nobody has planned yet, under the next free id.

    Until it is planned there is no other trace of the visit, and the next one asked for has the same id and page.

    Returns
    -------
    Path
        Relative to the kit's notebooks.

    Raises
    ------
    QpmError
        PLAN-003 if this kit has no such assessment.
    """
    load_profile(kit.journal, assessment_id)
    page = _plan_page(assessment_id, next_visit_id(kit.journal, assessment_id))
    _put(kit, page)
    return page.target


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
    pages = _pages_of(kit, assessment_id, visit_id)
    prepared = []
    for page in pages:
        prepared.append(prepare_notebook(kit, page.template, page.target, page.parameters))
        if progress:
            progress(page.target.stem, len(prepared) / len(pages))
    return prepared


def repair_notebooks(kit: Kit, *, only_missing: bool = False) -> Repair:
    """Make again what is missing among all visits' pages and, unless ``only_missing``, the desk and what was changed.

    What somebody wrote into a page goes with it and is not put aside: it may be words of an interview, and the kit
    keeps none in plain text. A notebook under a name that no page has is left alone: somebody may have made it.
    """
    if not only_missing:
        prepare_desk(kit)
    found: dict[str, list[str]] = {"made": [], "replaced": []}
    pages = _every_page(kit)
    for page in pages:
        if only_missing and (kit.notebooks / page.target).exists():
            continue
        if what := _put(kit, page):
            found[what].append(page.target.as_posix())
    known = {page.target for page in pages} | {Path(DESK)}
    for assessment_id in kit.journal.assessment_ids():  # the page of a visit that is not planned yet
        known.add(_plan_page(assessment_id, next_visit_id(kit.journal, assessment_id)).target)
    every = (path.relative_to(kit.notebooks) for path in kit.notebooks.rglob("*.ipynb"))
    strangers = sorted(path.as_posix() for path in every if path not in known)
    return Repair(tuple(found["made"]), tuple(found["replaced"]), tuple(strangers))


def find_typed(kit: Kit) -> dict[str, int | None]:
    """The pages that ``repair_notebooks`` would take something out of that somebody typed, by path.

    How many pieces of text the kit did not put there; None for a page that cannot be read, which may hold any.
    """
    found: dict[str, int | None] = {}
    desk = (Path(DESK), (NOTEBOOKS / DESK).read_text(encoding="utf-8"))
    fresh = (desk, *((page.target, _build(page.template, page.parameters)) for page in _every_page(kit)))
    for target, text in fresh:
        path = kit.notebooks / target
        if not path.exists():
            continue
        cells, ours = _cells(path.read_bytes()), _cells(text.encode()) or []
        typed = None if cells is None else len([one for one in cells if one[1].strip() and one not in ours])
        if typed != 0:
            found[target.as_posix()] = typed
    return found


@dataclass(frozen=True)
class _Page:
    template: str
    target: Path
    parameters: dict[str, str]


def _plan_page(assessment_id: str, visit_id: str) -> _Page:
    parameters = {"assessment_id": assessment_id, "visit_id": visit_id}
    return _Page("plan_visit", working_notebook_path(assessment_id, visit_id, "plan"), parameters)


def _every_page(kit: Kit) -> list[_Page]:
    """The pages of all visits."""
    return [
        page
        for assessment_id in kit.journal.assessment_ids()
        for visit in iter_visits(kit.journal, assessment_id)
        for page in _pages_of(kit, assessment_id, visit.id)
    ]


def _pages_of(kit: Kit, assessment_id: str, visit_id: str) -> list[_Page]:
    load_visit(kit.journal, assessment_id, visit_id)
    meetings: list[Interview | Observation] = [
        *iter_interviews(kit.journal, assessment_id, visit_id),
        *iter_observations(kit.journal, assessment_id, visit_id),
    ]
    whole_visit = {"assessment_id": assessment_id, "visit_id": visit_id}
    pages = [("debrief", "debrief", whole_visit)]
    for one in meetings:
        if one.state == "cancelled":
            continue
        kind = one.subject.partition(":")[0]
        pages.append((kind, one.id, {"assessment_id": assessment_id, f"{kind}_id": one.id}))
    made = (
        _Page(template, working_notebook_path(assessment_id, visit_id, name), parameters)
        for template, name, parameters in pages
    )
    return [_plan_page(assessment_id, visit_id), *made]


def _put(kit: Kit, page: _Page) -> Literal["made", "replaced"] | None:
    """Make one page unless it is there as it should be; which of the two it was."""
    path, fresh = kit.notebooks / page.target, _build(page.template, page.parameters)
    is_there = path.exists()
    if is_there and _content(path.read_bytes()) == _content(fresh.encode()):
        return None
    _write(kit, page.target, fresh)
    return "replaced" if is_there else "made"


def _build(template: str, parameters: dict[str, str]) -> str:
    # papermill is slow to import and only preparing needs it.
    import nbformat  # noqa: PLC0415  # its schema checker costs more than a second to import
    from papermill.execute import execute_notebook  # noqa: PLC0415

    logging.getLogger("papermill").setLevel(logging.ERROR)
    notebook = execute_notebook(
        str(NOTEBOOKS / f"{template}.ipynb"),
        None,
        parameters=parameters,
        prepare_only=True,
        progress_bar=False,
    )
    notebook.metadata.pop("papermill", None)  # it names paths of this machine
    # With the kind of page, all that its title is made of (desk.yaml, door.page.titles).
    notebook.metadata["qpm"]["id"] = parameters.get(f"{template}_id", "")
    return str(nbformat.writes(notebook))  # type: ignore[no-untyped-call]


def _write(kit: Kit, target: Path, text: str) -> Path:
    """Put a page in place in one step, so an open page never reads half a notebook."""
    path = kit.notebooks / target
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return path


def _content(notebook: bytes) -> object:
    """What makes a page: its cells' sources and its own metadata. JupyterLab may write all else in another way."""
    with suppress(ValueError, KeyError, TypeError):
        return _cells(notebook), json.loads(notebook)["metadata"]["qpm"]
    return None


def _cells(notebook: bytes) -> list[tuple[str, str]] | None:
    """Kind and source of each cell; None if they cannot be read."""
    with suppress(ValueError, KeyError, TypeError):
        return [(str(cell["cell_type"]), "".join(cell["source"])) for cell in json.loads(notebook)["cells"]]
    return None
