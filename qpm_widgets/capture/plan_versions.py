"""What was planned before: the versions of a plan, and putting one back by recording it once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qpm_widgets.capture.plan_forms import check_known, check_unbegun
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Entry, Journal
from qpm_widgets.journal.payloads import InterviewPlan, ObservationPlan, VisitPlan
from qpm_widgets.templates import Templates
from qpm_widgets.visits import Interview, Observation, Visit, load_interview, load_observation, load_profile
from qpm_widgets.visits.two_people import people_of

Meeting = Interview | Observation


def view_plan(plan: InterviewPlan | ObservationPlan) -> dict[str, Any]:
    """A meeting's plan as JSON values; day and time by the clock at the place, as the planner typed them."""
    # What a plan leaves out where there is nothing to say is said here: a page tells what has changed.
    said = {key: getattr(plan, key) for key in type(plan).model_fields if key not in ("visit", "planned_at")}
    shown = said | plan.model_dump(mode="json", exclude={"visit", "planned_at"})
    return shown | {"day": plan.planned_at.strftime("%Y-%m-%d"), "time": plan.planned_at.strftime("%H:%M")}


def read_versions(journal: Journal, assessment_id: str, held: Meeting) -> list[Entry]:
    """The plans that a meeting had, oldest first; none that was erased, and none of other people under the same id."""
    recorded = journal.iter_entries(assessment_id, subject=held.subject, field_prefix="plan")
    there = [one for one in recorded if one.payload is not None]
    if isinstance(held, Interview) and held.mixed is not None:
        return [one for one in there if people_of(one) == frozenset(held.plan.respondents)]
    return there


def view_versions(journal: Journal, assessment_id: str, visit: Visit, subject: str) -> list[dict[str, Any]]:
    """The versions of the visit's plan or of a meeting's, newest first: ``payload``, ``at`` (UTC ms) and ``by``.

    A payload has the entry's id as ``version``, the ``plan``, and the plan ``before`` it, None for the first.
    """
    if subject == visit.subject:
        entries = visit_versions(journal, assessment_id, visit)
        plans = [_view_visit(VisitPlan.model_validate(one.payload)) for one in entries]
    else:
        held = _load(journal, assessment_id, visit.id, subject)
        entries = read_versions(journal, assessment_id, held)
        plans = [view_plan(type(held.plan).model_validate(one.payload)) for one in entries]
    said = [
        {
            "payload": {"version": one.entry_id, "plan": plan, "before": before},
            "at": one.recorded_at,
            "by": one.recorded_by,
        }
        for one, plan, before in zip(entries, plans, [None, *plans], strict=False)
    ]
    return said[::-1]


def visit_versions(journal: Journal, assessment_id: str, visit: Visit) -> list[Entry]:
    """The plans that a visit had, oldest first; none that was erased."""
    recorded = journal.iter_entries(assessment_id, subject=visit.subject, field_prefix="plan")
    return [one for one in recorded if one.payload is not None]


def _view_visit(plan: VisitPlan) -> dict[str, Any]:
    return {"sessions": [], "safeguarding": [], **plan.model_dump(mode="json")}


def former_plan(
    journal: Journal, templates: Templates, assessment_id: str, visit: Visit, arguments: Mapping[str, Any]
) -> Edit | Entry:
    """What puts back the ``version`` of a plan, or that a meeting takes place or is cancelled (``state``).

    Parameters
    ----------
    arguments : mapping
        ``subject``, the visit's own or that of one of its meetings; ``version``, an entry's id, or ``state``;
        ``supersedes``, the entries that the page shows as current; and ``settle``, whether it may take the place of
        what two machines planned differently.

    Returns
    -------
    Edit or Entry
        What is to be recorded; the current entry if it says so already, as after an answer that was lost.

    Raises
    ------
    QpmError
        PLAN-001 if it is no meeting of the visit; PLAN-002 if it names what assessment or visit do not have any more;
        PLAN-005 if it has begun; PLAN-008 if it was changed meanwhile; PLAN-009 if what was before is erased;
        PLAN-011 if two machines planned it differently, which nothing settles unasked.
    """
    subject, field = str(arguments["subject"]), "state" if arguments.get("state") else "plan"
    current = [one for one in journal.current(assessment_id, subject=subject, field_prefix=field) if one.field == field]
    if subject != visit.subject:
        held = _load(journal, assessment_id, visit.id, subject)
        check_unbegun(journal, assessment_id, subject, cancelled=field == "state")
        versions = read_versions(journal, assessment_id, held)
    else:
        versions = visit_versions(journal, assessment_id, visit)
    if field == "state":
        payload = _former_state(journal, assessment_id, subject, str(arguments["state"]))
    else:
        payload = next((one.payload for one in versions if one.entry_id == arguments.get("version")), None)
    if payload is None:
        raise QpmError("PLAN-009", subject, "plan_version.nothing_back")
    if len(current) == 1 and current[0].payload == payload:
        return current[0]
    seen = tuple(map(str, arguments.get("supersedes") or ()))
    if {one.entry_id for one in current} != set(seen):
        raise QpmError("PLAN-008", subject, "planned.look_again")
    if len(current) > 1 and arguments.get("settle") is not True:
        raise QpmError("PLAN-011", subject, "plan_version.nothing_undone", "plan_version.choose")
    if field == "plan" and subject != visit.subject:
        check_known(payload, subject.partition(":")[0], load_profile(journal, assessment_id), visit, templates)
    return Edit(assessment_id, subject, field, payload, seen)


def _load(journal: Journal, assessment_id: str, visit_id: str, subject: str) -> Meeting:
    kind, _, its_id = subject.partition(":")
    held: Meeting = (load_interview if kind == "interview" else load_observation)(journal, assessment_id, its_id)
    if held.plan.visit != visit_id:
        raise QpmError("PLAN-001", f"{subject} of visit {visit_id}", "planned.own_visit")
    return held


def _former_state(journal: Journal, assessment_id: str, subject: str, state: str) -> Mapping[str, Any] | None:
    """The last time that it was in this state, with its reason; cancelled before it ever was, it has none."""
    entries = journal.iter_entries(assessment_id, subject=subject, field_prefix="state")
    said = [one.payload for one in entries if one.payload and one.payload["state"] == state]
    if said:
        return said[-1]
    return {"state": state, "reason": ""} if state in ("planned", "cancelled") else None
