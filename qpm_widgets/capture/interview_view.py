"""What an interview sheet shows when it opens, as JSON values: plan, guide, choices, and what is recorded so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from qpm_widgets.capture.page_links import link_page
from qpm_widgets.journal import Entry
from qpm_widgets.journal.consent import read_decisions
from qpm_widgets.journal.payloads import THE_PERSON, InterviewPlan, ObservationPlan
from qpm_widgets.templates import Templates
from qpm_widgets.templates.guide_checks import iter_wordings
from qpm_widgets.templates.own_items import is_line
from qpm_widgets.templates.records import Guide, InterviewGuide, ObservationGuide
from qpm_widgets.templates.reference_records import StatutoryRole
from qpm_widgets.visits import Visit, is_called_for, modes_of
from qpm_widgets.visits.filing import item_of
from qpm_widgets.visits.working_notebooks import working_notebook_path

Plan = InterviewPlan | ObservationPlan
View = dict[str, Any]
_CALLS = {"nations", "advocacy_roles", "instructed", "setting", "only_if_explored"}
"""The fields of a question that say when it is called for."""


def view_plan(plan: Plan, templates: Templates) -> View:
    """Who is met, when and how; roles and codes, never a name."""
    shown: View = {
        "visit": {"id": plan.visit, "title": "", "safeguarding": [], "page": None},
        "planned_at": plan.planned_at.strftime("%Y-%m-%dT%H:%M"),  # as the clock on the wall there
        "minutes": plan.minutes,
        "language": plan.language,
        "easy_read": plan.easy_read,
        "access_needs": plan.access_needs,
        "respondents": [],
    }
    jurisdiction = templates.jurisdictions[plan.nation]
    shown |= {"emergency": jurisdiction.emergency, "authority": jurisdiction.authority}
    shown["language_offer"] = jurisdiction.language_offer or ""
    if isinstance(plan, ObservationPlan):
        unasked = templates.is_with_person(plan.guide) and not plan.no_objection
        flags = {"familiar": plan.supporter, "interpreter": plan.interpreter, "unasked": unasked}
        shown["role"] = templates.title_of_guide(plan.guide)
    else:
        flags = {"supporter": plan.supporter, "interpreter": plan.interpreter, "remote": plan.mode == "remote"}
        shown |= {
            "role": templates.role(plan.role).label,
            "respondents": list(plan.respondents),
            "law": [_view_role(role) for role in jurisdiction.roles if role.id in plan.advocacy_roles],
        }
    shown["flags"] = [name for name, is_so in flags.items() if is_so]
    return shown


def view_visit(assessment_id: str, visit: Visit) -> View:
    """What a meeting's page shows of its visit: what it is called, whom to ring about harm, and its plan page."""
    return {
        "title": visit.plan.title,
        "safeguarding": [one.model_dump() for one in visit.plan.safeguarding],
        "page": link_page(working_notebook_path(assessment_id, visit.id, "plan").as_posix()),
    }


def _view_role(role: StatutoryRole) -> View:
    """What an advocacy role rests on in this nation, and what to look for; each point of law with its date."""
    return {
        "name": role.name,
        "law": role.law,
        "look_for": list(role.look_for),
        "prompts": [
            {"text": one.text, "source": one.source, "as_of": one.as_of.isoformat(), "confirmed": one.confirmed}
            for one in role.legal_prompts
        ],
    }


def view_guide(guide: Guide, plan: Plan, answered: Iterable[str]) -> View:
    """The guide without the questions that this plan does not call for; what is to be explored says so.

    A question with an answer stays, even if the plan has changed since: what is recorded is never hidden.
    """
    if isinstance(guide, ObservationGuide):
        shown = _view_observation(guide)
    else:
        shown = _view_interview(guide, plan, set(answered))
    for section in shown["sections"]:
        for question in section["questions"]:
            if set(plan.explore) & set(question.get("indicators", ())):
                question["explored"] = True
    return shown


def _view_observation(guide: ObservationGuide) -> View:
    scenes = [
        {
            "id": scene.id,
            "indicators": scene.indicators,
            "ask": {"plain": _plain(scene.title)},
            "prompts": _plain(scene.look_for),
        }
        for scene in guide.scenes
    ]
    return {
        "title": _plain(guide.title),
        "rules": _plain(guide.ground_rules),
        "show": _plain(guide.show),
        "parts": _plain(guide.parts),
        "sections": [{"standard": None, "title": _plain(guide.title), "questions": scenes}],
    }


def _view_interview(guide: InterviewGuide, plan: Plan, answered: set[str]) -> View:
    sections = []
    for section in guide.sections:
        questions = [one for one in section.questions if one.id in answered or is_called_for(one, plan)]
        if questions:
            sections.append(
                {
                    "standard": section.standard,
                    "title": _plain(section.title),
                    "questions": [_plain(one, leave_out=_CALLS) for one in questions],
                }
            )
    return {
        "title": _plain(guide.title),
        "opening": _plain(guide.opening),
        "sections": sections,
        "closing": _plain(guide.closing),
    }


