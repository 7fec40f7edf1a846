"""The YAML files of a plan: their shape, and everything that is wrong with them at once.

A folder holds ``assessment.yaml`` (assessment_id, profile) and one file per visit, ``visit*.yaml`` (visit_id,
plan, interviews, observations; the last two map ids to plans), with the payloads of ``journal/payloads.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from qpm_widgets.errors import QpmError, say
from qpm_widgets.journal.payloads import AssessmentProfile, Code, InterviewPlan, ObservationPlan, VisitPlan
from qpm_widgets.templates import Templates
from qpm_widgets.templates.safe_yaml import read_yaml
from qpm_widgets.visits import check_places, check_profile
from qpm_widgets.visits.sessions import check_sessions


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")


Shape = TypeVar("Shape", bound=_File)


class AssessmentFile(_File):
    """The shape of ``assessment.yaml``."""

    assessment_id: Code
    profile: AssessmentProfile


class VisitFile(_File):
    """The shape of ``visit*.yaml``."""

    visit_id: Code
    plan: VisitPlan
    interviews: dict[Code, InterviewPlan] = {}
    observations: dict[Code, ObservationPlan] = {}

    @property
    def plans(self) -> Iterator[InterviewPlan | ObservationPlan]:
        """The plans of its interviews and observations."""
        yield from self.interviews.values()
        yield from self.observations.values()

    def beginning_on(self, day: date) -> VisitFile:
        """The same visit, all of it moved by as many days as lie between its first day and this one."""
        by = day - self.plan.starts
        sessions = tuple(one.model_copy(update={"day": one.day + by}) for one in self.plan.sessions)
        days = {"starts": day, "ends": self.plan.ends + by, "sessions": sessions}
        moved = {
            kind: {name: one.model_copy(update={"planned_at": one.planned_at + by}) for name, one in plans.items()}
            for kind, plans in (("interviews", self.interviews), ("observations", self.observations))
        }
        return self.model_copy(update={"plan": self.plan.model_copy(update=days), **moved})


@dataclass(frozen=True)
class PlanFiles:
    """What could be read of a plan folder, and every fault that was found in it."""

    assessment: AssessmentFile | None
    visits: tuple[VisitFile, ...]
    faults: tuple[QpmError, ...]


def read_plan_files(folder: Path, templates: Templates) -> PlanFiles:
    """Read and check a plan folder; never raises for what is in it.

    Faults are TEMPLATE-* for a file that cannot be read, JOURNAL-006 naming file and key for one of a wrong shape,
    PLAN-002 for a code that the profile does not have, PLAN-006 for what the scheme or the plan itself rules out.
    """
    faults: list[QpmError] = []
    assessment = _load(folder / "assessment.yaml", AssessmentFile, faults)
    loaded = [_load(path, VisitFile, faults) for path in sorted(folder.glob("visit*.yaml"))]
    visits = tuple(visit for visit in loaded if visit is not None)
    for visit in visits:
        _note(faults, f"visit {visit.visit_id}", _visit_troubles(visit, templates))
    if assessment is not None:
        where = f"assessment {assessment.assessment_id}"
        _note(faults, where, profile_troubles(assessment.profile, templates))
        _collect(faults, partial(check_profile, assessment.profile, assessment.assessment_id))
        for visit in visits:
            _collect(faults, partial(check_places, assessment.profile, visit.visit_id, [visit.plan, *visit.plans]))
            _collect(faults, partial(check_sessions, visit.plan, visit.visit_id))
    return PlanFiles(assessment, visits, tuple(faults))


def profile_troubles(profile: AssessmentProfile, templates: Templates) -> Iterator[str]:
    """What the scheme, the law or the profile itself rules out in it, each as half a sentence."""
    bands = [band.id for band in templates.scheme.bands]
    if profile.band not in bands:
        yield say("plan_check.piece.band", band=profile.band, bands=", ".join(map(str, bands)))
    if profile.edition != templates.standards.edition:
        yield say("plan_check.piece.edition", edition=profile.edition, current=templates.standards.edition)
    known = {role.id for nation in profile.jurisdictions for role in templates.jurisdictions[nation].roles}
    unknown = {*profile.advocacy_roles, *(role for one in profile.advocates for role in one.roles)} - known
    if unknown:
        nations, roles = ", ".join(profile.jurisdictions), ", ".join(sorted(unknown))
        yield say("plan_check.piece.advocacy_role", nations=nations, roles=roles)
    # A plan names places, and people, by their codes alone.
    places = [one.id for one in profile.areas] + [one.id for one in profile.teams]
    people = [one.id for one in profile.managers] + [one.id for one in profile.advocates]
    people += [one.id for one in profile.assessors]
    for ids in (places, people):
        if twice := [code for code, number in Counter(ids).items() if number > 1]:
            yield say("plan_check.piece.twice", codes=", ".join(twice))


def _visit_troubles(visit: VisitFile, templates: Templates) -> Iterator[str]:
    if visit.plan.ends < visit.plan.starts:
        yield say("plan_check.piece.ends_early")
    sites = {site.id for site in visit.plan.sites}
    for one in visit.plan.sessions:
        if not visit.plan.starts <= one.day <= visit.plan.ends:
            yield say("plan_check.piece.session_day", time=one.starts, day=one.day)
    meetings: list[tuple[str, InterviewPlan | ObservationPlan]] = [
        *visit.interviews.items(),
        *visit.observations.items(),
    ]
    for name, plan in meetings:
        if plan.visit != visit.visit_id:
            yield say("plan_check.piece.other_visit", name=name, visit=plan.visit)
        if plan.site is not None and plan.site not in sites:
            yield say("plan_check.piece.site", name=name, site=plan.site)
        if not visit.plan.starts <= plan.planned_at.date() <= visit.plan.ends:
            yield say("plan_check.piece.day", name=name)
        guide = templates.guides.get(plan.guide)
        wanted = plan.role if isinstance(plan, InterviewPlan) else None
        if guide is None or getattr(guide, "role", None) != wanted:
            yield say("plan_check.piece.guide", name=name, guide=plan.guide)
        known = [one.id for standard in templates.standards.standards for one in standard.indicators]
        if unknown := [one for one in plan.explore if one not in known]:
            yield say("plan_check.piece.explores", name=name, indicators=", ".join(unknown))


def _note(faults: list[QpmError], where: str, troubles: Iterator[str]) -> None:
    if found := "; ".join(troubles):
        faults.append(QpmError("PLAN-006", where, "plan_check.correct", troubles=found))


def _collect(faults: list[QpmError], check: Callable[[], None]) -> None:
    try:
        check()
    except QpmError as fault:
        faults.append(fault)


def _load(path: Path, shape: type[Shape], faults: list[QpmError]) -> Shape | None:
    try:
        return shape.model_validate(read_yaml(path, str(path)))
    except QpmError as fault:
        faults.append(fault)
    except ValidationError as error:
        found = [
            f"{'.'.join(map(str, fault['loc'])) or say('plan_check.piece.whole_file')} ({fault['msg'].lower()})"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        faults.append(QpmError("JOURNAL-006", str(path), "plan_check.shape", places="; ".join(found)))
    return None
