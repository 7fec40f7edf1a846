"""An assessment and its visits from YAML files: how a real one comes into the kit, and how the sample begins.

A folder holds ``assessment.yaml`` (assessment_id, profile) and one file per visit, ``visit*.yaml`` (visit_id,
plan, interviews, observations; the last two map ids to plans), with the payloads of ``journal/payloads.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from qpm_widgets.capture.recording import record_edits
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Journal
from qpm_widgets.journal.payloads import AssessmentProfile, InterviewPlan, ObservationPlan, Payload, VisitPlan
from qpm_widgets.templates import Templates
from qpm_widgets.templates.safe_yaml import read_yaml
from qpm_widgets.visits import check_places, check_profile


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")


Shape = TypeVar("Shape", bound=_File)


class AssessmentFile(_File):
    """The shape of ``assessment.yaml``."""

    assessment_id: str
    profile: AssessmentProfile


class VisitFile(_File):
    """The shape of ``visit*.yaml``."""

    visit_id: str
    plan: VisitPlan
    interviews: dict[str, InterviewPlan] = {}
    observations: dict[str, ObservationPlan] = {}


def record_plan_folder(journal: Journal, templates: Templates, folder: Path) -> tuple[str, list[str]]:
    """Record or correct an assessment and its visits; nothing is recorded unless every file is sound.

    Returns
    -------
    tuple of str and list of str
        The assessment's id and the ids of its visits.

    Raises
    ------
    QpmError
        TEMPLATE-* for a file that cannot be read, JOURNAL-006 naming file and key for one of a wrong shape,
        PLAN-002 for a code that the profile does not have, PLAN-004 for a guide that does not fit.
    """
    assessment = _load(folder / "assessment.yaml", AssessmentFile)
    visits = [_load(path, VisitFile) for path in sorted(folder.glob("visit*.yaml"))]
    check_profile(assessment.profile, assessment.assessment_id)
    for visit in visits:
        check_places(assessment.profile, visit.visit_id, [visit.plan, *_plans(visit)])
    record_edits(journal, templates, _changes(journal, assessment.assessment_id, _steps(assessment, visits)))
    return assessment.assessment_id, [visit.visit_id for visit in visits]


def _plans(visit: VisitFile) -> Iterator[InterviewPlan | ObservationPlan]:
    yield from visit.interviews.values()
    yield from visit.observations.values()


def _changes(journal: Journal, assessment_id: str, steps: Iterable[tuple[str, str, Payload]]) -> list[Edit]:
    """The edits that bring the journal to these payloads; none for what already stands there."""
    current: dict[tuple[str, str], list[Entry]] = {}
    for entry in journal.current(assessment_id):
        current.setdefault((entry.subject, entry.field), []).append(entry)
    edits = []
    for subject, field, payload in steps:
        wanted = payload.model_dump(mode="json")
        before = current.get((subject, field), [])
        if [entry.payload for entry in before] != [wanted]:
            seen = tuple(entry.entry_id for entry in before)
            edits.append(Edit(assessment_id, subject, field, wanted, supersedes=seen))
    return edits


def _steps(assessment: AssessmentFile, visits: list[VisitFile]) -> Iterator[tuple[str, str, Payload]]:
    yield "assessment", "profile", assessment.profile
    for visit in visits:
        yield f"visit:{visit.visit_id}", "plan", visit.plan
        for interview_id, interview in visit.interviews.items():
            yield f"interview:{interview_id}", "plan", interview
        for observation_id, observation in visit.observations.items():
            yield f"observation:{observation_id}", "plan", observation


def _load(path: Path, shape: type[Shape]) -> Shape:
    try:
        return shape.model_validate(read_yaml(path))
    except ValidationError as error:
        keys = sorted({".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)})
        remedy = f"Correct {', '.join(keys)}; compare with the sample in site_visit_templates/samples."
        raise QpmError("JOURNAL-006", path.name, remedy) from None
