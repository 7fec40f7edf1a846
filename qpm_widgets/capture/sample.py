"""The invented sample assessment, recorded through the same door as everything an assessor types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from qpm_widgets.capture.plan_folder import record_plan_folder
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Journal
from qpm_widgets.templates import Templates
from qpm_widgets.templates.safe_yaml import read_yaml
from qpm_widgets.visits import Interview, Observation, iter_interviews, iter_observations

Progress = Callable[[str, float], None]
Step = tuple[str, str, Mapping[str, Any], str]
"""Subject, field, payload and the assessor who recorded it."""


class Recorder:
    """Records payloads one after another as a person would: each replaces what stood in its field before."""

    def __init__(self, journal: Journal, templates: Templates, assessment_id: str) -> None:
        self._journal, self._templates, self._assessment_id = journal, templates, assessment_id
        self._newest: dict[tuple[str, str], str] = {}

    def record(self, subject: str, field: str, payload: Mapping[str, Any], recorded_by: str) -> None:
        """Record one payload through the door that the sheets use."""
        before = self._newest.get((subject, field))
        edit = Edit(self._assessment_id, subject, field, payload, supersedes=(before,) if before else ())
        record_edit(self._journal, self._templates, edit, recorded_by=recorded_by)
        self._newest[subject, field] = edit.entry_id

    def entry_of(self, subject: str, field: str) -> str | None:
        """The id of the newest entry recorded for a field, if there is one."""
        return self._newest.get((subject, field))


def record_sample(
    journal: Journal, templates: Templates, name: str = "lantern", progress: Progress | None = None
) -> int:
    """Record a sample of ``site_visit_templates/samples/`` entry by entry.

    ``progress`` is called after each entry with its subject and the share done, 0 to 1.

    Returns
    -------
    int
        How many entries were recorded.

    Raises
    ------
    QpmError
        Whatever the journal, the guides or the consent gate refuse.
    """
    folder = templates.folder / "samples" / name
    assessment_id, _ = record_plan_folder(journal, templates, folder)
    recorder = Recorder(journal, templates, assessment_id)
    steps = list(_iter_steps(journal, assessment_id, folder))
    for done, (subject, field, payload, recorded_by) in enumerate(steps, 1):
        recorder.record(subject, field, _resolve_cites(recorder, payload), recorded_by)
        if progress:
            progress(subject, done / len(steps))
    return sum(1 for _ in journal.iter_entries(assessment_id))


def _iter_steps(journal: Journal, assessment_id: str, folder: Path) -> Iterator[Step]:
    meetings: list[Interview | Observation] = [
        *iter_interviews(journal, assessment_id),
        *iter_observations(journal, assessment_id),
    ]
    for meeting in meetings:
        kind = meeting.subject.partition(":")[0]
        for entry in _read(folder / f"{kind}s" / f"{meeting.id}.yaml")["entries"]:
            yield meeting.subject, entry["field"], entry["payload"], meeting.plan.assessor
    findings = _read(folder / "findings.yaml")
    for entry in findings["entries"]:
        yield f"visit:{findings['visit_id']}", entry["field"], entry["payload"], entry["recorded_by"]


def _read(path: Path) -> dict[str, Any]:
    content = read_yaml(path)
    assert isinstance(content, dict)
    return content


def _resolve_cites(recorder: Recorder, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The payload with evidence ids such as ``A3.A-CP-1.note`` replaced by the ids of their entries."""
    if "cites" not in payload:
        return payload
    return {**payload, "cites": [_entry_of(recorder, evidence_id) for evidence_id in payload["cites"]]}


def _entry_of(recorder: Recorder, evidence_id: str) -> str:
    meeting, _, rest = evidence_id.partition(".")
    for kind in ("interview", "observation"):
        if found := recorder.entry_of(f"{kind}:{meeting}", f"answer:{rest}"):
            return found
    raise QpmError("EVIDENCE-002", evidence_id, "judgements.sample")