def view_modes(plan: Plan, templates: Templates) -> list[View]:
    """What is said before consent because of how people meet, as ``modes_of`` has it, in all its wordings."""
    said = templates.welsh.both("modes")
    return [
        {
            "id": mode,
            "say": [{how: said[mode][how][key] for how in ("plain", "easy_read")} for key in said[mode]["plain"]],
        }
        for mode in modes_of(plan)
    ]


def view_symbols(guide: Guide, templates: Templates) -> View:
    """The symbols that the guide names, by id, each with its word."""
    named = {one for _, wording in iter_wordings(guide) for one in wording.symbols}
    return {name: _plain(templates.symbols[name], leave_out={"id"}) for name in sorted(named)}


def view_choices(templates: Templates, guide: Guide, plan: Plan) -> View:
    """The closed lists of the sheet, and every indicator with its standard: anything said may bear on any of them.

    ``policies`` are those of the plan's nation, where the guide has one chosen.
    """
    scheme, standards = templates.scheme, templates.standards
    chosen = isinstance(guide, ObservationGuide) and any(part.choose for part in guide.parts)
    listed = [one.name for one in templates.policies.policies if not one.nations or plan.nation in one.nations]
    return {
        "policies": [{"id": name, "label": name} for name in listed] if chosen else [],
        "bearings": _plain(standards.bearings),
        "strengths": _plain(standards.strengths),
        "missing": _plain(scheme.missing_reasons),
        "grades": _plain(scheme.quote_grades),
        "speakers": _plain(scheme.speakers),
        "languages": [
            {"id": one.code, "label": one.name.en, "rtl": one.direction == "rtl", "signed": one.signed}
            for one in scheme.languages
        ],
        "scopes": _plain(scheme.consent_scopes),
        "decisions": _plain(scheme.consent_decisions),
        "how": _plain(scheme.consent_how),
        "signs": _plain(scheme.assent_signs),
        "shown": _plain(scheme.assent_how),
        "pauses": _plain(scheme.pause_reasons),
        "standards": {one.id: {"number": one.number, "name": one.name} for one in standards.standards},
        "sources": {one.code: one.plural for one in scheme.source_types},
        "indicators": {one.id: [one.text, of.id] for of in standards.standards for one in of.indicators},
    }


def view_values(current: Mapping[str, list[Entry]]) -> View:
    """The recorded payloads by field, newest first where two are in conflict, the time of the last one (UTC ms), and
    the question of the last answer, where the page opens again.

    A consent is the exception: of two the more restrictive counts, here as in the journal.
    """
    values: View = {}
    others: View = {}
    saved_at = answered_at = 0
    left_at = ""
    for field, entries in current.items():
        readable = [entry for entry in entries if entry.payload is not None]
        if field == "plan" or not readable:
            continue
        shown = _restrictive(field, readable) if field.startswith("consent:") else readable[-1]
        values[field] = shown.payload
        rest = [entry for entry in readable if entry is not shown]
        if rest:
            others[field] = [{"payload": one.payload, "at": one.recorded_at, "by": one.recorded_by} for one in rest]
        saved_at = max(saved_at, *(entry.recorded_at for entry in entries))
        if field.startswith("answer:") and not is_line(item_of(field)) and shown.recorded_at >= answered_at:
            answered_at, left_at = shown.recorded_at, item_of(field)
    return {"values": values, "others": others, "saved_at": saved_at or None, "left_at": left_at}


def view_signs(recorded: Iterable[Entry]) -> list[View]:
    """Every yes or no that somebody showed, oldest first, from all versions of these fields.

    ``id`` is the entry's, by which a page knows one that it noted itself, and by which a later one ``takes_back`` what
    was noted by mistake; ``at`` is UTC ms.
    """
    return [
        {"id": one.entry_id, "respondent": one.field.partition(":")[2], **one.payload, "at": one.recorded_at}
        for one in recorded
        if one.payload is not None
    ]


def view_whose_signs(guide: Guide, plan: Plan) -> list[str]:
    """Of whom a yes or a no that is shown can be noted: the respondents' codes, or the one person who is visited."""
    if isinstance(plan, InterviewPlan):
        return list(plan.respondents)
    return [THE_PERSON] if isinstance(guide, ObservationGuide) and guide.with_person else []


def view_times(states: Iterable[Entry], on_paper: Iterable[Entry]) -> View:
    """When a meeting was begun, when it ended, and since when it is keyed in from paper, UTC ms; None for what was not.

    From all versions of its state, and of when it was held on paper.
    """
    said = [(one.payload["state"], one.recorded_at) for one in states if one.payload is not None]
    last, at = said[-1] if said else ("planned", 0)
    return {
        "began": next((at for state, at in said if state == "open"), None),
        "ended": at if last in ("stopped", "finished") else None,
        "keyed_in": next((one.recorded_at for one in on_paper if one.payload is not None), None),
    }


def _restrictive(field: str, entries: list[Entry]) -> Entry:
    (decision,) = read_decisions((field, entry.payload) for entry in entries).values()
    return next(entry for entry in reversed(entries) if entry.payload and entry.payload["decision"] == decision)


def _plain(value: object, leave_out: set[str] | None = None) -> object:
    """Records as JSON values without what is empty: it is sent to the page at every opening."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    assert isinstance(value, BaseModel)
    return value.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude=leave_out)
