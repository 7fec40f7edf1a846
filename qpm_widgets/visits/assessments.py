"""Assessments and their site visits, read from the journal and written to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from qpm_widgets.errors import QpmError, say
from qpm_widgets.journal import Edit, Journal, Receipt
from qpm_widgets.journal.payloads import AssessmentProfile, InterviewPlan, ObservationPlan, VisitPlan
from qpm_widgets.visits.meetings import Interview, Observation, iter_interviews, iter_observations
from qpm_widgets.visits.sessions import check_sessions

PROFILE = ("assessment", "profile")
_NAMED = {
    "nation": "profile.piece.nation",
    "kind": "profile.piece.kind",
    "area": "profile.piece.area",
    "team": "profile.piece.team",
    "manager": "profile.piece.manager",
    "advocate": "profile.piece.advocate",
    "assessor": "profile.piece.assessor",
}


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
        PLAN-002 if a team, manager or advocate refers to something the profile does not have, or a plan does.
    """
    checked = AssessmentProfile.model_validate(profile)
    check_profile(checked, assessment_id)
    check_kept(checked, used_codes(journal, assessment_id), assessment_id)
    return append_replacing(journal, assessment_id, *PROFILE, profile)


def check_profile(profile: AssessmentProfile, assessment_id: str) -> None:
    """Refuse a profile whose people and places do not hang together (PLAN-002)."""
    areas = {area.id for area in profile.areas}
    managers = {manager.id for manager in profile.managers}
    teams = {team.id for team in profile.teams}
    loose = [("team", team.id, "area", team.area) for team in profile.teams if team.area not in areas]
    loose += [("team", team.id, "manager", team.manager) for team in profile.teams if team.manager not in managers]
    loose += [("advocate", one.id, "team", one.team) for one in profile.advocates if one.team not in teams]
    loose += [("advocate", one.id, "manager", one.manager) for one in profile.advocates if one.manager not in managers]
    if loose:
        pairs = "; ".join(f"{_name(kind, code)}: {_name(other, wanted)}" for kind, code, other, wanted in loose)
        raise QpmError("PLAN-002", f"{assessment_id} profile", "profile.loose", pairs=pairs)


def used_codes(journal: Journal, assessment_id: str, unless: Collection[str] = ()) -> dict[str, dict[str, list[str]]]:
    """What the plans of an assessment refer to, by the kind of thing and its code: ids of visits and meetings.

    The kinds are ``nation``, ``kind`` (of advocacy), ``area``, ``team``, ``manager``, ``advocate`` and ``assessor``.
    What was cancelled refers to nothing; neither do the subjects in ``unless``.
    """
    used: dict[str, dict[str, list[str]]] = {}

    def note(kind: str, code: str | None, name: str) -> None:
        if code and name not in (names := used.setdefault(kind, {}).setdefault(code, [])):
            names.append(name)

    for visit in iter_visits(journal, assessment_id):
        if visit.subject not in unless:
            for assessor in (*visit.plan.assessors, visit.plan.lead):
                note("assessor", assessor, visit.id)
    every: list[Interview | Observation] = [*iter_interviews(journal, assessment_id)]
    every += iter_observations(journal, assessment_id)
    for held in every:
        plan = held.plan
        if held.state == "cancelled" or held.subject in unless:
            continue
        for kind in ("nation", "area", "team", "assessor"):
            note(kind, getattr(plan, kind), held.id)
        if isinstance(plan, InterviewPlan):
            listed = {"advocate": "advocate", "advocacy_manager": "manager"}.get(plan.role, "")
            for code in plan.respondents if listed else ():
                note(listed, code, held.id)
            for role in plan.advocacy_roles:
                note("kind", role, held.id)
    return used


def check_kept(profile: AssessmentProfile, used: Mapping[str, Mapping[str, list[str]]], assessment_id: str) -> None:
    """Refuse a profile without something that a plan refers to (PLAN-002); ``used`` is of ``used_codes``."""
    known: dict[str, set[str]] = {
        "nation": set(profile.jurisdictions),
        "kind": set(profile.advocacy_roles),
        "area": {one.id for one in profile.areas},
        "team": {one.id for one in profile.teams},
        "manager": {one.id for one in profile.managers},
        "advocate": {one.id for one in profile.advocates},
        "assessor": {one.id for one in profile.assessors},
    }
    gone = [
        say("profile.piece.in_plan", thing=_name(kind, code), names=", ".join(names))
        for kind, codes in used.items()
        for code, names in codes.items()
        if code not in known[kind]
    ]
    if gone:
        raise QpmError("PLAN-002", f"{assessment_id} profile", "profile.keep", things="; ".join(gone))


