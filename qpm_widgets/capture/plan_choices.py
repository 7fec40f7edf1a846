"""What the planning sheet's forms offer to choose from: people, places, guides, laws and lengths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from qpm_widgets.journal.payloads import AssessmentProfile
from qpm_widgets.templates import Templates
from qpm_widgets.templates.records import Guide, InterviewGuide, ObservationGuide, Sampling


def list_choices(profile: AssessmentProfile, templates: Templates) -> dict[str, Any]:
    """The choices of every form, as JSON values."""
    scheme = templates.scheme
    sampling, timings = scheme.sampling, scheme.timings
    return {
        "provider": profile.provider,
        "sample": profile.sample,
        "areas": _listed(profile.areas),
        "managers": _listed(profile.managers),
        "teams": _listed(profile.teams),
        "advocates": _listed(profile.advocates),
        "assessors": _listed(profile.assessors),
        "nations": [
            {
                "id": nation,
                "name": templates.jurisdictions[nation].name,
                "kinds": _kinds(nation, profile, templates),
                "language_offer": templates.jurisdictions[nation].language_offer or "",
            }
            for nation in profile.jurisdictions
        ],
        "roles": _roles(templates),
        "observing": [
            {
                "guide": guide.id,
                "label": guide.title.en,
                "indicators": _indicators(guide),
                "with_person": guide.with_person,
            }
            for guide in templates.guides.values()
            if isinstance(guide, ObservationGuide)
        ],
        "standards": [
            {
                "name": f"{one.number}. {one.name}",
                "indicators": [indicator.model_dump(include={"id", "text"}) for indicator in one.indicators],
            }
            for one in templates.standards.standards
        ],
        "states": {state.id: state.label for state in scheme.interview_states},
        "timings": timings.model_dump(
            include={"interview_minutes", "interpreter_factor", "group_factor", "observation_minutes"}
        ),
        "sampling": {
            "share": sampling.advocate_share,
            "small_team_under": sampling.small_team_under,
            "small_team_share": max(sampling.advocate_share, sampling.small_team_share),
            "every_manager": sampling.every_manager,
            "every_area": sampling.every_area,
            "counts_as": _count_as(profile, sampling),
        },
    }


def _count_as(profile: AssessmentProfile, rules: Sampling) -> dict[str, list[str]]:
    """What a plan may say its respondents count as, with the roles that it is asked of; nothing that there is not."""
    leaders = rules.senior_leaders_among if profile.senior_leaders != 0 else ()
    board = rules.board_among if profile.involvement_board is not False else ()
    return {key: list(roles) for key, roles in (("senior_leader", leaders), ("board", board)) if roles}


def _listed(records: Iterable[BaseModel]) -> list[dict[str, Any]]:
    return [record.model_dump(mode="json") for record in records]


def _kinds(nation: str, profile: AssessmentProfile, templates: Templates) -> list[dict[str, str]]:
    """The kinds of advocacy that the provider gives under one nation's law."""
    return [
        {"id": role.id, "name": role.name}
        for role in templates.jurisdictions[nation].roles
        if role.id in profile.advocacy_roles
    ]


def _indicators(guide: Guide) -> list[str]:
    """The ids of the indicators that a guide asks about or looks at, sorted."""
    if isinstance(guide, InterviewGuide):
        asked = [one.indicators for section in guide.sections for one in section.questions]
    else:
        asked = [one.indicators for one in guide.scenes]
    return sorted({one for indicators in asked for one in indicators})


def _roles(templates: Templates) -> list[dict[str, Any]]:
    """The roles that there is an interview guide for, in the scheme's order."""
    guides = {guide.role: guide for guide in templates.guides.values() if isinstance(guide, InterviewGuide)}
    return [
        {
            "id": role.id,
            "label": role.label,
            "plural": role.plural,
            "guide": guides[role.id].id,
            "indicators": _indicators(guides[role.id]),
            "instructed": any(one.instructed for section in guides[role.id].sections for one in section.questions),
            "letter": templates.source_of_role(role.id).code,
            "easy_read": role.easy_read,
        }
        for role in templates.scheme.roles
        if role.id in guides
    ]
