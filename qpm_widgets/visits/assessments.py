"""Assessments and their site visits, read from the journal and written to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Journal, Receipt
from qpm_widgets.journal.payloads import AssessmentProfile, InterviewPlan, ObservationPlan, VisitPlan

PROFILE = ("assessment", "profile")


@dataclass(frozen=True)
class Visit:
    """A site visit as it is planned now."""

    id: str
    plan: VisitPlan

    @property
    def subject(self) -> str:
        """The journal's subject for this visit."""
        return f"visit:{self.id}"


def append_replacing(
    journal: Journal, assessment_id: str, subject: str, field: str, payload: Mapping[str, Any]
) -> Receipt:
    """Append a payload that replaces whatever is current for its field."""
    current = journal.current(assessment_id, subject=subject, field_prefix=field)
    seen = tuple(entry.entry_id for entry in current if entry.field == field)
    return journal.append(Edit(assessment_id, subject, field, payload, supersedes=seen))


def create_assessment(journal: Journal, assessment_id: str, profile: Mapping[str, Any]) -> Receipt:
    """Record what is known of a provider before a visit; a second call corrects the first.

    Raises
    ------
    QpmError
        PLAN-002 if a team, manager or advocate refers to something the profile does not have.
    """
    check_profile(AssessmentProfile.model_validate(profile), assessment_id)
    return append_replacing(journal, assessment_id, *PROFILE, profile)


def check_profile(profile: AssessmentProfile, assessment_id: str) -> None:
    """Refuse a profile whose people and places do not hang together (PLAN-002)."""
    areas = {area.id for area in profile.areas}
    managers = {manager.id for manager in profile.managers}
    teams = {team.id for team in profile.teams}
    loose = [f"team {team.id}: area {team.area}" for team in profile.teams if team.area not in areas]
    loose += [f"team {team.id}: manager {team.manager}" for team in profile.teams if team.manager not in managers]
    loose += [f"advocate {one.id}: team {one.team}" for one in profile.advocates if one.team not in teams]
    loose += [f"advocate {one.id}: manager {one.manager}" for one in profile.advocates if one.manager not in managers]
    if loose:
        raise QpmError("PLAN-002", f"{assessment_id} profile", f"Add or correct: {'; '.join(loose)}.")


def check_places(
    profile: AssessmentProfile, visit_id: str, plans: Iterable[VisitPlan | InterviewPlan | ObservationPlan]
) -> None:
    """Refuse plans of a visit that name a code which the profile does not have (PLAN-002)."""
    known = {
        "team": {team.id for team in profile.teams},
        "area": {area.id for area in profile.areas},
        "assessor": {assessor.id for assessor in profile.assessors},
    }
    loose: set[str] = set()
    for plan in plans:
        named = [(kind, getattr(plan, kind, None)) for kind in known]
        if isinstance(plan, VisitPlan):
            named = [("assessor", code) for code in (*plan.assessors, plan.lead)]
        loose |= {f"{kind} {code}" for kind, code in named if code is not None and code not in known[kind]}
    if loose:
        remedy = f"Correct it, or add to the assessment: {', '.join(sorted(loose))}."
        raise QpmError("PLAN-002", f"visit {visit_id}", remedy)


def load_profile(journal: Journal, assessment_id: str) -> AssessmentProfile:
    """The provider's profile.

    Raises
    ------
    QpmError
        PLAN-003 if this kit has no such assessment.
    """
    entry = journal.current_entry(assessment_id, *PROFILE)
    if entry is None or entry.payload is None:
        known = ", ".join(journal.assessment_ids()) or "none yet"
        raise QpmError("PLAN-003", f"assessment {assessment_id}", f"Assessments in this kit: {known}.")
    return AssessmentProfile.model_validate(entry.payload)


def plan_visit(journal: Journal, assessment_id: str, visit_id: str, plan: Mapping[str, Any]) -> Receipt:
    """Record or correct the plan of a visit.

    Raises
    ------
    QpmError
        PLAN-002 if an assessor of the plan is not one of the assessment's.
    """
    check_places(load_profile(journal, assessment_id), visit_id, [VisitPlan.model_validate(plan)])
    return append_replacing(journal, assessment_id, f"visit:{visit_id}", "plan", plan)


def iter_visits(journal: Journal, assessment_id: str) -> list[Visit]:
    """Every visit of an assessment, in order of its first day."""
    entries = journal.current(assessment_id, subject_prefix="visit:", field_prefix="plan")
    newest = {entry.subject: entry for entry in entries if entry.payload is not None}
    visits = [
        Visit(subject.partition(":")[2], VisitPlan.model_validate(entry.payload)) for subject, entry in newest.items()
    ]
    return sorted(visits, key=lambda visit: (visit.plan.starts, visit.id))


def load_visit(journal: Journal, assessment_id: str, visit_id: str) -> Visit:
    """One visit.

    Raises
    ------
    QpmError
        PLAN-001 if it is not planned.
    """
    for visit in iter_visits(journal, assessment_id):
        if visit.id == visit_id:
            return visit
    raise QpmError(
        "PLAN-001", f"visit {visit_id} of {assessment_id}", "Plan the visit first, or open it from the desk."
    )