def free_id(name: str, taken: Collection[str], otherwise: str) -> str:
    """An id made from a name, such as ``harbour-advocacy``; with a number after it where it is taken.

    Lower case, for folders are named by it and some systems take ``A`` and ``a`` for one. ``otherwise`` is for a name
    without a letter from a to z or a figure.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:32].strip("-") or otherwise
    used = {one.lower() for one in taken}
    number = 1
    while (found := stem if number == 1 else f"{stem}-{number}") in used:
        number += 1
    return found


def next_visit_id(journal: Journal, assessment_id: str) -> str:
    """The first free id of a visit, such as V2, counting every visit that there ever was."""
    subjects = {entry.subject for entry in journal.current(assessment_id, subject_prefix="visit:")}
    taken = [int(match[1]) for subject in subjects if (match := re.fullmatch(r"visit:V(\d+)", subject))]
    return f"V{max(taken, default=0) + 1}"


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
        loose |= {_name(kind, code) for kind, code in named if code is not None and code not in known[kind]}
    if loose:
        raise QpmError("PLAN-002", f"visit {visit_id}", "profile.add", things=", ".join(sorted(loose)))


def _name(kind: str, code: str) -> str:
    return say(_NAMED[kind], code=code)


def load_profile(journal: Journal, assessment_id: str) -> AssessmentProfile:
    """The provider's profile.

    Raises
    ------
    QpmError
        PLAN-003 if this kit has no such assessment.
    """
    entry = journal.current_entry(assessment_id, *PROFILE)
    if entry is None or entry.payload is None:
        known = ", ".join(journal.assessment_ids())
        remedy = "assessments.known" if known else "assessments.none"
        raise QpmError("PLAN-003", f"assessment {assessment_id}", remedy, ids=known)
    return AssessmentProfile.model_validate(entry.payload)


def plan_visit(journal: Journal, assessment_id: str, visit_id: str, plan: Mapping[str, Any]) -> Receipt:
    """Record or correct the plan of a visit.

    Raises
    ------
    QpmError
        PLAN-002 if an assessor of the plan is not one of the assessment's, a session has a place or an assessor that
        the visit does not have, or a place goes that meetings are planned at.
    """
    checked = VisitPlan.model_validate(plan)
    check_places(load_profile(journal, assessment_id), visit_id, [checked])
    check_sessions(checked, visit_id)
    for before in iter_visits(journal, assessment_id):
        if before.id == visit_id:
            _check_sites(before.plan, checked, used_places(journal, assessment_id, visit_id, before.plan), visit_id)
    return append_replacing(journal, assessment_id, f"visit:{visit_id}", "plan", plan)


def used_places(journal: Journal, assessment_id: str, visit_id: str, plan: VisitPlan) -> dict[str, list[str]]:
    """The places of a visit that meetings or sessions are planned at, by code, with the ids of the meetings.

    What was cancelled is at no place.
    """
    used: dict[str, list[str]] = {session.site: [] for session in plan.sessions}
    held: list[Interview | Observation] = [*iter_interviews(journal, assessment_id, visit_id)]
    for one in [*held, *iter_observations(journal, assessment_id, visit_id)]:
        if one.plan.site and one.state != "cancelled":
            used.setdefault(one.plan.site, []).append(one.id)
    return used


def _check_sites(before: VisitPlan, after: VisitPlan, used: Mapping[str, list[str]], visit_id: str) -> None:
    kept = {site.id for site in after.sites}
    gone = [
        say(
            "visit_plan.piece.one_planned" if len(used[site.id]) == 1 else "visit_plan.piece.several_planned",
            place=site.name,
            names=", ".join(used[site.id]),
        )
        for site in before.sites
        if site.id not in kept and used.get(site.id)
    ]
    if gone:
        raise QpmError("PLAN-002", f"visit {visit_id}", "visit_plan.keep_places", places="; ".join(gone))


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
    raise QpmError("PLAN-001", f"visit {visit_id} of {assessment_id}", "planned.visit")
