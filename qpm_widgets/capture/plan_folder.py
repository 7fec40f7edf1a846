"""An assessment and its visits from a folder of YAML files: how a real one comes into the kit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from qpm_widgets.capture.plan_files import AssessmentFile, VisitFile, read_plan_files
from qpm_widgets.capture.recording import record_edits
from qpm_widgets.journal import Edit, Entry, Journal
from qpm_widgets.journal.payloads import Payload
from qpm_widgets.templates import Templates
from qpm_widgets.visits import check_kept, used_codes


def record_plan_folder(journal: Journal, templates: Templates, folder: Path) -> tuple[str, list[str]]:
    """Record or correct an assessment and its visits; nothing is recorded unless every file is sound.

    Returns
    -------
    tuple of str and list of str
        The assessment's id and the ids of its visits.

    Raises
    ------
    QpmError
        The first fault that ``read_plan_files`` finds.
    """
    files = read_plan_files(folder, templates)
    if files.faults:
        raise files.faults[0]
    assert files.assessment is not None  # its absence would be a fault
    record_plan_files(journal, templates, files.assessment, files.visits)
    return files.assessment.assessment_id, [visit.visit_id for visit in files.visits]


def record_plan_files(
    journal: Journal, templates: Templates, assessment: AssessmentFile, visits: Iterable[VisitFile]
) -> None:
    """Record or correct an assessment and its visits, all of it or nothing.

    Raises
    ------
    QpmError
        PLAN-002 if a plan that stays as it is refers to something that the assessment would not have any more.
    """
    steps = list(_steps(assessment, visits))
    used = used_codes(journal, assessment.assessment_id, unless={subject for subject, _, _ in steps})
    check_kept(assessment.profile, used, assessment.assessment_id)
    record_edits(journal, templates, _changes(journal, assessment.assessment_id, steps))


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


def _steps(assessment: AssessmentFile, visits: Iterable[VisitFile]) -> Iterator[tuple[str, str, Payload]]:
    yield "assessment", "profile", assessment.profile
    for visit in visits:
        yield f"visit:{visit.visit_id}", "plan", visit.plan
        for interview_id, interview in visit.interviews.items():
            yield f"interview:{interview_id}", "plan", interview
        for observation_id, observation in visit.observations.items():
            yield f"observation:{observation_id}", "plan", observation
